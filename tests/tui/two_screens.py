"""Two terminals beside each other: one is sent Textual's frames as they are, the other what the writer sends.

``python -m tests.tui.two_screens --keys 5000 --seed 1`` plays a long random script on the real app and ends
with the first difference.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pyte
import pyte.screens
from textual.drivers.headless_driver import HeadlessDriver

from crm_tui.locale import set_language
from crm_tui.session import Session
from crm_tui.text.cells import width
from crm_tui.tui.app import CrmApp
from crm_tui.tui.driver import FRAME
from crm_tui.tui.screen_writer import ScreenWriter
from tests.tui.driver import User, story
from tests.tui.office import customer, many, office

SIZES = ((80, 24), (120, 40), (61, 17), (100, 30), (40, 10))
# Without what is joined (ZWJ, VS16): of that, Textual and every terminal think differently.
HARD = (
    "上海“恒达”—贸易…①★℃·有限公司",
    "👍点赞科技👨👩家庭🇨🇳旗帜",
    "Cafe\u0301 Ame\u0301lie ñandú",
    "مكتب التجارة 上海 שלום",
    "ไทยแลนด์ 공동체 각",
    "长" * 200,
    "ｆｕｌｌ　ｗｉｄｔｈ㈱①②③",
    "𠮷野家🏴😀☕1⃣",
    "标\u200b零宽\ufeff字",
)
TYPED = ("恒达", "①…—", "é", "שלום", "样本0", "a", "𠮷")
MOVES = ("j", "j", "k", "pagedown", "pageup", "G", "g", "ctrl+d", "ctrl+u", "tab", "space")
OTHERS = (
    "1",
    "2",
    "enter",
    "escape",
    "escape",
    "escape",
    "slash",
    "f1",
    "colon",
    "l",
    "e",
    "a",
    "H",
    "s",
    "t",
)
# pyte draws nothing behind a sign without a cell that is no combining one; here it joins the sign before it.
JOINING = SimpleNamespace(combining=lambda _sign: 1, normalize=unicodedata.normalize)


def _cell(char: pyte.screens.Char) -> tuple[Any, ...]:
    # What is never seen may hang on either half of the character before it, or on nothing.
    data = char.data.strip("\u200b\ufeff")
    if data == " " and not (char.underscore or char.reverse or char.strikethrough):
        return " ", char.bg
    return tuple(char._replace(data=data if width(data) else ""))


class TwoScreens:
    """What both terminals show; ``compare()`` says where they differ."""

    def __init__(self, size: tuple[int, int], **how: Any) -> None:
        self.writer = ScreenWriter(*size, **how)
        self.plain, self.ours = pyte.Screen(*size), pyte.Screen(*size)
        self._plain, self._ours = pyte.Stream(self.plain), pyte.Stream(self.ours)
        for stream in (self._plain, self._ours):
            stream.feed("\x1b[?7l")
        self.bytes = [0, 0]

    def resize(self, size: tuple[int, int]) -> None:
        """Give both another size; they keep what they show, cut or with room."""
        if self.writer.size != size:
            self.plain.resize(size[1], size[0])
            self.ours.resize(size[1], size[0])
            self.writer.resize(*size)

    def take(self, data: str) -> None:
        """Write what the app writes."""
        if FRAME.match(data):
            self._plain.feed(data)
            self.writer.take(data)
            self.bytes[0] += len(data.encode())

    def compare(self) -> str:
        """Send what changed and return the first difference as a sentence, '' when there is none."""
        sent = self.writer.changes()
        self.bytes[1] += len(sent.encode())
        self._ours.feed(sent)
        for y in range(self.plain.lines):
            theirs, ours = self.plain.buffer[y], self.ours.buffer[y]
            for x in range(self.plain.columns):
                if theirs[x] != ours[x] and _cell(theirs[x]) != _cell(ours[x]):
                    return f"line {y}, column {x}: {ours[x]} in place of {theirs[x]}"
        places = [(screen.cursor.x, screen.cursor.y) for screen in (self.plain, self.ours)]
        return "" if places[0] == places[1] else f"the cursor stands at {places[1]}, not at {places[0]}"


@contextmanager
def beside(app: CrmApp, size: tuple[int, int]) -> Generator[TwoScreens]:
    """Let an app that runs without a terminal write to both."""
    screens = TwoScreens(size)

    def write(_driver: Any, data: str) -> None:
        screens.resize((app.size.width, app.size.height))
        screens.take(data)

    with (
        patch.object(HeadlessDriver, "is_headless", property(lambda _self: False)),
        patch.object(HeadlessDriver, "write", write),
        # Whether terminals agree with us on widths is another question.
        patch.object(pyte.screens, "wcwidth", width),
        patch.object(pyte.screens, "unicodedata", JOINING),
    ):
        yield screens


def filled(folder: Path) -> Session:
    """Return the session of an office with many customers and names that are hard to draw."""
    session = office(folder)
    many(session, 120)
    for number, name in enumerate(HARD):
        customer(
            session, name, {"name": name[:30], "mobile": f"139{number:08}"}, note=name, industry=name[:20]
        )
    return session


async def play(session: Session, keys: int, seed: int, every: int = 60) -> tuple[int, list[int]]:
    """Press that many keys by chance, with another size now and then; return them and the bytes of both.

    Raises AssertionError at the first difference.
    """
    chance = random.Random(seed)
    app = CrmApp(session, start="customers")
    size = SIZES[0]
    with beside(app, size) as screens:
        async with story(app, size) as user:
            for number in range(keys):
                what = await _act(user, chance)
                if number % every == every - 1:
                    what = f"a size of {SIZES[number // every % len(SIZES)]}"
                    await user.resize(*SIZES[number // every % len(SIZES)])
                found = screens.compare()
                assert not found, f"seed {seed}, after key {number} ({what}) on {app.screen}: {found}"
    return keys, screens.bytes


async def _act(user: User, chance: random.Random) -> str:
    if user.app.focused is not None and hasattr(user.app.focused, "cursor_screen_offset"):
        text = chance.choice((*TYPED, "", ""))
        if text:
            await user.type(text)
            return text
        key = chance.choice(("escape", "escape", "enter", "tab", "backspace", "left", "home", "f1"))
    else:
        key = chance.choice(MOVES if chance.random() < 0.7 else OTHERS)
    await user.press(key)
    return key


def main() -> None:
    """Play from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    set_language("zh")
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder)) as session:
        keys, (plain, ours) = asyncio.run(play(session, asked.keys, asked.seed))
    print(f"{keys} keys, no difference; {plain:,} bytes plain, {ours:,} bytes as they are sent")


if __name__ == "__main__":
    main()
