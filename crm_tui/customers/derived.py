"""Derived from a customer file: exact keys of phones and mails, the filter's text, what a check finds."""

from __future__ import annotations

from typing import Any

from crm_tui.customers import store
from crm_tui.customers.checks import check
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, query_in
from crm_tui.text.fold import fold

ENTITIES = ("customer", "contact", "customer_alias", "tag_link", "tag", "project")
HAY = ("no", "uscc_key", "short_name", "english_name", "referrer")
CITIES = ("biz_city", "biz_province", "reg_city", "reg_province")  # Beijing is a province without city
# The filter tells what is odd at any time; a date that lies in the future today does not stay so.
NEVER = "9999-12-31"


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite keys, haystack and findings of the customers that a set touched."""
    required = _required(connection)
    for piece in pieces(derive.customers_of(connection, change_set, ENTITIES)):
        _rewrite(connection, piece, required)


def load() -> None:
    """Load the tables that the keys of phones and mails and the findings of a check are made with."""
    from crm_tui.presets.loader import load_presets
    from crm_tui.text.mail import parse_mails
    from crm_tui.text.phone import parse_phones

    load_presets()
    parse_phones("01012345678")
    parse_mails("name@example.com")


def _required(connection: sqlite3.Connection) -> tuple[str, ...]:
    from crm_tui.presets.loader import preset
    from crm_tui.presets.store import settings

    return preset(settings(connection).get("preset") or "general").required


def _rewrite(connection: sqlite3.Connection, ids: list[int], required: tuple[str, ...]) -> None:
    files = {row["id"]: row for row in store.rows_in(connection, store.OWN, ids)}
    contacts: dict[int, list[dict[str, Any]]] = {}
    for row in store.rows_in(connection, store.OWN_CONTACTS, ids):
        contacts.setdefault(row["customer_id"], []).append(row)
    with_project = {row[0] for row in query_in(connection, store.OWN_PROJECTS, ids)}
    hay = {
        key: [row["name_key"], *(fold(row[name]) for name in HAY if row[name])] for key, row in files.items()
    }
    keys: list[dict[str, Any]] = []
    for customer_id, rows in contacts.items():
        parts = hay.setdefault(customer_id, [])
        for row in rows:
            parts.extend(fold(row[name]) for name in ("name", "wechat", "email") if row[name])
            found = [("phone", key) for key in _phone_keys(files.get(customer_id), row)] + [
                ("mail", key) for key in _mail_keys(row["email"])
            ]
            for kind, key in dict.fromkeys(found):
                keys.append({"kind": kind, "key": key, "customer_id": customer_id, "contact_id": row["id"]})
                if kind == "phone":
                    parts.append(key)
    for customer_id, key in query_in(connection, store.HAY_ALIASES, ids):
        hay.setdefault(customer_id, []).append(key)
    for customer_id, names in store.tags_of(connection, ids).items():
        hay.setdefault(customer_id, []).extend(map(fold, names))
    store.delete_in(connection, store.KEYS_GONE, ids)
    connection.executemany(store.KEY, keys)
    states = []
    for key, parts in hay.items():
        projects = [{}] if key in with_project else []
        found = check(files[key], contacts.get(key, ()), projects, required, NEVER) if key in files else []
        missing = sum(one.missing for one in found)
        text = " ".join(dict.fromkeys(parts))
        states.append({"id": key, "hay": text, "missing": missing, "odd": len(found) - missing})
    connection.executemany(store.HAYSTACK, states)
    store.delete_in(connection, store.STATE_GONE, ids)


def _phone_keys(customer: dict[str, Any] | None, contact: dict[str, Any]) -> list[str]:
    """Return the keys of a contact's phones; a landline without area code has that of the customer's city."""
    filled = [text for text in (contact["office_phone"], contact["mobile"]) if text]
    if not filled:
        return []
    from crm_tui.text.area_codes import area_code_of
    from crm_tui.text.phone import parse_phones

    cities = (customer[name] for name in CITIES if customer[name]) if customer else ()
    area_code = next(filter(None, map(area_code_of, cities)), "")
    return [phone.key for text in filled for phone in parse_phones(text, area_code) if phone.key]


def _mail_keys(text: str | None) -> list[str]:
    if not text:
        return []
    from crm_tui.text.mail import parse_mails

    return [mail.key for mail in parse_mails(text) if mail.key]


derive.register(ENTITIES, rewrite, load)
