"""The lines around every screen: status above, message and keys below, and a search line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _
from crm_tui.text.cells import clip, fit, harmless, safe, width
from crm_tui.tui.typed_into import takes_lines, takes_text

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp
    from crm_tui.tui.screens.base import BaseScreen

NOTICE_LINES = 3
NEVER_FIRST = "，。；：、！？）》”’…,.;:!?)"  # what Chinese typesetting keeps from beginning a line
SENTENCE_END = re.compile(r"[。！？]|[.!?] ")
KINDS = ("info", "good", "warn", "bad")


def wrapped(text: str, cells: int, most: int) -> list[str]:
    """Return a text cut into at most ``most`` lines of ``cells``; … ends the last when more follows."""
    lines: list[str] = []
    # Of a note of ten thousand lines the first few are shown; a cell holds more than one sign only rarely.
    rest = " ".join(safe(text[: 8 * cells * most + 400]).split())
    while rest and len(lines) < most:
        if len(lines) == most - 1 or width(rest) <= cells:
            lines.append(fit(rest, cells).rstrip())
            break
        end = used = 0
        while end < len(rest) and used + width(rest[end]) <= cells:
            used += width(rest[end])
            end += 1
        blank = rest.rfind(" ", 0, end + 1)
        if blank > end // 2 and not (rest[end - 1] > "\u2e7f" or rest[end : end + 1] > "\u2e7f"):
            end = blank
        while end > 1 and rest[end : end + 1] and rest[end] in NEVER_FIRST:
            end -= 1
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return lines


def shortened(text: str, cells: int, most: int) -> list[str]:
    """Return a text on at most ``most`` lines; what is too much goes from its middle.

    A message ends with what to do next, which a long name may not push out.
    """
    lines = wrapped(text, cells, most + 1)
    room = cells * most
    if len(lines) <= most:
        return lines
    start, end = safe(text[:room]), " ".join(safe(text[-room:]).split())
    while width(end) > room // 2:
        end = end[1:]
    begun = SENTENCE_END.search(end)
    end = end[begun.end() :] if begun else end
    for left in range(room - width(end), 0, -1):
        lines = wrapped(f"{clip(start, left)}… {end}", cells, most + 1)
        if len(lines) <= most:
            break
    return lines


def packed(parts: Sequence[str], cells: int, most: int, gap: str = "  ") -> list[str]:
    """Return parts side by side on at most ``most`` lines, none broken unless it is wider than a line."""
    lines: list[str] = []
    for part in map(safe, parts):
        if lines and (width(lines[-1] + gap + part) <= cells or len(lines) == most):
            lines[-1] += gap + part
        else:
            lines.append(part)
    return [fit(line, cells).rstrip() for line in lines]


class Line(Widget):
    """One line of parts (text, component name); what does not fit is cut."""

    def parts(self, cells: int) -> list[tuple[str, str]]:
        """Return the parts of the line."""
        raise NotImplementedError

    @property
    def crm(self) -> CrmApp:
        """The app."""
        return cast("CrmApp", self.app)

    def style_of(self, name: str) -> Style:
        """Return the style of a component, the line's own without a name."""
        return self.get_component_rich_style(name) if name else self.rich_style

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        cells = self.size.width
        if y:
            return Strip.blank(cells, self.rich_style)
        segments, used = [], 0
        for text, name in self.parts(cells):
            text = safe(text)
            wide = width(text, self.crm.ambiguous)
            if used + wide > cells:
                text, wide = fit(text, cells - used, self.crm.ambiguous), cells - used
            if wide:
                segments.append(Segment(text, self.style_of(name)))
                used += wide
        segments.append(Segment(" " * (cells - used), self.rich_style))
        return Strip(segments, cells)


