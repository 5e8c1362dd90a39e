"""Stories of a list that is laid out, sorted, filtered, saved as views and jumped through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui import locale
from crm_tui.customers import service, views
from crm_tui.customers.reading import LIST_COLUMNS, SORTS, extra, worded
from crm_tui.session import Session, open_session
from crm_tui.text.cells import width
from crm_tui.tui.screens.customer_rows import AT_HAND, columns_offered
from crm_tui.tui.screens.list_candidates import Choosable, Value, candidates, is_spelled, last_word
from crm_tui.tui.screens.list_layout import (
    Layout,
    Shown,
    columns_of,
    moved,
    read_layout,
    stored,
    switched,
    widened,
)
from crm_tui.tui.screens.list_places import place
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, many, office

NAMES = ("恒达机械", "阿里山茶业", "广州市番禺区石基镇某某精密机械制造股份有限公司第二分公司", "ABC Trading")


def furnish(session: Session) -> None:
    many(session, 100)
    for at, name in enumerate(NAMES):
        kind = ("manufacturing", "retail.wholesale")[at % 2]
        customer(session, name, {"name": "王总", "mobile": f"1390013900{at}"}, industry=kind, level="A")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def ids(user: User) -> list[int]:
    table = user.screen.primary
    return [table.at(line).id for line in range(min(table.total, 8))]


def title(user: User, name: str) -> int:
    """Return the cell at which a column's title begins."""
    head = user.line(1)
    return width(head[: head.index(name)])


@pytest.mark.requirement("S0-26")
async def test_sorted_by_letter_by_title_and_kept_for_the_next_time(session: Session) -> None:
    async with story(app(session), size=(120, 30)) as user:
        newest = ids(user)
        assert "最近更新" in user.line(0)
        await user.press("s", "n")
        assert user.message == "排序：名称。" and "客户名称 ^" in user.line(1)
        names = [line.split()[1] for line in user.lines[2:7]]
        assert names[:4] == ["ABC", "阿里山茶业", "广州市番禺区石基镇某某精…", "恒达机械"]
        await user.press("s", "s")
        assert user.message == "排序：名称（反向）。" and "客户名称 v" in user.line(1)
        assert user.screen.primary.row.id == 100
        await user.pilot.click("Table", offset=(title(user, "客户编号"), 0))
        await user.idle()
        assert "客户编号 ^" in user.line(1) and ids(user) == list(range(1, 9))
        await user.pilot.click("Table", offset=(title(user, "电话"), 0))
        await user.idle()
        assert user.message == "不能按“电话”排序。"
        await user.press("s", "g", "enter")
        assert ids(user) == newest and "最近更新" in user.line(0)
        await user.press("s", "n")
    async with story(app(session), size=(120, 30)) as user:
        assert "客户名称 ^" in user.line(1)


async def test_what_is_left_out_and_a_part_of_the_name_are_typed(session: Session) -> None:
    async with story(app(session), size=(80, 24)) as user:
        await user.press("f")
        await user.type("所属行业:!制造业 名称:恒达")
        await user.press("enter")
        assert "[非行业:制造业 名称:恒达]" in user.line(0) or "[名称:恒达 非行业:制造业]" in user.line(0)
        await user.press("f", "f8", "f")
        await user.type('"last follow-up" > 45天')
        await user.press("enter")
        assert "[最近跟进>45天]" in user.line(0)


@pytest.mark.requirement("S0-26")
async def test_filtered_by_words_in_pinyin_and_cleared_again(session: Session) -> None:
    async with story(app(session), size=(80, 24)) as user:
        await user.press("f")
        await user.type("hy")
        assert " 行业: " in user.text
        await user.press("enter")
        await user.type("zzy")
        await user.press("enter")
        assert "= 行业:制造业" in user.text
        await user.press("enter")
        assert "[行业:制造业]" in user.line(0) and "2 位客户" in user.line(0)
        assert "恒达机械" in user.text and "阿里山茶业" not in user.text
        await user.press("F")
        await user.type("恒达")
        assert "1 位客户" in user.line(0) and "[行业:制造业]" in user.line(0)
        await user.press("enter", "f")
        assert user.screen.line.value == "行业:制造业 "
        await user.type("等级:高")
        assert "筛选条件" in user.text or "不是等级的取值" in user.text
        await user.type(" x")
        await user.press("escape", "escape")
        assert "2 位客户" in user.line(0)
        await user.press("f", "f8")
        assert "104 位客户" in user.line(0) and "[" not in user.line(0)
        await user.press("f")
        await user.type("联系人:无 ")
        await user.press("enter")
        assert "没有符合“联系人:无”的客户。" in user.text and "按 Esc 清除筛选，按 f 修改。" in user.text
        await user.press("escape")
        assert "104 位客户" in user.line(0)
        await user.press("f")
        await user.type("zjgj")
        await user.press("enter")
        await user.type(">45天")
        assert user.screen.line.value == "最近跟进:>45天" and "= 最近跟进>45天" in user.text
        await user.press("enter")
        assert "[最近跟进>45天]" in user.line(0)
        await user.press("f", "f8", "f")
        await user.type("最后跟进时间 > 45天")
        await user.press("enter")
        assert "[最近跟进>45天]" in user.line(0)
        await user.press("escape", "f")
        await user.type("状态:潜在客户 | (等级:")
        await user.press("down", "up", "escape", "f")
        await user.type("王总 ")
        await user.press("enter")
        assert "/ 王总" in user.line(0) and "4 位客户" in user.line(0)


