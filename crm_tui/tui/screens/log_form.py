"""One form for what happened and what comes next: a follow-up logged, the next one planned."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, NamedTuple, cast
from zoneinfo import ZoneInfo

from textual.containers import Vertical
from textual.widget import Widget

from crm_tui import clock
from crm_tui.customers import reading as customers
from crm_tui.errors import BadInput
from crm_tui.followups import reading, service
from crm_tui.followups.next_step import day_text, next_of_rhythm, read_next, say_due, say_plan
from crm_tui.followups.reading import Plan
from crm_tui.followups.service import LogEntry, Logged, PlanDraft
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.faults import Move
from crm_tui.text.chinese_dates import parse_when
from crm_tui.text.recurrence import parse_recurrence
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.screens.saving import (
    Part,
    Saving,
    all_values,
    also_moved,
    registry_part,
    sentences,
    write_merging,
)
from crm_tui.tui.widgets.form import Field, Form

MOST_PLANS = 9  # as many as there are digits to choose with


class About(NamedTuple):
    """What the form needs to know before it is drawn."""

    customer: dict[str, Any]
    contacts: list[tuple[str, str]]
    plans: list[Plan]
    plan: Plan | None
    ways: list[tuple[str, str]]
    statuses: list[tuple[str, str]]
    stages: list[tuple[str, str]]


class LogScreen(FormScreen):
    """Logs a follow-up of a customer; with ``plan_id`` it deals with that plan, open or closed unwritten.

    Without one it proposes the user's own plan that is due. Closes with the ``Logged`` of the write, None by
    Esc.
    """

    follows: ClassVar[bool] = True

    def __init__(self, customer_id: int, plan_id: int | None = None) -> None:
        super().__init__()
        self.customer_id = customer_id
        self.plan_id = plan_id
        self.about: About | None = None
        self.place = Vertical(classes="log-place")

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    @property
    def plan(self) -> Plan | None:
        """The plan that is dealt with: the proposed one until another is chosen."""
        about = self.about
        if about is None or not about.plans or not self.query(Form):
            return about.plan if about else None
        chosen = self.the_form.values()["plan"]
        return next((plan for plan in about.plans if str(plan.id) == chosen), None)

    def heading(self) -> str:
        """Return the title until the customer is known."""
        return _("Log a follow-up")

    def body(self) -> Iterable[Widget]:
        """Yield the place of the form, which comes once its words are read."""
        yield self.place

    async def reload(self) -> None:
        """Read the customer and the words, once, and put the form in place."""
        if self.about is not None:
            return
        self.about = about = await self.crm.work.run(self._read)
        name = about.customer["name"] or (about.contacts[0][1] if about.contacts else about.customer["no"])
        self.set_status(title=_("Log a follow-up") + f"  {name}")
        form = self.form()
        await self.place.mount(form)
        form.focus_field("content")
        self._remark_plan()

    def _read(self) -> About:
        session = self.session
        customer = customers.record(session.reader, "customer", self.customer_id)
        if customer is None:
            raise BadInput(_("This customer is no longer in the lists."))
        people = customers.children(session.reader, "contact", self.customer_id)
        plans = [
            plan
            for plan in reading.plans(session.reader, self.customer_id)
            if plan.state in ("todo", "doing") or plan.id == self.plan_id
        ][:MOST_PLANS]
        session.calendar  # noqa: B018  (read here: its first use opens files)
        words = session.words
        return About(
            customer,
            [(str(one["id"]), one["name"] or one["mobile"] or one["email"] or "?") for one in people],
            plans,
            self._proposed(plans),
            *(words.choices(kind) for kind in ("way", "status", "stage")),
        )

    def _proposed(self, plans: list[Plan]) -> Plan | None:
        if self.plan_id is not None:
            return next((plan for plan in plans if plan.id == self.plan_id), None)
        today, me = self.crm.today().isoformat(), self.session.person.id
        return next((p for p in plans if p.owner_id == me and p.due_on and p.due_on <= today), None)

    # -- the form -----------------------------------------------------------------------------------

    def form(self) -> Form:
        """Return the form: what the eight keys need first, the rest under a heading."""
        about = self.about
        assert about is not None
        late = self._unwritten_at()
        fields = [
            Field("content", _("What happened"), "area", lines=3),
            Field("ways", _("By which way"), "several", choices=about.ways),
            Field(
                "next",
                _("What next, when"),
                hint=_("e.g. next wednesday 3pm call back"),
                check=self._next_error,
            ),
            Field("", _("Only if you need it"), "heading"),
        ]
        if about.plans:
            plans = [(str(plan.id), _called(plan)) for plan in about.plans]
            fields.append(
                Field("plan", _("Plan dealt with"), "choice", str(about.plan.id) if about.plan else "", plans)
            )
        fields += [
            Field("at", _("When it was"), value=late, hint=_("now"), check=self._at_error),
        ]
        if about.contacts:
            fields.append(Field("contact", _("With whom"), "choice", choices=about.contacts))
        fields += [
            Field("feedback", _("Customer feedback"), "area", lines=2),
            Field("objections", _("Objections"), "area", lines=2),
            Field("status", _("Customer status"), "choice", about.customer["status"] or "", about.statuses),
            Field("stage", _("Follow-up state"), "choice", about.customer["stage"] or "", about.stages),
            Field("lost_reason", _("Lost reason"), value=about.customer["lost_reason"] or ""),
        ]
        return Form(fields)

    def _unwritten_at(self) -> str:
        """Return when the plan was closed, where it still waits for its record."""
        plan = self.plan
        if plan is None or plan.state != "done" or not plan.done_at:
            return ""
        return f"{clock.local(plan.done_at, self.session.zone):%Y-%m-%d %H:%M}"

    def on_form_changed(self, event: Form.Changed) -> None:
        """Say back what was understood while it is typed."""
        if event.key == "next":
            self._remark_next(event.value)
        elif event.key == "plan":
            self._remark_plan()
        elif event.key == "at":
            self._remark(event.key, self._at_said, event.value)

    def _remark_plan(self) -> None:
        plan = self.plan
        said = _("Planned: {goal}").format(goal=plan.goal or plan.text) if plan and plan.goal else ""
        self.the_form.note("content", said)
        self._remark_next(self.the_form.values()["next"])

    def _remark_next(self, text: str) -> None:
        if text.strip():
            self._remark("next", lambda typed: say_plan(cast("PlanDraft", self._next(typed))), text)
            return
        plan = self.plan
        again = next_of_rhythm(plan, self.crm.today()) if plan and not self._unwritten_at() else None
        said = ""
        if plan and plan.recurrence and again:
            said = _("{rhythm}: comes again on {day} by itself; leave empty").format(
                rhythm=parse_recurrence(plan.recurrence).label(), day=day_text(again)
            )
        self.the_form.note("next", said)

    def _remark(self, key: str, say: Callable[[str], str], text: str) -> None:
        try:
            said = say(text)
        except BadInput as error:
            said = str(error)
        self.the_form.note(key, said)

    # -- what is typed --------------------------------------------------------------------------------

    def _next(self, text: str) -> PlanDraft | None:
        return read_next(text, self.crm.today(), self.session.calendar)

    def _next_error(self, text: str) -> str:
        return _refusal(self._next, text)

    def _at(self, text: str) -> tuple[str | None, bool]:
        """Return the instant of a typed time, None for now, and whether only a day was named."""
        if not text.strip():
            return None, False
        today = self.crm.today()
        when = parse_when(text, today, past=True, calendar=self.session.calendar)
        if when.date == today and when.time is None:
            return None, False
        moment = datetime.combine(when.date, when.time or time(), ZoneInfo(self.session.zone))
        if moment > clock.now():
            raise BadInput(_("What happened cannot lie in the future."), todo=_("Plan it as the next step."))
        return clock.to_instant(moment), when.time is None

    def _at_error(self, text: str) -> str:
        return _refusal(self._at, text)

    def _at_said(self, text: str) -> str:
        at, whole_day = self._at(text)
        if at is None:
            return ""
        moment = clock.local(at, self.session.zone)
        said = day_text(moment.date(), None if whole_day else moment.time())
        ended = clock.parse_instant(at) + timedelta(days=whole_day)
        late = clock.now() - ended > service.WRITTEN_WITHIN
        return said + " · " + _("written late") if late else said

    # -- saving ---------------------------------------------------------------------------------------

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Write what happened and what comes next as one change.

        Where others moved the customer's status or stage meanwhile, the conflict screen asks first.
        """
        about = self.about
        assert about is not None
        if not values["content"].strip() and not values["ways"]:
            raise FieldErrors({"content": _("Write what happened, or choose the way.")})
        moved = {
            name: values[name]
            for name in ("status", "stage")
            if values[name] and values[name] != (about.customer[name] or "")
        }
        lost = moved.get("status") == "lost" or self.session.words.phase(moved.get("stage")) == "lost"
        if lost and not values["lost_reason"].strip():
            raise FieldErrors({"lost_reason": _("A lost customer needs the reason.")})
        at, whole_day = self._at(values["at"])
        plan = self.plan
        entry = LogEntry(
            self.customer_id,
            values["content"],
            values["ways"],
            at,
            int(values["contact"]) if values.get("contact") else None,
            plan.id if plan else None,
            values["feedback"],
            values["objections"],
            moved.get("status"),
            moved.get("stage"),
            values["lost_reason"].strip() if lost else "",
            whole_day,
        )
        following = self._next(values["next"])
        names = (*moved, "lost_reason") if lost else tuple(moved)
        context = await self.crm.work.run(self.session.context)
        parts = [registry_part(name, values[name], context) for name in names]

        async def store(seen: int, chosen: Sequence[Part], before: Sequence[Move]) -> str:
            given = all_values(chosen)
            steps = entry._replace(
                status=given.get("status"),
                stage=given.get("stage"),
                lost_reason=given.get("lost_reason") or "",
                seen=seen,
            )
            written = await write_merging(self.crm, service.log, steps, following, self.session.zone)
            return await self._said(written.value, also_moved("customer", before, moved))

        customer = about.customer
        title = customer["name"] or customer["no"]
        saving = Saving(self, title, parts, store, self.finish, self.left_open, context)
        return await saving.run(customer["changed_in"])

    async def _said(self, logged: Logged, others: str) -> str:
        self.result = logged
        said = _("Logged.")
        if logged.plan_id is not None:
            due = await self.crm.work.run(self._due_of, logged.plan_id)
            said = _("Logged; next {day}.").format(day=due) if due else _("Logged and planned.")
        said = sentences(said, logged.note, others)
        return _("{what}  {key} undoes it.").format(what=said, key=self.crm.keymap.shown("undo"))

    def _due_of(self, plan_id: int) -> str:
        plan = reading.plan(self.session.reader, plan_id)
        return say_due(plan, self.session.zone) if plan else ""


def _called(plan: Plan) -> str:
    """Return a plan as a choice: its day and what for."""
    return " ".join(part for part in (plan.due_on, plan.goal or plan.text) if part) or _(
        "Planned without a day"
    )


def _refusal(read: Callable[[str], Any], text: str) -> str:
    try:
        read(text)
    except BadInput as error:
        return str(error)
    return ""


def closing_said(due: date | None) -> str:
    """Return what a closed plan says: done, and when its rhythm comes again."""
    return _("Done; again on {day}.").format(day=day_text(due)) if due else _("Done.")
