"""Five hundred texts that terminals stumble over, by kind, and a terminal that finds what stands askew."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pyte
from textual._context import visible_screen_stack
from wcwidth import wcwidth

from crm_tui.text.cells import SURE, width
from crm_tui.tui.screen_cells import HALF
from crm_tui.tui.screen_writer import ScreenWriter

ZWJ, VS16 = "\u200d", "\ufe0f"
NAMES = ("王总", "Anna", "恒达", "ﾃｽﾄ", "客户", "Lee")
BASES: dict[str, tuple[str, ...]] = {
    "emoji": ("😀", "🏢📞", "🎉恒达", "🫨", "☎", "❤", "⌚", "🀄", "🈚", "㊙"),
    "families": (f"👩{ZWJ}👩{ZWJ}👧{ZWJ}👦", f"🧑{ZWJ}💻", f"🏳{VS16}{ZWJ}🌈", f"👨{ZWJ}⚕{VS16}"),
    "flags": ("🇨🇳", "🇭🇰🇹🇼", "🇩", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    "selectors": (f"☎{VS16}", f"❤{VS16}", f"1{VS16}\u20e3", "⌚\ufe0e", "葛\U000e0100", "〰" + VS16),
    "skin": ("👍\U0001f3fd", "👋🏻👋🏿", "\U0001f3fc", f"🧑🏽{ZWJ}🤝{ZWJ}🧑🏿"),
    "marks": ("e\u0301", "a\u0308\u0323", "\u0301x", "が\u3099", "n\u0303o\u0302", "ş̌"),
    "zalgo": ("Z" + "\u0310\u0334\u0489" * 9, "恒" + "\u0336" * 40, ("x" + "\u0342\u035c" * 12) * 3),
    "rtl": ("שלום", "مرحبا", "\u202eevil\u202c", "\u2067אבג\u2069 138", "‏123‎", "السّلام عليكم 5"),
    "halfwidth": ("ｱﾊﾟｰﾄ", "ＡＢＣ１２３", "ﾡﾢ", "￥５００", "｢客｣", "ﾞﾟ"),
    "ambiguous": ("①②③", "…—·", "“引”", "→★℃×", "│─┌", "αβγ", "жид", "±§¶"),
    "planes": ("𠮷野", "𪚥龘", "𰻝𰻝面", "\U0002f800", "\U00031350", "𝔘𝔫𝔦", "𐍈"),
    "control": ("\x1b[31m红\x1b[0m", "\x07\x08\x00", "\x9b31m", "a\x7fb", "\x1b]0;title\x07", "\x1bc"),
    "osc": ("\x1b]52;c;c2VjcmV0\x07", "\x1b]8;;http://x\x1b\\k\x1b]8;;\x1b\\", "\x1bP+q\x1b\\", "\x1b[2J"),
    "lines": ("a\tb", "上\n下", "r\r\nn", "v\vf\f", "\u2028\u2029", "\x85"),
    "long": ("长" * 200, "x" * 200, "한" * 200, "👩" * 100, "e\u0301" * 200),
    "surrogates": ("\ud800", "坏\udfff字", "\udcff\udc80"),
    "unassigned": ("\u0378", "\U000e1000", "\uffff", "\U0001fbff", "\ue000\uf8ff", "\U0010fffd"),
    "jamo": ("\u1112\u1161\u11ab", "\u1161\u1161", "\u115f\u1160", "\u3164", "ᄀ", "\ua960\ud7b0\ud7cb"),
    "thai": ("สวัสดี", "กำลัง", "ผู้ใหญ่", "\u0e33", "ที่นี่ 12"),
    "devanagari": ("नमस्ते", "क्षत्रिय", "\u0902", "हिन्दी कि", "தமிழ்", "မြန်မာ"),
    "spaces": ("\u3000", "\xa0x\xa0", "a\u200bb", "\u2003em", "\ufeff", "\xad-\xad"),
    "markup": ("[/red]", "[bold]", "\\[x", "{name}", "%s", "</text>"),
}  # fmt: skip


def corpus(count: int = 500, seed: int = 4) -> list[str]:
    """Return so many different hard texts, every kind about as often; the same seed gives the same."""
    chance = random.Random(seed)
    kinds = list(BASES)
    found: dict[str, None] = {}
    for each in (text for texts in BASES.values() for text in texts):
        found[each] = None
    while len(found) < count:
        base = chance.choice(BASES[kinds[len(found) % len(kinds)]])
        other = chance.choice(BASES[chance.choice(kinds)]) if chance.random() < 0.3 else ""
        found["".join(chance.sample([base, other, chance.choice(NAMES)], 3))] = None
    return list(found)[:count]


def by_chance(count: int, seed: int) -> Iterator[str]:
    """Yield texts of any code points at all, surrogates included."""
    chance = random.Random(seed)
    ends = (0x100, 0x3000, 0x10000, 0x20000, 0x110000)
    for _each in range(count):
        yield "".join(chr(chance.randrange(chance.choice(ends))) for _ in range(chance.randint(1, 12)))


class Eyes:
    """A terminal (pyte) that is sent what the real one would be; ``look(app)`` returns what stands askew."""

    def __init__(self, columns: int, rows: int, ambiguous: int = 1) -> None:
        self.writer = ScreenWriter(columns, rows, ambiguous=ambiguous)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.columns, self.rows = columns, rows
        self.seen = 0
        self.met: set[str] = set()

    def look(self, app: Any, *, raw: bool = False) -> list[str]:
        """Send the screen of an app and return a sentence for each wrong cell; ``raw`` with inputs on it."""
        self.met.add(type(app.screen).__name__)
        visible_screen_stack.set(app._background_screens)
        strips = app.screen._compositor.render_strips()
        wrong = []
        frame = ""
        for y, strip in enumerate(strips):
            text = strip.text
            if re.search("[\x00-\x1f\x7f-\x9f]", text):
                wrong.append(f"line {y} steers the terminal: {text!r}")
            cells = sum(map(wcwidth, text))
            if not raw and not width(text) == cells == self.columns:
                wrong.append(f"line {y} is {width(text)} or {cells} cells wide: {text!r}")
            frame += f"\x1b[{y + 1};1H{strip.render(app.console)}"
        self.writer.take(frame)
        self.stream.feed(self.writer.changes())
        for y, line in enumerate(self.writer.cells.lines):
            shown = self.screen.buffer[y]
            for x, sign in enumerate(line):
                if sign != HALF and sign in SURE:
                    self.seen += 1
                    if shown[x].data != sign:
                        wrong.append(f"at {x},{y} stands {shown[x].data!r}, not {sign!r}: {line!r}")
        return wrong

    def column_of(self, text: str) -> set[int]:
        """Return the columns in which a text stands, over all lines."""
        found = set()
        for y in range(self.rows):
            cells = [self.screen.buffer[y][x].data for x in range(self.columns)]
            found |= {x for x in range(self.columns) if "".join(cells[x : x + len(text)]) == text}
        return found
