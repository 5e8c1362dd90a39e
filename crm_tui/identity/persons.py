"""Names of persons as they are typed for contacts: without their titles, and how they are read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_tui.text.fold import fold
from crm_tui.text.pinyin import readings
from crm_tui.text.surnames import COMPOUND, surname_readings

_TITLE = re.compile(
    r"(?:\([^()]*\)|(?:副?(?:董事长|总经理|总裁|总监|经理|主任|主管|部长|科长|处长|局长|院长|所长|校长|厂长|店长|行长|站长|队长"
    r"|书记|总工|总)|先生|女士|小姐|太太|老师|老板|师傅|师父|工程师|会计|出纳|秘书|助理|医生|大夫|教授|博士|律师|专员|工|姐|哥|董"
    r"|mr|ms|mrs|miss))+$"
)
_BEFORE = re.compile(r"^(?:联系人|业务员|mr|ms|mrs|miss|dr)[.:]?")
_MASK = re.compile(r"[*某xx×]+$")
_LOUDER = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class PersonName(NamedTuple):
    """A person's name without titles; ``known`` says whether it is more than a surname (王总: it is not)."""

    name: str
    known: bool


@lru_cache(maxsize=8192)
def person_name(typed: str) -> PersonName:
    """Return the name in a cell: 王伟 of 王伟经理, the surname 王 of 王总, '' of an empty cell."""
    text = fold(typed).translate(_DROPPED)
    if not text:
        return PersonName("", False)
    bare = _MASK.sub("", _TITLE.sub("", _BEFORE.sub("", text)))
    if not bare:
        bare = text
    # 李工 and 小王 are no given names; 欧阳总 is a surname of two signs.
    if len(bare) == 2 and bare[0] in "小老" and bare[1] not in "小老":
        return PersonName(bare[1], False)
    return PersonName(bare, len(bare) > 1 and bare not in COMPOUND)


_DROPPED = str.maketrans("", "", "·.。-_ '\"")


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    """Return a character's first reading with the sounds folded that people mix up, itself without one."""
    found = readings(char)
    return softened(found[0]) if found else char


@lru_cache(maxsize=1024)
def softened(syllable: str) -> str:
    """Return a syllable with zh, ch, sh as z, c, s and -ng as -n: what the ear does not keep apart."""
    for hard, soft in _LOUDER:
        if syllable.startswith(hard):
            syllable = soft + syllable[2:]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sound(text: str) -> str:
    """Return how a text in simplified characters sounds, one syllable for each; other signs as they are."""
    return " ".join([_sound(char) for char in text])


def sound_alike(name: str, other: str) -> bool:
    """Tell whether two names of more than a surname sound the same (person_sound)."""
    # Mostly the last sign tells that they do not.
    return (
        len(name) == len(other)
        and _sound(name[-1]) == _sound(other[-1])
        and person_sound(name) == person_sound(other)
    )


def person_sound(name: str) -> str:
    """Return how a person's name sounds, its surname read as surnames are (单 shan, 曾 zeng)."""
    own = surname_readings(name)
    if not own:
        return sound(name)
    given = sound(name[len(own) :])
    return " ".join([softened(one) for one in own] + ([given] if given else []))
