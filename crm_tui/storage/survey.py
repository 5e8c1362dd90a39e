"""What an undo would have to do: the log of a set or job, folded and held against the rows of today."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.errors import Conflict, joined
from crm_tui.locale import _, ngettext
from crm_tui.storage import only_one
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import pieces, query_in
from crm_tui.storage.reach import customers_in
from crm_tui.storage.triggers import columns

if TYPE_CHECKING:
    from crm_tui.storage.reach import Limit

LOG = "SELECT id, entity, entity_id, op, field, old, new FROM change WHERE change_set = :set ORDER BY id"
LATER = (
    "SELECT id, entity_id, op, field, old FROM change WHERE entity = :entity AND op <> 'insert'"
    " AND entity_id IN ({ids}) AND id > :after ORDER BY id"
)
CURRENT = "SELECT id, changed_in, {names} FROM {entity} WHERE id IN ({ids})"
MOVER = (
    "SELECT max(change_set) FROM change WHERE entity = :entity AND entity_id = :id AND id > :after"
    " AND (field = :field OR CAST(:field AS TEXT) IS NULL)"
)
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
KEYS = "SELECT * FROM pragma_foreign_key_list(:t)"

Row = tuple[str, int]


class Obstacle(NamedTuple):
    """One thing that stands in the way of an undo.

    ``kind``: moved (the field was changed again), gone (the row is gone), child (something was added to it),
    taken (a unique value is in use), column (the field no longer exists), unseen (its reader may not know),
    beyond (a customer that is not one's to change any more). ``by`` is the set that did it.
    """

    kind: str
    entity: str
    entity_id: int
    field: str | None
    before: Any
    after: Any
    now: Any
    by: int | None


class UndoBlocked(Conflict):
    """Undo would overwrite what was done since; nothing was changed."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(
            _in_the_way(obstacles),
            _("Nothing was undone."),
            _("Look at the list, then undo all but these or leave it."),
        )
        self.obstacles = obstacles


def _in_the_way(obstacles: list[Obstacle]) -> str:
    beyond = sum(one.kind == "beyond" for one in obstacles)
    said = []
    if (n := len(obstacles) - beyond) or not beyond:
        text = ngettext(
            "{n} place in it was changed again since.", "{n} places in it were changed again since.", n
        )
        said.append(text.format(n=n))
    if beyond:
        text = ngettext(
            "{n} customer in it is not yours to change any more.",
            "{n} customers in it are not yours to change any more.",
            beyond,
        )
        said.append(text.format(n=beyond))
    return joined(*said)


@dataclass
class Fold:
    """What a set did to one row, read off its log."""

    before: bool = True
    after: bool = True
    first_old: dict[str, Any] = field(default_factory=dict)
    last_new: dict[str, Any] = field(default_factory=dict)
    image: dict[str, Any] | None = None
    last_change: int = 0
    first_delete: int = 0
    # Fields that somebody else changed between two sets of the same job.
    broken: set[str] = field(default_factory=set)


class Plan(NamedTuple):
    """What is to become of one row: skip, keep (in the way), remove, restore, update or replace."""

    verdict: str
    values: dict[str, Any]


SKIP = Plan("skip", {})
KEEP = Plan("keep", {})


Log = list[tuple[Any, ...]]


def log_of(connection: sqlite3.Connection, set_id: int) -> Log:
    """Return the log of a set: id, entity, entity_id, op, field, old, new of each row, in their order."""
    return connection.execute(LOG, {"set": set_id}).fetchall()


