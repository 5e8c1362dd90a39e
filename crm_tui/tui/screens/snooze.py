"""The box that puts a plan off: one key for tomorrow, one for the next working day, or a typed date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, NamedTuple, cast
from zoneinfo import ZoneInfo

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from crm_tui import clock
from crm_tui.errors import BadInput
from crm_tui.followups import service as followups
from crm_tui.followups.next_step import day_text
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.faults import Move
from crm_tui.text.cells import fit, width
from crm_tui.text.chinese_dates import parse_when
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.saving import Part, Saving, Values, line_part, theirs_kept
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.prose import Prose


class Postponed(NamedTuple):
    """The plan in question: id, the version seen, and whose it is."""

    id: int
    changed_in: int
    name: str = ""


class SnoozeBox(PopUp):
    """``plan`` is anything with ``id`` and ``changed_in``; the box closes with the new day, None by Esc."""

    kind: ClassVar[str] = "snooze"
    AUTO_FOCUS = ""

    def __init__(self, plan: Any) -> None:
        super().__init__()
        self.plan = plan
        self.workday: date | None = None
        self.day: date | None = None
        self.choices = Prose(classes="snooze-days")
        self.line = TextLine(placeholder=_("or type: next friday, in 3 days, 12/25 14:30"))
        self.remark = Prose(classes="snooze-remark")

    def heading(self) -> str:
        """Return the title: whose plan is put off."""
        name = getattr(self.plan, "name", "")
        return _("Put off: {name}").format(name=name) if name else _("Put the plan off")

    def box(self) -> Iterable[Widget]:
        """Yield the two days and the line for another."""
        yield self.choices
        yield self.line
        yield self.remark

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    async def reload(self) -> None:
        """Find the next working day."""
        today = self.crm.today()
        self.workday, known = await self.crm.work.run(self._next_workday, today)
        workday = day_text(self.workday)
        if not known:
            workday += "\n   " + _("(holidays of that year are not known)")
        keymap = self.crm.keymap
        labels = [_("Tomorrow"), _("Next working day")]
        cells = max(map(width, labels)) + 2
        self.choices.update(
            f"{keymap.shown('tomorrow')}  {fit(labels[0], cells)}{day_text(today + timedelta(days=1))}\n"
            f"{keymap.shown('next_workday')}  {fit(labels[1], cells)}{workday}"
        )

    def _next_workday(self, today: date) -> tuple[date, bool]:
        calendar = self.session.calendar
        day = calendar.next_workday(today)
        return day, calendar.known(day)

    # -- keys ---------------------------------------------------------------------------------------

    async def do_tomorrow(self) -> None:
        """Put it off to tomorrow."""
        await self._put_off(self.crm.today() + timedelta(days=1))

    async def do_next_workday(self) -> None:
        """Put it off to the next working day."""
        if self.workday is not None:
            await self._put_off(self.workday)

    async def do_accept(self) -> None:
        """Take the typed date."""
        if not self.line.value.strip():
            self.say(_("Press 1 or 2, or type a date."), "warn")
            return
        try:
            day, at = self._read(self.line.value)
        except BadInput as error:
            self.remark.update(f"! {error}")
            return
        await self._put_off(day, at)

    def _read(self, text: str) -> tuple[date, time | None]:
        today = self.crm.today()
        when = parse_when(text, today, calendar=self.session.calendar)
        if when.recurrence:
            raise BadInput(_("That is a rhythm, not a day."), todo=_("Type one day."))
        if when.date < today:
            raise BadInput(_("{day} is over.").format(day=day_text(when.date)), todo=_("Type a later day."))
        return when.date, when.time

    async def _put_off(self, day: date, at: time | None = None) -> None:
        plan = self.plan
        name = getattr(plan, "name", "")
        due: Values = {"due_on": day.isoformat(), "due_at": self._instant(day, at)}
        part = line_part(_("Put off to"), due, self._day_of, self._reread)

        async def store(seen: int, chosen: Sequence[Part], _moved: Sequence[Move]) -> str:
            if not chosen:
                return theirs_kept()
            values = chosen[0].values
            self.day = clock.parse_day(values["due_on"])
            hour = clock.local(values["due_at"], self.session.zone).time() if values["due_at"] else None
            written = await self.crm.write(
                followups.snooze, plan.id, self.day, hour, seen=seen, zone=self.session.zone
            )
            if not written.value:
                return _("It is put off to {day} already.").format(day=day_text(self.day, hour))
            said = _("Put off to {day}: {name}.") if name else _("Put off to {day}.")
            text = said.format(day=day_text(self.day, hour), name=name)
            return _("{what}  {key} undoes it.").format(what=text, key=self.crm.keymap.shown("undo"))

        saving = Saving(self, name, [part], store, self._finish, self._left)
        said = await saving.run(plan.changed_in)
        if said is not None:
            await self._finish(said)

    async def _finish(self, said: str) -> None:
        await self.crm.back(self.day)
        self.crm.say(said, "good")

    def _left(self) -> None:
        self.say(_("Not put off."), "warn")

    def _day_of(self, row: Mapping[str, Any]) -> str:
        if not row["due_on"]:
            return ""
        at = clock.local(row["due_at"], self.session.zone).time() if row["due_at"] else None
        return day_text(clock.parse_day(row["due_on"]), at)

    def _reread(self, text: str) -> Values:
        day, at = self._read(text)
        return {"due_on": day.isoformat(), "due_at": self._instant(day, at)}

    def _instant(self, day: date, at: time | None) -> str | None:
        moment = datetime.combine(day, at, ZoneInfo(self.session.zone)) if at else None
        return clock.to_instant(moment) if moment else None

    # -- typing -------------------------------------------------------------------------------------

    def search_typed(self, text: str) -> bool:
        """Take a Chinese word typed or pasted as the beginning of a date."""
        self.set_focus(self.line)
        self.line.insert_text_at_cursor(text)
        return True

    def on_key(self, event: events.Key) -> None:
        """Take other letters and digits as a date; keys typed fast come before the line has the focus."""
        if event.character and event.is_printable and (self.line.value or event.character.isalnum()):
            event.stop()
            self.search_typed(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say back what was understood while it is typed."""
        event.stop()
        text = event.value.strip()
        if not text:
            self.remark.update("")
            return
        try:
            self.remark.update(day_text(*self._read(text)))
        except BadInput as error:
            self.remark.update(f"! {error.what}")
