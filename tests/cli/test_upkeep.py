"""``backup``, ``restore`` and the backup before an import, as a shell sees them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from crm_tui.exchange import safeguard
from crm_tui.session import create_database, open_session
from crm_tui.storage.backup import make_backup
from crm_tui.storage.presence import Presence, SoleUse
from tests.cli.calls import fill, session
from tests.cli.conftest import MOMENT
from tests.storage.test_pruning import made_on

SHEET = "客户名称,联系人姓名,联系方式\n上海新客户有限公司,张伟,13900139000\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with three customers, to be copied."""
    path = tmp_path_factory.mktemp("team") / "team.db"
    with time_machine.travel(MOMENT, tick=False):
        create_database(path, login="wangfang", name="王芳")
        with open_session(path, login="wangfang") as opened:
            opened.write(fill)
    return path


@pytest.fixture
def filled(crm, noon, made):
    """Return the call on a database with three customers."""
    shutil.copy(made, os.environ["CRM_DB"])
    return crm


def database() -> Path:
    return Path(os.environ["CRM_DB"])


@pytest.mark.requirement("S0-21")
def test_a_backup_is_made_listed_and_told(filled):
    made = filled("backup")
    name = "crm-20260311-100000-manual.db"
    assert made.status == 0
    assert made.out.startswith(f"已备份并核对：{database()}.backups/{name}")
    listed = filled("backup", "--list")
    assert listed.status == 0
    assert name in listed.out and "手动" in listed.out and "2026-03-11 10:00" in listed.out
    assert filled("restore").out == listed.out
    (found,) = filled("backup", "--list", "--json").json
    assert (found["kind"], found["tables"]["customer"], len(found["sha256"])) == ("manual", 3, 64)


def test_what_only_looks_like_a_backup_is_named(filled):
    filled("backup")
    odd = Path(f"{database()}.backups/crm-20200101-000000-manual.db")
    odd.write_bytes(b"")
    listed = filled("backup", "--list")
    assert f"1 个文件不是可读的备份：{odd.name}" in listed.err and odd.name not in listed.out


def test_into_a_folder_that_was_named(filled, tmp_path):
    folder = tmp_path / "usb"
    refused = filled("backup", str(folder))
    assert refused.status == 1
    assert "不存在" in refused.err and "没有留下任何半成品" in refused.err and refused.out == ""
    folder.mkdir()
    (made,) = filled("backup", str(folder), "--json").json
    assert Path(made["file"]).parent == folder and made["removed"] == []
    assert filled("backup", str(folder), "--list").status == 0


def test_the_clock_makes_one_only_when_something_moved(filled, noon):
    first = filled("backup", "--timer")
    assert first.status == 0 and "timer.db" in first.out
    again = filled("backup", "--timer")
    assert (again.status, again.out) == (0, "") and "上次备份以来没有改动" in again.err
    assert filled("backup", "--timer", "--json").json == [{"file": None, "removed": []}]
    assert filled("backup", "x", "--timer").status == 2


def test_old_ones_go_after_they_were_named(filled):
    names = [one.path.name for one in made_on(database(), *(f"2026-02-{day:02d}" for day in range(1, 9)))]
    done = filled("backup")
    assert "清理 1 个旧备份：" in done.err
    gone = [line.strip() for line in done.err.splitlines() if line.startswith("  ")]
    assert gone == [names[1]]
    left = {Path(one["file"]).name for one in filled("backup", "--list", "--json").json}
    assert names[1] not in left and {names[0], names[-1]} < left


def test_a_backup_of_a_kind_that_nobody_knows_is_listed(filled):
    filled("backup")
    (manifest,) = Path(f"{database()}.backups").glob("*.json")
    manifest.write_text(manifest.read_text().replace('"manual"', '"yearly"'))
    assert "yearly" in filled("backup", "--list").out


def test_a_restore_says_what_it_would_do_and_does_it_when_told(filled):
    filled("backup")
    name = "crm-20260311-100000-manual"
    filled("log", "恒达", "打了电话", "--next", "明天")
    asked = filled("restore", name)
    assert asked.status == 1
    assert (
        "核对无误" in asked.err and "此后保存的 1 次改动将不在数据库中" in asked.err and "--yes" in asked.err
    )
    done = filled("restore", name, "--yes")
    assert done.status == 0 and done.out == f"已从 {name}.db 恢复：3 个客户。\n"
    kept = "team.db.before-restore-20260311-100000"
    assert f"crm-tui restore {kept} --yes" in done.err
    with session() as opened:
        assert opened.reader.execute("SELECT count(*) FROM activity").fetchone() == (0,)
    assert filled("restore", kept, "--yes").status == 0
    with session() as opened:
        assert opened.reader.execute("SELECT count(*) FROM activity").fetchone() == (1,)


