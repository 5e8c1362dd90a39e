"""What ``u``, ctrl+r and the history list do: take back a set or a whole job, or bring it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crm_tui.errors import BadInput, Cancelled, CrmError
from crm_tui.locale import _
from crm_tui.storage import history, jobs
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.diagnosis import explained, half_done, taken_back
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.job_survey import survey_job
from crm_tui.storage.slices import joined, slices
from crm_tui.storage.survey import Row, log_of
from crm_tui.storage.undo import Obstacle, UndoBlocked, undo

if TYPE_CHECKING:
    from crm_tui.storage.reach import Reach

SETS_OF_JOB = "SELECT id, action FROM change_set WHERE job = :job ORDER BY id DESC"
ONE = "SELECT id, action, job FROM change_set WHERE id = :set"
VIEW = (
    "SELECT v.name FROM change c JOIN saved_view v ON v.id = c.entity_id"
    " WHERE c.change_set = :set AND c.entity = 'saved_view' ORDER BY c.id LIMIT 1"
)


class Undone(NamedTuple):
    """What an undo did: the new set (of a job its last), what it took back, and what it left alone."""

    set_id: int | None
    action: str
    title: str
    left: list[Obstacle]


def undo_set(
    database: Database,
    parts: jobs.Parts,
    actor: int,
    set_id: int,
    *,
    leave: bool = False,
    source: str = "tui",
) -> Undone:
    """Take back a set, or the whole job that it belongs to; of an undo, that is a redo.

    ``leave`` takes back all but what is in the way. Raises UndoBlocked with the list otherwise, BadInput when
    there is no such set, it has been taken back already, or it made the database, and what the database's
    reach and guard refuse.
    """
    row = database.connection.execute(ONE, {"set": set_id}).fetchone()
    if row is None:
        raise unknown(set_id)
    _id, action, job = row
    if action == "init":
        raise BadInput(
            _("Nobody can take back that the database was made."),
            _("Nothing was changed."),
            _("Once nobody needs it, delete the file."),
        )
    if action.startswith(history.NOTES):
        raise BadInput(_("What the audit notes is never taken back."), _("Nothing was changed."))
    name = "redo" if action == "undo" else "undo"
    if job is not None:
        return _undo_job(database, parts, actor, job, name, leave, source)
    if history.is_undone(database.connection, set_id):
        raise _already()
    left: list[Obstacle] = []
    # A view that was saved is gone afterwards, one brought back was not there before.
    title = _view(database.connection, set_id)

    def body(change: Change) -> None:
        left[:] = undo(change, set_id, soft=action == "import", leave=leave, reach=database.reach)

    result = database.write(actor, name, body, undoes=set_id, source=source)
    return Undone(result.set_id, action, title or _view(database.connection, set_id), left)


def unknown(set_id: int) -> BadInput:
    """Return the refusal of a number that no set has, or none that the person may be told of."""
    return BadInput(
        _("There is no change number {number}.").format(number=set_id), "", _("See the list: crm-tui history")
    )


def _view(connection: sqlite3.Connection, set_id: int) -> str:
    """Return the name of the saved view that a set was about, '' when it was about none."""
    row = connection.execute(VIEW, {"set": set_id}).fetchone()
    return row[0] if row else ""


def _already() -> BadInput:
    return BadInput(_("This change has been taken back already."), _("Nothing was changed."))


def _undo_job(
    database: Database, parts: jobs.Parts, actor: int, job: int, name: str, leave: bool, source: str
) -> Undone:
    connection = database.connection
    found = jobs.job_of(connection, job)
    title = found.title if found else ""
    if found is not None and history.was_stopped(connection, found.undoes):
        raise BadInput(
            _("{title} was stopped before it was whole and cannot be brought back.").format(title=title),
            _("Nothing was changed."),
            _("Do it again."),
        )
    lock = jobs.hold(database.path, connection)
    try:
        # Asked with the lock: two who take back the same at once would leave it taken back twice.
        if history.is_job_undone(connection, job) or history.was_stopped(connection, job):
            raise _already()
        found = jobs.job_of(connection, job)
        # Its process died: the next opening of the file continues it or takes it back.
        if found is not None and found.state == "publishing":
            raise BadInput(
                _("{title} was not written to its end.").format(title=title),
                _("Nothing was changed."),
                _("Open the database again; it is then finished or taken back."),
            )
        sets = connection.execute(SETS_OF_JOB, {"job": job}).fetchall()
        soft = any(action == "import" for _set, action in sets)
        # Asked before anything is written, so that a job is undone whole or not begun.
        limit = database.reach(connection, actor, sets[0][0]) if database.reach and sets else None
        obstacles, keep = survey_job(connection, job, soft=soft, settle=leave, limit=limit)
        if obstacles and not leave:
            raise UndoBlocked(obstacles)
        undo_job = database.write_untracked(lambda c: jobs.open_job(c, name, actor, title, undoes=job))
        left = list(obstacles)
        last: int | None = None
        runner = jobs.Parts(database, parts.presence, None, parts.cancelled, gentle=_gentle(database, sets))
        with runner.settling():
            try:
                # Where nothing is to be left, what goes away meanwhile is for the guard.
                reach = database.reach if leave else None
                work = _Undoing(database, runner, actor, name, undo_job, source, leave, keep, reach)
                for index, (set_id, action) in enumerate(sets):
                    if history.is_undone(connection, set_id):
                        continue
                    last, more = work.take(set_id, action)
                    left += [obstacle for obstacle in more if obstacle not in left]
                    if parts.progress:
                        parts.progress(index + 1, len(sets))
                database.write_untracked(lambda c: jobs.close_job(c, undo_job, "done"))
            except Exception as error:
                # A unique value was taken, somebody was quicker, the disk failed, or it is stopped.
                _bring_back(database, runner.quiet(), actor, undo_job, source, error)
                if isinstance(error, Cancelled):
                    raise Cancelled(_("Stopped."), _("Everything is as it was before.")) from None
                if (told := taken_back(error)) is not error:
                    raise told from error
                raise
    finally:
        lock.close()
    return Undone(last, sets[0][1] if sets else name, title, left)


def _gentle(database: Database, sets: Sequence[tuple[int, str]]) -> bool:
    """Tell whether a job is taken back as gently as it was written: an import is not, alone in the file."""
    return bool(sets) and history.origin(database.connection, sets[0][0]) != "import"


def _bring_back(
    database: Database, parts: jobs.Parts, actor: int, undo_job: int, source: str, error: BaseException
) -> None:
    """Bring back the parts that an undo took before it failed; or leave its end for the next opening."""
    try:
        with explained(database.path):
            sets = database.connection.execute(SETS_OF_JOB, {"job": undo_job}).fetchall()
        work = _Undoing(database, parts, actor, "redo", undo_job, source, leave=True)
        with database.unasked():
            for set_id, action in sets:
                work.take(set_id, action)
        database.write_untracked(lambda c: jobs.close_job(c, undo_job, "taken_back"))
    except CrmError as again:
        rest = _("A part of it is taken back; the rest follows at the next opening.")
        raise half_done(error, rest) from again


@dataclass
class _Undoing:
    """Takes back the sets of a job, each in parts that keep the lock short.

    Only the last part of a set is said to undo it: what was taken back before a crash is found as it is.
    """

    database: Database
    parts: jobs.Parts
    actor: int
    name: str
    job: int
    source: str
    leave: bool
    keep: Collection[Row] = ()
    reach: Reach | None = None

    def take(self, set_id: int, action: str) -> tuple[int | None, list[Obstacle]]:
        """Take back one set; return the last set that did it and what was left alone."""
        last: int | None = None
        left: list[Obstacle] = []
        found = slices(self.database.connection, log_of(self.database.connection, set_id)) or [[]]

        def part(start: int, stop: int) -> None:
            nonlocal last
            log = joined(found[start:stop])

            def body(change: Change) -> list[Obstacle]:
                return undo(
                    change,
                    set_id,
                    soft=action == "import",
                    leave=self.leave,
                    keep=self.keep,
                    log=log,
                    reach=self.reach,
                )

            undoes = set_id if stop == len(found) else None
            result = self.database.write(
                self.actor, self.name, body, undoes=undoes, job=self.job, source=self.source
            )
            last = result.set_id
            left.extend(result.value)

        self.parts.run(len(found), 0, part)
        return last, left


def take_back(database: Database, parts: jobs.Parts, actor: int, job: int, source: str = "tui") -> None:
    """Take back what a cancelled or dead job has written so far; of an import, hidden to the end."""
    sets = database.connection.execute(SETS_OF_JOB, {"job": job}).fetchall()
    database.write_untracked(lambda c: jobs.advance(c, job, jobs.TAKING_BACK, 0))
    undo_job = database.write_untracked(
        lambda c: _continued(c, job) or jobs.open_job(c, "undo", actor, _title(c, job), undoes=job)
    )
    quiet = parts.quiet()
    work = _Undoing(database, quiet, actor, "undo", undo_job, source, leave=True)
    with quiet.settling(), database.unasked():
        for set_id, action in sets:
            if not history.is_undone(database.connection, set_id):
                work.take(set_id, action)
    database.write_untracked(
        lambda c: (jobs.close_job(c, undo_job, "done"), jobs.close_job(c, job, "taken_back"))
    )


DEAD_UNDOS = (
    "SELECT j.id, j.undoes, j.kind, j.person_id FROM job j WHERE j.kind IN ('undo', 'redo')"
    " AND j.state = 'publishing'"
    # What takes back a job that was never whole ends together with it.
    " AND NOT EXISTS (SELECT 1 FROM job o WHERE o.id = j.undoes AND o.state = 'publishing')"
    " ORDER BY j.id"
)
DEAD_BULKS = "SELECT id, person_id FROM job WHERE kind = :kind AND state = 'publishing' ORDER BY id"


def finish_dead_undos(database: Database) -> int:
    """Finish undos of jobs whose process died in the middle; the caller holds the job lock.

    Returns how many there were.
    """
    dead = database.connection.execute(DEAD_UNDOS).fetchall()
    for undo_job, job, name, actor in dead:
        parts = jobs.Parts(database, None)
        work = _Undoing(database, parts, actor, name, undo_job, "tui", leave=True, reach=database.reach)
        for set_id, action in database.connection.execute(SETS_OF_JOB, {"job": job}).fetchall():
            if not history.is_undone(database.connection, set_id):
                work.take(set_id, action)
        database.write_untracked(lambda c, done=undo_job: jobs.close_job(c, done, "done"))
    return len(dead)


def take_back_dead_bulks(database: Database, parts: jobs.Parts, source: str = "tui") -> int:
    """Take back changes of many customers whose process died in the middle; the caller holds the job lock.

    Nobody was told that they were done. Returns how many there were.
    """
    dead = database.connection.execute(DEAD_BULKS, {"kind": jobs.BULK}).fetchall()
    for job, person in dead:
        take_back(database, parts, person, job, source)
    return len(dead)


def _title(connection: sqlite3.Connection, job: int) -> str:
    found = jobs.job_of(connection, job)
    return found.title if found else ""


def _continued(connection: sqlite3.Connection, job: int) -> int | None:
    row = connection.execute(
        "SELECT id FROM job WHERE undoes = :job AND state = 'publishing'", {"job": job}
    ).fetchone()
    return row[0] if row else None


HALF_DONE = (
    "SELECT j.id FROM change_set s JOIN job j ON j.undoes = s.job"
    " WHERE s.id = :set AND j.kind IN ('undo', 'redo') AND j.state = 'publishing' ORDER BY j.id"
)
FINISHED = (
    "SELECT max(s.id), o.action, j.title FROM job j JOIN change_set s ON s.job = j.id"
    " JOIN change_set o ON o.job = j.undoes WHERE j.id = :job AND j.state = 'done'"
)


def half_done_undo(connection: sqlite3.Connection, set_id: int | None) -> int | None:
    """Return the undo of a set's job that was begun and is not at its end, None when there is none."""
    row = connection.execute(HALF_DONE, {"set": set_id}).fetchone()
    return row[0] if row else None


def finished(connection: sqlite3.Connection, undo_job: int) -> Undone | None:
    """Return what an undo that was begun came to, None when it is not at its end."""
    set_id, action, title = connection.execute(FINISHED, {"job": undo_job}).fetchone()
    return Undone(set_id, action, title, []) if set_id is not None else None


def undo_last(database: Database, parts: jobs.Parts, actor: int, source: str = "tui") -> Undone | None:
    """Take back the actor's own last change; None when there is nothing to take back."""
    set_id = history.undoable(database.connection, actor)
    return undo_set(database, parts, actor, set_id, source=source) if set_id else None


def redo_last(database: Database, parts: jobs.Parts, actor: int, source: str = "tui") -> Undone | None:
    """Bring back what the actor's last undo took; None when there is nothing to bring back."""
    set_id = history.redoable(database.connection, actor)
    return undo_set(database, parts, actor, set_id, source=source) if set_id else None
