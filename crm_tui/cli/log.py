"""Writing down what happened: ``log``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.cli.asked import referred
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.show import goal, when
from crm_tui.cli.state import State
from crm_tui.customers.reading import record
from crm_tui.errors import BadInput
from crm_tui.followups import service
from crm_tui.followups.next_step import read_next
from crm_tui.followups.reading import Plan, plan, plans
from crm_tui.followups.service import LogEntry
from crm_tui.locale import N_, _

if TYPE_CHECKING:
    from crm_tui.session import Session

T = TypeVar("T")


@command(
    COMMANDS["log"],
    argument("reference", "REF"),
    argument("text", "[TEXT]", default="", required=False),
    option(
        "--way",
        "ways",
        multiple=True,
        metavar="WAY",
        help=N_("How: phone, wechat, visit …; may be repeated."),
    ),
    option("--at", "at", metavar="WHEN", help=N_("When it happened: yesterday 3pm, march 5; else now.")),
    option(
        "--next", "following", metavar="PLAN", help=N_("What comes next: next friday 3pm call back, monthly.")
    ),
    option("--done", is_flag=True, help=N_("Close the customer's next plan even if it is not due yet.")),
    option("--keep-open", is_flag=True, help=N_("Close no plan.")),
    more=N_("Your plan for this customer that is due today or overdue is closed by it."),
)
def log(
    state: State, reference: str, text: str, ways: tuple[str, ...], at: str | None, following: str | None,
    done: bool, keep_open: bool,
) -> None:  # fmt: skip
    """Log an activity, close the plan it deals with, plan the next."""
    with state.session(write=True) as session:
        customer_id = referred(session.reader, reference)
        moment, whole_day = _read(lambda: _moment(at, session)) if at else (None, False)
        closing = None if keep_open else _closing(session, customer_id, done)
        entry = LogEntry(
            customer_id, text, _ways(ways, session), moment,
            plan_id=closing.id if closing else None, whole_day=whole_day,
        )  # fmt: skip
        draft = _read(lambda: read_next(following or "", session.today(), session.calendar))
        for fault in session.calendar.faults if at or following else ():
            say(fault)
        result = session.write(service.log, entry, draft, session.zone)
        customer = record(session.reader, "customer", customer_id) or {}
        planned = plan(session.reader, result.value.plan_id) if result.value.plan_id else None
        zone = session.zone
    if state.out.as_json:
        state.out.json(
            {
                "no": customer.get("no"), "activity": result.value.activity_id, "set": result.set_id,
                "closed_plan": closing.id if closing and not result.value.note else None,
                "plan": planned._asdict() if planned else None,
            }
        )  # fmt: skip
    say(_("Written down for {no} {name}.").format(no=customer.get("no"), name=customer.get("name") or ""))
    if result.value.note:
        say(result.value.note)
    elif closing and closing.state == "done":
        say(_("It stands for the plan closed before: {plan}.").format(plan=_shown(closing, zone)))
    elif closing:
        say(_("Closed the plan: {plan}.").format(plan=_shown(closing, zone)))
    if planned:
        say(_("Next: {plan}.").format(plan=_shown(planned, zone)))


def _read(reading: Callable[[], T]) -> T:
    """Read what was typed; a refusal says too that nothing was saved."""
    try:
        return reading()
    except BadInput as error:
        raise BadInput(error.what, error.kept or _("Nothing was saved."), error.todo) from error


def _shown(one: Plan, zone: str) -> str:
    return f"{when(one.due_on, one.due_at, zone)} {goal(one)}"


def _ways(names: tuple[str, ...], session: Session) -> str:
    from crm_tui.customers.convert import PARTS

    keys = []
    for name in (part for text in names for part in PARTS.split(text) if part):
        key = session.words.key_of("way", name)
        if key is None:
            known = "、".join(label for _key, label in session.words.choices("way"))
            raise BadInput(
                _("“{name}” is no way of contact.").format(name=name),
                _("Nothing was saved."),
                _("There are: {ways}.").format(ways=known),
            )
        keys.append(key)
    return ",".join(dict.fromkeys(keys))


def _moment(text: str, session: Session) -> tuple[str, bool]:
    from crm_tui.text.chinese_dates import parse_when

    found = parse_when(text, session.today(), past=True, calendar=session.calendar)
    if found.time is None and found.date == session.today():
        return clock.instant(), False
    zone = ZoneInfo(session.zone)
    at = datetime(found.date.year, found.date.month, found.date.day, tzinfo=zone)
    if found.time is not None:
        at = at.replace(hour=found.time.hour, minute=found.time.minute)
    return clock.to_instant(at), found.time is None


def _closing(session: Session, customer_id: int, done: bool) -> Plan | None:
    """Return the plan that a log closes: with ``done`` the next one, else the user's own that is due.

    Without one due, a plan that was closed without a word is written up.
    """
    known = plans(session.reader, customer_id, 500)
    opened = [one for one in known if one.state in ("todo", "doing")]
    own = [one for one in opened if one.owner_id == session.person.id]
    if done:
        if not opened:
            raise BadInput(
                _("This customer has no open plan."), _("Nothing was saved."), _("Leave out --done.")
            )
        return (own or opened)[0]
    today = session.today().isoformat()
    due = [one for one in own if one.due_on is not None and one.due_on <= today]
    unwritten = [
        one
        for one in known
        if one.state == "done" and one.activity_id is None and one.owner_id == session.person.id
    ]
    return next(iter([*due, *sorted(unwritten, key=lambda one: one.done_at or "", reverse=True)]), None)
