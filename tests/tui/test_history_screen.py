"""Stories of history: who changed what, of everybody or of one record, and taking any of it back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.access import policies
from crm_tui.access import store as people
from crm_tui.access.verbs import ROWS
from crm_tui.customers import reading as customers
from crm_tui.customers import service
from crm_tui.customers.bulk import change_many, targets
from crm_tui.customers.bulk_edit import Edit
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs
from crm_tui.tui.app import CrmApp
from crm_tui.tui.screens import job_box, taking_back
from tests.pace import PATIENCE
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def edit(session: Session, customer_id: int, **values: object) -> int:
    row = customers.record(session.reader, "customer", customer_id)
    assert row is not None
    set_id = session.write(service.update, customer_id, row["changed_in"], values).set_id
    assert set_id is not None
    return set_id


def industry(session: Session, customer_id: int) -> str:
    row = customers.record(session.reader, "customer", customer_id)
    assert row is not None
    return row["industry"]


async def opened(user: User, **given: Any) -> None:
    await user.app.open("history", **given)
    await user.idle()


@pytest.mark.requirement("S4-08")
async def test_a_record_shows_who_changed_which_field(session: Session) -> None:
    one = customer(session, "上海恒达", {"name": "王总"}, budget_min=10000000, status="prospect")
    edit(session, one, budget_min=20000000, status="interested")
    async with story(CrmApp(session)) as user:
        await user.press("enter", "j", "h")
        assert "更新记录  C20261120001 上海恒达" in user.line(0)
        budget = next(line for line in user.lines if "10万" in line)
        assert "11-20 10:00 王伟" in budget
        assert "20万" in budget
        status = next(line for line in user.lines if "潜在客户" in line)
        assert "意向客户" in status
        assert any("联系人" in line and "新增" in line and "王总" in line for line in user.lines)
        await user.press("escape")
        assert user.screen.kind == "today"


async def test_one_field_alone(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    edit(session, one, industry="零售业", note="别的")
    edit(session, one, industry="服务业")
    async with story(CrmApp(session)) as user:
        await opened(user, entity="customer", entity_id=one, field="industry")
        assert "所属行业" in user.line(0)
        assert "3 条" in user.line(0)
        assert "别的" not in user.text


async def test_everybody_in_one_list_and_what_a_set_moved(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    with open_session(session.database.path, login="li") as other:
        edit(other, one, industry="零售业")
    async with story(CrmApp(session)) as user:
        await opened(user)
        assert "编辑客户 · 上海恒达" in user.line(2)
        assert "李销售" in user.line(2)
        await user.press("enter")
        assert "编辑客户 · 上海恒达" in user.line(0)
        moved = user.line(2)
        assert "所属行业" in moved and "制造业" in moved and "零售业" in moved
        await user.press("escape", "/")
        await user.type("新增客户")
        assert "1 条" in user.line(0)


@pytest.mark.requirement("S0-25")
async def test_what_a_set_moved_of_rights_and_people_is_told_in_words(session: Session) -> None:
    session.write(policies.set_permission, "sales_rep", "edit", ROWS, "team")
    async with story(CrmApp(session)) as user:
        await opened(user)
        await user.press("enter")
        moved = user.line(2)
        assert "销售代表 · 编辑客户" in moved and "范围" in moved
        assert moved.index("本人") < moved.index("本团队")


async def test_undoing_the_set_of_a_colleague_shows_a_preview_first(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    with open_session(session.database.path, login="li") as other:
        edit(other, one, industry="零售业", note="备注")
    async with story(CrmApp(session)) as user:
        await opened(user)
        await user.press("u")
        assert user.screen.kind == "undo_preview"
        assert "将恢复 2 处变动。" in user.text
        assert "上海恒达" in user.text
        await user.press("escape")
        assert industry(session, one) == "零售业"
        await user.press("u", "enter")
        assert industry(session, one) == "制造业"
        assert user.message.startswith("已撤销：编辑客户 “上海恒达”。")
        assert "已撤销" in "\n".join(user.lines[2:5])
        await user.press("ctrl+r")
        assert industry(session, one) == "零售业"


async def test_ones_own_last_set_is_undone_at_once(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    edit(session, one, industry="零售业")
    async with story(CrmApp(session)) as user:
        await opened(user)
        await user.press("u")
        assert user.screen.kind == "history"
        assert industry(session, one) == "制造业"


async def test_what_is_in_the_way_is_listed_and_the_rest_can_be_undone(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业", note="旧")
    first = edit(session, one, industry="零售业", note="新")
    with open_session(session.database.path, login="li") as other:
        edit(other, one, industry="服务业")
    async with story(CrmApp(session), size=(120, 30)) as user:
        await user.press("u")
        assert user.screen.kind == "obstacles"
        assert user.screen.set_id == first
        line = next(line for line in user.lines if "之后又有变动" in line and "所属行业" in line)
        assert "上海恒达" in line and "制造业 → 零售业 → 服务业" in line
        row = customers.record(session.reader, "customer", one)
        assert row is not None and row["note"] == "新"
        await user.press("u")
        assert "有 1 处之后又有变动，保持不变。" in user.message
        row = customers.record(session.reader, "customer", one)
        assert row is not None and (row["note"], row["industry"]) == ("旧", "服务业")


async def test_a_job_is_one_entry_and_goes_back_whole_with_progress(session: Session) -> None:
    said: list[str] = []
    job = session.database.write_untracked(
        lambda connection: jobs.open_job(connection, "import", session.person.id, "客户.xlsx")
    )
    for number in range(3):
        session.database.write(
            session.person.id,
            "import",
            lambda change, name=f"样本{number}": service.add(change, {"name": name, "status": "prospect"}),
            job=job,
        )
    session.database.write_untracked(lambda connection: jobs.close_job(connection, job, "done"))
    async with story(CrmApp(session)) as user:
        assert "▸ 无下一步计划 (3)" in user.text
        await opened(user)
        assert "导入表格 · 客户.xlsx" in user.line(2)
        assert "客户.xlsx" not in user.line(3)
        say = user.app.say
        user.app.say = lambda text, kind="info": (said.append(text), say(text, kind))[-1]
        await user.press("u")
        assert "正在撤销：第 1 / 3 部分…" in said
        assert user.message.startswith("已撤销：导入表格 “客户.xlsx”。")
        await user.press("escape")
        assert "还没有客户。" in user.text


def job_of(session: Session, parts: int) -> None:
    job = session.database.write_untracked(
        lambda connection: jobs.open_job(connection, "import", session.person.id, "客户.xlsx")
    )
    for number in range(parts):
        session.database.write(
            session.person.id,
            "import",
            lambda change, name=f"样本{number}": service.add(change, {"name": name, "status": "prospect"}),
            job=job,
        )
    session.database.write_untracked(lambda connection: jobs.close_job(connection, job, "done"))


async def test_a_job_shows_what_all_its_parts_moved(session: Session) -> None:
    job_of(session, 3)
    async with story(CrmApp(session)) as user:
        await opened(user)
        await user.press("enter")
        assert all(f"样本{number}" in user.text for number in range(3)), user.text


async def test_a_large_job_goes_back_in_a_box_that_can_stop_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_of(session, 3)
    monkeypatch.setattr(taking_back, "LARGE", 2)
    begun, go = threading.Event(), threading.Event()
    told = job_box.reported

    def held(*given: Any) -> None:
        begun.set()
        go.wait(PATIENCE)
        told(*given)

    monkeypatch.setattr(taking_back, "reported", held)
    async with story(CrmApp(session)) as user:
        user._send("u")
        while not begun.is_set():
            await user.pilot.pause(0.01)
        await user.pilot.pause(0.01)
        assert "正在撤销" in user.text and "Esc" in user.text
        user._send("escape")
        await user.pilot.pause(0.05)
        go.set()
        await user.idle()
        assert user.message == "已停止。一切恢复原样。"
        assert "▸ 无下一步计划 (3)" in user.text
        await user.press("u")
        assert user.message.startswith("已撤销：导入表格")
        assert "还没有客户。" in user.text
        await user.press("ctrl+r")
        assert "▸ 无下一步计划 (3)" in user.text


async def test_nothing_to_undo_says_so(session: Session) -> None:
    with open_session(session.database.path, login="li") as other:
        async with story(CrmApp(other)) as user:
            await user.press("u")
            assert user.message == "没有可撤销的操作。"


async def test_follow_ups_and_plans_stand_in_the_history_of_their_customer(session: Session) -> None:
    one = customer(session, "上海恒达")
    session.write(
        followups.log,
        followups.LogEntry(one, "谈了报价"),
        followups.PlanDraft(date(2026, 11, 25), goal="回访"),
    )
    async with story(CrmApp(session), size=(120, 30)) as user:
        await opened(user, entity="customer", entity_id=one)
        assert any("跟进" in line and "谈了报价" in line for line in user.lines)
        assert any("计划" in line and "2026-11-25 回访" in line for line in user.lines)


async def test_the_changes_of_everybody_are_one_key_away(session: Session) -> None:
    customer(session, "上海恒达")
    async with story(CrmApp(session)) as user:
        await user.press("H")
        assert "更新记录" in user.line(0)
        assert "新增客户" in user.line(2)
        assert "新增同事" in user.line(3)


async def test_an_undo_says_what_it_took_back(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    edit(session, one, industry="零售业")
    async with story(CrmApp(session)) as user:
        await user.press("u", "H")
        assert "撤销（编辑客户） · 上海恒达" in user.line(2)
        await user.press("escape", "ctrl+r", "H")
        assert "（编辑客户） · 上海恒达" in user.line(2)


async def test_what_was_done_in_another_session_is_shown_before_it_is_taken_back(session: Session) -> None:
    one = customer(session, "上海恒达", industry="制造业")
    with open_session(session.database.path, login="wang") as elsewhere:
        edit(elsewhere, one, industry="零售业")
    async with story(CrmApp(session)) as user:
        await user.press("u")
        assert user.screen.kind == "undo_preview"
        assert industry(session, one) == "零售业"
        await user.press("escape")
        assert industry(session, one) == "零售业"
        await user.press("u", "enter")
        assert industry(session, one) == "制造业"


@pytest.mark.requirement("S0-20")
async def test_customers_that_went_to_others_are_counted_left_and_left_again(session: Session) -> None:
    session.write(people.add, "rep", "陈晨", "sales_rep")
    with open_session(session.database.path, login="rep") as rep:
        ids = [customer(rep, f"客户{at}") for at in range(4)]
        change_many(rep, targets(rep.reader, ids), Edit({"need": "新"}, ("need",)))
        for one in ids[:2]:
            edit(session, one, owner_id=session.person.id)
        async with story(CrmApp(rep), size=(80, 24)) as user:
            await user.press("u")
            assert user.screen.kind == "obstacles"
            line = next(line for line in user.lines if "2 位客户" in line)
            assert "现在不归你" in line
            assert not any("客户0" in line or "王伟" in line for line in user.lines)
            await user.press("u")
            assert "有 2 位客户现在不归你修改，保持不变。" in user.message
            await user.press("ctrl+r")
            assert user.message.startswith("已恢复：批量修改 “4 位客户：核心需求”。")
            assert needs(session) == ["新"] * 4
            # One more goes away before it is taken back and done once more.
            await user.press("u", "u")
            edit(session, ids[2], owner_id=session.person.id)
            await user.press("ctrl+r")
            assert user.screen.kind == "obstacles"
            assert any("未恢复" in line for line in user.lines)
            await user.press("u")
            assert user.message.startswith("已恢复：批量修改 “4 位客户：核心需求”。有 1 位客户")
            assert needs(session) == ["新", "新", None, "新"]


def needs(session: Session) -> list[str | None]:
    return [row[0] for row in session.reader.execute("SELECT need FROM customer ORDER BY id").fetchall()]
