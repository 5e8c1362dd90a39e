"""Examines a database, from the library under it to its derived rows, and mends what safely can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from crm_tui import clock
from crm_tui.errors import Cancelled, CrmError
from crm_tui.locale import _, ngettext
from crm_tui.search import building, index
from crm_tui.session import open_session, register_derived
from crm_tui.storage import health, outside, rebuild
from crm_tui.storage.connection import OldFile, check_is_ours, open_checked, open_readable, real_path
from crm_tui.storage.database import Database
from crm_tui.storage.diagnosis import explain
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import JobLock
from crm_tui.storage.resting import STEPS, at_rest
from crm_tui.upkeep import content, place
from crm_tui.upkeep.findings import BAD, GOOD, MENDED, WARN, Finding

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


def examine(
    path: Path,
    *,
    mend: bool,
    login: str | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Iterator[Finding]:
    """Yield what each check came to, as soon as it is known.

    With ``mend`` edits from outside are taken into the history, large changes without a living process are
    continued or taken back, and wrong derived rows are written anew; nothing else is ever written.
    ``progress`` counts customers while derived rows are compared. Raises Cancelled when ``stop`` says so.
    """
    yield place.library()
    try:
        path = real_path(path)
        check_is_ours(path)
    except CrmError as error:
        yield Finding("file", _("File"), BAD, error.what, error.todo)
        return
    yield from place.rights(path)
    yield from place.room(path)
    try:
        connection, reason = open_checked(path, read_only=not mend)
    except CrmError as error:
        state = WARN if isinstance(error, OldFile) else BAD
        yield Finding("file", _("File"), state, error.what, error.todo)
        return
    try:
        with closing(connection):
            if stop:
                connection.set_progress_handler(stop, STEPS)
            yield Finding(
                "file", _("File"), WARN if mend and reason else GOOD, reason if mend and reason else str(path)
            )
            yield place.file_system(path, connection)
            yield place.journal(path, connection)
            with at_rest(path, connection, stop) as resting:
                yield content.schema(resting)
                pages = content.pages(resting)
                yield pages
                if pages.state == BAD:
                    return
                yield content.references(resting)
                yield from content.history(resting)
                yield content.clocks(resting)
            yield place.copies(path, connection)
        yield place.people_in(path)
        yield place.leftovers(path)
        able = mend and not reason
        yield from _settle(path, able, login)
        yield from _unfinished(path, able, login)
        yield from _derived(path, able, progress, stop)
        yield from _searched(path, able, progress, stop)
    except sqlite3.Error as error:
        # Whatever SQLite says after it was interrupted comes of that.
        if str(error).startswith("interrupted") or (stop and stop()):
            raise Cancelled(_("Stopped."), _("What was mended until then stays so.")) from error
        fault = explain(error)
        yield Finding("content", _("Content"), BAD, fault.what, fault.todo)


def _settle(path: Path, able: bool, login: str | None) -> Iterator[Finding]:
    with closing(open_readable(path)) as reader:
        found = content.outside(reader)
    if found.state == WARN and able:
        register_derived()
        with closing(Database(path)) as database:
            database.write_untracked(lambda connection: outside.settle(connection, clock.instant()))
        yield found._replace(state=MENDED, todo=_("They are in the history now."))
    else:
        yield found


def _unfinished(path: Path, able: bool, login: str | None) -> Iterator[Finding]:
    title = _("Large changes")
    with closing(open_readable(path)) as reader:
        left = health.unfinished(reader)
    if not left:
        yield Finding("jobs", title, GOOD, _("none left unfinished"))
        return
    names = "、".join(job.title or job.kind for job in left[:3])
    lock = JobLock(path)
    alive = not lock.take()
    lock.close()
    if alive:
        yield Finding("jobs", title, GOOD, _("being written right now: {names}").format(names=names))
        return
    said = _("Left behind by a program that died: {names}").format(names=names)
    if able:
        # Opening a session finishes or takes back what it finds.
        try:
            open_session(path, login=login, source="cli").close()
        except CrmError as error:
            yield Finding("jobs", title, BAD, said, str(error))
            return
        with closing(open_readable(path)) as reader:
            if not health.unfinished(reader):
                yield Finding("jobs", title, MENDED, said, _("Continued or taken back, each as a whole."))
                return
    yield Finding(
        "jobs",
        title,
        WARN,
        said,
        _("The next one who opens the file for writing finishes it or takes it back."),
    )


def _derived(path: Path, able: bool, progress: Progress | None, stop: Stop | None) -> Iterator[Finding]:
    register_derived()
    with closing(open_readable(path)) as reader:
        if stop:
            reader.set_progress_handler(stop, STEPS)
        found, customers = content.derived(reader, progress)
    if customers and able:
        with closing(Database(path)) as database:
            for start in range(0, len(customers), rebuild.PART):
                part = customers[start : start + rebuild.PART]
                database.write_untracked(lambda connection, part=part: rebuild.rewrite(connection, part))
        said = ngettext("Written anew: {n} customer.", "Written anew: {n} customers.", len(customers))
        yield found._replace(state=MENDED, todo=said.format(n=len(customers)))
    else:
        yield found


def _searched(path: Path, able: bool, progress: Progress | None, stop: Stop | None) -> Iterator[Finding]:
    with closing(open_readable(path)) as reader:
        if stop:
            reader.set_progress_handler(stop, STEPS)
        found, damaged = content.searched(reader, progress)
    if found.state == GOOD or not able:
        yield found
        return
    with closing(Database(path)) as database:
        if damaged:
            database.write_untracked(index.note_damage)
        building.Upkeep(database).run(progress, stop)
        if stop and stop():
            raise Cancelled(_("Stopped."), _("What was mended until then stays so."))
        if index.state(database.connection).kind == index.READY:
            found = found._replace(state=MENDED, todo=_("The search index was built anew."))
    yield found
