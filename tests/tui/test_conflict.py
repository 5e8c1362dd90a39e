"""Stories of two people on one customer: merged and told, or asked field by field; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.customers import service
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer
from tests.tui.two import NAME, SIZES, edit, fits, now, theirs, two_people


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Session, Session]]:
    with two_people(tmp_path) as sessions:
        yield sessions


@pytest.fixture
def session(both: tuple[Session, Session]) -> Session:
    return both[0]


@pytest.fixture
def colleague(both: tuple[Session, Session]) -> Session:
    return both[1]


async def test_different_fields_merge_silently_and_the_saver_is_told(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, industry="金融", note="她的备注")
        await user.press("f12")
        assert user.message == (
            f"已保存：{NAME}。李销售同时改了：所属行业、备注（已一并保留）。\u3000按 u 撤销。"
        )
        row = now(session)
        assert (row["need"], row["industry"], row["note"]) == ("我的需求", "金融", "她的备注")
        await user.press("u")
        row = now(session)
        assert (row["need"], row["industry"], row["note"]) == ("旧需求", "金融", "她的备注")


@pytest.mark.parametrize("size", SIZES)
async def test_the_same_field_is_asked_with_all_three_values(session, colleague, size) -> None:
    async with story(app(session), size=size) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        await edit(user, "budget", "15万-30万")
        await edit(user, "pain", "只有我改")
        theirs(colleague, need="李的需求", budget_min=10_000_000, budget_max=25_000_000, note="她的备注")
        await user.press("f12")
        assert "修改冲突" in user.line(0)
        assert "还有 2 项未选" in user.line(0)
        for text in ("李销售", "核心需求", "我的需求", "李的需求", "10:00"):
            assert text in user.text, text
        fits(user)
        if size != (60, 15):
            assert "旧需求" in user.text
        assert now(session)["pain"] is None, "nothing is saved before it is decided"
        await user.press("f12")
        assert user.message == "还有 2 项没有选定，先看：核心需求。"
        await user.press("1")
        assert user.screen.table.cursor == 1
        assert "15-30万元" in user.text and "10-25万元" in user.text
        await user.press("2")
        assert user.message == "已全部选定，按 F12 保存。"
        await user.press("f12")
        assert user.message == (f"已保存：{NAME}。李销售同时改了：备注（已一并保留）。\u3000按 u 撤销。")
        row = now(session)
        assert (row["need"], row["pain"], row["note"]) == ("我的需求", "只有我改", "她的备注")
        assert (row["budget_min"], row["budget_max"]) == (10_000_000, 25_000_000)
        assert user.screen.kind == "customers"


async def test_nothing_is_chosen_beforehand_and_a_choice_can_be_changed(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的")
        await edit(user, "note", "我的备注")
        theirs(colleague, need="她的", note="她的备注")
        await user.press("f12")
        assert [one.choice for one in user.screen.asked] == ["", ""]
        await user.press("m", "t", "k", "right")
        assert [one.choice for one in user.screen.asked] == ["theirs", "theirs"]
        await user.press("M")
        assert [one.choice for one in user.screen.asked] == ["mine", "mine"]
        await user.press("T", "f12")
        assert user.message == "已保留对方的内容，你的修改没有写入。"
        assert (now(session)["need"], now(session)["note"]) == ("她的", "她的备注")


async def test_a_third_value_is_typed_with_the_fields_own_check(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "budget", "15万-30万")
        theirs(colleague, budget_min=None, budget_max=25_000_000)
        await user.press("f12", "enter")
        assert "写一个值" in user.line(0)
        for text in ("10-20万元", "15-30万元", "对方 · 李销售 · 10:00"):
            assert text in user.text
        await edit(user, "budget", "很多钱")
        await user.press("f12")
        assert "看不懂" in user.text or "金额" in user.text
        await edit(user, "budget", "20万-28万")
        await user.press("enter")
        assert "改写" in user.text
        assert "还有" not in user.line(0)
        await user.press("f12")
        assert "已保存" in user.message
        assert (now(session)["budget_min"], now(session)["budget_max"]) == (20_000_000, 28_000_000)


async def test_esc_goes_back_to_the_form_with_everything_typed(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        await edit(user, "pain", "我的痛点")
        theirs(colleague, need="李的需求")
        await user.press("f12", "1", "escape")
        assert user.message == "再按 Esc 回到表单，这里选定的内容不会保留；按 F12 保存。"
        await user.press("escape")
        assert user.screen.kind == "form"
        assert user.message == "没有保存；你填写的内容都还在。"
        assert user.screen.the_form.changed() == {"need": "我的需求", "pain": "我的痛点"}
        assert now(session)["need"] == "李的需求"
        await user.press("f12", "1", "f12")
        assert (now(session)["need"], now(session)["pain"]) == ("我的需求", "我的痛点")


async def test_a_third_change_in_between_asks_again(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的")
        await edit(user, "note", "我的备注")
        theirs(colleague, need="她的", note="她的备注")
        await user.press("f12", "1", "2")
        theirs(colleague, need="她的第二版", industry="金融")
        await user.press("f12")
        assert user.message == "李销售又改了一次，请重新选择。"
        assert "还有 1 项未选" in user.line(0)
        assert "她的第二版" in user.text
        assert "她的备注" not in user.text, "what was left to them is not asked again"
        await user.press("1", "f12")
        assert "行业" in user.message
        row = now(session)
        assert (row["need"], row["note"], row["industry"]) == ("我的", "她的备注", "金融")


async def test_the_same_text_typed_by_both_is_no_conflict(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "同样")
        theirs(colleague, need="同样")
        await user.press("f12")
        assert user.message == "没有任何改动。"


async def test_words_and_people_are_shown_by_their_names(session, colleague) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        user.screen.the_form.fill("status", "interested")
        user.screen.the_form.fill("owner", "2")
        theirs(colleague, status="won", owner_id=1, industry="x")
        await user.idle()
        colleague.write(people_add)
        theirs(colleague, owner_id=3)
        await user.press("f12")
        for text in ("潜在客户", "意向客户", "正式客户", "王伟", "李销售", "韩梅梅"):
            assert text in user.text, text
        assert "interested" not in user.text and "won" not in user.text
        await user.press("M", "f12")
        assert (now(session)["status"], now(session)["owner_id"]) == ("interested", 2)


def people_add(change: Any) -> int:
    from crm_tui.access import store

    return store.add(change, "han", "韩梅梅", "sales_rep")


async def test_a_new_word_of_an_open_list_is_added_only_when_it_is_taken(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "industry", "航天新词")
        theirs(colleague, industry="金融")
        await user.press("f12", "2", "f12")
        assert "航天新词" not in [label for _key, label in session.words.choices("industry")]
        await user.press("e")
        await edit(user, "industry", "航天新词")
        theirs(colleague, industry="教育")
        await user.press("f12", "1", "f12")
        assert now(session)["industry"] == "航天新词"
        assert "航天新词" in [label for _key, label in session.words.choices("industry")]


@pytest.mark.parametrize("size", SIZES)
async def test_long_values_and_odd_signs_can_be_read_in_full(session, colleague, size) -> None:
    long = "对方很长的需求[/b][red]" + "一二三四五六七八九十" * 60 + "末尾"
    async with story(app(session), size=size) as user:
        await user.press("e")
        await edit(user, "need", "[bold]我的\u202e需求")
        theirs(colleague, need=long)
        await user.press("f12")
        fits(user)
        assert "[bold]我的需求" in user.text
        assert "[/b][red]" in user.text
        await user.press("space", "G")
        assert "末尾" in user.text
        fits(user)
        await user.press("escape", "2", "f12")
        assert now(session)["need"] == long


async def test_the_window_may_change_its_size(session, colleague) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求" * 30)
        theirs(colleague, need="李的需求" * 30)
        await user.press("f12")
        for size in ((60, 15), (40, 10), (80, 24)):
            await user.resize(*size)
            fits(user)
        assert "李的需求" in user.text


# -- a record that is gone ---------------------------------------------------------------------------------


async def test_a_customer_archived_meanwhile_leaves_the_form_open(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        colleague.write(service.archive, 1)
        await user.press("f12")
        assert user.screen.kind == "form"
        assert "李销售已归档这位客户（2026-11-20 10:00）" in user.message
        assert "要恢复，请在更新记录中撤销那次操作。" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}
        colleague.undo()
        await user.press("f12")
        assert "已保存" in user.message
        assert now(session)["need"] == "我的需求"


async def test_a_customer_merged_meanwhile_names_the_one_to_open(session, colleague) -> None:
    other = customer(session, "恒达集团")
    async with story(app(session)) as user:
        await user.press("j", "e")
        await edit(user, "need", "我的需求")
        merged = {"gone": "merged", "merged_into": other, "deleted_at": NOW}
        colleague.write(lambda change: change.update("customer", 1, merged))
        await user.press("f12")
        assert "李销售已把这位客户合并到 C20261120002 恒达集团" in user.message
        assert "请打开 C20261120002 恒达集团" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


async def test_an_import_taken_back_meanwhile_is_said(session, colleague) -> None:
    added = colleague.write(service.add, {"name": "导入的客户"})
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        colleague.undo(added.set_id)
        await user.press("f12")
        assert "李销售撤销了带来这位客户的操作" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


async def test_gone_while_the_conflict_is_open_goes_back_to_the_form(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, need="她的")
        await user.press("f12", "1")
        colleague.write(service.archive, 1)
        await user.press("f12")
        assert user.screen.kind == "form"
        assert "李销售已归档这位客户" in user.message
        assert user.screen.the_form.changed() == {"need": "我的需求"}


@pytest.mark.parametrize("size", SIZES)
async def test_two_long_texts_are_shown_from_where_they_differ(session, colleague, size) -> None:
    begin = "同样的开头" * 60
    async with story(app(session), size=size) as user:
        await user.press("e")
        await edit(user, "need", begin + "我的结尾")
        theirs(colleague, need=begin + "她的结尾")
        await user.press("f12")
        await user.idle()
        rows = [line for line in user.lines if "核心需求" in line and "未定" in line]
        assert ["我的结尾" in line and "她的结尾" in line for line in rows] == [True]
        below = user.lines[user.lines.index(rows[0]) + 1 :]
        assert any("我的结尾" in line for line in below)
        assert any("她的结尾" in line for line in below)
        fits(user)


async def test_leaving_asks_only_when_something_was_chosen(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, need="李的需求")
        await user.press("f12", "escape")
        assert user.screen.kind == "form"
        await user.press("f12", "1", "q", "2", "q")
        assert user.screen.kind == "conflict"
        await user.press("q")
        assert user.screen.kind == "form"
    assert now(session)["need"] == "李的需求"


async def test_what_happened_fits_one_line_of_a_usual_window(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        await edit(user, "pain", "我的痛点")
        theirs(colleague, need="李的需求", pain="李的痛点")
        await user.press("f12")
        assert user.line(1).rstrip().endswith("M 全用我的，T 全用对方。")
        assert "字段" in user.line(2)


async def test_only_the_headings_of_the_texts_stand_out(session, colleague) -> None:
    async with story(app(session)) as user:
        await user.press("e")
        await edit(user, "need", "我的需求")
        theirs(colleague, need="李的需求")
        await user.press("f12", "1")
        shown = user.screen.whole.visual
        bold = [
            shown.plain[span.start : span.end]
            for span in shown.spans
            if span.style == "bold" or getattr(span.style, "bold", False)
        ]
        assert [each.strip() for each in bold] == ["核心需求", "我的"]
