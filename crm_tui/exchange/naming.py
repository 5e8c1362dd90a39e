"""Which column names the customers of a sheet where none is headed as theirs, and who is a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from crm_tui.exchange.recognising import name_parts, special
from crm_tui.presets import load_special_headings
from crm_tui.presets.headings import Heading, heading_key

if TYPE_CHECKING:
    from crm_tui.exchange.mapping import ColumnMap


def split_names(columns: list[ColumnMap]) -> None:
    """姓 and 名 in two columns name the contact; their cells are put together as rows are read.

    Name beside the name of an organisation is the person's.
    """
    names = [one for one in columns if one.field == "name"]
    bare = next((one for one in names if heading_key(one.heading) == "name" and not _firm(one)), None)
    if bare and len(names) > 1 and not _has(columns, "contact_name"):
        columns[bare.index] = replace(bare, field="contact_name")
    for index, given in name_parts([one.heading for one in columns]):
        if columns[index].how == "none" and not _has(columns, "contact_name"):
            columns[index] = replace(columns[index], field="contact_name", how="alias")
            columns[given] = replace(columns[given], field=None, how="alias", drop=True)


def name_customers(columns: list[ColumnMap], parsed: Sequence[Heading]) -> bool:
    """Find the column of names where no heading says so; tell whether they are those of persons.

    医院名称 names an organisation; 姓名 is the customer's where it is the only name (S4-03), 医院 where there
    is no other, and a list of WeChat has what it shows of each.
    """
    if not _has(columns, "name"):
        _take(columns, (one for one in columns if parsed[one.index].key in _organisations(True)))
    if not _has(columns, "name") and not _has(columns, "no"):
        bare = (one for one in columns if parsed[one.index].key in special("individual"))
        person = next((one for one in bare if one.field == "contact_name" and not _firm(one)), None)
        if person:
            columns[person.index] = replace(person, field="name")
        else:
            _take(columns, (one for one in columns if parsed[one.index].key in _organisations(False)))
    if not _has(columns, "name") and not _has(columns, "no") and not _has(columns, "contact_name"):
        _nicknames(columns, parsed)
    people = special("individual") | special("nickname")
    return any(one.field == "name" and parsed[one.index].key in people for one in columns)


def spare_names(headings: Sequence[str], name: int) -> list[int]:
    """Return the columns of nicknames that stand in where the one taken for the name is blank."""
    nicknames = special("nickname")
    keys = [heading_key(heading) for heading in headings]
    if keys[name] not in nicknames:
        return []
    return [at for at, key in enumerate(keys) if at != name and key in nicknames]


def _nicknames(columns: list[ColumnMap], parsed: Sequence[Heading]) -> None:
    order = [heading_key(text) for text in load_special_headings()["nickname"]]
    found = [one for one in columns if parsed[one.index].key in order and _free(one)]
    found.sort(key=lambda one: order.index(parsed[one.index].key))
    _take(columns, found)
    for one in found[1:2]:
        columns[one.index] = replace(one, field="other_name", how="alias", note="")


@lru_cache(maxsize=2)
def _organisations(named: bool) -> frozenset[str]:
    """Return the keys of headings for organisations, with a word for a name behind them or without."""
    ends = special("naming") if named else {""}
    return frozenset(noun + end for noun in special("organisation") for end in ends)


def _take(columns: list[ColumnMap], found: Iterable[ColumnMap]) -> None:
    if one := next(filter(_free, found), None):
        columns[one.index] = replace(one, field="name", how="alias", note="")


def _free(column: ColumnMap) -> bool:
    return column.field is None and not column.drop and not _firm(column)


def _firm(column: ColumnMap) -> bool:
    return column.how in ("override", "remembered", "refused")


def _has(columns: Sequence[ColumnMap], field: str) -> bool:
    return any(column.field == field for column in columns)
