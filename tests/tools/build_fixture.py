"""Writes a database of this version, with a little of everything in it, as SQL for the tests of migrations.

Run ``python -m tests.tools.build_fixture`` at the release of a schema version, and never again for it: what
it writes to ``tests/storage/fixtures/vN.sql`` stays as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import time_machine

from crm_tui.customers import service
from crm_tui.followups import service as followups
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.schema import APPLICATION_ID, VERSION

FOLDER = Path(__file__).parents[1] / "storage" / "fixtures"


def fill(crm: Session) -> None:
    """Add, change, take back, archive: customers, contacts, tags, a plan and a log entry."""
    people = [{"name": "王芳", "mobile": "13800000001", "is_primary": 1}]
    first = crm.write(service.add, {"name": "上海样例贸易有限公司", "need": "旧需求"}, people).value
    second = crm.write(
        service.add, {"name": "张三", "kind": "person", "status": "interested"}, (), ("老客户",)
    ).value
    third = crm.write(service.add, {"name": "待归档公司"}).value

    def seen(customer: int) -> int:
        sql = "SELECT changed_in FROM customer WHERE id = :id"
        return crm.database.connection.execute(sql, {"id": customer}).fetchone()[0]

    crm.write(service.update, first, seen(first), {"need": "新需求", "budget_min": 100_000_00}, reason="来电")
    taken_back = crm.write(service.update, second, seen(second), {"note": "撤销前"}).set_id
    crm.undo(taken_back)
    draft = followups.read_plan("明天下午3点 回访", crm.today())
    crm.write(followups.add_plan, first, draft)
    crm.write(service.archive, third)
    crm.write(service.update, second, seen(second), {"name": "张三丰"})


def dump(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the statements that make a file anew: tables, rows, counters, then what hangs on the tables."""
    objects = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    names = [name for kind, name, _sql in objects if kind == "table" and name != "sqlite_sequence"]
    virtual = [name for _kind, name, sql in objects if sql.startswith("CREATE VIRTUAL")]
    # The tables of a virtual one come with it, and with first rows that its own replace.
    within = [name for name in names if name.startswith(tuple(f"{one}_" for one in virtual))]
    made = [(name, sql) for kind, name, sql in objects if kind == "table" and name in names]
    yield from (f"{sql};" for name, sql in made if name not in within)
    yield from (f"DELETE FROM {name};" for name in within)
    for table in [name for name in names if name not in virtual] + ["sqlite_sequence"]:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
        for (values,) in connection.execute(f"SELECT {quoted} FROM {table}"):
            yield f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values});"
    yield from (f"{sql};" for kind, _name, sql in objects if kind != "table")


def build() -> str:
    """Return the SQL of the database."""
    with (
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel("2026-03-11T02:00:00+00:00", tick=False),
    ):
        path = Path(folder) / "crm.db"
        create_database(path, login="wang", name="王芳")
        with open_session(path, login="wang") as crm:
            fill(crm)
        connection = sqlite3.connect(path)
        try:
            lines = list(dump(connection))
        finally:
            connection.close()
    header = [f"PRAGMA application_id = {APPLICATION_ID};", f"PRAGMA user_version = {VERSION};"]
    return "\n".join([*header, "BEGIN;", *lines, "COMMIT;"]) + "\n"


if __name__ == "__main__":
    target = FOLDER / f"v{VERSION}.sql"
    if target.exists():
        raise SystemExit(f"{target.name} was released already and stays as it is")
    target.write_text(build(), "utf-8")
