"""Filters as people type them and see them again: ``行业:制造业 等级:A,B (最近跟进>30天 或 下次跟进:逾期)``.

Blanks mean AND; ``或``, ``or`` and ``|`` mean OR; ``非``, ``not`` and ``-`` before a part mean NOT; brackets
group. A condition is KEY:VALUE,VALUE or KEY>N天 or KEY<N天; everything else is words to look for.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from crm_tui.customers.filter_blanks import closed_up
from crm_tui.customers.filter_fields import (
    DEEPEST,
    FILTER_FIELDS,
    ME,
    MOST,
    MOST_VALUES,
    OPS,
    PERIODS,
    All,
    Any_,
    Condition,
    Filter,
    FilterField,
    Not_,
    conditions,
    field_keys,
    from_data,
    of,
    plain,
    to_data,
)
from crm_tui.customers.filter_ranges import span
from crm_tui.customers.filter_shown import (
    AND,
    ANYTHING,
    CLOSE,
    JOINS,
    NOT,
    NOTHING,
    OPEN,
    OR,
    text_of,
)
from crm_tui.errors import BadInput
from crm_tui.locale import _, translations
from crm_tui.presets.store import Dictionary
from crm_tui.text.fold import fold

__all__ = [
    "FILTER_FIELDS",
    "ME",
    "OPS",
    "PERIODS",
    "All",
    "Any_",
    "Condition",
    "Filter",
    "FilterField",
    "Not_",
    "conditions",
    "from_data",
    "parse",
    "plain",
    "text_of",
    "to_data",
]

LONGEST = 4000
NAMED = 12  # choices named in a message
SIGNS = {"(": OPEN, "（": OPEN, ")": CLOSE, "）": CLOSE, "|": OR, "｜": OR}
QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂"}
COMPARED = re.compile(r"([^:：=<>＜＞≤≥≠!！]{1,20})(>=|<=|!=|≥|≤|≠|>|<|＞|＜|:|：|=)(.*)", re.DOTALL)
OPENERS = {"＞": ">", "＜": "<", "：": ":", "=": ":", "≥": ">=", "≤": "<=", "≠": "!=", "》": ">", "《": "<"}
COMPARISONS = (">", ">=", "<", "<=")
COMPARING = re.compile(r">=|<=|≥|≤|>|<|＞|＜|》|《")
DAYS = re.compile(
    r"(\d{1,5})(天|日|d|day|days|周|个?星期|w|week|weeks|个?月|m|month|months|年|y|year|years)?", re.A
)
UNITS = {"周": 7, "w": 7, "星": 7, "月": 30, "m": 30, "年": 365, "y": 365}


class _Word(NamedTuple):
    kind: str  # word, and, or, not, ( or )
    text: str
    at: int
    quoted: bool = False


def parse(
    text: str,
    words: Dictionary,
    people: Mapping[str, int],
    me: int = 0,
    today: date | None = None,
) -> tuple[Filter | None, str]:
    """Return the filter that a text means, and its free words, which are looked for in the files.

    ``people`` gives persons by folded name or login. Raises BadInput that names the place and the choices.
    """
    if len(text) > LONGEST or "\0" in text:
        raise BadInput(_("The filter is too long."), "", _("Save a part of it as a view."))
    reader = _Reader(_words(closed_up(text)), words, people)
    tree = reader.whole()
    if tree is None:
        return None, ""
    tree = plain(tree)
    if sum(1 for _one in conditions(tree)) > MOST:
        raise BadInput(_("The filter is too long."), "", _("Save a part of it as a view."))
    return _without_words(tree)


def _without_words(tree: Filter) -> tuple[Filter | None, str]:
    """Take the words that all customers must have out of a filter."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    free = [one for one in parts if isinstance(one, Condition) and one.field == "text"]
    left = tuple(one for one in parts if one not in free)
    text = " ".join(value for one in free for value in one.values)
    if not left:
        return None, text
    return (left[0] if len(left) == 1 else All(left)), text


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in SIGNS:
            found.append(_Word(SIGNS[char], char, at))
            at += 1
        else:
            word, quoted, end = _word(text, at)
            kind = JOINS.get(word.casefold(), "word") if not quoted else "word"
            if kind == "word" and not quoted and word in ("-", "!", "！"):
                kind = NOT
            found += _split(word, at) if kind == "word" and not quoted else [_Word(kind, word, at, quoted)]
            at = end
    return found


