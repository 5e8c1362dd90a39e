"""Sets of many signs that cost a start nothing."""

from __future__ import annotations

_MOST_KNOWN = 5000


class Signs:
    """The signs of some ranges, given as the first and the last of each; learned as texts have them.

    A pattern of them takes a start up to 2 ms to compile, for it goes through every sign of each range.
    """

    __slots__ = ("_known", "_ranges")

    def __init__(self, ranges: str) -> None:
        self._ranges = tuple(zip(ranges[::2], ranges[1::2], strict=True))
        self._known: set[str] = set()

    def __contains__(self, sign: str) -> bool:
        return sign in self._known or self._holds(sign)

    def cover(self, text: str) -> bool:
        """Tell whether a text is made of these signs only."""
        return self._known.issuperset(text) or all(map(self.__contains__, text))

    def _holds(self, sign: str) -> bool:
        for first, last in self._ranges:
            if first <= sign <= last:
                if len(self._known) < _MOST_KNOWN:
                    self._known.add(sign)
                return True
        return False
