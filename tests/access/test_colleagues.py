"""Colleagues kept: names, roles, teams, leave, collaborators; somebody is left who may mend it all."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_tui.access import people, policies, store, store_house, substitutes, teams
from crm_tui.customers import service as customers
from crm_tui.errors import BadInput, CrmError, Refused
from crm_tui.session import Session, open_session
from tests.opened import saved
from tests.pace import PATIENCE

LAST = "没有人能管理人员和权限"


@pytest.fixture
def li(crm: Session) -> int:
    """Return 李雷, a sales representative."""
    return saved(crm, store.add, "li", "李雷", "sales_rep")


def colleague(session: Session, person_id: int) -> store_house.Colleague:
    """Return a person as the list shows one."""
    return next(one for one in store_house.people(session.reader) if one.id == person_id)


def test_a_colleague_is_edited_with_e_mail_and_other_names(crm: Session, li: int) -> None:
    crm.write(people.edit, li, {"name": " 李磊 ", "email": "li@hengda.com"}, ["小李", "老李"])
    crm.write(people.edit, li, {}, ["小李", "小磊"])
    assert colleague(crm, li)[2:7] == ("李磊", "sales_rep", 1, None, "li@hengda.com")
    assert store.aliases(crm.reader) == {li: ["小李", "小磊"]}
    assert store.name_keys(crm.reader)["李磊"] == li
    crm.write(people.edit, li, {"email": ""})
    assert colleague(crm, li).email is None
    for wrong in ({"name": " "}, {"name": "长" * 65}, {"email": "nowhere"}, {"email": "a@b.cn；c@d.cn"}):
        with pytest.raises(BadInput):
            crm.write(people.edit, li, wrong)


@pytest.mark.requirement("S3-06")
def test_role_team_and_use_are_changed_and_taken_back(crm: Session, li: int) -> None:
    east = saved(crm, teams.add, "华东")
    crm.write(people.set_role, li, "service")
    crm.write(people.set_team, li, east)
    crm.write(people.deactivate, li)
    assert colleague(crm, li)[3:6] == ("service", 0, east)
    crm.undo()
    crm.write(people.set_team, li, None)
    assert colleague(crm, li)[3:6] == ("service", 1, None)
    with pytest.raises(BadInput, match="没有角色“老板”"):
        crm.write(people.set_role, li, "老板")
    wrong: list[tuple[Any, ...]] = [
        (people.set_team, li, 99), (people.deactivate, 99), (people.activate, 99)
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(BadInput):
            crm.write(*one)


def test_somebody_deactivated_is_let_in_no_more(crm: Session, li: int, database: Path) -> None:
    crm.write(people.deactivate, li)
    with pytest.raises(CrmError, match="li"):
        open_session(database, login="li")
    crm.write(people.activate, li)
    open_session(database, login="li").close()


@pytest.mark.requirement("S3-06")
@pytest.mark.parametrize(
    ("fn", "args"),
    [
        (people.deactivate, (1,)),
        (people.set_role, (1, "sales_manager")),
        (policies.remove_role, ("administrator",)),
        (policies.set_permission, ("administrator", "people", "", "none")),
        (policies.set_permission, ("administrator", "policy", "", "none")),
    ],
)
def test_the_last_who_may_mend_it_stays(crm: Session, li: int, fn: Any, args: tuple[Any, ...]) -> None:
    before = colleague(crm, 1), store_house.permissions(crm.reader)
    with pytest.raises(Refused, match=LAST):
        crm.write(fn, *args)
    assert (colleague(crm, 1), store_house.permissions(crm.reader)) == before


def test_nobody_takes_the_right_from_themselves(crm: Session, li: int, database: Path) -> None:
    crm.write(people.set_role, li, saved(crm, policies.add_role, "管理员乙", "administrator"))
    wrong: list[tuple[Any, ...]] = [
        (people.deactivate, 1), (people.set_role, 1, "sales_rep"), (policies.remove_role, "administrator"),
        (policies.set_permission, "administrator", "policy", "", "none"),
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(Refused, match="请另一位管理员"):
            crm.write(*one)
    with open_session(database, login="li") as theirs:
        theirs.write(policies.remove_role, "administrator")
        assert store_house.keepers(theirs.database.connection) == 1
    with pytest.raises(Refused, match="已被删除"):
        crm.write(people.activate, li)


def test_undo_leaves_somebody_who_may_mend_it_too(crm: Session, li: int, database: Path) -> None:
    hr = saved(crm, policies.add_role, "人事", "administrator")
    crm.write(policies.set_permission, hr, "policy", "", "none")
    crm.write(people.set_role, li, "administrator")
    with open_session(database, login="li") as theirs:
        theirs.write(people.set_role, 1, "sales_rep")
        named = theirs.write(people.set_role, 1, "administrator").set_id
        crm.write(people.set_role, li, hr)
        with pytest.raises(Refused, match=LAST):
            theirs.undo(named)
    assert store_house.keepers(crm.database.connection) == 1


REMOVES = """
import sys
from pathlib import Path
from typing import Any
from crm_tui.access import people
from crm_tui.errors import CrmError
from crm_tui.session import open_session
path, login, other = sys.argv[1:]
with open_session(Path(path), login=login) as session:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        session.write(people.deactivate, int(other))
        print("done", flush=True)
    except CrmError as error:
        print("refused", error, flush=True)
