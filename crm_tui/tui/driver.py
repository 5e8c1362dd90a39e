"""The terminal: taken on start, given back as it was on every way out, and let go of when the line drops.

Between both, frames go through ``screen_writer``: what changed, at the pace of the line.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from crm_tui.tui.background import ASK, Listener
from crm_tui.tui.keyboard import Keyboard, Stop
from crm_tui.tui.pacing import QUESTION, Pace
from crm_tui.tui.screen_writer import ScreenWriter

FATAL = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
GRACE = 15.0  # seconds from a signal until the process goes without finishing
IMPATIENT = 1.0  # seconds after which a second signal means it
SETTLED = 0.1  # seconds after a change of size by which a frame of that size is here
PARTING = 1.0  # seconds to wait on leaving for what the terminal still has to answer
BACKLOG = 0.02  # seconds to wait while the line takes nothing
# Terminals that erase in their own background, not in the one that is set.
_ERASE_PLAIN = ("screen", "vt", "ansi", "cygwin", "sun")
FRAME = re.compile("\x1b\\[(?:\\d+;\\d+)?H")
# Leaves what was entered: bracketed paste, no wrapping, mouse, focus, alternate screen, hidden cursor.
LEAVE = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)


class Line:
    """Standard output for the writing thread: a dropped line ends nothing here, it is told once."""

    def __init__(self, number: int, encoding: str, lost: Callable[[], None]) -> None:
        self._number = number
        self._encoding = encoding
        self._lost = lost
        self._waiting: list[str] = []
        self.dead = False

    def fileno(self) -> int:
        """Return the file's number."""
        return self._number

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return os.isatty(self._number)

    def write(self, text: str) -> None:
        """Take a text; flush sends it."""
        if not self.dead:
            self._waiting.append(text)

    def flush(self) -> None:
        """Send what was written."""
        # A sign that the terminal's encoding lacks, or half of one in somebody's data, ends no session.
        body = "".join(self._waiting).encode(self._encoding, "replace")
        self._waiting.clear()
        while body and not self.dead:
            try:
                body = body[os.write(self._number, body) :]
            except BlockingIOError:
                select.select([], [self._number], [], 1)
            except OSError:
                self.dead = True
                self._lost()


