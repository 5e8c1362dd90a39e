"""The stylesheets: few before the first frame, the others one by one while nobody presses a key."""

from __future__ import annotations

from pathlib import Path

from textual.css.stylesheet import Stylesheet

HERE = Path(__file__).parent
# Of the lists that a session begins with. Those of Textual's own CSS_PATH on a screen would style all anew.
FIRST = ("app.tcss", "widgets/table.tcss", "widgets/lines.tcss", "screens/today.tcss")
# What these rooms show is styled by FIRST alone.
PLAIN = frozenset({"today", "customers"})


def first() -> list[Path]:
    """Return the sheets that the first frame needs."""
    return [HERE / name for name in FIRST]


class Sheets:
    """Brings the sheets that came not at the start into a stylesheet."""

    def __init__(self, stylesheet: Stylesheet) -> None:
        self._stylesheet = stylesheet
        self._left: list[Path] | None = None

    def one_more(self) -> bool:
        """Parse the next sheet and tell whether there was one."""
        left = self._found()
        if left:
            self._stylesheet.read(left.pop())
            self._stylesheet.parse()
        return bool(left)

    def all(self) -> None:
        """Parse all that are left: a screen that may need them opens."""
        left = self._found()
        if left:
            self._stylesheet.read_all([left.pop() for _sheet in range(len(left))])
            self._stylesheet.parse()

    def _found(self) -> list[Path]:
        if self._left is None:
            sheets = {*HERE.glob("widgets/*.tcss"), *HERE.glob("screens/*.tcss")}
            self._left = sorted(sheets - set(first()), reverse=True)
        return self._left
