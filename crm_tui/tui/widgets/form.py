"""Forms: labelled fields with their errors beside them, unsaved-edit tracking, choices by key."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from crm_tui.locale import _
from crm_tui.tui.widgets.choice import Choice, SaveButton
from crm_tui.tui.widgets.field_row import Field as Field
from crm_tui.tui.widgets.field_row import FieldRow, FieldRows

if TYPE_CHECKING:
    from textual.widgets import Input, TextArea

    from crm_tui.tui.app import CrmApp


def _cursor_of(control: object) -> str:
    """Return what a field of text calls the place of its cursor, '' for other fields."""
    return next((name for name in ("cursor_location", "cursor_position") if hasattr(control, name)), "")


class Form(VerticalScroll, can_focus=False):
    """Fields under each other with a save line at the end.

    ``values()`` gives all values by key, ``dirty`` tells whether anything differs from what was there,
    ``show_errors({key: sentence})`` marks fields, ``note(key, text)`` puts a remark beside one (a likely
    double, how a date was read), ``fill(key, value)`` fills one, ``fill_draft(values)`` those of a draft,
    which get a ``+`` before their label. It posts Changed for every edit.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("field--label", "field--here", "field--error", "field--note", "field--heading"),
        *("field--text", "field--hint"),
    }

    class Changed(Message):
        """A field was edited."""

        def __init__(self, form: Form, key: str, value: str) -> None:
            super().__init__()
            self.form = form
            self.key = key
            self.value = value

    def __init__(self, fields: Sequence[Field], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fields = FieldRows(fields, self.get_component_rich_style)
        self._save = SaveButton()
        self.rows = self._fields.rows
        self._by_key = {row.field.key: row for row in self.rows if row.is_input}

    def compose(self) -> ComposeResult:
        """Yield the fields and the save line."""
        # Beforehand: its coming would lay every row out a second time.
        self.show_vertical_scrollbar = sum(row.lines for row in self.rows) > self.app.size.height
        yield self._fields
        yield self._save

    def values(self) -> dict[str, str]:
        """Return the value of every field by its key."""
        return {key: row.value for key, row in self._by_key.items()}

    def changed(self) -> dict[str, str]:
        """Return the values that differ from what was there."""
        return {key: row.value for key, row in self._by_key.items() if row.value != row.before}

    @property
    def dirty(self) -> bool:
        """Whether anything is unsaved."""
        return bool(self.changed())

    def saved(self) -> None:
        """Take the present values as saved."""
        for row in self._by_key.values():
            row.before = row.value
            row.filled = False

    def fill(self, key: str, value: str, *, as_before: bool = False) -> None:
        """Fill a field; with ``as_before`` it does not count as an edit."""
        row = self._by_key[key]
        row.value = value
        if as_before:
            row.before = row.value

    def before(self, key: str) -> str:
        """Return what stood in a field, '' for one that the form does not have."""
        row = self._by_key.get(key)
        return row.before if row is not None else ""

    def shown(self, key: str, value: str) -> str:
        """Return a value of a field as people read it: chosen words instead of their keys."""
        row = self._by_key[key]
        if not isinstance(row.control, Choice):
            return value
        words = dict(row.control.choices)
        return ", ".join(words.get(each, each) for each in value.split(",") if each)

    def told(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return the longest typed text among these values, and all of them with their labels, to read."""
        rows = [self._by_key[key] for key in values]
        texts = [values[row.field.key] for row in rows if not isinstance(row.control, Choice)]
        shown = [(row.field.label, self.shown(row.field.key, values[row.field.key])) for row in rows]
        words = " ".join(max(texts, key=len, default="").split()) or " ".join(text for _label, text in shown)
        return words, "\n".join(f"{label}: {text}" for label, text in shown if text.strip())

    def fill_draft(self, values: Mapping[str, str]) -> list[str]:
        """Fill in what was typed another time and mark it; return the keys that found no place.

        Those are fields that the form does not have, and choices that are no longer offered.
        """
        left = []
        for key, value in values.items():
            row = self._by_key.get(key)
            if row is None or not row.takes(value):
                left.append(key)
                continue
            row.value = value
            row.filled = row.value != row.before
            row.refresh()
        return left

    def note(self, key: str, text: str) -> None:
        """Put a remark beside a field, '' takes it away; one that is locked gets none."""
        if key in self._by_key:
            self._by_key[key].set_message(note=text)

    def locked(self, key: str) -> str:
        """Return why a field cannot be edited, '' when it can or is not there."""
        return next((row.field.locked for row in self.rows if row.field.key == key), "")

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Mark these fields with their sentences, clear the others, go to the first."""
        for key, row in self._by_key.items():
            row.set_message(error=errors.get(key, ""))
        for key, row in self._by_key.items():
            if key in errors:
                self._go_to(row)
                break

    def check(self) -> bool:
        """Check every field, show the errors, and tell whether there are none."""
        errors = {key: error for key, row in self._by_key.items() if (error := self._error(row))}
        self.show_errors(errors)
        return not errors

    @staticmethod
    def _error(row: FieldRow) -> str:
        if row.field.required and not row.value.strip():
            return _("Please fill this in.")
        return row.field.check(row.value) if row.field.check else ""

    def focus_field(self, key: Hashable) -> None:
        """Go to a field."""
        row = self._by_key.get(cast("str", key))
        if row is not None:
            self._go_to(row)

    @property
    def place(self) -> tuple[str, Any]:
        """The field that one is in, '' for none, and where in its text."""
        here = self.screen.focused
        key = next((key for key, row in self._by_key.items() if here is not None and row.control is here), "")
        name = _cursor_of(here)
        return key, getattr(here, name) if key and name else None

    def return_to(self, place: tuple[str, Any]) -> None:
        """Go to where one was; where that is locked by now to the save line: no other field is typed into."""
        key, cursor = place
        if not key:
            return
        if key not in self._by_key or self.locked(key):
            self.screen.set_focus(self._save)
            return
        self.focus_field(key)
        here = self._by_key[key].control
        if cursor is not None and (name := _cursor_of(here)):
            setattr(here, name, cursor)

    def _go_to(self, row: FieldRow) -> None:
        # What is made only now is nowhere yet: the rows bring it into view.
        there = row.control is not None
        self.screen.set_focus(self._fields.enter(row), scroll_visible=there)

    # -- events and actions -------------------------------------------------------------------------

    def _edited(self, row: FieldRow) -> None:
        value = row.value
        if value == row.told:
            return  # An input tells of what it was given, too.
        row.told = value
        if row.error:
            row.set_message(error=self._error(row))
        self.post_message(self.Changed(self, row.field.key, value))

    def on_field_rows_changed(self, event: FieldRows.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(event.row)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(self._fields.of(event.input))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(self._fields.of(event.text_area))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(self._fields.of(event.choice))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Check a field when it is left, unless it is still untouched."""
        for row in self._by_key.values():
            if row.control is event.widget and row.field.check and row.value != row.before:
                row.set_message(error=self._error(row))

    def _step(self, by: int) -> bool:
        rows, here = list(self._by_key.values()), self.screen.focused
        place = next((at for at, row in enumerate(rows) if here is not None and row.control is here), None)
        if place is None and by < 0 and here is self._save:
            place = len(rows)
        if place is None or not 0 <= place + by < len(rows):
            return False
        self._go_to(rows[place + by])
        return True

    async def do_next_field(self) -> None:
        """Next field; on the last one and on the save line, save."""
        if not self._step(1):
            await cast("CrmApp", self.app).act("save")

    def do_field_below(self) -> None:
        """Next field, then the line that saves, where it stays: whoever goes down has saved nothing yet."""
        if not self._step(1):
            self.screen.set_focus(self._save)

    def do_next_panel(self) -> None:
        """Next field, then the line that saves, then what comes behind the form."""
        if self._step(1):
            return
        if self.screen.focused in (None, self._save):
            self.screen.focus_next()
        else:
            self.screen.set_focus(self._save)

    def do_previous_panel(self) -> None:
        """Previous field."""
        self.do_previous_field()

    def do_previous_field(self) -> None:
        """Previous field, then what comes before the form."""
        if not self._step(-1):
            self.screen.focus_previous()
