"""What the screens' app needs of an opened session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Session(Protocol):
    """What the app needs of an opened session; its methods run on the database thread."""

    @property
    def user_name(self) -> str:
        """The acting user's name."""

    @property
    def zone(self) -> str:
        """The team's zone, e.g. Asia/Shanghai."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written (translated), '' when it can."""

    def write(self, fn: Callable[..., Any], *args: Any, reason: str | None = None, **kw: Any) -> Any:
        """Run ``fn(change, *args, **kw)`` as one change set."""

    def undo_last(self) -> str:
        """Undo the user's own last set and return a sentence that says what was undone."""

    def redo_last(self) -> str:
        """Redo what was undone last and return a sentence that says so."""
