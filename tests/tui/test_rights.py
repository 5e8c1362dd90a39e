"""What the policy hides on the screens, what it refuses, and rights that move while somebody works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine

from crm_tui.access import people, policies
from crm_tui.access.store import add
from crm_tui.customers import service
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import look

PHONE = "13800138001"
BUDGET = 5_000_000


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def boss(tmp_path: Path) -> Iterator[Session]:
    """Return 王伟, an administrator, under the policy of company files: all see all, masked."""
    with office(tmp_path, furnish=furnish) as session:
        yield session


def furnish(session: Session) -> None:
    session.write(policies.apply_preset, "files")
    session.write(add, "chen", "陈晨", "sales_rep")
    contact = {"name": "赵敏", "title": "总监", "mobile": PHONE, "email": "zhaomin@example.com"}
    customer(session, "上海恒达公司", contact, budget_min=BUDGET, budget_max=BUDGET, note="常来")


@pytest.fixture
def rep(boss: Session) -> Iterator[Session]:
    """Return 陈晨, a sales representative without customers."""
    with open_session(boss.database.path, login="chen") as session:
        yield session


@pytest.mark.requirement("S0-25", "S1-25", "S2-03")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_masked_file_says_that_it_is_masked(rep: Session, size: tuple[int, int]) -> None:
    async with story(app(rep), size=size) as user:
        await user.press("enter")
        assert "已脱敏" in user.text
        assert "138****8001" in user.text or size[1] < 40
        assert "赵**" in user.text
        for secret in (PHONE, "zhaomin", "赵敏", "总监", "5 万", "5万"):
            assert secret not in user.text


@pytest.mark.requirement("S1-25", "S0-13")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_side_by_side_a_hidden_value_is_not_called_blank(rep: Session, size: tuple[int, int]) -> None:
    """Whoever may compare two but not merge them is told so, and what is hidden is named as such."""
    customer(rep, "上海恒达有限公司", budget_min=100, budget_max=100)
    async with story(app(rep), size=size) as user:
        await user.press("space", "space", "m")
        assert user.screen.kind == "merge"
        line = next(one for one in user.text.splitlines() if "预算范围" in one)
        assert "已脱敏" in line and "1元" in line
        await user.press("f12")
        assert user.screen.kind == "merge"
        assert "只能对本人的客户这样做：合并客户" in user.text
        await user.press("x")
        await user.press("f12")
        assert user.screen.kind == "customers"
    kinds = rep.reader.execute("SELECT verdict FROM duplicate_decision").fetchall()
    assert len(kinds) == 1


@pytest.mark.requirement("S3-06")
async def test_a_queue_that_may_not_leave_whole_says_so(
    boss: Session, rep: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan of mine for a customer of a colleague is shown; a file of it holds my customers alone.

    Whose the customer under the cursor is does not matter.
    """
    monkeypatch.chdir(tmp_path)
    theirs, mine = customer(boss, "杭州瑞丰公司"), customer(rep, "宁波海天公司")
    for one in (theirs, mine):
        draft = followups.PlanDraft(date(2026, 11, 20), goal="回访", owner_id=rep.person.id)
        boss.write(followups.add_plan, one, draft)
    async with story(app(rep, "today"), size=(120, 40)) as user:
        assert "杭州瑞丰公司" in user.text
        await user.press("o", "f12")
        said = user.message.replace("\n", "")
        assert "已写出" in said and "另有 1 位不在你可导出的范围内。" in said


@pytest.mark.requirement("S0-25")
async def test_the_owner_sees_everything(boss: Session) -> None:
    async with story(app(boss), size=(120, 40)) as user:
        await user.press("enter")
        assert PHONE in user.text and "赵敏" in user.text
        assert "已脱敏" not in user.text
        await user.press("V")
        assert "没有对你脱敏的信息" in user.message


@pytest.mark.requirement("S2-03", "S2-11")
async def test_what_is_hidden_is_shown_with_a_reason_and_noted(rep: Session, boss: Session) -> None:
    async with story(app(rep), size=(120, 40)) as user:
        await user.press("enter", "V")
        await user.press("f12")
        assert "有标记的字段" in user.message
        await user.type("客户来电核实地址")
        await user.press("f12")
        assert "已记入审计" in user.message
        assert PHONE in user.text and "总监" in user.text
    rows = boss.reader.execute("SELECT kind, what, reason FROM audit ORDER BY id").fetchall()
    assert ("unmask", "contact", "客户来电核实地址") in rows


