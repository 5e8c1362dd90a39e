"""What a check came to: how it stands, in one sentence, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.locale import N_

GOOD, MENDED, WARN, SHORT, BAD = "good", "mended", "warn", "short", "bad"
LABELS = {
    GOOD: N_("good"),
    MENDED: N_("mended"),
    WARN: N_("note"),
    SHORT: N_("short"),
    BAD: N_("broken"),
}


class Finding(NamedTuple):
    """One check: its translated title, ``state`` (good, mended, warn, short, bad), a sentence, the next step.

    ``name`` identifies the check in JSON and tests.
    """

    name: str
    title: str
    state: str
    said: str
    todo: str = ""
