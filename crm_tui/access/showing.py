"""What of one record a person is shown in full: asked by forms and files, and where a save met another's."""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.access import store_reach as store
from crm_tui.access.masks import HIDE, MASKS
from crm_tui.access.policy import Policy, shared_covers
from crm_tui.access.verbs import EDIT, GROUPS, READ
from crm_tui.storage.driver import sqlite3

# Every column but that of the customer's own table asks for its customer.
OF_CUSTOMER = ("contact", "project", "activity", "plan", "customer_alias", "tag_link", "collaborator")


def hidden_groups(reader: sqlite3.Connection, policy: Policy, customer_id: int) -> frozenset[str]:
    """Return the groups of fields that are masked in a customer's file, all when it is not seen."""
    if not policy.hidden:
        return frozenset()
    return _beyond(reader, policy, READ, customer_id) - store.revealed(reader, customer_id)


def locked_groups(reader: sqlite3.Connection, policy: Policy, customer_id: int) -> frozenset[str]:
    """Return the groups of fields that the person may not change in a customer's file."""
    return _beyond(reader, policy, EDIT, customer_id) | hidden_groups(reader, policy, customer_id)


class Veil:
    """Which groups of fields are masked in each of many customers, without a question for each."""

    def __init__(self, reader: sqlite3.Connection, policy: Policy) -> None:
        self._policy = policy
        self._groups = policy.hidden
        self._shared = store.shared(reader) if self._groups else {}
        self._revealed = store.all_revealed(reader) if self._groups else frozenset()

    def over(self, customer_id: int, owner: int | None) -> frozenset[str]:
        """Return the groups that are masked in a customer of an owner."""
        if not self._groups or customer_id in self._shared:
            return frozenset()
        found = set()
        for group in self._groups:
            owners = self._policy.owners(self._policy.scope(READ, group))
            if owners is not None and owner not in owners and (customer_id, group) not in self._revealed:
                found.add(group)
        return frozenset(found)


def is_blanked(entity: str, columns: Iterable[str]) -> bool:
    """Tell whether nothing of hidden columns is shown: of others some signs are, and blank is blank."""
    masks = MASKS.get(entity, {})
    return all(masks.get(column, ("", HIDE))[1] == HIDE for column in columns)


def _beyond(reader: sqlite3.Connection, policy: Policy, verb: str, customer_id: int) -> frozenset[str]:
    owner = store.owner_of(reader, customer_id)
    shared = store.access_of(reader, customer_id)
    found = set()
    for group in GROUPS:
        owners = policy.owners(policy.scope(verb, group))
        if owners is not None and owner not in owners and not shared_covers(verb, shared):
            found.add(group)
    return frozenset(found)


def customer_of(reader: sqlite3.Connection, entity: str, entity_id: int) -> int | None:
    """Return whose record one is, removed ones too; None where the person sees none or it is nobody's."""
    return store.customer_of(reader, entity, entity_id)


def is_of_customer(entity: str) -> bool:
    """Tell whether records of a table are a customer or hang on one."""
    return entity == "customer" or entity in OF_CUSTOMER


def hidden_columns(reader: sqlite3.Connection, policy: Policy, entity: str, entity_id: int) -> frozenset[str]:
    """Return the columns of a record that are masked; every maskable one when its customer is not seen."""
    if not policy.hidden or entity not in MASKS:
        return frozenset()
    customer_id = customer_of(reader, entity, entity_id)
    groups = frozenset(GROUPS) if customer_id is None else hidden_groups(reader, policy, customer_id)
    return columns_of(entity, groups)


def columns_of(entity: str, groups: Iterable[str]) -> frozenset[str]:
    """Return the columns of a table that belong to some groups of sensitive fields."""
    wanted = set(groups)
    return frozenset(column for column, (group, _shown) in MASKS.get(entity, {}).items() if group in wanted)
