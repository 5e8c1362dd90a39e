"""What a list can show in its columns beside the line itself, read for the lines on the screen only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from crm_tui import clock
from crm_tui.customers import store
from crm_tui.customers.fields import FIELDS
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

if TYPE_CHECKING:
    from crm_tui.customers.convert import Context

# In the order in which they are offered; the first ones stand in every line of a list.
LIST_COLUMNS = (
    *("no", "name", "status", "stage", "level", "industry", "source", "owner", "last_followup", "next_plan"),
    *("contact_name", "contact_way", "tags", "kind", "category", "intent", "size_class", "scale", "region"),
    *("biz_province", "biz_city", "biz_address", "reg_province", "reg_city", "reg_address", "contact_title"),
    *("mobile", "office_phone", "email", "wechat", "decision_role", "need", "pain", "demand_type", "budget"),
    *("timeline", "main_business", "current_product", "cooperation_type", "source_detail", "referrer"),
    *("first_contact_on", "short_name", "english_name", "uscc", "key_note", "ownership", "founded_on"),
    *("website", "note", "review_state", "lost_reason", "created_at", "changed_at", "changed_by"),
)
# Made of the main contact, of tags, of the sets that began and last moved the file.
SETS = {"created_at": "created_in", "changed_at": "changed_in", "changed_by": "changed_in"}
# Kept beside the file; the region is the one that lists sort and filter by.
STATE = {"last_followup": "last_followup_at", "next_plan": "next_due_on", "region": "region"}
WHOLE = ("scale", "address", "money_range", "contact_way")


def extra(reader: sqlite3.Connection, ids: Iterable[int], names: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Return by customer the values of fields, by name, of those in LIST_COLUMNS.

    Words are keys, persons ids, instants and days as stored, tags a tuple; several columns are text.
    """
    from crm_tui.customers.convert import show
    from crm_tui.customers.fields import FIELDS

    wanted = [FIELDS[name] for name in names if name in LIST_COLUMNS]
    ids = list(ids)
    rows = {row["id"]: row for row in store.many(reader, store.OWN, ids)}
    contacts: dict[int, Mapping[str, Any]] = {}
    if any(one.entity == "contact" for one in wanted):
        for row in store.many(reader, store.MAIN_CONTACTS, ids):
            contacts.setdefault(row["customer_id"], row)
    tags = store.tags_of(reader, ids) if any(one.entity == "tag" for one in wanted) else {}
    sets: dict[int, tuple[str | None, int | None]] = {}
    if any(one.name in SETS for one in wanted):
        numbers = {row[name] for row in rows.values() for name in ("created_in", "changed_in")}
        sets = {number: (at, actor) for number, at, actor in query_in(reader, store.SETS, sorted(numbers))}
    states: dict[int, Mapping[str, Any]] = {}
    if any(one.name in STATE for one in wanted):
        states = {row["customer_id"]: row for row in store.many(reader, store.STATES, ids)}
    found: dict[int, dict[str, Any]] = {}
    for one_id, row in rows.items():
        values: dict[str, Any] = {}
        for one in wanted:
            if one.name in SETS:
                at, actor = sets.get(row[SETS[one.name]], (None, None))
                values[one.name] = actor if one.type == "person" else at
            elif one.entity == "tag":
                values[one.name] = tuple(tags.get(one_id, ()))
            elif one.name in STATE:
                values[one.name] = states.get(one_id, {}).get(STATE[one.name])
            else:
                held = contacts.get(one_id, {}) if one.entity == "contact" else row
                # None of these asks for words, people or days.
                whole = one.type in WHOLE
                values[one.name] = (
                    show(one, held, cast("Context", None)) if whole else held.get(one.columns[0])
                )
        found[one_id] = values
    return found


def worded(name: str, value: Any, session: Any) -> str:
    """Return what people read for a field that ``extra`` gave; ``session`` has words, names and zone."""
    if value is None or value == "":
        return ""
    one = FIELDS[name]
    if one.type == "word":
        return session.words.label(one.word_kind, value)
    if one.type == "words":
        return session.words.labels(one.word_kind, value)
    if one.type == "person":
        return session.names.get(value, "")
    if one.type in ("instant", "activity"):
        return f"{clock.local(value, session.zone):%Y-%m-%d}"
    return "、".join(value) if isinstance(value, tuple) else str(value)
