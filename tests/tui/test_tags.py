"""Stories of the tags box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office

pytestmark = pytest.mark.requirement("S3-12", "S0-19")


def furnish(session: Session) -> None:
    customer(session, "北京恒达科技有限公司")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def tags(session: Session) -> list[str]:
    return reading.tags_of(session.reader, [1]).get(1, [])


async def test_a_tag_is_ticked_and_taken_back(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t", "space")
        assert "[x] 高意向" in user.text
        await user.press("enter")
        assert "北京恒达科技有限公司 的标签：高意向。" in user.message
        assert tags(session) == ["高意向"]
        await user.press("u")
        assert tags(session) == []


async def test_a_new_name_becomes_a_tag(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t", "a")
        await user.type("[老乡] 喝茶")
        assert "没有这个标签，按 Enter 新建。" in user.text
        await user.press("enter", "enter")
        assert tags(session) == ["[老乡] 喝茶"]


async def test_typing_narrows_and_enter_ticks_the_tag_of_that_name(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t")
        await user.type("价格")
        assert "价格敏感型" in user.text and "高意向" not in user.text
        await user.type("敏感型")
        await user.press("enter", "enter")
        assert tags(session) == ["价格敏感型"]


async def test_ticks_are_not_lost_by_one_esc(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t", "space", "escape")
        assert "再按" in user.message
        await user.press("escape")
        assert tags(session) == []
        assert user.screen.kind == "customers"


async def test_identity_numbers_are_no_tags(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t", "a")
        await user.type("11010519491231002X")
        await user.press("enter")
        assert "不收集证件号码" in user.message


async def test_f12_saves_as_everywhere_and_the_key_bar_says_so(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("t")
        await user.type("急")
        await user.press("enter")
        assert any("F12 保存" in line for line in user.lines)
        assert not any("Enter 打开  Space" in line for line in user.lines)
        await user.press("f12")
        assert tags(session) == ["急"]
