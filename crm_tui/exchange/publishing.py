"""Writes a planned import into the database as one job, and finishes what a dead process left of one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_tui import clock
from crm_tui.customers import ahead as derived_ahead
from crm_tui.customers.ahead import Made
from crm_tui.customers.derived import required_in
from crm_tui.errors import Busy, Cancelled, CrmError, Fault
from crm_tui.exchange import store
from crm_tui.exchange.ahead import Ahead, ahead
from crm_tui.exchange.outcome import ImportResult
from crm_tui.exchange.planning import ImportPlan, PlannedRow
from crm_tui.exchange.store_staging import Operation, Staging, forget_dead, remove
from crm_tui.exchange.writing import Moved, add_customers, update_customers
from crm_tui.locale import _
from crm_tui.presets import store as presets
from crm_tui.storage import collecting, jobs, numbering, undoing
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.diagnosis import CommitFault, explained, half_done, taken_back
from crm_tui.storage.driver import sqlite3

if TYPE_CHECKING:
    from crm_tui.exchange.safeguard import Safeguard

ACTION = "import"
NOTHING_MOVED = Moved(set(), set())


def run_import(
    session: Any,
    plan: ImportPlan,
    progress: jobs.Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    guard: Safeguard | None = None,
) -> ImportResult:
    """Write what was planned as one job and return what became of the rows.

    Up to 2,000 customers (150 with colleagues in the file) go into one transaction; more are written in
    parts that stay hidden until the last (change-sets, part 8). The first is written once ``guard`` has its
    copy, the last once that stands verified. Raises Busy while another large change is written, NoBackup and
    Cancelled between two parts, NotPermitted; then nothing of it can be seen, and the plan is of no more use.
    """
    session.demand(ACTION)
    database: Database = session.database
    parts: jobs.Parts = session.parts(progress, cancelled)
    counts = plan.counts
    rows = (counts["new"], counts["update"], counts["skip"], counts["suspect"], counts["error"])
    if cancelled and cancelled():
        raise _stopped()
    if not plan.writes:
        _remember(database, plan.staging, session.person.id)
        return ImportResult(None, None, *rows, [], counts["same"])
    # What a dead process left is finished first: one large change at a time.
    session.recover()
    lock = jobs.hold(database.path, database.connection)
    try:
        if jobs.publishing(database.connection) is not None:
            resume(database, parts, session.person.id, session.source)
        publisher = Publisher(database, parts, plan.staging, session.person.id, session.source, guard)
        with collecting.rarely():
            publisher.publish(plan.additions, plan.updates)
    finally:
        lock.close()
    _remember(database, plan.staging, session.person.id)
    session.renew_words()
    left = publisher.left
    if left:
        plan.staging.leave(left, _("The customer was changed or added meanwhile; look again."))
    found = [PlannedRow(*row) for number in left if (row := plan.staging.outcome(number))]
    plan.left = found
    left_new = len(publisher.left_new)
    added, updated = rows[0] - left_new, rows[1] - (len(left) - left_new)
    return ImportResult(
        publisher.job, publisher.first_set, added, max(0, updated), *rows[2:], found, counts["same"]
    )


def _stopped() -> Cancelled:
    return Cancelled(_("The import was stopped."), _("Nothing was imported."))


def _remember(database: Database, staging: Staging, person: int) -> None:
    # The rows are in the file by now: that their headings are not remembered is no reason to say otherwise.
    with suppress(Fault, Busy), explained(database.path):
        facts = staging.facts()
        database.write_untracked(lambda c: store.remember(c, facts["signature"], facts["mapping"], person))


class Publisher:
    """Publishes the operations of one staging file."""

    def __init__(
        self,
        database: Database,
        parts: jobs.Parts,
        staging: Staging,
        actor: int,
        source: str,
        guard: Safeguard | None = None,
    ) -> None:
        self.job: int | None = None
        self.first_set: int | None = None
        self.left_new: list[int] = []
        self.left_updates: list[int] = []
        self._database = database
        self._parts = parts
        self._staging = staging
        self._actor = actor
        self._source = source
        self._guard = guard
        self._facts = staging.facts()
        self._moved = NOTHING_MOVED
        self._ready: tuple[str, int, int, list[Operation]] | None = None
        self._ahead: Ahead | None = None
        self._made: dict[int, Made] = {}
        zone = presets.settings(database.connection).get("zone") or clock.DEFAULT_ZONE
        self._day = clock.today(zone)

    @property
    def left(self) -> list[int]:
        """Rows that were not written."""
        return sorted({*self.left_new, *self.left_updates})

    def publish(self, additions: int, updates: int) -> None:
        """Write everything: at once when it is little, else in hidden parts."""
        guard = self._guard
        if additions + updates <= self._parts.atomic():
            if guard:
                guard.finish(self._parts.cancelled)
            try:
                self._at_once(additions, updates)
            except Fault as error:
                if isinstance(error, CommitFault):
                    raise  # it may stand in the file
                raise taken_back(error, _("Nothing was imported.")) from error
            return
        if guard and not guard.whole:
            guard.wait(self._parts.cancelled)
            # Before the first row: whoever finds this job left behind must know.
            self._staging.set_unproved(True)
        self.job = self._database.write_untracked(lambda c: self._open(c, additions))
        try:
            required = required_in(self._database.connection)
            with self._parts.settling(), ahead(self._staging.path, 0, required) as self._ahead:
                self.proceed(additions, updates, jobs.INSERT, 0)
        except BaseException as error:
            if self._is_whole():
                raise
            try:
                with explained(self._database.path):
                    undoing.take_back(self._database, self._parts, self._actor, self.job, self._source)
            except CrmError as again:
                hidden = _("What was written of it is hidden and is taken back at the next opening.")
                raise half_done(error, hidden) from again
            if isinstance(error, Cancelled):
                raise _stopped() from None
            if (told := taken_back(error, _("Nothing was imported."))) is not error:
                raise told from error
            raise

    def _is_whole(self) -> bool:
        """Tell whether the last part is in the file although its COMMIT failed."""
        with suppress(sqlite3.Error):
            running = jobs.publishing(self._database.connection)
            return running is None or running.job != self.job
        return False

    def proceed(self, additions: int, updates: int, phase: str, upto: int) -> None:
        """Write the parts that are still to be written and show the whole."""
        running = jobs.publishing(self._database.connection)
        assert running is not None
        self.job, low = running.job, running.low
        self._watch(self._database.connection, low, running.high)
        left = store.left_in(self._database.connection, running.job)
        self.left_new, self.left_updates = left.get("new", []), left.get("update", [])
        total, last = additions + updates, min(updates, self._parts.atomic(), jobs.UPDATED)
        done = upto if phase == jobs.INSERT else additions + upto
        if done < additions:
            self._parts_of(
                jobs.INSERT, additions, done, total, 0, lambda c, a, b: self._add(c, a, b, low + a)
            )
            done = additions
        if done < total - last:
            early = updates - last
            self._parts_of(jobs.UPDATE, early, done - additions, total, additions, self._change)
            done = total - last
        if not self._parts.alone():
            self._parts.rest()
        self._proved()
        if done < total:
            self._write(lambda change: self._finish(change, done - additions, updates))
        else:
            self._database.write_untracked(lambda c: jobs.close_job(c, running.job, "done"))
        if self._parts.progress:
            self._parts.progress(total, total)

    # ------------------------------------------------------------ little

    def _at_once(self, additions: int, updates: int) -> None:
        def body(change: Change) -> int:
            self.left_new, self.left_updates = [], []
            self._watch(change.connection)
            job = jobs.open_job(
                change.connection, ACTION, self._actor, self._facts["title"], counts=self._facts["counts"]
            )
            store.put_into_job(change.connection, change.set_id, job)
            numbering.observe(change.connection, "customer", self._staging.numbers())
            low, _high = jobs.reserve_ids(change.connection, "customer", additions)
            self._add(change, 0, additions, low)
            self._change(change, 0, updates)
            if self.left:
                self.job = job
                self._note_left(change)
            jobs.close_job(change.connection, job, "done")
            return job

        result = self._database.write(self._actor, ACTION, body, source=self._source)
        self.first_set = result.set_id
        self.job = result.value if result.set_id is not None else None
        if self._parts.progress:
            self._parts.progress(additions + updates, additions + updates)

    # ------------------------------------------------------------ much

    def _open(self, connection: sqlite3.Connection, additions: int) -> int:
        job = jobs.open_job(
            connection,
            ACTION,
            self._actor,
            self._facts["title"],
            staging=self._staging.path.name,
            counts=self._facts["counts"],
        )
        # Before any new number is given, so that none of the sheet's own is.
        numbering.observe(connection, "customer", self._staging.numbers())
        low, high = jobs.reserve_ids(connection, "customer", additions) if additions else (1, 0)
        jobs.hide(connection, job, low, high)
        return job

    def _parts_of(
        self,
        phase: str,
        count: int,
        done: int,
        total: int,
        before: int,
        work: Callable[[Change, int, int], None],
    ) -> None:
        kind = {jobs.INSERT: "new", jobs.UPDATE: "update"}[phase]

        def part(start: int, stop: int) -> None:
            # Read before the lock is taken.
            operations = self._staging.operations(kind, start, stop)
            self._ready = kind, start, stop, operations
            if self._ahead and phase == jobs.INSERT:
                self._made = self._ahead.of([one.row for one in operations])

            def body(change: Change) -> None:
                work(change, start, stop)
                jobs.advance(change.connection, self.job or 0, phase, stop)

            self._write(body)

        progress = self._parts.progress
        parts = self._parts.quiet()
        parts.progress = (lambda now, _count: progress(before + now, total)) if progress else None
        parts.cancelled = self._is_stopped
        if phase == jobs.UPDATE:
            parts.least = min(jobs.UPDATED, jobs.SMALL)
            parts.size = min(parts.size, parts.least)
        parts.run(count, done, part)
        self._parts.size, self._parts.begun = parts.size, parts.begun
        self._parts.unsettled = parts.unsettled

    def _is_stopped(self) -> bool:
        """Tell whether the user has stopped it; raises NoBackup once there will be no backup."""
        if self._guard and self._guard.whole:
            self._proved()
        return self._parts.cancelled is not None and self._parts.cancelled()

    def _proved(self) -> None:
        """Note that the backup stands: from here on whoever finds this job left behind may finish it."""
        if self._guard:
            self._guard.finish(self._parts.cancelled)
            self._staging.set_unproved(False)
            self._guard = None

    def _write(self, body: Callable[[Change], None]) -> None:
        kept = len(self.left_new), len(self.left_updates)

        def again(change: Change) -> None:
            # The body may run a second time when the file was busy.
            del self.left_new[kept[0] :], self.left_updates[kept[1] :]
            body(change)
            if kept != (len(self.left_new), len(self.left_updates)):
                # In the same transaction, so that whoever goes on after a crash still knows them.
                self._note_left(change)

        try:
            result = self._database.write(self._actor, ACTION, again, job=self.job, source=self._source)
        finally:
            derived_ahead.forget()
        self.first_set = self.first_set or result.set_id

    def _note_left(self, change: Change) -> None:
        left = {"new": self.left_new, "update": self.left_updates}
        store.note_left(change.connection, self.job or 0, left)

    def _finish(self, change: Change, start: int, stop: int) -> None:
        self._change(change, start, stop)
        jobs.close_job(change.connection, self.job or 0, "done")

    # ------------------------------------------------------------ rows

    def _watch(self, connection: sqlite3.Connection, low: int = 1, high: int = 0) -> None:
        """Note who came in since the plan was made, but for the job's own, so that nobody is added twice."""
        self._moved = Moved(*store.keys_since(connection, self._facts["seen"], low, high))

    def _add(self, change: Change, start: int, stop: int, first_id: int) -> None:
        operations = self._operations("new", start, stop)
        self.left_new += add_customers(
            change, operations, self._facts["signature"], first_id, self._day, self._moved, self._made
        )

    def _change(self, change: Change, start: int, stop: int) -> None:
        self.left_updates += update_customers(
            change, self._operations("update", start, stop), self._facts["signature"]
        )

    def _operations(self, kind: str, start: int, stop: int) -> list[Operation]:
        """Return what a part writes; who writes it fills in, so a part that runs again reads it again."""
        ready, self._ready = self._ready, None
        if ready and ready[:3] == (kind, start, stop):
            return ready[3]
        return self._staging.operations(kind, start, stop)


def resume(database: Database, parts: jobs.Parts, actor: int, source: str) -> None:
    """Finish an import whose process died: go on from its staging file, or take back what it wrote.

    What was written before its backup was verified is taken back too. The caller holds the job lock.
    """
    running = jobs.publishing(database.connection)
    if running is None:
        return
    job = jobs.job_of(database.connection, running.job)
    person = job.person_id if job else actor
    path = database.path.parent / Path(job.staging).name if job and job.staging else None
    staging = Staging.open(path) if path and running.phase != jobs.TAKING_BACK else None
    if staging is not None and staging.unproved:
        staging.close()
        staging = None
    if staging is None:
        undoing.take_back(database, parts, person, running.job, source)
        if path:
            remove(path)
    else:
        try:
            publisher = Publisher(database, parts, staging, person, source)
            with parts.settling():
                publisher.proceed(staging.count("new"), staging.count("update"), running.phase, running.upto)
            _remember(database, staging, person)
        except BaseException:
            staging.close(keep=True)
            raise
        staging.close()
    forget_dead(database.path)
