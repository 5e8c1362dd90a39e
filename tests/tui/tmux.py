"""A real terminal for tests: tmux on a socket of its own, read by polling; skips visibly without tmux."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.pace import PATIENCE

POLL = 0.05


class Tmux:
    """A program inside tmux: ``with Tmux([...], size=(80, 24)) as term: term.wait_for("今日")``."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed")
        self.socket = f"crm-{uuid.uuid4().hex[:12]}"
        self.size = size
        settings = {"TERM": "screen-256color", "LANG": "C.UTF-8", "CRM_LANG": "zh", **(env or {})}
        words = ["env", *(f"{name}={value}" for name, value in settings.items()), *map(str, command)]
        self.command = shlex.join(words)
        self.cwd = cwd

    def _tmux(self, *words: str, check: bool = True) -> str:
        clean = {name: value for name, value in os.environ.items() if name != "TMUX"}
        done = subprocess.run(
            ["tmux", "-u", "-L", self.socket, "-f", os.devnull, *words],
            capture_output=True,
            text=True,
            env={**clean, "LANG": "C.UTF-8", "SHELL": "/bin/sh"},
            timeout=PATIENCE,
        )
        if check and done.returncode:
            raise AssertionError(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def __enter__(self) -> Tmux:
        width, height = map(str, self.size)
        place = ["-c", str(self.cwd)] if self.cwd else []
        options = [";", "set", "-g", "remain-on-exit", "on", ";", "set", "-g", "escape-time", "20"]
        # The shell of whoever runs the tests may be nologin.
        options = [";", "set", "-g", "default-shell", "/bin/sh", *options]
        self._tmux("new-session", "-d", "-x", width, "-y", height, *place, self.command, *options)
        return self

    def __exit__(self, *_error: object) -> None:
        self._tmux("kill-server", check=False)

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names (``Enter``, ``Escape``, ``F12``, ``C-d``, ``j``)."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-l", text)

    def paste(self, text: str) -> None:
        """Paste a text with bracketed paste, as some input methods deliver a phrase."""
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p")

    def screen(self, *, colours: bool = False) -> str:
        """Return the screen as text, with ``colours`` as escape sequences too."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    @property
    def tty(self) -> str:
        """The path of the program's terminal."""
        return self._tmux("display-message", "-p", "#{pane_tty}").strip()

    def cursor(self) -> tuple[int, int]:
        """Return the cursor's column and line."""
        column, line = self._tmux("display-message", "-p", "#{cursor_x},#{cursor_y}").split(",")
        return int(column), int(line)

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> str:
        """Wait until the screen matches a regular expression and return it."""
        end = time.monotonic() + seconds
        screen = self.screen()
        while not re.search(pattern, screen):
            if time.monotonic() > end:
                raise AssertionError(f"never saw {pattern!r}; the screen is:\n{screen}")
            time.sleep(POLL)
            screen = self.screen()
        return screen

    def wait_for_rest(self, looks: int = 5) -> None:
        """Wait until the screen stays as it is for several looks."""
        before, same = "", 0
        end = time.monotonic() + PATIENCE
        while same < looks and time.monotonic() < end:
            now = self.screen(colours=True)
            same = same + 1 if now == before else 0
            before = now
            time.sleep(POLL)

    def wait_for_cursor(self, column: int, line: int, seconds: float = PATIENCE) -> None:
        """Wait until the cursor stands there."""
        end = time.monotonic() + seconds
        while self.cursor() != (column, line):
            if time.monotonic() > end:
                stands = f"the cursor stands at {self.cursor()}, not at {(column, line)}"
                raise AssertionError(f"{stands}; the screen is:\n{self.screen()}")
            time.sleep(POLL)

    def wait_until(self, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until a condition outside the screen holds."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"it never came true; the screen is:\n{self.screen()}")
            time.sleep(POLL)

    def wait_until_dead(self, seconds: float = PATIENCE) -> int:
        """Wait until the program ended and return its exit code."""
        end = time.monotonic() + seconds
        while True:
            dead, status = (
                self._tmux("display-message", "-p", "#{pane_dead},#{pane_dead_status}").strip().split(",")
            )
            if dead == "1":
                return int(status or 0)
            if time.monotonic() > end:
                raise AssertionError(f"still running:\n{self.screen()}")
            time.sleep(POLL)
