"""Whether the terminal's background is light: asked once (OSC 11), the answer taken out of the keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from crm_tui import clock

ASK = "\x1b]11;?\x1b\\"
PATIENCE = 3.0  # seconds in which an answer may come
_ANSWER = re.compile(
    r"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]{0,6}(?:\x07|\x1b\\)"
)
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,32}\x1b?)?)?)?)?$")
# The consoles of Linux and of serial lines print what they do not know.
_DEAF = ("linux", "dumb", "vt", "ansi", "cons", "sun", "wyse", "unknown")


def is_asked(environment: Mapping[str, str]) -> bool:
    """Tell whether a terminal can be asked without harm."""
    term = environment.get("TERM", "")
    return bool(term) and not term.startswith(_DEAF)


def by_variable(environment: Mapping[str, str]) -> str:
    """Return ``light`` or ``dark`` where COLORFGBG tells it (rxvt, Konsole), else ''."""
    last = environment.get("COLORFGBG", "").rpartition(";")[2]
    return ("light" if last in ("7", "15") else "dark") if last.isdigit() else ""


class Listener:
    """Takes the answer out of what the terminal sends; ``told`` gets ``light`` or ``dark``, at most once.

    ``take(text)`` returns the text without the answer, holding back what may be its beginning; ``rest()``
    returns what of it was a key when nothing more came. After ``PATIENCE`` seconds all passes as it is.
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self.held = ""
        self._until: float | None = None

    def expect(self) -> None:
        """Wait for an answer from now on."""
        self._until = clock.stopwatch() + PATIENCE

    def take(self, text: str) -> str:
        """Return what is left for the keys of a text that the terminal sent."""
        if self._until is None:
            return text
        text, self.held = self.held + text, ""
        if answer := _ANSWER.search(text):
            self._until = None
            self._told("light" if _brightness(answer.groups()) > 0.5 else "dark")
            return text[: answer.start()] + text[answer.end() :]
        if clock.stopwatch() > self._until:
            self._until = None
        elif begun := _BEGUN.search(text):
            self.held = text[begun.start() :]
            text = text[: begun.start()]
        return text

    def rest(self) -> str:
        """Return what was held back for too long where it was a key; half an answer is none."""
        text, self.held = self.held, ""
        return text if len(text) < 3 else ""


def _brightness(parts: tuple[str, ...]) -> float:
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in parts)
    return 0.299 * red + 0.587 * green + 0.114 * blue
