"""Asks the policy about every write, inside its transaction: the one place that no service can go past.

The question is about what was in fact written: the rows of the log of the set, and whose the customers were
before it. So a right that was taken away while somebody typed counts, and nothing can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crm_tui.access import store_guard as store
from crm_tui.access.deed import MERGE, OF_CUSTOMERS, Within, Written, beyond, is_limited, refused
from crm_tui.access.house import demand_kept, demand_office, demand_order
from crm_tui.access.policy import Policy
from crm_tui.access.store_policy import load_policy, stamp
from crm_tui.access.verbs import verb_of
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3

UNDOING = ("undo", "redo")
NOTES = "audit."
PEOPLE, POLICY, SHARE = "people", "policy", "share"
DECIDING = (MERGE, "undo")  # verbs by which it is decided whether two customers are one
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
            if verb_of(deed) in (PEOPLE, POLICY):
                demand_kept(connection, self._person_id, verb_of(deed))
            mine = actor == self._person_id
            action = deed if mine else "undo"
        if verb_of(deed) == PEOPLE:
            demand_office(connection, set_id, self._person_id)
        verb = verb_of(action)
        policy.demand(action)
        if not verb or not is_limited(policy, verb):
            return
        matters = dict.fromkeys(OF_CUSTOMERS)
        touched = derive.customers_of(connection, set_id, matters)
        if mine and touched:
            # One's own deed is taken back where one might still do it, and of whom one gave away by it.
            given = store.given_away(connection, undoes, job, touched)
            back = given.intersection(store.handed_over(connection, set_id))
            touched = [one for one in touched if one not in back]
        if touched:
            self._check_rows(connection, set_id, policy, verb, touched)
        if verb in DECIDING and (pairs := store.decided(connection, set_id)):
            self._check_pairs(connection, set_id, policy, verb, pairs)

    def reach(self, connection: sqlite3.Connection, actor: int, set_id: int) -> Within | None:
        """Return what limits somebody who takes back a set; what is decided of two customers is whole anyway.

        Another actor's undo is one that a dead process left: whoever opens the file finishes it for them.
        """
        maker, deed = store.undone(connection, set_id, None)
        verb = verb_of(deed if maker == actor else "undo")
        if verb_of(deed) in ("", MERGE):
            return None
        policy = self._now(connection)
        if actor != policy.person_id:
            policy = load_policy(connection, actor, self._today())
        # Who has left since began it all the same.
        policy = policy._replace(active=True)
        limited = policy.may(verb).allowed and is_limited(policy, verb)
        return Within(policy, verb, deed, maker == actor) if limited else None

    def _now(self, connection: sqlite3.Connection) -> Policy:
        """Return the policy as it is within the transaction, read anew when anything of it moved."""
        policy, today = self._policy(), self._today()
        if stamp(connection, today) != policy.stamp:
            return load_policy(connection, self._person_id, today)
        return policy

    def _check_rows(
        self, connection: sqlite3.Connection, set_id: int, policy: Policy, verb: str, touched: list[int]
    ) -> None:
        for _far, decision in beyond(policy, verb, Written(connection, set_id, self._person_id, touched)):
            raise refused(decision)

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
                raise refused(policy.may(verb, held[pair[0]]))
