"""The vertical form of one customer: 客户基本信息 | 内容 | 更新记录, one field a row (S4-08, S4-09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crm_tui import clock
from crm_tui.customers.fields import Field
from crm_tui.exchange.formulas import is_formula
from crm_tui.exchange.workbook_out import HEADER, drop, new_book, put, shield
from crm_tui.storage import history
from crm_tui.storage.driver import sqlite3

HEADINGS = ("客户基本信息", "内容", "更新记录")
TITLE = "客户信息登记表"
# The document's own words for what happened to a field: 2024-03-15初次录入, 2024-06-20职务调整.
FIRST, ADDED, CHANGED, CLEARED = "初次录入", "补充", "更新", "清除"
MOST_LINES = 12


def write_form(path: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    """Write the form to an xlsx that prints on one page."""
    book = new_book(path, streaming=False)
    try:
        sheet = book.add_worksheet(TITLE)
        header = book.add_format({**HEADER, "border": 1})
        label = book.add_format({"border": 1, "valign": "top", "bold": True})
        shown = {"border": 1, "valign": "top", "text_wrap": True}
        cell, shielded = book.add_format(shown), shield(book, **shown)
        for column, heading in enumerate(HEADINGS):
            put(sheet, 0, column, heading, header)
        for number, row in enumerate(rows, 1):
            put(sheet, number, 0, row[0], label)
            put(sheet, number, 1, row[1], shielded if is_formula(row[1]) else cell)
            put(sheet, number, 2, row[2], shielded if is_formula(row[2]) else cell)
            if not row[1]:
                sheet.set_row(number, 28)
        for column, wide in enumerate((28, 46, 26)):
            sheet.set_column(column, column, wide)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        book.close()
    except BaseException:
        drop(book)
        raise


def update_notes(
    reader: sqlite3.Connection,
    fields: Sequence[Field],
    rows: Mapping[str, Mapping[str, Any] | None],
    reasons: Mapping[int, str],
    zone: str,
) -> list[str]:
    """Return what happened to each field, oldest first, one line a change set.

    ``rows`` are the records by entity (the customer, its first contact) that the fields stand in, ``reasons``
    why a set was made.
    """
    logs: dict[str, list[history.FieldChange]] = {}
    for entity, row in rows.items():
        if row is not None:
            logs[entity] = history.of_record(reader, entity, row["id"], limit=5000)[::-1]
    return [_lines(one, logs.get(one.entity, []), rows.get(one.entity), reasons, zone) for one in fields]


def _lines(
    one: Field,
    log: Sequence[history.FieldChange],
    row: Mapping[str, Any] | None,
    reasons: Mapping[int, str],
    zone: str,
) -> str:
    found: dict[int, str] = {}
    moves = [change for change in log if change.op == "update" and change.field in one.columns]
    begun = next((change for change in log if change.op == "insert"), None)
    if begun and row and any(_born_with(moves, row, name) for name in one.columns):
        found[begun.set_id] = f"{_day(begun, zone)}{FIRST}"
    for change in moves:
        word = ADDED if change.old in (None, "") else CLEARED if change.new in (None, "") else CHANGED
        word = CHANGED if change.is_hidden else word
        found.setdefault(change.set_id, f"{_day(change, zone)}{reasons.get(change.set_id) or word}")
    return "\n".join(list(found.values())[-MOST_LINES:])


def _born_with(moves: Sequence[history.FieldChange], row: Mapping[str, Any], column: str) -> bool:
    """Tell whether a column was filled from the beginning."""
    first = next((change for change in moves if change.field == column), None)
    return (row.get(column) if first is None else first.old) not in (None, "")


def _day(change: history.FieldChange, zone: str) -> str:
    return f"{clock.local(change.at, zone):%Y-%m-%d}" if change.at else ""
