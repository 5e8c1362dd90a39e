"""The end of a search's time, also where the system starts no more threads."""

from __future__ import annotations

import threading

import pytest

from crm_tui.search import deadline
from crm_tui.storage.driver import sqlite3


def test_without_a_thread_to_watch_it_a_search_still_knows_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(deadline, "_watch", deadline._Watch())
    monkeypatch.setattr(threading.Thread, "start", refused)
    connection = sqlite3.connect(":memory:")
    with deadline.Deadline(connection, 0, None) as over, deadline.Deadline(connection, 60_000, None) as time:
        assert (over.passed(), time.passed()) == (True, False)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()
