"""What an importer may do with the customers that the rows of a sheet mean, told while the import is planned.

Whom the importer does not see is not matched, and not added a second time either: the row is left out, and
whose the customer is is told. The guard asks again about what is written (access/guard.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.access.verbs import ALL, EDIT, GROUPS, READ
from crm_tui.exchange import store_reaching as store
from crm_tui.exchange.store_staging import StagedRow
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3

if TYPE_CHECKING:
    from crm_tui.access.policy import Policy
    from crm_tui.exchange.preparing import Preparer

IMPORT, ASSIGN, OWNER = "import", "assign", "owner"


class There(NamedTuple):
    """Of a customer that the importer may not change: whose it is, and its state in words."""

    owner: str
    state: str

    @property
    def called(self) -> str:
        """What stands for it in a list."""
        return " ".join(filter(None, [_("There already"), self.owner, self.state]))

    @property
    def reason(self) -> str:
        """Why its row is left out."""
        text = _("There already; {owner} has it ({state}): ask {owner}.")
        if not self.state:
            text = _("There already; {owner} has it: ask {owner}.")
        return text.format(owner=self.owner, state=self.state)


class Rights:
    """Asks the importer's policy about customers; of a session: reader, policy, names, words.

    ``is_narrow`` tells whether there are customers of whom the importer may not see or change each field.
    """

    def __init__(self, session: Any) -> None:
        self._reader: sqlite3.Connection = session.reader
        self._policy: Policy = session.policy
        self._session = session
        self._sees_all = self._policy.scope(READ) == ALL
        self._mine = self._policy.owners(self._policy.scope(IMPORT))
        self._owners: dict[int, tuple[int | None, str | None]] = {}
        self._giving = self._policy.owners(self._policy.scope(ASSIGN))
        self.is_narrow = bool(self._policy.hidden) or self._policy.scope(EDIT) != ALL or self._narrow()

    def _narrow(self) -> bool:
        return self._giving is not None or any(self._policy.scope(EDIT, group) != ALL for group in GROUPS)

    def out_of_sight(self, rows: Iterable[StagedRow]) -> dict[int, There]:
        """Return by row the customer out of the importer's sight that has its number, code or name."""
        if self._sees_all:
            return {}
        rows = list(rows)
        found: dict[int, There] = {}
        of_key = {
            "no": {row.id: row.no for row in rows if row.no},
            "uscc_key": {row.id: row.uscc_key for row in rows if row.code_valid and row.uscc_key},
            "name_key": {row.id: row.name_key for row in rows if row.name_key},
        }
        for column, keys in of_key.items():
            held = {key: (owner, state) for key, owner, state in store.foreign(self._reader, column, keys)}
            for row, key in keys.items():
                if key in held:
                    found.setdefault(row, self._there(*held[key]))
        return found

    def unseen(self, ids: Iterable[int]) -> dict[int, There]:
        """Return those customers that the importer does not see."""
        ids = list(ids)
        seen = store.visible(self._reader, ids)
        return {one: self._there(*of_it) for one, of_it in self._held(ids).items() if one not in seen}

    def may_change(self, customer_id: int) -> bool:
        """Tell whether an import may change a customer that the importer sees."""
        return self._mine is None or self._held([customer_id])[customer_id][0] in self._mine

    def there(self, customer_id: int) -> There:
        """Return whose a customer is."""
        return self._there(*self._held([customer_id])[customer_id])

    def may_give(self, owner: int) -> str:
        """Return why a new customer cannot be given to a person, '' when it can."""
        if self._mine is None or owner in self._mine:
            return ""
        text = _("The row gives the customer to {owner}: your role ({role}) adds no customers for others.")
        return text.format(owner=self._session.names.get(owner, ""), role=self._policy.role_title)

    def reachable(self, cells: dict[str, str], customer_id: int, preparer: Preparer) -> dict[str, str]:
        """Return the cells that the importer may write into a customer.

        None of a field that is hidden, and no owner of one that the importer may not hand over.
        """
        if not self.is_narrow:
            return cells
        owner = self._held([customer_id])[customer_id][0]
        if self._giving is not None and owner not in self._giving:
            cells = {key: text for key, text in cells.items() if key.partition("#")[0] != OWNER}
        locked = {group for group in GROUPS if not self._reaches(group, owner)}
        if not locked:
            return cells
        return {key: text for key, text in cells.items() if not self._is_locked(key, preparer, locked)}

    def _reaches(self, group: str, owner: int | None) -> bool:
        reach = (self._policy.owners(self._policy.scope(verb, group)) for verb in (READ, EDIT))
        return all(owners is None or owner in owners for owners in reach)

    @staticmethod
    def _is_locked(key: str, preparer: Preparer, locked: set[str]) -> bool:
        source = preparer.sources.get(key)
        one = source.field if source else None
        if one is None:
            return False
        # Whose contacts are hidden has contacts that cannot be told apart.
        of_contact = one.entity == "contact" or one.name == "decision_chain"
        return one.sensitive in locked or (of_contact and "contact" in locked)

    def _held(self, ids: list[int]) -> dict[int, tuple[int | None, str | None]]:
        lacking = [one for one in ids if one not in self._owners]
        for one, owner, state in store.held(self._reader, lacking) if lacking else ():
            self._owners[one] = owner, state
        return {one: self._owners.get(one, (None, None)) for one in ids}

    def _there(self, owner: int | None, state: str | None) -> There:
        label = self._session.words.label("status", state) if state else ""
        return There(self._session.names.get(owner, ""), label)
