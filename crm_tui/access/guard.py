"""Asks the policy about every write, inside its transaction: the one place that no service can go past.

The question is about what was in fact written: the rows of the log of the set, and whose the customers were
before it. So a right that was taken away while somebody typed counts, and nothing can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crm_tui.access import store_guard as store
from crm_tui.access.house import demand_office, demand_order
from crm_tui.access.policy import Decision, Policy, shared_covers
from crm_tui.access.store_policy import load_policy, stamp
from crm_tui.access.verbs import ALL, EDIT, GROUPS, covers, verb_of
from crm_tui.errors import Refused
from crm_tui.locale import _
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3

OF_CUSTOMERS = (
    *("customer", "contact", "customer_alias", "tag_link", "project", "collaborator", "imported_row"),
    *("activity", "plan"),
)
UNDOING = ("undo", "redo")
NOTES = "audit."
ASSIGN, IMPORT, MERGE, PEOPLE, SHARE = "assign", "import", "merge", "people", "share"
DECIDING = (MERGE, "undo")  # verbs by which it is decided whether two customers are one
Held = tuple[int, int, int]
FIRST = "init"
"""The set that makes a database, before there is anybody to ask."""


class Guard:
    """The policy of a person as the file has it now; ``check`` refuses what it does not allow."""

    def __init__(self, person_id: int, policy: Callable[[], Policy], today: Callable[[], date]) -> None:
        self._person_id = person_id
        self._policy = policy
        self._today = today

    def check(
        self, connection: sqlite3.Connection, set_id: int, action: str, undoes: int | None, job: int | None
    ) -> None:
        """Raise Refused unless the person may do what a set did; called before its COMMIT."""
        if action == FIRST or action.startswith(NOTES):
            return
        # A large change is about customers alone.
        if job is None:
            demand_order(connection, set_id)
        policy = self._now(connection)
        deed, mine = action, False
        if action in UNDOING:
            actor, deed = store.undone(connection, undoes, job)
            # Whoever may not do a thing may not take it back or do it again either.
            policy.demand(deed)
            if store.moves_team_view(connection, set_id):
                policy.demand(SHARE)
            mine = actor == self._person_id
            action = deed if mine else "undo"
        if verb_of(deed) == PEOPLE:
            demand_office(connection, set_id, self._person_id)
        verb = verb_of(action)
        policy.demand(action)
        if not verb or (policy.scope(verb) == ALL and not _narrower(policy, verb)):
            return
        matters = dict.fromkeys(OF_CUSTOMERS)
        touched = derive.customers_of(connection, set_id, matters)
        if mine and touched:
            # One's own deed is taken back where one might still do it, and of whom one gave away by it.
            given = store.given_away(connection, undoes, job, touched)
            touched = [one for one in touched if one not in given]
        if touched:
            self._check_rows(connection, set_id, policy, verb, touched)
        if verb in DECIDING and (pairs := store.decided(connection, set_id)):
            self._check_pairs(connection, set_id, policy, verb, pairs)

    def _now(self, connection: sqlite3.Connection) -> Policy:
        """Return the policy as it is within the transaction, read anew when anything of it moved."""
        policy, today = self._policy(), self._today()
        if stamp(connection, today) != policy.stamp:
            return load_policy(connection, self._person_id, today)
        return policy

    def _check_rows(
        self, connection: sqlite3.Connection, set_id: int, policy: Policy, verb: str, touched: list[int]
    ) -> None:
        rows = store.held(connection, set_id, touched)
        made = {one for one, _owner, is_new in rows if is_new}
        self._check_reach(connection, set_id, policy, verb, rows)
        if verb in (EDIT, IMPORT) and (given := store.handed_over(connection, set_id)):
            policy.demand(ASSIGN)
            self._check_reach(connection, set_id, policy, ASSIGN, [row for row in rows if row[0] in given])
        for group in _narrower(policy, verb):
            if verb == MERGE:
                # Whoever has the one that stays is shown all that the others had.
                moved = {one for one, _owner, _new in rows} - made
            else:
                moved = store.with_moved_fields(connection, set_id, group) - made
            if not moved:
                continue
            near = policy.owners(policy.scope(EDIT, group))
            hidden = {
                one for one, owner, _new in rows if one in moved and near is not None and owner not in near
            }
            hidden -= store.shared(connection, set_id, self._person_id, hidden)
            if hidden:
                text = _(
                    "Your role ({role}) may not change these fields of other people's customers: {fields}."
                )
                raise _refused(Decision(False, text.format(role=policy.role_title, fields=_(GROUPS[group]))))

    def _check_reach(
        self, connection: sqlite3.Connection, set_id: int, policy: Policy, verb: str, rows: list[Held]
    ) -> None:
        """Refuse what lies beyond the scope of a verb and is not shared with the person either."""
        owners = policy.owners(policy.scope(verb))
        far = {one: owner for one, owner, _new in rows if owners is not None and owner not in owners}
        if far and shared_covers(verb, EDIT):
            for one in store.shared(connection, set_id, self._person_id, far):
                del far[one]
        if far:
            raise _refused(policy.may(verb, next(iter(far.values()))))

    def _check_pairs(
        self,
        connection: sqlite3.Connection,
        set_id: int,
        policy: Policy,
        verb: str,
        pairs: set[tuple[int, int]],
    ) -> None:
        """Refuse a decision about two customers of whom neither lies within the scope of a verb."""
        owners = policy.owners(policy.scope(verb))
        if owners is None:
            return
        about = sorted({one for pair in pairs for one in pair})
        held = {one: owner for one, owner, _new in store.held(connection, set_id, about)}
        for pair in sorted(pairs):
            if not any(held[one] in owners for one in pair):
                raise _refused(policy.may(verb, held[pair[0]]))


def _narrower(policy: Policy, verb: str) -> list[str]:
    """Return the groups of fields that a person may edit in fewer customers than the verb reaches."""
    if verb not in (EDIT, IMPORT, MERGE, "undo"):
        return []
    return [group for group in GROUPS if not covers(policy.scope(EDIT, group), policy.scope(verb))]


def _refused(decision: Decision) -> Refused:
    return Refused(decision.reason, _("Nothing was changed."))