def _word(text: str, start: int) -> tuple[str, bool, int]:
    """Return the word that starts here, whether it is all in quotes, and where it ends."""
    at, depth, out = start, 0, []
    while at < len(text):
        char = text[at]
        if char in QUOTES:
            end = text.find(QUOTES[char], at + 1)
            if end < 0:
                raise _wrong(text[start:], _("A quotation mark is not closed."))
            if at == start and (end + 1 == len(text) or text[end + 1].isspace() or text[end + 1] in SIGNS):
                return text[at + 1 : end], True, end + 1
            out.append(QUOTED + text[at + 1 : end] + QUOTED)
            at = end + 1
            continue
        # A bracket within a word belongs to it: 恒达（上海）.
        if char in SIGNS:
            if SIGNS[char] == OPEN and "".join(out) not in ("-", "!", "非", "not"):
                depth += 1
            elif SIGNS[char] == CLOSE and depth:
                depth -= 1
            else:
                break
        elif char.isspace():
            break
        out.append(char)
        at += 1
    return "".join(out), False, at


QUOTED = "\x01"  # around a part of a word that was in quotes


def _split(word: str, at: int) -> list[_Word]:
    """Take a sign of negation off a word."""
    if len(word) > 1 and word[0] in "-!！":
        return [_Word(NOT, word[0], at), _Word("word", word[1:], at + 1)]
    for sign in ("非", "not"):
        rest = word[len(sign) :]
        if word.startswith(sign) and rest and (found := COMPARED.fullmatch(rest)):
            whole = COMPARED.fullmatch(word)
            if fold(found[1]) in field_keys() and not (whole and fold(whole[1]) in field_keys()):
                return [_Word(NOT, sign, at), _Word("word", rest, at + len(sign))]
    return [_Word("word", word, at)]


