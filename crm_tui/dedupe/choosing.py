"""Whose value counts where several records become one: field by field, as chosen or as proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.customers.convert import complete
from crm_tui.customers.fields import FIELDS, Field, fields
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.text.uscc import check_code

Rows = Mapping[int, Mapping[str, Any]]

ALL = 0  # chosen instead of a record: the texts of all, one below the other; for long texts only

_PARTS = {name for one in fields(entity="customer") if one.type == "address" for name in one.columns}
# Every column once: addresses as a whole, sizes one by one. A number stays with its record.
MERGED: tuple[Field, ...] = tuple(
    one
    for one in fields(entity="customer")
    if one.name not in ("no", "scale") and (one.type == "address" or one.columns[0] not in _PARTS)
)
NAMES = tuple(one.name for one in MERGED)
# What tells of the state of one record means nothing in another one: never filled in by itself.
_OWN = ("lost_reason", "dormant_since", "wake_plan", "review_state", "confirmed_at", "last_verified_at")


class Compared(NamedTuple):
    """One field of the records: its columns' values by record, and whether all filled ones are equal.

    ``filled``: the records in which it is not blank, in the order of the records.
    """

    field: str
    values: dict[int, tuple[Any, ...]]
    filled: tuple[int, ...]
    differs: bool


def compared(rows: Rows) -> list[Compared]:
    """Return every field that one of the records has, in the order of the customer file."""
    found = []
    for one in MERGED:
        values = {row_id: tuple(row[name] for name in one.columns) for row_id, row in rows.items()}
        filled = tuple(row_id for row_id, value in values.items() if not blank(value))
        if filled:
            differs = len({values[row_id] for row_id in filled}) > 1
            found.append(Compared(one.name, values, filled, differs))
    return found


def proposed(found: Sequence[Compared], survivor: int) -> dict[str, int]:
    """Return whose value counts unless the user chooses, for each field that one of the records has.

    That is the survivor's, where it is blank that of the first other one that has it. A valid credit code
    counts before one that is none.
    """
    choices = {}
    for one in found:
        holders = one.filled
        if one.field == "uscc":
            valid = tuple(each for each in holders if check_code(one.values[each][0]).kind == "valid")
            holders = valid or holders
        own = survivor in holders or one.field in _OWN
        choices[one.field] = survivor if own else holders[0]
    return choices


def chosen(rows: Rows, survivor: int, choices: Mapping[str, int]) -> dict[str, Any]:
    """Return the survivor's new column values, its keys too: as chosen, the rest as proposed.

    ``choices`` gives by field the record whose value counts, blank or not, or ``ALL``. Raises BadInput for a
    field that is no field of a customer and for a record that is none of these.
    """
    for name, who in choices.items():
        long = name in FIELDS and FIELDS[name].type == "long"
        if name not in NAMES or not (who in rows or (who == ALL and long)):
            raise BadInput(
                _("The choice for “{name}” names no field or none of these records.").format(name=name),
                _("Nothing was merged."),
            )
    found = compared(rows)
    whose = {**proposed(found, survivor), **choices}
    values: dict[str, Any] = {}
    for one in found:
        who = whose[one.field]
        taken = (united(one, survivor),) if who == ALL else one.values[who]
        values |= dict(zip(FIELDS[one.field].columns, taken, strict=True))
    values = {name: value for name, value in values.items() if value != rows[survivor][name]}
    return complete(values)


def united(one: Compared, survivor: int) -> str:
    """Return the different texts of all records, the survivor's first, one below the other."""
    order = sorted(one.filled, key=lambda row_id: row_id != survivor)
    return "\n".join(dict.fromkeys(str(one.values[row_id][0]) for row_id in order))


def blank(value: tuple[Any, ...]) -> bool:
    """Tell whether a field's columns are all empty."""
    return all(part is None or part == "" for part in value)
