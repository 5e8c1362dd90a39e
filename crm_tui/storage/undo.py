"""Undo: replays the log of a set backwards as a new set, or says field by field what is in the way."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm_tui.errors import Conflict
from crm_tui.locale import _
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns

LOG = "SELECT id, entity, entity_id, op, field, old, new FROM change WHERE change_set = :set ORDER BY id"
LATER = (
    "SELECT entity_id, field, old, id, change_set FROM change"
    " WHERE entity = :entity AND change_set > :set AND op = 'update' AND entity_id IN"
    " (SELECT entity_id FROM change WHERE change_set = :set AND entity = :entity) ORDER BY id"
)
CHILDREN = (
    'SELECT m.name, f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f'
    " WHERE m.type = 'table' AND f.\"table\" = :t"
)

Row = tuple[str, int]


class Obstacle(NamedTuple):
    """One thing that stands in the way of an undo.

    ``kind``: moved (the field was changed again), gone (the row is gone), child (something was added to it),
    taken (a unique value is in use), column (the field no longer exists). ``by`` is the set that did it.
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
            _("Some of it was changed again since: {n} places.").format(n=len(obstacles)),
            _("Nothing was undone."),
            _("Look at the list, then undo all but these or leave it."),
        )
        self.obstacles = obstacles


@dataclass
class _Fold:
    """What a set did to one row, read off its log."""

    before: bool = True
    after: bool = True
    first_old: dict[str, Any] = field(default_factory=dict)
    last_new: dict[str, Any] = field(default_factory=dict)
    image: dict[str, Any] | None = None
    last_change: int = 0
    first_delete: int = 0
    ops: set[str] = field(default_factory=set)


class _Plan(NamedTuple):
    verdict: str  # skip, remove, restore, update, replace
    values: dict[str, Any]


def undo(
    change: Change, set_id: int, *, soft: bool = False, leave: bool = False, trial: bool = False
) -> list[Obstacle]:
    """Take back a set inside the open change; return what was left alone.

    ``soft`` marks inserted rows as deleted instead of removing them (imports). ``leave`` undoes all but what
    is in the way. Raises UndoBlocked with every obstacle otherwise; the transaction must then be rolled back.
    ``trial`` only looks for obstacles.
    """
    log = change.rows(LOG, {"set": set_id})
    folds = _folded(log)
    obstacles: list[Obstacle] = []
    plans: dict[Row, _Plan] = {}
    by_entity: dict[str, list[int]] = defaultdict(list)
    for entity, row_id in folds:
        by_entity[entity].append(row_id)
    for entity, ids in by_entity.items():
        table = _Table(change, entity, set_id, ids)
        for row_id in ids:
            plans[entity, row_id] = _decide(table, row_id, folds[entity, row_id], soft, obstacles)
    if soft:
        _children_added(change, plans, obstacles)
    if obstacles and not leave:
        raise UndoBlocked(obstacles)
    if trial:
        return []
    for obstacle in obstacles:
        if obstacle.kind in ("gone", "child", "column") or obstacle.field is None:
            plans[obstacle.entity, obstacle.entity_id] = _Plan("skip", {})
    _replay(change, log, folds, plans, soft)
    return obstacles


def _folded(log: Iterable[tuple[Any, ...]]) -> dict[Row, _Fold]:
    folds: dict[Row, _Fold] = {}
    for change_id, entity, row_id, op, name, old, new in log:
        fold = folds.get((entity, row_id))
        if fold is None:
            fold = folds[entity, row_id] = _Fold(before=op != "insert")
        fold.last_change = change_id
        fold.ops.add(op)
        if op == "update":
            if fold.image is None:
                fold.first_old.setdefault(name, old)
            fold.last_new[name] = new
        else:
            fold.after = op == "insert"
            if op == "delete" and fold.image is None:
                fold.image = json.loads(old)
                fold.first_delete = change_id
    return folds


