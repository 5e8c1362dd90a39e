"""What is meant by a text typed to jump in a list."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_tui.text.fold import fold

_LINE = re.compile(r"[:：#](\d{1,12})")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)[%％]")
LARGEST = 10**12


class Place(NamedTuple):
    """Where to go: ``line`` (from 1), ``percent`` (0 to 100), or ``text``, with its number if it is one."""

    kind: str
    text: str
    number: float = 0.0


def place(text: str) -> Place:
    """Return what ``:1024`` (a line), ``50%`` or anything else (a letter, a customer number) means."""
    text = text.strip()
    if (found := _LINE.fullmatch(text)) is not None:
        return Place("line", text, max(int(found[1]), 1))
    if (found := _PERCENT.fullmatch(text)) is not None:
        return Place("percent", text, min(float(found[1]), 100))
    digits = fold(text)
    number = int(digits) if digits.isascii() and digits.isdigit() and int(digits) < LARGEST else 0
    return Place("text", text, number)
