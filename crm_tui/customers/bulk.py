"""The same change for many customers: one action with one undo, in parts when there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from crm_tui.access import store as people_store
from crm_tui.customers import service, store_bulk
from crm_tui.customers.bulk_edit import Edit, no_longer_active
from crm_tui.customers.bulk_preview import Example, Preview, Target, preview, targets
from crm_tui.customers.bulk_reach import Reach, action_of, reach
from crm_tui.errors import BadInput, Cancelled, CrmError, Refused
from crm_tui.locale import _, ngettext
from crm_tui.presets import store as presets
from crm_tui.storage import jobs, undoing
from crm_tui.storage.change import Change
from crm_tui.storage.diagnosis import explained, half_done, taken_back
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import StaleVersion
from crm_tui.storage.merging import same
from crm_tui.text.fold import fold

__all__ = [
    "BulkResult",
    "Example",
    "Preview",
    "Reach",
    "Target",
    "action_of",
    "change_many",
    "preview",
    "reach",
    "targets",
    "title",
]

BACKED_UP = 1000  # more customers than this are changed only after a verified backup


@dataclass
class BulkResult:
    """What a change did: its job and first set (None when nothing moved), how many, and who was left.

    ``left`` are customers that somebody else changed, put away or removed since they were seen; ``beyond``
    those that the person's role does not reach, for the ``reason``.
    """

    job: int | None = None
    set_id: int | None = None
    changed: int = 0
    same: int = 0
    left: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)
    reason: str = ""


def change_many(
    session: Any,
    rows: Sequence[Target],
    edit: Edit,
    *,
    reason: str | None = None,
    progress: jobs.Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    backing_up: jobs.Progress | None = None,
) -> BulkResult:
    """Change many customers alike and return what became of them; the whole is undone at once.

    Above 1,000 customers a verified backup comes first (``backing_up`` gets its per cent). Up to 300 go
    into one set; more are written in parts, one visible after another, as a job (change-sets, part 8): none
    holds others up for longer than a tenth of a second. A customer whose field somebody else changed since it
    was seen stays as it is and is listed, and so does one that the role does not reach. Raises Refused when
    it reaches none, BadInput when who is to get them has left, Busy while another large change is written,
    Cancelled between two parts, and what a backup raises; then everything is as it was before.
    """
    session.demand(action_of(edit))
    near = reach(session, rows, edit)
    if near.beyond and not near.rows:
        refused = Refused(near.reason, _("Nothing was changed."))
        session.rights.note(action_of(edit), refused)
        raise refused
    rows = near.rows
    work = _Work(session, rows, edit, reason)
    if cancelled and cancelled():
        raise _stopped()
    if len(rows) > BACKED_UP:
        _back_up(session, backing_up, cancelled)
    try:
        if len(rows) <= min(jobs.SMALL, jobs.AT_ONCE):
            work.at_once()
            if progress:
                progress(len(rows), len(rows))
        else:
            work.in_parts(session.parts(progress, cancelled, gentle=True))
    except Refused as refused:
        session.rights.note(action_of(edit), refused)
        raise
    if edit.new_words:
        session.renew_words()
    work.result.beyond, work.result.reason = near.beyond, near.reason
    return work.result


def _back_up(session: Any, progress: jobs.Progress | None, cancelled: Callable[[], bool] | None) -> None:
    """Make the backup before a large change; what it raises says what became of the change."""
    from crm_tui.storage.backup import ensure_backup

    try:
        ensure_backup(session.database.path, jobs.BULK, session.person.login, progress, cancelled)
    except Cancelled as stopped:
        raise _stopped() from stopped
    except BadInput as error:
        raise BadInput(
            error.what,
            _("No customer was changed: before a change of many a backup is made."),
            _("Free some space, or name a folder with room as backup_dir in settings.toml."),
        ) from error


def _stopped() -> Cancelled:
    return Cancelled(_("Stopped."), _("Everything is as it was before."))


def title(count: int, edit: Edit) -> str:
    """Return what history calls the change: 12 customers: owner, level."""
    text = ngettext("{n} customer: {fields}", "{n} customers: {fields}", count)
    return text.format(n=count, fields="、".join(edit.titles()))


class _Work:
    def __init__(self, session: Any, rows: list[Target], edit: Edit, reason: str | None) -> None:
        self.result = BulkResult()
        self._session = session
        self._database = session.database
        self._rows = rows
        self._edit = edit
        self._reason = reason

    def at_once(self) -> None:
        def body(change: Change) -> BulkResult:
            # The body may run a second time when the file was busy.
            part = self._write(change, 0, len(self._rows))
            if part.changed:
                part.job = self._open(change.connection, part.changed)
                store_bulk.put_into_job(change.connection, change.set_id, part.job)
                jobs.close_job(change.connection, part.job, "done")
            return part

        written = self._database.write(
            self._session.person.id,
            action_of(self._edit),
            body,
            reason=self._reason,
            source=self._session.source,
        )
        self.result = written.value
        self.result.set_id = written.set_id

    def in_parts(self, parts: jobs.Parts) -> None:
        # What a dead process left is finished first: one large change at a time.
        self._session.recover()
        lock = jobs.hold(self._database.path, self._database.connection)
        try:
            self._one_by_one(parts)
        finally:
            lock.close()

    def _one_by_one(self, parts: jobs.Parts) -> None:
        with parts.settling():
            job = self._database.write_untracked(lambda c: self._open(c, len(self._rows)))
            self.result.job = job
            try:
                parts.run(len(self._rows), 0, lambda start, stop: self._part(job, start, stop))
                # Only now is it known how many were so already, or were left.
                name = title(self.result.changed, self._edit)
                self._database.write_untracked(lambda c: jobs.close_job(c, job, "done", name))
            except BaseException as error:
                if self._is_whole(job):
                    raise
                self._take_back(job, parts, error)
                if isinstance(error, Cancelled):
                    raise _stopped() from None
                if (told := taken_back(error)) is not error:
                    raise told from error
                raise

    def _is_whole(self, job: int) -> bool:
        """Tell whether the end of the job is in the file although its COMMIT failed."""
        with suppress(sqlite3.Error):
            found = jobs.job_of(self._database.connection, job)
            return found is not None and found.state == "done"
        return False

    def _take_back(self, job: int, parts: jobs.Parts, error: BaseException) -> None:
        quiet = jobs.Parts(self._database, parts.presence, gentle=True, logging=parts.logging)
        try:
            with explained(self._database.path):
                undoing.take_back(self._database, quiet, self._session.person.id, job, self._session.source)
        except CrmError as again:
            # The next opening finds it by its unheld lock.
            kept = _("What was written of it is taken back at the next opening.")
            raise half_done(error, kept) from again

    def _open(self, connection: Any, count: int) -> int:
        person, name = self._session.person.id, title(count, self._edit)
        return jobs.open_job(connection, jobs.BULK, person, name, counts={"customers": count})

    def _part(self, job: int, start: int, stop: int) -> None:
        written = self._database.write(
            self._session.person.id,
            action_of(self._edit),
            lambda change: self._write(change, start, stop),
            reason=self._reason,
            job=job,
            source=self._session.source,
        )
        part, whole = written.value, self.result
        whole.set_id = whole.set_id or written.set_id
        whole.changed += part.changed
        whole.same += part.same
        whole.left += part.left

    def _write(self, change: Change, start: int, stop: int) -> BulkResult:
        edit = self._edit
        if start == 0:
            words = presets.dictionary(change.connection)
            for kind, text in edit.new_words:
                presets.add_word(change, words, kind, text)
        part = _Part(change, edit, self._rows[start:stop])
        part.write()
        return part.result


class _Part:
    """Some of the customers, written inside one open change: what is alike in one statement each."""

    def __init__(self, change: Change, edit: Edit, rows: Sequence[Target]) -> None:
        self.result = BulkResult()
        self._change = change
        self._edit = edit
        self._rows = rows
        ids = [customer_id for customer_id, _seen in rows]
        self._values = {"gone": "archived", "deleted_at": change.now} if edit.archive else dict(edit.values)
        self._now = store_bulk.rows(change.connection, ids, self._values)
        self._tagged = {name: store_bulk.carrying(change.connection, ids, fold(name)) for name in edit.tags}

    def write(self) -> None:
        if (owner := self._edit.values.get("owner_id")) is not None:
            no_longer_active(people_store.by_id(self._change.connection, owner))
        alike: dict[tuple[str, ...], list[int]] = {}
        moved: set[int] = set()
        there: list[int] = []
        for customer_id, seen in self._rows:
            row = self._now.get(customer_id)
            if row is None or row["deleted_at"] is not None:
                self.result.left.append(customer_id)
            elif row["changed_in"] == seen:
                there.append(customer_id)
                names = tuple(name for name, value in self._values.items() if not same(value, row[name]))
                if names:
                    alike.setdefault(names, []).append(customer_id)
                    moved.add(customer_id)
            elif self._merged(customer_id, seen, moved):
                there.append(customer_id)
        for names, ids in alike.items():
            values = [self._values[name] for name in names]
            self._change.update_many("customer", names, [(*values, customer_id) for customer_id in ids])
        moved |= self._tag(there)
        self.result.changed = len(moved)
        self.result.same = len(there) - len(moved)
        if self._edit.along is not None and moved:
            before = {one: self._now[one] for one in there if one in moved}
            self._edit.along.write(self._change, before)

    def _merged(self, customer_id: int, seen: int, moved: set[int]) -> bool:
        """Write a customer that others changed since, unless they did where this change would."""
        if not self._values:
            return True
        try:
            if self._change.update("customer", customer_id, self._values, seen):
                moved.add(customer_id)
        except StaleVersion:
            self.result.left.append(customer_id)
            return False
        return True

    def _tag(self, ids: Sequence[int]) -> set[int]:
        moved: set[int] = set()
        for name in self._edit.add_tags:
            if bare := [one for one in ids if one not in self._tagged[name]]:
                tag = service.tag_id(self._change, name)
                self._change.insert_many("tag_link", ("customer_id", "tag_id"), [(one, tag) for one in bare])
                moved.update(bare)
        for name in self._edit.remove_tags:
            links = {one: self._tagged[name][one] for one in ids if one in self._tagged[name]}
            gone = [(self._change.now, link) for link in links.values()]
            self._change.update_many("tag_link", ("deleted_at",), gone)
            moved.update(links)
        return moved
