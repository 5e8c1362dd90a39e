"""A form over one record: read when it opens, checked by the registry, safe against others' changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.access.showing import hidden_groups, is_blanked, locked_groups
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS, field_of
from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.presets import preset
from crm_tui.session import Session
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import Move
from crm_tui.storage.watch import Moved
from crm_tui.storage.wording import hidden_text
from crm_tui.tui.drafting import taken_away
from crm_tui.tui.screens.form_fields import complete_while_typing, form_field, remark
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.saving import (
    Part,
    Saving,
    all_values,
    all_words,
    also_moved,
    registry_part,
    sentences,
    theirs_kept,
    with_words,
    write_merging,
)
from crm_tui.tui.told import who
from crm_tui.tui.widgets.form import Field, Form


def required_names(session: Session) -> tuple[str, ...]:
    """Return the fields of the preset's minimum; run on the database thread."""
    return preset(session.settings.get("preset") or "general").required


class RecordForm(FormScreen):
    """Write ``fields()`` (on the database thread; sets ``record``) and ``save``.

    ``at`` is the field to begin at. ``record`` is what was read, by column name: what a save compares with.
    """

    follows: ClassVar[bool] = True

    def __init__(self, at: str = "") -> None:
        super().__init__()
        self.at = at
        self.read = False
        self.record: dict[str, Any] = {}
        self.required: tuple[str, ...] = ()
        self._conversions: Context | None = None
        self.hidden_groups: frozenset[str] = frozenset()
        self.locked_groups: frozenset[str] = frozenset()
        self._reads_again = False

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    @property
    def context(self) -> Context:
        """What conversions need; there once the form stands."""
        assert self._conversions is not None
        return self._conversions

    def body(self) -> Sequence[Widget]:
        """Yield nothing: the form stands when its record was read."""
        return ()

    def fields(self) -> list[Field]:
        """Return the fields, read on the database thread; raises BadInput when the record is gone."""
        raise NotImplementedError

    async def reload(self) -> None:
        """Read the record, once: what is typed is never overwritten."""
        if self.read:
            if self._reads_again:
                await self._under_new_rights()
            return
        self.read = True
        try:
            fields = await self.crm.work.run(self._gather)
        except CrmError:
            await self.crm.back()
            raise
        await self.show_fields(fields, self.at)

    def _gather(self) -> list[Field]:
        self.session.renew_words()
        self._conversions = self.session.context(past=self.looks_back)
        self.required = required_names(self.session)
        self._ask_what_is_hidden()
        return self.fields()

    def _ask_what_is_hidden(self) -> None:
        """Read which groups of fields of the customer are masked, and which may not be edited."""
        session, customer_id = self.session, self.arguments.get("customer_id")
        if isinstance(customer_id, int) and customer_id:
            self.hidden_groups = hidden_groups(session.reader, session.policy, customer_id)
            self.locked_groups = locked_groups(session.reader, session.policy, customer_id)

    def field_of_record(self, name: str, row: Mapping[str, Any], **given: Any) -> Field:
        """Return the form's field for one of the registry, locked where it is hidden or not to be edited."""
        one = FIELDS[name]
        made = form_field(name, row, self.context, locked=self._why_locked(one.sensitive), **given)
        if made.value or one.sensitive not in self.hidden_groups or not is_blanked(one.entity, one.columns):
            return made
        return made._replace(value=hidden_text())

    def _why_locked(self, group: str) -> str:
        if group in self.hidden_groups:
            return _("Your role does not see this.")
        return _("Your role may not change this.") if group in self.locked_groups else ""

    looks_back = True

    def rights_moved(self) -> None:
        """Read the record again when the form is shown: what is hidden by now is not shown any more."""
        super().rights_moved()
        self._reads_again = self.read and bool(self.query(Form))

    async def _under_new_rights(self) -> None:
        """Show the fields as they may be shown now; what was typed stays, or is kept as a draft."""
        self._reads_again = False
        typed, seen = self.the_form.changed(), self.record.get("changed_in")
        place = self.the_form.place
        try:
            fields = await self.crm.work.run(self._gather)
        except CrmError as error:
            if self.pen is not None:
                self.pen.close()
            await self.crm.back()
            key = self.crm.keymap.shown("drafts")
            kept = _("What you typed is kept as a draft ({key}).").format(key=key) if typed else ""
            customer_id = self.arguments.get("customer_id")
            said = customer_id and await self.crm.work.run(taken_away, self.session, customer_id)
            self.crm.say(sentences(said or str(error), kept), "warn")
            return
        if seen is not None:
            self.record["changed_in"] = seen
        await self.show_fields(fields)
        self.the_form.fill_draft(typed)
        # Whoever is typing goes on in the same field.
        self.the_form.return_to(place)

    async def show_fields(self, fields: list[Field], at: str = "") -> None:
        """Put these fields on the screen in place of those that were there."""
        for old in self.query(Form):
            await old.remove()
        form = Form(fields)
        await self.mount(form, before=self.notice)
        complete_while_typing(form, self.context)
        known = {field.key for field in fields}
        first = next((field.key for field in fields if field.kind != "heading" and not field.locked), "")
        form.focus_field(at if at in known and not form.locked(at) else first)
        if form.locked(at):
            self.say(f"{FIELDS[at].title}: {form.locked(at)}", "warn")
        self.keys.update()

    async def do_back(self) -> None:
        """Close; with unsaved edits only when pressed twice."""
        if self.query(Form):
            await super().do_back()
        else:
            await self.crm.back()

    def on_form_changed(self, event: Form.Changed) -> None:
        """Say beside the field what is odd about it or how it was understood."""
        text = self.remark(event.key, event.value)
        if text is not None:
            event.form.note(event.key, text)

    async def moved(self, what: Moved) -> None:
        """Say beside a field what a colleague made of it meanwhile; what is typed stays."""
        await super().moved(what)
        record = self.record.get("id")
        touched = {
            one.name: touch
            for touch in what.touches
            if touch.entity_id == record and (one := field_of(touch.entity, touch.field)) is not None
        }
        now = await self.crm.work.run(self.read_again, self.session.reader) if touched else None
        if now is None or not self.query(Form):
            return
        for row in self.the_form.rows:
            touch = touched.get(row.field.key)
            if touch is not None:
                value = show(FIELDS[row.field.key], now, self.context) or "-"
                said = _("{who} just changed it to: {value}")
                self.the_form.note(row.field.key, said.format(who=who(self.session, touch), value=value))

    def remark(self, key: str, value: str) -> str | None:
        """Return the remark on a value just typed; None leaves what stands there."""
        one = FIELDS.get(key)
        return remark(one, value, self.context) if one is not None else ""

    async def write(self, fn: Callable[..., Any], *args: Any, words: Sequence[tuple[str, str]] = ()) -> Any:
        """Write as one change set, new words included, and return the function's answer."""
        result = await self.crm.write(with_words(fn, words), *args)
        if words:
            await self.crm.work.run(self.session.renew_words)
        return result.value

    def parts(self, texts: Mapping[str, str], entity: str) -> list[Part]:
        """Return what was typed into the fields of one table, field by field."""
        needed = {row.field.key for row in self.the_form.rows if row.field.required}
        return [
            registry_part(name, text, self.context, required=name in needed)
            for name, text in texts.items()
            if name in FIELDS and FIELDS[name].entity == entity
        ]

    async def save_record(
        self,
        fn: Callable[..., Any],
        entity: str,
        record_id: int,
        parts: Sequence[Part],
        said: Callable[[Mapping[str, Any]], str],
    ) -> str | None:
        """Save edited fields by ``fn(change, id, seen, values)``; None when the conflict screen is open now.

        Others may have changed the record meanwhile: other fields of it stay and are told, the same fields
        are asked. ``said(values)`` is the sentence for what was saved.
        """

        async def store(seen: int, chosen: Sequence[Part], moved: Sequence[Move]) -> str:
            values, words = all_values(chosen), all_words(chosen)
            if not values:
                return theirs_kept(also_moved(entity, moved, all_values(parts)))
            written = await write_merging(self.crm, fn, record_id, seen, values, words=words)
            if words:
                await self.crm.work.run(self.session.renew_words)
            self.result = record_id
            others = also_moved(entity, (*moved, *written.moved), all_values(parts))
            if not written.value:
                return sentences(_("Nothing was changed."), others)
            return self.done_sentence(sentences(said(values), others))

        saving = Saving(self, self.record_title(), parts, store, self.finish, self.left_open, self.context)
        return await saving.run(self.record["changed_in"])

    def record_title(self) -> str:
        """Return the name of the record for the conflict screen."""
        return self.record.get("name") or ""

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the record as it is now, on the database thread; None when it is gone."""
        return None

    def done_sentence(self, text: str) -> str:
        """Return what was done and how to take it back."""
        return _("{what}  {key} undoes it.").format(what=text, key=self.crm.keymap.shown("undo"))

    def later(self, fn: Callable[..., Any], *args: Any) -> None:
        """Run a reading of the form's own beside typing; the newest of a group counts."""
        self.run_worker(partial(fn, *args), group="remarks", exit_on_error=False)
