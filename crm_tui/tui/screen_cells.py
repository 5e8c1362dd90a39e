"""A screen as lines of cells, read from the text of Textual's frames.

A line is two strings of one sign a cell: its characters, and its styles as ``chr(number)``. Strings are
compared and cut at the speed of C, and two of them a line are all that a session keeps.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from rich.cells import split_graphemes

from crm_tui.text.cells import MARKS_KEPT, SURE, width

HALF = "\0"  # the right half of a wide character
UNKNOWN = "\x01"  # in what is shown: nobody knows what the terminal has there
LINE_SIGNS = frozenset(["4", "7", "9", "21", "53"])  # attributes that are seen on a blank, too
KEPT_BODIES = 128
KEPT_TEXTS = 256  # in which widths were looked at sign by sign
MOST_STYLES = 4000
FIRST_CLUSTER, LAST_CLUSTER = 0x100000, 0x10FFFD

_WIDE = re.compile("[^ -~]")  # in a text where all is sure
_PLACED = re.compile("\x1b\\[(?:(\\d+);(\\d+))?H")
_SGR = re.compile("\x1b\\[([0-9;]*)m")
_OTHER = re.compile(
    "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b\\[[0-9;?<>=]*[ -/]*[@-ln-~]|[\0-\x1a\x1c-\x1f\x7f]"
)
# A mark in another style than its letter, such as the one under the cursor: it belongs to the letter.
_PARTED = re.compile(
    "((?:\x1b\\[[0-9;]*m)+)([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f]+)"
)
_BLANKS = re.compile(" +|[^ ]+")

_STEPS = (0, 95, 135, 175, 215, 255)
# The colours that have a number where there are 256: half the bytes.
_PALETTE = {
    **{
        (str(red), str(green), str(blue)): 16 + 36 * r + 6 * g + b
        for r, red in enumerate(_STEPS)
        for g, green in enumerate(_STEPS)
        for b, blue in enumerate(_STEPS)
    },
    **{(str(8 + 10 * grey),) * 3: 232 + grey for grey in range(24)},
}


class Style(NamedTuple):
    """What an SGR sequence asks for: attributes that are on, colours as parameters ('' the terminal's)."""

    on: frozenset[str]
    fore: str
    back: str


PLAIN = Style(frozenset(), "", "")


def read_style(parameters: str) -> Style:
    """Return the style that a whole SGR sequence sets, begun from none."""
    on: set[str] = set()
    fore = back = ""
    words = iter(parameters.split(";"))
    for word in words:
        if word in ("38", "48"):
            kind = next(words, "")
            rest = [next(words, "") for _each in range(3 if kind == "2" else 1)]
            colour = ";".join((word, kind, *rest))
            if kind == "2" and (number := _PALETTE.get(tuple(rest))) is not None:
                colour = f"{word};5;{number}"
            fore, back = (colour, back) if word == "38" else (fore, colour)
        elif word in ("", "0"):
            on, fore, back = set(), "", ""
        elif word == "39" or (len(word) == 2 and word[0] in "39"):
            fore = "" if word == "39" else word
        elif word == "49" or (len(word) == 2 and word[0] == "4") or len(word) == 3:
            back = "" if word == "49" else word
        else:
            on.add(word)
    return Style(frozenset(on), fore, back)


class Cells:
    """The screen that the program wants, as lines of cells.

    ``ambiguous`` is the width, 1 or 2, that the user's terminal gives to characters on which terminals
    differ. ``take(text)`` reads a frame; ``lines`` and ``styles`` hold the screen, ``dirty`` the numbers of
    the lines written since they were last looked at, ``cursor`` where the frame left the cursor.
    """

    def __init__(self, columns: int, rows: int, ambiguous: int = 1) -> None:
        self.columns, self.rows, self.ambiguous = columns, rows, ambiguous
        self.lines: list[str] = [" " * columns] * rows
        self.styles: list[str] = ["\0" * columns] * rows
        self.dirty: set[int] = set()
        self.cursor = (0, 0)
        self.clusters: dict[str, str] = {}  # what stands in a cell for several code points, and back
        self._codes: dict[str, str] = {}
        self._numbers: dict[str, int] = {"": 0}
        self._by_style = {PLAIN: 0}
        self.style_of: list[Style] = [PLAIN]
        self.blank_of: list[int] = [0]
        self._bodies: dict[str, tuple[str, str]] = {}
        self._texts: dict[str, str] = {}

    @property
    def is_full(self) -> bool:
        """Tell whether so many styles and clusters were met that beginning anew is better."""
        return len(self.style_of) > MOST_STYLES or FIRST_CLUSTER + len(self.clusters) > LAST_CLUSTER - 500

    def take(self, frame: str) -> None:
        """Read a frame: texts at absolute places, each segment with its whole style."""
        parts = _PLACED.split(frame)
        place = None
        for at in range(1, len(parts), 3):
            y, x = int(parts[at] or 1) - 1, int(parts[at + 1] or 1) - 1
            body = parts[at + 2]
            if body[-1:] == "\n":
                body = body[:-1]
            if body:
                self._put(x, y, body)
            else:
                place = (min(x, self.columns - 1), min(y, self.rows - 1))
        if place is not None:
            self.cursor = place if self.ambiguous == 1 else self._behind_wide(*place)

    def _behind_wide(self, x: int, y: int) -> tuple[int, int]:
        """Return where the cursor stands when signs before it that count as one cell are drawn in two."""
        line = self.lines[y]
        counted = at = 0
        while counted < x and at < self.columns - 1:
            cells = 2 if line[at + 1] == HALF else 1
            counted += min(cells, width(self.clusters.get(line[at], line[at])))
            at += cells
        return min(at, self.columns - 1), y

    def _put(self, x: int, y: int, body: str) -> None:
        if y >= self.rows or x >= self.columns:
            return
        found = self._bodies.pop(body, None) or self._read(body)
        self._bodies[body] = found  # the latest last
        if len(self._bodies) > KEPT_BODIES:
            del self._bodies[next(iter(self._bodies))]
        cells, styles = found
        end = x + len(cells)
        if end > self.columns:
            end = self.columns
            cells, styles = cells[: end - x], styles[: end - x]
            if found[0][end - x] == HALF:
                cells = cells[:-1] + " "  # nothing wide begins in the last column
        line, was = self.lines[y], self.styles[y]
        if x == 0 and end == self.columns:
            line, was = cells, styles
        else:
            before, after = line[:x], line[end:]
            if line[x : x + 1] == HALF and before:
                before = before[:-1] + " "
            if after[:1] == HALF:
                after = " " + after[1:]
            line, was = before + cells + after, was[:x] + styles + was[end:]
        if line != self.lines[y] or was != self.styles[y]:
            self.lines[y], self.styles[y] = line, was
            self.dirty.add(y)

    def _read(self, body: str) -> tuple[str, str]:
        cells: list[str] = []
        styles: list[str] = []
        if _OTHER.search(body):
            body = _OTHER.sub("", body)
        if not body.isascii():
            body = _PARTED.sub("\\2\\1", body)
        parts = _SGR.split(body)
        for at in range(0, len(parts), 2):
            text = parts[at]
            if not text:
                continue
            number = self._number(parts[at - 1]) if at else 0
            drawn = text if text.isascii() else self._cells(text)
            cells.append(drawn)
            sign, blank = chr(number), chr(self.blank_of[number])
            if sign == blank or " " not in drawn:
                styles.append(sign * len(drawn))
            else:
                for part in _BLANKS.findall(drawn):
                    styles.append((blank if part[0] == " " else sign) * len(part))
        return "".join(cells), "".join(styles)

    def _number(self, parameters: str) -> int:
        number = self._numbers.get(parameters)
        if number is None:
            style = read_style(parameters)
            number = self.number_of(style)
            self._numbers[parameters] = number
        return number

    def number_of(self, style: Style) -> int:
        """Return the number of a style; a blank has one of its own, by what is seen of it."""
        number = self._by_style.get(style)
        if number is not None:
            return number
        number = self._by_style[style] = len(self.style_of)
        self.style_of.append(style)
        self.blank_of.append(number)
        if style.on.isdisjoint(LINE_SIGNS):
            self.blank_of[number] = self.number_of(Style(frozenset(), "", style.back))
        return number

    def _cells(self, text: str) -> str:
        if SURE.cover(text):
            return _WIDE.sub("\\g<0>\0", text)
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= KEPT_TEXTS:
                self._texts.clear()
            known = self._texts[text] = self._by_clusters(text)
        return known

    def _by_clusters(self, text: str) -> str:
        drawn: list[str] = []
        for cluster, wide in _clusters(text, self.ambiguous):
            if len(cluster) > 1 or ord(cluster) >= FIRST_CLUSTER:
                code = self._codes.get(cluster)
                if code is None:
                    code = chr(min(FIRST_CLUSTER + len(self._codes), LAST_CLUSTER))
                    self._codes[cluster], self.clusters[code] = code, cluster
                cluster = code
            drawn.append(cluster + HALF * (wide - 1))
        return "".join(drawn)


def _clusters(text: str, ambiguous: int) -> list[tuple[str, int]]:
    """Return what is drawn together, with its cells (1 or 2); signs without a cell join the one before."""
    found: list[tuple[str, int]] = []
    if "\u200d" in text or "\ufe0f" in text:
        spans = [(text[start:end], cells) for start, end, cells in split_graphemes(text)[0]]
    else:
        spans = [(sign, width(sign, ambiguous)) for sign in text]
    for cluster, cells in spans:
        if "\ud800" <= cluster[0] <= "\udfff":
            cluster, cells = "?", 1
        if cells:
            found.append((cluster, min(cells, 2)))
        elif found and unicodedata.category(cluster[0])[0] in "ML" and len(found[-1][0]) <= MARKS_KEPT:
            found[-1] = (found[-1][0] + cluster, found[-1][1])
    return found
