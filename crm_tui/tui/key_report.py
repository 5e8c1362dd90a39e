"""The keys in force, screen by screen, as plain data for the command line."""

from __future__ import annotations

from typing import Any, NamedTuple

from crm_tui.locale import _
from crm_tui.tui.keymap import Keymap
from crm_tui.tui.keys import REASONS, problem_of, show_key
from crm_tui.tui.kinds import SCREEN_TITLES


class KeyLine(NamedTuple):
    """One action on one screen: titles translated, keys as people write them, whether the user set them."""

    kind: str
    screen: str
    keys: tuple[str, ...]
    action: str
    label: str
    help: str
    own: bool


class KeyReport(NamedTuple):
    """Every action of every screen, what is wrong in the user's settings, and the keys nobody can have."""

    lines: tuple[KeyLine, ...]
    problems: tuple[str, ...]
    forbidden: tuple[tuple[str, str], ...]


def report(overrides: Any = None) -> KeyReport:
    """Return the keys in force under a ``[keys]`` table of the user's settings."""
    keymap = Keymap(overrides)
    lines = [
        KeyLine(kind, _(title), tuple(line.keys.split("  ")), line.action.id, line.label, line.help, line.own)
        for kind, title in SCREEN_TITLES.items()
        for line in keymap.help_for(kind)
    ]
    forbidden = {show_key(key): problem_of(key) for key in REASONS}
    return KeyReport(tuple(lines), keymap.problems, tuple(forbidden.items()))
