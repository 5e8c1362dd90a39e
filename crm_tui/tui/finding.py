"""Actions found by what people type: Chinese, full pinyin, initials, English, an id, a key, another word."""

from __future__ import annotations

from functools import lru_cache

from crm_tui.locale import translations
from crm_tui.text.fold import fold
from crm_tui.text.pinyin import readings
from crm_tui.tui.keymap import HelpLine
from crm_tui.tui.kinds import Action

WAYS = 16  # of reading a name whose signs have several readings
LEAST, LEAST_LATIN = 2, 4  # signs of a name that tell what is meant within a longer text


@lru_cache(maxsize=1024)
def spelled(name: str) -> tuple[str, ...]:
    """Return a name in pinyin, in full and by initials: 角色 gives jiaose, jiaos, js, juese."""
    full, initials = [""], [""]
    for sign in fold(name):
        ways = readings(sign) or (sign,)
        full = [begun + way for begun in full for way in ways][:WAYS]
        initials = [begun + way[:1] for begun in initials for way in ways][:WAYS]
    return tuple(dict.fromkeys((*full, *initials)))


@lru_cache(maxsize=256)
def names(action: Action) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what an action is called, in any language, by its id and in pinyin; and its other words."""
    own = dict.fromkeys(each.casefold() for each in (*translations(action.label), action.id))
    words = dict.fromkeys(" ".join(translations(action.words)).casefold().split())
    return (
        tuple(dict.fromkeys((*own, *(way for each in own for way in spelled(each))))),
        tuple(dict.fromkeys((*words, *(way for each in words for way in spelled(each))))),
    )


def matches(line: HelpLine, text: str) -> bool:
    """Tell whether every word of a search is in the keys, names, help, id or pinyin of an action."""
    own, words = names(line.action)
    known = " ".join((line.keys, *translations(line.action.help), *own, *words)).casefold()
    return all(word in known for word in text.casefold().split())


def nearness(line: HelpLine, text: str) -> int:
    """Return how well an action that matches is what was meant: 0 its very name, 4 by its help alone."""
    wanted = text.casefold().strip()
    own, words = names(line.action)
    if wanted in own:
        return 0
    if wanted in words:
        return 1
    if any(name.startswith(wanted) for name in (*own, *words)):
        return 2
    return 3 if any(wanted in name for name in (*own, *words)) else 4


def named_in(line: HelpLine, text: str) -> int:
    """Return how many signs of a text are the longest name of an action: 2 of 改权限 (权限); 0 for none."""
    wanted = "".join(text.casefold().split())
    own, words = names(line.action)
    return max(
        (
            len(name)
            for name in (*own, *words)
            if len(name) >= (LEAST_LATIN if name.isascii() else LEAST) and name in wanted
        ),
        default=0,
    )
