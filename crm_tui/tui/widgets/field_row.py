"""One row of a form: a label, an input and a note, or a value that cannot be edited and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual._wrap import compute_wrap_offsets
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widget import Widget

from crm_tui.text.cells import fit, harmless, safe, width
from crm_tui.tui.typed_into import InputToBe
from crm_tui.tui.widgets.choice import Choice
from crm_tui.tui.widgets.lines import TextLine

if TYPE_CHECKING:
    from crm_tui.tui.widgets.area import Area

AROUND = 3  # cells of a form beside its rows: padding and scroll bar
NOTE_SHARE = 0.36


class Field(NamedTuple):
    """One field of a form.

    ``kind`` is ``line``, ``area`` (several lines), ``choice`` (one of ``choices``), ``several`` (any of
    them, the value is their keys joined by ``,``) or ``heading``. ``choices`` are (key, translated text).
    ``check(value)`` returns an error sentence or ''. ``hint`` is shown in the empty input. A field that is
    ``locked``, by the sentence that says why, shows its value and is none of the form's values.
    """

    key: str
    label: str
    kind: str = "line"
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False
    check: Callable[[str], str] | None = None
    lines: int = 3
    locked: str = ""


class FieldRow(InputToBe):
    """A label, an input and a note: beside it, or under it when it is long.

    A form has dozens of fields of which few are edited: an input that is typed into is made when somebody
    goes there (``entered``). Until then the row paints its text, and stands for it among what takes keys.
    """

    class Changed(Message):
        """The text of a field without an input was changed."""

        def __init__(self, row: FieldRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, field: Field, label_cells: int, style: Callable[[str], Style]) -> None:
        super().__init__()
        self.style_of = style
        self.field = field
        self.label_cells = label_cells
        self.error = ""
        self.note = ""
        self.filled = False
        self.suggester: Suggester | None = None
        self.control: TextLine | Area | Choice | None = None
        self.is_input = field.kind != "heading" and not field.locked
        if self.is_input and field.kind in ("choice", "several"):
            self.control = Choice(field.choices, field.value, several=field.kind == "several")
        self.can_focus = self.is_input and self.control is None
        self.lines = field.lines if field.kind == "area" and not field.locked else 1
        self.before = self.told = self._text = self._shown(field.value)

    def _shown(self, value: str) -> str:
        """Return a value as the input may hold it; while it is not edited the stored one stays as it is."""
        if self.field.kind in ("choice", "several"):
            return value
        return harmless(value, lines=self.field.kind == "area")

    def entered(self) -> Widget:
        """Return what takes the keys of this row; its input is made the first time."""
        if self.control is None:
            self.can_focus = False
            if self.field.kind == "area":
                from crm_tui.tui.widgets.area import Area

                self.control = Area(self._text, self.field.lines)
            else:
                self.control = TextLine(self._text, self.field.hint)
                self.control.suggester = self.suggester
            self._arrange()
            self.mount(self.control)
        return self.control

    def compose(self) -> ComposeResult:
        """Yield the input that is there from the beginning."""
        if self.control is not None:
            yield self.control

    @property
    def value(self) -> str:
        """What the field holds now."""
        return self._text if self.control is None else self.control.value

    @value.setter
    def value(self, value: str) -> None:
        value = self._shown(value)
        if self.control is not None:
            self.control.value = value
        elif self.is_input and value != self._text:
            self._text = value
            self.refresh()
            self.post_message(self.Changed(self))

    def takes(self, value: str) -> bool:
        """Tell whether the field can hold a value: what is chosen must be among its choices."""
        if not isinstance(self.control, Choice):
            return self.is_input
        known = {key for key, _text in self.control.choices}
        return all(each in known for each in value.split(",") if each)

    def set_message(self, error: str | None = None, note: str | None = None) -> None:
        """Set the error or the note; None leaves it."""
        before = (self.error, self.note)
        self.error = self.error if error is None else error
        self.note = self.note if note is None else note
        if before != (self.error, self.note):
            self._arrange()

    def _beside(self, cells: int) -> int:
        """Return the cells for a note beside the input; words to choose from need the whole line."""
        return 0 if isinstance(self.control, Choice) else max(int(cells * NOTE_SHARE), 12)

    def _arrange(self) -> None:
        total = self.size.width or self.app.size.width - AROUND
        message = self.error or self.note
        beside = self._beside(total)
        below = bool(message) and width(safe(message)) > beside - 2
        if self.control is not None:
            self.control.styles.margin = (0, beside, 0, self.label_cells + 2)
        self.styles.height = self.lines + below
        self.refresh()

    def on_mount(self) -> None:
        """Arrange label, input and note."""
        self._arrange()

    def on_resize(self) -> None:
        """Arrange again."""
        self._arrange()

    def on_descendant_focus(self) -> None:
        """Show which field is in use."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Show that it is not in use any more."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a line of label and note; the input is painted over it."""
        cells = self.size.width
        style = self.style_of
        if self.field.kind == "heading":
            return Strip([Segment(fit(" " + safe(self.field.label), cells), style("field--heading"))], cells)
        if self.field.locked:
            return self._locked_line(y, cells)
        here = self.control is not None and self.control.has_focus
        label = safe(self.field.label) + (" *" if self.field.required else "")
        left = fit(label, self.label_cells) if y == 0 else " " * self.label_cells
        message = ("! " if self.error else "") + safe(self.error or self.note)
        kind = style("field--error" if self.error else "field--note")
        beside = self._beside(cells)
        start = self.label_cells + 2
        sign = "+" if self.filled and y == 0 else " "
        segments = [Segment(sign, style("field--note"))]
        segments.append(Segment(left, style("field--here" if here else "field--label")))
        segments.append(Segment(" ", self.rich_style))
        below = bool(message) and width(safe(self.error or self.note)) > beside - 2
        if below and y == self.lines:
            segments.append(Segment(fit(message, max(cells - start, 1)), kind))
        else:
            gap = max(cells - start - beside, 0)
            segments.append(self._text_segment(y, gap))
            text = "" if y or below else message
            segments.append(Segment("  " + fit(text, max(cells - start - gap - 2, 1)), kind))
        return Strip(segments).crop(0, cells)

    def _text_segment(self, y: int, cells: int) -> Segment:
        """Return a line of the text, as its input would show it that is not there yet."""
        if self.control is not None or y >= self.lines:
            return Segment(" " * cells, self.style_of("field--note"))
        if not self._text:
            return Segment(fit(safe(self.field.hint) if not y else "", cells), self.style_of("field--hint"))
        lines = self._text_lines(cells)
        return Segment(fit(lines[y] if y < len(lines) else "", cells), self.style_of("field--text"))

    def _text_lines(self, cells: int) -> list[str]:
        """Return the lines that are in view of a text in so many cells."""
        if self.field.kind != "area":
            return [safe(self._text)]
        lines: list[str] = []
        # A cell holds more than one sign only rarely.
        for line in self._text[: 8 * cells * self.lines + 400].split("\n", self.lines)[: self.lines]:
            line = safe(line)
            ends = compute_wrap_offsets(line, max(cells - 1, 1), 4)
            lines += [line[one:other] for one, other in zip([0, *ends], [*ends, None], strict=True)]
        return lines[: self.lines]

    def _locked_line(self, y: int, cells: int) -> Strip:
        """Return the line of a field that cannot be edited: its value, and why."""
        style, start = self.style_of, self.label_cells + 2
        beside = max(int(cells * NOTE_SHARE), 12)
        value = fit(safe(self._words() if y == 0 else ""), max(cells - start - beside, 1))
        segments = [
            Segment(" ", style("field--note")),
            Segment(fit(safe(self.field.label) if y == 0 else "", self.label_cells), style("field--label")),
            Segment(f" {value} ", style("field--note")),
            Segment(fit(self.field.locked if y == 0 else "", max(beside - 1, 1)), style("field--note")),
        ]
        return Strip(segments).crop(0, cells)

    def _words(self) -> str:
        """Return the value as people read it: chosen words instead of their keys."""
        words = dict(self.field.choices)
        held = self.field.value.split(",") if words else [self.field.value]
        return ", ".join(words.get(each, each) for each in held).replace("\n", " ")
