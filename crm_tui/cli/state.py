"""What the common options of a call come to, handed to every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crm_tui import config
from crm_tui.cli.diagnostics import say
from crm_tui.cli.output import Output
from crm_tui.errors import NotPermitted
from crm_tui.locale import _

if TYPE_CHECKING:
    from crm_tui.session import Session

# Opens the terminal interface: path, read only, mouse (None: as the user says in the settings), and by name
# ``plain`` output and the ``first`` screen; returns the status.
Screens = Callable[..., int]


class KeyReport(Protocol):
    """The keys in force: a line for each action of each screen, sentences about lines of the user's settings
    that do not count, and (key, reason) of what no action can have."""

    @property
    def lines(self) -> Sequence[Any]:
        """Lines with kind, screen, keys, action, label, help and own."""

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong in the user's settings, translated."""

    @property
    def forbidden(self) -> Sequence[tuple[str, str]]:
        """Keys that terminals keep, each with its reason."""


def _no_keys(_overrides: Any) -> KeyReport:
    raise RuntimeError("the command line was started without the keys of the screens")


@dataclass
class State:
    """The options of one call: database, output, and who opens screens."""

    screens: Screens
    db: Path | None = None
    read_only: bool = False
    mouse: bool | None = None
    status: int = 0
    keys: Callable[[Any], KeyReport] = _no_keys
    out: Output = field(default_factory=Output)

    @property
    def path(self) -> Path:
        """The database in question: ``--db``, else CRM_DB, else the user's own."""
        return self.db or config.default_database()

    def session(self, *, write: bool = False) -> Session:
        """Open the database for the user; reading commands open it for reading only.

        Raises BadInput, NotPermitted, Busy or Fault with a sentence; a writing command is refused at once
        where nothing can be written.
        """
        from crm_tui.session import open_session

        if write and self.read_only:
            raise self.refusal(_("You asked for reading only."))
        session = open_session(self.path, read_only=not write, source="cli")
        if write and session.read_only:
            session.close()
            raise self.refusal(session.read_only)
        if session.warning:
            say(session.warning)
        return session

    def noting(self) -> Session:
        """Open the database for a command that reads and notes so; for reading where it can only be."""
        from crm_tui.session import open_session

        session = open_session(self.path, read_only=self.read_only, source="cli")
        if session.warning:
            say(session.warning)
        return session

    @staticmethod
    def refusal(reason: str) -> NotPermitted:
        """Return the refusal of a writing command where nothing can be written."""
        return NotPermitted(_("The database is open for reading only."), _("Nothing was changed."), reason)
