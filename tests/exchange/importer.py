"""An import as a front end does it, in one call; and what every list shows, before and after."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.outcome import ImportResult
from crm_tui.exchange.planning import FieldMove, Flag, PlannedRow
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session, open_session
from tests.opened import make_database

S0 = [
    "客户编号", "客户名称", "所属行业", "客户类型", "客户来源", "联系人姓名", "联系人职位", "联系方式",
    "沟通偏好", "跟进状态", "首次接触时间", "最后跟进时间", "下次跟进计划", "核心需求", "客户痛点", "备注",
]  # fmt: skip
S0_ROWS = [
    ["2024-SH-001", "上海科技有限公司", "IT服务", "意向客户", "展会推荐", "张*", "采购经理", "138****5678",
     "电话+邮件", "需求调研", "2024-02-20", "2024-03-10", "2024-03-15前提交方案", "降低采购成本15%",
     "现有供应商响应慢", "决策人需对接技术总监李*"],
    ["2024-BJ-002", "北京商贸集团", "零售业", "潜在客户", "转介绍*", "王*", "市场总监", "139****",
     "", "初步接洽", "2024-03-05", "2024-03-12", "2024-03-20产品演示",
     "寻求新品合作", "预算有限，关注性价比",
     "转介绍人：销售部赵*"],
    ["2024-GZ-003", "广州制造有限公司", "制造业", "成交客户", "线上官网", "刘*", "运营主管", "137****9876",
     "邮件", "维护中", "2023-11-10", "2024-03-08", "每月回访",
     "长期供货需求", "对交付时效要求高", "合同编号：Z"],
]  # fmt: skip


class Done(NamedTuple):
    """What a plan showed and what its import did."""

    counts: dict[str, int]
    rows: list[PlannedRow]
    changes: dict[int, list[FieldMove]]
    flags: list[Flag]
    result: ImportResult
    rejected: int

    @property
    def verdicts(self) -> list[str]:
        """The verdict of each row in order."""
        return [row.verdict for row in self.rows]


def opened(folder: Path, name: str = "team.db") -> Session:
    """Make a database of its own for 李雷 and open it."""
    path = folder / name
    make_database(path, "li", "李雷")
    return open_session(path, login="li")


def sheet_of(path: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """Write a csv."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def run(session: Session, path: Path, rejects: Path | None = None, **options: Any) -> Done:
    """Plan and run an import."""
    overrides = options.pop("overrides", ())
    with open_sheet(path, known=is_known_heading) as sheet:
        mapping = importing.explain(session, sheet, overrides)
        plan = importing.plan_import(session, sheet, mapping, **options)
    with plan:
        rows = plan.rows(limit=100_000)
        changes = {row.number: plan.changes(row.number) for row in rows[:200]}
        flags = plan.flags(limit=1000)
        result = importing.run_import(session, plan)
        rejected = importing.write_rejects(plan, rejects) if rejects else 0
        return Done(plan.counts, rows, changes, flags, result, rejected)


def imported(session: Session, folder: Path, headings: str, *rows: str, **options: Any) -> Done:
    """Run an import of rows written with bars between the cells."""
    path = sheet_of(folder / "sheet.csv", headings.split("|"), [row.split("|") for row in rows])
    return run(session, path, **options)


LISTS = {
    "customer": "SELECT * FROM customer ORDER BY id",
    "contact": "SELECT * FROM contact ORDER BY id",
    "project": "SELECT * FROM project ORDER BY id",
    "tag": "SELECT * FROM tag ORDER BY id",
    "tag_link": "SELECT * FROM tag_link ORDER BY id",
    "customer_alias": "SELECT * FROM customer_alias ORDER BY id",
    "activity": "SELECT * FROM activity ORDER BY id",
    "plan": "SELECT * FROM plan ORDER BY id",
    "word": "SELECT * FROM word ORDER BY id",
    "imported_row": "SELECT * FROM imported_row ORDER BY id",
    "customer_state": "SELECT * FROM customer_state ORDER BY customer_id",
    "contact_key": "SELECT kind, key, customer_id, contact_id FROM contact_key ORDER BY 1, 2, 4",
}


def lists(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the user can see of every table, the versions of rows left out."""
    found = {}
    for name, sql in LISTS.items():
        cursor = session.reader.execute(sql)
        keep = [i for i, item in enumerate(cursor.description) if item[0] != "changed_in"]
        found[name] = [tuple(row[i] for i in keep) for row in cursor.fetchall()]
    return found


def only(session: Session, sql: str, **params: Any) -> Any:
    """Return the one row of a query on the user's views, its value when it has one column."""
    rows = session.reader.execute(sql, params).fetchall()
    assert len(rows) == 1, rows
    return rows[0][0] if len(rows[0]) == 1 else rows[0]


def every(session: Session, sql: str, **params: Any) -> list[Any]:
    """Return the rows of a query on the user's views, values where there is one column."""
    rows = session.reader.execute(sql, params).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]
