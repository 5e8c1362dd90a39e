"""Three colleagues on one file, and plain snapshots of its tables as the oracle; the log is never asked.

Each reads, keeps what it read, and writes from that, however old it is. After each step ``note`` compares
the tables with those before: who may have moved what, and whether he had ever seen what he replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import CrmError
from crm_tui.session import create_database, open_session
from crm_tui.storage import history
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.triggers import columns
from crm_tui.storage.undoing import Undone

TABLES = (
    "customer", "contact", "plan", "activity", "tag", "tag_link", "customer_alias", "project", "imported_row",
)  # fmt: skip
LOGINS = ("wang", "li", "zhao")
OUTSIDE = 9  # another program, as an author

Row = tuple[str, int]
Place = tuple[str, int, str]  # table, id, column; column '' is the row itself
Snapshot = dict[Row, dict[str, Any]]


class Delta(NamedTuple):
    """What some sets moved: each place, from what to what; a row that came or went is one place."""

    sets: frozenset[int]
    who: int
    moved: dict[Place, tuple[Any, Any]]


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are one, by type too."""
    return type(one) is type(other) and one == other


def difference(before: Snapshot, after: Snapshot) -> dict[Place, tuple[Any, Any]]:
    """Return each place that differs between two snapshots."""
    moved: dict[Place, tuple[Any, Any]] = {}
    for row in before.keys() | after.keys():
        one, other = before.get(row), after.get(row)
        if one is None or other is None:
            moved[(*row, "")] = (one, other)
            continue
        for name, value in one.items():
            if not same(value, other[name]):
                moved[(*row, name)] = (value, other[name])
    return moved


def world(path: Path) -> None:
    """Make a database with three people and three customers, each with contacts, plans and a tag."""
    from crm_tui.access import store as people
    from crm_tui.customers import service
    from crm_tui.followups import service as followups

    create_database(path, login=LOGINS[0], name="王芳")
    with open_session(path, login=LOGINS[0]) as session:
        database = session.database

        def fill(change: Any) -> None:
            for login, name in (("li", "李雷"), ("zhao", "赵云")):
                people.add(change, login, name, "sales_manager")
            for at in range(3):
                contacts = [{"name": f"甲{at}", "mobile": f"1380013800{at}"}, {"name": f"乙{at}"}]
                values = {"no": f"C{at}", "name": f"公司{at}", "note": "原", "status": "prospect"}
                customer = service.add(change, values, contacts, tags=["热"])
                plan = followups.PlanDraft(None, goal="回访", text="未定 回访", recurrence=None)
                followups.add_plan(change, customer, plan)
            followups.add_plan(change, 1, followups.read_plan("每月3日 对账", session.today()))

        database.write(1, "demo", fill)


