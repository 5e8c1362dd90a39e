"""The cells a sheet last gave for a customer: given back by an export as long as their value stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_tui.customers.fields import Field


def cell_key(field: str, slot: int = 1) -> str:
    """Return the key of a field's cell among the kept ones; slots count contacts and projects from 1."""
    return field if slot == 1 else f"{field}:{slot}"


def text_of(cells: Mapping[str, list[Any]], one: Field, row: Mapping[str, Any], slot: int = 1) -> str | None:
    """Return the text that was imported into a field, None when there is none or its value has moved.

    ``row`` holds the columns of the customer, contact or project by name; for the computed fields
    ``last_followup`` and ``next_plan`` the instant and the plan's text under the field's own name.
    """
    kept = cells.get(cell_key(one.name, slot))
    if kept is None or cell_key(one.name, slot) + "#2" in cells:
        return None
    text, value = kept
    if one.name in ("last_followup", "next_plan"):
        return text if row.get(one.name) == value else None
    now = [row.get(name) for name in one.columns] or [row.get(one.name)]
    if value is None:
        return text if all(each in (None, "") for each in now) else None
    return text if now == (value if isinstance(value, list) else [value]) else None
