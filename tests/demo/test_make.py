"""The demo: repeatable, lived-in, and with a Today worth looking at."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import time_machine

from crm_tui import clock
from crm_tui.access import store as people_store
from crm_tui.customers import ahead as derived_ahead
from crm_tui.customers import reading
from crm_tui.dedupe import listing
from crm_tui.demo import ahead, make
from crm_tui.demo.make import ACTING, COLLEAGUES, make_demo
from crm_tui.demo.samples import SAMPLES
from crm_tui.demo.staff import staff, teams
from crm_tui.errors import BadInput
from crm_tui.queue import service as queue
from crm_tui.session import Session, open_session
from crm_tui.storage import chain, history, rebuild
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.schema import schema_text
from crm_tui.text.phone import parse_phones
from tests.storage.fresh import derived

NOW = "2024-03-15T02:00:00Z"
FEW_LIVED = 30  # customers with a past of single sets, where the large sets are the point
TABLES = ("customer", "contact", "activity", "plan", "tag_link", "project", "person", "change_set", "change")


def kept(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    ).fetchall()


def every_index() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema_text())
        return kept(fresh)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    with time_machine.travel(NOW, tick=False):
        make_demo(path)
        with open_session(path) as session:
            yield session


def dump(session: Session) -> dict[str, list[tuple]]:
    return {
        table: session.database.connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
        for table in TABLES
    }


def whole(path: Path) -> dict[str, list[tuple]]:
    """Make a demo with large sets and return all that it holds, and what is derived of it."""
    with time_machine.travel(NOW, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "LIVED", FEW_LIVED)
        make_demo(path, customers=FEW_LIVED + 400)
        with open_session(path) as session:
            assert rebuild.differing(session.database.connect_reader()) == []
            return {**dump(session), **derived(session.database.connection)}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    return whole(tmp_path_factory.mktemp("alone") / "x.db")


def test_the_acting_user_owns_a_third(demo: Session) -> None:
    total = reading.count(demo.reader, reading.Query())
    own = reading.count(demo.reader, reading.Query(owner_id=demo.person.id))
    assert total == 300 + len(SAMPLES)
    assert total / 4 < own < total / 2
    assert (demo.person.name, demo.person.role) == (ACTING, "administrator")
    people = people_store.people(demo.reader)
    assert [one.login for one in people[1:]] == [login for login, *_rest in COLLEAGUES]
    assert {one.role for one in people} == {"administrator", "sales_rep", "sales_manager", "service"}


@pytest.mark.requirement("S0-20")
def test_a_manager_sees_a_team_and_a_representative_the_own_customers(demo: Session) -> None:
    path = demo.database.path
    seen = {}
    for login in ("lixiaoshou", "zhaomingyuan", "zhouqian"):
        with open_session(path, login=login, read_only=True) as session:
            rows = session.reader.execute("SELECT DISTINCT owner_id FROM customer").fetchall()
            names = {session.names[row[0]] for row in rows}
            seen[login] = names
    assert seen["lixiaoshou"] == {"李销售"}
    assert seen["zhaomingyuan"] == {"赵明远", "李销售"}
    assert seen["zhouqian"] >= {"李销售", "陈晓雨", "赵明远"}


def test_two_hundred_people_are_in_twenty_teams_with_a_manager_each() -> None:
    people, (found, places) = staff(1_000_000, seed=7), teams(199)
    leaves = [place for place, one in enumerate(found) if one.name.endswith("组")]
    assert len(leaves) == 20 and len({one.name for one in found}) == len(found)
    for place in leaves:
        roles = [people[order - 1].role for order in range(1, 200) if places[order] == place]
        assert 8 <= len(roles) <= 10 and roles.count("sales_manager") == 1


def test_today_has_rows_of_every_kind(demo: Session) -> None:
    items = queue.today(demo.reader, demo.person.id, clock.now(), demo.zone).items
    groups = Counter(item.group for item in items)
    due = groups["overdue"] + groups["today"] + groups["unwritten"]
    assert 12 <= due <= 24
    assert groups["overdue"] >= 4 and groups["today"] >= 5 and groups["unwritten"] == 2
    assert any(item.due_at for item in items if item.group == "today")
    plans = demo.reader.execute(
        "SELECT recurrence, snoozed FROM plan WHERE due_on <= '2024-03-15'"
    ).fetchall()
    assert any(rhythm for rhythm, _snoozed in plans) and any(snoozed == 3 for _rhythm, snoozed in plans)


def test_own_prospects_lie_idle(demo: Session) -> None:
    idle = demo.reader.execute(
        "SELECT count(*) FROM customer c JOIN customer_state s ON s.customer_id = c.id"
        " WHERE c.owner_id = :me AND c.status IN ('prospect', 'interested')"
        " AND s.idle_since < '2024-03-08T02:00:00Z' AND s.open_plans = 0",
        {"me": demo.person.id},
    ).fetchone()[0]
    assert idle >= 5


@pytest.mark.requirement("S0-23")
def test_the_samples_of_the_documents_stand_in_it_with_dates_of_today(demo: Session) -> None:
    number = reading.find(demo.reader, "2024-SH-001")
    row = reading.rows_of(demo.reader, [number])[number]
    assert (row.name, row.industry, row.status, row.contact, row.phone) == (
        "上海科技有限公司", "technology.it", "interested", "张*", "138****5678",
    )  # fmt: skip
    assert row.next_due_on == "2024-03-15" and (row.last_followup_at or "").startswith("2024-03-10")
    plan = demo.reader.execute("SELECT text FROM plan WHERE customer_id = :id", {"id": number}).fetchone()
    assert plan[0] == "2024-03-15前提交方案"
    for reference in ("2024-BJ-002", "2024-GZ-003", "C20240501001", "**新能源制造有限公司"):
        assert reading.find(demo.reader, reference) > 0


@pytest.mark.requirement("S4-08")
def test_fields_have_a_past(demo: Session) -> None:
    number = reading.find(demo.reader, "**新能源制造有限公司")
    contact = reading.children(demo.reader, "contact", number)[0]
    changes = [
        one for one in history.of_record(demo.reader, "contact", contact["id"]) if one.field == "title"
    ]
    assert [(one.old, one.new) for one in changes] == [("采购部经理", "采购总监")]
    sets = history.recent(demo.reader, limit=2000)
    assert {one.action for one in sets} >= {
        "customer.add", "activity.log", "customer.update", "contact.update", "project.add", "plan.done",
        "plan.snooze",
    }  # fmt: skip
    assert len({one.actor for one in sets}) >= 5
    dates = [one.at or "" for one in reversed(sets)]
    assert dates == sorted(dates) and dates[0] < "2023-03" and dates[-1] <= NOW


def test_some_were_entered_twice_and_that_was_looked_for(demo: Session) -> None:
    assert listing.status(demo.reader).fresh
    bands = Counter(one.band for one in listing.pairs(demo.reader))
    assert bands == {"merge": 3, "review": 2, "related": 1}
    held = "SELECT count(DISTINCT owner_id) FROM customer WHERE id IN (:a, :b)"
    for one in listing.pairs(demo.reader):
        assert demo.reader.execute(held, {"a": one.a, "b": one.b}).fetchone()[0] == 2


def test_nothing_lies_in_the_future_but_plans(demo: Session) -> None:
    for sql in (
        "SELECT max(at) FROM activity",
        "SELECT max(at) FROM change_set",
        "SELECT max(done_at) FROM plan",
    ):
        assert demo.reader.execute(sql).fetchone()[0] <= NOW
    assert demo.reader.execute("SELECT max(first_contact_on) FROM customer").fetchone()[0] <= "2024-03-15"


def test_there_are_individuals_and_every_status(demo: Session) -> None:
    pairs = Counter(demo.reader.execute("SELECT kind, status FROM customer").fetchall())
    assert {status for _kind, status in pairs} == {"prospect", "interested", "won", "lost"}
    assert sum(count for (kind, _status), count in pairs.items() if kind == "person") >= 10
    lost = demo.reader.execute("SELECT count(*) FROM customer WHERE status = 'lost' AND lost_reason IS NULL")
    assert lost.fetchone()[0] == 0


def test_phones_are_well_formed_and_nobodys(demo: Session) -> None:
    rows = demo.reader.execute(
        "SELECT mobile, office_phone, email FROM contact WHERE customer_id IN"
        " (SELECT id FROM customer WHERE no LIKE :own) ORDER BY id",
        {"own": "C202%"},
    ).fetchall()
    made = [row for row in rows if "*" not in "".join(cell or "" for cell in row)]
    assert len(made) > 300
    for mobile, office, mail in made:
        assert mobile is None or (mobile[3:7] == "0000" and parse_phones(mobile)[0].problem == "")
        assert office is None or ("-5550" in office and parse_phones(office)[0].problem == "")
        assert mail is None or mail.endswith(".example.com")


def test_the_file_is_sound(demo: Session) -> None:
    connection = demo.database.connection
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert chain.verify(connection) is None


def test_equal_seeds_on_equal_days_give_equal_contents(tmp_path: Path) -> None:
    dumps = []
    for name, seed in (("a.db", 3), ("b.db", 3), ("c.db", 4)):
        with time_machine.travel(NOW, tick=False):
            make_demo(tmp_path / name, customers=25, seed=seed)
            with open_session(tmp_path / name) as session:
                dumps.append(dump(session))
    assert dumps[0] == dumps[1]
    assert dumps[0]["customer"] != dumps[2]["customer"]


def test_a_large_demo_is_told_in_large_sets(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = tmp_path / "large.db"
    indexes: list[tuple[int, int]] = []
    make_demo(
        path,
        customers=1500,
        progress=lambda *at: seen.append(at),
        indexing=lambda *at: indexes.append(at),
    )
    with open_session(path) as session:
        assert reading.count(session.reader, reading.Query()) == 1500 + len(SAMPLES)
        states = "SELECT count(*) FROM customer_state WHERE activities > 0 AND haystack <> ''"
        assert session.reader.execute(states).fetchone()[0] > 1000
        repeated = "SELECT count(*) - count(DISTINCT no) FROM customer"
        assert session.reader.execute(repeated).fetchone()[0] == 0
        assert session.database.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        due = queue.today(session.reader, session.person.id, clock.now(), session.zone).items
        shown = [item for item in due if item.group in ("overdue", "today", "unwritten")]
        assert 12 <= len(shown) <= 24
        last = history.undoable(session.reader, session.person.id)
        assert last is not None and len(history.of_set(session.reader, last)) < 10
        assert chain.verify(session.database.connection) is None
        assert rebuild.differing(session.database.connect_reader()) == []
        assert {one.band for one in listing.pairs(session.reader)} == {"merge", "review", "related"}
        assert kept(session.database.connection) == every_index()
        assert session.database.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        days = "SELECT count(DISTINCT substr(at, 1, 7)) FROM activity"
        assert session.reader.execute(days).fetchone()[0] > 20
    assert indexes[0][0] == 0 and len(indexes) == indexes[0][1]
    assert seen[-1] == (1500, 1500) and [done for done, _total in seen] == sorted(d for d, _t in seen)


@pytest.mark.parametrize(
    ("worker", "parts"),
    [
        (ahead.WORKER, 4),
        (["sh", "-c", f"sed -u 3q | {shlex.join(ahead.WORKER)}"], 2),
        (["true"], 0),
    ],
    ids=["whole", "ends", "fails"],
)
def test_what_another_process_makes_is_what_this_one_would(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    alone: dict[str, list[tuple]],
    worker: list[str],
    parts: int,
) -> None:
    expected: list[int] = []
    expect = derived_ahead.expect

    def count(change_set: int, customers: Mapping[int, derived_ahead.Expected]) -> None:
        expected.append(len(customers))
        expect(change_set, customers)

    monkeypatch.setattr(ahead, "FEW", 0)
    monkeypatch.setattr(ahead, "WORKER", worker)
    monkeypatch.setattr(derived_ahead, "expect", count)
    assert whole(tmp_path / "x.db") == alone
    assert expected == [100] * parts + [0] * (4 - parts)


@pytest.mark.parametrize("hour", ["2024-02-29T16:05:00Z", "2024-12-31T15:59:00Z", "2024-10-06T03:00:00Z"])
def test_any_hour_of_any_day_will_do(tmp_path: Path, hour: str) -> None:
    with time_machine.travel(hour, tick=False):
        make_demo(tmp_path / "x.db", customers=40)
        with open_session(tmp_path / "x.db") as session:
            assert session.reader.execute("SELECT max(at) FROM change_set").fetchone()[0] <= hour


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    path.write_text("mine")
    with pytest.raises(BadInput):
        make_demo(path, customers=3)
    assert path.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.db"]


def test_without_room_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "ROOM_EACH", 10**15)
    with pytest.raises(BadInput, match="1,000,000"):
        make_demo(tmp_path / "x.db", customers=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_a_small_demo_asks_for_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What 300 customers take at most while they are made is measured: 7.2 MB."""
    for free, enough in ((9_200_000, True), (7_000_000, False)):
        disk = SimpleNamespace(f_bavail=free, f_frsize=1)
        monkeypatch.setattr(os, "statvfs", lambda _path, disk=disk: disk)
        with nullcontext() if enough else pytest.raises(BadInput, match="10 MB"):
            make._check_room(tmp_path / "x.db", 300)


def test_a_large_demo_that_is_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "LIVED", FEW_LIVED)

    def stop(done: int, total: int) -> None:
        if done > FEW_LIVED + 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "x.db", customers=500, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        make_demo(tmp_path / "x.db", customers=3, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_the_clock_is_given_back() -> None:
    before = clock.now
    with pytest.raises(RuntimeError), clock.living_at(clock.parse_instant("2020-01-01T00:00:00Z")):
        assert clock.instant() == "2020-01-01T00:00:00Z"
        elsewhere: list[str] = []
        thread = Thread(target=lambda: elsewhere.append(clock.instant()))
        thread.start()
        thread.join()
        assert elsewhere[0] > "2024"
        raise RuntimeError
    assert clock.now is before