class Survey:
    """Decides for each row of a log, of one set or of all sets of a job, what is to become of it.

    What stands in the files of customers beyond a ``limit`` stays as it is; the log may be a ``part`` only.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        log: Log,
        sets: Collection[int],
        soft: bool,
        *,
        limit: Limit | None = None,
        part: bool = False,
    ) -> None:
        self.connection = connection
        self.log = log
        self.folds = folded(self.log)
        self.obstacles: list[Obstacle] = []
        self.plans: dict[Row, Plan] = {}
        self._soft = soft
        self._tables: dict[str, _Table] = {}
        self._references = references(connection) if soft else {}
        standing = customers_in(connection, log) if limit is not None else {}
        beyond = limit(connection, standing, self.folds, not part) if limit is not None else set()
        self.obstacles += [Obstacle("beyond", "customer", one, *[None] * 5) for one in sorted(beyond)]
        self._beyond = {row for row, customer in standing.items() if customer in beyond}
        for row, fold in self.folds.items():
            entity, row_id = row
            if row in self._beyond:
                # Held against nothing: what became of it since is not for whoever asks.
                self.plans[row] = SKIP if fold.before else KEEP
                continue
            table = self._tables.get(entity)
            if table is None:
                table = self._tables[entity] = _Table(connection, entity, self.folds, sets)
            self.plans[row] = _decide(table, row_id, fold, soft, self.obstacles.append)
        self._one_main_contact()
        if soft:
            self._children_added()

    def kept(self) -> set[Row]:
        """Return the rows that stay although the set added them."""
        return {row for row, plan in self.plans.items() if plan.verdict == "keep"}

    def keep(self, rows: Collection[Row]) -> None:
        """Leave the given rows as they are."""
        for row in rows:
            if row in self.plans:
                self.plans[row] = KEEP
        if rows and self._soft:
            self._children_added()

    def settle(self) -> None:
        """Leave every row that has an obstacle, and with it what belongs to it, until nothing moves."""
        for obstacle in self.obstacles:
            if obstacle.kind in ("gone", "column") or obstacle.field is None:
                self._leave((obstacle.entity, obstacle.entity_id))
        while self._soft:
            customers = {row_id for entity, row_id in self.kept() if entity == "customer"}
            for row, plan in list(self.plans.items()):
                if plan.verdict == "remove" and self._tables[row[0]].customer_of(row[1]) in customers:
                    self.plans[row] = KEEP
            found = len(self.obstacles)
            self._children_added()
            for obstacle in self.obstacles[found:]:
                self._leave((obstacle.entity, obstacle.entity_id))
            if len(self.obstacles) == found:
                break

    def _one_main_contact(self) -> None:
        """Find contacts that would be main ones beside another that was chosen since."""
        claims, then = [], {}
        for (entity, row_id), plan in self.plans.items():
            if entity != only_one.ENTITY or plan.verdict in ("skip", "keep"):
                continue
            now = self._tables[entity].current(row_id) or {}
            row = {} if plan.verdict == "remove" else {**now, **plan.values}
            then[row_id] = _is_main(row)
            if then[row_id] and not _is_main(now):
                last = self.folds[entity, row_id].last_change
                claims.append(only_one.Claim(row_id, row["customer_id"], last))
        for row_id, (_other, by) in only_one.rivals(self.connection, claims, then).items() if claims else ():
            place = (only_one.ENTITY, row_id)
            values = dict(self.plans[place].values)
            alone = self.plans[place].verdict != "restore" and values.pop(only_one.FLAG, None) is not None
            self.obstacles.append(
                Obstacle("taken", *place, only_one.FLAG if alone else None, 1, None, None, by)
            )
            if alone:
                self.plans[place] = Plan(self.plans[place].verdict, values)

    def _leave(self, row: Row) -> None:
        if row in self.plans:
            self.plans[row] = KEEP if self.plans[row].verdict in ("remove", "keep") else SKIP

    def _children_added(self) -> None:
        """Find live rows that hang on a row to be soft-deleted and do not go with it."""
        parents: dict[str, list[int]] = defaultdict(list)
        for (entity, row_id), plan in self.plans.items():
            if plan.verdict == "remove":
                parents[entity].append(row_id)
        for entity, ids in parents.items():
            for child, column in self._references.get(entity, ()):
                for chunk in pieces(sorted(ids)):
                    self._hanging(entity, child, column, chunk)

    def rows_added(self) -> None:
        """Find rows that hang on a row to be removed for good, and stay: the file would refuse that."""
        self._references = references(self.connection)
        self._children_added()
        self._references = {}

    def _hanging(self, entity: str, child: str, column: str, ids: list[int]) -> None:
        rows = self.connection.execute(
            f"SELECT id, {column}, changed_in FROM {child}"
            f" WHERE {column} IN ({', '.join(str(int(row_id)) for row_id in ids)})"
            f"{' AND deleted_at IS NULL' if self._soft else ''} ORDER BY id"
        ).fetchall()
        for child_id, parent_id, by in rows:
            plan = self.plans.get((child, child_id))
            goes = plan is not None and (plan.verdict == "remove" or column in plan.values)
            if (child, child_id) in self._beyond:
                # A tag that a customer beyond still carries stays with it.
                self.plans[entity, parent_id] = KEEP
            elif not goes:
                self.obstacles.append(Obstacle("child", entity, parent_id, None, None, child, child_id, by))


def folded(log: Iterable[tuple[Any, ...]]) -> dict[Row, Fold]:
    """Fold a log in its order into what happened to each row, in the order in which they first moved."""
    folds: dict[Row, Fold] = {}
    for change_id, entity, row_id, op, name, old, new in log:
        fold = folds.get((entity, row_id))
        if fold is None:
            fold = folds[entity, row_id] = Fold(before=op != "insert")
        fold.last_change = change_id
        if op == "update":
            if fold.image is None:
                fold.first_old.setdefault(name, old)
            if name in fold.last_new and not same(fold.last_new[name], old):
                fold.broken.add(name)
            fold.last_new[name] = new
        else:
            fold.after = op == "insert"
            fold.last_new.clear()
            if op == "delete" and fold.image is None:
                fold.image = json.loads(old)
                fold.first_delete = change_id
    return folds


class _Table:
    """The current rows of one entity that a set moved, and what moved them since."""

    def __init__(
        self, connection: sqlite3.Connection, entity: str, folds: dict[Row, Fold], sets: Collection[int]
    ) -> None:
        self.entity = entity
        self.columns = [name for name in columns(connection, entity) if name not in ("id", "changed_in")]
        self._connection = connection
        self._folds = folds
        ids = [row_id for name, row_id in folds if name == entity]
        sql = CURRENT.replace("{names}", ", ".join(self.columns)).replace("{entity}", entity)
        found = query_in(connection, sql, ids)
        self._rows = {row[0]: row[2:] for row in found}
        unmoved = {row[0] for row in found if row[1] in sets}
        self._moved = [row_id for row_id in ids if row_id not in unmoved]
        self._later: dict[int, dict[str, Any]] | None = None

    def current(self, row_id: int) -> dict[str, Any] | None:
        """Return a row as it is now by column, None when it is gone."""
        row = self._rows.get(row_id)
        return None if row is None else dict(zip(self.columns, row, strict=True))

    def customer_of(self, row_id: int) -> int | None:
        """Return the customer whose file a row belongs to."""
        row = self._rows.get(row_id)
        return row[self.columns.index("customer_id")] if row and "customer_id" in self.columns else None

    def later(self, row_id: int) -> dict[str, Any]:
        """Return for each field changed since the set the value that the set had left in it."""
        if self._later is None:
            self._later = defaultdict(dict)
            # What moved on carries a later version; the others need not be looked up.
            first = min((self._folds[self.entity, one].last_change for one in self._moved), default=0)
            params: dict[str, object] = {"entity": self.entity, "after": first}
            for at, entity_id, op, name, old in query_in(self._connection, LATER, self._moved, params):
                if at <= self._folds[self.entity, entity_id].last_change:
                    continue
                known = self._later[entity_id]
                if op == "update":
                    known.setdefault(name, old)
                else:
                    image = json.loads(old)
                    for column in self.columns:
                        known.setdefault(column, image.get(column))
        return self._later.get(row_id, {})

    def mover(self, row_id: int, name: str | None) -> int | None:
        """Return the last set that changed a field of a row, None when unknown."""
        found = self._connection.execute(
            MOVER,
            {"entity": self.entity, "id": row_id, "field": name}
            | {"after": self._folds[self.entity, row_id].last_change},
        ).fetchone()
        return found[0] if found else None


def same(one: Any, other: Any) -> bool:
    """Tell whether two stored values are equal in type and value."""
    return type(one) is type(other) and one == other


def _decide(table: _Table, row_id: int, fold: Fold, soft: bool, report: Callable[[Obstacle], None]) -> Plan:
    current = table.current(row_id)

    def obstacle(kind: str, name: str | None = None, before: Any = None, after: Any = None) -> None:
        now = current.get(name) if current and name else None
        by = table.mover(row_id, name)
        report(Obstacle(kind, table.entity, row_id, name, before, after, now, by))

    if not fold.before:
        if not fold.after or current is None or (soft and current["deleted_at"] is not None):
            return SKIP
        moved = {
            n: old for n, old in table.later(row_id).items() if n in current and not same(old, current[n])
        }
        for name, old in moved.items():
            obstacle("moved", name, None, old)
        return KEEP if moved else Plan("remove", {})
    if not fold.after:
        image = {**dict.fromkeys(table.columns), **(fold.image or {})}
        if current is not None:
            target = {**image, **fold.first_old}
            if not all(same(current[name], target.get(name)) for name in table.columns):
                obstacle("moved")
            return SKIP
        return Plan("restore", image)
    replaced = fold.image is not None
    if fold.image is not None:
        before = {**dict.fromkeys(table.columns), **fold.image, **fold.first_old}
        later = table.later(row_id)
        after = {name: later.get(name, (current or {}).get(name)) for name in before}
    else:
        before, after = fold.first_old, fold.last_new
    wanted = {
        name: value for name, value in before.items() if not same(value, after[name]) or name in fold.broken
    }
    if not wanted:
        return SKIP
    if current is None:
        obstacle("gone")
        return SKIP
    values = {}
    for name, value in wanted.items():
        if name not in current:
            obstacle("column", name, value, after[name])
        elif name in fold.broken:
            obstacle("moved", name, value, after[name])
        elif same(current[name], after[name]):
            values[name] = value
        elif not same(current[name], value):
            obstacle("moved", name, value, after[name])
    return Plan("replace" if replaced else "update", values)


def _is_main(row: dict[str, Any]) -> bool:
    return row.get(only_one.FLAG) == 1 and row.get("deleted_at") is None


def references(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    """Return for each table the tracked tables and columns whose foreign keys lead to it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for (child,) in connection.execute(TABLES).fetchall():
        if "deleted_at" in columns(connection, child):
            for _id, _seq, parent, column, *_rest in connection.execute(KEYS, {"t": child}).fetchall():
                found[parent].append((child, column))
    return found
