"""Who may see what, written down once more from the rules alone, so that nothing of the program decides it.

A rep sees the own customers (with those of whom the rep stands in for), a manager those of the team and the
teams below, and so on; a collaborator sees what is shared; groups of sensitive fields reach as far as said.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.matrix.canaries import ROWS, Canary, Place

NOBODY, OWN, TEAM, ALL = "nobody", "own", "team", "all"
GROUPS = ("contact", "budget", "decision", "amount", "personal", "attachment")


class Cast(NamedTuple):
    """Somebody of the world: login, role, team, and whom one stands in for today."""

    login: str
    role: str
    team: str
    away: tuple[str, ...] = ()
    active: bool = True


# 总部 holds 华东 and 华北, 华东 holds 上海组.
TEAMS = {"总部": "", "华东": "总部", "上海组": "华东", "华北": "总部"}
PEOPLE = {
    one.login: one
    for one in (
        Cast("boss", "administrator", "总部"),
        Cast("rep", "sales_rep", "上海组", ("away",)),
        Cast("mate", "sales_rep", "上海组"),
        Cast("far", "sales_rep", "华北"),
        Cast("away", "sales_rep", "华北"),
        Cast("mgr", "sales_manager", "华东"),
        Cast("mgr_n", "sales_manager", "华北"),
        Cast("svc", "service", ""),
        Cast("entry", "entry", ""),
        Cast("custom", "auditor", "华东"),
        Cast("lost", "removed", "上海组"),
        Cast("left", "sales_rep", "上海组", active=False),
    )
}
VIEWERS = tuple(PEOPLE)
EVERY = dict.fromkeys(GROUPS, ALL)
REACH: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("general", "sales_rep"): (OWN, {}),
    ("general", "sales_manager"): (TEAM, dict.fromkeys(GROUPS, TEAM)),
    ("files", "sales_rep"): (ALL, {}),
    ("files", "sales_manager"): (ALL, dict.fromkeys(GROUPS, TEAM)),
    **{
        (preset, role): reach
        for preset in ("general", "files")
        for role, reach in {
            "service": (ALL, {"contact": ALL}),
            "administrator": (ALL, EVERY),
            "entry": (ALL, {"contact": ALL}),
            "auditor": (TEAM, {"budget": TEAM}),
            "removed": (NOBODY, {}),
        }.items()
    },
}
"""By policy and role: how far reading goes for rows, and for groups of fields where it is more than own."""
CUSTOM_GRANTS = (
    *(("read", "", "team"), ("edit", "", "own"), ("create", "", "own"), ("export", "", "all")),
    *(("merge", "", "team"), ("log", "", "own"), ("import", "", "own"), ("undo", "", "team")),
    *(("audit", "", "all"), ("read", "budget", "team"), ("read", "contact", "none")),
)
READS_AUDIT = ("sales_manager", "administrator", "auditor")


class File(NamedTuple):
    """A customer of the world: whose it is, and with whom it is shared how."""

    owner: str
    shared: tuple[tuple[str, str], ...] = ()


def below(team: str) -> set[str]:
    """Return a team and all under it."""
    return {one for one in TEAMS if one == team or TEAMS[one] in ({team} if team else set())} | {
        deep for one in TEAMS if TEAMS[one] == team and team for deep in below(one)
    }


def near(viewer: str, scope: str) -> set[str]:
    """Return the logins whose customers lie within a scope of somebody."""
    me = PEOPLE[viewer]
    own = {viewer, *me.away}
    if not me.active or scope == NOBODY:
        return set()
    if scope == ALL:
        return set(PEOPLE)
    if scope == TEAM and me.team:
        return own | {one.login for one in PEOPLE.values() if one.team in below(me.team)}
    return own


def sees(preset: str, viewer: str, file: File, group: str = ROWS) -> bool:
    """Tell whether somebody sees a customer, or a group of its fields."""
    rows, groups = REACH[preset, PEOPLE[viewer].role]
    if rows == NOBODY or not PEOPLE[viewer].active:
        return False
    if any(person == viewer for person, _access in file.shared):
        return True
    if file.owner not in near(viewer, rows):
        return False
    return not group or file.owner in near(viewer, groups.get(group, OWN))


def may_read(preset: str, viewer: str, files: dict[str, File], canary: Canary) -> bool:
    """Tell whether somebody may read a canary: one of the places that have it is open to them."""
    return any(_open(preset, viewer, files, place) for place in canary.places)


def _open(preset: str, viewer: str, files: dict[str, File], place: Place) -> bool:
    if place.person:
        audits = place.group == "audit" and PEOPLE[viewer].role in READS_AUDIT
        return PEOPLE[viewer].active and (place.person == viewer or audits)
    if "|" in place.customer:
        # About two customers: told to who sees both.
        return all(
            _open(preset, viewer, files, place._replace(customer=one)) for one in place.customer.split("|")
        )
    file = files[place.customer]
    if place.group == "whole":
        return all(sees(preset, viewer, file, group) for group in (ROWS, *GROUPS))
    return sees(preset, viewer, file, place.group)
