"""Stories of a customer file and of the history while a colleague writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading, service
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.session import Session, open_session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import line_of, look, service_version, update


def furnish(session: Session) -> None:
    customer(
        session,
        "北京恒达科技有限公司",
        {"name": "张经理", "title": "采购经理", "mobile": "13900139000"},
        need="降低采购成本",
        industry="制造业",
        key_note="下午再打电话",
    )
    session.write(followups.add_plan, 1, PlanDraft(date(2026, 11, 25), goal="反馈方案"))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


@pytest.fixture
def li(session: Session) -> Iterator[Session]:
    with open_session(session.database.path, login="li") as opened:
        yield opened


def key(user: User) -> object:
    return user.screen.current.key


async def test_a_changed_field_is_marked_and_scroll_and_cursor_stay(session: Session, li: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter", "j", "j", "j")
        here, top = key(user), user.screen.current.table.top
        update(li, 1, industry="软件业", key_note="上午再打电话")
        await look(user)
        assert "*软件业" in line_of(user, "软件业")
        assert "李销售" in line_of(user, "软件业")
        assert "重点标注: 上午再打电话" in user.text
        assert (key(user), user.screen.current.table.top) == (here, top)
        assert "*降低采购成本" not in user.text
        for panel in user.screen.panels:
            panel.table.fade(everything=True)
        await user.idle()
        assert "*" not in line_of(user, "软件业")


async def test_only_panels_that_moved_are_filled_anew(session: Session, li: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter")
        before = {panel.id: panel.table._generation for panel in user.screen.panels}
        li.write(followups.log, LogEntry(1, "客户要求看样品", "phone"))
        await look(user)
        after = {panel.id: panel.table._generation for panel in user.screen.panels}
        assert [name for name in before if before[name] != after[name]] == ["timeline"]
        assert "*" in line_of(user, "客户要求看样品")
        assert "跟进 1 次" in user.line(0)


async def test_a_contact_of_a_colleague_appears_and_the_cursor_stays(session: Session, li: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter", "tab", "j")
        here = key(user)
        li.write(service.add_contact, 1, {"name": "陈主任", "is_primary": 1})
        await look(user)
        assert "*陈主任" in user.text
        assert key(user) == here


async def test_an_archived_customer_stays_readable_and_says_who(session: Session, li: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter")
        li.write(service.archive, 1, service_version(li, 1))
        await look(user)
        assert "李销售" in user.screen.notice.resting
        assert "归档" in user.screen.notice.resting
        assert "降低采购成本" in user.text
        await user.press("e")
        assert user.message == user.screen.gone
        assert reading.record(session.reader, "customer", 1) is None
        li.undo()
        await look(user)
        assert user.screen.notice.resting == ""
        assert user.screen.gone == ""


async def test_another_customers_change_reads_nothing(session: Session, li: Session) -> None:
    other = customer(li, "南京乙有限公司")
    async with story(app(session, "today"), size=(120, 40)) as user:
        await look(user)
        await user.app.open("customer", customer_id=1)
        await user.idle()
        view = user.screen.view
        update(li, other, need="别的")
        await look(user)
        assert user.screen.view is view


async def test_the_history_hints_at_new_entries_and_keeps_its_lines(session: Session, li: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.app.open("history")
        await user.idle()
        first = user.screen.table.at(0).id
        update(li, 1, need="别的")
        await look(user)
        assert user.screen.table.at(0).id == first
        assert "有新的记录，F5 显示" in user.text
        await user.press("f5")
        assert user.screen.table.at(0).id != first
        assert "有新的记录" not in user.text


async def test_the_history_of_another_record_says_nothing(session: Session, li: Session) -> None:
    other = customer(li, "南京乙有限公司")
    async with story(app(session), size=(120, 40)) as user:
        await user.app.open("history", entity="customer", entity_id=1)
        await look(user)
        update(li, other, need="别的")
        await look(user)
        assert user.screen.notice.resting == ""
        update(li, 1, need="再别的")
        await look(user)
        assert "有新的记录" in user.text


async def test_an_open_form_says_beside_the_field_what_a_colleague_made_of_it(
    session: Session, li: Session
) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        await user.press("end")
        await user.type("甲")
        update(li, 1, industry="软件业")
        await look(user)
        assert "李销售 刚改为：软件业" in user.text
        assert "北京恒达科技有限公司甲" in user.text
        assert "制造业" in user.text


@pytest.mark.parametrize("room", ["edit_customer", "log", "name"])
async def test_a_form_says_that_its_customer_was_archived(session: Session, li: Session, room: str) -> None:
    async with story(app(session)) as user:
        await user.app.open(room, customer_id=1)
        await user.idle()
        await user.type("我的话")
        li.write(service.archive, 1)
        await look(user)
        assert user.screen.notice.resting.startswith("李销售已归档这位客户")
        assert user.screen.the_form.dirty
        li.undo()
        await look(user)
        assert user.screen.notice.resting == ""


async def test_back_in_the_file_of_an_archived_customer_it_stays_readable(
    session: Session, li: Session
) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("enter", "e")
        li.write(service.archive, 1)
        await look(user)
        await user.press("escape")
        assert user.screen.kind == "customer"
        assert "降低采购成本" in user.text
        assert "李销售已归档这位客户" in user.text
        await user.press("a")
        assert user.screen.kind == "customer"
        assert "李销售已归档这位客户" in user.message
        await user.press("f5")
        assert "降低采购成本" in user.text


async def test_a_file_opened_after_the_archiving_says_who_and_asks_for_nothing(
    session: Session, li: Session
) -> None:
    async with story(app(session), size=(120, 40)) as user:
        li.write(service.archive, 1)
        await user.app.open("customer", customer_id=1)
        await user.idle()
        assert "李销售已归档这位客户" in user.text
        assert "按 a 新增" not in user.text
        li.undo()
        await look(user)
        assert "降低采购成本" in user.text
        assert "按 a 新增" in user.text
