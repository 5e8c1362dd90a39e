"""Stories of a customer file that came from a sheet: what it did not understand, what a word means."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.session import Session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

HEAD = ("客户名称", "联系人姓名", "联系方式", "负责人", "天气", "天气", "需求类型", "意向程度", "所属行业")
ROW = ("上海样例科技有限公司", "张经理", "13800138000", "李*", "晴", "微风", "设备采购", "强", "制造业")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    with (tmp_path / "客户.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, ROW])
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


async def imported(user: User) -> None:
    await user.press("i", "enter", "f12", "f12", "escape", "enter")
    assert "上海样例科技有限公司" in user.line(0)


def told(user: User) -> list[tuple[str, str]]:
    """Return labels and values of the profile."""
    return [(line.label, line.value) for line in user.screen.panels[0].lines]


async def test_an_owner_nobody_knows_is_said_as_the_sheet_wrote_it(session: Session) -> None:
    async with story(app(session), size=(120, 60)) as user:
        await imported(user)
        assert "负责人 王伟" in user.line(1)
        assert "! 表格原文：李*" in user.text
        owner = next(number for number, line in enumerate(user.lines) if "表格原文：李*" in line)
        assert "王伟" in user.line(owner - 1)


async def test_a_known_owner_is_not_remarked_on(session: Session) -> None:
    path = Path("客户.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("李*", "李销售"), encoding="utf-8")
    async with story(app(session), size=(120, 60)) as user:
        await imported(user)
        assert "负责人 李销售" in user.line(1)
        assert "表格原文" not in user.text


async def test_a_column_without_a_field_stands_once(session: Session) -> None:
    async with story(app(session), size=(120, 60)) as user:
        await imported(user)
        assert user.text.count("晴") == 1 and user.text.count("微风") == 1
        assert "天气：晴" in user.text
        assert "表格中的其他列" not in user.text


async def test_what_was_taken_out_of_the_note_is_told_as_a_column(session: Session) -> None:
    async with story(app(session), size=(120, 60)) as user:
        await imported(user)
        row = service.store.record(session.reader, "customer", 1)
        assert row is not None
        session.write(service.update, 1, row["changed_in"], {"note": "天气：晴"})
        await user.press("f5")
        labels = told(user)
        assert ("天气 (2)", "微风") in labels and ("天气", "晴") not in labels


@pytest.mark.requirement("S4-05")
async def test_the_class_stands_on_top(session: Session) -> None:
    async with story(app(session)) as user:
        await imported(user)
        assert "制造业-设备采购-意向强" in user.line(1) + user.line(2)


@pytest.mark.requirement("S1-10")
async def test_the_time_of_a_project_is_told_in_days(session: Session) -> None:
    customer(session, "北京科技有限公司", timeline="计划明年Q3启动")
    customer(session, "南京科技有限公司", timeline="看情况")
    async with story(app(session), size=(120, 60)) as user:
        await user.press("F")
        await user.type("北京")
        await user.press("enter", "enter")
        assert "计划明年Q3启动" in user.text
        assert ("", "= 2027-07-01 ~ 2027-09-30") in told(user)
        await user.press("escape", "F")
        await user.press("ctrl+u")
        await user.type("南京")
        await user.press("enter", "enter")
        assert "看情况" in user.text and not any(value.startswith("= ") for _label, value in told(user))
