"""Customers side by side: chosen field by field, merged, judged apart, taken back by one key."""

from __future__ import annotations

import pytest

from crm_tui.customers import service
from crm_tui.dedupe import decisions
from crm_tui.followups import service as followups
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import app, customer, office


def live(session: Session) -> list[tuple[int, str]]:
    return [tuple(row) for row in session.reader.execute("SELECT id, name FROM customer ORDER BY id")]


def pair(session: Session) -> tuple[int, int]:
    long = "集团采购负责制；" * 12
    first = customer(
        session, "上海恒达机械有限公司", {"name": "张三", "mobile": "13800138000"}, need=long + "年底前上线"
    )
    second = customer(
        session, "上海恒达机械设备有限公司", {"name": "李四", "mobile": "13900139000"},
        need=long + "明年再说", industry="制造业",
    )  # fmt: skip
    for goal in ("回访", "报价"):
        session.write(followups.add_plan, second, followups.PlanDraft(None, goal=goal))
    return first, second


@pytest.mark.requirement("S0-18")
@pytest.mark.requirement("S2-10")
@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_two_marked_customers_are_merged_with_chosen_values_and_one_key_brings_them_back(
    tmp_path, size
) -> None:
    session = office(tmp_path)
    first, second = pair(session)
    customer(session, "北京远航科技有限公司")
    before = live(session)
    async with story(app(session), size=size) as user:
        await user.press("m")
        assert "请先标记 2 到 8 位客户" in user.message
        await user.press("F")
        await user.type("恒达")
        await user.press("enter", "asterisk", "m")
        assert "合并客户" in user.line(0) and "2 项不同" in user.line(0)
        assert "一并转入：联系人 1 · 跟进计划 2" in user.text
        # The difference is in sight though the texts do not fit, and marked in the cells.
        table = user.screen.table
        assert "…" in user.text and "年底前上线" in user.text
        names = next(row for row in table.source.rows if row.id == "name").cells[1:]
        if size == (80, 24):
            text, spans = names[1].text, names[1].spans
            assert [text[start:end] for start, end in spans] == ["设备"]
            assert text.startswith("  ") and names[0].text.startswith("* ")
        await user.press("right", "enter", "down")
        assert user.screen.wanted == {"name": second}
        await user.press("b")
        assert user.screen.wanted["need"] == 0
        await user.press("equals_sign", "equals_sign", "escape")
        assert "尚未合并" in user.message and user.screen.kind == "merge"
        await user.press("s", "left", "s", "f12")
        assert user.screen.kind == "customers" and "按 u 撤销" in user.message
        assert user.screen.table.row.id == first
        assert "已标记" not in user.line(0)
        kept = session.reader.execute(
            "SELECT name, industry, need FROM customer WHERE id = :id", {"id": first}
        ).fetchone()
        assert kept[0] == "上海恒达机械设备有限公司" and kept[1] == "制造业"
        assert "年底前上线" in kept[2] and "明年再说" in kept[2]
        assert len(live(session)) == 2
        await user.press("u")
        assert live(session) == before
        assert "已撤销：合并客户 “上海恒达机械设备有限公司”。" in user.message


@pytest.mark.requirement("S2-10")
async def test_who_is_another_customer_is_remembered_and_stale_records_are_refused(tmp_path) -> None:
    session = office(tmp_path)
    first, second = pair(session)
    third = customer(session, "上海恒达机械（集团）有限公司")
    async with story(app(session), size=(120, 40)) as user:
        await user.press("asterisk", "m", "right", "right", "x")
        await user.type("母公司")
        await user.press("f12")
        found = decisions.decided(session.reader, [third])
        assert {(one.a, one.b, one.note) for one in found.values()} == {
            (first, third, "母公司"), (second, third, "母公司")
        }  # fmt: skip
        assert user.screen.kind == "merge" and len(user.screen.shown.sides) == 2
        # Somebody else moves one of them: nothing is merged before that was seen.
        seen = user.screen.shown.seen[second]
        session.write(service.update, second, seen, {"industry": "贸易"})
        await user.press("f12")
        assert user.screen.kind == "merge" and len(live(session)) == 3
        assert "贸易" in user.text
        await user.press("f12")
        assert user.screen.kind == "customers" and len(live(session)) == 2
        await user.press("u")
        assert len(live(session)) == 3


async def test_eight_side_by_side_leave_the_fields_their_room_at_24_lines(tmp_path) -> None:
    with office(tmp_path) as session:
        for place in ("上海", "北京", "广州", "深圳", "天津", "重庆", "南京", "杭州"):
            mobile = f"1380013800{session.reader.execute('SELECT count(*) FROM customer').fetchone()[0]}"
            customer(
                session,
                f"{place}恒达机械有限公司",
                {"name": "张三", "mobile": mobile},
                need=f"{place}的需求",
                short_name=f"{place}恒达",
                website=f"{place}.example.com",
                key_note=place,
            )
        async with story(app(session), size=(80, 24)) as user:
            await user.press("2", "asterisk", "m")
            assert "并入：其余 7 份" in user.text
            assert user.screen.table.size.height >= 7
            await user.press("escape")
