"""Forms: fields, errors beside them, choices by key, unsaved edits, refused saves."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui.text.cells import width
from crm_tui.tui.widgets.form import Form
from crm_tui.tui.widgets.lines import shortened, wrapped
from tests.tui.driver import User, story
from tests.tui.playground import AddScreen, FakeSession, playground


def form_of(user: User) -> Form:
    return user.screen.query_one(Form)


async def opened(user: User) -> Any:
    await user.press("a")
    assert isinstance(user.screen, AddScreen)
    return user.screen


async def test_a_form_is_filled_and_saved_by_keys() -> None:
    session = FakeSession()
    async with story(playground(session, start="customers")) as user:
        screen = await opened(user)
        await user.type("广州新客")
        await user.press("enter")
        await user.type("13900139000")
        await user.press("enter", "1", "right", "right", "space", "enter", "left", "enter")
        await user.type("第一行")
        await user.press("enter")
        await user.type("第二行q?")
        await user.press("tab")
        await user.type("明天")
        await user.press("enter")
        assert screen.saved_values == {
            "name": "广州新客",
            "phone": "13900139000",
            "ways": "p,v",
            "level": "a",
            "note": "第一行\n第二行q?",
            "next": "明天",
        }
        assert user.screen.kind == "customers" and user.screen.opened == "added 广州新客"
        assert user.message == "已新增“广州新客”。"
        assert session.names[-1] == "广州新客" and user.screen.table.total == 31


async def test_home_and_end_choose_the_first_and_the_last_word() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        rows = {row.field.key: row for row in form_of(user).rows}
        ways, levels = ([key for key, _text in rows[name].field.choices] for name in ("ways", "level"))
        await user.press("enter", "enter", "end", "space", "home", "space", "enter", "end")
        assert (rows["ways"].value, rows["level"].value) == (f"{ways[0]},{ways[-1]}", levels[-1])
        await user.press("home")
        assert rows["level"].value == levels[0]


async def test_a_name_of_sixteen_signs_is_seen_whole_at_80_columns() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("上海恒达国际贸易发展股份有限公司")
        assert "上海恒达国际贸易发展股份有限公司" in user.text


async def test_a_company_name_is_seen_whole_at_60_columns_and_its_error_stands_below() -> None:
    name = "重庆桉石数控设备制造股份有限公司"
    async with story(playground(start="customers"), size=(60, 20)) as user:
        await opened(user)
        await user.type(name)
        await user.press("enter")
        assert any(name in line for line in user.lines)
        form_of(user).show_errors({"name": "这个名称已有人使用"})
        await user.idle()
        line = next(at for at, line in enumerate(user.lines) if "这个名称已有人使用" in line)
        assert name in user.line(line - 1)


async def test_errors_stand_beside_their_fields_and_nothing_is_saved() -> None:
    session = FakeSession()
    async with story(playground(session, start="customers")) as user:
        await opened(user)
        await user.press("enter")
        await user.type("123")
        await user.press("f12")
        name, phone = (next(line for line in user.lines if word in line) for word in ("公司名称", "手机"))
        assert name.rstrip().endswith("! 必填。")
        assert phone.rstrip().endswith("! 号码应为 11 位")
        assert user.message == "未保存：请修改有标记的字段。"
        assert len(session.names) == 30
        await user.type("某公司")
        assert "必填" not in user.text


async def test_an_input_is_made_when_somebody_goes_to_its_field() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        rows = {row.field.key: row for row in form_of(user).rows}
        assert rows["name"].control is user.app.focused and rows["note"].control is None
        form_of(user).fill("note", "第一行\n第二行")
        form_of(user).fill("next", "明天")
        await user.idle()
        place = next(at for at, line in enumerate(user.lines) if "第一行" in line)
        assert "第二行" in user.line(place + 1) and "明天" in user.text
        assert form_of(user).dirty and rows["note"].control is None
        painted = user.lines
        form_of(user).focus_field("note")
        await user.idle()
        assert rows["note"].control is user.app.focused
        assert user.lines[:-1] == painted[:-1]  # but for the key that goes on from here
        await user.type("零")
        assert form_of(user).values()["note"] == "零第一行\n第二行"


async def test_the_mouse_goes_to_a_field_that_has_no_input_yet() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        form = form_of(user)
        form.fill("next", "明天")
        form.note("name", "一句很长的话，" * 9)
        await user.idle()
        place = next(at for at, line in enumerate(user.lines) if "明天" in line)
        await user.pilot.click(offset=(30, place))
        await user.idle()
        rows = {row.field.key: row for row in form.rows}
        assert rows["next"].has_focus and rows["note"].control is None
        assert user.app.focused.region.y == place
        form.note("name", "")
        await user.idle()
        assert user.app.focused.region.y == place - 1 and "明天" in user.line(place - 1)


async def test_the_first_click_on_a_text_puts_the_cursor_where_it_was() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        form = form_of(user)
        form.fill("next", "明天去回访")
        form.fill("note", "第一行\n第二行还有字")
        await user.idle()
        for key, written, rest in (("next", "明天", "去回访"), ("note", "第二行", "还有字")):
            place = next(at for at, line in enumerate(user.lines) if written + rest in line)
            await user.pilot.click(offset=(width(user.line(place).split(rest)[0]), place))
            await user.idle()
            await user.type("X")
            assert form.values()[key].endswith(f"{written}X{rest}")


async def test_the_keys_go_through_all_fields_in_their_order() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        form = form_of(user)
        keys = [row.field.key for row in form.rows if row.is_input]
        form.focus_field(keys[-1])
        await user.press("tab")
        assert type(user.app.focused).__name__ == "SaveButton"
        there = []
        for _field in keys:
            await user.press("shift+tab")
            there += [row.field.key for row in form.rows if row.has_focus]
        assert there == keys[::-1]


async def test_the_key_bar_names_the_key_that_leaves_a_field() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        assert "Enter 下一项" in user.line(-1)
        form_of(user).focus_field("note")
        await user.idle()
        assert "Tab 下一项" in user.line(-1) and "Enter" not in user.line(-1)
        await user.press("tab")
        assert "Enter 下一项" in user.line(-1)


async def test_going_down_ends_on_the_save_line_and_saves_nothing() -> None:
    async with story(playground(start="customers")) as user:
        screen = await opened(user)
        form = form_of(user)
        form.focus_field("next")
        for _twice in range(2):
            await user.press("down")
            assert type(user.app.focused).__name__ == "SaveButton" and user.screen is screen
        await user.press("up")
        assert [row.field.key for row in form.rows if row.has_focus] == ["next"]


async def test_a_refused_save_keeps_the_form_open_with_its_reason() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("坏")
        await user.press("f12")
        assert user.message == "数据文件正忙。你的输入还在。请稍后再保存。"
        assert form_of(user).values()["name"] == "坏" and form_of(user).dirty


async def test_a_refused_field_is_marked() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("上海恒达1号")
        await user.press("f12")
        assert "! 已有同名客户" in user.text


async def test_unsaved_edits_are_discarded_only_when_asked_twice() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("恒")
        await user.press("escape")
        assert user.message == "尚未保存。再按 Esc 放弃修改，按 F12 保存。"
        await user.type("达")
        await user.press("f10")
        assert user.screen.kind == "form"
        await user.press("escape")
        assert user.screen.kind == "customers" and user.screen.opened == ""


async def test_an_untouched_form_closes_at_once() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.press("escape")
        assert user.screen.kind == "customers"


async def test_letters_signs_and_digits_are_text_in_a_form() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("jkqx?/:1 ？，")
        assert form_of(user).values()["name"] == "jkqx?/:1 ？，"
        await user.press("enter", "enter")
        await user.type("jq")
        assert form_of(user).values()["ways"] == ""


async def test_a_long_note_stands_under_its_field() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        before = len([line for line in user.lines if line.strip()])
        form_of(user).note("name", "已有“上海恒达科技有限公司”（客户编号 C20251120001，负责人李娜）")
        await user.idle()
        place = next(at for at, line in enumerate(user.lines) if "公司名称" in line)
        assert "C20251120001" in user.line(place + 1)
        assert len([line for line in user.lines if line.strip()]) == before + 1
        form_of(user).note("name", "相近")
        await user.idle()
        assert user.line(place).endswith("相近")


async def test_filling_a_field_counts_as_an_edit_unless_told() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        form = form_of(user)
        form.fill("name", "甲", as_before=True)
        assert not form.dirty
        form.fill("next", "明天")
        assert form.changed() == {"next": "明天"}


async def test_the_save_line_saves() -> None:
    async with story(playground(start="customers")) as user:
        await opened(user)
        await user.type("按钮公司")
        await user.press("shift+tab", "enter")
        assert user.screen.opened == "added 按钮公司"


def test_messages_wrap_by_cells() -> None:
    assert wrapped("一二三四五六", 8, 3) == ["一二三四", "五六"]
    assert wrapped("hello wide world", 11, 3) == ["hello wide", "world"]
    assert wrapped("一二三四五六七八", 6, 2) == ["一二三", "四五…"]
    assert wrapped("", 10, 3) == []


@pytest.mark.parametrize("cells", [58, 78, 118])
def test_what_to_do_next_stays_at_the_end_of_a_long_message(cells: int) -> None:
    assert shortened("已保存：恒达。 按 u 撤销。", cells, 3) == wrapped(
        "已保存：恒达。 按 u 撤销。", cells, 3
    )
    for text, start, end in (
        (f"已新增：{'超长公司名称' * 34}。 按 u 撤销。", "已新增：超长公司", "超长公司… 按 u 撤销。"),
        (f"Added: {'Long Name ' * 60}.  u undoes it.", "Added: Long Name", "… u undoes it."),
        (f"没有保存：{'x' * 9000}。原样保留。请再试一次。", "没有保存：xxx", "x… 原样保留。请再试一次。"),
        ("甲" * 900, "甲甲甲", "甲甲甲"),
        ("x\u0301" * 900, "x\u0301", "x\u0301"),
    ):
        lines = shortened(text, cells, 3)
        assert len(lines) == 3 and max(map(width, lines)) <= cells
        assert lines[0].startswith(start) and lines[-1].endswith(end) and "…" in "".join(lines)
