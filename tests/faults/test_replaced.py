"""A database that is moved, replaced or removed while people have it open, also by a restore."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.customers import service
from crm_tui.errors import Busy, CrmError, Fault
from crm_tui.session import create_database, open_session
from crm_tui.storage.backup import make_backup
from crm_tui.storage.restoring import restore
from crm_tui.tui.app import CrmApp
from tests.faults import processes, replaced
from tests.faults.killing import in_mode
from tests.tui.driver import story


@pytest.mark.parametrize("journal", processes.MODES)
def test_nothing_is_lost_in_silence(tmp_path: Path, journal: str):
    outcome = replaced.run(tmp_path, journal, len(replaced.DEEDS), 3)
    assert outcome.faults == []
    assert outcome.acknowledged > 0
    assert outcome.refused == len(replaced.DEEDS) * replaced.REFUSALS


@pytest.fixture(params=processes.MODES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return a database in each journal mode."""
    path = tmp_path / "crm.db"
    create_database(path, login="li", name="李雷")
    in_mode(path, request.param)
    yield path


def test_nobody_comes_in_beside_those_who_have_the_former_file_open(database: Path):
    other = database.with_name("other.db")
    create_database(other, login="li", name="李雷")
    with open_session(database, login="li") as former:
        former.write(service.add, {"name": "旧文件的客户"})
        other.replace(database)
        log = database.with_name("crm.db-wal")
        if log.exists() and log.stat().st_size:
            with pytest.raises(Busy, match="仍在使用原文件的有：李雷"):
                open_session(database, login="li")
        with pytest.raises(Fault, match="移动或替换"):
            former.write(service.add, {"name": "太迟"})
    with open_session(database, login="li") as session:
        assert session.reader.execute("SELECT count(*) FROM customer").fetchone() == (0,)
        session.write(service.add, {"name": "新文件的客户"})
    assert processes.unsound(database) == []


def test_a_restore_waits_until_the_last_has_left_and_the_old_file_is_kept(database: Path):
    backup = make_backup(database, None, "manual", "li").path
    with open_session(database, login="li") as session:
        session.write(service.add, {"name": "还在"})
        with pytest.raises(CrmError, match="李雷"):
            restore(database, backup, "li")
        session.write(service.add, {"name": "也在"})
    done = restore(database, backup, "li")
    assert done.old is not None
    with open_session(done.old, login="li") as former:
        names = [row[0] for row in former.reader.execute("SELECT name FROM customer ORDER BY id").fetchall()]
    assert names == ["还在", "也在"]
    assert processes.unsound(database) == []


def test_a_folder_that_became_a_file_is_said_in_a_sentence(tmp_path: Path):
    path = tmp_path / "folder" / "crm.db"
    path.parent.mkdir()
    create_database(path, login="li", name="李雷")
    with open_session(path, login="li") as session:
        path.parent.rename(tmp_path / "gone")
        (tmp_path / "folder").write_text("no folder")
        with pytest.raises(Fault, match="移动或替换"):
            session.write(service.add, {"name": "甲"})
    assert sorted(os.listdir(tmp_path)) == ["folder", "gone"]


async def test_in_the_terminal_the_form_stays_and_says_so(database: Path):
    with open_session(database, login="li") as session:
        session.write(service.add, {"name": "恒达贸易"})
        async with story(CrmApp(session), size=(100, 30)) as user:
            await user.press("2", "a")
            aside = shutil.move(database, database.with_name("aside.db"))
            await user.type("新的一家公司")
            await user.press("f12", "f12")
            assert "移动或替换" in user.text
            assert "新的一家公司" in user.text
            assert user.screen.kind == "form"
    assert processes.unsound(Path(aside)) == []
