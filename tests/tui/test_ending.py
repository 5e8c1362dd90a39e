"""However the program ends: the terminal is as it was, the status tells why, nothing typed is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from crm_tui.drafts import MOST_BYTES
from crm_tui.session import create_database, open_session
from crm_tui.tui.driver import Line, TerminalDriver
from crm_tui.tui.keyboard import Stop
from tests.tui.office import customer
from tests.tui.terminal import Terminal

ROOT = Path(__file__).parents[2]
START = "import sys; sys.argv[0] = 'crm-tui'; from crm_tui.__main__ import main; {more}; main()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        customer(session, "上海恒达", {"name": "王总"})
    return path


def program(path: Path, more: str = "pass") -> Terminal:
    env = {"XDG_STATE_HOME": str(path.parent / "state"), "PYTHONPATH": str(ROOT), "HOME": str(path.parent)}
    command = [sys.executable, "-c", START.format(more=more), "--db", path]
    return Terminal(command, env=env, errors=path.parent / "stderr")


def drafts(path: Path) -> list[Path]:
    return list((path.parent / "state/crm-tui/drafts").glob("*.json"))


def log(path: Path) -> str:
    return (path.parent / "state/crm-tui/crm-tui.log").read_text()


def half_a_note(term: Terminal) -> None:
    term.wait_for("帮助")
    term.type("2")
    term.wait_for("上海恒达")
    term.type("l")
    term.wait_for("跟进内容")
    term.type("客户说月底前")
    term.wait_for("月底前")


def test_leaving_by_q(path: Path) -> None:
    with program(path) as term:
        term.wait_for("帮助")
        term.type("q")
        assert term.ended() == 0
        term.wait_until(term.is_given_back)
        assert term.said() == ""


def test_ctrl_c_and_ctrl_z_end_and_stop_nothing(path: Path) -> None:
    with program(path) as term:
        term.wait_for("帮助")
        term.type("\x03")
        term.wait_for("退出")
        term.type("\x1a\x1c")
        term.process.send_signal(signal.SIGTSTP)
        term.type("\x1b[20;2~")  # there is no shell that could bring it back
        term.wait_for("挂起后无法恢复")
        term.type("2")
        term.wait_for("上海恒达")
        term.type("q")
        assert term.ended() == 0
        term.wait_until(term.is_given_back)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_in_order(path: Path, number: signal.Signals) -> None:
    # However long the second of two signals takes, it is one of a hasty hand.
    with program(path, "import crm_tui.tui.driver as t; t.IMPATIENT = 60") as term:
        half_a_note(term)
        term.process.send_signal(number)
        term.process.send_signal(number)
        assert term.ended() == 128 + number
        term.wait_until(term.is_given_back)
        assert len(drafts(path)) == 1
        assert f"ended by {number.name}" in log(path)
        assert (f"收到 {number.name} 信号" in term.said()) is (number != signal.SIGHUP)


def test_a_dropped_line(path: Path) -> None:
    with program(path) as term:
        half_a_note(term)
        term.hang_up()
        assert term.ended() == 129
        assert len(drafts(path)) == 1
        assert "Traceback" not in term.said() + log(path)


def test_the_other_end_is_gone_without_a_signal(path: Path) -> None:
    # As under a program that ignores SIGHUP (nohup): only reading and writing tell.
    deaf = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); signal.signal = lambda *_: None"
    with program(path, deaf) as term:
        half_a_note(term)
        term.hang_up()
        assert term.ended() == 129
        assert len(drafts(path)) == 1


FAULTS = {
    "compose": "import crm_tui.tui.screens.log_form as m; m.LogScreen.body = lambda self: 1 / 0",
    "a message": "import crm_tui.tui.screens.log_form as m;"
    "m.LogScreen.on_form_changed = lambda self, event: 1 / 0",
}


@pytest.mark.parametrize("where", ["compose", "a message"])
def test_a_fault_of_ours_is_a_sentence(path: Path, where: str) -> None:
    with program(path, FAULTS[where]) as term:
        term.wait_for("帮助")
        term.type("2")
        term.wait_for("上海恒达")
        term.type("l")
        if where == "a message":
            term.wait_for("跟进内容")
            term.type("客")
        assert term.ended() == 70
        term.wait_until(term.is_given_back)
        assert "crm-tui.log" in term.said()
        assert "Traceback" not in term.said()
        assert "ZeroDivisionError" in log(path)
        assert (path.parent / "state/crm-tui/crm-tui.log").stat().st_mode & 0o077 == 0


def test_a_fault_in_an_action_is_told_and_work_goes_on(path: Path) -> None:
    more = "import crm_tui.tui.screens.customers as m; m.CustomersScreen.do_log = lambda self: 1 / 0"
    with program(path, more) as term:
        term.wait_for("帮助")
        term.type("2")
        term.wait_for("上海恒达")
        term.type("l")
        term.wait_for("crm-tui.log")
        term.type("q")
        assert term.ended() == 0
        term.wait_until(term.is_given_back)


GATED = (
    "import crm_tui.storage.database as d{more}; was = d.Database.write;"
    "d.Database.write = lambda self, *a, **k: (open({gate!r}).read(), was(self, *a, **k))[1]"
)


def gated(path: Path, more: str = "") -> tuple[Path, str]:
    """A pipe that every save waits at, and the code that makes it wait."""
    gate = path.parent / "gate"
    os.mkfifo(gate)
    return gate, GATED.format(more=more, gate=str(gate))


def open_gate(gate: Path) -> int:
    """Return the pipe open for writing: the save has come to it and waits until it is closed."""
    return os.open(gate, os.O_WRONLY)


def test_a_save_under_way_is_finished(path: Path) -> None:
    gate, waits = gated(path)
    with program(path, waits) as term:
        half_a_note(term)
        term.type("\x1b[24~")
        save = open_gate(gate)
        term.process.send_signal(signal.SIGTERM)
        term.wait_until(lambda: (path.parent / "state/crm-tui/crm-tui.log").exists())
        os.close(save)
        assert term.ended() == 128 + signal.SIGTERM
        term.wait_until(term.is_given_back)
    assert drafts(path) == []
    found = sqlite3.connect(path).execute("SELECT content FROM activity").fetchall()
    assert found == [("客户说月底前",)]


def test_a_stuck_save_does_not_hold_the_process_for_ever(path: Path) -> None:
    gate, waits = gated(path, ", crm_tui.tui.driver as t; t.GRACE = 1.5")
    with program(path, waits) as term:
        half_a_note(term)
        term.type("\x1b[24~")
        save = open_gate(gate)
        term.process.send_signal(signal.SIGTERM)
        assert term.ended() == 128 + signal.SIGTERM
        term.wait_until(term.is_given_back)
        os.close(save)
        assert len(drafts(path)) == 1
    assert sqlite3.connect(path).execute("SELECT content FROM activity").fetchall() == []


def test_the_database_thread_dies(path: Path) -> None:
    dying = "import crm_tui.session as m, sys;m.Session.write = lambda self, *a, **k: sys.exit(3)"
    with program(path, dying) as term:
        half_a_note(term)
        term.type("\x1b[24~")
        term.wait_for("数据库线程已终止")
        term.type("\x1b")
        term.process.send_signal(signal.SIGTERM)
        assert term.ended() == 128 + signal.SIGTERM
        term.wait_until(term.is_given_back)
        assert len(drafts(path)) == 1


def test_stopped_and_continued_the_terminal_is_taken_and_given_back(path: Path) -> None:
    with program(path) as term:
        term.wait_for("帮助")
        raw = term.settings()
        term.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, term.process.pid, os.WSTOPPED | os.WNOWAIT)
        # What a shell does meanwhile.
        termios.tcsetattr(term.slave, termios.TCSANOW, term.before)
        seen = len(term.output)
        term.process.send_signal(signal.SIGCONT)
        term.wait_until(lambda: term.settings() == raw and "帮助".encode() in term.output[seen:])
        term.type("q")
        assert term.ended() == 0
        term.wait_until(term.is_given_back)


def test_kill_9_leaves_the_draft(path: Path) -> None:
    with program(path) as term:
        half_a_note(term)
        term.wait_until(lambda: drafts(path))
        term.process.kill()
        assert term.ended() == -signal.SIGKILL
    assert len(drafts(path)) == 1
    assert drafts(path)[0].stat().st_size < MOST_BYTES


def test_a_line_that_dropped_is_told_once_and_takes_all() -> None:
    told: list[int] = []
    ours, theirs = os.pipe()
    os.close(ours)
    line = Line(theirs, "ascii", lambda: told.append(1))
    for _each in range(100):
        line.write("恒达\ud800")
        line.flush()
    os.close(theirs)
    assert told == [1]
    assert line.dead


def test_the_end_of_the_input_ends_the_reading() -> None:
    told: list[int] = []
    ours, theirs = os.pipe()
    os.write(theirs, b"\xe6")  # half a sign, as a line drops
    os.close(theirs)
    driver: Any = object.__new__(TerminalDriver)
    driver.fileno, driver._debug, driver._stop = ours, False, Stop()
    driver._hung_up = lambda: told.append(1)
    driver._run_input_thread()
    os.close(ours)
    assert told == [1]
