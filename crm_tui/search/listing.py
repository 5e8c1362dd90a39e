"""The words of a list: the customers that a search finds for them, within the filter of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.customers.reading import Query, sought, whole
from crm_tui.locale import _
from crm_tui.search import reasons
from crm_tui.search.index import BUILDING, READY, State, state
from crm_tui.storage.driver import sqlite3

if TYPE_CHECKING:
    from crm_tui.search.service import Hit

MOST = 1000
PATIENCE_MS = 600
# What is only alike stays out of a list whose rows may all be marked, unless nothing else was found.
ALIKE = frozenset(
    {
        reasons.SOUND,
        reasons.TYPO,
        reasons.LETTER_TYPO,
        reasons.DIGIT_TYPO,
        reasons.APART,
        reasons.TRANSLATED,
        reasons.PART,
    }
)


class Narrowed(NamedTuple):
    """A query with the ids of what was found for its words, the best first.

    ``more``: there may be others; ``hits`` say by customer why; ``state`` is a sentence on the index.
    """

    query: Query
    more: bool = False
    terms: Any = ()
    hits: dict[int, Hit] = {}  # noqa: RUF012 (never written to)
    state: str = ""


def narrowed(
    reader: sqlite3.Connection,
    query: Query,
    me: int,
    *,
    deadline_ms: int = PATIENCE_MS,
    cancelled: Callable[[], bool] | None = None,
) -> Narrowed:
    """Look for the words of a query within its filter.

    Without words it stays as it is; while there is no index too: then the list looks through the texts.
    """
    text = sought(query.text)
    if not text or query.ids is not None:
        return Narrowed(query)
    if said := told(state(reader)):
        return Narrowed(query, state=said)
    from crm_tui.search.service import search

    where = whole(query._replace(ids=()))
    found = search(reader, text, me, limit=MOST, deadline_ms=deadline_ms, where=where, cancelled=cancelled)
    if not found.hits and is_form(text):
        return Narrowed(query)
    sure = [hit for hit in found.hits if hit.reason not in ALIKE]
    hits = {hit.id: hit for hit in sure or found.hits}
    return Narrowed(query._replace(ids=tuple(hits)), found.more, found.terms, hits)


def is_form(text: str) -> bool:
    """Tell whether a text is what the names of companies end in and the index leaves out: 有限公司."""
    from crm_tui.text.company import body

    return body("某某" + text) == "某某"


def told(index: State) -> str:
    """Return a sentence on an index that cannot be asked (yet), '' when it can."""
    if index.kind == READY:
        return ""
    if index.kind == BUILDING:
        return _("The search index is being built: {n} %").format(n=index.percent)
    return _("The search index is damaged and is built anew")
