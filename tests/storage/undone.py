"""Undo as the tests of it ask for it: done, or refused with nothing changed."""

from __future__ import annotations

from typing import Any

import pytest

from crm_tui.storage.database import Database
from crm_tui.storage.undo import UndoBlocked, undo
from tests.storage.rows import last_change, snapshot
from tests.storage.world import assert_sound


def back(db: Database, set_id: int, **keywords: Any) -> Any:
    """Undo a set as one write."""
    return db.write(1, "undo", lambda c: undo(c, set_id, **keywords), undoes=set_id)


def refused(db: Database, set_id: int, **keywords: Any) -> list[tuple[Any, ...]]:
    """Undo must refuse and change nothing; return the kinds, tables, rows and fields in the way."""
    before, log = snapshot(db.connection, version=True), last_change(db.connection)
    with pytest.raises(UndoBlocked) as blocked:
        back(db, set_id, **keywords)
    assert snapshot(db.connection, version=True) == before
    assert last_change(db.connection) == log
    assert_sound(db.connection)
    return [obstacle[:4] for obstacle in blocked.value.obstacles]
