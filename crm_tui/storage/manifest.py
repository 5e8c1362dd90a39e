"""What is written beside a backup about it, so that it can be held against the file at any later time."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from crm_tui import clock
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.origin import origin
from crm_tui.storage.presence import give_rights
from crm_tui.storage.schema import fingerprint

FORMAT = 1
LARGEST = 1_000_000  # bytes of a manifest
LAST_YEAR = 9999
HASHED_AT_ONCE = 4 << 20
TABLES = (
    "SELECT name FROM main.sqlite_master"
    " WHERE type = 'table' AND rootpage > 0 AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
)
HEAD = "SELECT id, chain FROM change_set ORDER BY id DESC LIMIT 1"
ZONE = "SELECT value FROM setting WHERE name = 'zone' AND deleted_at IS NULL"
HIDDEN = "SELECT 1 FROM publishing"


@dataclass(frozen=True)
class Facts:
    """What a database file holds.

    ``origin`` tells it from other databases and survives copies; ``head_set`` and ``head_chain`` (hex, ''
    when not sealed) are its newest change set; ``tables`` are the rows of each; ``half_import`` says
    that a large import was being written.
    """

    origin: str
    head_set: int
    head_chain: str
    schema_version: int
    fingerprint: str
    tables: dict[str, int]
    zone: str
    half_import: bool


@dataclass(frozen=True)
class Manifest:
    """A backup: its file (name, size in bytes, SHA-256), what it holds, when, by whom and why it was made."""

    format: int
    file: str
    size: int
    sha256: str
    facts: Facts
    made_at: str
    by: str
    kind: str
    database: str
    journal: str
    program: str
    sqlite: str


def quoted(name: str) -> str:
    """Return any name of a table as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def table_names(connection: sqlite3.Connection) -> list[str]:
    """Return the tables that hold rows of their own, those that somebody added too."""
    return [name for (name,) in connection.execute(TABLES).fetchall()]


def head_of(connection: sqlite3.Connection) -> tuple[int, str]:
    """Return the id and chain hash (hex, '' when it is not sealed) of the newest change set."""
    row = connection.execute(HEAD).fetchone()
    return (row[0], (row[1] or b"").hex()) if row else (0, "")


def zone_of(connection: sqlite3.Connection) -> str:
    """Return the time zone of the team that uses a database."""
    row = connection.execute(ZONE).fetchone()
    return row[0] if row and row[0] else clock.DEFAULT_ZONE


def facts_of(connection: sqlite3.Connection) -> Facts:
    """Read what a database holds; raises sqlite3.Error when it is damaged or none of ours."""
    counts = {
        name: connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]
        for name in table_names(connection)
    }
    head, chain = head_of(connection)
    return Facts(
        origin(connection),
        head,
        chain,
        connection.execute("PRAGMA user_version").fetchone()[0],
        fingerprint(connection),
        counts,
        zone_of(connection),
        connection.execute(HIDDEN).fetchone() is not None,
    )


def sha256_of(path: Path, tick: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of a file; ``tick`` gets bytes done.

    No connection of this process may have a lock on it: that the file is closed here would drop it.
    """
    import hashlib  # OpenSSL's, for whole files

    digest, done = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while part := file.read(HASHED_AT_ONCE):
            digest.update(part)
            done += len(part)
            if tick:
                tick(done)
    return digest.hexdigest()


def manifest_path(backup: Path) -> Path:
    """Return where the manifest of a backup lies."""
    return backup.with_suffix(".json")


def write_manifest(path: Path, manifest: Manifest, mode: int, group: int = -1) -> None:
    """Write a manifest in one step, for those who may read it by mode and group; raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        # A name that is no text becomes escapes, which JSON reads back.
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(asdict(manifest), file, ensure_ascii=False, indent=1)
            file.write("\n")
            file.flush()
            give_rights(descriptor, mode, group)
            os.fsync(descriptor)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()


def read_manifest(backup: Path) -> Manifest:
    """Read the manifest of a backup; raises BadInput when it is not there or not whole."""
    path = manifest_path(backup)
    try:
        kept = path.stat()
        # A pipe would be waited for without end.
        if not stat.S_ISREG(kept.st_mode) or kept.st_size > LARGEST:
            raise ValueError("no manifest")
        found = json.loads(path.read_text("utf-8"))
        return _manifest(found)
    except FileNotFoundError as error:
        raise BadInput(
            _(
                "{name} has no manifest: it was never finished, or its second file was not copied along."
            ).format(name=backup.name),
            _("Nothing was changed."),
            _("Put {manifest} beside it, or choose another backup: crm-tui backup --list").format(
                manifest=path.name
            ),
        ) from error
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise _unreadable(path) from error


def _manifest(found: Any) -> Manifest:
    if found["format"] != FORMAT:
        raise ValueError("another format")
    facts = found["facts"]
    tables = {str(name): int(count) for name, count in dict(facts["tables"]).items()}
    kept = Facts(tables=tables, **_typed(Facts, facts, "tables"))
    manifest = Manifest(facts=kept, **_typed(Manifest, found, "facts"))
    # Whoever sorts or shows backups later must not stumble over one of them.
    if not 1 < clock.local(manifest.made_at, kept.zone).year < LAST_YEAR:
        raise ValueError("made_at")
    if min(manifest.size, kept.head_set, kept.schema_version, *tables.values()) < 0:
        raise ValueError("negative")
    return manifest


def _typed(kind: type[Facts | Manifest], found: Any, but: str) -> dict[str, Any]:
    """Return the values of a record by name; ValueError when one has another type than it must."""
    types = {"str": str, "int": int, "bool": bool}
    values = {}
    for field in fields(kind):
        if field.name != but:
            value = found[field.name]
            if type(value) is not types[str(field.type)]:
                raise ValueError(field.name)
            values[field.name] = value
    return values


def _unreadable(path: Path) -> CrmError:
    return BadInput(
        _("The manifest {name} cannot be read.").format(name=path.name),
        _("Nothing was changed."),
        _("Choose another backup: crm-tui backup --list"),
    )
