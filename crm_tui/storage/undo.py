"""Undo: replays the log of a set backwards as a new set, or says field by field what is in the way."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.survey import KEEP, SKIP, Fold, Log, Obstacle, Plan, Row, Survey, UndoBlocked, log_of

if TYPE_CHECKING:
    from crm_tui.storage.reach import Reach

__all__ = ["Obstacle", "UndoBlocked", "undo"]

Statement = tuple[str, str, list[dict[str, Any]]]


def undo(
    change: Change,
    set_id: int,
    *,
    soft: bool = False,
    leave: bool = False,
    keep: Collection[Row] = (),
    log: Log | None = None,
    reach: Reach | None = None,
) -> list[Obstacle]:
    """Take back a set inside the open change; return what was left alone.

    ``soft`` marks inserted rows as deleted instead of removing them (imports). ``leave`` undoes all but what
    is in the way; a customer that is left keeps what the set added to it. ``keep`` names rows to be left
    whatever they are, ``log`` the part of the set's log to take back, all of it by default; customers beyond
    ``reach`` are in the way. Raises UndoBlocked with every obstacle otherwise, and what refuses the undo when
    nothing is within reach; the transaction must then be rolled back.
    """
    connection = change.connection
    whole = log_of(connection, set_id) if log is None else log
    limit = reach(connection, change.actor, set_id) if reach is not None else None
    survey = Survey(connection, whole, {set_id}, soft, limit=limit, part=log is not None)
    survey.keep(keep)
    if survey.obstacles:
        if not leave:
            raise UndoBlocked(survey.obstacles)
        survey.settle()
    obstacles = survey.obstacles
    obstacles += _replay(change, survey.log, survey.folds, survey.plans, soft=soft, leave=leave)
    return obstacles


def _replay(
    change: Change,
    log: list[tuple[Any, ...]],
    folds: dict[Row, Fold],
    plans: dict[Row, Plan],
    *,
    soft: bool,
    leave: bool,
) -> list[Obstacle]:
    """Write what the plans say; return the rows that a constraint kept from it.

    With ``leave`` such rows stay wholly as they are and the others are written; raises UndoBlocked otherwise.
    """
    found: list[Obstacle] = []
    # Under a savepoint each row's statement copies its pages once more, ten times the work of a soft removal,
    # which no constraint can refuse.
    if not leave or (soft and all(plan.verdict in ("remove", "keep", "skip") for plan in plans.values())):
        refused = _written(change, _statements(change, log, folds, plans, soft), False)
        if refused:
            raise UndoBlocked(refused)
        return found
    while True:
        change.execute("SAVEPOINT replay")
        refused = _written(change, _statements(change, log, folds, plans, soft), leave)
        if not refused:
            change.execute("RELEASE replay")
            return found
        change.execute("ROLLBACK TO replay")
        change.execute("RELEASE replay")
        found += refused
        for obstacle in refused:
            row = (obstacle.entity, obstacle.entity_id)
            plans[row] = KEEP if plans[row].verdict == "remove" else SKIP


def _written(change: Change, statements: list[Statement], go_on: bool) -> list[Obstacle]:
    refused: list[Obstacle] = []
    for entity, sql, params in statements:
        rest = iter(params)
        while True:
            tried: list[int] = []
            try:
                change.connection.executemany(sql, _noted(rest, tried))
                break
            except sqlite3.IntegrityError as error:
                refused.append(Obstacle("taken", entity, tried[0], None, None, None, str(error), None))
                if not go_on:
                    return refused
    return refused


def _noted(rest: Iterator[dict[str, Any]], tried: list[int]) -> Iterator[dict[str, Any]]:
    """Hand on the parameters and note the id of the newest: the one an error is about."""
    for params in rest:
        tried[:] = [params["id_"]]
        yield params


def _statements(
    change: Change, log: list[tuple[Any, ...]], folds: dict[Row, Fold], plans: dict[Row, Plan], soft: bool
) -> list[Statement]:
    statements: list[Statement] = []
    pending: tuple[Row, dict[str, Any]] | None = None
    images = _images(log, plans)
    # A row to be removed goes back step by step too: another may want the value that it took last.
    stepwise = {"update", "restore", "replace"} | (set() if soft else {"remove"})

    def push(entity: str, sql: str, params: dict[str, Any]) -> None:
        params["set_"] = change.set_id
        if statements and statements[-1][1] == sql:
            statements[-1][2].append(params)
        else:
            statements.append((entity, sql, [params]))

    def flush() -> None:
        nonlocal pending
        if pending:
            (entity, row_id), values = pending
            push(entity, _update(entity, list(values)), {**values, "id_": row_id})
            pending = None

    for change_id, entity, row_id, op, name, old, _new in reversed(log):
        row = (entity, row_id)
        plan = plans[row]
        if plan.verdict == "restore" and change_id > folds[row].first_delete:
            continue
        if op == "update" and plan.verdict in stepwise:
            if plan.verdict in ("update", "replace") and name not in plan.values:
                continue
            # Neighbouring updates of one row go back in one step: to a state the set passed through.
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
                push(entity, _update(entity, list(gone)), {**gone, "id_": row_id})
            else:
                push(entity, f"DELETE FROM {entity} WHERE id = :id_ AND :set_ = :set_", {"id_": row_id})
        elif op == "insert" and plan.verdict == "replace" and plan.values:
            # The row stays, with what it held when it was deleted just before: others may hang on it.
            image = images[row].pop()
            push(
                entity,
                _update(entity, list(plan.values)),
                {n: image.get(n) for n in plan.values} | {"id_": row_id},
            )
        elif op == "delete" and plan.verdict == "restore":
            names = [n for n, value in plan.values.items() if value is not None]
            sql = (
                f"INSERT INTO {entity} (id, {', '.join(names)}, changed_in)"
                f" VALUES (:id_, {', '.join(':' + n for n in names)}, :set_)"
            )
            push(entity, sql, {n: plan.values[n] for n in names} | {"id_": row_id})
    flush()
    return statements


def _images(log: list[tuple[Any, ...]], plans: dict[Row, Plan]) -> dict[Row, list[dict[str, Any]]]:
    """Return what each replaced row held at each of its deletions, in their order."""
    images: dict[Row, list[dict[str, Any]]] = defaultdict(list)
    for _id, entity, row_id, op, _name, old, _new in log:
        if op == "delete" and plans[entity, row_id].verdict == "replace":
            images[entity, row_id].append(json.loads(old))
    return images


def _update(entity: str, names: list[str]) -> str:
    return (
        f"UPDATE {entity} SET {', '.join(f'{n} = :{n}' for n in names)}, changed_in = :set_ WHERE id = :id_"
    )
