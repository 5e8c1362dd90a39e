"""Where a list goes when somebody types a letter, a number, a day or the beginning of a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crm_tui.customers.filter_ranges import span
from crm_tui.customers.store_list import people
from crm_tui.presets.store import ordered_keys
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold
from crm_tui.text.natural import natural_key

if TYPE_CHECKING:
    from crm_tui.customers.store_filter import Reading

FAR = "\U0010ffff"


def rank_of(reader: sqlite3.Connection, kind: str) -> dict[Any, tuple[int, str]]:
    """Return the place of each value of an order: words as in their list, names and places by pinyin."""
    from crm_tui.text.pinyin import sort_key

    if kind == "person":
        return {key: (0, sort_key(name)) for key, name in people(reader)}
    if kind == "place":
        return BySound(sort_key)
    return {key: (0, f"{place:06d}") for place, key in enumerate(ordered_keys(reader, kind))}


def keys_of(prefix: str, column: str, reading: Reading, backwards: bool) -> list[Any]:
    """Return the keys to look for in an order's column, best first; none where the text means nothing."""
    if column == "s.name_sort":
        from crm_tui.text.pinyin import jump_keys

        return list(jump_keys(prefix))
    if column == "c.no_sort":
        return [natural_key(prefix)] if prefix.strip() else []
    days = span(prefix)
    if days is None:
        return []
    return [reading.key_at(column, days[1 if backwards else 0], end=backwards)]


def segment_of(prefix: str, labels: Sequence[Any]) -> int | None:
    """Return which of some labels begins with a text or with its letters in pinyin, None when none does."""
    from crm_tui.text.pinyin import jump_keys, sort_key

    wanted = fold(prefix)
    if not wanted:
        return None
    texts = [str(label) if label is not None else "" for label in labels]
    for index, text in enumerate(texts):
        if text and fold(text).startswith(wanted):
            return index
    keys = jump_keys(prefix)
    for index, text in enumerate(texts):
        if text and any(sort_key(text).startswith(key) for key in keys):
            return index
    return None


def place_among(
    total: int, place: Callable[[int], tuple[int, Any]], index: int, keys: Sequence[Any] | None, falls: bool
) -> int | None:
    """Return the first of some lines that is not before a key of a segment; best the first key that is there.

    ``place`` gives segment and key of a line; ``keys`` None means the beginning of the segment.
    """

    def first(key: Any) -> int:
        low, high = 0, total
        while low < high:
            middle = (low + high) // 2
            at, held = place(middle)
            before = at < index or (at == index and key is not None and (held > key if falls else held < key))
            low, high = (middle + 1, high) if before else (low, middle)
        return low

    if keys is None:
        line = first(None)
        return line if line < total else None
    line = total
    for key in keys:
        line = first(key)
        if line < total and (len(keys) == 1 or str(place(line)[1]).startswith(key.rstrip(FAR))):
            return line
    return line if line < total else None


class BySound(dict[Any, tuple[int, str]]):
    """The place of any text: by its sound."""

    def __init__(self, sort_key: Callable[[str], str]) -> None:
        super().__init__()
        self._sort_key = sort_key

    def get(self, key: Any, default: Any = None) -> tuple[int, str]:
        return 0, self._sort_key(str(key))
