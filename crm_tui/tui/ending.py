"""How the program ends when nobody asked it to: signals, a dropped line, a fault of its own."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from crm_tui.errors import CrmError, Fault
from crm_tui.locale import _
from crm_tui.text.cells import safe
from crm_tui.tui import faults

STDERR = 2


class Ending(App[None], inherit_bindings=False):
    """An app that keeps what is typed, finishes its save and says why when it has to end."""

    last_words = ""
    plain_output = False  # frames as Textual writes them, for a terminal that our own do not suit

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that gives the terminal back on every way out; TEXTUAL_DRIVER is not asked."""
        from crm_tui.tui.driver import TerminalDriver

        return TerminalDriver

    def keep_drafts(self) -> None:
        """Keep what is typed in every open form, at once."""
        for screen in self._open_screens():
            # One form that cannot be kept must not cost the others theirs.
            with suppress(Exception):
                keep = getattr(screen, "keep_now", None)
                if keep is not None:
                    keep()

    def _open_screens(self) -> list[Screen[Any]]:
        return [screen for stack in self._screen_stacks.values() for screen in stack]

    def told_to_end(self, number: int) -> None:
        """End because of a signal, after the save that is under way; the exit status is 128 + its number."""
        self.keep_drafts()
        name = signal.Signals(number).name
        if number != signal.SIGHUP:
            self.last_words = _("Ended by {signal}; what was typed and not saved is kept as a draft.").format(
                signal=name
            )
        faults.note(f"ended by {name}")
        self.exit(return_code=128 + number)

    def paint_again(self) -> None:
        """Paint everything: nobody knows what the terminal shows."""
        forget = getattr(self._driver, "forget", None)
        if forget is not None:
            forget()
        self.screen.refresh(layout=True)

    def _handle_exception(self, error: Exception) -> None:
        self.keep_drafts()
        super()._handle_exception(error)
        self._return_code = error.exit_code if isinstance(error, CrmError) else Fault.exit_code

    def _fatal_error(self) -> None:
        """End with a sentence in place of Textual's traceback, which would show the data around it."""
        error = self._exception
        if error is not None and not self.last_words:
            self.last_words = str(error) if isinstance(error, CrmError) else faults.describe(error)
        self._close_messages_no_wait()

    def leave_terminal(self) -> None:
        """Give the terminal back if the orderly way out was not gone, and say the last words."""
        leave = getattr(self._driver, "leave", None)
        if leave is not None:
            leave()
        if self.last_words:
            said = "".join(f"{safe(line)}\n" for line in self.last_words.split("\n"))
            # Past Python's own buffer: what cannot be written there would change the exit status.
            with suppress(OSError):
                os.write(STDERR, said.encode())
