"""Which fields a list of customers can show, and what they say for the customers in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_tui import clock
from crm_tui.customers import store, store_further
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS
from crm_tui.storage.driver import sqlite3

LIST_COLUMNS = (
    *("no", "name", "status", "stage", "owner", "contact_name", "contact_way", "last_followup", "next_plan"),
    *("level", "industry", "region", "source", "tags", "category", "intent", "size_class", "ownership"),
    *("reg_province", "reg_city", "reg_district", "biz_province", "biz_city", "biz_district"),
    *("contact_title", "mobile", "email", "wechat", "kind", "short_name", "english_name", "uscc", "website"),
    *("headcount", "revenue", "founded_on", "main_business", "need", "pain", "demand_type", "budget"),
    *("timeline", "source_detail", "referrer", "first_contact_on", "cooperation_type", "current_product"),
    *("key_note", "note", "created_at", "changed_at", "changed_by"),
)
"""The fields that a list can show, those it has at hand first."""
_MADE = ("created_at", "changed_at", "changed_by")


def further(
    reader: sqlite3.Connection, ids: Sequence[int], names: Sequence[str], context: Context
) -> dict[int, dict[str, str]]:
    """Return what some fields of LIST_COLUMNS say, by customer and field; what is not there is left out."""
    ids = list(ids)
    fields = [FIELDS[name] for name in names]
    own = store_further.own(reader, ids) if any(one.entity == "customer" for one in fields) else {}
    contacts = store_further.contacts(reader, ids) if any(one.entity == "contact" for one in fields) else {}
    places = store_further.places(reader, ids) if "region" in names else {}
    made = store_further.made(reader, ids) if set(names).intersection(_MADE) else {}
    tags = store.tags_of(reader, ids) if "tags" in names else {}
    found: dict[int, dict[str, str]] = {}
    for customer_id in ids:
        said = found[customer_id] = {}
        for one in fields:
            if one.name == "tags":
                said["tags"] = "、".join(tags.get(customer_id, ()))
            elif one.name == "region":
                said["region"] = places.get(customer_id, {}).get("region") or ""
            elif one.name in _MADE:
                said[one.name] = _made(one.name, made.get(customer_id, {}), context)
            else:
                row = contacts if one.entity == "contact" else own
                said[one.name] = show(one, row.get(customer_id, {}), context)
    return found


def _made(name: str, row: Mapping[str, Any], context: Context) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if name == "changed_by":
        return context.names.get(value, "")
    return f"{clock.local(value, context.zone):%Y-%m-%d}"
