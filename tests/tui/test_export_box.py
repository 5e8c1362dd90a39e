"""Stories of the export box."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.errors import Cancelled
from crm_tui.exchange import exporting
from crm_tui.session import Session
from crm_tui.tui.screens import export_box
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    place = tmp_path / "out"
    place.mkdir()
    monkeypatch.chdir(place)
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(opened, "北京恒达科技有限公司", {"name": "王总", "mobile": "13900139000"})
        customer(opened, "上海样例有限公司")
        yield opened


async def test_the_filtered_list_is_written_and_counted(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("F")
        await user.type("恒达")
        await user.press("enter", "o")
        assert "1 位客户" in user.line(0)
        assert "[ 导出 F12 ]" in user.text and "F12 导出" in user.line(-1)
        await user.press("2", "escape")
        assert user.message == "还没有执行。再按 Esc 离开，按 F12 导出。"
        await user.press("f12")
        written = Path.cwd() / "客户-2026-11-20.csv"
        assert f"已导出 1 位客户到 {written}" in user.message.replace("\n", "")
        with written.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == 2 and "北京恒达科技有限公司" in rows[1]


async def test_a_file_that_exists_is_never_overwritten(session: Session) -> None:
    there = Path.cwd() / "a.json"
    there.write_text("mine")
    async with story(app(session)) as user:
        await user.press("o")
        user.screen.the_form.fill("path", str(there))
        await user.idle()
        await user.press("f12")
        assert "文件已存在，请换一个文件名。" in user.text
        assert there.read_text() == "mine"
        user.screen.the_form.fill("path", str(there.with_name("b.json")))
        await user.press("f12")
        assert "已导出 2 位客户" in user.message
    assert len(json.loads(there.with_name("b.json").read_text(encoding="utf-8"))) == 2


@pytest.mark.requirement("S0-23")
async def test_the_columns_of_the_basic_sheet(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("o", "2", "enter", "2", "f12")
    with next(Path.cwd().glob("*.csv")).open(encoding="utf-8-sig", newline="") as file:
        head = next(csv.reader(file))
    assert head[:5] == ["客户编号", "客户名称", "所属行业", "客户类型", "客户来源"]


async def test_a_folder_that_is_not_there_is_said(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("o")
        user.screen.the_form.fill("path", "/nowhere/at/all/a.xlsx")
        await user.press("f12")
        assert user.screen.kind == "form"
        assert user.message


async def test_a_large_list_is_written_in_a_box_and_can_be_stopped(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_box, "LARGE", 1)
    real = exporting.export
    stops = [True, False]

    def slow(*given: Any, cancelled: Callable[[], bool], **kw: Any) -> int:
        if stops.pop(0):
            user._send("escape")
            while not cancelled():
                time.sleep(0.01)
            raise Cancelled("已停止。")
        return real(*given, cancelled=cancelled, **kw)

    monkeypatch.setattr(exporting, "export", slow)
    async with story(app(session)) as user:
        await user.press("o", "f12")
        assert user.message == "已停止。"
        assert user.screen.kind == "form" and not list(Path.cwd().iterdir())
        await user.press("f12")
        assert "已导出 2 位客户" in user.message and user.screen.kind == "customers"
