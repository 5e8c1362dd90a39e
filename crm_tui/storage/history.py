"""Readings of the log: what happened to a record, who changed a field last, what can be undone.

Every function takes a reading connection: names mean the user's views.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from crm_tui.storage.driver import sqlite3

UNFINISHED = "SELECT 1 FROM job WHERE state = 'publishing' UNION ALL SELECT 1 FROM publishing LIMIT 1"


class FieldChange(NamedTuple):
    """One moved field: when, by whom, from what to what. ``at`` is None for an edit not yet sealed."""

    change_id: int
    set_id: int
    at: str | None
    actor: int | None
    action: str
    entity: str
    entity_id: int
    op: str
    field: str | None
    old: Any
    new: Any

    @property
    def is_hidden(self) -> bool:
        """Whether the values were left out for who reads: those of a real move differ."""
        return self.op == "update" and self.old is None and self.new is None


class SetSummary(NamedTuple):
    """A change set, or a whole job as one: what people read in the history list."""

    set_id: int
    at: str | None
    actor: int | None
    action: str
    source: str
    reason: str | None
    undoes: int | None
    job: int | None
    title: str | None
    rows: int
    undone: bool


OF_RECORD = (
    "SELECT c.id, c.change_set, s.at, s.actor, s.action, c.entity, c.entity_id, c.op, c.field, c.old, c.new"
    " FROM change c JOIN change_set s ON s.id = c.change_set"
    " WHERE c.entity = :entity AND c.entity_id = :id AND c.id < :before ORDER BY c.id DESC LIMIT 0 + :limit"
)
OF_FIELD = (
    "SELECT c.id, c.change_set, s.at, s.actor, s.action, c.entity, c.entity_id, c.op, c.field, c.old, c.new"
    " FROM change c JOIN change_set s ON s.id = c.change_set"
    " WHERE c.entity = :entity AND c.entity_id = :id AND (c.field = :field OR c.op <> 'update')"
    " ORDER BY c.id DESC LIMIT 0 + :limit"
)
OF_SET = (
    "SELECT c.id, c.change_set, s.at, s.actor, s.action, c.entity, c.entity_id, c.op, c.field, c.old, c.new"
    " FROM change c JOIN change_set s ON s.id = c.change_set"
    " WHERE c.change_set = :set ORDER BY c.id LIMIT 0 + :limit"
)
OF_JOB = (
    "SELECT c.id, c.change_set, s.at, s.actor, s.action, c.entity, c.entity_id, c.op, c.field, c.old, c.new"
    " FROM change_set s JOIN change c ON c.change_set = s.id"
    " WHERE s.job = :job ORDER BY c.id LIMIT 0 + :limit"
)
NEVER = 2**62
NOTES = "audit."
"""How actions begin that only note what was done: nobody takes them back."""


def of_record(
    reader: sqlite3.Connection, entity: str, entity_id: int, *, limit: int = 200, before: int = NEVER
) -> list[FieldChange]:
    """Return the newest changes of one record, newest first; ``before`` continues below a change id."""
    rows = reader.execute(OF_RECORD, {"entity": entity, "id": entity_id, "before": before, "limit": limit})
    return [FieldChange(*row) for row in rows.fetchall()]


def of_field(
    reader: sqlite3.Connection, entity: str, entity_id: int, field: str, *, limit: int = 50
) -> list[FieldChange]:
    """Return the changes of one field of a record, newest first, its creation included."""
    rows = reader.execute(OF_FIELD, {"entity": entity, "id": entity_id, "field": field, "limit": limit})
    return [FieldChange(*row) for row in rows.fetchall()]


def of_set(reader: sqlite3.Connection, set_id: int, *, limit: int = 1000) -> list[FieldChange]:
    """Return what one set moved, in the order in which it moved."""
    return [FieldChange(*row) for row in reader.execute(OF_SET, {"set": set_id, "limit": limit}).fetchall()]


def of_job(reader: sqlite3.Connection, job: int, *, limit: int = 1000) -> list[FieldChange]:
    """Return what all sets of a job moved, in the order in which it moved."""
    return [FieldChange(*row) for row in reader.execute(OF_JOB, {"job": job, "limit": limit}).fetchall()]


def latest_by_field(reader: sqlite3.Connection, entity: str, entity_id: int) -> dict[str, FieldChange]:
    """Return the newest change of each field of a record; key '' is the record's creation (S4-08)."""
    latest: dict[str, FieldChange] = {}
    for change in of_record(reader, entity, entity_id, limit=5000):
        latest.setdefault(change.field or ("" if change.op == "insert" else "-"), change)
    return latest


NEWEST = "SELECT coalesce(max(id), 0) FROM change_set"


def newest(reader: sqlite3.Connection) -> int:
    """Return the number of the newest set, 0 when there is none."""
    return reader.execute(NEWEST).fetchone()[0]


SETS = (
    "SELECT s.id, s.at, s.actor, s.action, s.source, s.reason, s.undoes, s.job FROM {sets} s"
    " WHERE s.id < :before AND (CAST(:actor AS INTEGER) IS NULL OR s.actor = :actor) ORDER BY s.id DESC"
    " LIMIT 0 + :limit"
)
# The sets that a person may be told of. One's own are all of them, and the writing connection has no views.
TOLD = SETS.replace("{sets}", "told_set")
OWN = SETS.replace("{sets}", "change_set")
ONE = (
    "SELECT s.id, s.at, s.actor, s.action, s.source, s.reason, s.undoes, s.job FROM told_set s"
    " WHERE s.id = :set"
)
DOER = "SELECT s.at, s.actor FROM change_set s WHERE s.id = :set"
MOVED = "SELECT count(*) FROM change WHERE change_set = :set"
MOVED_BY_JOB = "SELECT count(*) FROM change c JOIN change_set s ON s.id = c.change_set WHERE s.job = :job"
JOB = "SELECT title, undoes FROM job WHERE id = :job"
UNDOING = "SELECT id FROM change_set WHERE undoes = :set AND action IN ('undo', 'redo') ORDER BY id"
UNDOING_JOB = "SELECT id FROM job WHERE undoes = :job AND state = 'done' ORDER BY id"


