"""One long session in a real terminal: other sizes, other clients, stopped and continued, nothing lost."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crm_tui.session import create_database, open_session
from crm_tui.text.cells import width
from tests.tui.office import many
from tests.tui.terminal import Terminal
from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]
SHELL = shutil.which("bash")


def test_sizes_clients_and_stops(tmp_path: Path) -> None:
    if SHELL is None:
        pytest.skip("bash is not installed")
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        many(session, 60)
    env = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "PS1": "sh> ",
    }
    with Tmux([SHELL, "--norc", "-i"], env=env) as term:
        term.wait_for("sh>")
        term.type(shlex.join([sys.executable, "-m", "crm_tui", "--db", str(path)]))
        term.keys("Enter")
        term.wait_for("帮助")
        term.keys("2", "G", "PPage")
        term.wait_for("样本0[34]")
        before = stable(term)
        for size in ((40, 10), (200, 60), (80, 24)):
            sized(term, size)
        shows(term, before)  # the same rows, the same cursor
        term.keys("e")
        term.wait_for("F12 保存")
        term.type("改过")
        term.wait_for("改过")
        form = stable(term)
        column, line = term.cursor()
        term.keys("C-p")
        term.wait_for("┌─ 命令")
        for size in ((40, 10), (200, 60), (80, 24)):
            sized(term, size)
        term.wait_for("┌─ 命令")
        term.keys("Escape")
        term.wait_for(r"\A[^┌]*改过[^┌]*\Z")
        term.wait_for_cursor(column, line)
        shows(term, form)

        for size in ((100, 30), (60, 20)):  # somebody looks at it from elsewhere and goes away again
            with client(term, tmp_path, size) as other:
                other.wait_for("改过")
                term.wait_until(lambda size=size: shown_size(term) == (size[0], size[1] - 1))
                term.wait_for("改过")
        sized(term, (80, 24))
        term.wait_for_cursor(column, line)
        shows(term, form)

        running = ["pgrep", "-f", f"crm_tui --db {path}"]
        pid = int(subprocess.run(running, capture_output=True, text=True, check=True).stdout)
        os.kill(pid, signal.SIGTSTP)  # refused: it could hold the lock
        term.keys("S-F9")
        term.wait_for(r"Stopped[^>]*sh>\s*\Z")
        assert "改过" not in term.screen()
        with open_session(path) as session:
            many(session, 1)  # nobody waits for who is stopped
        term.type("bg; echo $((40+2))")
        term.keys("Enter")
        term.wait_for(r"42\n")
        # The shell tells it with its next prompt, once it has happened.
        term.wait_until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        term.keys("Enter")
        term.wait_for(r"42\n[^$]*Stopped[^>]*(sh>\s*)+\Z")  # told before the key or after it
        term.type("fg")
        term._tmux("resize-window", "-x", "90", "-y", "24")
        term.keys("Enter")
        term.wait_for("改过")
        sized(term, (90, 24))
        sized(term, (80, 24))
        term.wait_for_cursor(column, line)
        shows(term, form)
        os.kill(pid, signal.SIGSTOP)
        term.wait_for(r"Stopped")
        term.type("fg")
        term.keys("Enter")
        term.wait_for(r"\A(?![^$]*Stopped)[^$]*改过")
        term.type("好")
        shows(term, form.replace("改过\n", "改过好\n", 1))
        term.keys("Escape", "Escape")
        term.wait_for("样本0[34]")
        term.keys("q")
        term.wait_for(r"sh>\s*\Z")


def stable(term: Tmux) -> str:
    """Return the screen once it stays as it is."""
    seen = [""] * 4

    def same() -> bool:
        seen.append(term.screen())
        return len(set(seen[-4:])) == 1

    term.wait_until(same)
    return seen[-1]


def shows(term: Tmux, screen: str) -> None:
    """Wait for exactly this screen."""
    term.wait_until(lambda: term.screen() == screen)


def shown_size(term: Tmux) -> tuple[int, int]:
    columns, lines = term._tmux("display-message", "-p", "#{window_width},#{window_height}").split(",")
    return int(columns), int(lines)


def sized(term: Tmux, size: tuple[int, int]) -> None:
    """Give the window a size and wait for a screen of that size, or for the plea for a larger one."""
    term._tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
    # The name of who works is at the right end of the first line.
    wanted = r"\A\s*窗口太小：现为 40x10" if size[0] < 60 else r"\A.*王伟\n"
    term.wait_for(wanted)
    term.wait_until(lambda: size[0] < 60 or width(term.screen().splitlines()[0]) in (size[0], size[0] - 1))


def client(term: Tmux, folder: Path, size: tuple[int, int]) -> Terminal:
    """Attach to the session from another terminal."""
    term._tmux("set", "-w", "window-size", "latest")
    command = ["tmux", "-u", "-L", term.socket, "-f", os.devnull, "attach"]
    other = Terminal(command, env={"TMUX": ""}, errors=folder / "client", size=size)
    return other
