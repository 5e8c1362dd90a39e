"""One opened session for many calls of the command line: opening costs more than most of what is called."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import crm_tui.session
from crm_tui.session import Session


class Lasting(Session):
    """A session that stays open when a command is done with it."""

    def close(self) -> None:
        """Stay; what a later process would read anew is forgotten."""
        self.renew_words()

    def end(self) -> None:
        """Close after the last call."""
        super().close()


@contextmanager
def kept(path: Path) -> Generator[None]:
    """Give every call on a database one and the same session; what is called elsewhere opens its own."""
    real = crm_tui.session.open_session
    session = real(path, source="cli")
    session.__class__ = Lasting
    assert isinstance(session, Lasting)

    def again(asked: Path, *, login: str | None = None, read_only: bool = False, source: str = "tui") -> Any:
        if asked != path or login is not None:
            return real(asked, login=login, read_only=read_only, source=source)
        session.refresh_policy()
        return session

    crm_tui.session.open_session = again
    try:
        yield
    finally:
        crm_tui.session.open_session = real
        session.end()
