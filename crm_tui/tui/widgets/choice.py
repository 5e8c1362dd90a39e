"""Fields that are chosen, not typed: one of several words, any of several, and the line that saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from crm_tui.locale import _
from crm_tui.text.cells import fit, safe, width
from crm_tui.tui.keys import half_width

if TYPE_CHECKING:
    from crm_tui.tui.app import CrmApp
    from crm_tui.tui.screens.base import BaseScreen


class Choice(Widget, can_focus=True):
    """Words side by side: Left, Right, Home, End (or a digit) choose; with ``several`` Space and digits tick.

    ``value`` is the key of the chosen word, '' for none; with ``several`` the keys joined by ``,``.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--on", "choice--off", "choice--cursor"}

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, choices: Sequence[tuple[str, str]], value: str = "", *, several: bool = False) -> None:
        super().__init__()
        self.choices = list(choices)
        self.several = several
        self._value = value
        keys = [key for key, _text in self.choices]
        first = value.split(",")[0]
        self._cursor = keys.index(first) if first in keys else 0

    @property
    def value(self) -> str:
        """The chosen key, or keys."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.refresh()
            self.post_message(self.Changed(self))

    @property
    def ticked(self) -> list[str]:
        """The chosen keys."""
        return [key for key in self._value.split(",") if key]

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Choose by arrows, blank and digits; Backspace and Delete take the choice away."""
        character = half_width(event.character) or event.character or ""
        if event.key in ("left", "right"):
            self._move(1 if event.key == "right" else -1)
        elif event.key in ("home", "end"):
            self._go(0 if event.key == "home" else len(self.choices) - 1)
        elif event.key in ("space", "ideographic_space"):
            self._tick(self._cursor)
        elif event.key in ("backspace", "delete"):
            self.value = ""
        elif character.isdigit() and 1 <= int(character) <= len(self.choices):
            self._cursor = int(character) - 1
            self._tick(self._cursor)
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def _move(self, by: int) -> None:
        if not self.choices:
            return
        if self.several or self._value:
            self._go((self._cursor + by) % len(self.choices))
        else:
            self._go(len(self.choices) - 1 if by < 0 else self._cursor)

    def _go(self, place: int) -> None:
        if not self.choices:
            return
        self._cursor = place
        if not self.several:
            self.value = self.choices[place][0]

    def _tick(self, place: int) -> None:
        if not self.choices:
            return
        key = self.choices[place][0]
        if not self.several:
            self.value = key
            return
        ticked = self.ticked
        chosen = [each for each in ticked if each != key] if key in ticked else [*ticked, key]
        order = [each for each, _text in self.choices]
        self.value = ",".join(sorted(chosen, key=lambda each: order.index(each) if each in order else 99))

    def on_click(self, event: events.Click) -> None:
        """Choose with the mouse."""
        at = 0
        for place, text in enumerate(self._texts()):
            at += width(text)
            if event.x < at:
                self._cursor = place
                self._tick(place)
                return

    def _texts(self) -> list[str]:
        ticked = self.ticked
        texts = []
        for place, (key, text) in enumerate(self.choices):
            number = str(place + 1) if place < 9 else " "
            on = key in ticked
            mark = ("[x]" if on else "[ ]") if self.several else ("(*)" if on else "( )")
            texts.append(f"{mark}{number} {safe(text)}  ")
        return texts

    def render_line(self, y: int) -> Strip:
        """Return the words, the chosen one marked; when they do not fit, those around the cursor."""
        cells = self.size.width
        texts = self._texts()
        first = 0
        while first < self._cursor and sum(map(width, texts[first : self._cursor + 1])) > cells - 2:
            first += 1
        segments = [Segment("< ", self.rich_style)] if first else []
        used = 2 if first else 0
        ticked = self.ticked
        for place in range(first, len(texts)):
            text = texts[place]
            last = place == len(texts) - 1
            if used + width(text.rstrip()) > cells - (0 if last else 2):
                segments.append(Segment(fit(">", cells - used), self.rich_style))
                used = cells
                break
            on = self.choices[place][0] in ticked
            style = self.get_component_rich_style("choice--on" if on else "choice--off")
            if place == self._cursor and self.has_focus:
                style = self.get_component_rich_style("choice--cursor")
            body = text.rstrip()
            gap = min(width(text) - width(body), cells - used - width(body))
            segments += [Segment(body, style), Segment(" " * gap, self.rich_style)]
            used += width(body) + gap
        segments.append(Segment(fit("", cells - used), self.rich_style))
        return Strip(segments, cells)


class SaveButton(Widget, can_focus=True):
    """The line at the end of a form that saves it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"save--text", "save--here"}

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        crm = cast("CrmApp", self.app)
        save = cast("BaseScreen", self.screen).called.get("save", "Save")
        text = f"[ {_(save)} {crm.keymap.shown('save')} ]"
        style = self.get_component_rich_style("save--here" if self.has_focus else "save--text")
        body = [Segment(" ", self.rich_style), Segment(text, style)] if y == 1 else []
        rest = max(self.size.width - (1 + width(text) if y == 1 else 0), 0)
        return Strip([*body, Segment(" " * rest, self.rich_style)], self.size.width)

    def on_focus(self) -> None:
        """Show that Enter saves now."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that it does not."""
        self.refresh()

    def on_click(self) -> None:
        """Save."""
        cast("CrmApp", self.app).perform("save")
