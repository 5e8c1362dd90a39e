"""Marks in the customer list and what is done with them: counted in keys, undone by one."""

from __future__ import annotations

import pytest

from crm_tui.access import store as people
from crm_tui.customers import reading, service
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs
from tests.tui.driver import story
from tests.tui.office import app, customer, many, office


def held(session: Session, column: str) -> list[object]:
    rows = session.reader.execute(f"SELECT {column} FROM customer ORDER BY id").fetchall()
    return [row[0] for row in rows]


@pytest.mark.requirement("S1-28")
async def test_twenty_marked_customers_are_handed_over_in_ten_keys_and_taken_back_in_one(tmp_path):
    session = office(tmp_path)
    many(session, 40)
    for customer_id in (39, 40):
        session.write(followups.add_plan, customer_id, followups.PlanDraft(None, goal="回访"))
    lee = next(one.id for one in people.people(session.reader) if one.login == "li")
    async with story(app(session), size=(80, 24)) as user:
        before = user.keys
        await user.press("v", "pagedown", "up", "O")
        assert "已标记 20" in user.line(0)
        await user.type("lxs")
        await user.press("enter")
        assert "将修改 20 位客户" in user.text
        assert "负责人：王伟（20）→ 李销售" in user.text
        assert "2 个未完成计划一并转交" in user.text
        await user.type("出差两周")
        await user.press("enter")
        assert user.keys - before <= 10
        assert "20 位客户：交接给 李销售" in user.message
        assert held(session, "owner_id").count(lee) == 20
        said = session.reader.execute("SELECT content FROM activity").fetchall()
        assert said == [("交接：由 王伟 交给 李销售（操作人 王伟）。 出差两周",)] * 20
        plans = "SELECT owner_id FROM plan"
        assert session.reader.execute(plans).fetchall() == [(lee,), (lee,)]
        # To hand a customer over is no contact with it.
        state = "SELECT max(activities), max(last_followup_at) FROM customer_state"
        assert session.reader.execute(state).fetchone() == (0, None)
        before = user.keys
        await user.press("u")
        assert user.keys - before == 1
        assert lee not in held(session, "owner_id")
        assert session.reader.execute("SELECT count(*) FROM activity").fetchone() == (0,)
        assert session.reader.execute(plans).fetchall() == [(1,), (1,)]
        # One row without marks; the plan stays where it is.
        await user.press("g", "O", "enter", "enter")
        assert "没有需要修改的内容" in user.text
        await user.press("escape", "O")
        await user.type("李")
        await user.press("enter", "f4")
        assert "未完成计划留在原负责人名下" in user.text
        await user.press("enter")
        assert held(session, "owner_id").count(lee) == 1
        assert session.reader.execute(plans).fetchall() == [(1,), (1,)]


async def test_marks_stay_over_searches_and_are_taken_away_by_esc_first(tmp_path):
    session = office(tmp_path)
    many(session, 30)
    async with story(app(session), size=(80, 24)) as user:
        await user.press("space", "space", "down", "space")
        assert [user.line(at)[0] for at in range(2, 7)] == ["+", "+", " ", "+", " "]
        await user.press("F")
        await user.type("样本001")
        await user.press("enter", "space")
        assert "已标记 4" in user.line(0)
        await user.press("escape")
        assert "已标记" not in user.line(0)
        assert "样本001" in user.line(0)
        # All of the search, then all others of it, then all of everything but one.
        await user.press("asterisk", "escape", "escape", "asterisk", "space")
        assert "已标记 29" in user.line(0)
        await user.press("F")
        await user.type("样本00")
        await user.press("enter")
        assert "已标记 29" in user.line(0)
        await user.press("exclamation_mark")
        assert "已标记" not in user.line(0) or "已标记 0" in user.line(0)


