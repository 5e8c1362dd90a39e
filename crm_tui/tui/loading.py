"""What a session does without: parts of Textual, caches that stay empty, memory apart for each thread."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

NAME = "textual.command"  # its place ours has; it takes ten widgets along (12 ms of a start)
# Where a browser saves what is downloaded: asked by nobody here (8 ms and 0.7 MB, with tempfile and shutil).
FOLDERS, DOWNLOADS = "platformdirs", "user_downloads_path"
# What Textual asks of it while it is loaded; used only where ENABLE_COMMAND_PALETTE is on.
ASKED = (
    "CommandListItem",
    "CommandPalette",
    "DiscoveryHit",
    "Hit",
    "Hits",
    "Provider",
    "SimpleProvider",
)


class Pieces:
    """What a painted line keeps of its pieces, the latest few: a line has seven of these, mostly empty.

    In place of ``textual.cache.FIFOCache``, which holds a dict from the start: 1.5 MB of a session.
    """

    __slots__ = ("_kept", "_most")

    def __init__(self, maxsize: int) -> None:
        self._most = maxsize
        self._kept: dict[Any, Any] | None = None

    def get(self, key: Any) -> Any:
        """Return what is kept under a key, None when nothing is."""
        return None if self._kept is None else self._kept.get(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._kept is None:
            self._kept = {}
        elif len(self._kept) >= self._most and key not in self._kept:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = value


M_ARENA_MAX = -8  # of malloc.h


def share_memory() -> None:
    """Let all threads allocate in one place; before there are any. Each would keep a megabyte of its own.

    A thread that works holds Python's lock, so none waits for another. Where the C library is another than
    GNU's it has no such choice.
    """
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _downloads() -> Any:
    return getattr(import_module(FOLDERS), DOWNLOADS)()


def load_textual() -> None:
    """Import Textual's application without what it never needs here, for which others stand in meanwhile."""
    if "textual.app" in sys.modules or NAME in sys.modules:
        return
    palette = ModuleType(NAME)
    for name in ASKED:
        setattr(palette, name, type(name, (), {}))
    stand_ins = {NAME: palette}
    if FOLDERS not in sys.modules:
        stand_ins[FOLDERS] = folders = ModuleType(FOLDERS)
        setattr(folders, DOWNLOADS, _downloads)
    sys.modules |= stand_ins
    try:
        import textual.app
    finally:
        for name in stand_ins:
            del sys.modules[name]
    import textual.strip

    textual.strip.FIFOCache = Pieces  # ty: ignore[invalid-assignment]