class StatusLine(Line):
    """The line on top: where we are, search and filter, how many, a flag such as 只读, and who we are."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--title", "line--flag"}

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.filter = ""
        self.narrowed = ""
        self.total = ""
        self.flag = ""
        self.reason = ""

    def change(
        self,
        *,
        title: str | None = None,
        filter: str | None = None,
        total: str | None = None,
        flag: str | None = None,
        narrowed: str | None = None,
    ) -> None:
        """Change what is given, leave the rest, and draw the line if it changed."""
        new = [
            old if given is None else given
            for old, given in zip(self._held, (title, filter, total, flag, narrowed), strict=True)
        ]
        if new != self._held:
            self.title, self.filter, self.total, self.flag, self.narrowed = new
            self.refresh()

    @property
    def _held(self) -> list[str]:
        return [self.title, self.filter, self.total, self.flag, self.narrowed]

    def parts(self, cells: int) -> list[tuple[str, str]]:
        """Return title and filter to the left, total, flag and user to the right."""
        ambiguous = self.crm.ambiguous
        stands = ((self.total, ""), (self.crm.live.indexing.said, ""), (self.flag, "line--flag"))
        right = [(text, name) for text, name in stands if text]
        right.append((self.crm.user_name, ""))
        taken = sum(width(safe(text), ambiguous) + 2 for text, _name in right)
        left = cells - taken - 1
        title = safe(self.title)
        parts = [(" " + fit(title, min(width(title, ambiguous), max(left - 1, 4)), ambiguous), "line--title")]
        if self.filter:
            parts.append((f"  / {self.filter}", ""))
        if self.narrowed:
            parts.append((f"  [{self.narrowed}]", "line--flag"))
        used = 0
        kept: list[tuple[str, str]] = []
        for text, name in parts:
            wide = min(width(safe(text), ambiguous), max(left - used, 0))
            kept.append((fit(safe(text), wide, ambiguous), name))
            used += wide
        rest = max(left - used, 0)
        reason = f" {self.reason}" if self.flag and self.reason else ""
        if width(safe(reason), ambiguous) > rest:
            reason = ""
        kept.append((" " * (rest - width(safe(reason), ambiguous)), ""))
        for text, name in right:
            kept.append(("  ", ""))
            kept.append((text, name))
            if name == "line--flag":
                # Why it can only be read, where there is room for it.
                kept.append((reason, ""))
        return kept


class Notice(Widget):
    """The message line: what just happened and how to take it back. It grows for a long sentence.

    While there is no message it shows what ``rest`` was given, on one line.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"notice--{kind}" for kind in KINDS}

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.kind = "info"
        self.resting = ""
        self._lines: list[str] = []

    def say(self, text: str, kind: str = "info") -> None:
        """Show a message; ``kind`` is info, good, warn or bad (which puts a sign before it)."""
        if (text, kind) == (self.text, self.kind):
            return
        self.text, self.kind = text, kind
        self._wrap()

    def rest(self, text: str) -> None:
        """Show a text wherever there is no message."""
        if text != self.resting:
            self.resting = text
            self._wrap()

    def _wrap(self) -> None:
        # In a box it is narrower than the screen.
        cells = max((self.size.width or self.app.size.width) - 2, 10)
        if self.text:
            sign = "! " if self.kind in ("warn", "bad") else ""
            self._lines = shortened(sign + self.text, cells, NOTICE_LINES)
        else:
            self._lines = wrapped(self.resting, cells, 1)
        self.styles.height = max(len(self._lines), 1)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap the message anew."""
        self._wrap()

    def render_line(self, y: int) -> Strip:
        """Return one line of the message."""
        cells = self.size.width
        if y >= len(self._lines):
            return Strip.blank(cells, self.rich_style)
        text = fit(" " + self._lines[y], cells)
        kind = self.kind if self.text else "warn"
        return Strip([Segment(text, self.get_component_rich_style(f"notice--{kind}"))], cells)


class KeyBar(Line):
    """The line at the bottom: at most seven keys, from the registry; what cannot be done now is dim."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--label", "keys--off"}

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[str, str]] = []

    def on_mount(self) -> None:
        """Find the keys."""
        self.update()

    def on_resize(self) -> None:
        """Find the keys that fit."""
        self.update()

    def on_click(self, event: events.Click) -> None:
        """Do what stands under the mouse."""
        screen = cast("BaseScreen", self.screen)
        typing, lines = takes_text(screen.focused), takes_lines(screen.focused)
        names = {}
        for action in self.crm.keymap.bindings_for(screen.kind):
            label = screen.called.get(action.id, action.label)
            names[self.crm.keymap.footer_key(action, screen.kind, typing, lines), _(label)] = action.id
        at, key = 0, ""
        for text, name in self.parts(self.size.width):
            at += width(text, self.crm.ambiguous)
            if name and not text.startswith(" "):
                key = text
            elif name and event.x < at:
                if action_id := names.get((key, text[1:])):
                    self.crm.perform(action_id)
                return

    def update(self) -> None:
        """Find out what can be pressed now and draw the line if that changed; mounting does so by itself."""
        if not self.is_attached:
            return
        shown = self.parts(self.size.width)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    @property
    def is_right(self) -> bool:
        """Whether what it shows can be pressed now."""
        return self._shown == self.parts(self.size.width)

    def parts(self, cells: int) -> list[tuple[str, str]]:
        """Return keys and labels."""
        screen = cast("BaseScreen", self.screen)
        typing, lines = takes_text(screen.focused), takes_lines(screen.focused)
        called, in_bar = screen.called, screen.in_bar
        footer = self.crm.keymap.footer(screen.kind, cells, screen.hidden, typing, lines, called, in_bar)
        parts: list[tuple[str, str]] = [(" ", "")]
        for action, key, label in footer.keys:
            dim = bool(self.crm.why_not(action, screen))
            parts.append((footer.gap if len(parts) > 1 else "", ""))
            parts.append((key, "keys--off" if dim else "keys--key"))
            parts.append((" " + label, "keys--off" if dim else "keys--label"))
        return parts