class _Table:
    """The current rows of one entity that a set moved, and what moved them since."""

    def __init__(self, change: Change, entity: str, set_id: int, ids: list[int]) -> None:
        self.entity = entity
        self.columns = [
            name for name in columns(change.connection, entity) if name not in ("id", "changed_in")
        ]
        self.current = _current(change.connection, entity, self.columns, set_id)
        self._change = change
        self._set = set_id
        self._later: dict[int, dict[str, tuple[Any, int, int]]] | None = None

    def later(self, row_id: int, after: int) -> dict[str, Any]:
        """Return for each field changed since change ``after`` the value it had before that."""
        if self._later is None:
            self._later = defaultdict(dict)
            for entity_id, name, old, change_id, by in self._change.rows(
                LATER, {"entity": self.entity, "set": self._set}
            ):
                self._later[entity_id].setdefault(name, (old, change_id, by))
        return {name: old for name, (old, at, _by) in self._later.get(row_id, {}).items() if at > after}

    def mover(self, row_id: int, name: str | None) -> int | None:
        """Return the last set that changed a field of a row, None when unknown."""
        found = self._change.one(
            "SELECT max(change_set) FROM change WHERE entity = :entity AND entity_id = :id"
            " AND change_set > :set AND (field = :field OR :field IS NULL)",
            {"entity": self.entity, "id": row_id, "set": self._set, "field": name},
        )
        return found[0] if found else None


def _current(
    connection: sqlite3.Connection, entity: str, names: list[str], set_id: int
) -> dict[int, dict[str, Any]]:
    cursor = connection.execute(
        f"SELECT id, {', '.join(names)} FROM {entity} WHERE id IN"
        " (SELECT entity_id FROM change WHERE change_set = :set AND entity = :entity)",
        {"set": set_id, "entity": entity},
    )
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()}


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _decide(table: _Table, row_id: int, fold: _Fold, soft: bool, obstacles: list[Obstacle]) -> _Plan:
    current = table.current.get(row_id)
    if not fold.before and not fold.after:
        return _Plan("skip", {})

    def obstacle(kind: str, name: str | None = None, before: Any = None, after: Any = None) -> None:
        now = current.get(name) if current and name else None
        obstacles.append(
            Obstacle(kind, table.entity, row_id, name, before, after, now, table.mover(row_id, name))
        )

    if not fold.before:
        if current is None or (soft and current.get("gone") == "undone"):
            return _Plan("skip", {})
        moved = {
            name: old
            for name, old in table.later(row_id, fold.last_change).items()
            if name in current and not _same(old, current[name])
        }
        if soft and current.get("deleted_at") and "deleted_at" not in moved:
            return _Plan("skip", {})
        for name, old in moved.items():
            obstacle("moved", name, None, old)
        return _Plan("skip" if moved else "remove", {})
    if not fold.after:
        image = {**dict.fromkeys(table.columns), **(fold.image or {})}
        if current is not None:
            target = {**image, **fold.first_old}
            if not all(_same(current[name], target.get(name)) for name in table.columns):
                obstacle("moved")
            return _Plan("skip", {})
        return _Plan("restore", image)
    replaced = fold.image is not None
    if replaced:
        assert fold.image is not None
        before = {**dict.fromkeys(table.columns), **fold.image, **fold.first_old}
        later = table.later(row_id, fold.last_change)
        after = {name: later.get(name, (current or {}).get(name)) for name in before}
    else:
        before, after = fold.first_old, fold.last_new
    wanted = {name: value for name, value in before.items() if not _same(value, after[name])}
    if not wanted:
        return _Plan("skip", {})
    if current is None:
        obstacle("gone")
        return _Plan("skip", {})
    values = {}
    for name, value in wanted.items():
        if name not in current:
            obstacle("column", name, value, after[name])
        elif _same(current[name], after[name]):
            values[name] = value
        elif not _same(current[name], value):
            obstacle("moved", name, value, after[name])
    return _Plan("replace" if replaced else "update", values)


