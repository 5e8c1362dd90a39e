"""The words of a filter as it is typed: joints, brackets, signs of negation, and parts in quotation marks."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_tui.customers.filter_fields import field_called
from crm_tui.customers.filter_shown import CLOSE, JOINS, NOT, OPEN, OR
from crm_tui.errors import BadInput
from crm_tui.locale import _

SIGNS = {"(": OPEN, "（": OPEN, ")": CLOSE, "）": CLOSE, "|": OR, "｜": OR}
QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂"}
COMPARED = re.compile(r"([^:：=<>＜＞≤≥≠!！]{1,30})(>=|<=|!=|≥|≤|≠|>|<|＞|＜|:|：|=)(.*)", re.DOTALL)


class Word(NamedTuple):
    """A word of a filter; ``kind`` is word, and, or, not, ( or )."""

    kind: str
    text: str
    at: int
    quoted: bool = False


def words_of(text: str) -> list[Word]:
    """Return the words of a filter, each with its kind and place."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char in SIGNS:
            found.append(Word(SIGNS[char], char, at))
            at += 1
        else:
            word, quoted, end = _word(text, at)
            kind = JOINS.get(word.casefold(), "word") if not quoted else "word"
            if kind == "word" and not quoted and word in ("-", "!", "！"):
                kind = NOT
            found += _split(word, at) if kind == "word" and not quoted else [Word(kind, word, at, quoted)]
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
                raise wrong(text[start:], _("A quotation mark is not closed."))
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


def _split(word: str, at: int) -> list[Word]:
    """Take a sign of negation off a word."""
    if len(word) > 1 and word[0] in "-!！":
        return [Word(NOT, word[0], at), Word("word", word[1:], at + 1)]
    for sign in ("非", "not"):
        rest = word[len(sign) :]
        if word.startswith(sign) and rest and (found := COMPARED.fullmatch(rest)):
            whole = COMPARED.fullmatch(word)
            if field_called(found[1]) and not (whole and field_called(whole[1])):
                return [Word(NOT, sign, at), Word("word", rest, at + len(sign))]
    return [Word("word", word, at)]


def cut(value: str) -> list[str]:
    """Return values cut at commas outside quotation marks, without these."""
    found, inside = [""], False
    for char in value:
        if char == QUOTED:
            inside = not inside
        elif char in ",，、" and not inside:
            found.append("")
        else:
            found[-1] += char
    return [one.strip() for one in found if one.strip()]


def wrong(where: str, why: str) -> BadInput:
    """Return the sentence for a place that is not understood, and why."""
    shown = where.replace(QUOTED, '"').strip()
    return BadInput(_("The filter is not understood at “{place}”.").format(place=shown[:40]), "", why)
