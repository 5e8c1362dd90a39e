"""Every class of screen that the interface opens, found in its source: each belongs into a walk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import crm_tui.tui
from crm_tui.tui import screens
from crm_tui.tui.rooms import ROOMS
from crm_tui.tui.screens.base import BaseScreen


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


@cache
def every_screen() -> frozenset[str]:
    """Return the names of the screens that a room names or that the source makes; not what they share."""
    for module in iter_modules(screens.__path__):
        import_module(f"{screens.__name__}.{module.name}")
    root = Path(next(iter(crm_tui.tui.__path__)))
    source = "\n".join(path.read_text("utf-8") for path in sorted(root.rglob("*.py")))
    made = set(re.findall(r"(?<!class )\b([A-Z]\w+)\(", source))
    made |= {place.partition(":")[2] for place in ROOMS.values()}
    every = [one for one in _below(BaseScreen) if one.__module__.startswith("crm_tui")]
    return frozenset(one.__name__ for one in every if one.__name__ in made or not one.__subclasses__())
