"""What stands in the way of undoing a whole job, asked before anything of it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.reach import customers_in
from crm_tui.storage.survey import Obstacle, Row, Survey, folded, log_of, references

if TYPE_CHECKING:
    from crm_tui.storage.reach import Limit

SETS = "SELECT id FROM change_set WHERE job = :job ORDER BY id"
# Each row of the set's log leads by the index to what came after it.
MOVED_SINCE = (
    "SELECT 1 FROM change c"
    " JOIN change d ON d.entity = c.entity AND d.entity_id = c.entity_id AND d.id > c.id"
    " WHERE c.change_set = :set AND d.change_set <> c.change_set LIMIT 1"
)
# Written out, so that the indexes of live rows serve.
LIVE, ANY = "k.deleted_at IS NULL", "1 = 1"
ADDED = "SELECT DISTINCT entity FROM change WHERE change_set = :set AND op = 'insert'"
HANGING = (
    "SELECT 1 FROM change c JOIN {child} k ON k.{column} = c.entity_id"
    " WHERE c.change_set = :set AND c.entity = :entity AND c.op = 'insert'"
    " AND {live}"
    " AND NOT EXISTS (SELECT 1 FROM change_set s WHERE s.id = k.created_in AND s.job = :job) LIMIT 1"
)


def survey_job(
    connection: sqlite3.Connection, job: int, *, soft: bool, settle: bool, limit: Limit | None = None
) -> tuple[list[Obstacle], set[Row]]:
    """Return what stands in the way of undoing a whole job, and with ``settle`` the rows that then stay.

    Customers beyond the ``limit`` stand in the way; raises what refuses the undo when that is all of them. It
    reads set by set: without write-ahead log a reading of seconds would keep colleagues from saving.
    """
    sets = [row[0] for row in connection.execute(SETS, {"job": job}).fetchall()]
    if _untouched(connection, job, sets, soft) and not _reaches_beyond(connection, sets, limit):
        return [], set()
    log = [row for each in sets for row in log_of(connection, each)]
    survey = Survey(connection, log, set(sets), soft, limit=limit)
    if not soft:
        survey.rows_added()
    if settle and survey.obstacles:
        survey.settle()
    return survey.obstacles, survey.kept()


def _untouched(connection: sqlite3.Connection, job: int, sets: list[int], soft: bool) -> bool:
    """Tell whether no row of a job has moved since its set and nobody added anything to one."""
    children = references(connection)
    for each in sets:
        if connection.execute(MOVED_SINCE, {"set": each}).fetchone():
            return False
        for (entity,) in connection.execute(ADDED, {"set": each}).fetchall():
            for child, column in children.get(entity, ()):
                sql = HANGING.format(child=child, column=column, live=LIVE if soft else ANY)
                if connection.execute(sql, {"set": each, "entity": entity, "job": job}).fetchone():
                    return False
    return True


def _reaches_beyond(connection: sqlite3.Connection, sets: list[int], limit: Limit | None) -> bool:
    """Tell whether a job moved customers that lie beyond a limit by now: not all of that is in their rows."""
    if limit is None:
        return False
    logs = (log_of(connection, each) for each in sets)
    return any(limit(connection, customers_in(connection, log), folded(log), False) for log in logs)
