"""Stories of typing a customer who may be there already: told with reasons, taken over, told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.access import scope
from crm_tui.customers import reading
from crm_tui.dedupe import decisions
from crm_tui.session import Session
from crm_tui.text.cells import width
from tests.storage.fresh import assert_fresh
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_customer_form import HOSTILE, STEERING

pytestmark = pytest.mark.requirement("S2-10", "S0-18")
CODE = "91350100M000100Y43"


def furnish(session: Session) -> None:
    customer(
        session,
        "北京恒达科技有限公司",
        {"name": "王总", "mobile": "13900139000"},
        uscc=CODE,
        owner_id=2,
    )
    customer(session, "上海瑞通贸易有限公司", {"name": "王芳", "mobile": "13900139000"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


async def go_to(user: User, key: str) -> None:
    user.screen.the_form.focus_field(key)
    await user.idle()


def pane(user: User) -> list[str]:
    """Return the lines of the pane, none when it is not shown."""
    shown = user.screen.pane
    top = shown.region.y
    lines = user.lines[top : top + shown.size.height] if shown.display else []
    return [line for line in lines if line.strip()]


def points(lines: list[str]) -> tuple[float, float]:
    """Return the sum of the points of the reasons, and the sum that is shown."""
    words = " ".join(lines).split()
    told = words.index("=")
    return round(sum(float(one) for one in words[:told] if one[0] in "+-" and one[1:]), 1), float(
        words[told + 1]
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_who_it_may_be_is_told_while_typing(session: Session, size: tuple[int, int]) -> None:
    async with story(app(session), size=size) as user:
        await user.press("a")
        assert pane(user) == []
        await user.type("恒")
        assert pane(user) == []
        await user.type("达科技")
        title, row, *reasons = pane(user)
        assert "可能已存在 1 家" in title and "F6 用已有的" in title and "F8 不是同一家" in title
        for told in ("> 北京恒达科技有限公司", "C20261120001", "李销售", "潜在客户"):
            assert told in row
        assert row.endswith(("建议合并", "需核对"))
        assert "字号相同 恒达" in " ".join(reasons)
        assert points(reasons)[0] == points(reasons)[1]
        await go_to(user, "contact_way")
        await user.type("139 0013 9000")
        lines = pane(user)
        assert "可能已存在 2 家" in lines[0] and "Ctrl+N 下一个" in lines[0]
        assert "上海瑞通贸易有限公司" in lines[2] and "电话相同" in lines[2]
        assert user.screen.focused.region.bottom <= user.screen.pane.region.y
        await user.press("ctrl+n")
        assert pane(user)[2].startswith("> 上海瑞通")
        assert points(pane(user)[3:])[0] == points(pane(user)[3:])[1]
        assert all(width(line) <= size[0] for line in user.lines)
        await user.press("ctrl+u")
        await go_to(user, "name")
        await user.press("ctrl+u")
        assert pane(user) == []


async def test_the_window_may_be_small_and_the_keys_come_fast(session: Session) -> None:
    async with story(app(session), size=(60, 15)) as user:
        await user.press("a")
        await user.rush(*"恒达科技")
        assert user.screen.the_form.values()["name"] == "恒达科技"
        assert "北京恒达科技" in pane(user)[1]
        await user.press("ctrl+u")
        await user.type("北京恒达科技")
        await go_to(user, "contact_way")
        await user.type("13900139000")
        reasons = pane(user)[3:]
        assert "其余" in "".join(reasons) and points(reasons)[0] == points(reasons)[1]
        assert user.screen.focused.region.bottom <= user.screen.pane.region.y
        await user.resize(120, 40)
        assert "C20261120001" in pane(user)[1]


async def test_a_customer_that_is_there_takes_over_what_was_typed(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("恒达科技")
        await go_to(user, "industry")
        await user.type("制造业")
        await go_to(user, "contact_way")
        await user.type("13900139000")
        await user.press("f6")
        assert user.screen.heading() == "编辑客户"
        assert "已补入空白处：所属行业" in user.message
        assert user.screen.the_form.values()["industry"] == "制造业"
        await user.press("escape", "escape")
        assert user.screen.heading() == "新增客户"
        assert user.screen.the_form.values()["contact_way"] == "13900139000"
        await user.press("f6", "f12")
        assert user.line(0).startswith(" 北京恒达科技有限公司")
        assert "已保存" in user.message
        await user.press("escape")
        assert "2 位客户" in user.line(0)
        assert session.drafts.all() == []
    row = reading.record(session.reader, "customer", 1)
    assert row is not None and row["industry"] == "manufacturing"


async def test_what_finds_no_place_stays_a_draft(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("恒达科技")
        await go_to(user, "next_plan")
        await user.type("下周三 回访")
        await user.press("f6")
        assert user.line(0).startswith(" 北京恒达科技有限公司")
        assert "未补入：下一步，已存为草稿" in user.message
        await user.press("escape", "D")
        assert "下周三 回访" in user.text


async def test_another_customer_is_left_out_and_remembered_with_the_new_one(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("恒达科技")
        await go_to(user, "contact_way")
        await user.type("13900139000")
        await user.press("f8")
        assert "北京恒达科技" not in "".join(pane(user)) and "上海瑞通" in pane(user)[1]
        await user.press("f12", "f12")
        assert "已新增" in user.message
        (decision,) = decisions.decided(session.reader, [1]).values()
        assert (decision.a, decision.b, decision.verdict, decision.holds) == (1, 3, "different", True)
        assert_fresh(session.database.connection)
        await user.press("u")
        assert "2 位客户" in user.line(0)
        assert decisions.decided(session.reader, [1]) == {}


async def test_while_editing_others_are_told_and_told_apart_at_once(session: Session) -> None:
    made = customer(session, "某某有限公司")
    async with story(app(session)) as user:
        await user.app.open("edit_customer", customer_id=made)
        await user.idle()
        await user.type("北京恒达科技")
        user.screen.the_form.fill("name", "北京恒达科技有限公司")
        await user.idle()
        assert "北京恒达科技有限公司" in pane(user)[1]
        await user.press("f6")
        assert "C20261120001" in user.text and user.screen.kind == "customer"
        await user.press("escape")
        assert user.screen.the_form.values()["name"] == "北京恒达科技有限公司"
        await user.press("f8")
        assert "已记住：北京恒达科技有限公司 不是同一家" in user.message
        assert pane(user) == []
    assert list(decisions.decided(session.reader, [made])) == [(1, made)]
    async with story(app(session)) as user:
        await user.app.open("edit_customer", customer_id=made)
        await user.idle()
        user.screen.the_form.fill("name", "北京恒达科技有限公司")
        await user.idle()
        assert pane(user) == []


async def test_of_a_colleagues_customer_only_that_it_is_there(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, condition = scope.VIEWS["customer"]
    monkeypatch.setitem(scope.VIEWS, "customer", (table, f"{condition} AND t.owner_id = {{me}}"))
    session.reader.close()
    session.reader = session.another_reader()
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("恒达科技")
        lines = pane(user)
        assert "已存在" in lines[1] and "李销售" in lines[1] and "潜在客户" in lines[1]
        assert len(lines) == 2 and "恒达" not in lines[1] and "C2026" not in "".join(lines)
        await user.press("f6")
        assert "李销售" in user.message and user.screen.kind == "form"


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_name_steers_the_terminal(session: Session, name: str) -> None:
    customer(session, name, {"name": name, "mobile": "13700137000"})
    async with story(app(session)) as user:
        await user.press("a")
        await go_to(user, "contact_way")
        await user.type("13700137000")
        assert "C20261120003" in pane(user)[1]
        assert not STEERING & set(user.text.replace("\n", ""))
        assert all(width(line) <= 80 for line in user.lines)


async def test_while_the_index_is_built_it_is_said_once(session: Session) -> None:
    session.database.write_untracked(
        lambda c: c.execute(
            "UPDATE search_index SET built_to = 0, keeper = 'x:1', kept_until = :t", {"t": NOW}
        )
    )
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("北京恒达科技有限公司")
        assert "完成后才提示重复客户" in user.message
        assert "名称相同" in pane(user)[1]


async def test_keys_without_anybody_say_so(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        for key in ("f6", "f8", "ctrl+n"):
            await user.press(key)
            assert user.message in ("没有与此相似的客户。", "")
