"""A line drops in the middle of a note: the next start offers it, and it is saved. In a real terminal."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from crm_tui.followups import reading
from crm_tui.session import create_database, open_session
from tests.tui.office import customer
from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]
START = (
    "import os, sys; from pathlib import Path; from crm_tui.tui.app import run;"
    "path = Path(sys.argv[1]); path.with_name('pid').write_text(str(os.getpid())); sys.exit(run(path))"
)


def program(path: Path, size: tuple[int, int]) -> Tmux:
    home = path.parent
    env = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(ROOT)}
    return Tmux([sys.executable, "-c", START, path], size=size, env=env)


@pytest.mark.parametrize(
    ("number", "size"), [(signal.SIGKILL, (80, 24)), (signal.SIGHUP, (120, 40)), (signal.SIGTERM, (80, 24))]
)
def test_half_a_note_is_offered_at_the_next_start(
    tmp_path: Path, number: signal.Signals, size: tuple[int, int]
) -> None:
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        one = customer(session, "上海恒达机械有限公司", {"name": "王总"})
    with program(path, size) as term:
        term.wait_for("帮助")
        term.keys("2")
        term.wait_for("上海恒达")
        term.keys("l")
        term.wait_for("跟进内容")
        term.type("客户说月底前确认报价，")
        term.keys("Enter")
        term.type("要先寄样品")
        term.keys("Tab", "1", "Tab")
        term.type("下周三下午3点 回访")
        term.wait_for("周三 15:00 · 回访")
        if number == signal.SIGKILL:
            # Everything but the last second is on the disk without being asked.
            wait_for_draft(term, tmp_path, "回访")
        os.kill(int((tmp_path / "pid").read_text()), number)
        term.wait_until_dead()
    with program(path, size) as term:
        term.wait_for("记跟进 上海恒达[\\s\\S]*丢弃")
        term.wait_for("客户说月底前")
        term.keys("Enter")
        screen = term.wait_for("周三 15:00 · 回访[\\s\\S]*已填入")
        assert "客户说月底前确认报价，" in screen
        assert "要先寄样品" in screen
        assert "[x]1 电话" in screen
        term.keys("F12")
        term.wait_for("已记录")
        term.keys("q")
        assert term.wait_until_dead() == 0
    assert not list((tmp_path / "state/crm-tui/drafts").iterdir())
    with open_session(path) as session:
        (activity,) = reading.activities(session.reader, one)
        assert activity.content == "客户说月底前确认报价，\n要先寄样品"
        assert activity.ways == "phone"


def wait_for_draft(term: Tmux, folder: Path, text: str) -> None:
    """Wait until a text is in the draft on the disk."""
    written = text.encode()
    term.wait_until(
        lambda: any(written in file.read_bytes() for file in folder.glob("state/crm-tui/drafts/*.json"))
    )
