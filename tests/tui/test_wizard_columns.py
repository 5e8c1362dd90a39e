"""Stories of the import's second step: what each column is taken as, why, and who chooses it."""

from __future__ import annotations

from pathlib import Path

from crm_tui.session import Session
from tests.exchange.test_unseen import filtered
from tests.tui.driver import story
from tests.tui.office import app
from tests.tui.test_wizard import count, folder, session, sheet

__all__ = ["folder", "session"]  # fixtures


async def test_a_sheet_whose_columns_were_moved_meanwhile_is_read_anew(
    session: Session, folder: Path
) -> None:
    """Who corrects the sheet in Excel while the columns are on the screen must not get them mixed up."""
    path = sheet(folder / "客户.csv", [("甲公司", "张三", "好客户")], ("客户名称", "联系人姓名", "备注"))
    async with story(app(session)) as user:
        await user.press("i", "enter")
        sheet(path, [("好客户", "甲公司", "张三")], ("备注", "客户名称", "联系人姓名"))
        await user.press("f12")
        assert user.message.startswith("客户.csv 的列已被改动并保存。") and "2 列" in user.text
        await user.press("escape", "enter", "f12")
        assert "甲公司" in user.text and "新增 1" in user.text


async def test_why_a_column_is_taken_so_is_said_where_the_cursor_is(session: Session, folder: Path) -> None:
    head = ("序号", "客户名称", "备注", "备注", "最近跟进")
    sheet(folder / "客户.csv", [("1", "甲公司", "x", "y", "老王")], head)
    async with story(app(session)) as user:
        await user.press("i", "enter")
        said = {}
        for _column in range(8):
            await user.press("j")
            said[str(user.screen.columns.row.cells[0])] = user.screen.notice.resting
        assert said["序号"] == "只是行的序号，不导入。" and not said["客户名称"]
        assert said["备注 (2)"] == "“备注”列已作为备注，本列保留在备注中。"
        assert said["最近跟进"] == "可能是“最后跟进时间”，如是请手动指定。"


async def test_the_column_of_names_is_chosen_where_no_heading_tells_it(
    session: Session, folder: Path
) -> None:
    sheet(folder / "网点.csv", [("城南第一小学", "王老师", "13800138000")], ("校区", "对接老师", "手机号"))
    async with story(app(session), size=(80, 24)) as user:
        await user.press("i", "enter")
        assert "还没有一列是客户名称" in user.message
        await user.press("f12")
        assert "还没有一列是客户名称" in user.message and "2 列" in user.text
        while str(user.screen.columns.row.cells[0]) != "校区":
            await user.press("j")
        await user.press("enter")
        await user.type("客户名称")
        await user.press("enter", "f12")
        assert "新增 1" in user.text
        await user.press("f12")
        assert count(session) == 1


async def test_rows_that_a_filter_hides_are_told_and_taken_where_wanted(
    session: Session, folder: Path
) -> None:
    filtered(folder / "客户.xlsx")
    async with story(app(session), size=(80, 24)) as user:
        await user.press("i", "enter")
        assert "隐藏或筛选掉的" in user.text and user.text.count("4 行") == 2
        await user.press("f12")
        assert "新增 4" in user.text and "表里隐藏或被筛选掉的 4 行没有读入。" in user.text
        await user.press("escape")
        while user.screen.columns.row.id != "@hidden":
            await user.press("k")
        await user.press("enter")
        assert "8 行" in user.text
        await user.press("f12")
        assert "新增 8" in user.text and "没有读入" not in user.text
        await user.press("f12")
        assert count(session) == 8


async def test_a_form_of_one_customer_is_called_one(session: Session, folder: Path) -> None:
    fields = [
        ("客户名称", "甲公司"),
        ("联系人姓名", "张三"),
        ("联系方式", "13800138000"),
        ("所属行业", "制造业"),
    ]
    sheet(folder / "登记表.csv", fields[1:], fields[0])
    async with story(app(session)) as user:
        await user.press("i", "enter")
        assert "“登记表.csv”是一位客户的登记表" in user.text and "第 0 行" not in user.text
        await user.press("f12", "f12")
        assert count(session) == 1


async def test_a_sheet_that_says_nothing_new_is_called_that(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv", [("甲公司", "13800138000")], ("客户名称", "手机"))
    async with story(app(session)) as user:
        for said in ("已导入", "没有新内容"):
            await user.press("i", "enter", "f12", "f12")
            assert said in user.text
            await user.press("escape")
    assert count(session) == 1
