"""Dates of a sheet whose order of day, month and year only their column tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from tests.exchange.importer import opened, run, sheet_of

HEAD = ["客户名称", "首次接触时间", "最后跟进时间", "下次跟进计划"]
ROWS = [
    ["甲公司", "3/4/2023", "24/3/5 14:30", "25/1/8"],
    ["乙公司", "3/25/2023", "24/1/28", "每月回访"],
    ["丙公司", "5/6/2023", "", "25/2/9"],
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel("2024-03-14T02:00:00Z", tick=True), opened(tmp_path) as session:
        yield session


def column(session: Session, sql: str) -> list[str]:
    return [row[0] for row in session.reader.execute(sql)]


def test_dates_are_read_as_the_others_of_their_column_say(session: Session, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.csv", HEAD, ROWS)
    done = run(session, path)
    assert done.verdicts == ["new"] * 3 and done.flags == []
    first = column(session, "SELECT first_contact_on FROM customer ORDER BY id")
    assert first == ["2023-03-04", "2023-03-25", "2023-05-06"]
    at = column(session, "SELECT at FROM activity ORDER BY at")
    assert [one[:16] for one in at] == ["2024-01-27T16:00", "2024-03-05T06:30"]
    due = column(session, "SELECT due_on FROM plan WHERE recurrence IS NULL ORDER BY due_on")
    assert due == ["2025-01-08", "2025-02-09"]
    assert run(session, path).verdicts == ["skip"] * 3


def test_the_preview_names_the_order_that_was_taken(session: Session, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.csv", HEAD, ROWS)
    with open_sheet(path, known=is_known_heading) as sheet:
        plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
    with plan:
        assert [one.split("列里 ")[1].split(" 这样")[0] for one in plan.warnings] == [
            "3/4/2023",
            "24/3/5 14:30",
        ]


def test_dates_that_fit_several_orders_are_kept_and_flagged(session: Session, tmp_path: Path) -> None:
    done = run(session, sheet_of(tmp_path / "a.csv", HEAD[:3], [["甲公司", "3/4/2023", "24/3/5"]]))
    assert [one.text for one in done.flags] == ["3/4/2023", "24/3/5"]
    assert column(session, "SELECT first_contact_on FROM customer") == [None]
