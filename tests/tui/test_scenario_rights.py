"""Three days of a team, in keys: a leaver's customers, a customer that is there already, a hidden field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.access import people, policies, teams
from crm_tui.access.store import add
from crm_tui.customers import service
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office

PHONE = "13800138001"


@pytest.fixture
def boss(tmp_path: Path) -> Iterator[Session]:
    """Return 王伟, an administrator over two teams: 李销售 leads 陈晨 and 周舟, 吴越 is in the other."""
    with time_machine.travel(NOW, tick=False), office(tmp_path) as session:
        east = session.write(teams.add, "华东组", None, "华东").value
        south = session.write(teams.add, "华南组", None, "华南").value
        session.write(people.set_team, 2, east)
        for login, name, team in (("chen", "陈晨", east), ("zhou", "周舟", east), ("wu", "吴越", south)):
            person = session.write(add, login, name, "sales_rep").value
            session.write(people.set_team, person, team)
        yield session


def of(session: Session, login: str) -> int:
    sql = "SELECT id FROM person WHERE login = :login"
    return session.reader.execute(sql, {"login": login}).fetchone()[0]


def opened(session: Session, login: str) -> Session:
    return open_session(session.database.path, login=login)


@pytest.mark.requirement("S1-28", "S0-20", "S0-03")
async def test_a_manager_hands_over_the_customers_of_a_colleague_who_left(boss: Session) -> None:
    chen, zhou, wu = (of(boss, login) for login in ("chen", "zhou", "wu"))

    def fill(change: Change) -> None:
        for number in range(1, 26):
            owner = chen if number <= 20 else wu
            values = {"name": f"苏州样本{number:02}公司", "kind": "company", "owner_id": owner}
            row = service.add(change, values, [{"name": "张一", "mobile": f"138001380{number:02}"}])
            if number <= 3:
                plan = followups.PlanDraft(None, goal="回访", owner_id=owner)
                followups.add_plan(change, row, plan)

    boss.write(fill)
    boss.write(people.deactivate, chen)
    with opened(boss, "li") as manager:
        async with story(app(manager)) as user:
            assert "20 位客户" in user.line(0)
            before = user.keys
            await user.press("f")
            await user.type("负责人:陈晨")
            await user.press("enter", "asterisk", "O")
            assert "陈晨" not in "\n".join(user.lines[8:14])  # nobody hands over to who left
            await user.type("zhou")
            await user.press("enter")
            assert "将修改 20 位客户" in user.text
            assert "3 个未完成计划一并转交" in user.text
            await user.press("enter")
            assert user.keys - before <= 10
            assert "20 位客户：交接给 周舟" in user.message
    owners = boss.reader.execute("SELECT owner_id, count(*) FROM customer GROUP BY owner_id ORDER BY 1")
    assert owners.fetchall() == [(zhou, 20), (wu, 5)]
    assert boss.reader.execute("SELECT DISTINCT owner_id FROM plan").fetchall() == [(zhou,)]
    with opened(boss, "zhou") as heir:
        async with story(app(heir)) as user:
            assert "20 位客户" in user.line(0)


@pytest.mark.requirement("S2-10", "S0-20")
async def test_a_customer_that_a_colleague_has_is_told_of_at_entry_and_no_more(boss: Session) -> None:
    values = {"owner_id": of(boss, "wu"), "note": "机密", "need": "降低成本"}
    customer(boss, "杭州云启网络有限公司", {"name": "赵敏", "mobile": PHONE}, **values)
    with opened(boss, "chen") as rep:
        async with story(app(rep), size=(100, 30)) as user:
            assert "0 位客户" in user.line(0)
            await user.press("a")
            await user.type("杭州云启网络")
            await user.idle()
            assert "吴越" in user.text and "潜在客户" in user.text
            for secret in ("C2026", "赵敏", PHONE, "机密", "降低成本", "有限公司"):
                assert secret not in user.text, secret
            await user.press("f6")
            assert "吴越" in user.message


@pytest.mark.requirement("S2-03", "S2-11")
async def test_a_hidden_field_is_shown_with_a_reason_that_the_audit_tells(boss: Session) -> None:
    boss.write(policies.apply_preset, "files")
    customer(boss, "上海恒达公司", {"name": "赵敏", "mobile": PHONE}, owner_id=of(boss, "wu"))
    with opened(boss, "chen") as rep:
        async with story(app(rep), size=(120, 40)) as user:
            before = user.keys
            await user.press("enter")
            assert PHONE not in user.text and "138****8001" in user.text
            await user.press("V")
            await user.type("吴越请假，代接来电")
            await user.press("f12")
            assert PHONE in user.text and "赵敏" in user.text
            assert user.keys - before <= 3
    async with story(app(boss), size=(120, 40)) as user:
        await user.app.open("audit")
        assert "陈晨" in user.text and "上海恒达公司" in user.text
        assert "吴越请假，代接来电" in user.text


@pytest.mark.requirement("S1-28", "S0-20")
async def test_a_change_of_many_leaves_alone_whom_the_manager_does_not_reach(boss: Session) -> None:
    """Under the policy of company files a manager sees all, changes those of the team, and is told."""
    boss.write(policies.apply_preset, "files")
    chen, wu = of(boss, "chen"), of(boss, "wu")
    for number, owner in enumerate((chen, wu, chen, wu, wu), 1):
        name = f"常州样本{number}公司"
        customer(boss, name, {"name": "张一", "mobile": PHONE}, owner_id=owner, level="C")
    with opened(boss, "li") as manager:
        async with story(app(manager), size=(120, 40)) as user:
            await user.press("asterisk", "e")
            await user.type("客户等级")
            await user.press("enter")
            await user.press("3", "f12")
            shown = user.text
            await user.press("enter")
            said = user.message
            still = user.screen.picks.ids
    assert "将修改 2 位客户" in shown and "位保持不变：常州样本2公司、常州样本4公司、常州样本5公司" in shown
    assert "2 位客户" in said and "3 位保持不变" in said, said
    rows = boss.reader.execute("SELECT name, level, owner_id, id FROM customer ORDER BY name").fetchall()
    moved = {name for name, level, _owner, _id in rows if level != "C"}
    assert moved == {name for name, _level, owner, _id in rows if owner == chen}
    assert still == {row_id for _name, _level, owner, row_id in rows if owner == wu}
    notes = boss.reader.execute("SELECT count(*) FROM change_set WHERE action = 'customer.bulk'").fetchone()
    assert notes == (1,)
