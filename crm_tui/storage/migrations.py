"""Brings an older file to the program's version: a verified backup, one transaction, a proof before COMMIT.

``user_version`` alone says where a file stands: it moves in the same transaction as the tables, and no second
record (such as sqlite-utils' ``_sqlite_migrations``) can disagree with it. A step changes tables and data
only; indexes, triggers and views are then taken from schema.sql, and the whole is held against it.

The file must be nobody else's meanwhile: an older program that has it open would write on as it knows it.

A tracked column is never renamed or dropped, for the log names it and undo needs it; leave it unused and add
another one. A new column may be NULL or has a DEFAULT, which the undo of an older deletion takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from crm_tui import clock
from crm_tui.errors import Busy, Cancelled, CrmError, Fault, NotPermitted
from crm_tui.locale import _
from crm_tui.storage import first_policy, mounts
from crm_tui.storage.canonical import OBJECTS, differing, words
from crm_tui.storage.connection import check_is_ours, connect, real_path, why_faulty_log
from crm_tui.storage.diagnosis import explain
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import MIGRATION, POLL_SECONDS, Seat, SoleUse, marker_path, who_is_in
from crm_tui.storage.schema import FINGERPRINTS, VERSION, fingerprint, schema_text
from crm_tui.storage.still import why_protected

SETTLE_SECONDS = 3.0  # in which whoever has come in has written down who it is
SHOWN = 5
BACKED_UP = 80  # per cent of the way
NOTE = (
    "INSERT INTO upkeep (at, kind, person_id, detail) VALUES (:at, 'migration',"
    " (SELECT id FROM person WHERE login = :login AND deleted_at IS NULL), :detail)"
)

Progress = Callable[[int, int], None]
Backup = Callable[[Path], Path | None]


class Step(NamedTuple):
    """One version further: ``sql`` is what altered the tables, kept for ever as it was released.

    It may call the functions of ``_lend``.
    """

    to: int
    sql: tuple[str, ...]


STEPS = (
    Step(
        2,
        (
            "CREATE TABLE upkeep (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
            " kind TEXT NOT NULL CHECK (kind IN ('backup', 'drill', 'restore', 'migration', 'check')),"
            " person_id INTEGER, detail TEXT NOT NULL DEFAULT '{}') STRICT",
        ),
    ),
    Step(
        3,
        (
            "ALTER TABLE customer_state ADD COLUMN shown INTEGER NOT NULL DEFAULT 1",
            "ALTER TABLE customer_state ADD COLUMN name_sort TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE customer_state ADD COLUMN region TEXT",
            "ALTER TABLE customer_state ADD COLUMN province TEXT",
            "ALTER TABLE customer_state ADD COLUMN city TEXT",
            "ALTER TABLE customer_state ADD COLUMN contacts INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE customer_state ADD COLUMN phones INTEGER NOT NULL DEFAULT 0",
            "UPDATE customer_state SET shown = CASE WHEN c.deleted_at IS NULL THEN 1 ELSE 0 END,"
            " name_sort = sort_key(c.name_key), region = region_of(c.region, c.biz_province, c.biz_city,"
            " c.reg_province),"
            " province = CASE WHEN coalesce(c.biz_province, '') <> '' OR coalesce(c.biz_city, '') <> ''"
            " THEN c.biz_province ELSE c.reg_province END,"
            " city = CASE WHEN coalesce(c.biz_province, '') <> '' OR coalesce(c.biz_city, '') <> ''"
            " THEN c.biz_city ELSE c.reg_city END,"
            " contacts = (SELECT count(*) FROM contact t WHERE t.customer_id = c.id"
            " AND t.deleted_at IS NULL),"
            " phones = (SELECT count(*) FROM contact_key k WHERE k.customer_id = c.id AND k.kind = 'phone')"
            " FROM customer c WHERE c.id = customer_state.customer_id",
        ),
    ),
    # The index is built behind people's backs, by whoever opens the file: customers can be found meanwhile.
    Step(
        4,
        (
            "ALTER TABLE customer_state ADD COLUMN held_by INTEGER",
            "CREATE VIRTUAL TABLE customer_gram USING fts5(grams, content='', detail=none, columnsize=0,"
            " tokenize='ascii tokenchars ''!#$%&''''()*+,-./:<=>?@[\\]^_`{|}~''')",
            "INSERT INTO customer_gram (customer_gram, rank) VALUES ('automerge', 0)",
            "INSERT INTO customer_gram (customer_gram, rank) VALUES ('crisismerge', 1999)",
            "INSERT INTO customer_gram (customer_gram, rank) VALUES ('hashsize', 33554432)",
            "CREATE TABLE search_index (one INTEGER PRIMARY KEY CHECK (one = 1),"
            " version INTEGER NOT NULL DEFAULT 0, built_to INTEGER, goal INTEGER NOT NULL DEFAULT 0,"
            " clearing INTEGER NOT NULL DEFAULT 0, damaged_at TEXT, keeper TEXT, kept_until TEXT) STRICT",
            "INSERT INTO search_index (one, built_to, goal) SELECT 1, 0, coalesce(max(id), 0) FROM customer",
        ),
    ),
    Step(
        5,
        (
            "CREATE TABLE duplicate_decision (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " customer_a INTEGER NOT NULL REFERENCES customer (id),"
            " customer_b INTEGER NOT NULL REFERENCES customer (id),"
            " verdict TEXT NOT NULL CHECK (verdict IN ('different', 'related')),"
            " basis TEXT NOT NULL, note TEXT, created_in INTEGER NOT NULL DEFAULT 0,"
            " changed_in INTEGER NOT NULL DEFAULT 0, deleted_at TEXT CHECK (length(deleted_at) = 20),"
            " CHECK (customer_a <> customer_b)) STRICT",
        ),
    ),
    # Whereabouts are filled in, and keys put in, by the build of the next version of the index.
    Step(
        6,
        (
            "ALTER TABLE customer_state ADD COLUMN whereabouts TEXT NOT NULL DEFAULT ''",
            "CREATE TABLE duplicate_pair (a INTEGER NOT NULL, b INTEGER NOT NULL, score INTEGER NOT NULL,"
            " veto TEXT NOT NULL DEFAULT '', terms TEXT NOT NULL DEFAULT '', PRIMARY KEY (a, b)) STRICT",
            "CREATE TABLE duplicate_scan (one INTEGER PRIMARY KEY CHECK (one = 1),"
            " version TEXT NOT NULL DEFAULT '', seen_set INTEGER NOT NULL DEFAULT 0, scanned_at TEXT,"
            " done INTEGER NOT NULL DEFAULT 0) STRICT",
            "INSERT INTO duplicate_scan (one) VALUES (1)",
        ),
    ),
    # Everybody could see and do everything before; from here on roles say what.
    Step(
        7,
        (
            "CREATE TABLE team (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, name_key TEXT NOT "
            "NULL, parent_id INTEGER REFERENCES team (id), region TEXT, created_in INTEGER NOT NULL DEFAULT "
            "0, changed_in INTEGER NOT NULL DEFAULT 0, deleted_at TEXT CHECK (length(deleted_at) = 20)) "
            "STRICT",
            "CREATE TABLE role (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, label TEXT "
            "NOT NULL, "
            "label_en TEXT, position INTEGER NOT NULL DEFAULT 0, created_in INTEGER NOT NULL DEFAULT 0, "
            "changed_in INTEGER NOT NULL DEFAULT 0, deleted_at TEXT CHECK (length(deleted_at) = 20)) STRICT",
            "CREATE TABLE permission (id INTEGER PRIMARY KEY AUTOINCREMENT, role TEXT NOT NULL, "
            "verb TEXT NOT "
            "NULL, field_group TEXT NOT NULL DEFAULT '', scope TEXT NOT NULL CHECK (scope IN ('none', 'own', "
            "'team', 'all')), created_in INTEGER NOT NULL DEFAULT 0, changed_in INTEGER NOT NULL DEFAULT 0, "
            "deleted_at TEXT CHECK (length(deleted_at) = 20)) STRICT",
            "CREATE TABLE substitution (id INTEGER PRIMARY KEY AUTOINCREMENT, person_id INTEGER NOT NULL "
            "REFERENCES person (id), substitute_id INTEGER NOT NULL REFERENCES person (id), from_on TEXT NOT "
            "NULL CHECK (length(from_on) = 10), until_on TEXT NOT NULL CHECK (length(until_on) = 10), note "
            "TEXT, created_in INTEGER NOT NULL DEFAULT 0, changed_in INTEGER NOT NULL DEFAULT 0, deleted_at "
            "TEXT CHECK (length(deleted_at) = 20), CHECK (person_id <> substitute_id AND from_on <= "
            "until_on)) STRICT",
            "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN "
            "('unmask', 'export', 'refused')), person_id INTEGER NOT NULL REFERENCES person (id), "
            "customer_id "
            "INTEGER, what TEXT NOT NULL DEFAULT '', rows INTEGER, reason TEXT, created_in INTEGER NOT NULL "
            "DEFAULT 0, changed_in INTEGER NOT NULL DEFAULT 0, deleted_at TEXT CHECK (length(deleted_at) = "
            "20)) STRICT",
            "ALTER TABLE person ADD COLUMN team_id INTEGER REFERENCES team (id)",
            *first_policy.statements(),
        ),
    ),
    # The triggers alone are written in other words: each connection reads them in half the time and memory.
    Step(8, ()),
    # Indexes alone: what all are sorted by holds whose each is.
    Step(9, ()),
)


class Migrated(NamedTuple):
    """From which version to which a file went (equal: there was nothing to do), and where its backup lies."""

    from_version: int
    to_version: int
    backup: Path | None


def migrate(
    path: Path,
    backup_folder: Path | None,
    who: str,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    backup: Backup | None = None,
) -> Migrated:
    """Bring a file to the program's version after a verified backup; ``who`` is a login.

    ``backup(path)`` makes the backup and returns where it lies, by default in ``backup_folder`` (None: the
    usual one). ``progress`` gets per cent. Waits while another process migrates the same file, and
    finds nothing to do then. Raises Busy when people are in, NotPermitted when the file can only be read,
    Cancelled, or Fault; in all these cases the file is as it was.
    """
    path = real_path(path)
    report = progress or (lambda _done, _all: None)
    check_is_ours(path)
    if reason := why_protected(path):
        raise _not_possible(path, reason)
    try:
        sole = _alone(path, who, cancelled)
    except Busy:
        # Whoever is in has the new version already: another process was quicker.
        if (version := _version_in_use(path)) >= VERSION:
            return Migrated(version, version, None)
        raise
    try:
        connection = connect(path)
        try:
            version = version_of(connection)
            if version >= VERSION:
                return Migrated(version, version, None)
            if reason := why_faulty_log(connection):
                raise _not_possible(path, reason)
            mounts.warning(path, connection)
            if version not in FINGERPRINTS or fingerprint(connection) != FINGERPRINTS[version]:
                raise _altered(path)
            report(0, 100)
            copy = backup(path) if backup else _make_backup(path, backup_folder, who, report, cancelled)
            report(BACKED_UP, 100)
            _run(connection, path, version, who, copy, report)
            report(100, 100)
            return Migrated(version, VERSION, copy)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise explain(error) from error
    finally:
        sole.close()


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the schema that a file carries."""
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _version_in_use(path: Path) -> int:
    try:
        connection = connect(path, read_only=True)
        try:
            return version_of(connection)
        finally:
            connection.close()
    except sqlite3.Error:
        return 0


