"""A small world that random steps change, from inside and outside, with a snapshot of it for each set.

The snapshots are the oracle of the undo test: what a set did and what an undo must give is read off them,
never off the log.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import BadInput
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.triggers import columns
from crm_tui.storage.undo import undo
from tests.storage import world

TABLES = ("customer", "contact", "tag", "tag_link", "activity", "plan", "customer_alias")
TEXTS = ("", None, "a", "A", "1", "1.0", "王芳", "'; --", '{"x": 1}')
FIELDS = {
    "customer": ("note", "need", "budget_min", "name"),
    "contact": ("note", "name", "position", "is_primary", "mobile", "email", "deleted_at"),
    "tag": ("colour", "name"),
    "tag_link": ("deleted_at",),
    "activity": ("content", "feedback", "at", "deleted_at"),
    "plan": ("state", "due_on", "due_at", "deleted_at"),
    "customer_alias": ("name", "name_key"),
}
DAYS = (None, "2024-05-02", "2024-04-30")
INSTANTS = (None, "2024-05-01T08:00:00Z", "2024-05-03T09:30:00Z")
STATES = ("todo", "done", "doing")
REACHED = (None, "13800138000", "021-62345678 / 13900139000", "no number", "li@example.com; wang@example.com")
INSTANT = "2024-05-01T08:00:00Z"
CHOICES = {
    "deleted_at": (None, INSTANT),
    "at": INSTANTS[1:],
    "due_at": INSTANTS,
    "due_on": DAYS,
    "state": STATES,
    "mobile": REACHED,
    "email": REACHED,
}

Row = tuple[str, int]
Snapshot = dict[Row, dict[str, Any]]
Numbers = tuple[int, int, int]


class Expected(NamedTuple):
    """What the snapshots say of an undo: the rows that must be there then, or that it must refuse."""

    rows: Snapshot
    conflict: bool


class World:
    """A database, another program's connection to it, and what the tables held after each set."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.outside = sqlite3.connect(path, isolation_level=None)
        self.outside.execute("PRAGMA foreign_keys=ON")
        for connection in (self.database.connection, self.outside):
            connection.execute("PRAGMA synchronous=OFF")
        self._columns = {t: [c for c in columns(self.outside, t) if c != "changed_in"] for t in TABLES}
        self.after: dict[int, Snapshot] = {0: {}}
        self.database.write(1, "person.add", lambda change: change.insert("person", world.OWNER))
        self.note()
        self.refused = {"field": 0, "constraint": 0}
        self.exact = 0

    def close(self) -> None:
        """Close both connections."""
        self.outside.close()
        self.database.close()

    # -- looking

    def now(self) -> Snapshot:
        """Return every row by column, ``changed_in`` left out."""
        found: Snapshot = {}
        for table, names in self._columns.items():
            for row in self.outside.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall():
                found[table, row[0]] = dict(zip(names, row, strict=True))
        return found

    def newest(self) -> int:
        """Return the newest set, 0 when there is none."""
        return self.outside.execute("SELECT coalesce(max(id), 0) FROM change_set").fetchone()[0]

    def log_length(self) -> int:
        """Return how many rows of history there are."""
        return self.outside.execute("SELECT count(*) FROM change").fetchone()[0]

    def note(self) -> None:
        """Remember what the tables hold after the newest set."""
        self.after[self.newest()] = self.now()

    def sets(self) -> list[int]:
        """Return the sets that can be undone, the first one aside."""
        return sorted(self.after)[2:]

    def pick(self, table: str, number: int) -> int | None:
        """Return the id of one of the rows that are there."""
        # A change sees its own rows.
        writer = self.database.connection
        connection = writer if writer.in_transaction else self.outside
        ids = [row[0] for row in connection.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()]
        return ids[number % len(ids)] if ids else None

    # -- what undo must do, by the snapshots alone

    def expected(self, set_id: int) -> Expected:
        """Return the rows that undoing a set must leave, or that it must refuse."""
        position = sorted(self.after).index(set_id)
        before, after = self.after[sorted(self.after)[position - 1]], self.after[set_id]
        rows = self.now()
        conflict = False
        for row in before.keys() | after.keys():
            then, made, current = before.get(row), after.get(row), rows.get(row)
            if same(then, made):
                continue
            if then is None:
                if current is not None:
                    conflict |= not same(current, made)
                    rows.pop(row)
            elif made is None:
                conflict |= current is not None and not same(current, then)
                rows[row] = then
            elif current is None:
                conflict = True
            else:
                wanted = {name: value for name, value in then.items() if not same(value, made[name])}
                conflict |= any(
                    not same(current[name], made[name]) and not same(current[name], value)
                    for name, value in wanted.items()
                )
                rows[row] = {**current, **wanted}
        return Expected(rows, conflict)

    def undo(self, set_id: int) -> bool:
        """Undo a set and hold what happened against the snapshots; return whether it was undone."""
        # An edit from outside that is still open gets sealed first: it is a set of its own.
        expected, before, length = self.expected(set_id), self.now(), self.log_length()
        try:
            self.database.write(1, "undo", lambda change: undo(change, set_id), undoes=set_id)
        except UndoBlocked as blocked:
            assert self.now() == before
            assert self.log_length() == length
            kinds = {obstacle.kind for obstacle in blocked.obstacles}
            if not expected.conflict:
                assert kinds == {"taken"}, (set_id, blocked.obstacles)
            self.refused["constraint" if kinds == {"taken"} else "field"] += 1
            return False
        assert not expected.conflict, set_id
        assert typed(self.now()) == typed(expected.rows)
        self.exact += 1
        self.note()
        return True

    # -- steps

    def step(self, name: str, numbers: Numbers) -> None:
        """Do one step; one that a constraint refuses leaves everything as it was."""
        if name == "undo":
            if self.sets():
                self.undo(self.sets()[numbers[0] % len(self.sets())])
            return
        before = self.now()
        if name.startswith("outside"):
            self._outside(getattr(self, name), numbers, before)
            return
        try:
            self.database.write(1, "test", lambda change: getattr(self, name)(change, numbers))
        except BadInput:
            assert self.now() == before
        else:
            self.note()

    def _outside(self, step: Callable[[Numbers], None], numbers: Numbers, before: Snapshot) -> None:
        newest = self.newest()
        self.outside.execute("BEGIN IMMEDIATE")
        try:
            step(numbers)
            self.outside.execute("COMMIT")
        except sqlite3.IntegrityError:
            self.outside.execute("ROLLBACK")
            assert self.now() == before
            return
        if self.newest() > newest + 1:
            raise AssertionError("one statement from outside opened two sets")
        self.note()

    def insert(self, change: Change, numbers: Numbers) -> None:
        a, b, c = numbers
        person = {"owner_id": 1}
        match a % 7:
            case 0:
                number = f"C{b % 7}"
                row = {"kind": "company", "no": number, "no_sort": number, "note": TEXTS[c % len(TEXTS)]}
                change.insert("customer", row | person)
            case 1:
                name = f"t{b % 4}"
                change.insert("tag", {"name": name, "name_key": name})
            case 2 if (customer := self.pick("customer", b)) and (tag := self.pick("tag", c)):
                change.insert("tag_link", {"customer_id": customer, "tag_id": tag})
            case 3 if customer := self.pick("customer", b):
                contact = self.pick("contact", c) if b % 2 else None
                row = {"customer_id": customer, "contact_id": contact, "at": INSTANT, "origin": "manual"}
                change.insert("activity", row)
            case 4 if customer := self.pick("customer", b):
                row = {"customer_id": customer, "origin": "manual", "due_on": DAYS[c % len(DAYS)]}
                change.insert("plan", row | person)
            case 5 if customer := self.pick("customer", b):
                row = {"customer_id": customer, "name": f"旧名{c}", "name_key": f"旧名{c}", "kind": "former"}
                change.insert("customer_alias", row)
            case _ if customer := self.pick("customer", b):
                world.contact(change, customer, str(c))

    def change_field(self, change: Change, numbers: Numbers) -> None:
        a, b, c = numbers
        table = TABLES[a % len(TABLES)]
        name = FIELDS[table][b % len(FIELDS[table])]
        row = self.pick(table, b)
        if row is not None:
            change.update(table, row, {name: value_for(name, c)})

    def delete(self, change: Change, numbers: Numbers) -> None:
        table = TABLES[numbers[0] % len(TABLES)]
        row = self.pick(table, numbers[1])
        change.execute(f"DELETE FROM {table} WHERE id = :id", {"id": row})

    def soft_delete(self, change: Change, numbers: Numbers) -> None:
        table = TABLES[numbers[0] % len(TABLES)]
        row = self.pick(table, numbers[1])
        if row is not None:
            change.soft_delete(table, row)

    def bulk(self, change: Change, numbers: Numbers) -> None:
        change.execute(
            "UPDATE customer SET note = :note, budget_min = :budget, changed_in = :set",
            {"note": TEXTS[numbers[0] % len(TEXTS)], "budget": numbers[1] % 3, "set": change.set_id},
        )

    def there_and_back(self, change: Change, numbers: Numbers) -> None:
        customer = self.pick("customer", numbers[0])
        if customer is not None:
            note = change.rows("SELECT note FROM customer WHERE id = :id", {"id": customer})[0][0]
            change.update("customer", customer, {"note": f"{note} on the way", "need": TEXTS[numbers[1] % 4]})
            change.update("customer", customer, {"note": note})

    def passing_row(self, change: Change, numbers: Numbers) -> None:
        row = change.insert("tag", {"name": "passing", "name_key": f"p{numbers[0]}"})
        change.update("tag", row, {"colour": "red"})
        if numbers[1] % 2:
            change.execute("DELETE FROM tag WHERE id = :id", {"id": row})

    def swap_numbers(self, change: Change, numbers: Numbers) -> None:
        one, other = self.pick("customer", numbers[0]), self.pick("customer", numbers[1])
        if one is None or other is None or one == other:
            return
        ask = "SELECT no FROM customer WHERE id = :id"
        first, second = (change.rows(ask, {"id": row})[0][0] for row in (one, other))
        change.update("customer", one, {"no": "between"})
        change.update("customer", other, {"no": first})
        change.update("customer", one, {"no": second})

    def repoint(self, change: Change, numbers: Numbers) -> None:
        """A merge: the children of one customer go to another; links that exist there already are dropped."""
        one, other = self.pick("customer", numbers[0]), self.pick("customer", numbers[1])
        if one is None or other is None or one == other:
            return
        parameters = {"one": one, "other": other, "set": change.set_id}
        for table in ("contact", "activity", "plan", "customer_alias"):
            change.execute(
                f"UPDATE {table} SET customer_id = :other, changed_in = :set WHERE customer_id = :one",
                parameters,
            )
        change.execute(
            "UPDATE OR IGNORE tag_link SET customer_id = :other, changed_in = :set WHERE customer_id = :one",
            parameters,
        )
        change.execute("DELETE FROM tag_link WHERE customer_id = :one", parameters)
        change.update("customer", other, {"note": "merged"})
        gone = {"merged_into": other, "gone": "merged", "deleted_at": change.now}
        change.update("customer", one, gone)

    def replace(self, change: Change, numbers: Numbers) -> None:
        row = self.pick("tag", numbers[0])
        name = f"t{numbers[1] % 4}"
        values = {"id": row, "name": name, "colour": TEXTS[numbers[2] % len(TEXTS)], "set": change.set_id}
        change.execute(
            "INSERT OR REPLACE INTO tag (id, name, name_key, colour, created_in, changed_in)"
            " VALUES (:id, :name, :name, :colour, :set, :set)",
            values,
        )

    def mixed(self, change: Change, numbers: Numbers) -> None:
        a, b, c = numbers
        self.change_field(change, (b, a, c))
        self.delete(change, (c, a, b))
        self.insert(change, (a, b, c))
        self.change_field(change, (a, c, b))
        self.replace(change, (a, b, c))

    def outside_insert(self, numbers: Numbers) -> None:
        values = {"name": f"t{numbers[0] % 6}", "colour": TEXTS[numbers[1] % len(TEXTS)]}
        self.outside.execute(
            "INSERT INTO tag (name, name_key, colour) VALUES (:name, :name, :colour)", values
        )

    def outside_update(self, numbers: Numbers) -> None:
        table = TABLES[numbers[0] % len(TABLES)]
        name = FIELDS[table][numbers[1] % len(FIELDS[table])]
        values = {"value": value_for(name, numbers[2]), "id": self.pick(table, numbers[1])}
        self.outside.execute(f"UPDATE {table} SET {name} = :value WHERE id = :id", values)

    def outside_delete(self, numbers: Numbers) -> None:
        table = TABLES[numbers[0] % len(TABLES)]
        self.outside.execute(f"DELETE FROM {table} WHERE id = :id", {"id": self.pick(table, numbers[1])})

    def outside_upsert(self, numbers: Numbers) -> None:
        values = {"id": self.pick("tag", numbers[0]), "name": f"t{numbers[1] % 4}"}
        self.outside.execute(
            "INSERT INTO tag (id, name, name_key) VALUES (:id, :name, :name)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key",
            values,
        )

    def outside_replace(self, numbers: Numbers) -> None:
        """As sqlite-utils does it: it switches recursive_triggers on."""
        self.outside.execute("PRAGMA recursive_triggers=ON")
        values = {"id": self.pick("tag", numbers[0]), "name": f"t{numbers[1] % 4}"}
        with contextlib.suppress(sqlite3.IntegrityError):
            self.outside.execute(
                "INSERT OR REPLACE INTO tag (id, name, name_key) VALUES (:id, :name, :name)", values
            )


STEPS = (
    "insert", "insert", "insert", "change_field", "change_field", "delete", "soft_delete", "bulk",
    "there_and_back", "passing_row", "swap_numbers", "repoint", "replace", "mixed", "outside_insert",
    "outside_update", "outside_delete", "outside_upsert", "outside_replace", "undo", "undo",
)  # fmt: skip


def value_for(name: str, number: int) -> Any:
    """Return a value that the column may hold."""
    if name in ("budget_min", "position"):
        return number % 3
    if name == "is_primary":
        return number % 2
    if name in CHOICES:
        return CHOICES[name][number % len(CHOICES[name])]
    text = TEXTS[number % len(TEXTS)]
    return text or "" if name in ("name", "name_key") else text


def same(one: Any, other: Any) -> bool:
    """Tell whether two rows or values are equal in type and value."""
    return typed(one) == typed(other)


def typed(value: Any) -> Any:
    """Return a value in which 1 and '1' and None differ from everything else."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return type(value).__name__, value
