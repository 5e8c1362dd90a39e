"""Which colours suit the terminal: ours where it has many, its own where it has few or wants none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.theme import Theme

from crm_tui.locale import N_
from crm_tui.tui.background import by_variable

# All from the palette of 256 colours: each is sent in half the bytes.
DARK = Theme(
    name="crm-dark",
    primary="#87afd7",
    secondary="#87afaf",
    warning="#d7af5f",
    error="#ff8787",
    success="#87d787",
    accent="#87afd7",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
)
LIGHT = Theme(
    name="crm-light",
    primary="#005faf",
    secondary="#005f5f",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    accent="#005faf",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#eeeeee",
    panel="#e4e4e4",
    dark=False,
)
CONTRAST = Theme(
    name="crm-contrast",
    primary="#5fd7ff",
    secondary="#5fffd7",
    warning="#ffd700",
    error="#ff8787",
    success="#5fff5f",
    accent="#5fd7ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#121212",
    dark=True,
)
PLAIN = Theme(
    name="crm-plain",
    primary="ansi_default",
    secondary="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    accent="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "input-cursor-text-style": "reverse",
        **dict.fromkeys(
            (
                *("ansi-background", "ansi-foreground", "border", "border-blurred", "scrollbar"),
                *("block-cursor-foreground", "block-cursor-background", "input-cursor-background"),
                *("input-cursor-foreground", "input-selection-background", "input-selection-foreground"),
                *("screen-selection-background", "screen-selection-foreground", "scrollbar-background"),
            ),
            "ansi_default",
        ),
    },
)
OURS = (DARK, LIGHT, CONTRAST, PLAIN)
TITLES = {
    DARK.name: N_("Dark"),
    LIGHT.name: N_("Light"),
    CONTRAST.name: N_("High contrast"),
    "ansi-dark": N_("16 colours, dark"),
    "ansi-light": N_("16 colours, light"),
    PLAIN.name: N_("No colours"),
}
FEW = ("ansi-dark", "ansi-light", PLAIN.name)
# Terminals that know bold and reverse alone.
_COLOURLESS = ("dumb", "vt100", "vt102", "vt220", "vt320", "xterm-mono")


def possible(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the themes that a terminal can show: ours need 256 colours, NO_COLOR leaves none."""
    term = environment.get("TERM", "")
    if environment.get("NO_COLOR") or term in _COLOURLESS or term.endswith("-m"):
        return (PLAIN.name,)
    many = "256" in term or "direct" in term or environment.get("COLORTERM", "") in ("truecolor", "24bit")
    return tuple(TITLES) if many else FEW


def automatic(environment: Mapping[str, str], background: str = "") -> str:
    """Return the theme for a terminal by itself; ``background`` is what it last said: light, dark or ''."""
    light = (by_variable(environment) or background) == "light"
    can = possible(environment)
    if DARK.name in can:
        return LIGHT.name if light else DARK.name
    return can[0] if len(can) == 1 or not light else "ansi-light"


def choose(
    environment: Mapping[str, str], settings: Mapping[str, Any], kept: Mapping[str, Any] | None = None
) -> str:
    """Return the name of the theme to start with.

    What was chosen in the program last (``kept``) comes before ``theme`` in the user's settings, and that
    before what suits the terminal; one that the terminal cannot show does not count.
    """
    kept = kept or {}
    can = possible(environment)
    for wanted in (kept.get("theme"), settings.get("theme")):
        if wanted in can:
            return str(wanted)
    return automatic(environment, str(kept.get("background", "")))


def is_chosen(settings: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:
    """Tell whether the user chose a theme, in the program or in the settings."""
    return kept.get("theme") in TITLES or settings.get("theme") in TITLES
