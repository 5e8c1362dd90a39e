"""Where a list goes when somebody types a letter, a number, a day or the beginning of a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crm_tui.customers.filter_ranges import span
from crm_tui.text.fold import fold
from crm_tui.text.natural import natural_key

if TYPE_CHECKING:
    from crm_tui.customers.store_filter import Reading


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


class BySound(dict[Any, tuple[int, str]]):
    """The place of any text: by its sound."""

    def __init__(self, sort_key: Callable[[str], str]) -> None:
        super().__init__()
        self._sort_key = sort_key

    def get(self, key: Any, default: Any = None) -> tuple[int, str]:
        return 0, self._sort_key(str(key))
