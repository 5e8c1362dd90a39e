"""Roles and permissions changed, who would be affected, and why somebody may do a thing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_tui.access import (
    auditing,
    explaining,
    impact,
    people,
    policies,
    store,
    store_house,
    substitutes,
    teams,
)
from crm_tui.access.verbs import GROUPS, OWN, READ
from crm_tui.customers import service as customers
from crm_tui.errors import BadInput, Refused
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from tests.opened import saved


@pytest.fixture
def house(crm: Session) -> dict[str, int]:
    """Make two teams of two, with two customers each, and return everybody's id by login."""
    found = {"wang": 1}
    east, west = saved(crm, teams.add, "华东"), saved(crm, teams.add, "西南")
    for login, name, role, team in (
        ("li", "李雷", "sales_rep", east), ("han", "韩梅", "sales_manager", east),
        ("zhao", "赵六", "sales_rep", west), ("kefu", "客服", "service", None),
    ):  # fmt: skip
        found[login] = saved(crm, store.add, login, name, role)
        crm.write(people.set_team, found[login], team)
    for login in ("li", "zhao"):
        for number in (1, 2):
            given = {"name": f"{login}{number}", "kind": "company", "owner_id": found[login]}
            contact = {"name": "陈晨", "mobile": "13800138000"}
            found[f"{login}{number}"] = saved(crm, customers.add, given, [contact])
    return found


def scope_of(session: Session, role: str, verb: str, group: str = "") -> str:
    return next(
        (
            one.scope
            for one in store_house.permissions(session.reader)
            if (one.role, one.verb, one.field_group) == (role, verb, group)
        ),
        "-",
    )


def looked(session: Session, fn: Any, *args: Any) -> impact.Impact:
    return impact.would_do(session.database, session.person.id, session.today(), fn, *args)


@pytest.mark.requirement("S0-20")
@pytest.mark.requirement("S3-06")
def test_a_permission_is_set_and_taken_back(crm: Session) -> None:
    crm.write(policies.set_permission, "sales_rep", "unmask", "", "own")
    crm.write(policies.set_permission, "service", "read", "budget", "all")
    assert scope_of(crm, "sales_rep", "unmask") == "own"
    assert scope_of(crm, "service", "read", "budget") == "all"
    crm.write(policies.set_permission, "sales_rep", "unmask", "", "none")
    assert scope_of(crm, "sales_rep", "unmask") == "none"
    crm.undo()
    assert scope_of(crm, "sales_rep", "unmask") == "own"


@pytest.mark.parametrize(
    "args",
    [
        ("boss", "read", "", "all"),
        ("sales_rep", "fly", "", "all"),
        ("sales_rep", "read", "shoe_size", "all"),
        ("sales_rep", "export", "budget", "all"),
        ("sales_rep", "read", "", "some"),
        ("sales_rep", "read", "budget", "none"),
        ("sales_rep", "people", "", "team"),
    ],
)
def test_a_permission_that_there_is_not_is_refused(crm: Session, args: tuple[str, ...]) -> None:
    before = store_house.permissions(crm.reader)
    with pytest.raises(BadInput):
        crm.write(policies.set_permission, *args)
    assert store_house.permissions(crm.reader) == before


@pytest.mark.parametrize(
    ("text", "means"),
    [("read", ("read", "")), ("Edit.Budget", ("edit", "budget")), ("查看客户", ("read", "")),
     ("read.预算", ("read", "budget")), ("fly", None), ("export.budget", None), ("", None)],
)  # fmt: skip
def test_a_permission_is_named_by_key_or_title(text: str, means: tuple[str, str] | None) -> None:
    if means is None:
        with pytest.raises(BadInput):
            policies.permission_named(text)
    else:
        assert policies.permission_named(text) == means


def test_a_role_is_added_as_a_copy_renamed_and_removed(crm: Session, house: dict[str, int]) -> None:
    key = saved(crm, policies.add_role, "大客户经理", "sales_manager", "Key accounts")
    rows = [one[2:] for one in store_house.permissions(crm.reader) if one.role == key]
    assert rows == [one[2:] for one in store_house.permissions(crm.reader) if one.role == "sales_manager"]
    crm.write(people.set_role, house["li"], key)
    crm.write(policies.edit_role, key, "重点客户经理")
    role = policies.role_named(store_house.roles(crm.reader), "重点客户经理")
    assert (role.key, policies.title(role)) == (key, "重点客户经理")
    crm.write(policies.remove_role, key)
    assert key not in {one.key for one in store_house.roles(crm.reader)}
    again = saved(crm, policies.add_role, "大客户经理", "sales_rep")
    # Whoever carries the removed one does not come into rights by it.
    assert again != key