async def test_a_filter_stands_while_a_colleague_works(session: Session, tmp_path: Path) -> None:
    with open_session(tmp_path / "a.db", login="li") as li:
        async with story(app(session), size=(120, 30)) as user:
            await user.press("f")
            await user.type("行业:制造业")
            await user.press("enter", "s", "n", "j")
            here = user.screen.primary.row.id
            version = session.reader.execute("SELECT changed_in FROM customer WHERE id = 101").fetchone()[0]
            li.write(service.update, 101, version, {"industry": "retail.wholesale"})
            await user.app.live.look()
            await user.idle()
            assert user.screen.primary.row.id == here and "2 位客户" in user.line(0)
            assert "F5 重新排列" in user.screen.notice.resting
            await user.press("f5")
            assert "1 位客户" in user.line(0) and "[行业:制造业]" in user.line(0)
            await user.press("g", "d")
            assert "没有符合" in user.text and "已归档" in user.message
            await user.press("u")
            assert "1 位客户" in user.line(0)


@pytest.mark.requirement("S0-26")
async def test_columns_are_chosen_ordered_and_widened_under_ones_eyes(session: Session) -> None:
    session.write(service.set_tags, 104, ["老客户", "高意向"])
    async with story(app(session), size=(120, 30)) as user:
        shown = user.screen
        await user.press("c", "j", "right", "right")
        assert shown.table.columns[1].cells == shown.table.width_of(1)
        await user.press("j", "space")
        assert "客户状态" not in user.lines[1] and user.screen.table.row.id == "stage"
        await user.press(*"jjjjjjj")
        assert user.screen.table.row.id == "level"
        await user.press("j", "space", *"KKKKKK", "j", "J")
        assert [one.name for one in shown.layout_now.columns[:4]] == ["no", "name", "industry", "owner"]
        assert "放不下" in user.text
        for column in ("客户标签", "更新人"):
            while column not in user.screen.table.row.cells[1]:
                await user.press("j")
            await user.press("space", *("K" * 6))
        await user.press("escape")
        assert "所属行业" in user.line(1) and "客户状态" not in user.line(1)
        assert "批发零售" in user.line(2) and "高意向、老客户" in user.line(2)
        assert user.line(2).count("王伟") == 2
    async with story(app(session), size=(120, 30)) as user:
        assert "所属行业" in user.line(1) and "更新人" in user.line(1)
        await user.press("c", "r")
        assert user.message == "已恢复默认的列。"
        await user.press("escape")
        assert "客户状态" in user.line(1) and "所属行业" not in user.line(1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_column_that_is_offered_can_be_read(session: Session, lang: str) -> None:
    locale.set_language(lang)
    values = {"industry": "manufacturing", "budget_min": 100, "headcount_min": 5, "reg_province": "广东省"}
    one = customer(session, "全", {"name": "王", "email": "a@b.cn"}, website="x.cn", **values)
    names = [name for name in LIST_COLUMNS if name not in AT_HAND]
    held = extra(session.reader, [one, 999], names)
    assert set(held) == {one} and set(held[one]) == set(names)
    said = {name: worded(name, value, session) for name, value in held[one].items()}
    assert said["email"] == "a@b.cn" and said["changed_by"] == "王伟"
    assert said["region"] == "华南" and said["created_at"] == "2026-11-20"
    assert {one.sort for one in columns_offered().values()} - {""} == set(SORTS)
    locale.set_language("zh")


async def test_views_are_saved_chosen_by_digit_renamed_and_removed(session: Session) -> None:
    async with story(app(session), size=(120, 30)) as user:
        await user.press("w")
        assert "还没有视图。" in user.text
        await user.press("enter")
        assert user.message == "这里没有视图。"
        await user.press("escape", "f")
        await user.type("行业:制造业")
        await user.press("enter", "s", "n", "w", "a")
        await user.type("本周制造业")
        await user.press("f12")
        assert "已保存视图：本周制造业。" in user.message
        assert any(
            "本周制造业" in line and "行业:制造业  名称" in line and " 2 " in line for line in user.lines
        )
        await user.press("escape", "escape", "s", "r")
        assert "104 位客户" in user.line(0)
        await user.press("w", "1")
        assert "客户 > 本周制造业" in user.line(0) and "2 位客户" in user.line(0)
        assert "客户名称 ^" in user.line(1)
        await user.press("w", "e")
        await user.press("end")
        await user.type("二")
        await user.press("f12", "d")
        assert "已删除视图：本周制造业二。" in user.message and "还没有视图。" in user.text
        await user.press("u")
        assert "已撤销：视图已移除 “本周制造业二”" in user.message
        assert [view.name for view in views.all_of(session.reader, "customers")] == ["本周制造业二"]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_a_message_in_a_box_is_read_to_its_end(session: Session, size: tuple[int, int]) -> None:
    said = "你的角色没有这项权限：全团队的视图和标签。可请有此权限的同事处理。没有任何改动。"
    async with story(app(session), size=size) as user:
        await user.press("2", "w")
        user.screen.say(said, "bad")
        await user.idle()
        shown = "".join(line.split("│")[1].strip() for line in user.lines if line.count("│") == 2)
        assert said in shown


async def test_jumps_go_along_while_typed_and_come_back(session: Session) -> None:
    async with story(app(session), size=(80, 24)) as user:
        table = user.screen.primary
        await user.press("s", "n", "j", "'")
        await user.type("s")
        assert table.row.id == 1 and "第 5 行，共 104 行" in user.text
        await user.press("escape")
        assert table.cursor == 1
        for typed, row in (("50%", 48), (":104", 100), ("G", 103), ("hengda", 101)):
            await user.press("'")
            await user.type(typed)
            await user.press("enter")
            assert table.row.id == row, typed
        await user.press("s", "o", "'")
        await user.type(table.row.cells[0])
        await user.press("enter")
        assert table.cursor == 0


def test_where_a_typed_place_is() -> None:
    assert place(" ：12 ")[::2] == ("line", 12)
    assert place("33.5％")[::2] == ("percent", 33.5)
    assert place("250%").number == 100
    assert place("００31").number == 31
    assert place("K-0031") == ("text", "K-0031", 0)


FIELDS = (
    Choosable("行业", values=(Value("制造业"), Value("批发 零售", spellings=("retail",))), spellings=("hy",)),
    Choosable("最近跟进", values=(Value("30天", operator=">"), Value("无"), Value("今天"))),
)


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("hy", ["行业:"]),
        ("zzy", ["行业:制造业 "]),
        ("zhizy", ["行业:制造业 "]),
        ("(-hangye:制", []),
        ("(-行业:制", ["(-行业:制造业 "]),
        ("非行业:制", ["非行业:制造业 "]),
        ("行业:制造业,ret", ['行业:制造业,"批发 零售" ']),
        ("行业:制造业,制", []),
        ("最近跟进：", ["最近跟进>30天 ", "最近跟进:无 ", "最近跟进:今天 "]),
        ("zjgj>", ["zjgj>30天 "]),
        ("最近跟进:>", ["最近跟进>30天 "]),
        ("最近跟进 > ", ["最近跟进>30天 "]),
        ("最近跟进 > 3", ["最近跟进>30天 "]),
        ("最近跟进：》3", ["最近跟进>30天 "]),
        ('"a b', []),
    ],
)
def test_what_may_follow(typed: str, texts: list[str]) -> None:
    assert [one.text for one in candidates(typed, FIELDS)] == texts
    assert last_word("行业:制造业 ") is None