class _Reader:
    """Reads words by recursive descent: OR of ANDs of negated or plain parts."""

    def __init__(self, found: list[_Word], words: Dictionary, people: Mapping[str, int]) -> None:
        self.found = found
        self.at = 0
        self.words = words
        self.people = people

    def whole(self) -> Filter | None:
        if not self.found:
            return None
        tree = self._any(0)
        if self.at < len(self.found):
            raise _wrong(self._here(), _("A closing bracket without an opening one."))
        return tree

    def _next(self) -> str:
        return self.found[self.at].kind if self.at < len(self.found) else ""

    def _here(self) -> str:
        return " ".join(one.text for one in self.found[self.at : self.at + 4]) or self.found[-1].text

    def _any(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise _wrong(self._here(), _("Too many brackets within each other."))
        parts = [self._all(depth)]
        while self._next() == OR:
            self.at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _all(self, depth: int) -> Filter:
        parts: list[Filter] = []
        while (kind := self._next()) not in ("", OR, CLOSE):
            if kind == AND:
                self.at += 1
                continue
            parts.append(self._one(depth))
        if not parts:
            raise _wrong(self._here(), _("Something is missing here."))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Filter:
        negated = False
        while self._next() == NOT:
            negated = not negated
            self.at += 1
        if self._next() == OPEN:
            self.at += 1
            tree = self._any(depth + 1)
            if self._next() != CLOSE:
                raise _wrong(self._here(), _("A bracket is not closed."))
            self.at += 1
        elif self._next() == "word":
            tree = self._condition(self.found[self.at])
            self.at += 1
        else:
            raise _wrong(self._here(), _("Something is missing here."))
        return Not_(tree) if negated else tree

    def _condition(self, word: _Word) -> Filter:
        found = None if word.quoted else COMPARED.fullmatch(word.text)
        if found is None or found[1].strip().isdigit():
            return Condition("text", "is", (word.text.replace(QUOTED, ""),))
        name = field_keys().get(fold(found[1]))
        if name is None:
            titles = "、".join(one.title for one in FILTER_FIELDS.values())
            raise BadInput(
                _("There is nothing to filter by that is called “{name}”.").format(name=found[1][:20]),
                "",
                _("There are: {names}. In quotation marks it is looked for as it is.").format(names=titles),
            )
        field, sign = FILTER_FIELDS[name], OPENERS.get(found[2], found[2])
        value = found[3]
        if not value.replace(QUOTED, "").strip():
            raise _wrong(word.text, self._choices(field))
        if sign == "!=":
            return Not_(self._read(field, ":", value, word.text))
        return self._read(field, sign, value, word.text)

    def _read(self, field: FilterField, sign: str, value: str, word: str) -> Filter:
        ops = OPS[field.kind]
        bare = fold(value) if QUOTED not in value else ""
        if sign == ":" and "none" in ops and bare in NOTHING:
            return Condition(field.name, "none")
        if sign == ":" and "some" in ops and bare in ANYTHING:
            return Condition(field.name, "some")
        if "over" in ops or field.kind == "due":
            tree = self._days(field, sign, value.replace(QUOTED, ""))
        elif sign == ":" and "is" in ops:
            tree = self._values(field, value, word)
        else:
            tree = None
        if tree is None:
            raise _wrong(word, self._choices(field))
        return tree

    def _days(self, field: FilterField, sign: str, value: str) -> Filter | None:
        ops = OPS[field.kind]
        # A completed field ends in a colon: 最近跟进:>30天.
        if sign == ":" and (told := COMPARING.match(value)):
            sign, value = OPENERS.get(told[0], told[0]), value[told.end() :]
        found = DAYS.fullmatch(fold(value)) if sign in COMPARISONS else None
        if found and (found[2] or sign in "<>"):  # >=2026 is a year
            unit = found[2] or ""
            days = int(found[1]) * next(
                (UNITS[one] for one in unit.removeprefix("个")[:1] if one in UNITS), 1
            )
            # As old as that is not over it, but within it; from n days on is over one less.
            days -= sign == ">="
            if days < 0:
                return None
            return Condition(field.name, "over" if ">" in sign else "within", (str(min(days, 99999)),))
        if "in" not in ops:
            return None
        if sign == ":":
            wanted = fold(value)
            for key, label in PERIODS.items():
                if key in of(field) and wanted in (fold(key), *map(fold, translations(label))):
                    return Condition(field.name, "period", (key,))
            first, dots, last = value.partition("..")
            low, high = span(first), span(last) if dots else span(first)
            if (first and not low) or (dots and last and not high) or not (low or high):
                return None
            return Condition(field.name, "in", (low[0] if low else "", high[1] if high else ""))
        whole = span(value)
        if whole is None:
            return None
        day = timedelta(days=1)
        try:
            low, high = {
                ">": (_moved(whole[1], day), ""),
                ">=": (whole[0], ""),
                "<": ("", _moved(whole[0], -day)),
                "<=": ("", whole[1]),
            }[sign]
        except OverflowError:
            return None
        return Condition(field.name, "in", (low, high))

    def _values(self, field: FilterField, value: str, word: str) -> Filter | None:
        values: list[str] = []
        parts = _cut(value)
        if not 0 < len(parts) <= MOST_VALUES:
            return None
        for text in parts:
            if (key := self._value(field, text)) is None:
                raise BadInput(
                    _("“{value}” is no value of {field}.").format(value=text[:40], field=field.title),
                    "",
                    self._choices(field),
                )
            values.append(key)
        return Condition(field.name, "is", tuple(dict.fromkeys(values)))

    def _value(self, field: FilterField, text: str) -> str | None:
        if field.kind == "word":
            return self.words.key_of(field.word_kind, text)
        if field.kind == "person":
            if fold(text) in ("我", ME, "自己"):
                return ME
            if text[:1] == "#" and text[1:].isascii() and text[1:].isdigit():
                return str(int(text[1:]))
            person = self.people.get(fold(text))
            return str(person) if person else None
        return text

    def _choices(self, field: FilterField) -> str:
        """Return a sentence with what may stand behind a key."""
        if field.kind == "word":
            labels = [label for _key, label in self.words.choices(field.word_kind)]
            more = "…" if len(labels) > NAMED else ""
            return _("{field} can be: {names}.").format(
                field=field.title, names="、".join(labels[:NAMED]) + more
            )
        if field.kind in ("past", "event", "due", "late"):
            return _("Write it as {key}>30天, {key}<7天, {key}:2026-01..2026-03 or {key}:今天.").format(
                key=field.title
            )
        if field.kind == "has":
            return _("Write it as {key}:有 or {key}:无.").format(key=field.title)
        return _("Write it as {key}:{example}.").format(key=field.title, example="…")


def _moved(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat()


def _cut(value: str) -> list[str]:
    """Cut values at commas outside quotation marks."""
    found, inside = [""], False
    for char in value:
        if char == QUOTED:
            inside = not inside
        elif char in ",，、" and not inside:
            found.append("")
        else:
            found[-1] += char
    return [one.strip() for one in found if one.strip()]


def _wrong(where: str, why: str) -> BadInput:
    shown = where.replace(QUOTED, '"').strip()
    return BadInput(_("The filter is not understood at “{place}”.").format(place=shown[:40]), "", why)
