"""What must hold in the house whatever wrote it: somebody may mend it, and no team lies below itself."""

from __future__ import annotations

from crm_tui import clock
from crm_tui.access import store_house as store
from crm_tui.access.store_policy import Team, load_policy, subtree
from crm_tui.errors import Refused
from crm_tui.locale import _
from crm_tui.storage import mounts
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3

KEEPING = frozenset({"person", "role", "permission"})


def demand_order(connection: sqlite3.Connection, set_id: int) -> None:
    """Raise Refused when a set, about to be committed, leaves the house without anybody who may mend it.

    Asked inside the transaction, so that of two administrators who remove each other the second is refused;
    an undo or redo is held to it as well. Somebody in use must be left who may change people and roles both,
    and no team may lie below itself. A file on a network file system has one person in use.
    """
    touched = store.touched(connection, set_id)
    if touched & KEEPING and not store.keepers(connection):
        raise Refused(
            _("Nobody would be left who may change people and what roles may do."),
            _("Nothing was changed."),
            _("Let another colleague have such a role first."),
        )
    if "person" in touched:
        mounts.demand_one_user(connection)
    if "team" in touched and (names := _round(connection)):
        raise Refused(
            _("A team cannot lie below itself: {names}.").format(names=" → ".join(names)),
            _("Nothing was changed."),
        )


def demand_office(connection: sqlite3.Connection, set_id: int, person_id: int) -> None:
    """Raise Refused when a set raises somebody beyond what its author may do, or moves such a person.

    Who keeps people but not what roles may do gives or takes no role that may, and keeps the own one.
    """
    # By the role that they had before it.
    if store.was_mender(connection, set_id, person_id):
        return
    if store.offices_moved(connection, set_id):
        raise Refused(
            _("Only who may change what roles may do gives or takes a role that may."),
            _("Nothing was changed."),
            _("Ask another administrator to do it."),
        )
    if store.has_other_role(connection, set_id, person_id):
        raise Refused(_("Nobody gives themselves another role."), _("Nothing was changed."))


def demand_right(change: Change, verb: str) -> None:
    """Raise Refused when a change takes from its own actor the right to make it, or leaves nobody with it.

    Whoever gives an office up lets a colleague take it: so nobody locks themselves out by a slip.
    """
    demand_order(change.connection, change.set_id)
    demand_kept(change.connection, change.actor, verb)


def demand_kept(connection: sqlite3.Connection, person_id: int, verb: str) -> None:
    """Raise Refused when somebody has no right to a verb any more, by what they are about to write."""
    if not load_policy(connection, person_id, clock.today()).may(verb).allowed:
        raise Refused(
            _("Nobody takes this right from themselves."),
            _("Nothing was changed."),
            _("Ask another administrator to do it."),
        )


def _round(connection: sqlite3.Connection) -> list[str]:
    """Return the names of teams that lie below each other in a ring, [] when none do."""
    teams = store.teams(connection)
    nodes = [Team(one.id, one.parent_id) for one in teams]
    for one in teams:
        if one.parent_id is not None and one.parent_id in subtree(nodes, one.id):
            ring = [one]
            by_id = {each.id: each for each in teams}
            while (above := by_id.get(ring[-1].parent_id or 0)) is not None and above not in ring:
                ring.append(above)
            return [each.name for each in (*ring, one)]
    return []
