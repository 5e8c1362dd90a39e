"""A line of progress on stderr; Ctrl-C, a kill and a dropped line ask to stop between two steps."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

from crm_tui import clock
from crm_tui.locale import _
from crm_tui.text.cells import safe, width

EVERY = 0.1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Bar:
    """Shows count, share and time left on a terminal; elsewhere it is silent.

    With ``stoppable`` the first Ctrl-C, kill or dropped line inside its block only sets ``stopped``, which
    long work asks between its steps; the second one interrupts at once.
    """

    def __init__(self, what: str, *, stoppable: bool = False) -> None:
        self.what = what
        self.stopped = False
        self._stoppable = stoppable
        self._shows = sys.stderr.isatty()
        self._shown = 0
        self._began = self._last = clock.stopwatch()
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Bar:
        if not self._stoppable:
            return self
        # Only the main thread may hear signals; under nohup a dropped line is to be ignored.
        with suppress(ValueError):
            for one in STOPPING:
                if signal.getsignal(one) in (signal.SIG_DFL, signal.default_int_handler):
                    self._former[one] = signal.signal(one, self._stop)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
        for one, former in self._former.items():
            signal.signal(one, former)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True

    def cancelled(self) -> bool:
        """Tell whether the user has asked to stop."""
        return self.stopped

    def report(self, done: int, total: int) -> None:
        """Show how far the work is."""
        now = clock.stopwatch()
        if not self._shows or (now - self._last < EVERY and done < total):
            return
        self._last = now
        text = f"{safe(self.what)} {done:,}/{total:,}" + (f" {done * 100 // total}%" if total else "")
        taken = now - self._began
        if 0 < done < total and taken > 1:
            text += " · " + _("{n} s left").format(n=round(taken / done * (total - done)))
        self._write(text)

    def start(self, what: str) -> None:
        """Begin another step of the work."""
        self.close()
        self.what = what
        self._began = clock.stopwatch()
        self._last = self._began - EVERY

    def _write(self, text: str) -> None:
        cells = width(text)
        # A terminal that is gone ends the work where it may end, and not in the midst of a part.
        with suppress(OSError):
            sys.stderr.write("\r" + text + " " * max(self._shown - cells, 0))
            sys.stderr.flush()
        self._shown = cells

    def close(self) -> None:
        """Clear the line."""
        if self._shown:
            shown, self._shown = self._shown, 0
            with suppress(OSError):
                sys.stderr.write("\r" + " " * shown + "\r")
                sys.stderr.flush()
