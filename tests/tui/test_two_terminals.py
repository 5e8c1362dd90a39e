"""Two colleagues in two real terminals: what one saves, the other sees."""

from __future__ import annotations

import os
import pty
import select
import struct
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from fcntl import ioctl
from pathlib import Path
from subprocess import Popen
from termios import TIOCSWINSZ

import pytest

from crm_tui import clock
from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.followups import service as followups
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session, create_database, open_session, system_login
from tests.pace import PATIENCE
from tests.tui.test_tmux_day import ROOT, START, program

VISIBLE_SECONDS = 1.5
# What the save itself costs and reading a screen through tmux, in keys that are shown on one's own screen.
ECHOES = 6
TRIES = 3  # on a machine that others use too
MOST_BYTES = 1000
NAMES = ("上海恒达", "北京云帆", "南京蔚源")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        session.write(people.add, "li", "李销售", "sales_manager")
        for place, name in enumerate(NAMES):
            values = {"name": f"{name}有限公司", "kind": "company", "status": "prospect"}
            key = session.write(service.add, values, [{"name": "王总"}]).value
            due = clock.today() - timedelta(3 - place)
            session.write(followups.add_plan, key, PlanDraft(due, goal="回访"))
    return path


def test_a_saved_field_is_on_the_colleagues_screen_in_time(path: Path) -> None:
    with program(path, (100, 24)) as mine, program(path, (100, 24)) as theirs:
        for term in (mine, theirs):
            term.wait_for("逾期 3[\\s\\S]*帮助")
            term.keys("2")
            term.wait_for("3 位客户[\\s\\S]*帮助")
        mine.keys("j")
        row = next(y for y, line in enumerate(mine.screen().splitlines()) if "北京云帆" in line)
        theirs.type("F云帆")
        theirs.wait_for("1 位客户")
        theirs.keys("Enter")
        late = []
        for number in range(1, TRIES + 1):
            name = "北京云帆有限公司" + "甲" * number
            theirs.keys("e")
            theirs.wait_for(f"{name[:-1]}[\\s\\S]*F12")
            theirs.keys("End")
            began = time.monotonic()
            theirs.type("甲")
            theirs.wait_for(name)
            pressed = time.monotonic()
            theirs.keys("F12")
            mine.wait_for(rf"\*{name}")
            took, echo = time.monotonic() - pressed, pressed - began
            shown = mine.screen(colours=True).splitlines()[row]
            assert name in shown
            assert "\x1b[7m" in shown or ";7m" in shown
            mine.wait_for(f" {name}")
            if took <= VISIBLE_SECONDS + ECHOES * echo:
                return
            late.append((took, echo))
        pytest.fail(f"seen too late: {late}")


def test_the_same_field_of_two_is_asked_and_the_choice_is_on_both_screens(path: Path) -> None:
    with program(path, (100, 24)) as mine, program(path, (100, 24)) as theirs:
        for term, sign in ((mine, "乙"), (theirs, "甲")):
            term.wait_for("逾期 3[\\s\\S]*帮助")
            term.keys("2")
            term.wait_for("3 位客户[\\s\\S]*帮助")
            term.type("F云帆")
            term.wait_for("1 位客户")
            term.keys("Enter", "e")
            term.wait_for("北京云帆有限公司[\\s\\S]*F12")
            term.keys("End")
            term.type(sign)
            term.wait_for(f"北京云帆有限公司{sign}")
        theirs.keys("F12")
        theirs.wait_for("1 位客户[\\s\\S]*帮助")
        mine.keys("F12")
        mine.wait_for(
            "修改冲突[\\s\\S]*原值  北京云帆有限公司\\s+我的  北京云帆有限公司乙\\s+对方.*北京云帆有限公司甲"
        )
        mine.keys("1", "F12")
        mine.wait_for("已保存：北京云帆有限公司乙")
        theirs.wait_for("\\*北京云帆有限公司乙")


class Screen:
    """The program on a terminal of which every byte is counted."""

    def __init__(self, path: Path) -> None:
        self.began, self.start = time.monotonic(), 0.0
        self.master, slave = pty.openpty()
        ioctl(slave, TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        home = {"HOME": str(path.parent), "XDG_CONFIG_HOME": str(path.parent / "config")}
        env = {**os.environ, **home, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "CRM_LANG": "zh"}
        self.process = Popen(
            [sys.executable, "-c", START, path], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        """Return what arrives within a time."""
        end = time.monotonic() + seconds
        found = b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    found += os.read(self.master, 65536)
                except OSError:  # the program ended and its side is closed
                    break
        return found

    def read_until(self, text: str, seconds: float = PATIENCE) -> bytes:
        """Wait for a text, then until nothing comes for as long as the start took, and return what came."""
        end, found = time.monotonic() + seconds, b""
        while text.encode() not in found:
            assert time.monotonic() < end, found.decode(errors="replace")
            found += self.read(0.05)
        self.start = self.start or time.monotonic() - self.began
        while more := self.read(max(self.start, 0.6)):
            assert time.monotonic() < end
            found += more
        return found

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())


@contextmanager
def counted(path: Path) -> Generator[Screen]:
    screen = Screen(path)
    try:
        yield screen
    finally:
        screen.process.terminate()
        screen.read(0.2)
        screen.process.wait(PATIENCE)
        os.close(screen.master)


def unseen(session: Session) -> None:
    """A customer of the colleague's own, with a plan: nothing of it is in the queue of 王伟."""
    values = {"name": "李的客户有限公司", "kind": "company", "status": "prospect"}
    key = session.write(service.add, values, [])
    session.write(followups.add_plan, key.value, PlanDraft(clock.today(), goal="自己的"))


def not_listed(session: Session) -> None:
    """Something of a customer that the list does not show."""
    key, version = session.reader.execute("SELECT id, changed_in FROM contact WHERE id = 1").fetchone()
    session.write(service.update_contact, key, version, {"note": "看不见的备注"})


def renamed(session: Session) -> None:
    """What both screens show."""
    key, version = session.reader.execute("SELECT id, changed_in FROM customer WHERE id = 1").fetchone()
    session.write(service.update, key, version, {"name": "上海恒达新名"})


@pytest.mark.parametrize(
    ("keys", "drawn", "write"), [("", "南京蔚源", unseen), ("2", "位客户", not_listed)], ids=["today", "list"]
)
def test_who_only_looks_is_sent_nothing(
    path: Path, keys: str, drawn: str, write: Callable[[Session], None]
) -> None:
    assert system_login() != "li"
    with counted(path) as screen:
        screen.read_until("南京蔚源")
        if keys:
            screen.type(keys)
            screen.read_until(drawn)
        assert screen.read(3.2) == b""
        with open_session(path, login="li") as session:
            write(session)
            assert screen.read(1.3) == b""
            renamed(session)
            shown = screen.read_until("上海恒达新名")
    assert len(shown) <= MOST_BYTES
