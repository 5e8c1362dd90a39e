"""The work done on a failing disk: saves, an import in hidden parts, its undo; and what must hold after."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from crm_tui.customers import service
from crm_tui.errors import CrmError
from crm_tui.followups import service as followups
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import jobs
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.driver import sqlite3

PRESENT = 12
ROWS = 90
SAVES = 40
HEAD = ["客户名称", "联系人", "手机", "下次跟进计划", "需求描述"]
LOOK = (
    "SELECT (SELECT count(*) FROM customer WHERE name LIKE '新%' AND deleted_at IS NULL),"
    " (SELECT count(DISTINCT need) FROM customer WHERE name LIKE '在先%'),"
    " (SELECT count(*) FROM publishing), (SELECT count(*) FROM job WHERE state = 'publishing')"
)


def prepare(folder: Path, what: str, journal: str) -> None:
    """Make the database that every case starts from, and the sheet of the import."""
    (folder / "disk").mkdir(parents=True)
    path = folder / "template.db"
    create_database(path, login="li", name="李雷")
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA journal_mode=" + ("WAL" if journal == "wal" else "DELETE"))
    plain.close()
    sheet = folder / "new.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        out.writerows([f"在先{at}", "", "", "", "新需求"] for at in range(PRESENT))
        out.writerows([f"新{at}", f"人{at}", f"138{at:08d}", "每月回访", "x" * 300] for at in range(ROWS))
    with open_session(path, login="li") as session:

        def fill(change: Change) -> None:
            for at in range(PRESENT):
                service.add(change, {"kind": "company", "name": f"在先{at}", "need": "旧需求"})

        session.database.write(1, "customer.add", fill)
        if what == "undo":
            bring_in(session, sheet)


def bring_in(session: Session, sheet: Path) -> None:
    """Import the sheet in parts, as if it were large."""
    # Most of the processes that are started here import nothing.
    from crm_tui.exchange import importing
    from crm_tui.exchange.mapping import is_known_heading
    from crm_tui.exchange.reading import open_sheet

    with small_parts():
        with open_sheet(sheet, known=is_known_heading) as data:
            plan = importing.plan_import(session, data, importing.explain(session, data))
        with plan:
            importing.run_import(session, plan)


@contextmanager
def small_parts() -> Generator[None]:
    """Let twenty rows be many, for the work within alone: the process may be that of the whole suite."""
    before = jobs.SMALL, jobs.FIRST_PART, jobs.LARGEST_PART, jobs.PAUSE_SECONDS
    jobs.SMALL, jobs.FIRST_PART, jobs.LARGEST_PART, jobs.PAUSE_SECONDS = 20, 20, 20, 0.0
    try:
        yield
    finally:
        jobs.SMALL, jobs.FIRST_PART, jobs.LARGEST_PART, jobs.PAUSE_SECONDS = before


def fresh(folder: Path) -> Path:
    """Return a copy of the prepared database on the disk that can fail."""
    path = folder / "disk" / "crm.db"
    for old in path.parent.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copyfile(folder / "template.db", path)
    return path


class Saves:
    """One save after the other; each changes a customer and logs an activity in one set."""

    def __init__(self, path: Path, journal: str) -> None:
        self.path = path
        self.journal = journal
        self.session: Session | None = None
        self.acknowledged: list[str] = []

    def open(self, *, tight: bool) -> None:
        """Open the database for work; ``tight`` gives SQLite next to no memory."""
        self.session = open_session(self.path, login="li")
        mode = self.session.database.connection.execute("PRAGMA journal_mode").fetchone()[0]
        assert mode == self.journal
        # So that the log is copied back in the midst of the work, not after a thousand pages only.
        self.session.database.connection.execute("PRAGMA wal_autocheckpoint=40")
        if tight:
            self.session.database.connection.execute("PRAGMA cache_size=6")

    def do(self) -> None:
        """Do the work; errors come out of it."""
        for number in range(SAVES):
            self.save(f"第{number}次")

    def save(self, token: str) -> None:
        """Save once; the token counts as acknowledged when nothing was raised."""
        assert self.session
        self.session.write(save, token)
        self.acknowledged.append(token)

    def can_go_on(self, refusal: CrmError | None) -> list[str]:
        """Save once more in the same session, which said ``refusal`` before."""
        try:
            self.save("再来一次")
        except Exception as error:
            return [f"the next save fails too: {type(error).__name__} {error}"]
        return []

    def close(self) -> None:
        """Close the database, as leaving the program does."""
        if self.session:
            self.session.close()
            self.session = None

    def drop(self) -> None:
        """Close what is open, whatever happened."""
        with suppress(Exception):
            self.close()

    def wrong(self, refusal: CrmError | None) -> list[str]:
        """Open the database again and return what is not as it was said."""
        with open_session(self.path, login="li") as session:
            session.write(save, "最后")
        connection = connect(self.path)
        contents = connection.execute("SELECT content FROM activity ORDER BY id").fetchall()
        note = connection.execute("SELECT note FROM customer WHERE id = 1").fetchone()[0]
        connection.close()
        found = []
        stored = [row[0] for row in contents]
        if note != "最后" or stored.pop() != "最后":
            found.append("a save in a new session is half there")
        missing = [token for token in self.acknowledged if token not in stored]
        more = [token for token in stored if token not in self.acknowledged]
        if missing:
            found.append(f"acknowledged and not there: {missing[:3]}")
        if more and not (refusal and said_kept(refusal) and len(more) == 1):
            found.append(f"refused and there: {more[:3]} ({refusal})")
        if type(self) is Saves and refusal and said_kept(refusal) and not more:
            found.append(f"said to be kept and not there ({refusal})")
        return found

    def after_a_crash(self, refusal: CrmError | None) -> list[str]:
        """Return what the next opening would find, had the machine stopped now, against what was said."""
        image = self.path.parents[1] / "image.db"
        for ending in ("", "-wal", "-journal"):
            image.with_name(image.name + ending).unlink(missing_ok=True)
            beside = self.path.with_name(self.path.name + ending)
            if beside.exists():
                # Not read in this process: closing it here would drop SQLite's locks.
                subprocess.run(["cp", beside, image.with_name(image.name + ending)], check=True)
        connection = connect(image)
        stored = {row[0] for row in connection.execute("SELECT content FROM activity").fetchall()}
        connection.close()
        found = []
        if missing := set(self.acknowledged) - stored:
            found.append(f"lost by a crash: {sorted(missing)[:3]}")
        if (more := stored - set(self.acknowledged)) and refusal and said_kept(refusal) is False:
            found.append(f"refused, and brought in by a crash: {sorted(more)}")
        return found


def said_kept(refusal: CrmError) -> bool | None:
    """Tell what a sentence says of the save: kept, not kept, None when it says that nobody can know."""
    if getattr(refusal, "is_kept", False) is None:
        return None
    return bool(getattr(refusal, "is_kept", False))


def save(change: Change, token: str) -> None:
    """Change a customer and log an activity with the same word."""
    row = change.one("SELECT changed_in FROM customer WHERE id = 1")
    assert row
    service.update(change, 1, row[0], {"note": token})
    followups.log(change, followups.LogEntry(customer_id=1, content=token, ways="phone"))


save.action = "customer.update"  # ty: ignore[missing-attribute]


class Import(Saves):
    """An import in hidden parts: planned, staged, published."""

    def do(self) -> None:
        assert self.session
        bring_in(self.session, self.path.parents[1] / "new.csv")

    def can_go_on(self, refusal: CrmError | None) -> list[str]:
        found = super().can_go_on(refusal)
        assert self.session
        count = "SELECT count(*) FROM customer WHERE name LIKE '新%'"
        seen = self.session.reader.execute(count).fetchone()[0]
        if seen not in (0, ROWS):
            found.append(f"{seen} of {ROWS} rows can be seen")
        if refusal is None and seen != ROWS:
            found.append(f"the import went well and {seen} of {ROWS} rows can be seen")
        return found

    def wrong(self, refusal: CrmError | None) -> list[str]:
        found = super().wrong(refusal)
        whole = self.look(found)
        if refusal is None and not whole:
            found.append("the import went well and is not there")
        if refusal and whole and said_kept(refusal) is False:
            found.append(f"the import is there, though: {refusal}")
        if refusal and said_kept(refusal) and not whole:
            found.append(f"said to be kept and not there ({refusal})")
        return found

    def look(self, found: list[str]) -> bool:
        """Return whether the import is there; note what is half done."""
        connection = connect(self.path)
        new, _needs, publishing, running = connection.execute(LOOK).fetchone()
        connection.close()
        if publishing or running:
            found.append("the next session left the job as it was")
        if new not in (0, ROWS):
            found.append(f"{new} of {ROWS} rows are there")
        left = [file.name for file in self.path.parent.glob(".*.staging")]
        if left:
            found.append(f"left behind: {left}")
        return new == ROWS


class Undo(Import):
    """The undo of an import that was written in parts."""

    def do(self) -> None:
        assert self.session
        ask = "SELECT max(id) FROM change_set WHERE action = 'import'"
        with small_parts():
            self.session.undo(self.session.database.connection.execute(ask).fetchone()[0])

    def can_go_on(self, refusal: CrmError | None) -> list[str]:
        return Saves.can_go_on(self, refusal)

    def wrong(self, refusal: CrmError | None) -> list[str]:
        found = Saves.wrong(self, refusal)
        there = self.look(found)
        if refusal is None and there:
            found.append("the undo went well and the import is there")
        if refusal and not there and said_kept(refusal) is False:
            found.append(f"the import is gone, though: {refusal}")
        return found


WORK: dict[str, Any] = {"save": Saves, "import": Import, "undo": Undo}
