"""The follow-up queue on the command line: ``due``."""

from __future__ import annotations

import sys
from datetime import date

from crm_tui import clock
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.locale import N_, _
from crm_tui.queue.service import GROUPS, Item, Today, today

NOW = ("overdue", "today", "unwritten")
LINE = {
    "overdue": N_("{n} overdue"),
    "today": N_("{n} today"),
    "unwritten": N_("{n} to be written up"),
}


@command(
    COMMANDS["due"],
    option("--mine/--all", "mine", default=True, help=N_("Your own plans (the default), or everybody's.")),
    option("--until", metavar="DATE", help=N_("Show plans up to a day too: 2026-03-15, friday.")),
    option("--line", is_flag=True, help=N_("One short line, for prompts and status bars.")),
)
def due(state: State, mine: bool, until: str | None, line: bool) -> None:
    """Print the queue."""
    with state.session() as session:
        last = _day(until, session.today()) if until else None
        owner = session.person.id if mine else None
        queue = today(session.reader, owner, clock.now(), session.zone, until=last, whole=not line)
        zone = session.zone
        reminder = ""
        if sys.stderr.isatty() and not line and session.policy.may("upkeep").allowed:
            from crm_tui.storage.reminder import remind

            reminder = remind(session.reader, session.database.path, zone)
    if line:
        _line(state, queue)
        return
    items = [item for item in queue.items if item.group in NOW or _is_within(item, last)]
    if state.out.as_json:
        for item in items:
            state.out.json(_object(item))
        return
    if items:
        _table(state, items, last, zone, with_owner=not mine)
    else:
        say(_("Nothing is due."))
    left = {name: count - sum(item.group == name for item in items) for name, count in queue.counts.items()}
    rest = [f"{_(GROUPS[name])} {count}" for name, count in left.items() if count > 0]
    if rest:
        say(_("Further: {groups}").format(groups=" · ".join(rest)))
    if reminder:
        say(reminder)


def _day(text: str, on: date) -> date:
    from crm_tui.text.chinese_dates import parse_when

    return parse_when(text, on).date


def _is_within(item: Item, last: date | None) -> bool:
    return last is not None and item.group == "week" and (item.due_on or "9") <= last.isoformat()


def _line(state: State, queue: Today) -> None:
    if state.out.as_json:
        state.out.json({name: queue.counts[name] for name in NOW})
        return
    parts = [_(LINE[name]).format(n=queue.counts[name]) for name in NOW if queue.counts[name]]
    state.out.line(" · ".join(parts) or _("Nothing is due"))


def when(item: Item, zone: str) -> str:
    """Return the day, and time where there is one, at which a row of the queue is due."""
    if item.due_at:
        return f"{clock.local(item.due_at, zone):%Y-%m-%d %H:%M}"
    return item.due_on or ""


def _table(state: State, items: list[Item], last: date | None, zone: str, *, with_owner: bool) -> None:
    columns = [
        Column(_("No.")), Column(_("Customer name"), True), Column(_("Contact"), True), Column(_("Phone")),
        Column(_("Plan"), True), Column(_("Due")), Column(_("Why"), True),
    ]  # fmt: skip
    if with_owner:
        columns.append(Column(_("Owner")))
    sections = []
    for group in GROUPS:
        rows = [_row(item, zone, with_owner) for item in items if item.group == group]
        if rows:
            title = _(GROUPS[group])
            if group == "week" and last is not None:
                title = _("Until {day}").format(day=last.isoformat())
            sections.append((f"{title} ({len(rows)})", rows))
    state.out.table(columns, sections)


def _row(item: Item, zone: str, with_owner: bool) -> tuple[str, ...]:
    row = (item.no, item.name, item.contact, item.phone, item.goal, when(item, zone), item.why)
    return (*row, item.owner) if with_owner else row


def _object(item: Item) -> dict[str, object]:
    found = item._asdict()
    found["terms"] = [{"text": term.text, "points": term.points} for term in item.terms]
    return {**found, "urgency": item.urgency, "why": item.why}
