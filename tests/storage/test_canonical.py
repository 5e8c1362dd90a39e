"""Two schemas that mean the same are equal in canonical form, and every way to weaken one is noticed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm_tui.storage.canonical import canonical, differing, table_form
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.schema import fingerprint, schema_text

TEXT = schema_text()


def made(script: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    return connection


def swapped(pattern: str, new: str) -> str:
    text, count = re.subn(pattern, new, TEXT, count=1, flags=re.DOTALL)
    assert count == 1, pattern
    return text


MUTANTS = {
    "a check of one column": (r" CHECK \(state IN \('todo'[^)]*\)\)", "", "plan"),
    "a check of the table": (r"CHECK \(one = 1\)", "", "writing"),
    "a check of an untracked table": (r" CHECK \(kind IN \('backup'[^)]*\)\)", "", "upkeep"),
    "a foreign key": (r"customer_id INTEGER NOT NULL REFERENCES customer \(id\)",
                      "customer_id INTEGER NOT NULL", None),
    "what may not be empty": (r"name TEXT NOT NULL", "name TEXT", None),
    "another default": (r"state TEXT NOT NULL DEFAULT 'todo'", "state TEXT NOT NULL DEFAULT 'doing'", "plan"),
    "another type": (r"snoozed INTEGER", "snoozed TEXT", "plan"),
    "a column less": (r"\n  english_name TEXT,", "", "customer"),
    "strictness": (r"\) STRICT;\nCREATE INDEX change_of_row", ");\nCREATE INDEX change_of_row", "change"),
    "what counts ids up": (r"CREATE TABLE tag \(\n  id INTEGER PRIMARY KEY AUTOINCREMENT",
                           "CREATE TABLE tag (\n  id INTEGER PRIMARY KEY", "tag"),
    "an index": (r"CREATE INDEX customer_name_key[^;]*;", "", "customer_name_key"),
    "the condition of an index": (r"(CREATE UNIQUE INDEX tag_once [^;]*) WHERE deleted_at IS NULL;", r"\1;",
                                  "tag_once"),
    "what is unique": (r"CREATE UNIQUE INDEX customer_no ", "CREATE INDEX customer_no ", "customer_no"),
    "a trigger": (r"CREATE TRIGGER plan_updated .*?\nEND;", "", "plan_updated"),
    "a trigger on the log": (r"CREATE TRIGGER change_is_final .*?\nEND;", "", "change_is_final"),
    "a column in a trigger": (r"\n    UNION ALL SELECT 'snoozed', OLD.snoozed[^\n]*", "", "plan_updated"),
    "what the triggers read": (r" WHERE s.source = 'outside'", "", "writing_outside"),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "new", "name"), MUTANTS.values(), ids=MUTANTS)
def test_a_schema_without_one_rule_is_noticed(pattern: str, new: str, name: str | None) -> None:
    wrong = differing(made(swapped(pattern, new)), made(TEXT))
    assert wrong
    assert name in (None, *wrong)


TRACKED = ("a check of one column", "another default", "a column less", "a trigger", "a trigger on the log",
           "a column in a trigger", "what the triggers read", "what counts ids up")  # fmt: skip


@pytest.mark.parametrize("mutant", TRACKED)
def test_the_fingerprint_notices_what_would_lose_history(mutant: str) -> None:
    pattern, new, _name = MUTANTS[mutant]
    assert fingerprint(made(swapped(pattern, new))) != fingerprint(made(TEXT))


def test_a_table_that_came_by_alter_is_the_table_made_at_once() -> None:
    by_alter = made(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;"
        " ALTER TABLE a ADD COLUMN state TEXT NOT NULL DEFAULT 'x, y' CHECK (state <> '(')"
    )
    at_once = made(
        "CREATE TABLE a (\n  state TEXT NOT NULL DEFAULT 'x, y' CHECK(state <> '('), -- why, and (how\n"
        "  id integer primary key /* , */\n) STRICT"
    )
    assert canonical(by_alter) == canonical(at_once) and differing(by_alter, at_once) == []
    by_rename = made("CREATE TABLE b (id INTEGER PRIMARY KEY, one TEXT CHECK (one <> 'x'));"
                     " ALTER TABLE b RENAME COLUMN one TO two")  # fmt: skip
    renamed = made("CREATE TABLE b (id INTEGER PRIMARY KEY, two TEXT CHECK (two <> 'x'))")
    assert canonical(by_rename) == canonical(renamed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CREATE TABLE a (b TEXT DEFAULT 'X')", "CREATE TABLE a (b TEXT DEFAULT 'x')"),
        ("CREATE TABLE a (b TEXT, c TEXT)", "CREATE TABLE a (b TEXT, c TEXT, UNIQUE (b, c))"),
        ("CREATE TABLE a (b TEXT COLLATE NOCASE)", "CREATE TABLE a (b TEXT)"),
        ("CREATE TABLE a (b TEXT PRIMARY KEY) WITHOUT ROWID", "CREATE TABLE a (b TEXT PRIMARY KEY)"),
        ("CREATE TABLE a (b TEXT DEFAULT '--')", "CREATE TABLE a (b TEXT DEFAULT '')"),
    ],
)
def test_what_differs_in_meaning_differs_in_form(one: str, other: str) -> None:
    assert table_form(one) != table_form(other)


def described(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return what SQLite itself says of each table, apart from the order of its columns."""
    names = [row[1] for row in connection.execute("PRAGMA table_list") if row[0] == "main"]
    return {
        name: (
            sorted(row[1:] for row in connection.execute(f"PRAGMA table_xinfo({name})")),
            sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({name})")),
            sorted(row[1:] for row in connection.execute(f"PRAGMA index_list({name})")),
        )
        for name in names
        if not name.startswith("sqlite_")
    }
