"""What may come next while a filter is typed: fields first, then their values, found by any spelling."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from crm_tui.customers.filter_blanks import closed_up
from crm_tui.locale import _
from crm_tui.text.fold import fold
from crm_tui.text.pinyin import reading, readings

MOST = 200
_WORD = re.compile(r'(?:"[^"]*"?|[^\s()（）|"])*$')
_OPERATOR = re.compile(r"[:：=＝<>＜＞《》]+")
_HALF = str.maketrans("：＝＜＞《》", ":=<><>")
_NEEDS_QUOTES = re.compile(r'[\s()（）|,，"]')


class Value(NamedTuple):
    """A value to choose: what is inserted, what stands dim beside it, other spellings.

    ``operator`` is the one it goes with (``>`` for 30 days), '' for a value after a colon.
    """

    text: str
    note: str = ""
    spellings: tuple[str, ...] = ()
    operator: str = ""


class Choosable(NamedTuple):
    """A field to filter by: its title, what follows it when it is chosen, its values, other spellings."""

    title: str
    operator: str = ":"
    values: tuple[Value, ...] = ()
    spellings: tuple[str, ...] = ()
    note: str = ""


class Candidate(NamedTuple):
    """One continuation: what is shown, what stands dim beside it, and the whole text if it is taken."""

    shown: str
    note: str
    text: str


class Begun(NamedTuple):
    """The word that is being typed: where it begins, and where its field ends when it has a value."""

    word: str
    start: int
    compared: re.Match[str] | None


def last_word(text: str) -> Begun | None:
    """Return the word at the end of a text, None after a blank."""
    found = _WORD.search(text)
    word = found[0] if found else ""
    without = _("not {part}").format(part="")
    while len(word) > 1 and (word[0] == "-" or (word[0] == without and not without.isascii())):
        word = word[1:]
    return Begun(word, len(text) - len(word), _OPERATOR.search(word)) if word else None


@lru_cache(maxsize=4096)
def sounds(text: str) -> tuple[str, str]:
    """Return a text in pinyin, and by the initials of its syllables; other signs stay."""
    whole = [reading(char) or char for char in fold(text)]
    return "".join(whole), "".join(part[0] for part in whole)


@lru_cache(maxsize=4096)
def _spoken(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple((char, *readings(char)) for char in fold(text))


def is_spelled(wanted: str, text: str, *, inside: bool = False) -> bool:
    """Tell whether a folded text is the beginning of another by beginnings of its syllables: chenxy 陈晓雨.

    ``inside``: of what follows from any sign on.
    """
    parts = _spoken(text)
    return any(_is_begun(wanted, parts[at:]) for at in range(len(parts) if inside else 1))


def _is_begun(wanted: str, parts: Sequence[tuple[str, ...]]) -> bool:
    if not wanted or not parts:
        return not wanted
    most = max(map(len, parts[0]))
    return any(
        _is_begun(wanted[count:], parts[1:])
        for count in range(1, most + 1)
        if any(one.startswith(wanted[:count]) for one in parts[0])
    )


def fits(wanted: str, spellings: Iterable[str]) -> int:
    """Return how well a folded text fits any of the spellings: 3 begins one, 2 sounds, 1 inside, 0 not."""
    best = 0
    for one in spellings:
        folded = fold(one)
        if folded.startswith(wanted):
            return 3
        if is_spelled(wanted, one):
            best = max(best, 2)
        elif wanted in folded:
            best = max(best, 1)
    return best


def candidates(text: str, fields: Sequence[Choosable]) -> list[Candidate]:
    """Return what may follow a text, best first; the text is taken up to the cursor."""
    text = closed_up(text)
    word, start, operator = last_word(text) or Begun("", len(text), None)
    if operator is None:
        return _fields(text[:start], word, fields)
    named = fold(word[: operator.start()])
    field = next((one for one in fields if _names(one, named)), None)
    if field is None:
        return []
    typed = word[operator.end() :]
    head, comma, last = typed.rpartition("，" if "，" in typed else ",")
    name = text[:start] + word[: operator.start()]
    # The colon of a completed field counts no more when a comparison follows it.
    sign = operator[0].translate(_HALF)
    sign = sign.removeprefix(":") or sign
    return _values(name, sign, head + comma, last.strip('"'), field)


def _names(field: Choosable, named: str) -> bool:
    spellings = (field.title, *field.spellings)
    return any(named in (fold(one), *sounds(one)) for one in spellings)


def _fields(before: str, word: str, fields: Sequence[Choosable]) -> list[Candidate]:
    wanted = fold(word)
    ranked: list[tuple[int, Candidate]] = []
    for one in fields:
        rank = fits(wanted, (one.title, *one.spellings)) if wanted else 1
        if rank:
            taken = f"{before}{one.title}{one.operator}"
            ranked.append((rank + 1, Candidate(f"{one.title}{one.operator}", one.note, taken)))
        for value in one.values if wanted else ():
            rank = fits(wanted, (value.text, *value.spellings))
            if rank > 1:
                shown = f"{one.title}{value.operator or ':'}{quoted(value.text)}"
                ranked.append((rank, Candidate(shown, value.note, f"{before}{shown} ")))
    return _best(ranked)


def _values(name: str, sign: str, kept: str, word: str, field: Choosable) -> list[Candidate]:
    wanted = fold(word)
    had = frozenset(map(fold, re.split("[,，]", kept)))
    ranked = []
    for value in field.values:
        own = value.operator or ":"
        if fold(value.text) in had or (own != sign and (kept or sign != ":")):
            continue
        rank = fits(wanted, (value.text, *value.spellings)) if wanted else 1
        if rank:
            shown = value.text if own == ":" else f"{own}{value.text}"
            text = f"{name}{own if own != ':' else sign}{kept}{quoted(value.text)} "
            ranked.append((rank, Candidate(shown, value.note, text)))
    return _best(ranked)


def _best(ranked: list[tuple[int, Candidate]]) -> list[Candidate]:
    return [one for _rank, one in sorted(ranked, key=lambda pair: -pair[0])][:MOST]


def quoted(text: str) -> str:
    """Return a value as it stands in a filter: in quotes where a sign in it would end it."""
    return f'"{text.replace(chr(34), "")}"' if _NEEDS_QUOTES.search(text) else text
