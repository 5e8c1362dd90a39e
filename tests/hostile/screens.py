"""Every screen on hostile data, by the bytes of the writer and in a terminal (pyte).

``walk`` opens each screen of tui/rooms.py on the database of world.py, and what boxes.py makes; a screen
without a line in GIVEN, or one that neither this walk nor that of tests/tui/hard_walk.py met, is an error.
"""

from __future__ import annotations

import asyncio
import csv
import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import time_machine

from crm_tui.exchange.importing import explain, plan_import
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session, open_session
from crm_tui.storage.survey import Obstacle
from crm_tui.tui.kinds import SCREEN_TITLES
from crm_tui.tui.rooms import ROOMS
from crm_tui.tui.screens.wizard_preview import PreviewScreen
from crm_tui.tui.screens.wizard_suspects import SuspectsScreen
from tests.hostile import walk as commands
from tests.hostile.boxes import by_hand
from tests.hostile.corpus import STEERS, storable
from tests.hostile.world import OWNER
from tests.tui import hard_walk
from tests.tui.driver import User, story
from tests.tui.every_screen import every_screen
from tests.tui.hard import Eyes
from tests.tui.office import NOW, app

SIZE = (120, 50)
# What ScreenWriter sends besides text: places, styles, erasing, scrolling.
SENT = re.compile("\x1b\\[[0-9;]*[mHCGXKMLrABDJ]|[\r\n\b]")
# An input keeps what joins emoji and scripts; the terminal is told of it at an absolute place.
JOINS = re.compile("[\u200c\u200d]")


class Guard(Eyes):
    """Eyes that read the bytes, too, and remember the kinds of screens they saw."""

    kinds: set[str] = set()  # noqa: RUF012  (of all guards together)
    classes: set[str] = set()  # noqa: RUF012  (likewise)
    sent = 0

    def look(self, app: Any, *, raw: bool = False) -> list[str]:
        """Return what stands askew, and what of the bytes sent is neither text nor the writer's own."""
        Guard.kinds.add(app.screen.kind)
        Guard.classes.add(type(app.screen).__name__)
        sent: list[str] = []
        changes = self.writer.changes
        self.writer.changes = lambda: sent.append(changes()) or sent[-1]
        try:
            wrong = super().look(app, raw=raw)
        finally:
            del self.writer.changes
        # A flag in an input, which a terminal may draw over the blank behind it.
        wrong = [one for one in wrong if "stands '', not ' '" not in one]
        Guard.sent += len(sent[0].encode("utf-8", "replace"))
        left = JOINS.sub("", SENT.sub("", sent[0]))
        return (
            wrong
            + [
                f"sent {found[0]!r} in {left[max(found.start() - 20, 0) :][:60]!r}"
                for found in STEERS.finditer(left)
            ][:2]
        )


class Ids:
    """Rows that have everything: a customer, and of its records one each."""

    def __init__(self, session: Session, number: int) -> None:
        self.session = session
        self.customer = self._one("SELECT customer_id FROM plan ORDER BY id LIMIT 1 OFFSET :n", number)
        for table in ("contact", "project", "plan", "activity"):
            sql = (
                f"SELECT id FROM {table} WHERE customer_id = {self.customer:d} ORDER BY id LIMIT 1 OFFSET :n"
            )
            setattr(self, table, self._one(sql, 0))

    def _one(self, sql: str, number: int) -> int:
        row = self.session.reader.execute(sql, {"n": number}).fetchone()
        return row[0] if row else 0


Given = Callable[[Any, str], dict[str, Any]]
GIVEN: dict[str, Given] = {
    **dict.fromkeys(
        (
            "today",
            "customers",
            "duplicates",
            "import",
            "display",
            "drafts",
            "upkeep",
            "people",
            "policy",
            "audit",
            "export",
        ),
        lambda _ids, _text: {},
    ),
    "welcome": lambda _ids, _text: {},
    "help": lambda _ids, _text: {"about": "customers"},
    "find": lambda _ids, text: {"text": text},
    "palette": lambda ids, _text: {"below": ids.below},
    "log": lambda ids, _text: {"customer_id": ids.customer, "plan_id": ids.plan},
    "snooze": lambda ids, text: {"plan": SimpleNamespace(id=ids.plan, changed_in=0, name=text, text=text)},
    "history": lambda ids, _text: {"entity": "customer", "entity_id": ids.customer},
    "obstacles": lambda ids, text: {
        "set_id": 1,
        "obstacles": [Obstacle("moved", "customer", ids.customer, "need", text, text, text, 1)],
    },
    "customer": lambda ids, _text: {"customer_id": ids.customer},
    "add_customer": lambda _ids, text: {"called": text},
    "edit_customer": lambda ids, _text: {"customer_id": ids.customer},
    "contact": lambda ids, _text: {"customer_id": ids.customer, "contact_id": ids.contact},
    "project": lambda ids, _text: {"customer_id": ids.customer, "project_id": ids.project},
    "name": lambda ids, _text: {"customer_id": ids.customer},
    "plan": lambda ids, _text: {"customer_id": ids.customer, "plan_id": ids.plan},
    "activity": lambda ids, _text: {"activity_id": ids.activity},
    "tags": lambda ids, _text: {"customer_id": ids.customer},
}
# Boxes that say nothing but what work is under way.
PASSING = {"job"}
JOBS = frozenset(("JobBox", "ChangeBox"))