def test_a_role_is_called_once(crm: Session) -> None:
    for wrong in (
        ("销售代表", "sales_rep"),
        ("Sales manager", "sales_rep"),
        ("", "sales_rep"),
        ("新", "boss"),
    ):
        with pytest.raises(BadInput):
            crm.write(policies.add_role, *wrong)


def test_whoever_carries_a_removed_role_sees_nothing_and_is_told_why(
    crm: Session, house: dict[str, int], database: Path
) -> None:
    with open_session(database, login="li") as theirs:
        assert len(theirs.reader.execute("SELECT id FROM customer").fetchall()) == 2
        crm.write(policies.remove_role, "sales_rep")
        # While they edit.
        with pytest.raises(Refused, match="已被删除或没有任何权限"):
            theirs.write(customers.update, house["li1"], None, {"note": "x"})
        assert theirs.reader.execute("SELECT id FROM customer").fetchall() == []
    assert looked(crm, people.set_role, house["li"], "sales_manager").gained == 2


@pytest.mark.requirement("S0-20")
def test_a_policy_to_begin_with_is_put_in_force_again(crm: Session, house: dict[str, int]) -> None:
    before = {one[1:] for one in store_house.permissions(crm.reader)}
    mine = saved(crm, policies.add_role, "我的角色", "service")
    own = {one[1:] for one in store_house.permissions(crm.reader)} - before
    crm.write(policies.apply_preset, "files")
    assert scope_of(crm, "sales_rep", "read") == "all"
    assert scope_of(crm, mine, "read") == "all"
    crm.write(policies.set_permission, "entry", "export", "", "all")
    crm.write(policies.apply_preset, "general")
    assert {one[1:] for one in store_house.permissions(crm.reader)} == before | own
    with pytest.raises(BadInput):
        crm.write(policies.apply_preset, "nothing")


@pytest.mark.requirement("S0-20")
def test_who_would_be_affected_is_counted_and_nothing_written(crm: Session, house: dict[str, int]) -> None:
    newest = crm.reader.execute("SELECT max(id) FROM change_set").fetchone()
    found = looked(crm, policies.set_permission, "sales_manager", "read", "", "own")
    assert impact.told(found)[0] == "1 位同事将看不到 2 位客户。"
    assert [(one.name, one.lost, one.gained) for one in found.people] == [("韩梅", 2, 0)]
    found = looked(crm, policies.apply_preset, "files")
    assert [(one.name, one.lost, one.gained) for one in found.people] == [
        ("李雷", 0, 2), ("韩梅", 0, 2), ("赵六", 0, 2)
    ]  # fmt: skip
    assert found.gained == 4
    assert crm.reader.execute("SELECT max(id) FROM change_set").fetchone() == newest
    assert looked(crm, policies.set_permission, "entry", "read", "", "own").people == ()
    assert impact.told(looked(crm, policies.edit_role, "entry", "录入")) == ["没有人能看到的、能做的会改变。"]


def test_fields_that_would_be_hidden_are_told(crm: Session, house: dict[str, int]) -> None:
    found = looked(crm, policies.set_permission, "service", "read", "contact", "own")
    (one,) = found.people
    assert (one.name, one.lost, dict(one.hidden)) == ("客服", 0, {"contact": 4})
    assert "联系方式" in impact.told(found)[0]
    found = looked(crm, policies.set_permission, "service", "read", "budget", "all")
    assert dict(found.people[0].shown) == {"budget": 4}


def test_shared_customers_stay_in_sight(crm: Session, house: dict[str, int]) -> None:
    crm.write(substitutes.share, house["li1"], house["han"], "read")
    found = looked(crm, people.set_role, house["han"], "sales_rep")
    assert found.people[0].lost == 1
    assert looked(crm, people.deactivate, house["han"]).people[0].lost == 2
    assert looked(crm, people.set_team, house["han"], None).lost == 1


