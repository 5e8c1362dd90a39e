"""Who was shown hidden fields, took files out, was refused, or changed people and rights: ``audit``."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.access import auditing
from crm_tui.cli.affected import colleague
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command, option
from crm_tui.cli.history import local
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, translations
from crm_tui.text.fold import fold

LATEST = 50


@command(
    COMMANDS["audit"],
    option("--person", "login", metavar="LOGIN", help=N_("Only what this colleague did.")),
    option(
        "--kind", metavar="KIND",
        help=N_("Only one kind: unmask, export, refused, people, policy, sharing."),
    ),
    option(
        "--since", default="", metavar="DAY",
        help=N_("Only from this day on: 2026-11-01, yesterday, last monday."),
    ),
    option("--limit", type=int, default=LATEST, metavar="N", help=N_("How many lines at most (50).")),
)  # fmt: skip
def audit(state: State, login: str | None, kind: str | None, since: str, limit: int) -> None:
    """Print the audit, the newest first."""
    with state.session() as session:
        session.policy.demand("audit")
        person = colleague(session, login).id if login else None
        begin = None
        if since:
            from crm_tui.text.chinese_dates import parse_when

            day = parse_when(since, session.today(), past=True).start
            begin = clock.to_instant(datetime.combine(day, time(), ZoneInfo(session.zone)))
        found = auditing.entries(
            session.reader,
            kind=_kind(kind) if kind else None,
            person=person,
            since=begin,
            limit=max(limit, 1),
        )
        names, zone = session.names, session.zone
    if state.out.as_json:
        for one in found:
            state.out.json({**one._asdict(), "who": names.get(one.actor or 0, "")})
        return
    if not found:
        say(_("Nothing of that kind was noted."))
        return
    rows = [
        (
            local(one.at, zone), names.get(one.actor or 0, "—"), _(auditing.KINDS[one.kind]), one.what,
            one.why,
        )
        for one in found
    ]  # fmt: skip
    columns = [
        Column(_("When")), Column(_("Who")), Column(_("Kind")), Column(_("What"), True),
        Column(_("Why"), True),
    ]  # fmt: skip
    state.out.table(columns, [("", rows)])


def _kind(text: str) -> str:
    wanted = fold(text)
    for key, label in auditing.KINDS.items():
        if wanted in (fold(key), fold(label), *map(fold, translations(label))):
            return key
    raise BadInput(
        _("There is no kind “{name}”.").format(name=text),
        "",
        _("There are: {names}.").format(names=", ".join(auditing.KINDS)),
    )
