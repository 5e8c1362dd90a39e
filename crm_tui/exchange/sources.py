"""The columns of a sheet whose cells are taken, under the keys by which cells are kept."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.customers.fields import Field
from crm_tui.exchange.mapping import ColumnMap, Mapping


class Source(NamedTuple):
    """A column as preparing sees it: the key of its kept cell, field, contact, heading and unit."""

    index: int
    key: str
    field: Field | None
    slot: int
    heading: str
    unit: str


def sources_of(mapping: Mapping) -> list[Source]:
    """Return the columns whose cells are taken, in the order of the sheet."""
    found: list[Source] = []
    seen: dict[str, int] = {}
    for one in mapping.columns:
        if one.drop or (one.field is None and not one.heading) or (one.spec and not one.spec.writable):
            continue
        key = _key(one)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            key = f"{key}#{seen[key]}"
        found.append(Source(one.index, key, one.spec, one.slot, one.heading, one.unit))
    return found


def _key(one: ColumnMap) -> str:
    if one.field is None:
        return f"={one.heading}"
    return one.field if one.slot == 1 else f"{one.field}:{one.slot}"
