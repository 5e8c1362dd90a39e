"""What the common options of a call come to, handed to every command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crm_tui import config
from crm_tui.cli.diagnostics import say
from crm_tui.cli.output import Output

if TYPE_CHECKING:
    from crm_tui.session import Session

# Opens the terminal interface: path, read only, mouse; returns the exit status.
Screens = Callable[[Path, bool, bool], int]


@dataclass
class State:
    """The options of one call: database, output, and who opens screens."""

    screens: Screens
    db: Path | None = None
    read_only: bool = False
    mouse: bool = True
    status: int = 0
    out: Output = field(default_factory=Output)

    @property
    def path(self) -> Path:
        """The database in question: ``--db``, else CRM_DB, else the user's own."""
        return self.db or config.default_database()

    def session(self, *, write: bool = False) -> Session:
        """Open the database for the user; reading commands open it for reading only.

        Raises BadInput, NotPermitted, Busy or Fault with a sentence.
        """
        from crm_tui.session import open_session

        session = open_session(self.path, read_only=self.read_only or not write, source="cli")
        if session.warning:
            say(session.warning)
        return session
