"""What both front ends are given: an opened database, the acting user, and every service behind it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_tui import clock, config
from crm_tui.access import store as people_store
from crm_tui.access import store_policy
from crm_tui.access.policy import Policy
from crm_tui.access.rights import Rights
from crm_tui.access.store import Person
from crm_tui.drafts import Drafts, Owner
from crm_tui.errors import BadInput, CrmError, Fault
from crm_tui.locale import _
from crm_tui.presets import store as presets
from crm_tui.presets.store import Dictionary
from crm_tui.storage import connection, derive, history
from crm_tui.storage.database import BETWEEN_MERGES, MOST_PARTS, Database, WriteResult
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.entrance import enter
from crm_tui.storage.origin import origin
from crm_tui.storage.presence import Presence
from crm_tui.storage.wording import undone_sentence

if TYPE_CHECKING:
    from crm_tui.customers.convert import Context
    from crm_tui.storage import jobs, undoing
    from crm_tui.text.workdays import WorkCalendar

# The rooms whose derived rows every write keeps true; importing them registers their writers.
DERIVED = ("crm_tui.customers.derived", "crm_tui.followups.derived", "crm_tui.search.index")

# Whoever makes a database is the first row of its people, added in the very set that names them as its actor.
FIRST_PERSON = 1


class Session:
    """One user's work on one database; used from one thread.

    ``reader`` is scoped to the user; ``write`` runs a service function as one change set.
    """

    def __init__(
        self, database: Database, person: Person, source: str, presence: Presence | None = None
    ) -> None:
        if not database.read_only:
            derive.need(register_derived)
        self.database = database
        self.person = person
        self.source = source
        self.presence = presence or Presence(database.path)
        self.presence.sit(person.login, person.name, source)
        self.rights = Rights(database, person.id, source)
        self.reader = self.another_reader()
        self.first_set = history.newest(self.reader) + 1

    def another_reader(self) -> sqlite3.Connection:
        """Open one more reading connection, for a long reading beside the others; who asked closes it."""
        return self.rights.scoped(self.database.connect_reader())

    @property
    def policy(self) -> Policy:
        """What the person may do."""
        return self.rights.policy

    def refresh_policy(self) -> bool:
        """Take over what the file now says of the person's rights; whether any of it moved.

        What was shown before may not be shown any more: front ends read everything again then.
        """
        if not self.rights.refresh():
            return False
        self.person = people_store.by_id(self.database.connection, self.person.id) or self.person
        self.rights.scoped(self.reader)
        return True

    def demand(self, action: str, owner: int | None = None) -> None:
        """Raise Refused unless the policy allows an action, noting the attempt."""
        self.rights.demand(action, owner)

    def unmask(self, customer_id: int, group: str, reason: str) -> None:
        """Show a hidden group of fields of a customer for the rest of the session; noted with the reason.

        Raises Refused where the role does not allow it, BadInput without a reason or for an unknown customer.
        """
        from crm_tui.access import audit

        self.rights.check_unmasking(self.reader, customer_id)
        self.write(audit.note_unmasking, customer_id, group, reason)
        self.rights.revealed.add((customer_id, group))
        self.rights.scoped(self.reader)

    def close(self) -> None:
        """Close both connections and let go of the session lock."""
        self.reader.close()
        if len(self.database.own) % BETWEEN_MERGES:
            self.database.merge_index(MOST_PARTS)
        self.database.close()
        self.presence.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def read_only(self) -> str:
        """Why nothing can be written, '' when it can."""
        return self.database.read_only

    @property
    def warning(self) -> str:
        """What the user should hear before writing, '' when all is well."""
        return self.database.warning

    @cached_property
    def settings(self) -> dict[str, str]:
        """The team's settings: zone, preset."""
        return presets.settings(self.reader)

    @property
    def zone(self) -> str:
        """The team's time zone."""
        return self.settings.get("zone") or clock.DEFAULT_ZONE

    def today(self) -> date:
        """Return the team's calendar day."""
        return clock.today(self.zone)

    @cached_property
    def words(self) -> Dictionary:
        """The words of the database; ``renew_words`` after they changed."""
        return presets.dictionary(self.reader)

    @cached_property
    def names(self) -> dict[int, str]:
        """Every person's shown name by id."""
        return people_store.names(self.reader)

    def renew_words(self) -> None:
        """Read words, people and settings again, as far as they were read."""
        for name in ("words", "names", "settings"):
            if name in self.__dict__:
                # The old stays until the new is there: whoever looks from another thread need not ask.
                self.__dict__[name] = getattr(Session, name).func(self)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working days, with the user's own holidays and workdays."""
        from crm_tui.text.workdays import WorkCalendar

        return WorkCalendar.from_settings(config.load_settings())

    @cached_property
    def drafts(self) -> Drafts:
        """What the user typed into forms and did not save: files outside the database."""
        owner = Owner(str(self.database.path.resolve()), origin(self.reader), self.person.id)
        return Drafts(owner)

    def context(self, *, past: bool = True) -> Context:
        """Return what conversions between text and columns need."""
        from crm_tui.customers.convert import Context

        people = people_store.name_keys(self.reader)
        return Context(self.words, people, self.names, self.today(), self.zone, past)

    def write(
        self, fn: Callable[..., Any], *args: Any, reason: str | None = None, **kwargs: Any
    ) -> WriteResult:
        """Run a service function ``fn(change, *args, **kwargs)`` as one change set named after its action.

        Raises what the function raises, as far as the person may be told of it; then nothing was written.
        """
        name = getattr(fn, "action", "") or getattr(fn, "__name__", "")
        self.refresh_policy()
        self.demand(name)
        from crm_tui.access.telling import heard

        with self.rights.noting(name), heard(self.reader, self.policy):
            return self.database.write(
                self.person.id,
                name,
                lambda change: fn(change, *args, **kwargs),
                reason=reason,
                source=self.source,
            )

    def parts(
        self,
        progress: jobs.Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        *,
        gentle: bool = False,
    ) -> jobs.Parts:
        """Return the runner of large changes for this session; gentle ones never hold others up for long."""
        from crm_tui.storage import jobs

        return jobs.Parts(self.database, self.presence, progress, cancelled, gentle=gentle)

    def recover(self) -> None:
        """Finish or take back large changes whose process died; one that is alive holds the job lock."""
        if self.read_only:
            return
        if not history.unfinished(self.database.connection):
            return
        from crm_tui.storage import jobs, undoing

        lock = jobs.JobLock(self.database.path)
        try:
            if not lock.take():
                return
            with self.database.unasked():
                undoing.finish_dead_undos(self.database)
                undoing.take_back_dead_bulks(self.database, self.parts(), self.source)
                if jobs.publishing(self.database.connection) is not None:
                    from crm_tui.exchange.publishing import resume

                    resume(self.database, self.parts(), self.person.id, self.source)
        finally:
            lock.close()

    def undo(
        self,
        set_id: int | None = None,
        *,
        leave: bool = False,
        progress: jobs.Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> undoing.Undone | None:
        """Take back a set (its whole job), or the user's own last change; None when there is none.

        Raises UndoBlocked with what is in the way; ``leave`` takes back all but that. Raises NotPermitted
        when the user's role may not do what the set did, BadInput when nobody can take it back, Cancelled
        between two parts of a job when asked to; then everything is as before.
        """
        from crm_tui.access import telling
        from crm_tui.storage import undoing

        connection = self.database.connection
        wanted = set_id or history.undoable(connection, self.person.id)
        half = undoing.half_done_undo(connection, wanted)
        # Or it would go on later over what is done now.
        self.recover()
        set_id = wanted if half else set_id or history.undoable(connection, self.person.id)
        if set_id is None:
            return None
        # Whoever may not do a thing may not take it back either.
        self.refresh_policy()
        if not history.is_told(self.reader, set_id):
            raise undoing.unknown(set_id)
        self.demand(history.origin(connection, set_id))
        if half and (finished := undoing.finished(connection, half)):
            return finished
        who, parts = self.person.id, self.parts(progress, cancelled)
        undo = partial(undoing.undo_set, self.database, parts, who, set_id, leave=leave, source=self.source)
        with self.rights.noting("undo"):
            return telling.undone(self.reader, self.policy, undo)

    def redo(self, parts: jobs.Parts | None = None) -> undoing.Undone | None:
        """Bring back what the user's last undo took, or None: nothing to; Cancelled as asked by ``parts``."""
        last = history.redoable(self.database.connection, self.person.id)
        if last is None:
            return None
        parts = parts or self.parts()
        return self.undo(last, progress=parts.progress, cancelled=parts.cancelled)

    @property
    def user_name(self) -> str:
        """The acting user's shown name."""
        return self.person.name

    def undo_last(self) -> str:
        """Take back the user's own last change and return a sentence that says what it was.

        Raises BadInput when there is nothing to take back, UndoBlocked with what is in the way.
        """
        undone = self.undo()
        if undone is None:
            raise BadInput(_("There is nothing of yours to take back."))
        self.renew_words()
        return undone_sentence(undone.action, undone.title, left=undone.left)

    def redo_last(self) -> str:
        """Bring back what the user's last undo took and return a sentence that says so."""
        undone = self.redo()
        if undone is None:
            raise BadInput(_("There is nothing to bring back."))
        self.renew_words()
        action = history.origin(self.database.connection, undone.set_id) if undone.set_id else undone.action
        return undone_sentence(action, undone.title, redone=True, left=undone.left)


def register_derived() -> None:
    """Load the rooms whose derived rows follow every write; only reading needs none of them."""
    for name in DERIVED:
        import_module(name)


def system_login() -> str:
    """Return the operating system's name of who runs the process, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def open_session(
    path: Path, *, login: str | None = None, read_only: bool = False, source: str = "tui"
) -> Session:
    """Open a database for the operating-system user.

    Raises BadInput when the file is no database of ours, NotPermitted when the user is not known in it.
    """
    presence = enter(path)
    try:
        database = Database(path, read_only=read_only)
        try:
            person = people_store.by_login(database.connection, login or system_login())
            if person is None or person.active != 1:
                from crm_tui.access.people import not_let_in

                raise not_let_in(database.connection, login or system_login(), person)
            session = Session(database, person, source, presence)
        except BaseException:
            database.close()
            raise
    except BaseException:
        presence.close()
        raise
    try:
        session.recover()
    except Fault as fault:
        # What a dead process left stays hidden; all else can be read.
        session.database.only_read(fault.what)
    except BaseException:
        session.close()
        raise
    return session


def demand_of_file(path: Path, verb: str, login: str | None = None) -> None:
    """Raise Refused where whoever calls is known in a file and their role does not allow a verb.

    A file that cannot be read, or in which nobody of that name is known (a timer), says nothing of that.
    """
    try:
        database = Database(path, read_only=True)
    except CrmError:
        return
    with closing(database), suppress(sqlite3.Error):
        person = people_store.by_login(database.connection, login or system_login())
        if person is not None:
            store_policy.load_policy(database.connection, person.id, clock.today()).demand(verb)


def create_database(
    path: Path, *, preset: str = "general", login: str | None = None, name: str = "", zone: str = ""
) -> None:
    """Make a new database with a preset; whoever makes it is its administrator.

    Raises BadInput when the preset is unknown or nothing can be made there; then nothing is left behind.
    """
    from crm_tui.access import defaults as policies
    from crm_tui.presets.loader import preset as load_preset

    load_preset(preset)
    register_derived()
    connection.create(path)
    database = Database(path)
    try:

        def fill(change: Any) -> None:
            presets.seed(change, preset, zone or clock.DEFAULT_ZONE)
            policies.seed(change, preset)
            who = login or system_login()
            people_store.add(change, who, name or who, "administrator")

        database.write(FIRST_PERSON, "init", fill, source="cli")
    except BaseException:
        database.close()
        connection.discard(path)
        raise
    database.close()