class Colleagues:
    """The file, its three sessions, another program's connection, and what happened so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sessions = [open_session(path, login=login) for login in LOGINS]
        self.outside = sqlite3.connect(path, isolation_level=None)
        self.outside.execute("PRAGMA foreign_keys=ON")
        self._columns = {t: [c for c in columns(self.outside, t) if c != "changed_in"] for t in TABLES}
        self._quick()
        self.outcomes: Counter[str] = Counter()
        self.deltas: list[Delta] = []
        self.now, self.versions = self.look()
        self.newest, self.growing = self._newest(), 0
        self.seen = [(self.now, self.versions)] * 3

    def _quick(self) -> None:
        for connection in (self.outside, *(one.database.connection for one in self.sessions)):
            connection.execute("PRAGMA synchronous=OFF")

    def close(self) -> None:
        """Let go of the file."""
        self.outside.close()
        for session in self.sessions:
            session.close()

    def reopened(self, who: int) -> None:
        """Let a colleague whose program died start it again."""
        with suppress(sqlite3.Error):
            self.sessions[who].close()
        self.sessions[who] = open_session(self.path, login=LOGINS[who])
        self._quick()

    # -- looking

    def look(self) -> tuple[Snapshot, dict[Row, int]]:
        """Return every row without its version, and the versions."""
        found: Snapshot = {}
        versions: dict[Row, int] = {}
        for table, names in self._columns.items():
            for row in self.outside.execute(f"SELECT changed_in, {', '.join(names)} FROM {table}").fetchall():
                found[table, row[1]] = dict(zip(names, row[1:], strict=True))
                versions[table, row[1]] = row[0]
        return found, versions

    def _newest(self) -> int:
        return self.outside.execute("SELECT coalesce(max(id), 0) FROM change_set").fetchone()[0]

    def _growing(self) -> int:
        return self.outside.execute("SELECT coalesce(change_set, 0) FROM writing").fetchone()[0]

    def read(self, who: int) -> None:
        """Let a colleague look at everything."""
        self.seen[who] = (self.now, self.versions)

    def base(self, who: int, row: Row) -> tuple[dict[str, Any] | None, int]:
        """Return a record as a colleague saw it, and its version then; None when it was not to be seen."""
        snapshot, versions = self.seen[who]
        found = snapshot.get(row)
        return (None if found is None or found["deleted_at"] is not None else found), versions.get(row, 0)

    def rows(self, table: str) -> list[int]:
        """Return the ids of a table's rows, without what a large change still hides from everybody."""
        hidden = self.outside.execute("SELECT low, high FROM publishing").fetchone() or (1, 0)
        return sorted(
            row_id
            for (name, row_id), row in self.now.items()
            if name == table
            and not hidden[0] <= (row_id if table == "customer" else row.get("customer_id", 0)) <= hidden[1]
        )

    # -- holding

    def note(self, who: int) -> Delta:
        """Take in what a step moved, and hold that each of it is in the history under its author."""
        before, (self.now, self.versions) = self.now, self.look()
        newest = self._newest()
        sets = frozenset(range(self.newest + 1, newest + 1))
        if who == OUTSIDE and self.growing and not sets:
            sets = frozenset({self.growing})
        self.newest, self.growing = newest, self._growing()
        delta = Delta(sets, who, difference(before, self.now))
        actor = None if who == OUTSIDE else who + 1
        for table, row_id, name in delta.moved:
            last = history.of_record(self.outside, table, row_id, limit=400)
            entry = next(one for one in last if not name or one.op != "update" or one.field == name)
            assert entry.set_id in sets, (table, row_id, name, entry)
            assert entry.actor == actor, (table, row_id, name, entry)
            version = self.versions.get((table, row_id))
            assert version is None or version in sets
        if delta.moved or sets:
            self.deltas.append(delta)
        return delta

    def untouched(self, who: int) -> None:
        """Hold that a refused step moved nothing and left no set."""
        newest = self.newest
        delta = self.note(who)
        assert not delta.moved, delta.moved
        assert self.newest == newest

    def never_unseen(self, who: int, delta: Delta, places: Collection[Place] | None = None) -> None:
        """Hold that whatever a colleague replaced is what he had seen there."""
        snapshot = self.seen[who][0]
        for place, (old, _new) in delta.moved.items():
            table, row_id, name = place
            if not name or (places is not None and place not in places):
                continue
            assert (table, row_id) in snapshot, place
            assert same(snapshot[table, row_id][name], old), (place, snapshot[table, row_id][name], old)

    # -- undo

    def sets_of(self, set_id: int) -> frozenset[int]:
        """Return a set, or all sets of its job."""
        ask = (
            "SELECT s.id FROM change_set s JOIN change_set o ON o.id = :id WHERE s.id = o.id OR s.job = o.job"
        )
        return frozenset(row[0] for row in self.outside.execute(ask, {"id": set_id}).fetchall())

    def folded(self, sets: Collection[int]) -> dict[Place, tuple[Any, Any]]:
        """Return what some sets moved: each place with its first value before and its last value after."""
        found: dict[Place, tuple[Any, Any]] = {}
        for delta in self.deltas:
            if delta.sets & set(sets):
                for place, (old, new) in delta.moved.items():
                    first = found[place][0] if place in found else old
                    if first is not None and not place[2]:
                        # A row that went had moved before in the same set.
                        earlier = {at[2]: was for at, (was, _new) in found.items() if at[:2] == place[:2]}
                        first = {name: earlier.get(name, value) for name, value in first.items()}
                    found[place] = (first, new)
        return found

    def undo(self, who: int, set_id: int, leave: bool, run: Callable[[], Undone | None]) -> None:
        """Let a colleague take back a set; what must come back is read off the snapshots."""
        aim = self.folded(self.sets_of(set_id))
        came = {(t, i) for (t, i, name), (old, _new) in aim.items() if not name and old is None}
        before = self.now
        try:
            undone = run()
        except UndoBlocked as blocked:
            # Of a job a unique value may turn out taken in the middle: then its parts come back.
            taken = {one.kind for one in blocked.obstacles} == {"taken"}
            assert not self.note(who).moved if taken else self.untouched(who) is None
            assert not leave
            kinds = {one.kind for one in blocked.obstacles}
            if not kinds & {"child", "taken"}:
                assert any(self._moved_on(place, old, new) for place, (old, new) in aim.items()), kinds
            self.outcomes["undo blocked"] += 1
            return
        except CrmError as error:
            self.untouched(who)
            self.outcomes[f"undo {type(error).__name__}"] += 1
            return
        delta = self.note(who)
        for place, (_was, now) in delta.moved.items():
            table, row_id, name = place
            if (table, row_id) in came:
                assert now is None or name in ("deleted_at", "gone"), (place, now)
            elif name:
                assert place in aim and same(aim[place][0], now), (place, aim.get(place), now)
            else:
                assert place in aim and aim[place][0] == now, (place, now)
        self.outcomes["undone, but" if undone and undone.left else "undone"] += 1
        if undone is None or undone.left:
            return
        for (table, row_id, name), (old, new) in aim.items():
            row = self.now.get((table, row_id))
            if (table, row_id) in came:
                assert row is None or row["deleted_at"] is not None, (table, row_id)
            elif not name:
                assert row == old, (table, row_id)
            elif not same(old, new):
                assert row is not None and same(row[name], old), (table, row_id, name, old, row, before)

    def _moved_on(self, place: Place, old: Any, new: Any) -> bool:
        row = self.now.get(place[:2])
        if not place[2]:
            return row != new
        return row is None or not (same(row[place[2]], new) or same(row[place[2]], old))