async def walk(user: User, session: Session, texts: Sequence[str], rounds: int) -> list[str]:
    """Open every screen so many times, on other rows and texts each time; return what is wrong."""
    eyes = Guard(*SIZE)
    wrong: list[str] = []
    depth = len(user.app.screen_stack)

    def look(room: str) -> None:
        wrong.extend(f"{room}: {one}" for one in eyes.look(user.app, raw=True))

    for number in range(rounds):
        text = storable(texts[number % len(texts)])
        ids = await user.app.work.run(Ids, session, number)
        for room, given in GIVEN.items():
            if room == "welcome":
                continue  # stands where no database is open: made by hand below
            ids.below = user.app.screen
            await user.app.open(room, **given(ids, text))
            await user.idle()
            look(room)
            await user.press("pagedown")
            look(room)
            if number % 5 == 0 and user.screen.kind not in ("form", "import"):
                await user.paste(text)
                look(room)
            while len(user.app.screen_stack) > depth:
                await user.app.back()
                await user.idle()
        for box in await by_hand(user.app, session, ids.customer, number, text):
            await user.app.show(box)
            await user.idle()
            look(type(box).__name__)
            await user.app.back()
            await user.idle()
        if number % 20 == 0:
            path = Path.cwd() / f"嫌疑{number}.csv"
            for kind in (PreviewScreen, SuspectsScreen):
                plan = await user.app.work.run(_suspected, session, path, texts)
                await user.app.show(kind(plan, path) if kind is PreviewScreen else kind(plan))
                await user.idle()
                for key in ("down", "pagedown", "enter"):
                    look(kind.__name__)
                    await user.press(key)
                look(kind.__name__)
                while len(user.app.screen_stack) > depth:
                    await user.app.back()
                    await user.idle()
                await user.app.work.run(plan.__exit__, None, None, None)
        user.app.say(text, "bad")
        await user.idle()
        look("message")
    return wrong


def _suspected(session: Session, path: Path, texts: Sequence[str]) -> Any:
    """Return the plan of an import whose rows resemble customers there are."""
    names = [storable(text).replace("\0", "") for text in texts[:60]]
    rows = [[f"{name}#{at} ", name, f"138{at:08}"] for at, name in enumerate(names)]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["客户名称", "联系人姓名", "联系方式"], *rows])
    with open_sheet(path, known=is_known_heading) as sheet:
        return plan_import(session, sheet, explain(session, sheet), match="no")


async def rooms(folder: Path, texts: Sequence[str], count: int) -> list[str]:
    """Walk over all screens of the database in a folder."""
    with open_session(folder / "team.db", login=OWNER) as session:
        async with story(app(session, "customers"), size=SIZE) as user:
            return await walk(user, session, texts, count)


def unseen() -> list[str]:
    """Return the kinds and classes of screens that no walk saw: there should be none."""
    kinds = set(SCREEN_TITLES) - Guard.kinds - PASSING
    return sorted(kinds | (every_screen() - Guard.classes - JOBS))


def campaign(texts: Sequence[str]) -> tuple[list[str], str]:
    """Walk with all texts; return what is wrong, and the figures."""
    began = time.process_time()
    hard_walk.Eyes = Guard  # ty: ignore[invalid-assignment]
    wrong: list[str] = []
    seen = 0
    with time_machine.travel(NOW, tick=False):
        for at in range(0, len(texts), 250):
            with tempfile.TemporaryDirectory() as name:
                commands.place(Path(name), [])
                found, eyes = asyncio.run(hard_walk.played(Path(name), list(texts[at : at + 250])))
                wrong, seen = wrong + found, seen + eyes.seen
                os.chdir("/")
        with tempfile.TemporaryDirectory() as name:
            commands.place(Path(name), texts)
            wrong += asyncio.run(rooms(Path(name), texts, min(len(texts) // 2, 100)))
            os.chdir("/")
    wrong += [f"no walk saw the screen {kind}" for kind in unseen()]
    spent = time.process_time() - began
    told = f"{len(ROOMS)} rooms, {len(Guard.kinds)} kinds, {len(Guard.classes)} screens"
    told += f": {seen:,} cells compared, {Guard.sent:,} bytes sent"
    return wrong, f"{told}; {len(wrong)} wrong; {spent:.0f} CPU s"
