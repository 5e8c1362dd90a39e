"""Which colours suit the terminal: ours where it has many, its own where it has few or wants none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.theme import Theme

DARK = Theme(
    name="crm-dark",
    primary="#7fb4e8",
    secondary="#8fb8a8",
    warning="#e0b25c",
    error="#f08a80",
    success="#8cc98c",
    accent="#7fb4e8",
    foreground="#e4e6ea",
    background="#16181c",
    surface="#1b1e23",
    panel="#22262c",
    dark=True,
)
LIGHT = Theme(
    name="crm-light",
    primary="#1f5f9e",
    secondary="#2c6e5a",
    warning="#8a5a00",
    error="#b3261e",
    success="#226b2e",
    accent="#1f5f9e",
    foreground="#1c1e22",
    background="#fafafa",
    surface="#f2f3f5",
    panel="#e9ebee",
    dark=False,
)
CONTRAST = Theme(
    name="crm-contrast",
    primary="#66ccff",
    secondary="#66ffcc",
    warning="#ffd000",
    error="#ff7070",
    success="#66ff66",
    accent="#66ccff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101010",
    dark=True,
)
OURS = (DARK, LIGHT, CONTRAST)
CHOICES = (*(theme.name for theme in OURS), "ansi-dark", "ansi-light")


def choose(environment: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """Return the name of the theme to start with.

    NO_COLOR or a terminal of 16 colours means the terminal's own colours (``ansi-dark``); else what the
    user set as ``theme``, else dark.
    """
    wanted = settings.get("theme")
    many = "256" in environment.get("TERM", "") or environment.get("COLORTERM", "") in ("truecolor", "24bit")
    if environment.get("NO_COLOR") or not many:
        return wanted if wanted in ("ansi-dark", "ansi-light") else "ansi-dark"
    return wanted if wanted in CHOICES else DARK.name
