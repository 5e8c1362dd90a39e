"""The rows of a form: a label, an input and a note, or a value that cannot be edited and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._wrap import compute_wrap_offsets
from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
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
NOTE_SHARE = 0.36  # of a wide form; a longer note than has room goes under its field
NOTE_LEAST = 18
TEXT_WANTED = 48  # cells for what is typed come before those for notes
TEXT_LEAST = 33  # a company's name and the cursor: in a narrow form notes go under their fields
WIDEST_LABEL = 24


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


class FieldRow:
    """A label, an input and a note: beside it, or under it when it is long.

    A form has dozens of fields of which few are edited: an input that is typed into is made when somebody
    goes there (``FieldRows.enter``). Until then the text is painted, as label and note always are.
    """

    def __init__(self, field: Field, label_cells: int, rows: FieldRows) -> None:
        self._rows = rows
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
        self.lines = field.lines if field.kind == "area" and not field.locked else 1
        self.top = 0
        self.before = self.told = self._text = self._shown(field.value)

    def _shown(self, value: str) -> str:
        """Return a value as the input may hold it; while it is not edited the stored one stays as it is."""
        if self.field.kind in ("choice", "several"):
            return value
        return harmless(value, lines=self.field.kind == "area")

    def made(self) -> TextLine | Area:
        """Make the input of a text and return it."""
        if self.field.kind == "area":
            from crm_tui.tui.widgets.area import Area

            made = Area(self._text, self.field.lines)
        else:
            made = TextLine(self._text, self.field.hint)
            made.suggester = self.suggester
        self.control = made
        return made

    @property
    def has_focus(self) -> bool:
        """Whether the keys go to this field."""
        return self.control is not None and self.control.has_focus

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
            self._rows.post_message(FieldRows.Changed(self))

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
            self._rows.arrange_rows()
            self.refresh()

    def refresh(self) -> None:
        """Have the row painted again."""
        cells = self._rows.size.width
        if cells:
            self._rows.refresh(Region(0, self.top, cells, self.height(cells)))

    def _beside(self, cells: int) -> int:
        """Return the cells for a note beside the input; words to choose from need the whole line."""
        if isinstance(self.control, Choice):
            return 0
        room = cells - self.label_cells - 2
        wanted = min(max(int(cells * NOTE_SHARE), 12), max(room - TEXT_WANTED, NOTE_LEAST))
        return min(wanted, max(room - TEXT_LEAST, 0))

    def _is_below(self, cells: int) -> bool:
        """Tell whether error or note need a line of their own."""
        message = self.error or self.note
        return bool(message) and width(safe(message)) > self._beside(cells) - 2

    def height(self, cells: int) -> int:
        """Return the lines that the row takes in so many cells."""
        return self.lines + self._is_below(cells)

    def place(self, cells: int) -> Region:
        """Return where the input is among the rows."""
        start = self.label_cells + 2
        return Region(start, self.top, max(cells - start - self._beside(cells), 0), self.lines)

    def render_line(self, y: int, cells: int, style: Callable[[str], Style], plain: Style) -> Strip:
        """Return a line of label and note; the input is painted over it."""
        if self.field.kind == "heading":
            return Strip([Segment(fit(" " + safe(self.field.label), cells), style("field--heading"))], cells)
        if self.field.locked:
            return self._locked_line(y, cells, style)
        label = safe(self.field.label) + (" *" if self.field.required else "")
        left = fit(label, self.label_cells) if y == 0 else " " * self.label_cells
        message = ("! " if self.error else "") + safe(self.error or self.note)
        kind = style("field--error" if self.error else "field--note")
        beside = self._beside(cells)
        start = self.label_cells + 2
        sign = "+" if self.filled and y == 0 else " "
        segments = [Segment(sign, style("field--note"))]
        segments.append(Segment(left, style("field--here" if self.has_focus else "field--label")))
        segments.append(Segment(" ", plain))
        below = self._is_below(cells)
        if below and y == self.lines:
            segments.append(Segment(fit(message, max(cells - start, 1)), kind))
        else:
            gap = max(cells - start - beside, 0)
            segments.append(self._text_segment(y, gap, style))
            text = "" if y or below else message
            segments.append(Segment("  " + fit(text, max(cells - start - gap - 2, 1)), kind))
        return Strip(segments).crop(0, cells)

    def _text_segment(self, y: int, cells: int, style: Callable[[str], Style]) -> Segment:
        """Return a line of the text, as its input would show it that is not there yet."""
        if self.control is not None or y >= self.lines:
            return Segment(" " * cells, style("field--note"))
        if not self._text:
            return Segment(fit(safe(self.field.hint) if not y else "", cells), style("field--hint"))
        lines = self._text_lines(cells)
        return Segment(fit(lines[y] if y < len(lines) else "", cells), style("field--text"))

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

    def _locked_line(self, y: int, cells: int, style: Callable[[str], Style]) -> Strip:
        """Return the line of a field that cannot be edited: its value, and why."""
        start = self.label_cells + 2
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


class AtTheirRows(Layout):
    """Puts the inputs of a form where their rows are."""

    name = "rows"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Return the places of the inputs."""
        rows = cast("FieldRows", parent)
        places = [rows.of(child).place(size.width) for child in children]
        return [
            WidgetPlacement(place, NULL_OFFSET, NULL_SPACING, child)
            for place, child in zip(places, children, strict=True)
        ]


