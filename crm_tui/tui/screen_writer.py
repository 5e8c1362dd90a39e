"""What is sent to the terminal: only the cells that changed, moved lines as a scroll."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from crm_tui.text.cells import SURE
from crm_tui.tui.screen_cells import HALF, LINE_SIGNS, PLAIN, UNKNOWN, Cells, Style

_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29", "21": "24"}
_OFF |= {"53": "55"}
_GROUPS = re.compile("(.)\\1*", re.DOTALL)
_LONG_BLANK = re.compile("( {9,})")
_NINE = " " * 9
_NO_TEXT = " " + HALF
SHORT_GAP = 4  # cells between two changes that are sent again rather than jumped over
JUMP = 12  # bytes
EDGE = 2  # cells at the end of a line that may be sent after all lines
FEW_KEPT = 2  # cells of text that stand already and may be sent again for the sake of one erasing
WORTH_SCROLLING = 60  # cells that a scroll has to save


def between(was: Style | None, now: Style) -> str:
    """Return the shortest SGR sequence from one style (None: nobody knows which) to another."""
    whole = ["0", *sorted(now.on), *filter(None, (now.fore, now.back))]
    if now == PLAIN:
        return "\x1b[m"
    if was is None:
        return f"\x1b[{';'.join(whole)}m"
    off = {_OFF[one] for one in was.on - now.on if one in _OFF}
    steps = [*sorted(off), *sorted(one for one in now.on if one not in was.on or _OFF.get(one) in off)]
    if was.fore != now.fore:
        steps.append(now.fore or "39")
    if was.back != now.back:
        steps.append(now.back or "49")
    return f"\x1b[{min(';'.join(steps), ';'.join(whole), key=len)}m"


class ScreenWriter:
    """Turns frames into what the terminal lacks: ``take(frame)`` any number of times, then ``changes()``.

    ``erases`` tells whether the terminal erases in the current background (all but GNU screen do).
    ``forget()`` says that nobody knows any more what the terminal shows.
    """

    def __init__(self, columns: int, rows: int, *, ambiguous: int = 1, erases: bool = True) -> None:
        self._ambiguous, self._erases = ambiguous, erases
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Begin anew with another size."""
        self.size = (columns, rows)
        self.cells = Cells(columns, rows, self._ambiguous)
        self._between: dict[tuple[int | None, int], str] = {}
        self.forget()

    def forget(self) -> None:
        """Take nothing on the terminal for granted: the next changes are the whole screen."""
        columns, rows = self.size
        self._lines: list[str] = [UNKNOWN * columns] * rows
        self._styles: list[str] = [UNKNOWN * columns] * rows
        self.cells.dirty.update(range(rows))
        self._style: int | None = None
        self._x: int | None = None
        self._y: int | None = None

    def take(self, frame: str) -> None:
        """Read a frame; a frame not yet sent is never sent when a newer one writes the same cells."""
        self.cells.take(frame)

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to ``resize`` and have everything painted: no screen has so many styles."""
        return self.cells.is_full

    @property
    def cursor_moved(self) -> bool:
        """Tell whether the terminal's cursor stands elsewhere than the program wants."""
        return (self._x, self._y) != self.cells.cursor

    def changes(self) -> str:
        """Return what makes the terminal show the wanted screen, '' when it does."""
        cells = self.cells
        self._out: list[str] = []
        lines, styles = cells.lines, cells.styles
        dirty = [y for y in sorted(cells.dirty) if lines[y] != self._lines[y] or styles[y] != self._styles[y]]
        cells.dirty.clear()
        if len(dirty) > 3:
            dirty = self._scroll(dirty)
        self._edges: list[tuple[int, int, int, str]] = []
        for y in dirty:
            self._line(y)
        for number, x, y, text in sorted(self._edges, key=lambda edge: edge[0]):
            self._set(number)
            self._text(x, y, text)
        if self.cursor_moved:
            self._go(*cells.cursor)
        return "".join(self._out)

    # -- scrolling ----------------------------------------------------------------------------------------

    def _scroll(self, dirty: list[int]) -> list[int]:
        """Let the terminal move lines that are there already; return the lines that still differ."""
        lines, styles = self.cells.lines, self.cells.styles
        there = {
            (line, style): y
            for y, (line, style) in enumerate(zip(self._lines, self._styles, strict=True))
            if not line.isspace()
        }
        pairs = [(y, there[lines[y], styles[y]]) for y in dirty if (lines[y], styles[y]) in there]
        if not pairs:
            return dirty
        by = Counter(was - y for y, was in pairs).most_common(1)[0][0]
        moved = [(y, was) for y, was in pairs if was - y == by]
        top = min(min(pair) for pair in moved)
        bottom = max(max(pair) for pair in moved)
        region = range(top, bottom + 1)
        gone = UNKNOWN * self.size[0]
        now = {
            y: (self._lines[y + by], self._styles[y + by]) if y + by in region else (gone, gone)
            for y in region
        }
        before = sum((lines[y], styles[y]) != (self._lines[y], self._styles[y]) for y in region)
        after = sum((lines[y], styles[y]) != now[y] for y in region)
        if (before - after) * self.size[0] < WORTH_SCROLLING:
            return dirty
        if bottom < self.size[1] - 1:
            self._out.append(f"\x1b[{top + 1};{bottom + 1}r")
            self._x = self._y = None  # most go home, not all
        self._go(0, top)
        count = abs(by) if abs(by) > 1 else ""
        self._out.append(f"\x1b[{count}{'M' if by > 0 else 'L'}")
        if bottom < self.size[1] - 1:
            self._out.append("\x1b[r")
            self._x = self._y = None  # most go home, not all
        for y, (line, style) in now.items():
            self._lines[y], self._styles[y] = line, style
        rest = {*dirty, *region}
        return [y for y in sorted(rest) if lines[y] != self._lines[y] or styles[y] != self._styles[y]]

    # -- one line -----------------------------------------------------------------------------------------

    def _line(self, y: int) -> None:
        line, style = self.cells.lines[y], self.cells.styles[y]
        shown, shown_style = self._lines[y], self._styles[y]
        changed = [
            x
            for x, (a, b, c, d) in enumerate(zip(line, shown, style, shown_style, strict=True))
            if a != b or c != d
        ]
        columns = len(line)
        tail = self._tail(line, style)
        # A blank before the first change is cheaper than a jump over it.
        indented = line[0] == " " and columns > 1 and self.cells.blank_of[ord(style[1])] == ord(style[0])
        if indented and changed[0] == 1:
            changed.insert(0, 0)
        if changed[0] < tail < columns and self._is_new(line, changed, tail):
            self._erase_tail(y, changed[0], style)
            sign = style[-1]
            first = changed[0]
            changed = [x for x in range(first, tail) if line[x] != " " or style[x] != sign]
            if indented and first == 0 and changed[:1] == [1]:
                changed.insert(0, 0)
        at = 0
        while at < len(changed):
            start = end = changed[at]
            while at < len(changed):
                if changed[at] > end and not self._bridged(line, style, end, changed[at]):
                    break
                end = changed[at] + 1
                at += 1
            while end < columns and line[end] == HALF:
                end += 1
            if end > tail:
                if start < tail:
                    self._run(y, line, style, start, tail)
                here = self._x if self._y == y and self._x is not None else 0
                self._erase_tail(y, here if tail <= here < start else max(start, tail), style)
                break
            if at == len(changed) and end - start > EDGE and style[start] != style[end - 1]:
                # The mark at the edge of a list has a style of its own: all of them go together afterwards.
                edge = len(style[:end].rstrip(style[end - 1]))
                if end - edge <= EDGE and self._is_dear(ord(style[edge - 1]), ord(style[edge])):
                    self._edges.append((ord(style[edge]), edge, y, line[edge:end]))
                    end = edge
            self._run(y, line, style, start, end)
        self._lines[y], self._styles[y] = line, style

    @staticmethod
    def _is_new(line: str, changed: list[int], tail: int) -> bool:
        """Tell whether erasing all from the first change on is worth it: long blanks, no text that stands."""
        start = changed[0]
        if line.find(_NINE, start, tail) < 0:
            return False
        texts = tail - start - line.count(" ", start, tail) - line.count(HALF, start, tail)
        return texts - sum(line[x] not in _NO_TEXT for x in changed if x < tail) <= FEW_KEPT

    def _bridged(self, line: str, style: str, start: int, end: int) -> bool:
        """Tell whether the cells between two changes cost less than a jump."""
        gap, signs = line[start:end], style[start:end]
        sign = style[start - 1]
        if line[start - 1 : end + 1].isspace() and style[start - 1 : end + 1] == sign * (end - start + 2):
            return len(gap) <= SHORT_GAP or self._can_erase(ord(sign))
        if len(gap) > SHORT_GAP or not gap.isascii() or HALF in gap:
            return False
        return signs == sign * len(gap) or signs == chr(self.cells.blank_of[ord(sign)]) * len(gap)

    def _is_dear(self, number: int, edge: int) -> bool:
        """Tell whether going from a style to that of the edge and back costs more than a jump."""
        styles = self.cells.style_of
        if self.cells.blank_of[number] == edge:
            return False
        return len(between(styles[number], styles[edge])) + len(between(styles[edge], styles[number])) > JUMP

    def _tail(self, line: str, style: str) -> int:
        """Return where the blanks begin that one sequence erases up to the edge, past it when none do."""
        sign = style[-1]
        if line[-1] != " " or not self._can_erase(ord(sign)):
            return len(line)
        tail = max(len(line.rstrip(" ")), len(style.rstrip(sign)))
        return tail if len(line) - tail > 3 else len(line)

    def _can_erase(self, number: int) -> bool:
        style = self.cells.style_of[number]
        return style.on.isdisjoint(LINE_SIGNS) and (self._erases or not style.back)

    def _erase_tail(self, y: int, x: int, style: str) -> None:
        self._go(x, y)
        self._blank(ord(style[-1]))
        self._out.append("\x1b[K")

    def _run(self, y: int, line: str, style: str, start: int, end: int) -> None:
        """Send the cells of a line from start to end."""
        groups = [(ord(m[1]), start + m.start(), start + m.end()) for m in _GROUPS.finditer(style[start:end])]
        for (number, first, last), (after, _first, _last) in pairwise([*groups, (groups[-1][0], end, end)]):
            text = line[first:last]
            blank = text.isspace()
            if blank:
                self._blank(number, after)
            else:
                self._set(number)
            if _NINE in text and self._can_erase(number):
                at = first
                for part in _LONG_BLANK.split(text):
                    behind = self._lines[y][at + len(part) : at + len(part) + 1]
                    # Half a wide character erased: tmux gives its other half no colour once it is written.
                    if _NINE in part and part.isspace() and behind != HALF:
                        self._go(at, y)
                        self._out.append(f"\x1b[{len(part)}X")
                    elif part:
                        self._text(at, y, part)
                    at += len(part)
            else:
                self._text(first, y, text)

    def _text(self, x: int, y: int, text: str) -> None:
        self._go(x, y)
        end = x + len(text)
        if SURE.cover(text):
            self._out.append(text.replace(HALF, "") if HALF in text else text)
            self._x = end
        else:
            self._unsure(x, y, text)
        if end >= self.size[0]:
            self._x = None  # some stand on the last column, some behind it

    def _unsure(self, x: int, y: int, text: str) -> None:
        """Send text in which terminals disagree on widths: behind each such cell an absolute place."""
        clusters = self.cells.clusters
        at = 0
        for start, sign in enumerate(text):
            if sign in SURE:
                continue
            if start > at:
                self._go(x + at, y)
                self._out.append(text[at:start].replace(HALF, ""))
                self._x = x + start
            self._go(x + start, y)
            wide = text[start + 1 : start + 2] == HALF
            if wide and ord(sign) > 0xFFFF:
                # Where it is drawn narrow, nothing old stays beside it.
                self._out.append("  ")
                self._x = None
                self._go(x + start, y)
            self._out.append(clusters.get(sign, sign))
            self._x = None
            at = start + 1 + wide
        if at < len(text):
            self._go(x + at, y)
            self._out.append(text[at:].replace(HALF, ""))
            self._x = x + len(text)

    # -- places and styles --------------------------------------------------------------------------------

    def _go(self, x: int, y: int) -> None:
        """Move the cursor, by the shortest sequence."""
        if (self._x, self._y) == (x, y):
            return
        if self._y == y:
            here = self._x
            if x == 0:
                move = "\r"
            elif here is not None and x - here > 0:
                move = f"\x1b[{x - here}C" if x - here > 1 else "\x1b[C"
            else:
                move = f"\x1b[{x + 1}G"
        else:
            move = f"\x1b[{y + 1};{x + 1}H" if x else (f"\x1b[{y + 1}H" if y else "\x1b[H")
            if self._y is not None and 0 < y - self._y < 4 and x < 10:
                aside = f"\x1b[{x}C" if x > 1 else "\x1b[C" * x
                move = min("\r" + "\n" * (y - self._y) + aside, move, key=len)
        self._out.append(move)
        self._x, self._y = x, y

    def _set(self, number: int) -> None:
        if number != self._style:
            self._out.append(self._step(number))
            self._style = number

    def _step(self, number: int) -> str:
        key = (self._style, number)
        step = self._between.get(key)
        if step is None:
            styles = self.cells.style_of
            step = between(None if self._style is None else styles[self._style], styles[number])
            self._between[key] = step
        return step

    def _blank(self, number: int, after: int | None = None) -> None:
        """Set a style in which blanks look as that of ``number``, the next text's where that is one."""
        blank_of, styles = self.cells.blank_of, self.cells.style_of
        if self._style is not None and blank_of[self._style] == number:
            return
        if after is not None and blank_of[after] == number:
            self._set(after)
        elif self._style is None or not number or styles[number].on or blank_of[self._style] == self._style:
            self._set(number)
        else:
            now = styles[self._style]  # another background is enough
            self._set(self.cells.number_of(Style(now.on, now.fore, styles[number].back)))
