"""Textual, loaded without its own command palette, whose place ours has: it takes ten widgets along."""

from __future__ import annotations

import sys
from types import ModuleType

NAME = "textual.command"
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