@pytest.mark.parametrize("typed", ["chenxy", "cxy", "cxiaoyu", "chenxiaoy", "陈x", "chen", ""])
def test_a_name_is_spelled_by_beginnings_of_its_syllables(typed: str) -> None:
    assert is_spelled(typed, "陈晓雨") and is_spelled(typed, "小陈晓雨", inside=True)
    assert not typed or not is_spelled(typed, "单伟")
    assert is_spelled("shanw", "单伟") and is_spelled("danw", "单伟") and not is_spelled("xy", "陈晓雨")


def test_layouts_are_values() -> None:
    columns = (Shown("a"), Shown("b", 10), Shown("c"))
    assert moved(columns, "c", -2) == (columns[2], *columns[:2])
    assert moved(columns, "a", -1) == columns
    assert switched(columns, "b") == (columns[0], columns[2])
    assert switched((Shown("a"),), "a") == (Shown("a"),)
    assert widened(columns, "b", 10, 100)[1].cells == 60
    layout = Layout(columns, "-name")
    assert read_layout(stored(layout), {"name": None}) == layout
    assert read_layout({"columns": [1, {"name": "a", "width": "x"}], "sort": "x"}, {}) == Layout(
        (Shown("a"),)
    )


def test_columns_that_are_the_usual_ones_give_way_as_usual_however_wide() -> None:
    offered = columns_offered()
    usual = columns_of(Layout(), offered, None)
    kept = tuple(Shown(name) for name, one in offered.items() if one.usual)
    assert columns_of(Layout(kept), offered, None) == usual
    wider = columns_of(Layout((kept[0], kept[1]._replace(cells=40), *kept[2:])), offered, None)
    assert [one.priority for one in wider] == [one.priority for one in usual]
    chosen = columns_of(Layout(kept[:-1]), offered, None)
    assert [one.priority for one in chosen] == list(range(len(kept) - 1))
