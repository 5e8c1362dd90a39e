"""Derived from a customer file: exact keys of phones and mails, and the text the filter looks through."""

from __future__ import annotations

from typing import Any

from crm_tui.customers import store
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, query_in
from crm_tui.text.fold import fold

ENTITIES = ("customer", "contact", "customer_alias", "tag_link")


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite keys and haystack of the customers that a set touched."""
    for piece in pieces(derive.customers_of(connection, change_set, ENTITIES)):
        _rewrite(connection, piece)


def _rewrite(connection: sqlite3.Connection, ids: list[int]) -> None:
    hay: dict[int, list[str]] = {}
    for row in query_in(connection, store.HAY, ids):
        hay[row[0]] = [row[1], *(fold(text) for text in row[2:] if text)]
    keys: list[dict[str, Any]] = []
    for contact_id, customer_id, name, office, mobile, mail, wechat in query_in(
        connection, store.HAY_CONTACTS, ids
    ):
        parts = hay.setdefault(customer_id, [])
        parts.extend(fold(text) for text in (name, wechat, mail) if text)
        found = [("phone", key) for key in _phone_keys(office, mobile)] + [
            ("mail", key) for key in _mail_keys(mail)
        ]
        for kind, key in dict.fromkeys(found):
            keys.append({"kind": kind, "key": key, "customer_id": customer_id, "contact_id": contact_id})
            if kind == "phone":
                parts.append(key)
    for customer_id, key in query_in(connection, store.HAY_ALIASES, ids):
        hay.setdefault(customer_id, []).append(key)
    for customer_id, names in store.tags_of(connection, ids).items():
        hay.setdefault(customer_id, []).extend(map(fold, names))
    store.delete_in(connection, store.KEYS_GONE, ids)
    connection.executemany(store.KEY, keys)
    texts = [{"id": key, "hay": " ".join(dict.fromkeys(parts))} for key, parts in hay.items()]
    connection.executemany(store.HAYSTACK, texts)
    store.delete_in(connection, store.STATE_GONE, ids)


def _phone_keys(*texts: str | None) -> list[str]:
    filled = [text for text in texts if text]
    if not filled:
        return []
    from crm_tui.text.phone import parse_phones

    return [phone.key for text in filled for phone in parse_phones(text) if phone.key]


def _mail_keys(text: str | None) -> list[str]:
    if not text:
        return []
    from crm_tui.text.mail import parse_mails

    return [mail.key for mail in parse_mails(text) if mail.key]


derive.register(ENTITIES, rewrite)
