"""Derived from a customer file: exact keys of phones and mails, the filter's text, what a check finds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crm_tui.customers import ahead, document, store
from crm_tui.customers.checks import PLAIN_MOBILE, check
from crm_tui.customers.contact_keys import CITIES, AreaCode, contact_keys, contact_parts, keys_and_digits
from crm_tui.customers.fields import FIELDS
from crm_tui.storage import derive
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, query_in
from crm_tui.text.pinyin import key_of_folded
from crm_tui.text.regions import region_of

# What of the customer's own row is searched, besides the contacts, other names and tags; by kind of line.
HAY = (
    (document.NAME, "name"),
    (document.SHORT, "short_name"),
    (document.ENGLISH, "english_name"),
    (document.PAGE, "website"),
    (document.NUMBER, "no"),
    (document.CODE, "uscc_key"),
    (document.REFERRER, "referrer"),
)
# Where a customer is, the business address before the registered one.
ADDRESSES = tuple(
    tuple(f"{kind}_{part}" for part in ("province", "city", "district", "detail")) for kind in ("biz", "reg")
)
_region = lru_cache(maxsize=512)(region_of)
# The filter tells what is odd at any time; a date that lies in the future today does not stay so.
NEVER = "9999-12-31"
# What each is made of: by entity the columns that it reads (None: any).
KEYED = {"customer": CITIES, "contact": None}
WAYS = ("mobile", "office_phone", "email", "deleted_at")
READ = {
    "customer": ("kind", *(column for _kind, column in HAY), *(one for each in ADDRESSES for one in each)),
    "contact": None,
    "customer_alias": None,
    "tag_link": None,
    "tag": None,
}
CHECKED_COLUMNS = (
    *("uscc", "status", "lost_reason", "budget_min", "budget_max", "first_contact_on", "founded_on"),
)
CHECKED = {"customer": CHECKED_COLUMNS, "contact": None, "project": None}
PLACED = {"customer": ("name_key", "region")}  # besides what the keys are made of
SHOWN = {"customer": ("deleted_at",)}
HELD = {"customer": ("owner_id",)}
OWN_COLUMNS = (
    *("id", "name_key", "region", "owner_id", "deleted_at"),
    *READ["customer"],
    *CHECKED_COLUMNS,
)
CONTACT_COLUMNS = ("id", "customer_id", "name", "title", "mobile", "office_phone", "email", "wechat")
ENTITIES = tuple({**KEYED, **READ, **CHECKED})


def rewrite(connection: sqlite3.Connection, change_set: int) -> None:
    """Rewrite keys, haystack and findings of the customers that a set touched, each where it reads them."""
    required = required_in(connection)
    needed = [name for one in required if FIELDS[one].entity == "customer" for name in FIELDS[one].columns]
    checked = {**CHECKED, "customer": (*CHECKED_COLUMNS, *needed)}
    keys = set(derive.customers_of(connection, change_set, KEYED))
    texts = keys | set(derive.customers_of(connection, change_set, READ))
    placed = keys | set(derive.customers_of(connection, change_set, PLACED))
    found = set(derive.customers_of(connection, change_set, checked))
    shown = set(derive.customers_of(connection, change_set, SHOWN))
    held = set(derive.customers_of(connection, change_set, HELD))
    handed = derive.handed_over(connection, change_set, "contact", WAYS) if keys else set()
    moved: list[derive.Document] = []
    if made := ahead.write(connection, change_set):
        moved += made
        for ids in (keys, texts, placed, found, shown, held):
            ids.difference_update([one.customer_id for one in made])
    for piece in pieces(sorted(shown - placed)):
        store.run_in(connection, store.ONLY_SHOWN, piece)
    for piece in pieces(sorted(held - texts)):
        moved += [
            derive.Document(one, "", "", *who) for one, *who in query_in(connection, store.HOLDERS, piece)
        ]
        store.run_in(connection, store.ONLY_HOLDER, piece)
    for piece in pieces(sorted(texts | placed | found)):
        files = _Files(connection, piece, required)
        files.write_keys([one for one in piece if one in keys], handed)
        hay = files.haystacks([one for one in piece if one in texts])
        moved += files.moved([one for one in piece if one in texts], hay)
        findings = files.findings([one for one in piece if one in found], required)
        places = files.places([one for one in piece if one in placed])
        whole = {
            one: (*hay[one].values(), *findings[one].values(), *places[one].values())
            for one in hay
            if one in findings and one in places
        }
        derive.put_states(connection, change_set, store.STATE_COLUMNS, whole)
        for sql, part in (
            (store.ONLY_HAY, hay),
            (store.ONLY_PLACES, places),
            (store.ONLY_FINDINGS, findings),
        ):
            rest = [{"id": one, **values} for one, values in part.items() if one not in whole]
            connection.executemany(sql, rest)
        if not files.all_there:
            store.run_in(connection, store.STATE_GONE, piece)
    moved.sort(key=lambda one: one.customer_id)
    derive.index(connection, change_set, moved)


def searched_in(connection: sqlite3.Connection, change_set: int) -> list[int]:
    """Return the customers of whom a set moved the document, or who holds them."""
    held = (*(READ["customer"] or ()), *HELD["customer"])
    return derive.customers_of(connection, change_set, {**READ, "customer": held})


def documents(connection: sqlite3.Connection, ids: list[int]) -> dict[int, tuple[str, str, int | None]]:
    """Return by customer what is searched, its whereabouts and its holder, as the rows of now give them.

    At most 500 ids.
    """
    return _Files(connection, ids).documents(ids)


def documents_written(
    connection: sqlite3.Connection, ids: list[int]
) -> dict[int, tuple[str, str, int | None]]:
    """Return the same as they were written last."""
    return {one: (hay, *rest) for one, hay, *rest in query_in(connection, store.HAY_WRITTEN, ids)}


def documents_and_outdated(
    connection: sqlite3.Connection, ids: list[int]
) -> tuple[dict[int, tuple[str, str, int | None]], list[int]]:
    """Return them as the rows of now give them, and of whom phones or mails have other keys than that."""
    files = _Files(connection, ids)
    return files.documents(ids), files.outdated(ids)


def load() -> None:
    """Load the tables that the keys of phones and mails and the findings of a check are made with."""
    from crm_tui.presets.loader import load_presets
    from crm_tui.text.mail import parse_mails
    from crm_tui.text.phone import parse_phones

    load_presets()
    key_of_folded("上")
    parse_phones("01012345678")
    parse_mails("name@example.com")


def required_in(connection: sqlite3.Connection) -> tuple[str, ...]:
    from crm_tui.presets.loader import preset
    from crm_tui.presets.store import settings

    return preset(settings(connection).get("preset") or "general").required


@lru_cache(maxsize=8)
def _reads(required: tuple[str, ...]) -> tuple[str, str]:
    """Return the statements that read customers and contacts: no more columns than something is made of."""
    known = {name for one in FIELDS.values() if one.entity == "customer" for name in one.columns}
    own, contacts = dict.fromkeys(OWN_COLUMNS), dict.fromkeys(CONTACT_COLUMNS)
    for one in map(FIELDS.__getitem__, required):
        if one.entity == "contact":
            contacts |= dict.fromkeys(one.columns)
        else:
            own |= {name: None for name in one.columns if name in known}
    return (
        store.OWN_READ.replace("{columns}", ", ".join(own)),
        store.OWN_CONTACTS.replace("{columns}", ", ".join(contacts)),
    )


class _Files:
    """What some customers' derived rows are made of."""

    def __init__(
        self, connection: sqlite3.Connection, ids: list[int], required: tuple[str, ...] = ()
    ) -> None:
        self._connection = connection
        own, contacts = _reads(required)
        self._rows = {row["id"]: row for row in store.rows_in(connection, own, ids)}
        self._contacts: dict[int, list[dict[str, Any]]] = {}
        for row in store.rows_in(connection, contacts, ids):
            self._contacts.setdefault(row["customer_id"], []).append(row)
        self._phones: dict[int, list[str]] = {}
        self._digits: dict[int, list[str]] = {}  # of phones without key, where they were read for the keys
        self._stored: dict[int, list[tuple[str, str]]] = {}
        self._keyed: set[int] = set()
        self.all_there = len(self._rows) == len(ids)

    def write_keys(self, ids: list[int], handed: set[int]) -> None:
        """Write the keys of phones and mails anew; of contacts who were only ``handed`` over, they stay."""
        if not ids:
            return
        plain = {
            row["id"]
            for one in ids
            for row in self._contacts.get(one, ())
            if row["id"] in handed and _is_plain(row)
        }
        there: dict[int, tuple[int, list[int], list[tuple[str, str]]]] = {}
        kept: dict[int, int] = {}
        for row_id, customer_id, contact_id, kind, key in query_in(self._connection, store.KEYS_THERE, ids):
            if contact_id in plain:
                kept[contact_id] = customer_id
                continue
            held = there.setdefault(contact_id, (customer_id, [], []))
            held[1].append(row_id)
            held[2].append((kind, key))
        gone: list[dict[str, Any]] = []
        given: set[tuple[int, int]] = set()
        new: list[dict[str, Any]] = []
        for customer_id in ids:
            area_code = AreaCode(self._rows.get(customer_id))
            for row in self._contacts.get(customer_id, ()):
                one = row["id"]
                if one in kept:
                    self._phones[one] = [row["mobile"]]
                    if kept[one] != customer_id:
                        given.add((kept[one], customer_id))
                    continue
                was, rows, keys = there.pop(one, (0, (), ()))
                own, self._digits[one] = keys_and_digits(area_code, row)
                self._phones[one] = [key for kind, key in own if kind == "phone"]
                if own != keys:
                    gone += [{"id": row_id} for row_id in rows]
                    same = {"customer_id": customer_id, "contact_id": one}
                    new += [{"kind": kind, "key": key, **same} for kind, key in own]
                elif rows and was != customer_id:
                    given.add((was, customer_id))
        gone += [{"id": row_id} for _was, rows, _keys in there.values() for row_id in rows]
        self._connection.executemany(store.KEY_GONE, gone)
        self._connection.executemany(
            store.KEYS_GIVEN, [{"old": old, "new": now} for old, now in sorted(given)]
        )
        self._connection.executemany(store.KEY, new)
        self._keyed.update(ids)

    def outdated(self, ids: list[int]) -> list[int]:
        """Return of whom the keys of phones and mails would be written otherwise now."""
        self._know_phones(ids)
        stored, found = self._stored, []
        for one in ids:
            area_code = AreaCode(self._rows.get(one))
            contacts = self._contacts.get(one, ())
            if any(contact_keys(area_code, row) != stored.get(row["id"], []) for row in contacts):
                found.append(one)
        return found

    def documents(self, ids: list[int]) -> dict[int, tuple[str, str, int | None]]:
        """Return by customer what is searched, the whereabouts and the holder."""
        found = self.haystacks(ids)
        return {one: (row["hay"], row["whereabouts"], row["held_by"]) for one, row in found.items()}

    def haystacks(self, ids: list[int]) -> dict[int, dict[str, Any]]:
        """Return by customer what is searched, and who holds it."""
        if not ids:
            return {}
        self._know_phones(ids)
        hay: dict[int, list[tuple[str, str | None]]] = {}
        for one in ids:
            row = self._rows.get(one)
            if row is None:
                continue
            parts = hay[one] = [(kind, row[column]) for kind, column in HAY]
            for contact in self._contacts.get(one, ()):
                who = contact["id"]
                parts += contact_parts(contact, self._phones.get(who), self._digits.get(who))
        for customer_id, kind, name in query_in(self._connection, store.HAY_ALIASES, ids):
            if customer_id in hay:
                hay[customer_id].append((document.of_alias(kind), name))
        for customer_id, names in store.tags_of(self._connection, ids).items():
            if customer_id in hay:
                hay[customer_id] += [(document.TAG, name) for name in names]
        return {
            one: {
                "hay": document.build(parts),
                "whereabouts": whereabouts_of(self._rows[one]),
                "held_by": self._rows[one]["owner_id"],
            }
            for one, parts in hay.items()
        }

    def moved(self, ids: list[int], hay: dict[int, dict[str, Any]]) -> list[derive.Document]:
        """Return the documents that differ from those of before, which are still in the file."""
        if not ids:
            return []
        before = {one: who for one, *who in query_in(self._connection, store.HAY_BEFORE, ids)}
        nothing: list[Any] = [None, None]
        found = []
        for one in ids:
            (old, old_holder), row = before.get(one, nothing), hay.get(one)
            new, new_holder = (row["hay"] + row["whereabouts"], row["held_by"]) if row else nothing
            if old != new or old_holder != new_holder:
                found.append(derive.Document(one, old, new, old_holder, new_holder))
        return found

    def places(self, ids: list[int]) -> dict[int, dict[str, Any]]:
        """Return by customer what lists sort and filter by."""
        if not ids:
            return {}
        self._know_phones(ids)
        found = {}
        for one in ids:
            contacts = self._contacts.get(one, ())
            phones = sum(len(self._phones.get(contact["id"], ())) for contact in contacts)
            found[one] = {**place_of(self._rows.get(one)), "contacts": len(contacts), "phones": phones}
        return found

    def _know_phones(self, ids: list[int]) -> None:
        if unknown := [one for one in ids if one not in self._keyed]:
            for contact_id, kind, key in query_in(self._connection, store.KEYS_OF, unknown):
                self._stored.setdefault(contact_id, []).append((kind, key))
                if kind == "phone":
                    self._phones.setdefault(contact_id, []).append(key)
            self._keyed.update(unknown)

    def findings(self, ids: list[int], required: tuple[str, ...]) -> dict[int, dict[str, int]]:
        """Return by customer how much a check finds blank, and how much odd."""
        if not ids:
            return {}
        with_project = {row[0] for row in query_in(self._connection, store.OWN_PROJECTS, ids)}
        counts = {}
        for one in ids:
            row = self._rows.get(one)
            projects = [{}] if one in with_project else []
            found = check(row, self._contacts.get(one, ()), projects, required, NEVER) if row else []
            missing = len([each for each in found if each.missing])
            counts[one] = {"missing": missing, "odd": len(found) - missing}
        return counts