class FieldRows(InputToBe):
    """The rows of a form, painted by one widget, and the inputs that there are."""

    class Changed(Message):
        """The text of a field without an input was changed."""

        def __init__(self, row: FieldRow) -> None:
            super().__init__()
            self.row = row

    layout = AtTheirRows()

    def __init__(self, fields: Sequence[Field], style: Callable[[str], Style]) -> None:
        super().__init__()
        widest = max((width(field.label) + 2 * field.required for field in fields), default=8)
        self._style_of = style
        self.rows = [FieldRow(field, min(widest, WIDEST_LABEL), self) for field in fields]
        # They stand for the first field among what takes keys, until it has its input.
        self._first = next((row for row in self.rows if row.is_input), None)
        self.can_focus = self._first is not None and self._first.control is None

    def compose(self) -> ComposeResult:
        """Yield the inputs that are there from the beginning."""
        self.arrange_rows()
        for row in self.rows:
            if row.control is not None:
                yield row.control

    @property
    def cells(self) -> int:
        """How many cells a row has, also before it is shown."""
        return self.size.width or self.app.size.width - AROUND

    def of(self, control: Widget) -> FieldRow:
        """Return the row of an input."""
        return next(row for row in self.rows if row.control is control)

    def entered(self) -> Widget:
        """Return the input of the first field."""
        return self.enter(cast(FieldRow, self._first))

    def enter(self, row: FieldRow) -> Widget:
        """Return what takes the keys of a field; its input is made the first time."""
        if row.control is not None:
            return row.control
        self.can_focus = self.can_focus and row is not self._first
        behind = self.rows[self.rows.index(row) + 1 :]
        made = row.made()
        # In their order, which is that of the keys.
        self.mount(made, before=next((other.control for other in behind if other.control), None))
        self.call_after_refresh(self._bring_into_view, row)
        return made

    def _bring_into_view(self, row: FieldRow) -> None:
        form = cast(Widget, self.parent)
        place = Region(0, row.top, 1, row.height(self.cells)).translate(self.virtual_region.offset)
        if place not in form.scrollable_content_region.at_offset(form.scroll_offset):
            form.scroll_to_region(place, center=True, animate=False)

    def arrange_rows(self) -> None:
        """Place the rows under each other."""
        top = 0
        for row in self.rows:
            row.top, top = top, top + row.height(self.cells)
        if self.styles.height is None or self.styles.height.value != top:
            self.styles.height = top
            self._clear_arrangement_cache()
            self.refresh(layout=True)

    def on_resize(self) -> None:
        """Arrange again."""
        self.arrange_rows()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show which field is in use."""
        self.of(event.widget).refresh()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Show that it is not in use any more."""
        self.of(event.widget).refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the field under the mouse; one that has its input takes the mouse itself."""
        here = event.screen_offset - self.region.offset
        row = self._at(here.y)
        if row is not None and row.is_input and row.control is None:
            self.screen.set_focus(self.enter(row), scroll_visible=False)
            inside = here - row.place(self.size.width).offset
            if inside.x >= 0 and row.control is not None:
                cast("TextLine | Area", row.control).point(inside)

    def _at(self, y: int) -> FieldRow | None:
        place = bisect_right(self.rows, y, key=lambda row: row.top) - 1
        return self.rows[place] if place >= 0 else None

    def render_line(self, y: int) -> Strip:
        """Return a line of the row that is there."""
        row = self._at(y)
        if row is None:
            return Strip.blank(self.size.width, self.rich_style)
        return row.render_line(y - row.top, self.size.width, self._style_of, self.rich_style)
