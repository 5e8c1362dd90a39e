"""The one place that chooses the SQLite driver: pysqlite3 where it is installed, else the library's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["VERSION", "sqlite3", "wal_is_sound"]

VERSION: tuple[int, ...] = tuple(int(part) for part in sqlite3.sqlite_version.split("."))


def wal_is_sound(version: tuple[int, ...] = VERSION) -> bool:
    """Tell whether this SQLite has the fix of the WAL-reset fault.

    Fixed in 3.51.3, in 3.50.7 and in 3.44.6 of their series (sqlite.org release notes); 3.52.0 was withdrawn.
    """
    if version >= (3, 52, 1) or (3, 51, 3) <= version < (3, 52, 0):
        return True
    return (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)
