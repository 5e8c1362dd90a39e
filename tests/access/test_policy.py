"""What rows of roles and permissions make of a person's rights, and what the guard makes of a write."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.access import defaults, policies
from crm_tui.access import store as people
from crm_tui.access.policy import Policy
from crm_tui.access.store_policy import Team, load_policy, subtree
from crm_tui.access.verbs import ALL, GROUPS, NONE, OWN, READ, TEAM, verb_of
from crm_tui.customers import service as customers
from crm_tui.customers.reading import record
from crm_tui.dedupe import decisions, merging
from crm_tui.errors import CrmError, Refused
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change, action
from tests.opened import saved

LOGINS = ("rep", "lead", "desk", "clerk", "mate")
ROLES = ("sales_rep", "sales_manager", "service", "entry", "sales_rep")


@pytest.fixture
def house(crm: Session) -> dict[str, int]:
    """People of every role, each with a customer; rep and lead in one team, mate in another."""
    ids = {
        login: saved(crm, people.add, login, f"同事{login}", role)
        for login, role in zip(LOGINS, ROLES, strict=True)
    }
    north, south = (raw(crm, "team", {"name": one, "name_key": one}) for one in ("北区", "南区"))
    for login, team in (("rep", north), ("lead", north), ("mate", south)):
        moved(crm, "person", ids[login], {"team_id": team})
    for login, owner in ids.items():
        contact = {"name": f"联系人{login}", "mobile": "13812345678", "title": "总监"}
        values = {"name": f"客户{login}", "owner_id": owner, "budget_min": 100, "budget_max": 200}
        saved(crm, customers.add, values, [contact])
    return ids


@action("demo")
def _insert(change: Change, table: str, values: dict[str, Any]) -> int:
    return change.insert(table, values)


@action("demo")
def _update(change: Change, table: str, row: int, values: dict[str, Any]) -> None:
    change.update(table, row, values)


def raw(session: Session, table: str, values: dict[str, Any]) -> int:
    return session.write(_insert, table, values).value


def moved(session: Session, table: str, row: int, values: dict[str, Any]) -> None:
    session.write(_update, table, row, values)


def customer_of(session: Session, login: str) -> int:
    row = session.database.connection.execute(
        "SELECT id FROM customer WHERE name = :n", {"n": f"客户{login}"}
    )
    return row.fetchone()[0]


def seen(session: Session) -> set[str]:
    return {
        row[0].removeprefix("客户") for row in session.reader.execute("SELECT name FROM customer").fetchall()
    }


def rename(session: Session, customer: int, **values: Any) -> None:
    version = session.database.connection.execute(
        "SELECT changed_in FROM customer WHERE id = :id", {"id": customer}
    ).fetchone()[0]
    session.write(customers.update, customer, version, values)


@pytest.mark.requirement("S0-20")
@pytest.mark.requirement("S3-06")
def test_each_role_sees_its_own_rows_and_no_others(house, database: Path, crm: Session) -> None:
    assert seen(crm) == set(LOGINS)
    wanted = {
        "rep": {"rep"},
        "lead": {"rep", "lead"},
        "desk": set(LOGINS),
        "clerk": set(LOGINS),
        "mate": {"mate"},
    }
    for login, names in wanted.items():
        with open_session(database, login=login) as session:
            assert seen(session) == names, login


@pytest.mark.requirement("S1-25")
@pytest.mark.requirement("S4-12")
def test_what_a_role_hides_is_empty_or_masked_and_its_own_is_not(house, database: Path) -> None:
    with open_session(database, login="desk") as session:
        assert session.policy.hidden == ("budget", "decision", "amount", "personal", "attachment")
        own, foreign = (
            record(session.reader, "customer", customer_of(session, one)) for one in ("desk", "rep")
        )
        assert own is not None and foreign is not None
        assert (own["budget_min"], foreign["budget_min"]) == (100, None)
        phone = session.reader.execute("SELECT mobile FROM contact ORDER BY id").fetchone()[0]
        assert phone == "13812345678"


def test_in_company_files_everybody_reads_and_ways_of_contact_are_masked(crm, house, database: Path) -> None:
    for row in defaults.presets()["files"].grants:
        if row.role == "sales_rep" and (row.verb, row.field_group) in ((READ, ""), ("unmask", "")):
            found = crm.database.connection.execute(
                "SELECT id FROM permission WHERE role = 'sales_rep' AND verb = :v AND field_group = ''",
                {"v": row.verb},
            ).fetchone()
            if found:
                moved(crm, "permission", found[0], {"scope": row.scope})
            else:
                raw(crm, "permission", row._asdict())
    with open_session(database, login="rep") as session:
        assert seen(session) == set(LOGINS)
        phones = dict(
            session.reader.execute(
                "SELECT c.name, k.mobile FROM contact k JOIN customer c ON c.id = k.customer_id"
            ).fetchall()
        )
        assert phones["客户rep"] == "13812345678"
        assert phones["客户mate"] == "138****5678"
        texts = session.reader.execute("SELECT haystack FROM customer_state WHERE haystack LIKE '%13812%'")
        assert len(texts.fetchall()) == 1
        with pytest.raises(CrmError, match="事由"):
            session.unmask(customer_of(session, "mate"), "contact", "  ")
        session.unmask(customer_of(session, "mate"), "contact", "客户来电核对")
        sql, mate = "SELECT mobile, title FROM contact WHERE customer_id = :id", customer_of(session, "mate")
        assert session.reader.execute(sql, {"id": mate}).fetchone() == ("13812345678", "总监")
        crm.write(policies.set_permission, "sales_rep", "unmask", "", "none")
        assert session.refresh_policy()
        assert session.reader.execute(sql, {"id": mate}).fetchone() == ("138****5678", None)
    noted = crm.reader.execute("SELECT kind, person_id, what, reason FROM audit").fetchall()
    assert noted == [("unmask", house["rep"], "contact", "客户来电核对")]


def test_a_write_beyond_the_scope_is_refused_in_its_transaction_and_noted(crm, house, database: Path) -> None:
    foreign, own = customer_of(crm, "mate"), customer_of(crm, "rep")
    with open_session(database, login="rep") as session:
        rename(session, own, note="我的")
        with pytest.raises(Refused, match="本人的客户"):
            rename(session, foreign, note="别人的")
        with pytest.raises(Refused):
            session.write(customers.add, {"name": "新的", "owner_id": house["mate"]})
    row = crm.reader.execute("SELECT note FROM customer WHERE id = :id", {"id": foreign}).fetchone()
    assert row == (None,)
    noted = crm.reader.execute("SELECT kind, what FROM audit ORDER BY id").fetchall()
    assert noted == [("refused", "customer.update"), ("refused", "customer.add")]


def test_who_merges_own_customers_decides_about_none_of_two_others(crm, house, database: Path) -> None:
    saved(crm, policies.apply_preset, "files")
    own, *others = (customer_of(crm, login) for login in ("rep", "mate", "desk"))
    with open_session(database, login="rep") as session:
        for decide in (decisions.reject, decisions.relate):
            with pytest.raises(Refused, match="本人的客户"):
                session.write(decide, *others)
        session.write(decisions.reject, own, others[0])
    made = crm.write(decisions.reject, *others).set_id
    with open_session(database, login="lead") as session, pytest.raises(Refused):
        session.undo(made)
    rows = "SELECT customer_a, customer_b FROM duplicate_decision WHERE deleted_at IS NULL ORDER BY id"
    assert crm.reader.execute(rows).fetchall() == [tuple(sorted((own, others[0]))), tuple(sorted(others))]


def test_a_merge_shows_nobody_what_their_role_hides(crm, house, database: Path) -> None:
    for verb, scope in (("read", "team"), ("merge", "team")):
        crm.write(policies.set_permission, "sales_rep", verb, "", scope)
    mine, theirs, another = (customer_of(crm, login) for login in ("rep", "lead", "mate"))
    moved(crm, "customer", another, {"owner_id": house["rep"]})
    with open_session(database, login="rep") as session:
        for stays, goes in ((mine, theirs), (theirs, mine)):
            with pytest.raises(Refused, match="联系方式"):
                session.write(merging.merge, stays, [goes], {})
        assert session.write(merging.merge, mine, [another], {}).value.survivor == mine
        assert session.undo() is not None


def test_a_role_that_hides_a_field_does_not_write_it_either(crm, house, database: Path) -> None:
    foreign = customer_of(crm, "rep")
    with open_session(database, login="clerk") as session:
        rename(session, foreign, note="改")
        with pytest.raises(Refused, match="预算"):
            rename(session, foreign, budget_min=1)


def test_who_may_not_change_a_field_removes_no_row_that_holds_it(crm, house, database: Path) -> None:
    foreign = customer_of(crm, "rep")
    crm.write(policies.set_permission, "entry", "edit", "contact", "own")
    paid = saved(crm, customers.add_project, foreign, {"name": "一", "amount": 100})
    plain = saved(crm, customers.add_project, foreign, {"name": "二"})
    seen = "SELECT changed_in FROM {} WHERE id = :id"

    def remove(session: Session, fn: Any, table: str, row: int) -> None:
        session.write(fn, row, crm.reader.execute(seen.format(table), {"id": row}).fetchone()[0])

    of = "SELECT id FROM contact WHERE customer_id = :id"
    contact = crm.reader.execute(of, {"id": foreign}).fetchone()[0]
    with open_session(database, login="clerk") as session:
        with pytest.raises(Refused, match="联系方式"):
            remove(session, customers.remove_contact, "contact", contact)
        with pytest.raises(Refused, match="金额"):
            remove(session, customers.remove_project, "project", paid)
        remove(session, customers.remove_project, "project", plain)
    left = "SELECT (SELECT count(*) FROM contact WHERE customer_id = :id), (SELECT count(*) FROM project)"
    assert crm.reader.execute(left, {"id": foreign}).fetchone() == (1, 1)


def test_what_was_taken_away_meanwhile_counts_at_once(crm, house, database: Path) -> None:
    own = customer_of(crm, "rep")
    with open_session(database, login="rep") as session:
        rename(session, own, note="一")
        moved(crm, "person", house["rep"], {"active": 0})
        with pytest.raises(Refused, match="停用"):
            rename(session, own, note="二")
        assert session.refresh_policy() is False
        assert seen(session) == set()
        moved(crm, "person", house["rep"], {"active": 1, "role": "no such role"})
        with pytest.raises(Refused, match="没有任何权限"):
            rename(session, own, note="三")
    assert crm.reader.execute("SELECT note FROM customer WHERE id = :id", {"id": own}).fetchone() == ("一",)


def test_who_stands_in_has_the_customers_of_the_other_on_those_days(crm, house, database: Path) -> None:
    today = crm.today().isoformat()
    absence = {"person_id": house["mate"], "substitute_id": house["rep"], "from_on": today, "until_on": today}
    raw(crm, "substitution", absence)
    with open_session(database, login="rep") as session:
        assert seen(session) == {"rep", "mate"}
        rename(session, customer_of(session, "mate"), note="代办")
    later = load_policy(crm.database.connection, house["rep"], date(2099, 1, 1))
    assert later.own == {house["rep"]}


def test_a_collaborator_sees_and_with_edit_writes(crm, house, database: Path) -> None:
    customer = customer_of(crm, "mate")
    link = raw(crm, "collaborator", {"customer_id": customer, "person_id": house["rep"], "access": "read"})
    with open_session(database, login="rep") as session:
        assert seen(session) == {"rep", "mate"}
        with pytest.raises(Refused):
            rename(session, customer, note="改")
        moved(crm, "collaborator", link, {"access": "edit"})
        rename(session, customer, note="改")
        with pytest.raises(Refused):
            session.write(customers.archive, customer)


def test_the_log_tells_nothing_of_rows_and_fields_out_of_sight(crm, house, database: Path) -> None:
    rename(crm, customer_of(crm, "mate"), note="机密")
    rename(crm, customer_of(crm, "rep"), budget_min=777)
    with open_session(database, login="rep") as session:
        moves = session.reader.execute("SELECT entity, new FROM change").fetchall()
        assert ("customer", "机密") not in moves
        assert ("customer", 777) in moves
        told = session.reader.execute("SELECT count(*) FROM told_set").fetchone()[0]
        assert 0 < told < session.reader.execute("SELECT count(*) FROM change_set").fetchone()[0]
    with open_session(database, login="desk") as session:
        values = [row[0] for row in session.reader.execute("SELECT new FROM change").fetchall()]
        assert "机密" in values
        assert 777 not in values


def test_unknown_verbs_and_groups_grant_nothing(crm, house) -> None:
    raw(crm, "permission", {"role": "sales_rep", "verb": "fly", "field_group": "", "scope": ALL})
    raw(crm, "permission", {"role": "sales_rep", "verb": READ, "field_group": "shoes", "scope": ALL})
    policy = load_policy(crm.database.connection, house["rep"], crm.today())
    assert {group for _verb, group in policy.granted} <= {"", *GROUPS}
    assert policy.scope("fly") == NONE


@given(st.lists(st.tuples(st.integers(1, 8), st.one_of(st.none(), st.integers(1, 8))), max_size=12))
def test_a_tree_of_teams_ends_whatever_stands_in_it(rows: list[tuple[int, int | None]]) -> None:
    teams = [Team(*row) for row in rows]
    known = {one.id for one in teams}
    for top in (*known, None, 99):
        found = subtree(teams, top)
        assert found <= known
        assert (top in found) == (top in known)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from((READ, "edit", "log", "export")), st.sampled_from(("", *GROUPS))),
        st.sampled_from((NONE, OWN, TEAM, ALL)),
    )
)
def test_nobody_writes_what_is_not_seen_nor_sees_fields_of_rows_that_are_not(granted) -> None:
    from crm_tui.access.verbs import covers

    policy = Policy(1, "x", "", granted, frozenset((1,)), frozenset((1, 2)))
    for verb in ("edit", "log", "export"):
        assert covers(policy.scope(READ), policy.scope(verb))
    for group in GROUPS:
        assert covers(policy.scope(READ), policy.scope(READ, group))
        assert covers(policy.scope(READ, group), policy.scope("edit", group))
        if policy.scope(READ) != NONE:
            assert covers(policy.scope(READ, group), OWN)


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("customer.update", "edit"), ("customer.bulk", "edit"), ("customer.hand_over", "assign"),
        ("plan.done", "log"), ("duplicate.reject", "merge"), ("user.add", "people"), ("audit.unmask", ""),
        ("view.save", ""), ("import", "import"),
    ],
)  # fmt: skip
def test_actions_of_the_log_and_their_verbs(name: str, verb: str) -> None:
    assert verb_of(name) == verb
