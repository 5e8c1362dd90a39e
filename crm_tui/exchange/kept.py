"""The cells a sheet last gave for a customer: given back by an export as long as their value stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from crm_tui.customers.fields import Field
from crm_tui.text.fold import tidy

if TYPE_CHECKING:
    from crm_tui.exchange.preparing import Prepared, Source

NOT_SIMPLE = ("", 0, "")
COMPUTED = ("no", "name", "last_followup", "next_plan", "decision_chain")  # kept in ways of their own


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


def simple_column(source: Source | None) -> tuple[str, int, str]:
    """Return (entity, slot, column) of a sheet's column; the column is '' where ``entry`` has to be asked.

    A simple one keeps what its one column holds after the import.
    """
    one = source.field if source else None
    if one is None or source is None:
        return NOT_SIMPLE
    computed = one.name in COMPUTED or one.entity in ("tag", "computed")
    return one.entity, source.slot, "" if computed or len(one.columns) != 1 else one.columns[0]


def several_of(keys: Collection[str]) -> frozenset[str]:
    """Return those of the keys of a sheet's columns that share their field with others."""
    return frozenset(name for key in keys if "#" in key for name in (key, key.partition("#")[0]))


def entry(
    source: Source | None,
    text: str,
    prepared: Prepared,
    record: Mapping[str, Any],
    single: bool,
    label: Callable[[str, str], str],
) -> Any:
    """Return [text, value]: the cell and what its columns hold once everything is written.

    ``record`` are the columns of the customer, contact or project after the import; ``single`` is False where
    several columns of the sheet fill the field, whose own parts cannot be told then.
    """
    one = source.field if source else None
    if one is None or source is None or not single or source.key in prepared.unread:
        return [text, None]
    if one.name in ("no", "name"):
        return [text, tidy(text)]  # also where the customer keeps its own
    if one.name == "last_followup":
        return [text, prepared.activity["at"] if prepared.activity else None]
    if one.name == "next_plan":
        return [text, prepared.plan["text"] if prepared.plan else None]
    if one.name == "decision_chain":
        shown = "、".join(f"{link.name}（{label('decision_role', link.role)}）" for link in prepared.chain)
        return [text, shown or None]
    if one.entity in ("tag", "computed") and one.name != "progress":
        return [text, tidy(text)]
    values = [record.get(name) for name in one.columns]
    if all(value is None for value in values):
        return [text, None]
    return [text, values if len(values) > 1 else values[0]]
