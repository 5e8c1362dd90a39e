"""What a session does without: Textual's own command palette, and memory kept apart for each thread."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import ModuleType

NAME = "textual.command"  # its place ours has; it takes ten widgets along
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


M_ARENA_MAX = -8  # of malloc.h


def share_memory() -> None:
    """Let all threads allocate in one place; before there are any. Each would keep a megabyte of its own.

    A thread that works holds Python's lock, so none waits for another. Where the C library is another than
    GNU's it has no such choice.
    """
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def load_textual() -> None:
    """Import Textual's application; an empty palette stands in meanwhile (12 ms of a start)."""
    if "textual.app" in sys.modules or NAME in sys.modules:
        return
    palette = ModuleType(NAME)
    for name in ASKED:
        setattr(palette, name, type(name, (), {}))
    sys.modules[NAME] = palette
    try:
        import textual.app  # noqa: F401
    finally:
        del sys.modules[NAME]
