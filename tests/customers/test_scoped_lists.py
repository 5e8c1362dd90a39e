"""Lists under roles: the rows that the rules of the house demand, whatever hidden fields hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_tui.access import masks
from crm_tui.access.verbs import GROUPS
from crm_tui.customers import filter_hidden, filters, list_seeking, reading, store_sight, window
from crm_tui.customers import store_list as lists
from crm_tui.customers.filter_fields import FILTER_FIELDS
from crm_tui.customers.filters import All, Any_, Condition, Filter, Not_
from crm_tui.customers.list_walking import Walk
from crm_tui.customers.reading import Query, Window
from crm_tui.customers.store_pieces import COLUMNS
from crm_tui.errors import BadInput
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import fold
from crm_tui.text.natural import natural_key
from tests.opened import MOMENT, make_database

COUNT = 90
# login: (role, team, whom the person stands in for on the day); teams: east, its part north, west.
PEOPLE: dict[str, tuple[str, str, str]] = {
    "an": ("sales_rep", "east", ""),
    "bo": ("sales_rep", "east", "eve"),
    "cao": ("sales_manager", "east", ""),
    "ding": ("sales_rep", "north", ""),
    "eve": ("sales_rep", "west", ""),
    "fu": ("sales_manager", "west", ""),
    "gu": ("service", "", ""),
    "han": ("looker", "", ""),
    "ji": ("removed", "east", ""),
    "kai": ("leader", "east", ""),
}
PARENTS = {"east": "", "north": "east", "west": ""}
NAMES = ("上海恒达", "北京远景", "ABC科技", "12号店", "重庆鑫盛", "李伟", "Zeta")


@action("test.fill")
def fill(change: Change, hidden: int) -> None:
    """Make people, teams and customers; ``hidden`` varies what a role that looks at all is not shown."""
    chance, secret = random.Random(7), random.Random(hidden)
    teams = {}
    for name, parent in PARENTS.items():
        teams[name] = change.insert("team", {"name": name, "name_key": name, "parent_id": teams.get(parent)})
    for role, rows in (("looker", "all"), ("leader", "team")):
        change.insert("role", {"key": role, "label": role})
        for group in ("", *GROUPS):
            scope = "own" if group else rows
            row = {"role": role, "verb": "read", "field_group": group, "scope": scope}
            change.insert("permission", row)
    ids = {
        login: change.insert(
            "person",
            {"login": login, "login_key": login, "name": login, "name_key": login, "role": role,
             "team_id": teams.get(team)},
        )
        for login, (role, team, _away) in PEOPLE.items()
    }  # fmt: skip
    for login, (_role, _team, away) in PEOPLE.items():
        if away:
            row = {"person_id": ids[away], "substitute_id": ids[login], "from_on": "2026-03-10"}
            change.insert("substitution", {**row, "until_on": "2026-03-12"})
    tag = change.insert("tag", {"name": "急", "name_key": "急"})
    owners = [1, *(one for login, one in ids.items() if login != "ji")]
    for number in range(COUNT):
        name, no = chance.choice(NAMES) + str(chance.randint(1, 30)), f"K{chance.randint(1, 5000)}-{number}"
        owner = chance.choice(owners)
        row = {
            "kind": "company", "no": no, "no_sort": natural_key(no), "name": name, "name_key": fold(name),
            "status": chance.choice(["prospect", "interested", "won", "lost", None]), "owner_id": owner,
            "industry": chance.choice(["manufacturing", "retail", None, ""]),
            "level": chance.choice(["key", None]),
            "biz_province": chance.choice(["广东省", "上海市", "西藏自治区", None]),
            "budget_min": secret.choice([None, 1, 900]), "budget_max": secret.choice([None, 2, 100]),
            "decision_process": secret.choice([None, "董事会"]), "preference": secret.choice([None, "茶"]),
        }  # fmt: skip
        one = change.insert("customer", row)
        if chance.random() < 0.6:
            middle = secret.randint(1000, 9999)
            row = {"customer_id": one, "name": "王" + secret.choice(["伟", "芳"]), "is_primary": 1}
            change.insert(
                "contact", {**row, "mobile": f"138{middle}{number:04d}", "title": secret.choice([None, "总"])}
            )
        if chance.random() < 0.5:
            day = f"2026-03-{chance.randint(1, 28):02d}"
            who = chance.choice(owners) if chance.random() < 0.3 else owner
            change.insert("plan", {"customer_id": one, "due_on": day, "owner_id": who, "origin": "manual"})
        if chance.random() < 0.7:
            at = f"2026-0{chance.randint(1, 2)}-{chance.randint(1, 28):02d}T03:00:00Z"
            change.insert("activity", {"customer_id": one, "at": at, "by_id": 1, "origin": "manual"})
        if chance.random() < 0.3:
            change.insert("tag_link", {"customer_id": one, "tag_id": tag})
        if chance.random() < 0.15:
            who = chance.choice(list(ids.values()))
            link = change.insert("collaborator", {"customer_id": one, "person_id": who, "access": "read"})
            if chance.random() < 0.3:
                change.soft_delete("collaborator", link)
        if chance.random() < 0.1:
            change.update("customer", one, {"deleted_at": change.now, "gone": "archived"})


@dataclass
class World:
    """One file: its administrator, everybody else, and whose customers each of them sees (None: all)."""

    admin: Session
    sessions: dict[str, Session]
    seen: dict[str, set[int] | None]


def _world(path: Path, hidden: int) -> World:
    make_database(path, "wang", "王芳")
    admin = open_session(path, login="wang")
    admin.write(fill, hidden)
    sessions = {login: open_session(path, login=login, read_only=True) for login in PEOPLE}
    rows = admin.database.connection.execute
    ids = dict(rows("SELECT login, id FROM person").fetchall())
    owned = rows("SELECT id, owner_id FROM customer WHERE deleted_at IS NULL").fetchall()
    shared = rows("SELECT customer_id, person_id FROM collaborator WHERE deleted_at IS NULL").fetchall()
    seen: dict[str, set[int] | None] = {}
    for login, (role, team, away) in PEOPLE.items():
        mine = {ids[login], *([ids[away]] if away else [])}
        if role in ("sales_manager", "leader"):
            below = {team} | {one for one, parent in PARENTS.items() if parent == team}
            mine |= {ids[one] for one, (_role, its, _away) in PEOPLE.items() if its in below}
        found = {one for one, owner in owned if owner in mine}
        found |= {one for one, person in shared if person == ids[login]} & {one for one, _owner in owned}
        seen[login] = {"looker": None, "service": None, "removed": set()}.get(role, found)
    return World(admin, sessions, seen)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[World]]:
    """Two files that differ in hidden values alone."""
    with time_machine.travel(MOMENT, tick=False):
        made = [_world(tmp_path_factory.mktemp("roles") / f"crm{seed}.db", seed) for seed in (1, 2)]
        yield made
        for world in made:
            for session in (world.admin, *world.sessions.values()):
                session.close()


def _conditions() -> st.SearchStrategy[Filter]:
    some = [
        Condition("status", "is", ("prospect", "lost")), Condition("status", "none"),
        Condition("industry", "some"), Condition("level", "is", ("key",)),
        Condition("province", "is", ("广东",)), Condition("region", "is", ("西南",)),
        Condition("owner", "is", ("1",)), Condition("owner", "is", ("2", "4", "6")),
        Condition("tag", "is", ("急",)),
        Condition("tag", "none"), Condition("tag", "some"),
        Condition("due", "period", ("overdue",)), Condition("due", "none"),
        Condition("last", "over", ("30",)), Condition("last", "none"), Condition("late", "some"),
        Condition("created", "period", ("today",)), Condition("contact", "some"), Condition("plan", "none"),
        Condition("plan", "some"),
        Condition("text", "is", ("恒达",)), Condition("text", "is", ("k1",)),
        Condition("text", "is", ("急",)),
    ]  # fmt: skip
    return st.recursive(
        st.sampled_from(some),
        lambda inner: (
            st.builds(Not_, inner)
            | st.builds(lambda one, two: All((one, two)), inner, inner)
            | st.builds(lambda one, two: Any_((one, two)), inner, inner)
        ),
        max_leaves=4,
    ).map(filters.plain)


def _shared(session: Session) -> set[int]:
    """Return the customers that are seen in full as a collaborator."""
    sql = "SELECT k.customer_id FROM collaborator k WHERE k.person_id = :me"
    return {row[0] for row in session.reader.execute(sql, {"me": session.person.id}).fetchall()}


SORTS = st.sampled_from([sign + name for name in lists.ORDERS for sign in ("", "-")])
# Fetched whole, walked and then fetched, sorted a page at a time, and read as everybody's lists are.
WAYS = st.sampled_from([(10**6, 10**6, True), (0, 10**6, True), (0, 10**6, False), (0, 0, True)])


def _too_far(*_args: object, **_more: object) -> list[int]:
    raise TimeoutError


@pytest.mark.requirement("S0-20", "S3-06")
@example(Condition("owner", "is", ("1",)), "recent", (10**6, 10**6, True), 0)  # a collaborator who sees all
@settings(max_examples=60, deadline=None)
@given(tree=st.none() | _conditions(), sort=SORTS, way=WAYS, offset=st.integers(0, 40))
def test_a_role_sees_its_rows_of_every_list_in_their_order(
    worlds: list[World], tree: Filter | None, sort: str, way: tuple[int, int, bool], offset: int
) -> None:
    world = worlds[0]
    with pytest.MonkeyPatch.context() as patch:
        every = Window(world.admin.reader, Query(sort=sort, filter=tree)).ids()
        patch.setattr(window, "FEW", way[0])
        patch.setattr(window, "WIDE", way[1])
        patch.setattr(list_seeking, "SPARSE", offset % 2 * 10**6)  # not walked, where few pass
        patch.setattr(store_sight, "PIECE", offset % 3 * 400)  # shared with too many to name each
        for login, session in world.sessions.items():
            seen = world.seen[login]
            wanted = [one for one in every if seen is None or one in seen]
            query = Query(sort=sort, filter=tree)
            if login in ("han", "kai") and "text" in {one.field for one in filters.conditions(tree)}:
                continue  # texts of contacts are hidden: below
            total = len(wanted)
            assert Window(session.reader, query).count() == total, login
            one = Window(session.reader, query)
            if not way[2] and seen is not None and login != "ji":
                patch.setattr(Walk, "page", _too_far)
                patch.setattr(Walk, "fetch", _too_far)
                for looked_at in (20, 1):  # as many rows as are wanted, and fewer
                    patch.setattr(store_sight, "LOOKED_AT", looked_at)
                    assert Window(session.reader, query).ids_page(offset, 7) == wanted[offset : offset + 7]
            for start in (0, offset, max(total - 3, 0), 5, total + 2):
                assert one.ids_page(start, 7) == wanted[start : start + 7], (login, start)
            assert [row.id for row in Window(session.reader, query).last(5)] == wanted[-5:], login
            one = Window(session.reader, query)
            assert one.ids() == wanted, login
            patch.undo()
            patch.setattr(window, "FEW", way[0])
            patch.setattr(window, "WIDE", way[1])
            if wanted:
                at = offset % total
                assert Window(session.reader, query).position(wanted[at]) == at
            for foreign in set(every) - set(wanted):
                assert one.position(foreign) is None
                break


@pytest.mark.requirement("S0-20", "S2-11")
@settings(max_examples=60, deadline=None)
@given(
    login=st.sampled_from(["han", "kai"]),
    tree=st.none() | _conditions(),
    sort=SORTS,
    offset=st.integers(0, 40),
)
def test_lists_are_the_same_whatever_the_hidden_values_are(
    worlds: list[World], login: str, tree: Filter | None, sort: str, offset: int
) -> None:
    found = []
    for world in worlds:
        session = world.sessions[login]
        one = Window(session.reader, Query(sort=sort, filter=tree))
        rows, place = one.page(offset, 9), one.place_of("广")
        more = reading.extra(session.reader, [row.id for row in rows], reading.LIST_COLUMNS)
        full = _shared(session)
        others = {row.id: row for row in rows if row.owner_id != session.person.id and row.id not in full}
        found.append((
            one.ids_page(0, 100), one.count(), place, others, {one: more[one] for one in others},
        ))  # fmt: skip
    assert found[0] == found[1]


@pytest.mark.requirement("S0-20", "S2-11")
@pytest.mark.parametrize("name", ["phone", "incomplete", "doubtful"])
def test_a_hidden_field_is_refused_wherever_it_stands_in_a_filter(worlds: list[World], name: str) -> None:
    one, other = Condition(name, "some"), Condition("status", "some")
    said = set()
    for world in worlds:
        reader = world.sessions["han"].reader
        for tree in (one, Not_(one), All((other, one)), Any_((other, Not_(one)))):
            with pytest.raises(BadInput) as error:
                Window(reader, Query(filter=tree))
            said.add(str(error.value))
            assert Window(world.admin.reader, Query(filter=tree)).count() is not None
            assert Window(world.sessions["an"].reader, Query(filter=tree)).count() is not None
        if name != "phone":
            with pytest.raises(BadInput):
                Window(reader, Query(text="恒达 " + name))
    assert len(said) == 1 and FILTER_FIELDS[name].title in said.pop()
    # A service agent is shown contacts, not budgets: what a check finds may be about either.
    agent = worlds[0].sessions["gu"].reader
    if name == "phone":
        assert (
            Window(agent, Query(filter=one)).ids() == Window(worlds[0].admin.reader, Query(filter=one)).ids()
        )
    else:
        with pytest.raises(BadInput):
            Window(agent, Query(filter=one))


def test_a_text_is_looked_for_in_what_is_shown(worlds: list[World]) -> None:
    world = worlds[0]
    tree = Condition("text", "is", ("王",))  # all contacts are called so
    every = Window(world.admin.reader, Query(filter=tree)).ids()
    han = world.sessions["han"]
    owners = {row.id: row.owner_id for row in reading.page(world.admin.reader, Query(filter=tree))}
    shared = _shared(han)
    wanted = [one for one in every if owners[one] == han.person.id or one in shared]
    assert 0 < len(wanted) < len(every)
    assert Window(han.reader, Query(filter=tree)).ids() == wanted


def test_a_filter_without_its_hidden_parts() -> None:
    one, other = Condition("phone", "some"), Condition("status", "some")
    hidden = {"contact"}
    keep = filter_hidden.without_hidden
    assert keep(None, hidden) is None and keep(other, hidden) == other
    assert keep(one, hidden) is None and keep(one, {"budget"}) == one
    assert keep(All((one, other)), hidden) == other
    assert keep(Any_((one, other)), hidden) is None and keep(Not_(one), hidden) is None
    assert keep(All((other, Not_(one), other)), hidden) == All((other, other))
    names = [each.name for each in filter_hidden.shown_fields(hidden)]
    assert set(FILTER_FIELDS) - set(names) == {"phone", "incomplete", "doubtful"}


def test_what_the_views_mask_is_known_to_filters() -> None:
    """Whatever is masked beside a customer is a field that the filter knows to be hidden."""
    masked = {f"s.{column}": set(groups) for column, groups in masks.DERIVED.items()}
    masked |= {f"c.{column}": {group} for column, (group, _shown) in masks.MASKS["customer"].items()}
    for field in FILTER_FIELDS.values():
        column = COLUMNS.get(field.name)
        assert set(field.groups) == masked.get(column or "", set()), field.name
    assert not set(masked) & {order.key for order in lists.ORDERS.values()}