def is_undone(connection: sqlite3.Connection, set_id: int) -> bool:
    """Tell whether a set stands taken back: undone, and that undo not undone itself."""
    rows = connection.execute(UNDOING, {"set": set_id}).fetchall()
    return any(not is_undone(connection, row[0]) for row in rows)


def is_job_undone(connection: sqlite3.Connection, job: int) -> bool:
    """Tell whether a job stands taken back."""
    rows = connection.execute(UNDOING_JOB, {"job": job}).fetchall()
    return any(not is_job_undone(connection, row[0]) for row in rows)


def was_stopped(connection: sqlite3.Connection, job: int | None) -> bool:
    """Tell whether a job was taken back before it was whole: nobody may bring back a part of it."""
    row = connection.execute("SELECT state FROM job WHERE id = :job", {"job": job}).fetchone()
    return row is not None and row[0] == "taken_back"


def recent(
    reader: sqlite3.Connection, *, actor: int | None = None, limit: int = 100, before: int = NEVER
) -> list[SetSummary]:
    """Return the newest sets that the person may be told of, newest first, the sets of a job as one entry."""
    summaries: list[SetSummary] = []
    jobs: set[int] = set()
    position = before
    while len(summaries) < limit:
        rows = reader.execute(TOLD, {"before": position, "actor": actor, "limit": limit}).fetchall()
        if not rows:
            break
        for row in rows:
            position = row[0]
            job = row[7]
            if job is not None:
                if job in jobs:
                    continue
                jobs.add(job)
            summaries.append(_summary(reader, row))
            if len(summaries) == limit:
                break
    return summaries


def summary(reader: sqlite3.Connection, set_id: int) -> SetSummary | None:
    """Return one set, or the whole job that it belongs to; None when there is none to be told of."""
    row = reader.execute(ONE, {"set": set_id}).fetchone()
    return _summary(reader, row) if row else None


def is_told(reader: sqlite3.Connection, set_id: int) -> bool:
    """Tell whether the person may be told of a set."""
    return reader.execute(ONE, {"set": set_id}).fetchone() is not None


def doer(reader: sqlite3.Connection, set_id: int | None) -> tuple[str | None, int | None] | None:
    """Return when a set was made and by whom; None when there is no such set."""
    row = reader.execute(DOER, {"set": set_id}).fetchone()
    return (row[0], row[1]) if row else None


def _summary(reader: sqlite3.Connection, row: tuple[Any, ...]) -> SetSummary:
    job = row[7]
    if job is None:
        count = reader.execute(MOVED, {"set": row[0]}).fetchone()[0]
        return SetSummary(*row, None, count, is_undone(reader, row[0]))
    count = reader.execute(MOVED_BY_JOB, {"job": job}).fetchone()[0]
    title = reader.execute(JOB, {"job": job}).fetchone()
    return SetSummary(*row, title[0] if title else None, count, is_job_undone(reader, job))


def undoable(reader: sqlite3.Connection, actor: int) -> int | None:
    """Return the actor's newest set that stands and is no undo itself: what ``u`` takes back."""
    for set_id, action, job in _own_sets(reader, actor):
        if action not in ("undo", "redo", "init") and not _stands_undone(reader, set_id, job):
            return set_id
    return None


def redoable(reader: sqlite3.Connection, actor: int) -> int | None:
    """Return the actor's newest undo that still stands and has no later change of theirs above it."""
    for set_id, action, job in _own_sets(reader, actor):
        if action == "undo" and not _stands_undone(reader, set_id, job):
            undone = reader.execute(JOB, {"job": job}).fetchone()
            if undone is None or not was_stopped(reader, undone[1]):
                return set_id
        if action not in ("undo", "redo"):
            return None
    return None


# The parts of a job's undo but the last of each set say only by their job what they undo.
ORIGIN = (
    "SELECT s.action, coalesce(s.undoes, (SELECT max(o.id) FROM job j JOIN change_set o ON o.job = j.undoes"
    " WHERE j.id = s.job)) FROM change_set s WHERE s.id = :set"
)


def origin(connection: sqlite3.Connection, set_id: int) -> str:
    """Return the action that a chain of undos and redos is about; '' when there is no such set."""
    action: str = ""
    following: int | None = set_id
    while following is not None and (row := connection.execute(ORIGIN, {"set": following}).fetchone()):
        action, following = row[0], row[1]
    return action


def unfinished(connection: sqlite3.Connection) -> bool:
    """Tell whether a large change is not done: it is being written, or its process died."""
    return connection.execute(UNFINISHED).fetchone() is not None


def _own_sets(reader: sqlite3.Connection, actor: int) -> Iterator[tuple[int, str, int | None]]:
    """Yield the actor's sets, newest first, one for each job; not what only notes something."""
    before, jobs = NEVER, set()
    while rows := reader.execute(OWN, {"before": before, "actor": actor, "limit": 50}).fetchall():
        for row in rows:
            before = row[0]
            if row[3].startswith(NOTES):
                continue
            if row[7] is None or row[7] not in jobs:
                jobs.add(row[7])
                yield row[0], row[3], row[7]


def _stands_undone(reader: sqlite3.Connection, set_id: int, job: int | None) -> bool:
    return is_undone(reader, set_id) if job is None else is_job_undone(reader, job)
