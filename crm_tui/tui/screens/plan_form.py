"""Planning a next step and mending one, and mending what was written of a follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.followups import reading, service
from crm_tui.followups.next_step import day_text, read_next, say_plan
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.text.identity import find_identity_number
from crm_tui.text.recurrence import parse_recurrence
from crm_tui.tui.screens.form_fields import IDENTITY, form_field, read_back
from crm_tui.tui.screens.form_screen import FieldErrors
from crm_tui.tui.screens.record_form import RecordForm
from crm_tui.tui.screens.saving import Part, line_part
from crm_tui.tui.understood import understood
from crm_tui.tui.widgets.form import Field

TEXT = "plan_text"


class PlanScreen(RecordForm):
    """One plan, typed as a line such as ``下周三下午3点 回访``; without ``plan_id`` a new one."""

    def __init__(self, customer_id: int, plan_id: int = 0) -> None:
        super().__init__()
        self.customer_id = customer_id
        self.plan_id = plan_id

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the plan") if self.plan_id else _("Plan the next step")

    def fields(self) -> list[Field]:
        """Return the line of the plan, its ways and its owner."""
        if self.plan_id:
            row = self.read_again(self.session.reader)
            if row is None:
                raise BadInput(_("This plan is not there any more."))
            self.record = dict(row)
        else:
            self.record = {"owner_id": self.session.person.id}
        hint = _("e.g. next Wed 3pm call back")
        return [
            Field(TEXT, _("Next step"), value=self._text(), hint=hint, required=True, check=self._check),
            form_field("plan_ways", self.record, self.context),
            form_field("plan_owner", self.record, self.context, required=True),
        ]

    def _text(self) -> str:
        """Return the plan as one line that means the same when it is read again."""
        row = self.record
        if not self.plan_id:
            return ""
        if row["recurrence"]:
            return row["text"] or row["goal"] or ""
        parts = [row["due_on"] or "", row["goal"] or ("" if row["due_on"] else row["text"] or "")]
        if row["due_at"]:
            parts.insert(1, f"{clock.local(row['due_at'], self.session.zone):%H:%M}")
        return " ".join(part for part in parts if part)

    def _check(self, text: str) -> str:
        if find_identity_number(text):
            return _(IDENTITY)
        if self.plan_id and text == self._text():
            return ""
        try:
            read_next(text, self.crm.today(), self.session.calendar)
        except BadInput as error:
            return str(error)
        return ""

    def remark(self, key: str, value: str) -> str | None:
        """Say what was understood."""
        if key == TEXT:
            return understood(value, self.crm.today(), self.session.calendar)
        return super().remark(key, value)

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the plan as it is now."""
        plan = reading.plan(reader, self.plan_id)
        return plan._asdict() if plan is not None else None

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Plan it, or change what was typed anew."""
        changed = self.the_form.changed()
        draft = read_next(values[TEXT], self.crm.today(), self.session.calendar) if TEXT in changed else None
        if not self.plan_id and draft is not None:
            others = {name: text for name, text in values.items() if name != TEXT}
            typed = read_back(others, "plan", self.context).values
            draft = draft._replace(ways=typed["ways"] or "", owner_id=typed["owner_id"])
            self.result = await self.write(service.add_plan, self.customer_id, draft, self.session.zone)
            return self.done_sentence(_("Planned: {plan}.").format(plan=say_plan(draft)))
        parts = [*self._line_parts(draft), *self.parts(changed, "plan")]
        if not parts:
            return _("Nothing was changed.")

        def said(given: Mapping[str, Any]) -> str:
            return _("Planned: {plan}.").format(plan=self._line({**self.record, **given}))

        return await self.save_record(service.update_plan, "plan", self.plan_id, parts, said)

    def record_title(self) -> str:
        """Return what the plan is for."""
        return self.record["goal"] or self.record["text"] or ""

    def _line_parts(self, draft: service.PlanDraft | None) -> list[Part]:
        """Return what the typed line changes: the day and what for, or both as one where it has a rhythm."""
        if draft is None:
            return []
        typed = self._columns(draft)
        if draft.recurrence or self.record["recurrence"]:
            return [line_part(_("Next step"), typed, self._line, self._whole)]
        day = {name: typed[name] for name in ("due_on", "due_at", "text")}
        goal = {name: typed[name] for name in ("goal", "text")}
        found = []
        if any(self.record[name] != typed[name] for name in ("due_on", "due_at")):
            found.append(line_part(FIELDS["plan_due"].title, day, self._day, self._whole))
        if self.record["goal"] != goal["goal"] or not found:
            found.append(line_part(FIELDS["plan_goal"].title, goal, self._goal, self._just_goal))
        return found

    def _columns(self, draft: service.PlanDraft) -> dict[str, Any]:
        return {
            "due_on": draft.due_on.isoformat() if draft.due_on else None,
            "due_at": self._instant(draft),
            "recurrence": draft.recurrence,
            "goal": draft.goal or None,
            "text": draft.text or None,
        }

    def _day(self, row: Mapping[str, Any]) -> str:
        if not row["due_on"]:
            return ""
        at = clock.local(row["due_at"], self.session.zone).time() if row["due_at"] else None
        return day_text(clock.parse_day(row["due_on"]), at)

    @staticmethod
    def _goal(row: Mapping[str, Any]) -> str:
        return row["goal"] or row["text"] or ""

    def _line(self, row: Mapping[str, Any]) -> str:
        rhythm = parse_recurrence(row["recurrence"]).label() if row["recurrence"] else ""
        day = self._day(row) or _("Planned without a day")
        return " · ".join(part for part in (day, rhythm, self._goal(row)) if part)

    def _whole(self, text: str) -> dict[str, Any]:
        draft = read_next(text, self.crm.today(), self.session.calendar)
        return self._columns(draft) if draft is not None else {}

    @staticmethod
    def _just_goal(text: str) -> dict[str, Any]:
        return {"goal": text.strip() or None, "text": text.strip() or None}

    def _instant(self, draft: service.PlanDraft) -> str | None:
        if draft.due_on is None or draft.due_time is None:
            return None
        return clock.to_instant(datetime.combine(draft.due_on, draft.due_time, ZoneInfo(self.session.zone)))


NAMES = ("activity_content", "activity_ways", "activity_feedback", "activity_objections", "activity_next")


class ActivityScreen(RecordForm):
    """What was written of a follow-up, to be mended; history keeps every version."""

    def __init__(self, activity_id: int) -> None:
        super().__init__()
        self.activity_id = activity_id

    def heading(self) -> str:
        """Return the title."""
        return _("Edit the follow-up record")

    def fields(self) -> list[Field]:
        """Return what was written."""
        row = self.read_again(self.session.reader)
        if row is None:
            raise BadInput(_("This follow-up record is not there any more."))
        self.record = dict(row)
        return [form_field(name, row, self.context) for name in NAMES]

    def read_again(self, reader: sqlite3.Connection) -> Mapping[str, Any] | None:
        """Return the record as it is now."""
        found = reading.activity(reader, self.activity_id)
        return found._asdict() if found is not None else None

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save what was changed."""
        if not any(values[name].strip() for name in NAMES):
            raise FieldErrors({NAMES[0]: _("Write what happened.")})
        parts = self.parts(self.the_form.changed(), "activity")
        if not parts:
            return _("Nothing was changed.")

        def said(_given: Mapping[str, Any]) -> str:
            return _("Saved: {name}.").format(name=FIELDS["activity_content"].title)

        return await self.save_record(service.update_activity, "activity", self.activity_id, parts, said)
