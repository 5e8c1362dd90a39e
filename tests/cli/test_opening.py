"""Older files and reading only, as the command line tells of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.cli.registry import COMMANDS
from crm_tui.storage import backup as backups
from crm_tui.storage import migrations, mounts
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.presence import Presence
from crm_tui.storage.schema import VERSION
from tests.cli.calls import Call, fill, write
from tests.pace import PATIENCE
from tests.storage.old import old_file

Crm = Callable[..., Call]


def team_file() -> Path:
    return Path(os.environ["CRM_DB"])


@pytest.fixture
def old(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the test's database, made by the first version."""
    return old_file(team_file())


def test_an_older_file_is_named_and_migrated(crm: Crm, old: Path) -> None:
    refused = crm("due")
    assert refused.status == 1
    assert f"crm-tui migrate --db {old}" in refused.err and not refused.out
    done = crm("migrate")
    assert (done.status, done.out) == (0, "")
    backup = backups.backups(backups.default_folder(old))[0].path
    assert f"从版本 1 升级到 {VERSION}" in done.err and str(backup) in done.err
    again = crm("migrate")
    assert again.status == 0 and "无需升级" in again.err


def test_migrate_speaks_json(crm: Crm, old: Path) -> None:
    done = crm("migrate", "--json")
    backup = backups.backups(backups.default_folder(old))[0].path
    assert done.json == [{"from": 1, "to": VERSION, "backup": str(backup)}]
    assert crm("migrate", "--json").json == [{"from": VERSION, "to": VERSION, "backup": None}]


def test_migrate_says_that_the_program_is_older_than_the_file(crm: Crm) -> None:
    crm("init")
    with closing(sqlite3.connect(team_file())) as file:
        file.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused = crm("migrate", "--json")
    assert refused.status == 4 and refused.json == []
    assert "更新版本的程序" in refused.err and "请升级程序" in refused.err and "没有任何改动" in refused.err


def test_migrate_is_refused_while_somebody_is_in(
    crm: Crm, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "SETTLE_SECONDS", 0.05)
    presence = Presence(old)
    presence.sit("li", "李雷", "tui")
    refused = crm("migrate")
    presence.close()
    assert refused.status == 3 and "李雷" in refused.err


def test_migrate_where_there_is_nothing(crm: Crm, tmp_path: Path) -> None:
    refused = crm("migrate")
    assert refused.status == 1 and "没有数据库" in refused.err
    assert os.listdir(tmp_path) == []


WRITING = {
    "init": ("init",),
    "migrate": ("migrate",),
    "import": ("import", "{sheet}"),
    "log": ("log", "恒达", "通了电话"),
    "change": ("change", "备注=新", "--all", "--yes"),
    "dupes": ("dupes", "merge", "C20260311001", "C20260311002", "--yes"),
    "undo": ("undo",),
    "redo": ("redo",),
    "user": ("user", "add", "han"),
    "team": ("team", "add", "华东"),
    "policy": ("policy", "preset", "files"),
    "restore": ("restore", "{backup}", "--yes"),
}
READING = {
    *("demo", "template", "export", "due", "find", "list", "show", "history", "audit", "keys", "backup"),
    "doctor",
}


def test_every_command_either_writes_or_reads() -> None:
    assert set(COMMANDS) == set(WRITING) | READING


@pytest.mark.parametrize("name", WRITING)
def test_a_writing_command_is_refused_with_read_only(team: Crm, tmp_path: Path, name: str) -> None:
    write(fill)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("客户名称,联系人\n新公司,张三\n", "utf-8")
    assert team("backup").status == 0
    backup = str(backups.backups(backups.default_folder(team_file()))[0].path)
    before = team_file().read_bytes()
    words = [word.format(sheet=sheet, backup=backup) for word in WRITING[name]]
    refused = team("--read-only", *words)
    assert refused.status == 4, refused
    assert "只读" in refused.err and not refused.out
    assert team_file().read_bytes() == before


@pytest.mark.parametrize("words", [("due",), ("show", "恒达"), ("history",), ("user", "list")])
def test_a_reading_command_works_with_read_only(team: Crm, words: tuple[str, ...]) -> None:
    write(fill)
    done = team("--read-only", *words)
    assert done.status == 0 and done.out


def test_a_backup_and_a_drill_with_read_only_leave_no_note(team: Crm) -> None:
    write(fill)
    before = team_file().read_bytes()
    for words in (("backup",), ("restore", "--drill"), ("doctor",)):
        assert team("--read-only", *words).status == 0, words
        assert team_file().read_bytes() == before, words


def test_an_import_may_be_tried_with_read_only(team: Crm, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("客户名称,联系人\n新公司,张三\n", "utf-8")
    assert team("--read-only", "import", str(sheet), "--dry-run").status == 0


def test_a_warning_of_the_place_is_said_once_by_what_writes(
    team: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"//filer/x {tmp_path} cifs rw 0 0\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    write(fill)
    done = team("log", "恒达", "通了电话")
    assert done.status == 0
    assert done.err.count("网络文件系统（cifs）") == 1
    assert "网络文件系统" not in team("due").err
    refused = team("user", "add", "han")
    assert refused.status == 4 and "只能由一个人使用" in refused.err and "移到" in refused.err
    assert team("log", "恒达", "又通了电话").status == 0
    # Let in and left where the file was local: neither they nor an undo brings a second one in there.
    table.write_text("")
    assert team("user", "add", "han").status == 0
    assert team("user", "deactivate", "han").status == 0
    table.write_text(f"//filer/x {tmp_path} cifs rw 0 0\n")
    for words in (("user", "activate", "han"), ("undo",)):
        refused = team(*words)
        assert refused.status == 4 and "只能由一个人使用" in refused.err, words
    assert team("log", "恒达", "还在一个人用").status == 0
    table.write_text("")
    assert team("user", "activate", "han").status == 0
    table.write_text(f"//filer/x {tmp_path} cifs rw 0 0\n")
    refused = team("log", "恒达", "再通了电话")
    assert refused.status == 4 and "多人使用" in refused.err
    assert team("due").status == 0


@pytest.mark.parametrize("words", [("init",), ("due",), ("doctor",), ("migrate",)])
def test_a_name_that_no_folder_takes_is_a_sentence(
    crm: Callable[..., Call], tmp_path: Path, words: tuple[str]
) -> None:
    call = crm("--db", str(tmp_path / ("客" * 200 + ".db")), *words)
    assert call.status == 1
    assert "此处不能使用这个名称" in call.err + call.out
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_nowhere_is_no_place_for_a_new_database(
    crm: Callable[..., Call], tmp_path: Path
) -> None:
    (tmp_path / "link.db").symlink_to("nowhere.db")
    call = crm("--db", str(tmp_path / "link.db"), "init")
    assert (call.status, call.err.split("。")[0]) == (1, f"{tmp_path / 'link.db'} 已经存在")
    assert os.listdir(tmp_path) == ["link.db"]


@pytest.mark.parametrize("most", [5, 6, 7, 8, 12, 31])
def test_where_too_few_files_may_be_opened_that_is_said(team: Crm, tmp_path: Path, most: int) -> None:
    """Half opened, a database would seem damaged, or its user unknown."""
    call = f'ulimit -n {most}; exec "$0" -m crm_tui --db "$1" list --count'
    done = subprocess.run(
        ["/bin/sh", "-c", call, sys.executable, tmp_path / "team.db"],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 70 and done.stdout == ""
    assert f"最多只能打开 {most} 个文件" in done.stderr and done.stderr.count("\n") == 1
