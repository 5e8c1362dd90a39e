"""One row of a form: a label, an input and a note, or a value that cannot be edited and why."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from crm_tui.text.cells import fit, harmless, safe, width
from crm_tui.tui.widgets.choice import Choice
from crm_tui.tui.widgets.lines import TextLine

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


class Area(TextArea):
    """An input of several lines without blinking, also for ten thousand of them pasted at once."""

    def __init__(self, value: str, lines: int) -> None:
        super().__init__(harmless(value), compact=True, tab_behavior="focus", highlight_cursor_line=False)
        self.cursor_blink = False
        self.styles.height = lines

    def edit(self, edit: Edit) -> EditResult:
        """Carry out an edit."""
        edit.text = harmless(edit.text)
        if edit.text.count("\n") >= self.size.height > 0:
            # Beforehand: its coming would wrap every line a second time.
            self.show_vertical_scrollbar = True
        return super().edit(edit)

    def load_text(self, text: str) -> None:
        """Take a text in the place of the present one."""
        super().load_text(harmless(text))


class FieldRow(Widget):
    """A label, an input and a note: beside it, or under it when it is long."""

    def __init__(self, field: Field, label_cells: int, style: Callable[[str], Style]) -> None:
        super().__init__()
        self.style_of = style
        self.field = field
        self.label_cells = label_cells
        self.error = ""
        self.note = ""
        self.filled = False
        self.control = self._make()
        self.lines = field.lines if field.kind == "area" and not field.locked else 1
        self.before = self.told = self._shown(field.value)

    def _shown(self, value: str) -> str:
        """Return a value as the input may hold it; while it is not edited the stored one stays as it is."""
        if self.field.kind in ("choice", "several"):
            return value
        return harmless(value, lines=self.field.kind == "area")

    def _make(self) -> Input | TextArea | Choice | None:
        field = self.field
        value = self._shown(field.value)
        if field.kind == "heading" or field.locked:
            return None
        if field.kind == "area":
            return Area(value, field.lines)
        if field.kind in ("choice", "several"):
            return Choice(field.choices, field.value, several=field.kind == "several")
        return TextLine(value, field.hint)

    def compose(self) -> ComposeResult:
        """Yield the input."""
        if self.control is not None:
            yield self.control

    @property
    def value(self) -> str:
        """What the field holds now."""
        if isinstance(self.control, TextArea):
            return self.control.text
        return self.control.value if self.control is not None else ""

    @value.setter
    def value(self, value: str) -> None:
        if isinstance(self.control, TextArea):
            self.control.text = self._shown(value)
        elif self.control is not None:
            self.control.value = self._shown(value)

    def takes(self, value: str) -> bool:
        """Tell whether the field can hold a value: what is chosen must be among its choices."""
        if not isinstance(self.control, Choice):
            return self.control is not None
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
        if message and width(safe(self.error or self.note)) > beside - 2:
            text = fit(message, max(cells - start, 1)) if y == self.lines else " " * max(cells - start, 0)
        else:
            gap = max(cells - start - beside, 0) + 2
            text = " " * gap + fit(message if y == 0 else "", max(cells - start - gap, 1))
        segments.append(Segment(text, kind))
        return Strip(segments, start + max(cells - start, 0)).crop(0, cells)

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
