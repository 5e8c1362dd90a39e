"""A seeded world made through the services: people of every role, customers of all of them, canaries in all.

``built(preset)`` makes it once a process; ``World.open(viewer, folder)`` opens a copy as somebody.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import time_machine

from crm_tui.access import store as people_store
from crm_tui.session import Session, open_session
from crm_tui.storage.database import Database
from tests.matrix.canaries import ROWS, Canaries, Canary
from tests.matrix.rules import PEOPLE, File, may_read

NOW = "2026-11-20T02:00:00Z"  # a Friday, 10:00 in Shanghai
PRESETS = ("general", "files")
WHOLE = os.environ.get("CRM_MATRIX") == "all"
"""Whether everybody is asked everything; a suite asks some of them."""
# Free texts of a customer and the group that each is of.
TEXTS: dict[str, str] = {
    **dict.fromkeys(
        ("short_name", "english_name", "reg_district", "reg_detail", "biz_district", "biz_detail",
         "main_business", "source_detail", "referrer", "key_note", "need", "pain", "timeline", "special_req",
         "current_product", "past_cooperation", "note", "wake_plan", "lost_reason", "region"),
        ROWS,
    ),
    "decision_process": "decision",
    "preference": "personal",
    "purchase_history": "personal",
    "family": "personal",
}  # fmt: skip


@dataclass
class World:
    """The file of a world as bytes, whose each customer is, ids by key, and all canaries."""

    preset: str
    canaries: Canaries = field(default_factory=Canaries)
    files: dict[str, File] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    sheet: bytes = b""
    sets: int = 0
    content: bytes = b""

    @contextmanager
    def at(self, folder: Path) -> Generator[Path]:
        """Lay a copy into a folder, on a clock that stands still."""
        path = folder / "team.db"
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(self.content)
        with time_machine.travel(NOW, tick=False):
            yield path

    @contextmanager
    def open(self, viewer: str, folder: Path) -> Generator[Session]:
        """Open a copy as somebody, also as somebody who is not let in any more."""
        with self.at(folder) as path, opened(path, viewer) as session:
            yield session

    def apart(self) -> World:
        """Return the same world, to which canaries can be added."""
        return replace(self, canaries=deepcopy(self.canaries))

    def forbidden(self, viewer: str, thing: Any) -> list[Canary]:
        """Return the canaries that stand in something and that the viewer may not read."""
        return [
            one for one in self.canaries.found(thing) if not may_read(self.preset, viewer, self.files, one)
        ]

    def allowed(self, viewer: str) -> list[Canary]:
        """Return all canaries that somebody may read."""
        return [one for one in self._every() if may_read(self.preset, viewer, self.files, one)]

    def hidden(self, viewer: str) -> list[Canary]:
        """Return all canaries that somebody may not read."""
        return [one for one in self._every() if not may_read(self.preset, viewer, self.files, one)]

    def _every(self) -> list[Canary]:
        every = (*self.canaries.words.values(), *self.canaries.numbers.values())
        return list({id(one): one for one in every}.values())


@contextmanager
def opened(path: Path, login: str) -> Generator[Session]:
    """Open a database as somebody; who is not let in gets the session of one who was in already."""
    if PEOPLE[login].active:
        with open_session(path, login=login, source="tui") as session:
            yield session
        return
    database = Database(path)
    person = people_store.by_login(database.connection, login)
    assert person is not None
    with Session(database, person, "tui") as session:
        yield session
