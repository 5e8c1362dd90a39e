"""The same change for many customers: one action with one undo, in parts when there are many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm_tui.access.policy import demand
from crm_tui.customers import service, store_bulk
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS
from crm_tui.errors import Cancelled, CrmError
from crm_tui.locale import _, ngettext
from crm_tui.presets import store as presets
from crm_tui.storage import jobs, undoing
from crm_tui.storage.change import Change
from crm_tui.storage.diagnosis import explained, half_done, taken_back
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import StaleVersion
from crm_tui.storage.lists import pieces
from crm_tui.text.fold import fold

ACTION = "customer.bulk"
EXAMPLES = 5
BACKED_UP = 1000  # more customers than this are changed only after a verified backup

Target = tuple[int, int]  # a customer and the version of it (changed_in) that was seen

targets = store_bulk.versions


class Example(NamedTuple):
    """One customer of a preview: what is to become of it, as (title, before, after)."""

    customer_id: int
    no: str
    name: str
    moves: list[tuple[str, str, str]]


class Preview(NamedTuple):
    """What a change would do: how many customers move, how many are so already, and the first few."""

    moving: int
    same: int
    examples: list[Example]


@dataclass
class BulkResult:
    """What a change did: its job and first set (None when nothing moved), how many, and who was left.

    ``left`` are customers that somebody else changed, put away or removed since they were seen.
    """

    job: int | None = None
    set_id: int | None = None
    changed: int = 0
    same: int = 0
    left: list[int] = field(default_factory=list)


def preview(reader: Any, rows: Sequence[Target], edit: Edit, context: Context) -> Preview:
    """Return what the change would do, without writing anything."""
    moving, examples = 0, []
    for piece in pieces(customer_id for customer_id, _seen in rows):
        records = store_bulk.rows(reader, piece)
        tagged = {name: store_bulk.carrying(reader, piece, fold(name)) for name in edit.tags}
        for customer_id in piece:
            row = records.get(customer_id)
            if row is None or not _moves(edit, row, tagged):
                continue
            moving += 1
            if len(examples) < EXAMPLES:
                examples.append(
                    Example(customer_id, row["no"], row["name"] or "", _told(edit, row, tagged, context))
                )
    return Preview(moving, len(rows) - moving, examples)


def _moves(edit: Edit, row: Mapping[str, Any], tagged: Mapping[str, Mapping[int, int]]) -> bool:
    return (
        edit.archive
        or any(row[name] != value for name, value in edit.values.items())
        or any(row["id"] not in tagged[name] for name in edit.add_tags)
        or any(row["id"] in tagged[name] for name in edit.remove_tags)
    )


def _told(
    edit: Edit, row: Mapping[str, Any], tagged: Mapping[str, Mapping[int, int]], context: Context
) -> list[tuple[str, str, str]]:
    after = {**row, **edit.values}
    moves = []
    for one in (FIELDS[name] for name in edit.fields):
        if any(row[column] != after[column] for column in one.columns):
            moves.append((one.title, show(one, row, context), show(one, after, context)))
    tags = FIELDS["tags"].title
    moves += [(tags, "", f"+{name}") for name in edit.add_tags if row["id"] not in tagged[name]]
    moves += [(tags, "", f"-{name}") for name in edit.remove_tags if row["id"] in tagged[name]]
    if edit.archive:
        moves.append((_("Archived"), "", _("Yes")))
    return moves


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

    Above 1,000 customers a verified backup comes first (``backing_up`` gets its per cent). Up to 2,000 go
    into one set; more are written in parts, one visible after another, as a job (change-sets, part 8). A
    customer whose field somebody else changed since it was seen stays as it is and is listed. Raises
    NotPermitted, Busy while another large change is written, Cancelled between two parts, and what a backup
    raises; then everything is as it was before.
    """
    demand(session.person.role, ACTION)
    work = _Work(session, list(rows), edit, reason)
    if cancelled and cancelled():
        raise _stopped()
    if len(rows) > BACKED_UP:
        from crm_tui.storage.backup import ensure_backup

        ensure_backup(session.database.path, jobs.BULK, session.person.login, backing_up, cancelled)
    if len(rows) <= jobs.SMALL:
        work.at_once()
        if progress:
            progress(len(rows), len(rows))
    else:
        work.in_parts(session.parts(progress, cancelled))
    if edit.new_words:
        session.forget_words()
    return work.result


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
            self._session.person.id, ACTION, body, reason=self._reason, source=self._session.source
        )
        self.result = written.value
        self.result.set_id = written.set_id

    def in_parts(self, parts: jobs.Parts) -> None:
        # What a dead process left is finished first: one large change at a time.
        self._session.recover()
        lock = jobs.hold(self._database.path, self._database.connection)
        try:
            job = self._database.write_untracked(lambda c: self._open(c, len(self._rows)))
            self.result.job = job
            try:
                parts.run(len(self._rows), 0, lambda start, stop: self._part(job, start, stop))
                self._database.write_untracked(lambda c: jobs.close_job(c, job, "done"))
            except BaseException as error:
                if self._is_whole(job):
                    raise
                self._take_back(job, parts, error)
                if isinstance(error, Cancelled):
                    raise _stopped() from None
                if (told := taken_back(error)) is not error:
                    raise told from error
                raise
        finally:
            lock.close()

    def _is_whole(self, job: int) -> bool:
        """Tell whether the end of the job is in the file although its COMMIT failed."""
        with suppress(sqlite3.Error):
            found = jobs.job_of(self._database.connection, job)
            return found is not None and found.state == "done"
        return False

    def _take_back(self, job: int, parts: jobs.Parts, error: BaseException) -> None:
        quiet = jobs.Parts(self._database, parts.presence)
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
            ACTION,
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
        edit, result = self._edit, BulkResult()
        if start == 0:
            words = presets.dictionary(change.connection)
            for kind, text in edit.new_words:
                presets.add_word(change, words, kind, text)
        rows = self._rows[start:stop]
        ids = [customer_id for customer_id, _seen in rows]
        live = {key for key, row in store_bulk.rows(change.connection, ids).items() if not row["deleted_at"]}
        tagged = {name: store_bulk.carrying(change.connection, ids, fold(name)) for name in edit.tags}
        for customer_id, seen in rows:
            try:
                if customer_id not in live:
                    raise StaleVersion("customer", customer_id)
                moved = self._one(change, customer_id, seen, tagged)
            except StaleVersion:
                result.left.append(customer_id)
                continue
            result.changed += moved
            result.same += not moved
        return result

    def _one(
        self, change: Change, customer_id: int, seen: int, tagged: Mapping[str, Mapping[int, int]]
    ) -> bool:
        edit, moved = self._edit, False
        if edit.values:
            moved = change.update("customer", customer_id, dict(edit.values), seen)
        for name in edit.add_tags:
            if customer_id not in tagged[name]:
                tag = service.tag_id(change, name)
                change.insert("tag_link", {"customer_id": customer_id, "tag_id": tag})
                moved = True
        for name in edit.remove_tags:
            if customer_id in tagged[name]:
                moved |= change.soft_delete("tag_link", tagged[name][customer_id])
        if edit.archive:
            service.archive(change, customer_id, seen)
            moved = True
        return moved
