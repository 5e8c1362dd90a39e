"""Actions found by what people type: Chinese, full pinyin, initials, English, an id, a key."""

from __future__ import annotations

from functools import lru_cache

from crm_tui.text.fold import fold
from crm_tui.text.pinyin import reading
from crm_tui.tui.keymap import HelpLine


@lru_cache(maxsize=512)
def spelled(label: str) -> tuple[str, str]:
    """Return full pinyin and initials of a label, other signs as they are: 记跟进 gives jigenjin, jgj."""
    parts = [reading(char) or char for char in fold(label)]
    return "".join(parts), "".join(part[:1] for part in parts)


def matches(line: HelpLine, text: str) -> bool:
    """Tell whether every word of a search is in the keys, names, help, id or pinyin of an action."""
    action = line.action
    known = " ".join(
        (line.keys, line.label, line.help, action.id, action.label, action.help, action.words)
    ).casefold()
    return all(
        word in known or (word.isascii() and any(word in spelling for spelling in spelled(line.label)))
        for word in text.casefold().split()
    )


def nearness(line: HelpLine, text: str) -> int:
    """Return how well an action that matches is what was meant: 0 its very name, 3 by its help alone."""
    wanted = text.casefold().strip()
    action = line.action
    names = (
        line.label.casefold(),
        action.label.casefold(),
        action.id,
        *spelled(line.label),
        *action.words.split(),
    )
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else 3
