"""What another process makes ahead of an import's rows is what the writing one would; none hangs on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.customers import ahead as derived_ahead
from crm_tui.exchange import ahead, importing
from crm_tui.exchange.planning import ImportPlan
from crm_tui.session import Session
from crm_tui.storage import jobs
from crm_tui.storage.database import Database
from tests.exchange.importer import only, opened, sheet_of
from tests.exchange.test_publishing import planned
from tests.storage.fresh import assert_fresh
from tests.storage.world import assert_sound

pytestmark = pytest.mark.usefixtures("started_anew")

HEAD = [
    "客户名称", "客户简称", "曾用名", "英文名称", "统一社会信用代码", "联系人", "职位", "手机", "办公电话",
    "邮箱", "联系人2", "手机2", "客户标签", "所在省份", "所在城市", "详细地址", "预算", "跟进状态",
    "合作项目名称", "网站", "推荐人",
]  # fmt: skip


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(jobs, "SMALL", 20)
    monkeypatch.setattr(jobs, "LARGEST_PART", 25)
    monkeypatch.setattr(jobs, "FIRST_PART", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    one = opened(tmp_path)
    yield one
    one.close()


def row(n: int) -> list[str]:
    """Return a row: every second, third, ... has more of what something is derived of."""
    some = iter(range(2, 30))

    def now_and_then(text: str) -> str:
        return text if n % next(some) == 0 else ""

    return [
        f"上海华泰{n:03d}科技有限公司", now_and_then(f"华泰{n}、泰{n}"), now_and_then(f"老华泰{n}"),
        now_and_then(f"Huatai {n} Co"), now_and_then("91310000MA1FL0000X"), f"张{n}", now_and_then("经理"),
        now_and_then(f"1380000{n:04d} / 1390000{n:04d}"), now_and_then(f"{n:08d}"),
        f"u{n}@example.com；b@c.cn",
        now_and_then(f"李{n}"), now_and_then("+1 415 555 0100"), now_and_then("高意向、批量"),
        now_and_then("上海市"), now_and_then("上海"), now_and_then("浦东新区张江路1号"),
        now_and_then("5万-3万"),
        now_and_then("已成交"), now_and_then("一期"), now_and_then("www.example.com"), now_and_then("王五"),
    ]  # fmt: skip


def plan_of(session: Session, tmp_path: Path, count: int = 120) -> ImportPlan:
    return planned(session, sheet_of(tmp_path / "sheet.csv", HEAD, [row(n) for n in range(count)]))


def spied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by how many customers each part took from what was made ahead."""
    taken: list[int] = []
    write = derived_ahead.write

    def noted(*given: Any) -> Any:
        found = write(*given)
        taken.append(len(found))
        return found

    monkeypatch.setattr(derived_ahead, "write", noted)
    return taken


@pytest.mark.requirement("S1-09")
def test_what_is_made_ahead_is_what_a_fresh_build_gives(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = spied(monkeypatch)
    with plan_of(session, tmp_path) as plan:
        result = importing.run_import(session, plan)
    assert result.added == sum(taken) == only(session, "SELECT count(*) FROM customer") > 80
    for asked in ("SELECT count(*) FROM customer_alias", "SELECT count(*) FROM tag_link"):
        assert only(session, asked) > 10
    assert only(session, "SELECT count(*) FROM contact") > result.added
    assert_fresh(session.database.connection)
    assert_sound(session.database.connection)


@pytest.mark.parametrize("fault", ["dies", "speaks another version", "cannot be started", "answers less"])
def test_no_import_hangs_on_it(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    taken = spied(monkeypatch)
    if fault == "speaks another version":
        monkeypatch.setattr(ahead, "VERSION", 0)
    elif fault == "cannot be started":
        monkeypatch.setattr(ahead, "WORKER", ["/no such program"])
    elif fault == "answers less":
        monkeypatch.setattr(ahead, "WORKER", [*ahead.WORKER[:1], "-c", "print(6); print('[]')"])
    of = ahead.Ahead.of

    def dying(self: ahead.Ahead, rows: list[int]) -> Any:
        if fault == "dies" and taken:
            self._process.kill()
        return of(self, rows)

    monkeypatch.setattr(ahead.Ahead, "of", dying)
    with plan_of(session, tmp_path) as plan:
        assert importing.run_import(session, plan).added > 80
    assert (sum(taken) == 0) == (fault != "dies")
    assert_fresh(session.database.connection)
    assert_sound(session.database.connection)


def test_a_part_that_is_written_again_takes_it_again(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_tui.storage.driver import sqlite3

    attempt, failed = Database._attempt, []

    def busy_once(self: Database, *given: Any) -> Any:
        if len(failed) < 8:
            failed.append(1)
            if len(failed) % 2:

                def body() -> Any:
                    given[0]()
                    raise sqlite3.OperationalError("database is locked")

                return attempt(self, body, *given[1:])
        return attempt(self, *given)

    with plan_of(session, tmp_path) as plan:
        monkeypatch.setattr(Database, "_attempt", busy_once)
        assert importing.run_import(session, plan).added > 80
    assert len(failed) == 8
    assert derived_ahead._expected == {}
    assert_fresh(session.database.connection)
