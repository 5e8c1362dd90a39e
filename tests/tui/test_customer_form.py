"""Stories of adding and editing a customer: warnings, refusals, conflicts, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading
from crm_tui.session import Session
from crm_tui.text.cells import width
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

IDENTITY = "11010519491231002X"


def furnish(session: Session) -> None:
    customer(
        session,
        "北京恒达科技有限公司",
        {"name": "王总", "mobile": "13900139000"},
        uscc="91350100M000100Y43",
        owner_id=2,
    )


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


async def go_to(user: User, key: str) -> None:
    user.screen.the_form.focus_field(key)
    await user.idle()


async def test_a_name_longer_than_the_message_line_leaves_room_for_what_undoes_it(session: Session) -> None:
    async with story(app(session), size=(80, 24)) as user:
        await user.press("a")
        await user.type("甲" * 200)
        await user.press("f12", "f12")
        assert user.message == f"已新增：{'甲' * 200}。\u3000按 u 撤销。"
        assert "已新增：甲甲甲" in user.text and "甲… 按 u 撤销。" in user.text


@pytest.mark.requirement("S3-09", "S3-21")
async def test_a_customer_with_contact_and_next_step_is_added_by_typing(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        for text in (
            "上海新客户有限公司",
            None,
            "制造业",
            "转介绍",
            None,
            "张经理",
            "采购经理",
            "13800138000 z@b.com",
        ):
            if text:
                await user.type(text)
            await user.press("enter")
        await user.type("降低成本20%")
        await user.press("tab")
        await user.type("下周三下午3点 回访")
        assert "2026-11-25 周三 15:00 · 回访" in user.text
        await user.press("f12")
        assert user.message == "已新增：上海新客户有限公司。\u3000按 u 撤销。"
        assert "2 位客户" in user.line(0)
        await user.press("enter")
        assert "C20261120002" in user.text
        for shown in ("上海新客户有限公司", "转介绍", "张经理 采购经理", "15:00 计划 · 回访"):
            assert shown in user.text
        await user.press("escape", "u")
        assert "1 位客户" in user.line(0)


@pytest.mark.requirement("S0-10")
async def test_what_the_preset_wants_is_asked_for_once(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        assert "客户名称 *" in user.text and "所属行业 *" in user.text
        await user.type("某某有限公司")
        await user.press("f12")
        assert user.message.startswith("还没填：所属行业、联系人姓名、联系方式、核心需求。")
        await user.press("f12")
        assert "已新增：某某有限公司。" in user.message
        await user.press("enter")
        assert "待补全" in user.text


@pytest.mark.requirement("S4-10")
@pytest.mark.parametrize("key", ["name", "need", "contact_name", "contact_way", "next_plan"])
async def test_identity_numbers_are_refused_in_every_field(session: Session, key: str) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("a")
        await user.type("某某有限公司")
        await go_to(user, key)
        await user.type(f" {IDENTITY} ")
        await user.press("f12", "f12")
        assert "不收集证件号码" in user.text
    assert reading.count(session.reader, reading.Query()) == 1


async def test_what_cannot_be_understood_stays_in_the_form_with_its_reason(session: Session) -> None:
    async with story(app(session), size=(120, 50)) as user:
        await user.press("e")
        await go_to(user, "founded_on")
        await user.type("很久以前")
        await go_to(user, "budget")
        await user.type("很多钱")
        await user.press("f12")
        assert "! 不是日期" in user.text
        assert "! 不是金额" in user.text
        assert "未保存" in user.message
        assert user.screen.the_form.values()["budget"] == "很多钱"
        user.screen.the_form.fill("founded_on", "2019-03-01")
        user.screen.the_form.fill("budget", "10-20万")
        await user.press("f12")
        assert "已保存：北京恒达科技有限公司。" in user.message
    row = reading.record(session.reader, "customer", 1)
    assert row is not None
    assert (row["founded_on"], row["budget_min"], row["budget_max"]) == ("2019-03-01", 10_000_000, 20_000_000)


@pytest.mark.requirement("S2-14", "S2-18")
async def test_odd_values_are_remarked_on_and_kept(session: Session) -> None:
    async with story(app(session), size=(120, 50)) as user:
        await user.press("e")
        await go_to(user, "uscc")
        await user.press("ctrl+u") if False else None
        user.screen.the_form.fill("uscc", "9135010")
        await user.idle()
        assert "位" in user.text
        await user.press("f12")
        assert "已保存" in user.message
    row = reading.record(session.reader, "customer", 1)
    assert row is not None and row["uscc"] == "9135010"


async def test_unsaved_edits_are_kept_until_esc_is_pressed_twice(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("某某")
        await user.press("escape")
        assert "还未保存" in user.message or "未保存" in user.message
        assert "某某" in user.text
        await user.press("escape")
        assert "1 位客户" in user.line(0)


@pytest.mark.requirement("S4-03")
async def test_more_fields_keep_what_was_typed(session: Session) -> None:
    async with story(app(session), size=(100, 40)) as user:
        await user.press("a")
        assert "F4 更多字段" in user.text
        await user.type("陈女士")
        await user.press("enter", "2", "f4")
        form = user.screen.the_form
        assert form.values()["name"] == "陈女士"
        assert form.values()["kind"] == "person"
        assert {"family", "key_note", "reg_address", "decision_role"} <= set(form.values())
        form.fill("preference", "喜欢大包装")
        await user.press("f12", "f12")
        assert "已新增：陈女士。" in user.message
    row = reading.record(session.reader, "customer", 2)
    assert row is not None and (row["kind"], row["preference"]) == ("person", "喜欢大包装")
    assert reading.children(session.reader, "contact", 2)[0]["name"] == "陈女士"


async def test_a_new_word_of_an_open_list_is_added_with_the_customer(session: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await user.press("a")
        await user.type("某某有限公司")
        await go_to(user, "industry")
        await user.type("航天农业")
        assert "新词，保存时加入列表" in user.text
        await user.press("f12", "f12")
        assert session.words.label("industry", "航天农业") == "航天农业"
        await user.press("u")
    session.renew_words()
    assert "航天农业" not in dict(session.words.choices("industry"))


async def test_a_taken_number_is_refused(session: Session) -> None:
    customer(session, "另一家有限公司")
    async with story(app(session), size=(120, 40)) as user:
        await user.press("e")
        user.screen.the_form.fill("no", "C20261120001")
        await user.press("f12")
        assert "编号 C20261120001" in user.message
        assert user.screen.kind == "form"


async def test_a_read_only_file_says_so_and_keeps_the_form(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.type("某某有限公司")
        monkeypatch.setattr(
            session.database, "read_only", "该文件由更新的版本创建，只能查看。", raising=False
        )
        await user.press("f12", "f12")
        assert "只能查看" in user.message
        assert "某某有限公司" in user.text


HOSTILE = (
    "[/red]坏[bold] \x1b]52;c;aGVsbG8=\x07剪贴板 \u202eעברית\u202c从右到左 甲\t乙\n丙\x9b2J",
    "👨\u200d👩\u200d👧家庭❤\ufe0f公司" + "e\u0301\u0301\u0301\u0301" * 9 + "长" * 200,
)
STEERING = set(map(chr, (*range(32), *range(127, 160), 0x202C, 0x202E)))


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_name_steers_the_terminal_on_any_screen(session: Session, name: str) -> None:
    made = customer(session, name, {"name": name, "mobile": name[:40]}, key_note=name, need=name)
    async with story(app(session)) as user:

        def harmless() -> None:
            assert not STEERING & set(user.text.replace("\n", "")), user.text
            assert all(width(line) <= 80 for line in user.lines)

        for keys in (("e",), ("l",), ("t",), ("h",), ("enter",), ("enter", "e")):
            await user.press(*keys)
            harmless()
            while user.screen.kind != "customers":
                await user.press("escape")
        await user.press("e", "f12")
        assert user.message == "没有任何改动。"
        row = reading.record(session.reader, "customer", made)
        assert row is not None and row["name"] == name and row["key_note"] == name


async def test_a_pasted_escape_sequence_is_only_text(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("a")
        await user.paste("\x1b]52;c;aGVsbG8=\x07上海\t公司\x9b2J")
        assert user.screen.the_form.values()["name"] == "]52;c;aGVsbG8=上海 公司2J"


async def test_a_long_form_is_whole_wherever_it_begins(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("enter", "e")
        form = user.screen.the_form
        await user.press("escape", "escape")
        await user.app.open("edit_customer", customer_id=1, at=form.rows[-1].field.key)
        await user.idle()
        assert user.screen.the_form.rows[-1].control.has_focus
