"""Marks in the customer list and what is done with them: counted in keys, undone by one."""

from __future__ import annotations

import pytest

from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import app, customer, many, office


def owners(session: Session) -> list[str]:
    sql = "SELECT p.name FROM customer c JOIN person_any p ON p.id = c.owner_id ORDER BY c.id"
    return [row[0] for row in session.reader.execute(sql).fetchall()]


@pytest.mark.requirement("S1-28")
async def test_twenty_marked_customers_are_handed_over_in_ten_keys_and_taken_back_in_one(tmp_path):
    session = office(tmp_path)
    many(session, 40)
    planned = customer(session, "有计划")
    from crm_tui.followups import service as followups

    session.write(followups.add_plan, planned, followups.PlanDraft(None, goal="回访"))
    async with story(app(session), size=(80, 24)) as user:
        await user.press("v", *["pagedown"], "v")
        keys = user.keys
        assert "已标记" in user.line(0)
        await user.press("escape")
        assert "已标记" not in user.line(0)
        keys = user.keys
        await user.press("v", "pagedown", "j", "O")
        await user.type("lxs")
        await user.press("enter")
        assert "将修改 " in user.text
        await user.type("出差两周")
        await user.press("enter")
        assert user.keys - keys <= 10
        assert "交接给 李销售" in user.message
        moved = owners(session).count("李销售")
        assert moved >= 20
        said = session.reader.execute("SELECT content, origin FROM activity").fetchall()
        assert len(said) == moved
        assert said[0] == ("交接：由 王伟 交给 李销售（操作人 王伟）。 出差两周", "rule")
        await user.press("u")
        assert owners(session).count("李销售") == 0
        assert session.reader.execute("SELECT count(*) FROM activity").fetchone() == (0,)
