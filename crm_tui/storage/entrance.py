"""Coming in: nothing of a database file is opened before its newcomer has a seat and it is whole."""

from __future__ import annotations

from pathlib import Path

from crm_tui.errors import Busy
from crm_tui.locale import _
from crm_tui.storage.connection import check_is_ours, real_path
from crm_tui.storage.presence import Presence, file_number, marker_path, who_is_in
from crm_tui.storage.replacing import recover


def enter(path: Path) -> Presence:
    """Come in before anything of the file is opened, so that nobody can exchange it from then on.

    Makes good what a restore left that was killed. Raises BadInput when ``path`` is no database of ours, Busy
    when somebody restores it right now, or still has another file open that stood there before.
    """
    path = real_path(path)
    while True:
        if marker_path(path).exists():
            recover(path)
        check_is_ours(path)
        presence = Presence(path)
        if not marker_path(path).exists():
            try:
                _refuse_a_foreign_log(path)
            except BaseException:
                presence.close()
                raise
            return presence
        presence.close()


def _refuse_a_foreign_log(path: Path) -> None:
    """Keep out where a write-ahead log is in use that belongs to a file which stood here before.

    SQLite knows a log by its name only and would read the former file's pages into this one.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return
    mine = file_number(path)
    names = [seat.name or seat.login for seat in who_is_in(path) if seat.file not in ("", mine)]
    if names:
        raise Busy(
            _("The database file was replaced while it was open: {names}.").format(
                names="、".join(dict.fromkeys(names))
            ),
            _("Nothing was opened; neither file was changed."),
            _("Ask them to leave the program, then open it again."),
        )
