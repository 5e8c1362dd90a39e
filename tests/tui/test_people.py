"""People, permissions and the audit in keys: seen first who is affected, taken back with u."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from crm_tui.access import audit, people, store_house, substitutes, teams
from crm_tui.session import Session, open_session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office


def furnish(session: Session) -> None:
    east = session.write(teams.add, "华东", None, "华东").value
    for login, name, role in (("han", "韩经理", "sales_manager"), ("kefu", "客小服", "service")):
        session.write(people.admit, login, name, role, (), east if login == "han" else None)
    session.write(people.set_role, 2, "sales_rep")
    session.write(people.set_team, 2, east)
    for name in ("上海恒达贸易有限公司", "北京远景科技有限公司"):
        customer(session, name, owner_id=2)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open the office with a team; 李销售 has two customers, 韩经理 leads the team."""
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def role(session: Session, person_id: int) -> str:
    return next(one.role for one in store_house.people(session.reader) if one.id == person_id)


@pytest.mark.requirement("S3-06")
async def test_a_role_is_given_after_a_look_at_who_is_affected(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("P")
        assert "4 位同事 · 1 个团队" in user.line(0)
        assert "销售经理" in user.text and "华东" in user.text
        assert "谁能读这个文件，就能读到全部内容" in user.text
        await user.press("j", "j", "r")
        assert "韩经理 的角色" in user.text
        await user.type("录入")
        await user.press("enter")
        assert "1 位同事" in user.text and "韩经理" in user.text
        assert role(session, 3) == "sales_manager"
        await user.press("escape")
        assert role(session, 3) == "sales_manager"
        await user.press("r")
        await user.type("xiaoshoudaibiao")
        await user.press("enter")
        assert "1 位同事将看不到 2 位客户。" in user.text
        await user.press("enter")
        assert role(session, 3) == "sales_rep"
        assert "韩经理 现在是销售代表。" in user.message
        await user.press("u")
        assert role(session, 3) == "sales_manager"


async def test_a_colleague_is_let_in_with_team_and_found(session: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("P", "a")
        await user.type("zhao")
        await user.press("enter")
        await user.type("赵六")
        await user.press("f12")
        assert "已新增：赵六。" in user.message
        await user.press("t")
        await user.type("华东")
        await user.press("enter")
        assert store_house.people(session.reader)[-1].team_id == 1
        await user.press("slash")
        await user.type("赵")
        assert "赵六" in user.text and "韩经理" not in user.text
        await user.press("escape", "escape")
        await user.press("e")
        await user.press("ctrl+a")
        await user.type("赵七")
        await user.press("f12")
        assert "已保存" in user.message


@pytest.mark.requirement("S3-06")
async def test_somebody_is_deactivated_and_the_last_administrator_is_not(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("P", "j", "d")
        assert "2 位客户仍归 李销售" in user.text
        await user.press("enter")
        assert "已停用 李销售" in user.message and "已停用" in user.text
        await user.press("g", "j", "d")
        assert "没有人能管理人员和权限" in user.message
        assert store_house.people(session.reader)[0].active == 1
        await user.press("L")
        assert "停用同事" in user.text and "被拒绝的操作" in user.text


async def test_a_leave_is_noted_and_ended(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("P", "j", "w")
        assert "李销售 的代理" in user.text
        await user.press("2", "enter", "enter")
        await user.type("3天后")
        await user.press("f12")
        assert "1 位同事将多看到" in user.text or "韩经理 是 李销售 的代理人" in user.message
        if "影响" in user.text or "Enter 执行" in user.text:
            await user.press("enter")
        (away,) = store_house.away(session.reader, session.today().isoformat())
        assert away.person_id == 2
        assert away.until_on == (session.today() + timedelta(days=3)).isoformat()
        assert "到 11-23" in user.text
        await user.press("w")
        if "Enter 执行" in user.text:
            await user.press("enter")
        assert store_house.away(session.reader, session.today().isoformat()) == []


async def test_teams_are_added_moved_and_removed(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("P", "A")
        await user.type("上海")
        await user.press("f12")
        assert "已新增团队：上海。" in user.message
        assert teams.path(store_house.teams(session.reader), 2) in ("上海", "华东 / 上海")
        await user.press("G", "d")
        if "Enter 执行" in user.text:
            await user.press("enter")
        assert [one.name for one in store_house.teams(session.reader)] == ["华东"]


@pytest.mark.requirement("S0-20")
async def test_a_permission_is_changed_in_the_grid(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("R")
        assert "[销售代表]" in user.text and "[本人]" in user.text and "录入专员" in user.text
        await user.press("right", "space")
        assert "销售经理 · 查看客户" in user.text
        await user.type("本人")
        await user.press("enter")
        assert "1 位同事将看不到 2 位客户。" in user.text
        await user.press("f12")
        assert "销售经理：查看客户：本人的客户" in user.message
        await user.press("G", *["up"] * 7, "left", "right")
        assert "实际不超过能看到的：本人的客户" in user.text
        await user.press("u")
        found = {one[1:4]: one.scope for one in store_house.permissions(session.reader)}
        assert found["sales_manager", "read", ""] == "team"
        await user.press("s", "down", "enter")
        assert "1 位同事将多看到" in user.text or "的权限变大" in user.text
        await user.press("escape", "h", "d")
        assert "1 位同事是这个角色，换角色之前不能做任何操作。" in user.text
        await user.press("enter")
        assert "已删除角色：销售代表。" in user.message
        assert "sales_rep" not in {one.key for one in store_house.roles(session.reader)}
        await user.press("P")
        assert "无权限" in user.text


async def test_a_role_is_added_and_renamed(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("R", "a")
        await user.type("大客户经理")
        await user.press("f12")
        assert "[大客户经理]" in user.text
        await user.press("r", "ctrl+a")
        await user.type("重点客户经理")
        await user.press("f12")
        assert "重点客户" in user.text
        assert len(store_house.roles(session.reader)) == 6


@pytest.mark.requirement("S0-25")
async def test_the_audit_is_filtered_by_kind_and_person(session: Session) -> None:
    session.write(audit.note_export, "xlsx", 12)
    session.unmask(1, "budget", "核对预算")
    async with story(app(session), size=(120, 40)) as user:
        await user.press("L")
        assert "xlsx · 12 条" in user.text and "核对预算" in user.text
        await user.press("f")
        await user.type("daochu")
        await user.press("enter")
        assert "xlsx · 12 条" in user.text and "核对预算" not in user.text
        assert "1 条" in user.line(0)
        await user.press("enter")
        assert "更新记录编号" in user.text
        await user.press("escape", "w")
        await user.type("韩")
        await user.press("enter")
        assert "没有这样的审计记录" in user.text


async def test_why_a_colleague_sees_a_customer(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("enter", "W")
        await user.type("韩")
        await user.press("enter")
        assert "负责人 李销售 属于团队“华东”。" in user.text
        await user.press("escape", "escape", "P", "j", "v")
        assert "[ 查看 F12 ]" in user.text and "保存" not in user.text
        await user.type("恒达")
        await user.press("f12")
        assert "李销售 能看到什么" in user.text and "是本人的客户。" in user.text


@pytest.mark.requirement("S2-03")
async def test_a_collaborator_is_named_and_taken_off(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("enter", "C")
        await user.type("客小服")
        await user.press("enter", "down", "enter")
        assert "客小服 是这个客户的协作人：可查看、编辑。" in user.message
        await user.press("C", "enter", "down", "enter")
        assert "不再是这个客户的协作人" in user.message
    assert store_house.collaborators(session.reader, 1) == []


async def test_whoever_may_not_is_told_why(session: Session, tmp_path: Path) -> None:
    session.write(substitutes.add, 1, 2, session.today(), session.today())
    with open_session(tmp_path / "a.db", login="li") as theirs:
        async with story(app(theirs)) as user:
            await user.press("P")
            assert "韩经理" in user.text
            for key in ("a", "r", "d", "w", "A", "v"):
                await user.press(key)
                assert "销售代表" in user.message and "没有这项权限" in user.message, key
            await user.press("L")
            assert "没有这项权限" in user.message
            await user.press("R", "space")
            assert "没有这项权限" in user.message
            await user.press("escape", "escape", "g", "enter", "W")
            assert "李销售 能看到什么" in user.text and "是本人的客户。" in user.text
    assert len(store_house.people(session.reader)) == 4


async def test_alone_one_is_told_what_roles_are(tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as session:
        session.write(people.deactivate, 2)
        session.database.write(1, "user.remove", lambda change: change.soft_delete("person", 2))
        async with story(app(session)) as user:
            await user.press("P")
            assert "目前只有你一人。角色只是方便，不是保护" in user.text
            await user.press("t")
            assert "还没有团队" in user.message
            await user.press("w")
            assert "没有别人可以做代理人" in user.message
