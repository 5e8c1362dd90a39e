"""When a screen is painted: once, with what it shows, and not before that in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App

AT_LATEST = 0.3
TURNS = 3  # of the loop, in which widgets hear of their sizes and ask for others


@asynccontextmanager
async def painted_once(app: App[Any]) -> AsyncGenerator[None, None]:
    """Paint what is opened meanwhile when its rows are there; what takes longer is painted as it comes."""
    waits = True

    def paint() -> None:
        nonlocal waits
        if waits:
            waits = False
            app._end_batch()
            # Textual asks the app alone; a screen that came to rest meanwhile would wait for the next key.
            app.screen.check_idle()

    app._begin_batch()
    late = asyncio.get_running_loop().call_later(AT_LATEST, paint)
    try:
        yield
        if waits and app._batch_count == 1:
            # Scroll bars, and what depends on a width, come by the first layout: not in a frame of their own.
            app.screen._refresh_layout()
            for _turn in range(TURNS):
                await asyncio.sleep(0)
    finally:
        late.cancel()
        paint()