def test_what_is_foretold_is_what_is_seen_then(crm: Session, house: dict[str, int], database: Path) -> None:
    crm.write(substitutes.share, house["zhao1"], house["li"], "edit")
    today = crm.today()
    changes: list[tuple[Any, ...]] = [
        (policies.apply_preset, "files"),
        (policies.set_permission, "sales_rep", "read", "", "team"),
        (teams.add, "总部"),
        (people.set_team, house["zhao"], 1),
        (substitutes.add, house["li"], house["zhao"], today, today + timedelta(days=1)),
        (policies.set_permission, "service", "read", "", "none"),
        (people.set_role, house["kefu"], "sales_manager"),
        (people.deactivate, house["li"]),
        (people.activate, house["li"]),
        (policies.apply_preset, "general"),
        (teams.remove, 1),
        (policies.remove_role, "sales_rep"),
    ]
    logins = ("li", "han", "zhao", "kefu")

    def seen(login: str) -> set[int]:
        with open_session(database, login=login) as theirs:
            return {row[0] for row in theirs.reader.execute("SELECT id FROM customer").fetchall()}

    def all_seen() -> dict[str, set[int]]:
        active = {one.login for one in store_house.people(crm.reader) if one.active}
        return {login: seen(login) if login in active else set() for login in logins}

    before = all_seen()
    for fn, *args in changes:
        found = {one.person_id: one for one in looked(crm, fn, *args).people}
        crm.write(fn, *args)
        after = all_seen()
        for login in logins:
            one = found.get(house[login])
            told = (one.lost, one.gained) if one else (0, 0)
            is_so = len(before[login] - after[login]), len(after[login] - before[login])
            assert told == is_so, (fn.__name__, args, login)
        before = after


@pytest.mark.requirement("S0-20")
def test_why_somebody_sees_a_customer(crm: Session, house: dict[str, int]) -> None:
    def why(login: str, customer: str, verb: str = READ, group: str = "") -> tuple[bool, str]:
        found = explaining.explain(crm.database.connection, house[login], house[customer], crm.today())
        one = next(one for one in found.answers if (one.verb, one.group) == (verb, group))
        return one.allowed, one.reason

    assert why("li", "li1") == (True, "是本人的客户。")
    assert why("li", "zhao1") == (False, "角色“销售代表”的范围是本人的客户，这个客户的负责人是 赵六。")
    assert why("han", "li1") == (True, "负责人 李雷 属于团队“华东”。")
    assert why("han", "zhao1")[0] is False
    assert why("wang", "li1") == (True, "角色“系统管理员”的范围是全部客户。")
    assert why("kefu", "li1", READ, "budget")[1].endswith("填写事由后可以查看。")
    assert why("li", "li1", "unmask") == (False, "角色“销售代表”没有这项权限。")
    today = crm.today()
    crm.write(substitutes.add, house["zhao"], house["li"], today, today)
    assert why("li", "zhao1") == (True, f"在 {today} 之前（含当天）是 赵六 的代理人。")
    crm.write(substitutes.share, house["li2"], house["zhao"], "edit")
    assert why("zhao", "li2", "edit") == (True, "是该客户的协作人，可查看、编辑。")
    crm.write(people.deactivate, house["han"])
    assert why("han", "li1") == (False, "账号已停用。")
    with pytest.raises(BadInput):
        explaining.explain(crm.database.connection, 99, house["li1"], today)


def test_what_is_explained_is_what_the_views_show(
    crm: Session, house: dict[str, int], database: Path
) -> None:
    crm.write(substitutes.share, house["zhao1"], house["li"], "read")
    crm.write(policies.set_permission, "sales_rep", "read", "", "all")
    for login in ("wang", "li", "han", "zhao", "kefu"):
        with open_session(database, login=login) as theirs:
            for customer in ("li1", "zhao1", "zhao2"):
                found = explaining.explain(
                    crm.database.connection, house[login], house[customer], crm.today()
                )
                answers = {(one.verb, one.group): one.allowed for one in found.answers}
                row = theirs.reader.execute(
                    "SELECT mobile FROM contact WHERE customer_id = :id", {"id": house[customer]}
                ).fetchone()
                assert answers[READ, ""] == (row is not None), (login, customer)
                assert answers[READ, "contact"] == (row == ("13800138000",)), (login, customer)


def test_a_row_for_a_field_that_there_is_not_grants_nothing(
    crm: Session, house: dict[str, int], database: Path
) -> None:
    def odd(change: Change) -> None:
        for verb, group in (("read", "shoe_size"), ("fly", ""), ("export", "budget")):
            row = {"role": "sales_rep", "verb": verb, "field_group": group, "scope": "all"}
            change.insert("permission", row)

    crm.database.write(1, "permission.set", odd)
    with open_session(database, login="li") as theirs:
        assert len(theirs.reader.execute("SELECT id FROM customer").fetchall()) == 2
        assert theirs.policy.scope("export") == "own"
    assert "shoe_size" in auditing.entries(crm.reader)[0].what
    assert looked(crm, policies.apply_preset, "general").people == ()


def test_a_group_is_never_narrower_than_own_customers() -> None:
    assert policies.scopes_of(READ, "budget")[0] == OWN
    assert all(policies.scopes_of("people") == ("none", "all") for _group in GROUPS)
