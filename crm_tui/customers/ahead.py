"""What is derived of customers that a large change adds, made by another process before they are written.

Whoever has it says so inside the write (``expect``); the writer of derived rows puts in what it cannot know:
the number that a customer got, its tags, the ids of its contacts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crm_tui.customers import document, store
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in


class Made(NamedTuple):
    """What one new customer comes to.

    ``keys`` are (kind, key) by contact, in order of their ids; ``text`` lacks the lines of number and tags,
    and ``tokens`` are those of this text and the whereabouts, blanks between them; ``places`` are name_sort,
    region, province and city.
    """

    keys: list[list[tuple[str, str]]]
    phones: int
    text: str
    whereabouts: str
    tokens: str
    missing: int
    odd: int
    places: tuple[str, str | None, str | None, str | None]


class Expected(NamedTuple):
    """A customer that was just added, with its number and who holds it."""

    made: Made
    no: str
    holder: int


_expected: dict[int, dict[int, Expected]] = {}


def expect(change_set: int, customers: Mapping[int, Expected]) -> None:
    """Say inside a write what is derived of customers that it has added, by id."""
    _expected[change_set] = dict(customers)


def forget() -> None:
    """Let go of what was expected, after each write, whatever became of it: numbers of sets come again."""
    _expected.clear()


def write(connection: sqlite3.Connection, change_set: int) -> list[derive.Document]:
    """Write what is derived of the expected customers of a set and return their documents.

    A customer that has not the contacts that were expected is left out.
    """
    expected = _expected.pop(change_set, {})
    if not expected:
        return []
    ids = sorted(expected)
    contacts: dict[int, list[int]] = {}
    for contact_id, customer_id in query_in(connection, store.CONTACT_IDS, ids):
        contacts.setdefault(customer_id, []).append(contact_id)
    tags = store.tags_of(connection, ids)
    keys, states, documents = [], {}, []
    for one in ids:
        made, no, holder = expected[one]
        own = contacts.get(one, [])
        if len(own) != len(made.keys):
            continue
        for contact_id, found in zip(own, made.keys, strict=True):
            keys += [
                {"kind": kind, "key": key, "customer_id": one, "contact_id": contact_id}
                for kind, key in found
            ]
        further = [(document.NUMBER, no), *((document.TAG, name) for name in tags.get(one, ()))]
        rest = document.build(further)
        text = document.joined(made.text, rest)
        states[one] = (
            text, made.whereabouts, holder, made.missing, made.odd, 1, *made.places, len(own), made.phones,
        )  # fmt: skip
        whole = text + made.whereabouts
        documents.append(derive.Document(one, None, whole, None, holder, made.tokens, rest))
    connection.executemany(store.KEY, keys)
    derive.put_states(connection, change_set, store.STATE_COLUMNS, states)
    return documents