async def test_marked_customers_get_a_field_tags_and_are_put_away_with_a_look_before(tmp_path):
    session = office(tmp_path)
    many(session, 5)
    async with story(app(session), size=(80, 24)) as user:
        await user.press("asterisk", "e")
        await user.type("khzt")
        await user.press("enter", "4", "f12")
        assert "客户状态：潜在客户（5）→ 流失客户" in user.text
        await user.press("escape")
        assert held(session, "status") == ["prospect"] * 5
        await user.press("f12", "enter")
        assert held(session, "status") == ["lost"] * 5
        assert "已修改 5 位客户：客户状态" in user.message
        await user.press("asterisk", "t", "space", "down", "space", "space", "enter", "enter")
        assert "+高意向、-决策关键期" in user.message
        assert len(reading.tags_of(session.reader, [1, 2, 3, 4, 5])) == 5
        await user.press("space", "v", "down", "d")
        assert "归档 3 位客户" in user.text
        await user.press("enter")
        assert len(held(session, "id")) == 2
        await user.press("u")
        assert len(held(session, "id")) == 5


async def test_what_others_did_meanwhile_is_told_and_left(tmp_path):
    session = office(tmp_path)
    many(session, 6)
    path = session.database.path
    async with story(app(session), size=(100, 30)) as user:
        await user.press("asterisk")
        await user.press("e")
        await user.type("客户状态")
        with open_session(path, login="li") as other:
            other.write(service.archive, 1)
        await user.press("enter", "4", "f12")
        assert "将修改 5 位客户" in user.text
        with open_session(path, login="li") as other:
            row = reading.rows_of(other.reader, [2])[2]
            other.write(service.update, 2, row.changed_in, {"status": "won"})
            other.write(service.archive, 3)
        await user.press("enter")
        assert "2 位未改，期间已被他人改动" in user.message
        assert held(session, "status") == ["won", "lost", "lost", "lost"]
        # Who was left stays marked; the one put away is named as such.
        assert "已标记 2" in user.line(0)
        await user.press("O")
        await user.type("li")
        assert "F1 帮助" in user.text  # a question mark would be text here
        await user.press("enter")
        assert "F1 帮助" in user.text
        assert "1 位已不在（已归档、合并或撤销）：上海样本003有限公司" in user.text
        # The colleague leaves before it is confirmed.
        with open_session(path, login="wang") as other:
            lee = next(one.id for one in people.people(other.reader) if one.login == "li")
            other.write(lambda change: change.update("person", lee, {"active": 0}))
        await user.press("enter")
        assert "李销售 已停用" in user.message
        assert lee not in held(session, "owner_id")


async def test_a_large_change_has_a_bar_and_is_undone_at_once(tmp_path, monkeypatch):
    session = office(tmp_path)
    many(session, 12)
    monkeypatch.setattr("crm_tui.customers.bulk.BACKED_UP", 5)
    monkeypatch.setattr("crm_tui.tui.screens.bulk.LARGE", 5)
    for name, value in {"AT_ONCE": 5, "FIRST_PART": 4}.items():
        monkeypatch.setattr(jobs, name, value)
    async with story(app(session), size=(80, 24)) as user:
        await user.press("asterisk", "d")
        assert "会先做备份" in user.text
        await user.press("enter")
        assert "12 位客户：归档" in user.message
        assert held(session, "id") == []
        await user.press("u")
        assert len(held(session, "id")) == 12


async def test_a_file_that_can_only_be_read_lets_rows_be_marked_and_nothing_done(tmp_path):
    session = office(tmp_path)
    customer(session, "甲")
    path = session.database.path
    session.close()
    with open_session(path, login="wang", read_only=True) as reader:
        async with story(app(reader), size=(80, 24)) as user:
            await user.press("space", "O")
            assert "+" in user.line(2)
            assert "只读" in user.text
            await user.press("d")
            assert len(held(reader, "id")) == 1


async def test_a_customer_is_handed_over_from_today_and_from_its_file(tmp_path):
    session = office(tmp_path)
    first = customer(session, "甲")
    second = customer(session, "乙")
    session.write(followups.add_plan, first, followups.read_plan("今天 回访", session.today()))
    async with story(app(session, "today"), size=(80, 24)) as user:
        await user.press("O")
        await user.type("li")
        await user.press("enter", "enter")
        assert "1 位客户：交接给 李销售" in user.message
        assert held(session, "owner_id") == [2, 1]
        await user.app.open("customer", customer_id=second)
        await user.press("O")
        await user.type("li")
        await user.press("enter", "enter")
        assert held(session, "owner_id") == [2, 2]
        assert "交接：由 王伟 交给 李销售" in user.text
