"""The text of a customer: one line for each name, key and tag that search looks through, led by its kind.

Behind it stand the whereabouts: lines by which nobody is found, and with which duplicates are told.
"""

from __future__ import annotations

from collections.abc import Iterable

from crm_tui.text.fold import searchable

NAME = "n"
SHORT = "s"
FORMER = "f"
OTHER = "a"
ENGLISH = "e"
CONTACT = "c"
PHONE = "p"
MAIL = "m"
PAGE = "h"  # of the web
CHAT = "w"
NUMBER = "#"
CODE = "u"
TAG = "t"
REFERRER = "r"
PROVINCE = "l"
CITY = "g"
ADDRESS = "d"
PERSON = "i"  # an individual
WHEREABOUTS = (PERSON, PROVINCE, CITY, ADDRESS)
# The order of the lines: names first, so that what is weighed most is read first.
KINDS = (
    *(NAME, SHORT, FORMER, OTHER, ENGLISH, CONTACT),
    *(PHONE, MAIL, PAGE, CHAT, NUMBER, CODE, TAG, REFERRER),
)
OF_ALIAS = {"short": SHORT, "former": FORMER}  # any other alias is an OTHER
_ORDER = {kind: position for position, kind in enumerate(KINDS)}


def of_alias(kind: str | None) -> str:
    """Return the kind of line for a kind of ``customer_alias``."""
    return OF_ALIAS.get(kind or "", OTHER)


def build(parts: Iterable[tuple[str, str | None]]) -> str:
    """Return the document of (kind, text) pairs: sorted by kind, cleaned, without blanks and repetitions.

    Pairs of one kind keep their order. Each line is the sign of its kind and the cleaned text.
    """
    found = {kind + text: _ORDER[kind] for kind, raw in parts if raw and (text := searchable(raw))}
    return "\n".join(sorted(found, key=found.__getitem__))


def joined(document: str, further: str) -> str:
    """Return a document with the lines of another in their places."""
    found = [*document.split("\n"), *further.split("\n")]
    return "\n".join(sorted(filter(None, found), key=lambda line: _ORDER[line[0]]))


def build_whereabouts(parts: Iterable[tuple[str, str | None]]) -> str:
    """Return the lines of (kind, text) pairs of WHEREABOUTS, in that order, each led by its line end."""
    found = {kind + text: WHEREABOUTS.index(kind) for kind, raw in parts if raw and (text := searchable(raw))}
    return "".join(["\n" + one for one in sorted(found, key=found.__getitem__)])


def lines(document: str) -> list[tuple[str, str]]:
    """Return the (kind, text) pairs of a document; lines of an unknown kind are left out."""
    found = [(line[0], line[1:]) for line in document.split("\n") if line[:1] in _ORDER]
    # A text of an older version, which the build of the index has yet to reach, is one line without a sign.
    return found if found or not document else [(NAME, document)]
