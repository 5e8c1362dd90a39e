"""Tries to begin writing to a database and says how it went: ``python -m tests.storage.try_lock PATH``."""

from __future__ import annotations

import sys

from crm_tui.storage.driver import sqlite3


def main() -> None:
    """Print ``free`` or ``locked``."""
    connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        print("free")
    except sqlite3.OperationalError:
        print("locked")
    finally:
        connection.close()


if __name__ == "__main__":
    main()