def _make_backup(
    path: Path, folder: Path | None, who: str, progress: Progress, cancelled: Callable[[], bool] | None
) -> Path:
    from crm_tui.storage.backup import make_backup

    def told(done: int, total: int) -> None:
        progress(BACKED_UP * done // total, 100)

    return make_backup(path, folder, "migration", who, told, cancelled).path


def _alone(path: Path, who: str, cancelled: Callable[[], bool] | None) -> SoleUse:
    """Get the file alone, waiting for another migration of it to end; raises Busy naming who is in."""
    settled = clock.stopwatch() + SETTLE_SECONDS
    while True:
        if marker_path(path).exists():
            # Makes good what a restore left that was killed.
            from crm_tui.storage.replacing import recover

            recover(path)
        sole = SoleUse(path, who, MIGRATION)
        if sole.take():
            if not marker_path(path).exists():
                return sole
            sole.close()
            continue
        sole.close()
        seats = who_is_in(path)
        others = [seat for seat in seats if seat.front_end != MIGRATION]
        if others or (not seats and clock.stopwatch() > settled):
            raise _people_are_in(others)
        if cancelled and cancelled():
            raise Cancelled(_("Stopped."), _("Nothing was changed."))
        clock.pause(POLL_SECONDS)


def _run(
    connection: sqlite3.Connection, path: Path, version: int, who: str, copy: Path | None, report: Progress
) -> None:
    """Alter the file in one transaction and prove it before the end."""
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Nobody was in, but another program may have been quicker.
        if version_of(connection) != version or fingerprint(connection) != FINGERPRINTS[version]:
            raise _altered(path)
        steps = [step for step in STEPS if step.to > version]
        _lend(connection)
        for done, step in enumerate(steps):
            for statement in step.sql:
                connection.execute(statement)
            report(BACKED_UP + 10 * (done + 1) // len(steps), 100)
        wanted = sqlite3.connect(":memory:")
        try:
            wanted.executescript(schema_text())
            _dress(connection, wanted)
            wrong = differing(connection, wanted)
        finally:
            wanted.close()
        orphan = connection.execute("PRAGMA foreign_key_check").fetchmany(1)
        if wrong or orphan:
            raise _not_equal(path, wrong or [row[0] for row in orphan])
        report(95, 100)
        detail = {"from": version, "to": VERSION, "by": who, "backup": copy.name if copy else ""}
        row = {"at": clock.instant(), "login": who, "detail": json.dumps(detail, ensure_ascii=False)}
        connection.execute(NOTE, row)
        connection.execute(f"PRAGMA user_version={VERSION:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _lend(connection: sqlite3.Connection) -> None:
    """Lend the steps the functions that derive from text."""
    from crm_tui.text.pinyin import key_of_folded
    from crm_tui.text.regions import region_of

    @lru_cache(maxsize=512)
    def region(own: str | None, province: str | None, city: str | None, registered: str | None) -> str | None:
        place = province if province or city else registered
        return own or (region_of(place) if place else "") or None

    connection.create_function("sort_key", 1, key_of_folded, deterministic=True)
    connection.create_function("region_of", 4, region, deterministic=True)


def _dress(connection: sqlite3.Connection, wanted: sqlite3.Connection) -> None:
    """Give the tables the indexes, triggers and views of schema.sql; what others added beside ours stays."""
    have = {
        name: sql for kind, name, _table, sql in connection.execute(OBJECTS).fetchall() if kind != "table"
    }
    for kind, name, _table, sql in wanted.execute(OBJECTS).fetchall():
        if kind == "table":
            continue
        if name in have:
            if words(have[name]) == words(sql):
                continue
            connection.execute(f"DROP {kind} {name}")
        connection.execute(sql)


def _not_possible(path: Path, reason: str) -> CrmError:
    what = _("{path} cannot be brought to the new version here.").format(path=path)
    return NotPermitted(what, _("Nothing was changed."), reason)


def _altered(path: Path) -> CrmError:
    return Fault(
        _("{path} was made by an older version, and its tables or history triggers were altered.").format(
            path=path
        ),
        _("Nothing was changed."),
        _("Restore a backup from before the alteration, or ask whoever altered it."),
    )


def _not_equal(path: Path, names: list[str]) -> CrmError:
    return Fault(
        _("{path} did not come out as this version needs it: {names}.").format(
            path=path, names=", ".join(sorted(set(names))[:SHOWN])
        ),
        _("Nothing was changed; the file is as it was."),
        _("Please report this."),
    )


def _people_are_in(seats: list[Seat]) -> CrmError:
    names = list(dict.fromkeys(seat.name or seat.login for seat in seats))
    who = "、".join(names[:SHOWN]) or _("somebody with an older version of the program")
    return Busy(
        _("The database is open: {names}.").format(names=who),
        _("Nothing was changed."),
        _("Bringing it to the new version needs it alone: ask everybody to leave, then try again."),
    )