def _children_added(change: Change, plans: dict[Row, _Plan], obstacles: list[Obstacle]) -> None:
    """Find live rows that hang on a row to be soft-deleted and do not go with it."""
    parents: dict[str, set[int]] = defaultdict(set)
    for (entity, row_id), plan in plans.items():
        if plan.verdict == "remove":
            parents[entity].add(row_id)
    for entity, ids in parents.items():
        for child, column in change.rows(CHILDREN, {"t": entity}):
            if "deleted_at" not in columns(change.connection, child):
                continue
            for chunk in _chunks(sorted(ids), 400):
                marks = ", ".join(str(int(row_id)) for row_id in chunk)
                rows = change.rows(
                    f"SELECT id, {column}, changed_in FROM {child}"
                    f" WHERE {column} IN ({marks}) AND deleted_at IS NULL"
                )
                for child_id, parent_id, by in rows:
                    plan = plans.get((child, child_id))
                    if plan is None or plan.verdict != "remove":
                        obstacles.append(
                            Obstacle("child", entity, parent_id, None, None, child, child_id, by)
                        )


def _chunks(items: list[int], size: int) -> Iterable[list[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _replay(
    change: Change,
    log: list[tuple[Any, ...]],
    folds: dict[Row, _Fold],
    plans: dict[Row, _Plan],
    soft: bool,
) -> None:
    statements: list[tuple[str, list[dict[str, Any]], Row]] = []
    pending: tuple[Row, dict[str, Any]] | None = None

    def push(sql: str, params: dict[str, Any], row: Row) -> None:
        params["set_"] = change.set_id
        if statements and statements[-1][0] == sql:
            statements[-1][1].append(params)
        else:
            statements.append((sql, [params], row))

    def flush() -> None:
        nonlocal pending
        if pending:
            row, values = pending
            push(_update(row[0], list(values)), {**values, "id_": row[1]}, row)
            pending = None

    for change_id, entity, row_id, op, name, old, _new in reversed(log):
        row = (entity, row_id)
        plan = plans[row]
        if plan.verdict == "restore" and change_id > folds[row].first_delete:
            continue
        if op == "update" and plan.verdict in ("update", "restore"):
            if plan.verdict == "update" and name not in plan.values:
                continue
            if pending and pending[0] == row:
                pending[1][name] = old
            else:
                flush()
                pending = (row, {name: old})
            continue
        flush()
        if op == "insert" and plan.verdict == "remove":
            if soft:
                gone = {"deleted_at": change.now} | ({"gone": "undone"} if entity == "customer" else {})
                push(_update(entity, list(gone)), {**gone, "id_": row_id}, row)
            else:
                push(f"DELETE FROM {entity} WHERE id = :id_ AND :set_ = :set_", {"id_": row_id}, row)
        elif op == "insert" and plan.verdict == "replace" and plan.values:
            push(_update(entity, list(plan.values)), {**plan.values, "id_": row_id}, row)
            plans[row] = _Plan("skip", {})
        elif op == "delete" and plan.verdict == "restore":
            names = [n for n, value in plan.values.items() if value is not None]
            sql = (
                f"INSERT INTO {entity} (id, {', '.join(names)}, changed_in)"
                f" VALUES (:id_, {', '.join(':' + n for n in names)}, :set_)"
            )
            push(sql, {n: plan.values[n] for n in names} | {"id_": row_id}, row)
    flush()
    for sql, params, row in statements:
        try:
            change.connection.executemany(sql, params)
        except sqlite3.IntegrityError as error:
            raise UndoBlocked([Obstacle("taken", *row, None, None, str(error), None, None)]) from error


def _update(entity: str, names: list[str]) -> str:
    return (
        f"UPDATE {entity} SET {', '.join(f'{n} = :{n}' for n in names)}, changed_in = :set_ WHERE id = :id_"
    )