def test_a_restore_names_who_is_in(filled):
    filled("backup")
    assert "现在在数据库中" not in filled("restore", "crm-20260311-100000-manual").err
    with session():
        asked = filled("restore", "crm-20260311-100000-manual")
        refused = filled("restore", "crm-20260311-100000-manual", "--yes")
    assert "现在在数据库中：王芳 (wangfang)（03-11 10:00 起）。需先请他们退出程序。" in asked.err
    assert (asked.status, refused.status) == (1, 3)
    assert "正在使用中：王芳 (wangfang)（03-11 10:00 起）" in refused.err and refused.out == ""


def test_whoever_opens_during_a_restore_is_told(filled, monkeypatch):
    monkeypatch.setattr("crm_tui.storage.presence.WAIT_SECONDS", 0.0)
    sole = SoleUse(database(), "lina")
    assert sole.take()
    refused = filled("due")
    sole.close()
    assert refused.status == 3 and "lina 正在恢复数据库" in refused.err


def test_bad_backups_are_refused_with_their_reason(filled):
    filled("backup")
    path = Path(f"{database()}.backups/crm-20260311-100000-manual.db")
    assert "没有备份" in filled("restore", "nothing", "--yes").err
    os.truncate(path, 8192)
    for words in (("restore", path.name, "--yes"), ("restore", "--drill")):
        refused = filled(*words)
        assert refused.status == 1 and "不完整" in refused.err and "请换一个备份" in refused.err
    assert "已损坏" in filled("backup", "--list").out


@pytest.mark.requirement("S0-21")
def test_the_drill_says_how_long_it_took(filled):
    filled("backup")
    done = filled("restore", "--drill")
    assert done.status == 0 and "可以完整恢复：" in done.out
    (found,) = filled("restore", "--drill", "--json").json
    assert found["rows"] > 300 and found["seconds"] > 0
    assert "没有备份" in filled("restore", "--drill", "other").err


def test_there_is_nothing_to_restore_yet(team):
    assert "中没有备份" in team("restore").err
    assert team("restore", "--drill").status == 1


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "客户.csv"
    path.write_text(SHEET, "utf-8")
    return path


def test_an_import_makes_a_backup_first(filled, sheet):
    assert filled("import", str(sheet), "--dry-run").status == 0
    assert filled("backup", "--list").err != ""
    assert filled("import", str(sheet)).status == 0
    (found,) = filled("backup", "--list", "--json").json
    assert (found["kind"], found["tables"]["customer"]) == ("import", 3)
    sheet.write_text(SHEET.replace("上海", "北京"), "utf-8")
    assert filled("import", str(sheet)).status == 0
    assert len(filled("backup", "--list", "--json").json) == 2


def test_an_import_without_room_for_a_backup_asks_first(filled, sheet):
    Path(f"{database()}.backups").write_text("no folder")
    refused = filled("import", str(sheet))
    assert refused.status == 1
    assert "不存在" in refused.err and "没有导入任何内容：导入前要先备份" in refused.err
    assert "--no-backup" in refused.err
    assert filled("import", str(sheet), "--no-backup").status == 0


def test_the_first_import_needs_no_backup(team, sheet):
    assert team("import", str(sheet)).status == 0
    assert not Path(f"{database()}.backups").exists()


def test_a_stopped_import_stops_its_backup(filled, monkeypatch):
    seen = []

    def slow(_session: object, *, cancelled: Callable[[], bool], **_named: object) -> None:
        while not cancelled():
            pass
        seen.append("stopped")

    monkeypatch.setattr(safeguard, "safeguard", slow)
    with session() as opened, safeguard.Safeguard(opened) as guard:
        guard.start()
    assert seen == ["stopped"]


@pytest.mark.requirement("S0-21")
def test_a_month_without_a_backup_is_said_on_a_terminal(filled, noon, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    noon.move_to("2026-04-11T02:00:00+00:00")
    assert "从未备份" not in filled("due").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "从未备份" in filled("due").err
    assert "从未备份" not in filled("due").err
    make_backup(database(), None, "manual", "wangfang")
    noon.move_to("2026-04-12T02:00:00+00:00")
    assert "备份" not in filled("due").err


def test_a_backup_holds_the_gate_while_it_is_made(filled, monkeypatch):
    held = []

    def making(*_given: object, **_named: object) -> object:
        held.append(SoleUse(database(), "x").take())
        raise KeyboardInterrupt

    monkeypatch.setattr("crm_tui.storage.backup.make_backup", making)
    assert filled("backup").status == 130
    assert held == [False]
    mine = Presence(database())
    assert mine.alone()
    mine.close()
