"""Which customers of a deed lie beyond what one may do: of what a set did, an undo or a merge is to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from crm_tui.access import store_guard as store
from crm_tui.access import store_reach
from crm_tui.access.masks import MASKS
from crm_tui.access.policy import Decision, Policy, shared_covers
from crm_tui.access.verbs import ALL, EDIT, GROUPS, covers
from crm_tui.errors import Refused
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.survey import Fold, Row, same

OF_CUSTOMERS = (
    *("customer", "contact", "customer_alias", "tag_link", "project", "collaborator", "imported_row"),
    *("activity", "plan"),
)
ASSIGN, IMPORT, MERGE = "assign", "import", "merge"


class Deed(Protocol):
    """What was done, or is about to be, as far as permission is asked for it."""

    rows: list[store.Held]

    def shared(self, ids: Collection[int]) -> set[int]:
        """Return those of some customers that the person works on with their owner."""
        ...

    def given(self) -> Collection[int]:
        """Return the customers that get another owner."""
        ...

    def moved(self, group: str) -> set[int]:
        """Return the customers of whom a field of a group moves, or goes with a record that has one."""
        ...


class Written:
    """What the set that is being written did to some customers."""

    def __init__(
        self, connection: sqlite3.Connection, set_id: int, person_id: int, customers: list[int]
    ) -> None:
        self._connection = connection
        self._set = set_id
        self._person = person_id
        self.rows = store.held(connection, set_id, customers)

    def shared(self, ids: Collection[int]) -> set[int]:
        """Return those of some customers that the person works on with their owner, since before the set."""
        return store.shared(self._connection, self._set, self._person, ids)

    def given(self) -> Collection[int]:
        """Return the customers that the set gave another owner."""
        return store.handed_over(self._connection, self._set)

    def moved(self, group: str) -> set[int]:
        """Return the customers of whom the set moved a field of a group."""
        return store.with_moved_fields(self._connection, self._set, group)


class Returned:
    """What an undo is about to do to some customers: to bring each row back to what it was.

    Customers that the person gave away by it, and gets back, are asked about no further.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        person_id: int,
        standing: Mapping[Row, int],
        folds: Mapping[Row, Fold],
        *,
        mine: bool,
        soft: bool,
    ) -> None:
        self._connection = connection
        self._person = person_id
        self._standing = {row: one for row, one in standing.items() if row[0] in OF_CUSTOMERS}
        self._folds = folds
        self._soft = soft
        self.customers = set(self._standing.values())
        held = store.held(connection, store.NO_SET, sorted(self.customers))
        self.rows = [row for row in held if not (mine and self._comes_back(row))]

    def _comes_back(self, row: store.Held) -> bool:
        fold = self._folds.get(("customer", row[0]))
        moved = _moved(fold) if fold is not None else {}
        return "owner_id" in moved and same(moved["owner_id"], row[1])

    def shared(self, ids: Collection[int]) -> set[int]:
        """Return those of some customers that the person works on with their owner."""
        return store.shared(self._connection, store.NO_SET, self._person, ids)

    def given(self) -> Collection[int]:
        """Return the customers whose owner comes back."""
        return {row[0] for row in self.rows if self._comes_back(row)}

    def moved(self, group: str) -> set[int]:
        """Return the customers of whom a field of a group goes back, or goes with a record that has one."""
        found: set[int] = set()
        going: dict[str, list[int]] = {}
        columns = {entity: _of_group(entity, group) for entity in MASKS}
        for (entity, row_id), customer in self._standing.items():
            fold = self._folds[entity, row_id]
            moved = _moved(fold)
            if not columns.get(entity, set()).isdisjoint(moved):
                found.add(customer)
            elif entity != "customer" and ("deleted_at" in moved or (self._soft and not fold.before)):
                going.setdefault(entity, []).append(row_id)
        found.update(self._standing[row] for row in store.having(self._connection, going, group))
        return found


class Foreseen:
    """A merge that is looked at before anybody does it: whose its customers are, as the person sees them."""

    def __init__(self, reader: sqlite3.Connection, customers: Collection[int]) -> None:
        self._reader = reader
        owners = store_reach.owners_of(reader, customers)
        self.rows: list[store.Held] = [(one, owner or 0, False) for one, owner in owners.items()]

    def shared(self, ids: Collection[int]) -> set[int]:
        """Return those of some customers that the person works on with their owner."""
        access = store_reach.shared(self._reader)
        return {one for one in ids if access.get(one) == EDIT}

    def given(self) -> Collection[int]:
        """Return no customer: what a merge does to an owner is the merge's."""
        return ()

    def moved(self, group: str) -> set[int]:
        """Return all of them: whoever has the one that stays is shown all that the others had."""
        return {one for one, _owner, _new in self.rows}