class TextLine(Input):
    """A one-line input without border and blinking, whose terminal cursor stands where text will appear.

    Textual puts it one cell further at the end of the text, and an input method writes there.
    """

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Take nothing that steers the terminal, wherever the text comes from."""
        return harmless(value, lines=False)

    def validate_placeholder(self, placeholder: str) -> str:
        """Take no such sign in a hint either: it may name words of the database."""
        return safe(placeholder)

    def point(self, place: Offset) -> None:
        """Put the cursor on the sign in a cell of the text, counted from its first."""
        self.cursor_position = self._cell_offset_to_index(place.x)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the cursor is, in cells of the screen."""
        place = super().cursor_screen_offset
        return Offset(place.x - self.cursor_at_end, place.y)

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """Keep the cursor in view when the line becomes narrower, in the same frame."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed and self.has_focus:
            cursor = Region(self._cursor_offset, 0, 1, 1)
            self.scroll_to_region(cursor, force=True, animate=False, immediate=True)
        return changed

    def _on_paste(self, event: events.Paste) -> None:
        """Take every line that is pasted, one after another; Textual's takes the first and drops the rest."""
        # Textual calls the handler of each class above as well, unless told not to.
        event.prevent_default()
        event.stop()
        self.replace(self.one_line(event.text), *self.selection)

    def one_line(self, text: str) -> str:
        """Return a pasted text as one line: what ends its lines becomes a blank."""
        return (
            " ".join(filter(None, map(str.strip, text.splitlines())))
            if "\n" in text.strip()
            else text.strip("\n")
        )


class SearchLine(TextLine):
    """The line that ``/`` opens over a list; the screen's ``search_changed(text)`` narrows the rows.

    Enter keeps the search and goes back to the list, Esc brings back what was there before.
    """

    def __init__(self, placeholder: str = "") -> None:
        super().__init__(placeholder=placeholder)
        self.display = False
        self._before = ""

    def one_line(self, text: str) -> str:
        """Return the first line that says anything: nobody is called by several."""
        return next(filter(None, map(str.strip, text.splitlines())), "")

    def open(self, typed: str = "") -> None:
        """Show the line with the present search, and what was typed after it."""
        self._before = self.value
        self.display = True
        self.screen.set_focus(self)
        if typed:
            self.value = typed
        self.cursor_position = len(self.value)

    async def do_open(self) -> None:
        """Keep the search and go back to the rows."""
        await self._leave(self.value)

    async def do_back(self) -> None:
        """Bring back the search as it was and go back to the rows."""
        await self._leave(self._before)

    async def _leave(self, value: str) -> None:
        screen = cast("BaseScreen", self.screen)
        if value != self.value:
            self.value = value
        self.display = bool(value)
        screen.set_focus(screen.primary)
        await screen.search(value)
