"""When a screen is painted: once, with what it shows, and not before that in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from textual.app import App

AT_LATEST = 0.3


@contextmanager
def painted_once(app: App[Any]) -> Generator[None, None, None]:
    """Paint what is opened meanwhile when its rows are there; what takes longer is painted as it comes."""
    waits = True

    def paint() -> None:
        nonlocal waits
        if waits:
            waits = False
            app._end_batch()

    app._begin_batch()
    late = asyncio.get_running_loop().call_later(AT_LATEST, paint)
    try:
        yield
    finally:
        late.cancel()
        paint()
