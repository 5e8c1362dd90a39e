"""Forms and their drafts: kept while somebody types, put back into a form later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui import clock
from crm_tui.access.telling import out_of_sight
from crm_tui.customers import reading as customers
from crm_tui.drafts import Draft, Drafts, Slot
from crm_tui.errors import BadInput, CrmError, joined
from crm_tui.followups import reading as followups
from crm_tui.followups.next_step import read_next
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage import history, merging, origin
from crm_tui.text.chinese_dates import parse_when

if TYPE_CHECKING:
    from crm_tui.tui.screens.form_screen import FormScreen

# Forms whose text is kept: names of tui/rooms.py.
KEPT = frozenset({"add_customer", "edit_customer", "contact", "project", "name", "plan", "activity", "log"})
WAIT = 1.0  # seconds from an edit to its draft at most
AGAIN = 10.0  # until a draft that could not be kept is tried once more
LEFT_OUT = frozenset({"at"})  # where a form begins is not what it is about


class About(NamedTuple):
    """What a form is about: the customer's name, what tells it from another of that id, the version read."""

    subject: str = ""
    born: str = ""
    seen: int | None = None
    stamp: str = ""


def drafts_of(session: Any) -> Drafts | None:
    """Return the drafts of a session's user; None without a database. For the database thread."""
    return session.drafts if isinstance(session, Session) else None


def about(session: Session, given: Mapping[str, Any], seen: int | None = None) -> About:
    """Return what a form opened with ``given`` is about; for the database thread."""
    customer_id = given.get("customer_id")
    if given.get("activity_id"):
        activity = followups.activity(session.reader, given["activity_id"])
        customer_id = activity.customer_id if activity else None
    if not customer_id:
        return About()
    row = customers.record(session.reader, "customer", customer_id)
    if row is None:
        return About()
    name = row["name"] or row["no"] or ""
    contact_id = given.get("contact_id")
    contact = customers.record(session.reader, "contact", contact_id) if contact_id else None
    if contact is not None and contact["name"]:
        name = f"{contact['name']} · {name}"
    stamp = origin.stamp(session.reader, seen) if seen is not None else ""
    return About(name, origin.stamp(session.reader, row["created_in"]), seen, stamp)


def moment(session: Any, draft: Draft) -> str:
    """Return when a draft was kept, as people write it."""
    try:
        kept = clock.local(draft.at, session.zone)
    except ValueError:
        return draft.at
    return f"{kept:%H:%M}" if kept.date() == clock.today(session.zone) else f"{kept:%m-%d %H:%M}"


def taken_away(session: Session, customer_id: int) -> str:
    """Return who took a customer out of the lists and when, '' while it is there; for the database thread."""
    if customers.record(session.reader, "customer", customer_id) is not None:
        return ""
    if customers.is_out_of_sight(session.reader, customer_id):
        return out_of_sight().what
    ended = customers.ended(session.reader, customer_id)
    return merging.gone(session.reader, "customer", customer_id, ended).what


def why_gone(session: Session, draft: Draft) -> str:
    """Return what became of the customer of a draft and what can be done; for the database thread."""
    customer_id = draft.given.get("customer_id")
    ended = customers.ended(session.reader, customer_id) if isinstance(customer_id, int) else None
    if ended is None or draft.born != origin.stamp(session.reader, ended["created_in"]):
        return _("The customer is no longer in the lists.")
    gone = merging.gone(session.reader, "customer", ended["id"], ended)
    return joined(gone.what, gone.todo)


def is_there(session: Session, draft: Draft) -> bool:
    """Tell whether the customer of a draft is in the lists, and is still the same one."""
    if not (draft.given.get("customer_id") or draft.given.get("activity_id")):
        return True
    born = about(session, draft.given).born
    return bool(born) and (not draft.born or born == draft.born)


def seems_saved(session: Session, draft: Draft) -> bool:
    """Tell whether the program ended while a save of the draft was under way, and something was written."""
    return draft.saving is not None and origin.has_written(session.reader, session.person.id, draft.saving)


def version_of(session: Session, draft: Draft) -> int | None:
    """Return the version that a draft began from; None where the file was taken back behind it."""
    if draft.seen is None or draft.seen > history.newest(session.reader):
        return None
    if draft.stamp and draft.stamp != origin.stamp(session.reader, draft.seen):
        return None
    return draft.seen


NEXT_STEPS = ("next", "next_plan", "plan_text")
HAPPENED = "at"