"""


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(
    crm: Session, li: int, database: Path
) -> None:
    crm.write(people.set_role, li, "administrator")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", REMOVES, str(database), login, str(other)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for login, other in (("wang", li), ("li", 1))
    ]
    for one in both:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = sorted(one.communicate(timeout=PATIENCE)[0].split()[0] for one in both)
    assert said == ["done", "refused"]
    assert store_house.keepers(crm.database.connection) == 1


def test_whoever_is_no_administrator_changes_nobody(crm: Session, li: int, database: Path) -> None:
    with open_session(database, login="li") as theirs:
        wrong: list[tuple[Any, ...]] = [
            (people.set_role, li, "administrator"), (people.edit, li, {"name": "我"}), (teams.add, "甲"),
            (policies.set_permission, "sales_rep", "read", "", "all"),
            (substitutes.add, 1, li, date(2026, 3, 11), date(2026, 3, 12)),
        ]  # fmt: skip
        for one in wrong:
            with pytest.raises(Refused, match="销售代表"):
                theirs.write(*one)


def test_a_stand_in_sees_the_customers_on_those_days_alone(crm: Session, li: int, database: Path) -> None:
    customer = saved(crm, customers.add, {"name": "甲", "kind": "company"}, [])
    today = crm.today()
    saved(crm, substitutes.add, 1, li, today, today + timedelta(days=2), " 休假 ")
    with open_session(database, login="li") as theirs:
        assert theirs.reader.execute("SELECT id FROM customer").fetchall() == [(customer,)]
    (away,) = store_house.away(crm.reader, today.isoformat())
    assert (away.person_id, away.substitute_id, away.note) == (1, li, "休假")
    crm.write(substitutes.remove, away.id)
    with open_session(database, login="li") as theirs:
        assert theirs.reader.execute("SELECT id FROM customer").fetchall() == []
    with pytest.raises(BadInput):
        crm.write(substitutes.remove, away.id)


def test_a_leave_that_cannot_be_is_refused(crm: Session, li: int) -> None:
    today = date(2026, 3, 11)
    for args in (
        (li, li, today, today),
        (1, li, today, today - timedelta(days=1)),
        (1, li, today, today + timedelta(days=400)),
        (1, 99, today, today),
    ):
        with pytest.raises(BadInput):
            crm.write(substitutes.add, *args)
    crm.write(people.deactivate, li)
    with pytest.raises(BadInput, match="已停用"):
        crm.write(substitutes.add, 1, li, today, today)


@pytest.mark.requirement("S2-03")
def test_a_collaborator_reads_or_edits_and_is_taken_off_again(crm: Session, li: int, database: Path) -> None:
    customer = saved(crm, customers.add, {"name": "甲", "kind": "company"}, [])
    crm.write(substitutes.share, customer, li, "read")
    with open_session(database, login="li") as theirs:
        assert theirs.reader.execute("SELECT name FROM customer").fetchall() == [("甲",)]
        with pytest.raises(Refused):
            theirs.write(customers.update, customer, None, {"note": "x"})
    crm.write(substitutes.share, customer, li, "edit")
    with open_session(database, login="li") as theirs:
        theirs.write(customers.update, customer, None, {"note": "x"})
    crm.write(substitutes.unshare, customer, li)
    assert store_house.collaborators(crm.reader, customer) == []
    wrong: list[tuple[Any, ...]] = [
        (substitutes.share, customer, 1), (substitutes.share, 99, li), (substitutes.unshare, customer, li),
        (substitutes.share, customer, li, "own"),
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(BadInput):
            crm.write(*one)


def test_who_keeps_people_alone_raises_nobody_beyond_that(crm: Session, li: int, database: Path) -> None:
    saved(crm, policies.set_permission, "sales_rep", "people", "", "all")
    han = saved(crm, store.add, "han", "韩梅", "administrator")
    wrong: list[tuple[Any, ...]] = [
        (people.set_role, li, "administrator"), (people.set_role, li, "sales_manager"),
        (people.admit, "wu", "吴", "administrator"), (people.set_role, han, "sales_rep"),
        (people.deactivate, han),
    ]  # fmt: skip
    with open_session(database, login="li") as theirs:
        for one in wrong:
            with pytest.raises(Refused, match=r"角色|请另一位管理员"):
                theirs.write(*one)
        wu = saved(theirs, people.admit, "wu", "吴", "sales_manager")
        theirs.write(people.set_role, wu, "service")
        theirs.undo()
        theirs.write(people.deactivate, wu)
        theirs.write(people.edit, han, {"name": "韩梅梅"})
        crm.write(people.deactivate, han)
        with pytest.raises(Refused, match="角色"):
            theirs.write(people.activate, han)
    assert colleague(crm, li).role == "sales_rep"
    crm.write(people.activate, han)
