"""A program on a pseudo-terminal of its own: what it wrote, how it ended, how it left the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.pace import PATIENCE

POLL = 0.02


class Terminal:
    """``with Terminal([...]) as term: term.wait_for("帮助"); term.type("q"); assert term.ended() == 0``.

    The terminal is the program's controlling one, as in a login session; its standard error is a file, so
    that messages are told from the screen.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        errors: Path,
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self.size = size
        self.command = [str(word) for word in command]
        self.env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "CRM_LANG": "zh", **env}
        self.errors = errors
        self.output = b""
        self._done = threading.Event()

    def __enter__(self) -> Terminal:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", *reversed(self.size), 0, 0))
        self.before = self.settings()
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                self.command,
                stdin=self.slave,
                stdout=self.slave,
                stderr=errors,
                env=self.env,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._done.set()
        self._reader.join()
        for number in (self.master, self.slave):
            with suppress(OSError):
                os.close(number)

    def _read(self) -> None:
        while not self._done.is_set():
            with suppress(OSError, ValueError):
                if select.select([self.master], [], [], 0.1)[0]:
                    self.output += os.read(self.master, 65536)

    def settings(self) -> list[Any]:
        """Return what ``stty -a`` shows."""
        return termios.tcgetattr(self.slave)

    def type(self, text: str) -> None:
        """Send keys."""
        os.write(self.master, text.encode())

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until a text was written."""
        self._until(lambda: text.encode() in self.output, f"never wrote {text!r}", seconds)

    def wait_until(self, true: Any, seconds: float = PATIENCE) -> None:
        """Wait until a condition holds."""
        self._until(true, "it never came true", seconds)

    def _until(self, true: Any, reason: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"{reason}: {self.output[-2000:]!r}\n{self.said()}")
            time.sleep(POLL)

    def hang_up(self) -> None:
        """Drop the line: the other end of the terminal is closed."""
        self._done.set()
        self._reader.join()
        os.close(self.slave)
        os.close(self.master)

    def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for the end of the program and return its exit status."""
        return self.process.wait(seconds)

    def said(self) -> str:
        """Return what was written to standard error."""
        return self.errors.read_text("utf-8", "replace")

    def is_given_back(self) -> bool:
        """Tell whether the terminal is as it was: settings, main screen, cursor, mouse, paste, focus."""
        end = self.output[self.output.rfind(b"\x1b[?1049l") :]
        off = (b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?1006l", b"\x1b[?2004l", b"\x1b[?7h")
        before = self.output[: self.output.rfind(b"\x1b[?1049l")]
        on = {code: code[:-1] + (b"h" if code.endswith(b"l") else b"l") for code in off}
        return (
            self.settings() == self.before
            and end.startswith(b"\x1b[?1049l")
            and end.rfind(b"\x1b[?25h") > end.rfind(b"\x1b[?25l")
            and b"\x1b[?1004h" not in end
            and all(before.rfind(code) > before.rfind(opposite) for code, opposite in on.items())
        )
