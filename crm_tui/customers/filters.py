"""Filters as people type them and see them again: ``行业:制造业 等级:A,B (最近跟进>30天 或 下次跟进:逾期)``.

Blanks mean AND; ``或``, ``or`` and ``|`` mean OR; ``非``, ``not`` and ``-`` before a part mean NOT; brackets
group. A condition is KEY:VALUE,VALUE, KEY:!VALUE, KEY>N天 or KEY<N天; everything else is words to look for.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from crm_tui.customers.filter_blanks import closed_up
from crm_tui.customers.filter_fields import (
    DEEPEST,
    FILTER_FIELDS,
    ME,
    MOST,
    MOST_VALUES,
    OPS,
    PERIODS,
    WRITTEN,
    All,
    Any_,
    Condition,
    Filter,
    FilterField,
    Not_,
    conditions,
    field_called,
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
    DENIED,
    NOT,
    NOTHING,
    OPEN,
    OR,
    text_of,
)
from crm_tui.customers.filter_words import COMPARED, QUOTED, Word, cut, words_of, wrong
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
OPENERS = {"＞": ">", "＜": "<", "：": ":", "=": ":", "≥": ">=", "≤": "<=", "≠": "!=", "》": ">", "《": "<"}
COMPARISONS = (">", ">=", "<", "<=")
COMPARING = re.compile(r">=|<=|≥|≤|>|<|＞|＜|》|《")
AGAIN = re.compile(rf"([,，、])\s*{DENIED.pattern}")
CHOSEN = ("word", "person")
DAYS = re.compile(
    r"(\d{1,5})(天|日|d|day|days|周|个?星期|w|week|weeks|个?月|m|month|months|年|y|year|years)?", re.A
)
UNITS = {"周": 7, "w": 7, "星": 7, "月": 30, "m": 30, "年": 365, "y": 365}


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
    reader = _Reader(words_of(closed_up(text)), words, people)
    tree = reader.whole()
    if tree is None:
        return None, ""
    tree = plain(tree)
    if sum(1 for _one in conditions(tree)) > MOST:
        raise BadInput(_("The filter is too long."), "", _("Save a part of it as a view."))
    return _withoutwords_of(tree)


def _withoutwords_of(tree: Filter) -> tuple[Filter | None, str]:
    """Take the words that all customers must have out of a filter."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    free = [one for one in parts if isinstance(one, Condition) and one.field == "text"]
    left = tuple(one for one in parts if one not in free)
    text = " ".join(value for one in free for value in one.values)
    if not left:
        return None, text
    return (left[0] if len(left) == 1 else All(left)), text


class _Reader:
    """Reads words by recursive descent: OR of ANDs of negated or plain parts."""

    def __init__(self, found: list[Word], words: Dictionary, people: Mapping[str, int]) -> None:
        self.found = found
        self.at = 0
        self.words = words
        self.people = people

    def whole(self) -> Filter | None:
        if not self.found:
            return None
        tree = self._any(0)
        if self.at < len(self.found):
            raise wrong(self._here(), _("A closing bracket without an opening one."))
        return tree

    def _next(self) -> str:
        return self.found[self.at].kind if self.at < len(self.found) else ""

    def _here(self) -> str:
        return " ".join(one.text for one in self.found[self.at : self.at + 4]) or self.found[-1].text

    def _any(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise wrong(self._here(), _("Too many brackets within each other."))
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
            raise wrong(self._here(), _("Something is missing here."))
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
                raise wrong(self._here(), _("A bracket is not closed."))
            self.at += 1
        elif self._next() == "word":
            tree = self._condition(self.found[self.at])
            self.at += 1
        else:
            raise wrong(self._here(), _("Something is missing here."))
        return Not_(tree) if negated else tree

    def _condition(self, word: Word) -> Filter:
        found = None if word.quoted else COMPARED.fullmatch(word.text)
        if found is None or found[1].strip().isdigit():
            return Condition("text", "is", (word.text.replace(QUOTED, ""),))
        called = found[1].replace(QUOTED, "")
        name = field_called(called)
        if name is None:
            titles = "、".join(one.title for one in FILTER_FIELDS.values())
            raise BadInput(
                _("There is nothing to filter by that is called “{name}”.").format(name=called[:20]),
                "",
                _("There are: {names}. In quotation marks it is looked for as it is.").format(names=titles),
            )
        field, sign = FILTER_FIELDS[name], OPENERS.get(found[2], found[2])
        value = found[3]
        if not value.replace(QUOTED, "").strip():
            raise wrong(word.text, self._choices(field))
        if sign == "!=":
            return Not_(self._read(field, ":", value, word.text))
        return self._read(field, sign, value, word.text)

    def _read(self, field: FilterField, sign: str, value: str, word: str) -> Filter:
        ops = OPS[field.kind]
        if sign == ":" and (denied := self._denied(field, value)):
            return Not_(self._read(field, ":", denied, word))
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
            raise wrong(word, self._choices(field))
        return tree

    def _denied(self, field: FilterField, value: str) -> str:
        """Return the values behind a ! or 不是, which are not to be; '' where there is no such sign."""
        found = DENIED.match(value)
        if found is None or not value[found.end() :].strip():
            return ""
        if found[0] not in "!！" and (
            field.kind in WRITTEN
            or (found[0] == "非" and field.kind not in CHOSEN)
            or (field.kind in CHOSEN and self._value(field, cut(value)[0]) is not None)
        ):
            return ""
        rest = value[found.end() :]
        return rest if QUOTED in rest else AGAIN.sub(r"\1", rest)

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
        parts = cut(value)
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
