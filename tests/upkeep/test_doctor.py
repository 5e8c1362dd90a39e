"""The doctor: every fault that it can find is made, found and, where that is safe, mended."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.errors import Cancelled
from crm_tui.session import create_database, open_session
from crm_tui.storage.backup import make_backup
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.migrations import migrate
from crm_tui.storage.restoring import restore
from crm_tui.upkeep.doctor import examine
from crm_tui.upkeep.findings import BAD, GOOD, MENDED, SHORT, WARN, Finding
from tests.storage.old import OLDER, WHO, old_file


@pytest.fixture(autouse=True)
def disk(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files lie on a disk, wherever the machine keeps what is temporary."""
    table = tmp_path_factory.mktemp("system") / "mounts"
    table.write_text("disk / ext4 rw 0 0\n")
    monkeypatch.setattr("crm_tui.storage.mounts.TABLE", table)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of two customers with a contact each."""
    path = tmp_path_factory.mktemp("doctor") / "crm.db"
    create_database(path, login="li", name="李雷")
    with open_session(path, login="li") as session:
        for name in ("恒达机械", "远景科技"):
            session.write(service.add, {"name": name}, [{"name": "王芳", "mobile": "13800001111"}])
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    """Return a database of the test's own."""
    copy = tmp_path / "crm.db"
    shutil.copy(made, copy)
    return copy