def in_full(session: Session, draft: Draft, today: date) -> dict[str, str]:
    """Return a draft's values with the days that were meant: words such as 明天 meant the day of typing.

    A follow-up without a time happened when it was typed.
    """
    kept = clock.local(draft.at, session.zone)
    day, values = kept.date(), dict(draft.values)
    if day == today:
        return values
    for key in NEXT_STEPS:
        with suppress(BadInput):
            step = read_next(values.get(key, ""), day, session.calendar)
            if step is not None and step.due_on and not step.recurrence:
                time = f"{step.due_time:%H:%M}" if step.due_time else ""
                values[key] = " ".join(part for part in (step.due_on.isoformat(), time, step.goal) if part)
    if draft.form == "log":
        typed = values.get(HAPPENED, "").strip()
        values[HAPPENED] = f"{kept:%Y-%m-%d %H:%M}"
        if typed:
            values[HAPPENED] = typed
            with suppress(BadInput):
                when = parse_when(typed, day, past=True, calendar=session.calendar)
                values[HAPPENED] = f"{when.date} {when.time:%H:%M}" if when.time else f"{when.date}"
    return values


class Pen:
    """Keeps what is typed in one form: a second after an edit, at once when the program ends."""

    def __init__(self, screen: FormScreen, slot: Slot, subject: About) -> None:
        self.screen = screen
        self.slot = slot
        self.about = subject
        self.ended = False
        self.saving: int | None = None
        self._waiting = False
        self._turn = 0
        self._kept: Draft | None = None

    def soon(self) -> None:
        """Something was typed: keep it a moment later, once for many keys."""
        if not self._waiting and not self.ended:
            self._waiting = True
            self.screen.set_timer(WAIT, self._begin)

    def _begin(self) -> None:
        self._waiting = False
        if not self.ended and self.screen.is_attached:
            self.screen.run_worker(self._later, group="draft", exit_on_error=False)

    async def _later(self) -> None:
        draft, turn = self._snapshot()
        try:
            await asyncio.to_thread(self._put, draft, turn)
        except CrmError as error:
            self._refused(error)
            # The disk may have room again, though nobody types.
            self.screen.set_timer(AGAIN, self._begin)

    def now(self) -> None:
        """Keep it at once, and come back when it is on the disk."""
        if self.ended:
            return
        draft, turn = self._snapshot()
        try:
            self._put(draft, turn)
        except CrmError as error:
            self._refused(error)

    async def begin_save(self, session: Any) -> None:
        """Note in the draft that a save begins: whoever finds it can tell whether it was saved."""
        if self.ended or self.slot.path is None:
            return
        self.saving = await self.screen.crm.work.run(history.newest, session.reader)
        draft, turn = self._snapshot()
        try:
            await asyncio.to_thread(self._put, draft, turn, lasting=False)
        except CrmError as error:
            self._refused(error)

    def end_save(self) -> None:
        """The save was refused: what is typed counts as unsaved again."""
        if self.saving is not None:
            self.saving = None
            self.soon()

    def forget(self) -> None:
        """Saved or discarded: remove the draft."""
        if not self.ended:
            self.ended = True
            self.slot.forget()

    def close(self) -> None:
        """The form is gone: what was typed and not saved waits for another time."""
        if not self.ended:
            self.ended = True
            self.slot.close()

    def _next(self) -> int:
        self._turn += 1
        return self._turn

    def _snapshot(self) -> tuple[Draft | None, int]:
        values, before = self.screen.typed()
        if not values:
            return None, self._next()
        about = self.about
        seen = self.screen.version()
        title = f"{self.screen.heading()} {about.subject or values.get('name', '')}".strip()
        given = {key: value for key, value in self.screen.arguments.items() if key not in LEFT_OUT}
        return Draft(
            self.screen.room,
            {key: dict(value) if isinstance(value, Mapping) else value for key, value in given.items()},
            title,
            values,
            before,
            clock.instant(),
            *self.screen.the_form.told(values),
            seen,
            about.stamp if seen == about.seen else "",
            about.born,
            self.saving,
        ), self._next()

    def _put(self, draft: Draft | None, turn: int, *, lasting: bool = True) -> None:
        """Write or remove; away from the event loop, or in it when the program ends."""
        if draft is None:
            self.slot.remove(turn)
            self._kept = None
        elif self._kept is None or draft._replace(at="") != self._kept._replace(at=""):
            self.slot.keep(draft, turn, lasting=lasting)
            self._kept = draft

    def _refused(self, error: CrmError) -> None:
        """Say once in a session that drafts cannot be kept; work goes on."""
        crm = self.screen.crm
        if not crm.without_drafts:
            crm.without_drafts = True
            self.screen.notice.rest(str(error))
