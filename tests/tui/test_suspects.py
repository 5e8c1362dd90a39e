"""Stories of suspected duplicates in the preview of an import: decided one by one, or a band at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.access import policies
from crm_tui.access.store import add
from crm_tui.session import Session, open_session
from tests.exchange.importer import every
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_live import look

HEAD = ("客户名称", "联系人姓名", "手机", "邮箱", "办公地址", "备注")
ROWS = (
    ("上海恒达机械", "王伟", "13812345678", "wang@hengda.com", "", "展会上认识"),
    ("杭州瑞通电子（集团）有限公司", "李娜", "13900001111", "", "", "老客户"),
    ("宁波海天贸易有限公司", "", "", "", "", ""),
    ("上海明珠文化传播有限公司", "", "", "", "", ""),
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    place = tmp_path / "sheets"
    place.mkdir()
    monkeypatch.chdir(place)
    with (place / "名单.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *ROWS])
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(opened, "上海恒达机械有限公司", {"name": "王伟", "mobile": "13812345678"})
        customer(opened, "杭州瑞通电子有限公司", {"name": "李娜", "mobile": "13900001111"})
        customer(opened, "上海明珠科技有限公司")
        yield opened


async def to_preview(user: User) -> None:
    await user.press("i", "enter", "f12")
    assert "还没有写入" in user.text


@pytest.mark.requirement("S0-18")
async def test_a_suspected_duplicate_goes_into_its_customer(session: Session) -> None:
    async with story(app(session)) as user:
        await to_preview(user)
        assert "疑似重复 2" in user.text and "建议合并 2：不导入 2" in user.text
        await user.press("s")
        assert "上海恒达机械" in user.text and "不导入" in user.text
        assert "手机相同" in user.text and "13812345678" in user.text
        name = str(user.screen.table.row.cells[2])
        await user.press("m")
        assert "并入已有客户 1" in user.text and "不导入 1" in user.text
        await user.press("x", "escape")
        assert "更新 1" in user.text and "疑似重复 1" in user.text
        await user.press("f12")
        assert "更新 1" in user.text
    full = {"上海恒达机械": "上海恒达机械有限公司"}.get(name, "杭州瑞通电子有限公司")
    sql = "SELECT c.name FROM customer_alias a JOIN customer c ON c.id = a.customer_id"
    assert every(session, sql) == [full]
    assert len(every(session, "SELECT id FROM contact")) == 2


@pytest.mark.requirement("S0-18")
async def test_a_whole_band_is_decided_on_its_heading(session: Session) -> None:
    async with story(app(session), size=(120, 40)) as user:
        await to_preview(user)
        await user.press("s", "g", "m")
        assert user.message == "2 行：并入已有客户。"
        await user.press("a")
        assert "作为新客户 2" in user.text
        await user.press("escape")
        assert "新增 4" in user.text
        await user.press("f12", "u")
    assert len(every(session, "SELECT id FROM customer")) == 3


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("on", ["preview", "suspects"])
async def test_a_preview_closes_when_rights_move(session: Session, on: str) -> None:
    session.write(add, "chen", "陈晨", "sales_rep")
    with open_session(session.database.path, login="chen") as rep:
        customer(rep, "上海恒达机械有限公司", {"name": "王伟", "mobile": "13812345678"})
        async with story(app(rep), size=(120, 40)) as user:
            await to_preview(user)
            if on == "suspects":
                await user.press("s")
                assert user.screen.kind == "suspects"
            await look(user)
            session.write(policies.set_permission, "sales_rep", "read", "", "all")
            await look(user)
            assert user.screen.kind == "import" and "还没有写入" not in user.text
            assert "权限有变动" in user.message
            await user.press("f12")
            assert "还没有写入" in user.text
            assert "建议合并 2" in user.text