class TerminalDriver(LinuxDriver):
    """Textual's driver, writing to standard output; ``app.told_to_end(signal)`` is called in the event loop.

    A signal to end, a dropped line and the end of the input are told alike; a second signal later on, or
    ``GRACE`` seconds, end the process at once. Stopping by SIGTSTP is refused: a stopped session may hold
    the lock on the database. ``app.plain_output`` sends Textual's frames as they are.
    """

    _answers: Listener | None = None

    def __init__(self, app: Any, *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        out = sys.__stdout__
        assert out is not None
        self._line: Any = Line(out.fileno(), out.encoding or "utf-8", self._hung_up)
        self._file = self._line
        self._active = False
        self._told = 0
        self._told_at = 0.0
        self._before: list[Any] | None = None
        self._raw: list[Any] | None = None
        self.exit_event = self._stop = Stop()
        term = os.environ.get("TERM", "")
        self._erases = "TMUX" in os.environ or not term.startswith(_ERASE_PLAIN)
        plain = getattr(app, "plain_output", False)
        self._plain = plain or (out.encoding or "").lower().replace("-", "") != "utf8"
        self._writer: ScreenWriter | None = None
        self._pace = Pace()
        self._heard: deque[float] = deque()  # when answers came that the loop has not yet counted
        self._hears = threading.Event()
        self._answers = Listener(lambda light: self._in_loop(partial(app.background_told, light)))
        self._due: asyncio.Handle | None = None
        self._sync = self._away = self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    def start_application_mode(self) -> None:
        """Take the terminal, and listen to the signals that end the program."""
        with suppress(termios.error):
            self._before = termios.tcgetattr(self.fileno)
        self._active = True
        for number in FATAL:
            signal.signal(number, self._signalled)
        if not self._plain:
            self._writer = ScreenWriter(
                *self._app.size, ambiguous=getattr(self._app, "ambiguous", 1), erases=self._erases
            )
        super().start_application_mode()
        if self._answers is not None and getattr(self._app, "asks_background", False):
            self._answers.expect()
            super().write(ASK)
        self._follow_size()
        with suppress(termios.error):
            self._raw = termios.tcgetattr(self.fileno)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._hear_the_rest()
        self._writer = None
        self._forget_pace()
        super().stop_application_mode()
        self._active = False

    def _forget_pace(self) -> None:
        self._heard.clear()
        self._pace.forget()

    def _hear_the_rest(self) -> None:
        """Wait for the answers that are under way: what comes later is typed into the shell."""
        self._count_answers()
        until = time.monotonic() + PARTING
        while len(self._heard) < self._pace.under_way and not self._line.dead:
            self._hears.clear()
            if len(self._heard) < self._pace.under_way and not self._hears.wait(until - time.monotonic()):
                return

    def leave(self) -> None:
        """Give the terminal back by the shortest way, where the orderly one was not gone."""
        if not self._active:
            return
        self._active = False
        if self._before is not None:
            with suppress(termios.error, OSError):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._before)
        with suppress(OSError):
            os.write(self._line.fileno(), LEAVE.encode())

    # -- being told to end ------------------------------------------------------------------------------

    def _signalled(self, number: int, _frame: object) -> None:
        if not self._told:
            self._end(number)
        elif number != signal.SIGHUP and time.monotonic() - self._told_at > IMPATIENT:
            # Of SIGHUP several come when a line drops: from the shell, from the terminal.
            self._force()

    def _hung_up(self) -> None:
        self._end(signal.SIGHUP)

    def _end(self, number: int) -> None:
        """Ask the app to end; called in any thread."""
        if self._told:
            return
        self._told, self._told_at = number, time.monotonic()
        watch = threading.Timer(GRACE, self._force)
        watch.daemon = True
        watch.start()
        with suppress(RuntimeError):  # the loop has just ended by itself
            self._loop.call_soon_threadsafe(self._app.told_to_end, number)  # ty: ignore[missing-attribute]

    def _force(self) -> None:
        """End now: an open transaction is rolled back by whoever opens the file next."""
        leaving = threading.Thread(target=self.leave, daemon=True)
        leaving.start()
        leaving.join(1)  # a stalled line must not hold us
        os._exit(128 + self._told)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again after SIGSTOP, whose way out nobody can see."""
        self._continued = True
        if not self._active or self._raw is None:
            return
        with suppress(termios.error, OSError):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._forget_pace()
        self._loop.call_soon_threadsafe(self._app.paint_again)  # ty: ignore[missing-attribute]

    def stop(self) -> bool:
        """Give the terminal back, stop as by Ctrl+Z elsewhere, and take it when somebody continues us.

        Returns False where nobody can: the kernel does not stop what no shell looks after.
        """
        self._continued = False
        self.suspend_application_mode()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            os.killpg(os.getpgrp(), signal.SIGTSTP)
        finally:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        while self._continued and self._in_background():
            # Continued by ``bg``: without the terminal there is nothing to do.
            self._continued = False
            os.killpg(os.getpgrp(), signal.SIGTTOU)
        self.resume_application_mode()
        return self._continued

    def _in_background(self) -> bool:
        with suppress(OSError):
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        return False

    # -- input ------------------------------------------------------------------------------------------

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._hung_up()
        except Exception as error:
            self._in_loop(partial(self._app._handle_exception, error))

    def run_input_thread(self) -> None:
        """Read keys until told to stop; the end of the input means that the line dropped.

        Textual's own reads on for ever then, with a core of its own, and wakes ten times a second.
        """
        keyboard = Keyboard(debug=self._debug, answers=self._answers, trip=lambda: self._pace.trip)
        stop = self._stop
        try:
            while not stop.is_set():
                ready, _out, _odd = select.select([self.fileno, stop.reading], [], [], keyboard.patience)
                if self.fileno in ready:
                    read = os.read(self.fileno, 65536)
                    if not read:
                        self._hung_up()
                        return
                    typed = keyboard.feed(read)
                else:
                    typed = keyboard.rest()
                for event in typed:
                    self.process_message(event)
        finally:
            keyboard.close()

    def process_message(self, message: Message) -> None:
        """Keep the terminal's answers from the app; called in the input's thread."""
        if self._writer is not None:
            if isinstance(message, events.CursorPosition):
                self._heard.append(time.monotonic())
                self._hears.set()
                if self._due is not None:  # else the loop counts it when there is something to send
                    self._in_loop(self._answered)
                return
            if isinstance(message, events.AppFocus) and self._away:
                # Whatever was in front of it may have left its traces.
                self._in_loop(self.forget)
            self._away = isinstance(message, events.AppBlur) or (
                self._away and not isinstance(message, events.AppFocus)
            )
        super().process_message(message)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; Textual makes a task for each."""
        self._in_loop(partial(self._app.post_message, message))

    def _in_loop(self, call: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has just ended
            self._loop.call_soon_threadsafe(call)

    # -- output -----------------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Send what steers the terminal; of a frame, what the terminal lacks, as soon as it may go."""
        writer = self._writer
        if writer is None:
            super().write(data)
        elif data in (SYNC_START, SYNC_END):
            self._sync = True
        elif FRAME.match(data):
            size = self._app.size
            if writer.size != tuple(size):
                writer.resize(*size)
            writer.take(data)
            if self._due is None:
                # Soon, not now: what one key moves often comes in two frames.
                self._due = self._loop.call_soon(self._emit)
        else:
            super().write(data)

    def forget(self) -> None:
        """Send the whole screen again: nobody knows what the terminal shows."""
        if self._writer is not None:
            self._writer.forget()
            self._emit_now()

    def _emit_now(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._emit()

    def _answered(self) -> None:
        if self._due is not None:
            self._emit_now()

    def _count_answers(self) -> None:
        while self._heard:
            self._pace.answered(self._heard.popleft())

    def _emit(self) -> None:
        self._due = None
        self._count_answers()
        writer, line = self._writer, self._writer_thread
        if writer is None or line is None:
            return
        wait = self._pace.wait() or (BACKLOG if line._queue.qsize() > 1 else 0)
        if wait:
            self._due = self._loop.call_later(wait, self._emit)
            if self._heard:  # it came in between, when nothing seemed to wait for it
                self._emit_now()
            return
        text = writer.changes()
        if not text:
            return
        if self._pace.asks:
            text += QUESTION
            self._pace.sent(len(text.encode("utf-8", "replace")))
        line.write(f"{SYNC_START}{text}{SYNC_END}" if self._sync else text)
        if writer.is_full:
            writer.resize(*writer.size)
            self._app.screen.refresh(layout=True)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal itself: COLUMNS and LINES, where a shell exports them, stay as they were."""
        for number in (self._line.fileno(), self.fileno):
            with suppress(OSError):
                size = os.get_terminal_size(number)
                if size.columns and size.lines:
                    return size.columns, size.lines
        return super()._get_terminal_size()

    def _follow_size(self) -> None:
        """Send everything after a change of size, also where the size is the old one in the end."""
        before = signal.getsignal(signal.SIGWINCH)

        def resized() -> None:
            if callable(before):
                before(signal.SIGWINCH, None)
            self._size_changed()

        # By the loop: Python's own handlers wait until the main thread wakes, and where a signal comes just
        # before it sleeps, or to another thread, that is the next key. The loop is woken by every signal.
        self._loop.add_signal_handler(signal.SIGWINCH, resized)

    def set_ambiguous(self, cells: int) -> None:
        """Give signs on which terminals differ one cell or two from the next frame on, a whole one."""
        if self._writer is not None:
            self._writer = ScreenWriter(*self._writer.size, ambiguous=cells, erases=self._erases)

    def _size_changed(self) -> None:
        if self._writer is not None:
            self._writer.forget()
            if self._due is None:
                self._due = self._loop.call_later(SETTLED, self._emit)
