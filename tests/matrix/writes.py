"""Writes that somebody tries on customers of everybody, and whether the rules allow them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from crm_tui.customers import service
from crm_tui.dedupe import decisions, merging
from crm_tui.errors import CrmError
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.session import Session
from tests.matrix.rules import ALL, NOBODY, OWN, PEOPLE, TEAM, near, sees
from tests.matrix.world import World

# By role: how far each verb of a customer goes; what is not named is not granted.
REACH: dict[str, dict[str, str]] = {
    "sales_rep": dict.fromkeys(("edit", "log", "archive", "merge", "assign"), OWN),
    "sales_manager": dict.fromkeys(("edit", "log", "archive", "merge", "assign"), TEAM),
    "service": {"edit": OWN, "log": ALL},
    "administrator": dict.fromkeys(("edit", "log", "archive", "merge", "assign"), ALL),
    "entry": {"edit": ALL, "log": OWN},
    "auditor": {"edit": OWN, "log": OWN, "merge": TEAM},
    "removed": {},
}
# Groups of fields that a role edits in more than the own customers.
GROUPS: dict[str, dict[str, str]] = {
    "sales_manager": dict.fromkeys(("contact", "budget", "amount", "decision"), TEAM),
    "administrator": dict.fromkeys(("contact", "budget", "amount", "decision"), ALL),
    "service": {"contact": ALL},
    "entry": {"contact": ALL},
}
TARGETS = (
    "rep.2",
    "far.1",
    "far.2",
    "far.3",
    "mate.2",
    "away.1",
    "boss.1",
    "svc.1",
    "rep.given",
    "far.archived",
)
SHARING = ("edit", "log")  # what a collaborator who may edit may do


class Try(NamedTuple):
    """One write: which verb and group of fields it needs, and what it does to a customer."""

    verb: str
    group: str
    fn: Callable[[Session, World, str], Any]


def _update(values: dict[str, Any], *, stale: bool = False) -> Callable[[Session, World, str], Any]:
    def tried(session: Session, world: World, key: str) -> Any:
        customer = world.ids[key]
        sql = "SELECT changed_in FROM customer WHERE id = :id"
        row = session.database.connection.execute(sql, {"id": customer}).fetchone()
        return session.write(service.update, customer, 1 if stale else row[0], values)

    return tried


def _contact(session: Session, world: World, key: str) -> Any:
    sql = "SELECT id, changed_in FROM contact WHERE customer_id = :id AND deleted_at IS NULL"
    row = session.database.connection.execute(sql, {"id": world.ids[key]}).fetchone()
    return session.write(service.update_contact, row[0], row[1], {"mobile": "13700000000"})


def _no_contact(session: Session, world: World, key: str) -> Any:
    sql = "SELECT id, changed_in FROM contact WHERE customer_id = :id AND deleted_at IS NULL"
    row = session.database.connection.execute(sql, {"id": world.ids[key]}).fetchone()
    return session.write(service.remove_contact, row[0], row[1])


def _given(session: Session, world: World, key: str) -> Any:
    sql = "SELECT id FROM person WHERE login = 'mgr_n'"
    person = session.database.connection.execute(sql).fetchone()[0]
    return _update({"owner_id": person})(session, world, key)


def _log(session: Session, world: World, key: str) -> Any:
    return session.write(followups.log, LogEntry(world.ids[key], "聊过", "phone"))


def _plan(session: Session, world: World, key: str) -> Any:
    return session.write(followups.add_plan, world.ids[key], PlanDraft(date(2026, 12, 1), goal="回访"))


def _archive(session: Session, world: World, key: str) -> Any:
    return session.write(service.archive, world.ids[key])


def _merge(session: Session, world: World, key: str) -> Any:
    return session.write(merging.merge, world.ids[key], [world.ids["far.twin"]], {}, {})


def _reject(session: Session, world: World, key: str) -> Any:
    return session.write(decisions.reject, world.ids[key], world.ids["far.twin"])


TRIES: dict[str, Try] = {
    "note": Try("edit", "", _update({"note": "改"})),
    "stale note": Try("edit", "", _update({"note": "又改"}, stale=True)),
    "budget": Try("edit", "budget", _update({"budget_min": 1_00, "budget_max": 1_00})),
    "contact": Try("edit", "contact", _contact),
    # What part the person has in decisions is gone with it.
    "contact removed": Try("edit", "decision", _no_contact),
    "hand over": Try("assign", "", _given),
    "log": Try("log", "", _log),
    "plan": Try("log", "", _plan),
    "archive": Try("archive", "", _archive),
    "merge": Try("merge", "", _merge),
    "reject": Try("merge", "", _reject),
}


def may(world: World, viewer: str, key: str, tried: Try) -> bool | None:
    """Tell whether the rules allow it; None where what comes of it is no matter of rights alone."""
    role, file = PEOPLE[viewer].role, world.files[key]
    if tried.verb == "merge" or key == "far.archived":
        return None
    shared = dict(file.shared).get(viewer, "")
    if not sees(world.preset, viewer, file):
        return False
    reach = REACH[role].get(tried.verb, NOBODY)
    if reach == NOBODY:
        return False
    if tried.verb in SHARING and shared == "edit":
        return True
    if file.owner not in near(viewer, reach):
        return False
    if tried.group:
        return file.owner in near(viewer, GROUPS.get(role, {}).get(tried.group, OWN))
    return True


def attempt(session: Session, world: World, key: str, tried: Try) -> CrmError | None:
    """Try a write; what refused it, None when it was done."""
    try:
        tried.fn(session, world, key)
    except CrmError as error:
        return error
    return None
