"""A customer's document read for what tells it from others: the record that it is, and its keys."""

from __future__ import annotations

import re

from crm_tui.customers import document
from crm_tui.identity.features import COMPANY, LONGEST, PERSON, Features, Record, features, features_of_short
from crm_tui.identity.keys import keys

MOST = 30
"""Values of one kind that count: of a customer with a thousand contacts the first are as good."""
# More lines of one kind than count, each behind the other as they are built.
_BEYOND = re.compile(rf"((?:^|\n)([a-z])[^\n]*(?:\n\2[^\n]*){{{MOST - 1}}})(?:\n\2[^\n]*)+")
_LARGE = 10_000
_NAMES = (document.SHORT, document.FORMER, document.OTHER, document.ENGLISH)
_FURTHER = frozenset(_NAMES)
_NONE: list[str] = []
_ONE_BLANK = [""]
# What no key and no comparison is made of.
_BESIDE = frozenset((document.NUMBER, document.TAG, document.REFERRER, document.CHAT))


def record_of(text: str) -> Record:
    """Return the record that a document (customers/document.py) tells of."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        kind = line[:1]
        if kind in found:
            found[kind].append(line[1:])
        else:
            found[kind] = [line[1:]]
    of = found.get
    names = [] if _FURTHER.isdisjoint(found) else [one for kind in _NAMES for one in of(kind, _NONE)]
    return Record(
        PERSON if document.PERSON in found else COMPANY,
        of(document.NAME, _ONE_BLANK)[0],
        tuple(names[:MOST]),
        of(document.CODE, _ONE_BLANK)[0],
        tuple(of(document.PHONE, _NONE)[:MOST]),
        tuple(of(document.MAIL, _NONE)[:MOST]),
        tuple(of(document.PAGE, _NONE)[:MOST]),
        tuple(of(document.CONTACT, _NONE)[:MOST]),
        of(document.PROVINCE, _ONE_BLANK)[0],
        of(document.CITY, _ONE_BLANK)[0],
        tuple(of(document.ADDRESS, _NONE)[:MOST]),
    )


def features_of(text: str) -> Features:
    """Return the features of a document."""
    record = record_of(text)
    return features_of_short(record) if len(text) <= LONGEST else features(record)


def keys_of(text: str) -> set[str]:
    """Return the keys of a document: a pure function of it and of ``features.VERSION``."""
    return keys(features_of(text))


def keys_moved(old: str, new: str) -> tuple[set[str], set[str]]:
    """Return the keys that only the old document has, and those that only the new one has."""
    old, new = _thinned(old), _thinned(new)
    if {line[:1] for line in {*old.split("\n")} ^ {*new.split("\n")}} <= _BESIDE:
        return set(), set()
    before, after = keys_of(old), keys_of(new)
    return before - after, after - before


def _thinned(text: str) -> str:
    """Return a document without lines that no record is made of, where it has very many."""
    return text if len(text) < _LARGE else _BEYOND.sub(r"\1", text)