def whereabouts_of(row: Mapping[str, Any]) -> str:
    """Return the whereabouts of a customer's row (document.WHEREABOUTS)."""
    told = ADDRESSES[0] if row["biz_province"] or row["biz_city"] else ADDRESSES[1]
    parts = [(document.PROVINCE, row[told[0]]), (document.CITY, row[told[1]])]
    if row["kind"] == "person":
        parts.append((document.PERSON, row["kind"]))
    for one in ADDRESSES:
        if row[one[-1]]:
            parts.append((document.ADDRESS, "".join([row[column] or "" for column in one])))
    return document.build_whereabouts(parts)


def place_of(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what lists sort and filter a customer by and no column of its own holds."""
    if row is None:
        return {"shown": 0, "name_sort": key_of_folded(""), "region": None, "province": None, "city": None}
    prefix = "biz" if row["biz_province"] or row["biz_city"] else "reg"
    province = row[f"{prefix}_province"]
    return {
        "shown": int(row["deleted_at"] is None),
        "name_sort": key_of_folded(row["name_key"]),
        "region": row["region"] or (_region(province) if province else "") or None,
        "province": province,
        "city": row[f"{prefix}_city"],
    }


def _is_plain(contact: dict[str, Any]) -> bool:
    """Tell whether the keys of a contact do not depend on where his customer is."""
    return not contact["office_phone"] and bool(PLAIN_MOBILE.fullmatch(contact["mobile"] or ""))


derive.register(ENTITIES, rewrite, load)
