"""Stories of looking after the file: checks, a backup, a drill, and going back to a backup."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import backup
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.app import CrmApp
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office
from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]
START = (
    "from pathlib import Path; from crm_tui.tui.app import run; import sys; sys.exit(run(Path(sys.argv[1])))"
)


def furnish(session: Session) -> None:
    customer(session, "上海恒达", {"name": "王总"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path, furnish=furnish) as opened:
        yield opened


async def opened(user: User) -> None:
    """Find the screen as somebody does who knows no key."""
    await user.press(":")
    await user.type("维护")
    await user.press("enter")
    await user.idle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_sound_file_is_called_so(session: Session, size: tuple[int, int]) -> None:
    async with story(CrmApp(session), size=size) as user:
        await opened(user)
        assert "维护" in user.line(0)
        assert "没有损坏" in user.line(0)
        assert any("页与索引" in line and "完好" in line for line in user.lines)
        assert any("备份 (0)" in line for line in user.lines)
        assert any("王伟" in line and "wang" in line for line in user.lines)
        await user.press("2")
        assert user.screen.kind == "customers"


async def test_what_another_program_left_is_found_and_mended(session: Session) -> None:
    shell = sqlite3.connect(session.database.path, isolation_level=None)
    shell.execute("UPDATE customer_state SET haystack = 'wrong'")
    shell.close()
    async with story(CrmApp(session)) as user:
        await opened(user)
        # What is derived, and the search index, which goes with it.
        assert "2 项损坏" in user.line(0)
        await user.press("m")
        assert "已修复 1 项" in user.message
        assert "没有损坏" in user.line(0)
        await user.press("f5")
        assert not any("已修复" in line for line in user.lines[1:-2])


@pytest.mark.requirement("S0-21")
async def test_a_backup_is_made_read_and_practised(session: Session) -> None:
    async with story(CrmApp(session)) as user:
        await opened(user)
        await user.press("b")
        assert "已备份并验证" in user.message
        made = backup.backups(backup.default_folder(session.database.path))
        assert [one.manifest.kind for one in made] == ["manual"]
        await user.press("enter")
        assert any("SHA-256" in line for line in user.lines)
        await user.press("escape", "t")
        assert "演练成功" in user.message
        await user.press("g", "t")
        assert "请先选中一个备份" in user.message


async def test_nobody_goes_back_while_a_colleague_is_in(session: Session) -> None:
    backup.make_backup(session.database.path, None, "manual", "wang")
    with open_session(session.database.path, login="li"):
        async with story(CrmApp(session)) as user:
            await opened(user)
            await user.press("G", "k", "k", "k", "r")
            assert "还有同事在使用该文件：李销售" in user.message
            assert "请他们退出后，再按 r。" in user.message
    assert not list(session.database.path.parent.glob("*before-restore*"))


async def to_the_backup(user: User) -> None:
    """Go to the only backup of the list, with only me in the file."""
    await user.press("G", "k", "k")


async def test_a_restore_tells_what_it_leaves_out_and_is_asked_anew_after_anything_else(
    session: Session,
) -> None:
    backup.make_backup(session.database.path, None, "manual", "wang")
    for name in ("北京云帆", "南京蔚源"):
        customer(session, name)
    async with story(CrmApp(session), size=(120, 40)) as user:
        await opened(user)
        await to_the_backup(user)
        for others in (["k", "j"], ["enter", "escape"], ["t"]):
            await user.press("r")
            assert "再按 r 恢复到 2026-11-20 10:00，之后的 2 次修改不在其中" in user.message
            await user.press(*others)
        await user.press("r")
        assert "再按 r 恢复到" in user.message
        assert user.app.wish is None
        await user.press("r")
        assert user.app.wish is not None


async def test_who_leaves_goes_from_the_list_by_itself(session: Session) -> None:
    with open_session(session.database.path, login="li"):
        async with story(CrmApp(session)) as user:
            await opened(user)
            assert any("正在使用 (2)" in line for line in user.lines)
    async with story(CrmApp(session)) as user:
        with open_session(session.database.path, login="li"):
            await opened(user)
            assert any("正在使用 (2)" in line for line in user.lines)
        await user.screen._who()
        await user.idle()
        assert any("正在使用 (1)" in line for line in user.lines)


async def test_the_moment_of_a_backup_is_whole_in_the_smallest_window(session: Session) -> None:
    backup.make_backup(session.database.path, None, "manual", "wang")
    async with story(CrmApp(session), size=(60, 15)) as user:
        await opened(user)
        await to_the_backup(user)
        assert any("2026-11-20 10:00" in line for line in user.lines)


def test_going_back_to_a_backup_in_a_real_terminal(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        customer(session, "上海恒达", {"name": "王总"})
    given = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with Tmux([sys.executable, "-c", START, path], size=(100, 30), cwd=tmp_path, env=given) as term:
        term.wait_for("今日[\\s\\S]*帮助")
        term.keys("M")
        term.wait_for("派生数据[\\s\\S]*备份 \\(0\\)")
        term.keys("b")
        term.wait_for("已备份并验证")
        with open_session(path) as session:
            customer(session, "写错的客户")
        # The cursor stands on what was just made.
        term.keys("r")
        term.wait_for("再按 r 恢复到.*之后的 1 次修改")
        term.keys("r")
        term.wait_for(" 已恢复：crm-[\\s\\S]*帮助")
    with open_session(path) as session:
        assert [row.name for row in reading.page(session.reader, reading.Query())] == ["上海恒达"]
    assert list(tmp_path.glob("crm.db.before-restore-*"))