async def test_a_hidden_field_is_locked_in_a_form(rep: Session, boss: Session) -> None:
    boss.write(policies.set_permission, "sales_rep", "edit", "", "all")
    async with story(app(rep), size=(100, 40)) as user:
        await look(user)
        await user.press("enter", "e")
        line = next(line for line in user.lines if "预算" in line)
        assert "已脱敏" in line and "看不到" in line
        await user.press("escape", "tab", "e")
        line = next(line for line in user.lines if "手机" in line)
        assert "138****8001" in line and "看不到" in line
        assert user.screen.the_form.values().keys().isdisjoint({"mobile", "contact_name", "email"})


@pytest.mark.requirement("S0-20")
async def test_keys_that_are_not_allowed_say_why(rep: Session) -> None:
    async with story(app(rep)) as user:
        await user.press("e")
        assert "本人的客户" in user.message and "编辑客户" in user.message
        await user.press("d")
        assert "归档客户" in user.message
        await user.press("enter", "l")
        assert "记跟进、安排计划" in user.message
        assert user.screen.kind == "customer"
        await user.press("enter")
        assert "编辑客户" in user.message
        assert user.screen.kind == "customer"


async def test_the_key_bar_dims_what_is_not_allowed_on_the_row(rep: Session) -> None:
    rep.write(service.add, {"name": "自己的公司", "kind": "company"}, [])
    async with story(app(rep)) as user:
        off = {}
        for row in ("自己的公司", "上海恒达公司"):
            await user.app.allowed.learn(user.screen)
            parts = user.screen.keys.parts(80)
            off[row] = {key for key, style in parts if style == "keys--off"} & {"e", "l", "a"}
            assert row in user.line(user.screen.table.cursor - user.screen.table.top + 2)
            await user.press("j")
        assert off == {"自己的公司": set(), "上海恒达公司": {"e", "l"}}


async def test_whose_the_rows_in_sight_are_is_asked_at_once(rep: Session) -> None:
    rep.write(service.add, {"name": "自己的公司", "kind": "company"}, [])
    async with story(app(rep)) as user:
        await user.app.allowed.learn(user.screen)
        await user.press("j")
        table = user.screen.table
        assert "上海恒达公司" in user.line(table.cursor - table.top + 2)
        # Nothing was asked about this row alone.
        parts = user.screen.keys.parts(80)
        assert {"e", "l"} <= {key for key, style in parts if style == "keys--off"}
        user.app.allowed.forget()
        parts = user.screen.keys.parts(80)
        assert not {"e", "l"} & {key for key, style in parts if style == "keys--off"}


async def test_what_is_hidden_is_shown_from_today_too(rep: Session, boss: Session) -> None:
    boss.write(followups.add_plan, 1, followups.PlanDraft(date(2026, 11, 20), goal="回访", owner_id=3))
    async with story(app(rep, "today"), size=(120, 40)) as user:
        assert "138****8001" in user.text and PHONE not in user.text
        await user.press("V")
        await user.type("替班")
        await user.press("f12")
        assert PHONE in user.text


async def test_a_right_that_comes_is_there_at_once(rep: Session, boss: Session) -> None:
    async with story(app(rep), size=(120, 40)) as user:
        await user.press("enter")
        await look(user)
        boss.write(policies.set_permission, "sales_rep", "read", "contact", "all")
        await look(user)
        assert PHONE in user.text
        assert "权限有变动" in user.message
        boss.write(policies.set_permission, "sales_rep", "read", "contact", "own")
        await look(user)
        assert PHONE not in user.text


@pytest.mark.requirement("S0-20")
async def test_a_role_that_is_taken_away_refuses_the_save_and_keeps_the_draft(
    rep: Session, boss: Session
) -> None:
    mine = rep.write(service.add, {"name": "自己的公司", "kind": "company", "status": "prospect"}, []).value
    async with story(app(rep)) as user:
        await user.app.open("edit_customer", customer_id=mine, at="short_name")
        await user.type("己司")
        boss.write(people.set_role, rep.person.id, "entry")
        boss.write(policies.set_permission, "entry", "edit", "", "none")
        await user.press("f12")
        assert "没有这项权限：编辑客户" in user.message
        assert "己司" in user.text
        await look(user)
        assert "己司" in user.text
    with open_session(boss.database.path, login="chen") as again:
        row = again.reader.execute("SELECT short_name FROM customer WHERE id = :id", {"id": mine}).fetchone()
    assert row == (None,)


