"""Stories of the customer list: filter, open, sort, archive, copy, empty states, hostile data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, many, office


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def furnish(session: Session) -> None:
    many(session, 130)
    customer(session, "北京恒达科技有限公司", {"name": "王总", "title": "采购经理", "mobile": "13900139000"})


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


@pytest.mark.requirement("S0-26")
async def test_a_customer_is_opened_by_filter_in_three_keys(filled: Session) -> None:
    async with story(app(filled)) as user:
        assert "131 位客户" in user.line(0)
        await user.press("F")
        await user.type("恒达")
        assert "1 位客户" in user.line(0)
        await user.press("enter", "enter")
        assert user.keys <= 6
        assert "北京恒达科技有限公司" in user.line(0)
        await user.press("escape")
        assert "/ 恒达" in user.line(0)
        await user.press("escape")
        assert "131 位客户" in user.line(0)


@pytest.mark.parametrize("text", ["王总", "13900139000", "139 0013 9000", "ＸＱＺＷ", "ＨＤ", "恒达 王总"])
async def test_the_filter_looks_at_contacts_and_phones(filled: Session, text: str) -> None:
    async with story(app(filled)) as user:
        await user.press("F")
        await user.type(text)
        found = "北京恒达科技有限公司" in user.text
        assert found is (text != "ＸＱＺＷ")
        if not found:
            assert "没有包含“ＸＱＺＷ”的客户" in user.text
            assert "按 Esc 清除搜索，按 a 新增客户" in user.text


async def test_without_customers_the_list_says_what_to_press(session: Session) -> None:
    async with story(app(session)) as user:
        assert "还没有客户。" in user.text
        assert "按 i 导入表格，按 a 新增客户。" in user.text
        await user.press("enter")
        assert user.message == "这里没有客户。"


async def test_rows_are_read_as_far_as_they_are_seen(filled: Session) -> None:
    async with story(app(filled)) as user:
        await user.press("G")
        assert "上海样本001有限公司" in user.text
        await user.press("g")
        assert "北京恒达科技有限公司" in user.text


async def test_archive_at_once_and_take_it_back(filled: Session) -> None:
    async with story(app(filled)) as user:
        await user.press("d")
        assert user.message == "已归档：北京恒达科技有限公司。\u3000按 u 撤销。"
        assert "130 位客户" in user.line(0)
        await user.press("u")
        assert "131 位客户" in user.line(0)


async def test_copy_says_what_was_copied(filled: Session) -> None:
    async with story(app(filled)) as user:
        await user.press("y")
        assert user.message.endswith("北京恒达科技有限公司 王总 13900139000")
        assert user.app.clipboard.endswith("13900139000")


async def test_hostile_names_are_shown_as_they_are(session: Session) -> None:
    customer(session, "[/x] [VIP]\x1b[31m王总\u202e公司", {"name": "[bold]", "mobile": "13900139000"})
    async with story(app(session), size=(120, 40)) as user:
        assert "[/x] [VIP][31m王总公司" in user.text
        assert "\x1b" not in user.text and "\u202e" not in user.text
        await user.press("enter")
        assert "[/x] [VIP][31m王总公司" in user.line(0)
        assert "[bold]" in user.text


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_number_name_and_status_stay_on_narrow_screens(filled: Session, width: int) -> None:
    async with story(app(filled), size=(width, 24)) as user:
        assert "客户编号" in user.line(1) and "客户名称" in user.line(1) and "客户状态" in user.line(1)
        assert ("跟进状态" in user.line(1)) is (width == 120)


async def test_a_read_only_file_says_why_before_anything_is_typed(
    filled: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(app(filled)) as user:
        monkeypatch.setattr(filled.database, "read_only", "该文件只能查看。", raising=False)
        for key in ("a", "e", "t", "d", "l"):
            await user.press(key)
            assert user.message == "该文件只能查看。"
            assert user.screen.kind == "customers"
        await user.press("enter", "e")
        assert user.message == "该文件只能查看。"
        assert user.screen.kind == "customer"


@pytest.mark.requirement("S0-19")
@pytest.mark.parametrize("width", [60, 80, 160])
async def test_urgent_tags_stand_after_the_name_however_long_it_is(filled: Session, width: int) -> None:
    long = customer(filled, "内蒙古自治区呼和浩特市恒泰精密机械制造股份有限公司第二分公司")
    filled.write(service.set_tags, long, ["高意向", "老客户"])
    filled.write(service.set_tags, 131, ["决策关键期", "高意向"])
    async with story(app(filled), size=(width, 24)) as user:
        row = next(line for line in user.lines if "内蒙古" in line)
        assert "… [高意向]" in row and "老客户" not in row
        row = next(line for line in user.lines if "北京" in line)
        assert ("[高意向][决策关键期]" if width == 160 else "[高意向 +1]") in row


async def test_the_search_says_that_files_to_complete_can_be_asked_for(filled: Session) -> None:
    async with story(app(filled)) as user:
        await user.press("F")
        assert "待补全、待核对" in user.text
        await user.type("待补全")
        assert "131 位客户" in user.line(0), "none of the samples has all that the preset wants"
        await user.press("ctrl+u")
        await user.type("待核对")
        assert "0 位客户" in user.line(0)
