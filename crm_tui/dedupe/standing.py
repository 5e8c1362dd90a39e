"""How the pairs stand: what scored them, which saves are in them, where a scan was left."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.dedupe import scoring
from crm_tui.dedupe import store_scan as store
from crm_tui.identity import features
from crm_tui.storage.driver import sqlite3


class Left(NamedTuple):
    """A scan that was left: its version, the newest set when it began, the last id whose pairs it wrote."""

    version: str
    seen: int
    upto: int


class Standing(NamedTuple):
    """The row of ``duplicate_scan``: version of the pairs ('' : none), newest set in them, when, per cent."""

    version: str
    seen: int
    scanned_at: str | None
    done: int
    left: Left | None


def current() -> str:
    """Return the version of features and weights together."""
    return f"{features.VERSION}.{scoring.version()}"


def standing(connection: sqlite3.Connection) -> Standing:
    """Return how the pairs stand."""
    text, seen, scanned_at, done = store.one(connection, store.SCAN)
    version, sign, rest = text.partition(">")
    left = None
    if sign:
        # What it takes to go on with a scan stands behind the version of the pairs.
        name, began, upto = rest.split(":")
        left = Left(name, int(began), int(upto))
    return Standing(version, seen, scanned_at, done, left)


def stand(connection: sqlite3.Connection, now: Standing) -> None:
    """Write how the pairs stand."""
    text = now.version + (">" + ":".join(map(str, now.left)) if now.left else "")
    store.run(
        connection, store.STAND, {"version": text, "seen": now.seen, "at": now.scanned_at, "done": now.done}
    )
