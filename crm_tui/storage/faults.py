"""Turns SQLite's errors into sentences: what happened, whether the save is kept, what to do next."""

from __future__ import annotations

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
    """The row has moved since it was read."""

    def __init__(self, entity: str, entity_id: int) -> None:
        super().__init__(
            _("Somebody else has changed this record meanwhile."),
            _("Your change was not saved; nothing of theirs was overwritten."),
            _("Open the record again and repeat your change."),
        )
        self.entity = entity
        self.entity_id = entity_id


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
