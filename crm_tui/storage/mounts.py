"""On which kind of file system a database lies, and whether its locks can be relied on there."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from crm_tui.errors import NotPermitted
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3

# Written by the system (proc(5)); where it is not there, nothing is claimed.
TABLE = Path("/proc/self/mounts")
# Locks and the order of writes belong to another machine there, or to a program (SQLite, "How to corrupt").
NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "lustre", "glusterfs", "davfs"),
    *("coda", "beegfs", "virtiofs", "vboxsf", "prl_fs", "vmhgfs", "fuse"),
}
OF_MEMORY = {"tmpfs", "ramfs"}
ESCAPED = re.compile(r"\\([0-7]{3})")
SEVERAL = "SELECT count(*) FROM person WHERE active = 1 AND deleted_at IS NULL"


class NetworkFile(NotPermitted):
    """A file that several people use lies where their locks cannot be relied on; it can be read."""


def mounted_on(table: str, path: str) -> str:
    """Return the kind of file system that holds an absolute path, '' when the table does not say.

    ``table`` is the text of /proc/self/mounts: device, place, kind, options; a blank in a name is ``\\040``.
    Of several places above the path the one mounted last counts: it hides the others.
    """
    found = ""
    for line in table.splitlines():
        parts = line.split()
        if len(parts) >= 3:
            place = ESCAPED.sub(lambda sign: chr(int(sign[1], 8)), parts[1])
            if path == place or path.startswith(place.rstrip("/") + "/"):
                found = parts[2]
    return found


def is_network(kind: str) -> bool:
    """Tell whether a kind of file system keeps its files on another machine or behind a program."""
    return kind in NETWORK or kind.startswith("fuse.")


def kind_of(path: Path) -> str:
    """Return the kind of file system that holds a file, '' when it is not known."""
    with suppress(OSError):
        return mounted_on(os.fsdecode(TABLE.read_bytes()), os.fspath(path.resolve()))
    return ""


def network_kind(path: Path) -> str:
    """Return the kind of the network file system that holds a file, '' when it is local or not known."""
    kind = kind_of(path)
    return kind if is_network(kind) else ""


def used_by_several(connection: sqlite3.Connection) -> bool:
    """Tell whether more than one active person is in a database."""
    return connection.execute(SEVERAL).fetchone()[0] > 1


def demand_one_user(connection: sqlite3.Connection) -> None:
    """Raise NetworkFile when several people are in a database that lies where locks cannot be relied on.

    Such a file is not opened to be written: who asks before a COMMIT would make it one by that.
    """
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    if used_by_several(connection) and (kind := network_kind(path)):
        raise NetworkFile(
            _("{path} lies on a network file system ({kind}), where one person alone may use it.").format(
                path=path, kind=kind
            ),
            _("Nothing was changed."),
            _("Move it to a disk of the server on which all work, then add them."),
        )


def warning(path: Path, connection: sqlite3.Connection) -> str:
    """Return what is to be said before a file is written where it lies, '' when all is well.

    Raises NetworkFile when several people use it over a network.
    """
    kind = network_kind(path)
    if not kind:
        return ""
    if used_by_several(connection):
        raise NetworkFile(
            _("{path} lies on a network file system ({kind}), and several people use it.").format(
                path=path, kind=kind
            ),
            _("It was not opened: their saves could damage it."),
            _("Move it to a disk of the server on which they work; it can be read with --read-only."),
        )
    return _(
        "The database lies on a network file system ({kind}): use it from one computer only, and back it up."
    ).format(kind=kind)
