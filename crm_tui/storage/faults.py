"""Turns SQLite's errors into sentences: what happened, whether the save is kept, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.errors import BadInput, Busy, CrmError, Fault
from crm_tui.errors import Conflict as _Conflict
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3

BUSY = ("database is locked", "database table is locked", "database schema is locked")
FULL = ("database or disk is full",)
# The second: no journal can be made in the folder, or it is gone.
READ_ONLY = ("attempt to write a readonly database", "unable to open database file")
BROKEN = ("database disk image is malformed", "file is not a database", "file is encrypted")


class StaleVersion(_Conflict):
    """The record has moved since it was read; nothing was saved."""

    def __init__(self, entity: str, entity_id: int, what: str = "", todo: str = "") -> None:
        super().__init__(
            what or _("Somebody else has changed this record meanwhile."),
            _("Your change was not saved; nothing of theirs was overwritten."),
            todo or _("Open the record again and repeat your change."),
        )
        self.entity = entity
        self.entity_id = entity_id


class Moved(NamedTuple):
    """One column that others moved since it was read: from what, to what, and who did it last, when.

    ``actor`` is None and ``who`` says so when another program did it; ``at`` is an instant.
    """

    column: str
    before: Any
    theirs: Any
    actor: int | None
    who: str
    at: str | None
    set_id: int


class Clash(NamedTuple):
    """One column that two people moved to different values since it was read; see ``Moved``."""

    column: str
    before: Any
    mine: Any
    theirs: Any
    actor: int | None
    who: str
    at: str | None
    set_id: int


class FieldConflict(StaleVersion):
    """Others moved the same columns: ``fields``, each with what it was, what is wanted and what it is.

    ``now`` is the record's present version; ``was`` and ``row`` are the whole record as it was read and as
    it is, by column; ``moved`` is all that the others moved.
    """

    def __init__(
        self,
        entity: str,
        entity_id: int,
        fields: Sequence[Clash],
        moved: Sequence[Moved],
        now: int,
        was: Mapping[str, Any],
        row: Mapping[str, Any],
        when: str = "",
    ) -> None:
        what = _("{who} changed the same meanwhile ({when}).")
        super().__init__(entity, entity_id, what.format(who=fields[0].who, when=when))
        self.fields = tuple(fields)
        self.moved = tuple(moved)
        self.now = now
        self.was = dict(was)
        self.row = dict(row)


class RecordGone(StaleVersion):
    """The record left the lists meanwhile.

    ``how`` is archived, undone, merged or deleted; ``merged_into`` is the customer that took it over.
    """

    def __init__(
        self,
        entity: str,
        entity_id: int,
        how: str,
        what: str = "",
        todo: str = "",
        *,
        actor: int | None = None,
        at: str | None = None,
        merged_into: int | None = None,
    ) -> None:
        super().__init__(entity, entity_id, what or _("This record is not there any more."), todo)
        self.how = how
        self.actor = actor
        self.at = at
        self.merged_into = merged_into


def is_busy(error: BaseException) -> bool:
    """Tell whether an SQLite error says that another process holds the lock."""
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith(BUSY)


def is_damage(error: BaseException) -> bool:
    """Tell whether an SQLite error says that the file is damaged."""
    return isinstance(error, sqlite3.DatabaseError) and str(error).startswith(BROKEN)


def explain(error: sqlite3.Error) -> CrmError:
    """Return the typed error for an SQLite error raised while writing."""
    text = str(error)
    nothing = _("This change was not saved; everything saved before is kept.")
    if is_busy(error):
        return Busy(_("The database is busy: a colleague is saving."), nothing, _("Try again in a moment."))
    if text.startswith(FULL):
        return Fault(_("The disk is full."), nothing, _("Free some space and save again."))
    if text.startswith("disk I/O error"):
        return Fault(
            _("The disk reported an error while writing."),
            nothing,
            _("Check the disk and its quota, then save again."),
        )
    if text.startswith(READ_ONLY):
        return Fault(
            _("The database can only be read: the file or its folder is write-protected."),
            nothing,
            _("Ask the owner of the file for the right to write."),
        )
    if text.startswith(BROKEN):
        return Fault(
            _("The database file is damaged."),
            nothing,
            _("Keep the file as it is and restore the latest backup."),
        )
    if isinstance(error, sqlite3.IntegrityError):
        return BadInput(
            _("The database refused the change: {error}.").format(error=text),
            nothing,
            _("Check the entry for something that must exist only once."),
        )
    return Fault(_("The database reported: {error}.").format(error=text), nothing, _("Please report this."))
