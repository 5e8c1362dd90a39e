"""Forms: labelled fields with their errors beside them, unsaved-edit tracking, choices by key."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from crm_tui.locale import _
from crm_tui.text.cells import width
from crm_tui.tui.widgets.choice import Choice, SaveButton
from crm_tui.tui.widgets.field_row import Field as Field
from crm_tui.tui.widgets.field_row import FieldRow

if TYPE_CHECKING:
    from textual.widgets import Input, TextArea

    from crm_tui.tui.app import CrmApp

WIDEST_LABEL = 24


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
        widest = max((width(field.label) + 2 * field.required for field in fields), default=8)
        # Styles of the form, not of each row: Textual makes every one anew for every widget.
        style = self.get_component_rich_style
        self.rows = [FieldRow(field, min(widest, WIDEST_LABEL), style) for field in fields]
        self._by_key = {row.field.key: row for row in self.rows if row.is_input}

    def compose(self) -> ComposeResult:
        """Yield the fields and the save line."""
        # Beforehand: its coming would lay every row out a second time.
        self.show_vertical_scrollbar = sum(row.lines for row in self.rows) > self.app.size.height
        yield from self.rows
        yield SaveButton()

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
                self.screen.set_focus(row.control or row)
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
            self.screen.set_focus(row.control or row)

    # -- events and actions -------------------------------------------------------------------------

    def _edited(self, row: FieldRow) -> None:
        value = row.value
        if value == row.told:
            return  # An input tells of what it was given, too.
        row.told = value
        if row.error:
            row.set_message(error=self._error(row))
        self.post_message(self.Changed(self, row.field.key, value))

    def on_field_row_changed(self, event: FieldRow.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(event.row)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(cast("FieldRow", event.input.parent))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(cast("FieldRow", event.text_area.parent))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Note an edit."""
        event.stop()
        self._edited(cast("FieldRow", event.choice.parent))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Check a field when it is left, unless it is still untouched."""
        for row in self._by_key.values():
            if row.control is event.widget and row.field.check and row.value != row.before:
                row.set_message(error=self._error(row))

    def _step(self, by: int) -> bool:
        controls = [row.control or row for row in self._by_key.values()]
        controls = [control for control in controls if control.focusable]
        here = self.screen.focused
        place = next((at for at, control in enumerate(controls) if control is here), None)
        if place is None or not 0 <= place + by < len(controls):
            return False
        self.screen.set_focus(controls[place + by])
        return True

    async def do_next_field(self) -> None:
        """Next field; on the last one and on the save line, save."""
        if not self._step(1):
            await cast("CrmApp", self.app).act("save")

    def do_previous_field(self) -> None:
        """Previous field."""
        if not self._step(-1):
            self.screen.focus_previous()
