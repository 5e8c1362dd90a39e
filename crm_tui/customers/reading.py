"""Reading customer files: what other rooms and both front ends ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm_tui.customers import store
from crm_tui.customers.columns import LIST_COLUMNS, extra, worded
from crm_tui.customers.store import (
    MATCH,
    CustomerRow,
    Hit,
    Query,
    Tag,
    children,
    ended,
    is_out_of_sight,
    marks_of,
    numbered,
    record,
    rows_of,
    same,
    sought,
    tag_names,
    tags,
    tags_of,
    whole,
)
from crm_tui.customers.window import Window
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.presets.store import Dictionary
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.merging import gone
from crm_tui.text.fold import fold

__all__ = [
    "LIST_COLUMNS",
    "MATCH",
    "SORTS",
    "CustomerFile",
    "CustomerRow",
    "Hit",
    "Query",
    "Tag",
    "Window",
    "children",
    "class_of",
    "count",
    "customer_file",
    "days_of",
    "ended",
    "extra",
    "find",
    "is_out_of_sight",
    "led_on",
    "marks_of",
    "matching",
    "numbered",
    "page",
    "record",
    "rows_of",
    "same",
    "sought",
    "tag_names",
    "tags",
    "tags_of",
    "warnings",
    "whole",
    "worded",
]


# The orders that lists offer; "-" before a key turns it round.
SORTS: dict[str, str] = {
    "recent": N_("recently changed"),
    "created": N_("recently created"),
    "due": N_("next step"),
    "followup": N_("last follow-up"),
    "name": N_("name"),
    "no": N_("number"),
    "level": N_("level"),
    "status": N_("status"),
    "stage": N_("stage"),
    "industry": N_("industry"),
    "region": N_("region"),
    "province": N_("province"),
    "owner": N_("owner"),
    "source": N_("source"),
}


def page(reader: sqlite3.Connection, query: Query, offset: int = 0, limit: int = 100) -> list[CustomerRow]:
    """Return one page of a customer list."""
    return Window(reader, query).page(offset, limit)


def count(reader: sqlite3.Connection, query: Query) -> int:
    """Return how many customers a list has."""
    return Window(reader, query).count() or 0


def matching(reader: sqlite3.Connection, query: Query) -> list[int]:
    """Return the ids of a whole customer list in its order."""
    return Window(reader, query).ids()


@dataclass
class CustomerFile:
    """Everything of one customer's own: rows by column name, tag names, the cells a sheet last gave."""

    customer: dict[str, Any]
    contacts: list[dict[str, Any]] = field(default_factory=list)
    projects: list[dict[str, Any]] = field(default_factory=list)
    aliases: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    cells: dict[str, Any] = field(default_factory=dict)


def customer_file(reader: sqlite3.Connection, customer_id: int) -> CustomerFile | None:
    """Return a customer's file, None when it is gone or not to be seen."""
    row = record(reader, "customer", customer_id)
    if row is None:
        return None
    return CustomerFile(
        row,
        children(reader, "contact", customer_id),
        children(reader, "project", customer_id),
        children(reader, "customer_alias", customer_id),
        tags_of(reader, [customer_id]).get(customer_id, []),
        store.cells(reader, customer_id),
    )


def class_of(row: Mapping[str, Any], words: Dictionary) -> str:
    """Return industry, type of need and intent as one class: 制造业-设备采购-意向强 (S4-05).

    Blank parts are left out; without need and intent there is no class.
    """
    if not (row.get("demand_type") or row.get("intent")):
        return ""
    intent = words.label("intent", row.get("intent"))
    parts = [words.label(kind, row.get(kind)) for kind in ("industry", "demand_type")]
    parts.append(_("{level} intent").format(level=intent) if intent else "")
    return "-".join(part for part in parts if part)


def days_of(timeline: str, said_on: date) -> tuple[date, date] | None:
    """Return first and last day that a 项目时间节点 such as 计划Q3启动 means on the day it was said (S1-10).

    None when it names no day.
    """
    from crm_tui.text.plan_text import parse_plan

    try:
        when = parse_plan(timeline, said_on).when
    except BadInput:
        return None
    return (when.start or when.date, when.date) if when else None


def find(reader: sqlite3.Connection, reference: str) -> int:
    """Return the customer that REF means: a number, an exact folded name, or the filter's only hit.

    Raises BadInput when it means none or several.
    """
    ids = store.by_reference(reader, reference.strip(), fold(reference))
    if not ids and fold(reference):
        ids = [row.id for row in page(reader, Query(text=reference), limit=6)]
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise BadInput(
            _("No customer matches “{text}”.").format(text=reference),
            "",
            _("Try a part of the name or the number."),
        )
    names = "; ".join(f"{row.no} {row.name}" for row in rows_of(reader, ids).values())
    raise BadInput(
        _("Several customers match “{text}”: {names}.").format(text=reference, names=names),
        "",
        _("Give the number instead."),
    )


def led_on(reader: sqlite3.Connection, reference: str) -> str:
    """Return the sentence on a number whose customer was merged into another one, '' for any other REF."""
    merged = store.merged_numbered(reader, reference.strip())
    if merged is None or numbered(reader, reference.strip()):
        return ""
    return gone(reader, "customer", merged[0], ended(reader, merged[0])).what


def warnings(
    reader: sqlite3.Connection,
    *,
    name: str = "",
    uscc: str = "",
    phones: str = "",
    mail: str = "",
    but: int = 0,
) -> list[Hit]:
    """Return other customers with the same exact name, code, phone or mail, each once (S2-10, S0-18)."""
    from crm_tui.text.mail import parse_mails
    from crm_tui.text.phone import parse_phones
    from crm_tui.text.uscc import SOUND, check_code

    keys = [("name", fold(name)), ("alias", fold(name))]
    if uscc:
        found = check_code(uscc)
        keys.append(("uscc", found.key if found.kind in (*SOUND, "old15", "wrong_check") else ""))
    keys += [("phone", phone.key) for phone in parse_phones(phones)] if phones else []
    keys += [("mail", one.key) for one in parse_mails(mail)] if mail else []
    hits: dict[int, Hit] = {}
    for reason, key in keys:
        for hit in same(reader, reason, key, but):
            hits.setdefault(hit.customer_id, hit)
    return list(hits.values())
