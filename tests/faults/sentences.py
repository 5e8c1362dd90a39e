"""Brings about each fault of a file and its disk and prints what the user is told: what, kept, next step.

python -m tests.faults.sentences        (under the shim: started by tests/faults/test_sentences.py)
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from crm_tui import locale
from crm_tui.errors import CrmError
from crm_tui.storage import patience
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.diagnosis import plain
from crm_tui.storage.driver import sqlite3
from tests.faults import processes, shim

PAGE = 4096


def save(database: Database, size: int = 1) -> None:
    """Save something of so many rows."""

    def body(change):
        for number in range(size):
            change.insert("tag", {"name": "x" * 900, "name_key": f"{number} {'y' * 900}"})

    database.write(1, "test", body)


def opened_and_saved(path: Path) -> None:
    """Open a file, read all of it and save."""
    database = Database(path)
    try:
        for table in ("customer", "change", "change_set", "person"):
            database.connection.execute(f"SELECT * FROM {table}").fetchall()
        save(database, 50)
    finally:
        database.close()


def armed(kinds: int, error: int, *, times: int = 0) -> Callable[[Path], None]:
    """Return a fault in which the system refuses such operations during a save."""

    def fault(path: Path) -> None:
        database = Database(path)
        shim.arm(kinds, 1, error, times=times)
        save(database, 20)

    return fault


def unreadable(path: Path) -> None:
    """Let the disk fail while a list is read."""
    database = Database(path)
    reader = database.connect_reader()
    shim.arm(shim.READ, 1, errno.EIO, times=0)
    reader.execute("SELECT * FROM change").fetchall()


def not_removed(path: Path) -> None:
    """Let the last synchronisation of a save fail: the journal is gone already."""
    database = Database(path)
    save(database)
    for number in range(1, 20):
        shim.arm(shim.SYNC, number, errno.EIO)
        try:
            save_once(database, number)
        except CrmError as error:
            if getattr(error, "is_kept", False):
                raise
        shim.disarm()


def save_once(database: Database, number: int) -> None:
    """Save a row of its own."""
    database.write(1, "test", lambda change: change.insert("tag", {"name": "z", "name_key": f"z{number}"}))


def limited(path: Path) -> None:
    """Let no file become larger than this one is."""
    database = Database(path)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        save(database, 400)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def altered(fn: Callable[[bytearray], None]) -> Callable[[Path], None]:
    """Return a fault in which bytes of the file were altered at rest."""

    def fault(path: Path) -> None:
        content = bytearray(path.read_bytes())
        fn(content)
        path.write_bytes(content)
        opened_and_saved(path)

    return fault


def zero_pages(content: bytearray) -> None:
    """Zero every third page but the first."""
    for at in range(2 * PAGE, len(content), 3 * PAGE):
        content[at : at + PAGE] = bytes(PAGE)


def flip(content: bytearray) -> None:
    """Flip 64 bytes at the head of every page but the first."""
    for at in range(PAGE, len(content), PAGE):
        content[at : at + 64] = bytes(byte ^ 0xFF for byte in content[at : at + 64])


def cut(content: bytearray) -> None:
    """Cut the file in the middle."""
    del content[len(content) // 2 :]


def overwrite(content: bytearray) -> None:
    """Overwrite the head of the file."""
    content[:100] = bytes(range(1, 101))


def moved(path: Path) -> None:
    """Rename the file under an open connection."""
    database = Database(path)
    path.rename(path.with_name("elsewhere.db"))
    save(database)


def replaced(path: Path) -> None:
    """Put another file in its place under an open connection."""
    database = Database(path)
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    copy.replace(path)
    save(database)


def locked(path: Path) -> None:
    """Let somebody else hold the write lock for longer than anybody waits."""
    patience.BUSY_SECONDS = 0.05
    database = Database(path)
    other = connect(path)
    other.execute("BEGIN IMMEDIATE")
    save(database)


def no_memory(path: Path) -> None:
    """Leave SQLite next to no memory."""
    database = Database(path)
    database.connection.execute("PRAGMA hard_heap_limit=1000000")
    save(database, 2000)


def interrupted(path: Path) -> None:
    """Stop the statement that is running."""
    database = Database(path)
    database.connection.set_progress_handler(lambda: 1, 50)
    save(database, 200)


def too_long(path: Path) -> None:
    """Let SQLite refuse a text, which it does from a thousand million bytes on."""

    def body(_change):
        raise sqlite3.DataError("string or blob too big")

    Database(path).write(1, "test", body)


def table_gone(path: Path) -> None:
    """Let a statement find no table."""
    Database(path).connection.execute("SELECT * FROM nowhere")


FAULTS: dict[str, Callable[[Path], None]] = {
    "write error": armed(shim.WRITE, errno.EIO),
    "read error": unreadable,
    "disk full": armed(shim.WRITE, errno.ENOSPC),
    "quota": armed(shim.OPEN, errno.EDQUOT),
    "made read-only": armed(shim.OPEN, errno.EROFS),
    "no right": armed(shim.OPEN, errno.EACCES),
    "too many files": armed(shim.OPEN, errno.EMFILE),
    "folder gone": armed(shim.OPEN, errno.ENOENT),
    "journal not removed for sure": not_removed,
    "file-size limit": limited,
    "pages zeroed": altered(zero_pages),
    "bytes flipped": altered(flip),
    "cut short": altered(cut),
    "header overwritten": altered(overwrite),
    "empty": altered(bytearray.clear),
    "moved": moved,
    "replaced": replaced,
    "locked": locked,
    "no memory": no_memory,
    "interrupted": interrupted,
    "text too long": too_long,
    "table gone": table_gone,
}


def apart(fault: Callable[[Path], None], path: Path) -> list[str]:
    """Return what ``told`` returns, from a process of its own: what is done to it cannot be undone."""
    inlet, outlet = os.pipe()
    if os.fork() == 0:
        os.write(outlet, json.dumps(told(fault, path)).encode())
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, encoding="utf-8") as pipe:
        answer = json.loads(pipe.read())
    os.wait()
    return answer


def told(fault: Callable[[Path], None], path: Path) -> list[str]:
    """Bring a fault about and return kind, what, kept, todo."""
    try:
        fault(path)
    except Exception as error:
        shim.disarm()
        said = plain(error)
        if isinstance(said, CrmError):
            return [type(said).__name__, said.what, said.kept, said.todo]
        return ["raw", f"{type(error).__name__}: {error}", "", ""]
    shim.disarm()
    return ["nothing", "", "", ""]


def main() -> int:
    """Print {language: {fault: [kind, what, kept, todo]}} as JSON."""
    folder = Path(os.environ["CRM_SHIM_PREFIX"])
    template = folder / "template.db"
    processes.make(template, "truncate", customers=60)
    found: dict[str, dict[str, list[str]]] = {}
    for language in ("zh", "en"):
        locale.set_language(language)
        found[language] = {}
        for number, (name, fault) in enumerate(FAULTS.items()):
            path = folder / f"{language}{number}" / "crm.db"
            path.parent.mkdir()
            shutil.copyfile(template, path)
            seconds = patience.BUSY_SECONDS
            found[language][name] = (apart if fault is no_memory else told)(fault, path)
            patience.BUSY_SECONDS = seconds
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