async def test_who_is_deactivated_reads_nothing_more_and_leaves_at_the_next_key(
    rep: Session, boss: Session
) -> None:
    async with story(app(rep)) as user:
        await look(user)
        boss.write(people.deactivate, rep.person.id)
        await look(user)
        assert "恒达" not in user.text
        assert "账号已停用" in user.text
        await user.press("j")
        assert not user.app.is_running or user.app.return_code == 0
        assert "账号已停用" in user.app.last_words


async def test_who_is_deactivated_over_a_form_is_told_that_and_no_more(rep: Session, boss: Session) -> None:
    rep.write(service.add, {"name": "自己的公司", "kind": "company"}, [])
    async with story(app(rep)) as user:
        await user.press("2", "e")
        await user.type("改")
        await look(user)
        boss.write(people.deactivate, rep.person.id)
        await look(user)
        assert "你的账号已停用。已输入的内容保存在草稿中。" in user.text
        assert "可查看的范围" not in user.text


async def test_a_customer_handed_over_to_somebody_else_is_not_shown_any_more(
    rep: Session, boss: Session
) -> None:
    boss.write(policies.apply_preset, "general")
    mine = rep.write(service.add, {"name": "自己的公司", "kind": "company", "note": "机密"}, []).value
    async with story(app(rep), size=(120, 40)) as user:
        await user.press("enter")
        assert "机密" in user.text
        await look(user)
        version = boss.reader.execute("SELECT changed_in FROM customer WHERE id = :id", {"id": mine})
        boss.write(service.update, mine, version.fetchone()[0], {"owner_id": boss.person.id})
        await look(user)
        assert "机密" not in user.text
        assert "不在你可查看的范围内" in user.text


@pytest.mark.requirement("S0-20")
async def test_a_role_that_is_removed_closes_the_form_and_keeps_what_was_typed(
    rep: Session, boss: Session
) -> None:
    mine = rep.write(service.add, {"name": "自己的公司", "kind": "company", "note": "机密"}, []).value
    async with story(app(rep)) as user:
        await user.app.open("edit_customer", customer_id=mine, at="short_name")
        await user.type("己司")
        boss.write(policies.remove_role, "sales_rep")
        await user.press("f12")
        assert "已被删除" in user.message or "没有任何权限" in user.message
        assert "己司" in user.text
        await look(user)
        assert user.screen.kind == "customers"
        assert "草稿" in user.message and "机密" not in user.text and "自己的公司" not in user.text
        await user.press("D")
        assert "己司" in user.text
        await user.press("escape", "a")
        assert "角色" in user.message


async def test_the_history_of_a_file_follows_the_rights(rep: Session, boss: Session) -> None:
    version = boss.reader.execute("SELECT changed_in FROM contact").fetchone()[0]
    boss.write(service.update_contact, 1, version, {"mobile": "13900139000"})
    boss.write(policies.set_permission, "sales_rep", "read", "contact", "all")
    async with story(app(rep), size=(120, 40)) as user:
        await look(user)
        await user.press("enter")
        await user.app.open("history", entity="customer", entity_id=1)
        assert PHONE in user.text
        boss.write(policies.set_permission, "sales_rep", "read", "contact", "own")
        await look(user)
        assert PHONE not in user.text and "已脱敏" in user.text
        await user.press("y")
        assert "13900139000" not in user.message
        await user.press("escape")
        assert "13900139000" not in user.text and "139****9000" in user.text


@pytest.mark.requirement("S0-20")
async def test_what_is_typed_while_rights_move_goes_into_the_same_field(boss: Session, rep: Session) -> None:
    """A change of roles takes nobody out of a field: the next letters would stand in another one."""
    mine = customer(rep, "宁波海天公司", key_note="甲", budget_min=100, budget_max=100)
    async with story(app(rep), size=(120, 40)) as user:
        await user.press("g", "e", "enter", "enter", "enter")
        await user.type("机密")
        boss.write(policies.set_permission, "sales_rep", "archive", "", "none")
        await look(user)
        assert "你的权限有变动" in user.message
        await user.type("事项")
        await user.press("f12")
    sql = "SELECT name, no, key_note FROM customer WHERE id = :id"
    name, no, note = boss.reader.execute(sql, {"id": mine}).fetchone()
    assert (name, "事项" in no, note) == ("宁波海天公司", False, "机密事项甲")
