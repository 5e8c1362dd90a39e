"""What is derived of a customer that is to be added, from the values of its rows alone (ahead.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from crm_tui.customers import document
from crm_tui.customers.ahead import Made
from crm_tui.customers.checks import check
from crm_tui.customers.contact_keys import AreaCode, contact_parts, keys_and_digits
from crm_tui.customers.derived import (
    CONTACT_COLUMNS,
    HAY,
    NEVER,
    OWN_COLUMNS,
    place_of,
    whereabouts_of,
)
from crm_tui.customers.fields import FIELDS

Row = Mapping[str, Any]


@lru_cache(maxsize=4)
def _blank(required: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a customer and a contact without values, with all columns that something is made of."""
    own, contact = dict.fromkeys(OWN_COLUMNS), dict.fromkeys(CONTACT_COLUMNS)
    for one in map(FIELDS.__getitem__, required):
        (contact if one.entity == "contact" else own).update(dict.fromkeys(one.columns))
    return {**own, "name_key": ""}, contact


def make(
    customer: Row,
    contacts: Sequence[Row],
    aliases: Sequence[tuple[str, str]],
    projects: Sequence[Row],
    required: tuple[str, ...],
    tokens: Callable[[str], set[str]],
) -> Made:
    """Return what is derived of a new customer; ``aliases`` are (kind, name), ``tokens`` those of a text."""
    nothing, nobody = _blank(required)
    row = {**nothing, **customer, "no": None}
    people = [{**nobody, **one} for one in contacts]
    area_code = AreaCode(row)
    keys, phones = [], 0
    parts = [(kind, row[column]) for kind, column in HAY]
    for one in people:
        found, digits = keys_and_digits(area_code, one)
        own = [key for kind, key in found if kind == "phone"]
        keys.append(found)
        phones += len(own)
        parts += contact_parts(one, own, digits)
    parts += [(document.of_alias(kind), name) for kind, name in aliases]
    text, whereabouts = document.build(parts), whereabouts_of(row)
    odd = check(row, people, projects, required, NEVER)
    missing = len([one for one in odd if one.missing])
    place = place_of(row)
    places = place["name_sort"], place["region"], place["province"], place["city"]
    sought = " ".join(tokens(text + whereabouts))
    return Made(keys, phones, text, whereabouts, sought, missing, len(odd) - missing, places)
