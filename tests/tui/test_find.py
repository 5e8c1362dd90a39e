"""Stories of finding any customer while typing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.search import service as searching
from crm_tui.session import Session, open_session
from crm_tui.storage.driver import sqlite3
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, many, office


def furnish(session: Session) -> None:
    many(session, 30)
    customer(session, "北京恒达科技有限公司", {"name": "王总", "mobile": "13900139000"}, status="interested")
    customer(session, "上海恒大贸易有限公司", {"name": "李总", "mobile": "13900138001"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


def lit(user: User, line: int) -> str:
    """Return what is underlined in a line of the screen."""
    strip = user.app.screen._compositor.render_strips()[line]
    return "".join(one.text for one in strip if one.style and one.style.underline)


@pytest.mark.requirement("S0-26", "S3-19")
@pytest.mark.parametrize("start", ["today", "customers"])
async def test_any_customer_is_found_and_opened_wherever_one_is(session: Session, start: str) -> None:
    async with story(app(session, start)) as user:
        await user.press("/")
        await user.type("hdkj")
        assert "北京恒达科技有限公司" in user.line(2) and "拼音首字母" in user.line(2)
        assert lit(user, 2) == "恒达科技"
        await user.press("enter")
        assert user.keys == 2 and "北京恒达科技有限公司" in user.line(0)
        await user.press("/")
        assert "最近打开" in user.line(2) and "恒达科技" in user.line(2)
        await user.type("8001")
        assert "13900138001" in user.line(2) and lit(user, 2) == "8001"
        await user.press("escape")
        assert "北京恒达科技有限公司" in user.line(0)
        await user.press("escape")
        await user.type("恒")
        await user.press("down", "ctrl+k", "ctrl+n", "enter")
        assert "有限公司" in user.line(0) and user.screen.kind == "customer"


async def test_what_was_found_becomes_a_list_within_its_filter(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("/")
        await user.type("有限 hd")
        await user.press("escape", "/")
        await user.type("恒大")
        await user.press("tab")
        assert "/ 恒大" in user.line(0) and "最接近的在前" in user.line(0)
        assert "上海恒大贸易" in user.line(3) and lit(user, 3) == "恒大"
        await user.press("F", *["backspace"] * 2)
        await user.type("样本00")
        await user.press("enter")
        assert "9 位客户" in user.line(0) and "最接近的在前" in user.line(0)
        await user.press("s", "down", "enter")
        assert "最接近的在前" not in user.line(0) and "9 位客户" in user.line(0)
        await user.press("escape", "f")
        await user.type("状态:意向客户")
        await user.press("enter")
        await user.press("/")
        await user.type("有限公司 王总")
        await user.press("tab")
        assert "1 位客户" in user.line(0) and "北京恒达" in user.text


async def test_what_is_not_there_is_added_by_its_name(session: Session) -> None:
    async with story(app(session, "today")) as user:
        await user.type("查无此人商行")
        assert "没有找到“查无此人商行”" in user.text and "按 F7 以此名称新增客户" in user.text
        await user.press("f7")
        assert user.screen.the_form.values()["name"] == "查无此人商行"
        assert not user.screen.the_form.values()["contact_name"]


async def test_a_typed_sign_never_waits_for_the_search(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, asked = threading.Event(), []

    def slow(reader: Any, text: str, *args: Any, cancelled: Any, **kw: Any) -> searching.Found:
        asked.append(text)
        while text == "恒" and not cancelled():
            go.wait(0.01)
        return found(reader, text, *args, cancelled=cancelled, **kw)

    found = searching.search
    monkeypatch.setattr(searching, "search", slow)
    async with story(app(session)) as user:
        await user.press("/")
        user._send("恒")
        while not asked:
            await user.pilot.pause(0.01)
        user._send("达")
        await user.idle()
        assert asked == ["恒", "恒达"], "the older search was given up by the newer key"
        assert "恒达" in user.line(1) and "北京恒达" in user.line(2)


async def test_a_damaged_index_is_told_once_built_anew_and_searching_goes_on(session: Session) -> None:
    path = session.database.path
    session.close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE search_index SET damaged_at = '2026-01-01T00:00:00Z'")
    file.close()
    with open_session(path, login="wang") as again:
        async with story(app(again)) as user:
            await user.press("/")
            await user.type("hd")
            assert "北京恒达" in user.text and "正在重建" in user.message
            await user.app.live.indexing.done()
            await user.idle()
            await user.press("escape", "/")
            await user.type("hdkj")
            assert "北京恒达" in user.line(2) and not user.message
            assert again.reader.execute("SELECT damaged_at FROM search_index").fetchone() == (None,)


async def test_few_that_are_alike_are_not_said_to_be_the_best_of_many(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("/")
        await user.type("恒大")
        assert user.screen._told(user.screen.answer) == "1 位客户"
        cut = user.screen.answer._replace(more=True)
        assert user.screen._told(cut) == "1 位客户，可能还有其他：请继续输入。"
        many_rows = cut._replace(rows=cut.rows * 200)
        assert "还有更多，请继续输入。" in user.screen._told(many_rows)