def why_not_merge(reader: sqlite3.Connection, policy: Policy, customers: Collection[int]) -> str:
    """Return why a person may not make some customers one, '' where the guard would let it pass."""
    refusals = (decision for _far, decision in beyond(policy, MERGE, Foreseen(reader, customers)))
    return policy.may(MERGE).reason or next((one.reason for one in refusals), "")


def beyond(policy: Policy, verb: str, deed: Deed) -> Iterator[tuple[set[int], Decision]]:
    """Yield customers of a deed that lie beyond what a policy allows by a verb, and why."""
    made = {one for one, _owner, is_new in deed.rows if is_new}
    yield from _far(policy, verb, deed, deed.rows)
    if verb in (EDIT, IMPORT) and (given := deed.given()):
        policy.demand(ASSIGN)
        yield from _far(policy, ASSIGN, deed, [row for row in deed.rows if row[0] in given])
    for group in narrower(policy, verb):
        # Whoever has the one that stays of a merge is shown all that the others had.
        moved = ({one for one, _owner, _new in deed.rows} if verb == MERGE else deed.moved(group)) - made
        near = policy.owners(policy.scope(EDIT, group)) if moved else None
        if near is None:
            continue
        hidden = {one for one, owner, _new in deed.rows if one in moved and owner not in near}
        if hidden and (hidden := hidden - deed.shared(hidden)):
            text = _("Your role ({role}) may not change these fields of other people's customers: {fields}.")
            yield hidden, Decision(False, text.format(role=policy.role_title, fields=_(GROUPS[group])))


def _far(
    policy: Policy, verb: str, deed: Deed, rows: Iterable[store.Held]
) -> Iterator[tuple[set[int], Decision]]:
    """Yield those beyond the scope of a verb that are not shared with the person either."""
    owners = policy.owners(policy.scope(verb))
    far = {one: owner for one, owner, _new in rows if owners is not None and owner not in owners}
    if far and shared_covers(verb, EDIT):
        for one in deed.shared(far):
            del far[one]
    if far:
        yield set(far), policy.may(verb, next(iter(far.values())))


def narrower(policy: Policy, verb: str) -> list[str]:
    """Return the groups of fields that a person may edit in fewer customers than the verb reaches."""
    if verb not in (EDIT, IMPORT, MERGE, "undo"):
        return []
    return [group for group in GROUPS if not covers(policy.scope(EDIT, group), policy.scope(verb))]


def is_limited(policy: Policy, verb: str) -> bool:
    """Tell whether a verb, or what else may go with it, reaches some customers only."""
    verbs = (verb, ASSIGN) if verb in (EDIT, IMPORT) else (verb,)
    return any(policy.scope(one) != ALL for one in verbs) or bool(narrower(policy, verb))


def refused(decision: Decision) -> Refused:
    """Return what refuses a write for what a policy decided."""
    return Refused(decision.reason, _("Nothing was changed."))


class Within(NamedTuple):
    """What limits who takes back a deed (``storage/reach.py``), their own or somebody else's."""

    policy: Policy
    verb: str
    deed: str
    mine: bool

    def __call__(
        self,
        connection: sqlite3.Connection,
        standing: Mapping[Row, int],
        folds: Mapping[Row, Fold],
        whole: bool,
    ) -> set[int]:
        """Return the customers that lie beyond; of a whole, raise Refused when nothing may be left of it.

        Something of one's own must lie within; what others did is taken back as a whole.
        """
        me, soft = self.policy.person_id, self.deed == "import"
        deed = Returned(connection, me, standing, folds, mine=self.mine, soft=soft)
        found: dict[int, Decision] = {}
        for far, decision in beyond(self.policy, self.verb, deed):
            found.update(dict.fromkeys(far, decision))
        if whole and found and (not self.mine or found.keys() >= deed.customers):
            raise refused(next(iter(found.values())))
        return set(found)


def _moved(fold: Fold) -> dict[str, object]:
    """Return the fields of a row that a deed moved, each with what it left in it."""
    if not fold.before or not fold.after or fold.image is not None:
        return {}
    return {
        name: fold.last_new[name]
        for name, old in fold.first_old.items()
        if name in fold.broken or not same(old, fold.last_new[name])
    }


def _of_group(entity: str, group: str) -> set[str]:
    return {column for column, (its_group, _shown) in MASKS[entity].items() if its_group == group}