@pytest.fixture
def shell(path: Path) -> Iterator[sqlite3.Connection]:
    """Return the file as another program opens it."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def asked(path: Path, *, mend: bool = False) -> dict[str, Finding]:
    """Return what each check came to, by its name."""
    return {found.name: found for found in examine(path, mend=mend, login="li")}


def test_a_sound_file_is_called_so_and_left_untouched(path: Path) -> None:
    assert asked(path)["backups"].state == WARN
    make_backup(path, None, "manual", "li")
    before = path.read_bytes()
    found = asked(path)
    assert {one.state for one in found.values()} <= {GOOD}, found
    assert {"library", "rights", "journal", "integrity", "references", "chain", "derived", "jobs"} <= set(
        found
    )
    assert path.read_bytes() == before


def test_what_is_no_database_ends_with_one_sentence(tmp_path: Path) -> None:
    assert asked(tmp_path / "none.db")["file"].state == BAD
    (tmp_path / "loop.db").symlink_to("loop.db")
    assert "链接" in asked(tmp_path / "loop.db")["file"].said
    (tmp_path / "text.db").write_text("客户名单" * 500)
    assert "不是数据库" in asked(tmp_path / "text.db")["file"].said


def test_a_damaged_page_is_bad_and_names_the_way_back(path: Path) -> None:
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    for page in range(pages // 2, pages):
        data[page * 4096 : page * 4096 + 512] = b"\xff" * 512
    path.write_bytes(data)
    found = asked(path, mend=True)
    worst = next(one for one in found.values() if one.state == BAD)
    assert "crm-tui restore" in worst.todo or "备份" in worst.todo


def test_a_row_without_its_parent_is_found(path: Path, shell: sqlite3.Connection) -> None:
    shell.execute("DELETE FROM customer WHERE id = 1")
    found = asked(path)["references"]
    assert found.state == BAD
    assert "contact 1 → customer" in found.said


def test_an_altered_history_is_found(path: Path, shell: sqlite3.Connection) -> None:
    shell.execute("DROP TRIGGER change_is_final")
    shell.execute("UPDATE change SET entity_id = 77 WHERE id = (SELECT max(id) FROM change)")
    assert asked(path)["chain"].state == BAD


def test_a_row_replaced_by_another_program_is_missed_by_the_log_and_found(
    path: Path, shell: sqlite3.Connection
) -> None:
    shell.execute("PRAGMA recursive_triggers=OFF")
    names = "id, kind, no, no_sort, name, owner_id"
    shell.execute(f"REPLACE INTO customer ({names}) VALUES (1, 'company', 'X1', 'X1', '别人', 1)")
    found = asked(path)["log"]
    assert found.state == WARN
    assert "customer -1" in found.said


def test_an_edit_from_outside_waits_until_the_doctor_takes_it_in(
    path: Path, shell: sqlite3.Connection
) -> None:
    shell.execute("UPDATE contact SET mobile = '13900002222' WHERE id = 1")
    assert asked(path)["outside"].state == WARN
    found = asked(path, mend=True)
    assert found["outside"].state == MENDED
    assert found["derived"].state == GOOD
    assert asked(path)["outside"].state == GOOD
    key = shell.execute("SELECT key FROM contact_key WHERE contact_id = 1").fetchone()
    assert key == ("13900002222",)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE customer_state SET haystack = 'wrong' WHERE customer_id = 2",
        "DELETE FROM customer_state WHERE customer_id = 2",
        "DELETE FROM contact_key WHERE customer_id = 2",
        "UPDATE customer_state SET open_plans = 3 WHERE customer_id = 2",
        "INSERT INTO contact_key (kind, key, customer_id, contact_id) VALUES ('phone', '1', 2, 2)",
    ],
)
def test_wrong_derived_rows_are_found_and_written_anew(
    path: Path, shell: sqlite3.Connection, harm: str
) -> None:
    sound = shell.execute("SELECT * FROM customer_state ORDER BY customer_id").fetchall()
    keys = shell.execute("SELECT kind, key, customer_id FROM contact_key ORDER BY 3, 2").fetchall()
    shell.execute(harm)
    found = asked(path)["derived"]
    assert (found.state, "1 位客户" in found.said) == (BAD, True)
    assert asked(path, mend=True)["derived"].state == MENDED
    assert asked(path)["derived"].state == GOOD
    assert shell.execute("SELECT * FROM customer_state ORDER BY customer_id").fetchall() == sound
    assert shell.execute("SELECT kind, key, customer_id FROM contact_key ORDER BY 3, 2").fetchall() == keys


@pytest.mark.parametrize(
    "harm",
    [
        "INSERT INTO customer_gram (rowid, grams) VALUES (1, '多余')",
        "UPDATE customer_gram_data SET block = x'00' WHERE id > 10",
        "DROP TABLE customer_gram_config",
        "DROP TABLE customer_gram",
        "UPDATE search_index SET version = 0, built_to = 0",
    ],
)
def test_a_search_index_that_is_wrong_is_found_and_built_anew(
    path: Path, shell: sqlite3.Connection, harm: str
) -> None:
    assert asked(path)["index"].state == GOOD
    shell.execute(harm)
    found = asked(path)
    assert found["index"].state in (BAD, WARN)
    assert {name for name, one in found.items() if one.state == BAD} <= {"index"}
    make_backup(path, None, "manual", "wang")  # which holds all that the index is made of
    assert asked(path, mend=True)["index"].state == MENDED
    assert asked(path)["index"].state == GOOD


def test_a_derived_row_of_nobody_is_found_and_removed(path: Path, shell: sqlite3.Connection) -> None:
    shell.execute("INSERT INTO customer_state (customer_id, haystack) VALUES (900, 'ghost')")
    assert asked(path)["derived"].state == BAD
    assert asked(path, mend=True)["derived"].state == MENDED
    assert shell.execute("SELECT count(*) FROM customer_state").fetchone() == (2,)


def test_a_clock_set_back_is_told(path: Path) -> None:
    with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC), tick=False):
        found = asked(path)["clock"]
    assert found.state == WARN
    assert "天" in found.said


def test_a_large_change_left_behind_is_taken_back(path: Path, shell: sqlite3.Connection) -> None:
    shell.execute(
        "INSERT INTO job (kind, person_id, started_at, state, title)"
        " VALUES ('import', 1, '2026-01-01T00:00:00Z', 'publishing', '客户.xlsx')"
    )
    shell.execute(
        "INSERT INTO publishing (one, job, phase, low, high, upto)"
        " VALUES (1, last_insert_rowid(), 'insert', 3, 9, 0)"
    )
    looked = asked(path)["jobs"]
    assert (looked.state, "客户.xlsx" in looked.said) == (WARN, True)
    assert asked(path, mend=True)["jobs"].state == MENDED
    assert shell.execute("SELECT state FROM job").fetchone() == ("taken_back",)


def test_a_file_open_to_everybody_is_told(path: Path) -> None:
    path.chmod(0o666)
    found = asked(path)["rights"]
    assert found.state == WARN
    assert "chmod" in found.todo


def test_a_disk_with_little_room_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = path.stat().st_size
    assert "room" not in asked(path)
    for left, state in ((size + (16 << 20) - 1, WARN), (4096, SHORT)):
        disk = SimpleNamespace(f_blocks=left, f_bfree=left, f_bavail=left, f_frsize=1)
        monkeypatch.setattr(os, "statvfs", lambda _path, disk=disk: disk)
        found = asked(path)["room"]
        assert (found.state, "可用" in found.said) == (state, True)


def test_a_disk_over_the_network_or_in_memory_is_told(
    path: Path, shell: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mounts"
    monkeypatch.setattr("crm_tui.storage.mounts.TABLE", table)
    for kind, state in (("ext4", GOOD), ("tmpfs", WARN), ("nfs4", WARN)):
        table.write_text(f"disk {tmp_path} {kind} rw 0 0\n")
        found = asked(path)["file_system"]
        assert (found.state, kind in found.said) == (state, True)
    shell.execute(
        "INSERT INTO person (login, login_key, name, name_key, role, active)"
        " VALUES ('han', 'han', '韩梅梅', '韩梅梅', 'sales_rep', 1)"
    )
    assert asked(path)["file_system"].state == BAD
    table.unlink()
    assert asked(path)["file_system"].state == GOOD


def test_it_stops_when_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_tui.upkeep.doctor.STEPS", 100)
    with pytest.raises(Cancelled):
        list(examine(path, mend=False, stop=lambda: True))


@pytest.mark.parametrize("after", [1, 5, 20, 60])
def test_it_stops_while_it_compares_what_is_derived(path, monkeypatch, after: int) -> None:
    monkeypatch.setattr("crm_tui.upkeep.doctor.STEPS", 20)
    seen: list[str] = []
    asked_since: list[bool] = []

    def stop() -> bool:
        asked_since.extend([True] if "jobs" in seen else [])
        return len(asked_since) >= after

    with pytest.raises(Cancelled):
        for found in examine(path, mend=False, stop=stop):
            seen.append(found.name)
    assert "derived" not in seen


def test_an_index_that_somebody_dropped_is_named(path: Path, shell: sqlite3.Connection) -> None:
    shell.execute("DROP INDEX customer_state_last")
    found = asked(path)["schema"]
    assert (found.state, "customer_state_last" in found.said) == (BAD, True)


@pytest.mark.requirement("S0-21")
def test_a_backup_of_long_ago_is_no_backup_of_this_month(path: Path) -> None:
    make_backup(path, None, "manual", "li")
    assert asked(path)["backups"].state == GOOD
    with time_machine.travel(datetime(2040, 1, 1, tzinfo=UTC), tick=False):
        assert asked(path)["backups"].state == WARN


def test_a_backup_made_elsewhere_counts(path: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    make_backup(path, tmp_path / "disk", "manual", "li")
    assert asked(path)["backups"].state == GOOD


def test_a_backup_that_somebody_removed_does_not_count(path: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    for folder in (disk, None):
        made = make_backup(path, folder, "manual", "li").path
        shutil.rmtree(made.parent) if folder is None else made.unlink()
        found = asked(path)["backups"]
        assert (found.state, made.name in found.said) == (WARN, True)
    # Unplugged, not removed.
    make_backup(path, disk, "manual", "li")
    disk.rename(tmp_path / "away")
    assert asked(path)["backups"].state == GOOD


def test_who_is_in_is_told(path: Path) -> None:
    assert "没有人" in asked(path)["people"].said
    with open_session(path, login="li"):
        assert "李雷 (li)" in asked(path)["people"].said


def test_what_was_left_beside_the_file_is_told_with_its_size(path: Path) -> None:
    copy = make_backup(path, None, "manual", "li").path
    kept = restore(path, copy, "li").old
    assert kept is not None
    found = asked(path)["leftovers"]
    assert (found.state, "1 个恢复时保留的文件" in found.said) == (GOOD, True)
    left = [path.with_name(".crm.db.import-99-abc.staging"), copy.with_name(".crm-import.99-0.part")]
    others = [path.with_name(".other.db.import-99-abc.staging"), path.with_name(".crm-import.99-0.part")]
    for one in (*left, *others):
        one.write_bytes(b"x" * 1024)
    assert asked(path)["leftovers"].state == GOOD
    for one in (*left, *others):
        os.utime(one, (0, 0))
    found = asked(path)["leftovers"]
    assert found.state == WARN and "2.0 KB" in found.said
    assert all(one.name in found.said for one in left) and "other.db" not in found.said


@pytest.mark.parametrize("version", OLDER)
def test_nothing_is_wrong_with_a_file_behind_an_upgrade(tmp_path: Path, version: int) -> None:
    path = old_file(tmp_path / "old.db", version)
    path.chmod(0o600)
    migrate(path, None, WHO)
    looked = {one.name: one for one in examine(path, mend=False)}
    assert {one.state for one in looked.values()} <= {GOOD, WARN}, looked
    assert {name for name, one in looked.items() if one.state == WARN} <= {"backups", "index"}
    assert {one.state for one in examine(path, mend=True)} <= {GOOD, MENDED}
    assert {one.state for one in examine(path, mend=False)} == {GOOD}
