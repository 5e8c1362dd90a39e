"""Sorting numbers such as C20240501002 and 2024-SH-1000 by their counters."""

from __future__ import annotations

import re
import unicodedata

DIGITS = 20
"""Cells a run of digits is padded to; longer runs sort after all of these, by length."""

_RUN = re.compile(r"[0-9]+")


def _padded(found: re.Match[str]) -> str:
    digits = found[0].lstrip("0")
    # ':' is the character after '9', so each further digit puts the run behind all shorter ones.
    return ":" * (len(digits) - DIGITS) + digits.zfill(DIGITS)


def natural_key(s: str) -> str:
    """Return a sort key in which runs of digits compare as numbers: 2024-SH-9 before 2024-SH-10.

    Width and case do not matter; texts that differ in leading zeros only have the same key.
    """
    return _RUN.sub(_padded, unicodedata.normalize("NFKC", s).casefold().strip())
