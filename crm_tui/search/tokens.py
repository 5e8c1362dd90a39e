"""All that the index holds of a document: the grams that search finds it by, the keys of duplicates."""

from __future__ import annotations

from crm_tui.identity.document import keys_moved, keys_of
from crm_tui.search.grams import grams
from crm_tui.search.moving import Passed, moved


def tokens(document: str) -> set[str]:
    """Return all tokens of a document; a pure function of it and of grams.VERSION."""
    found = grams(document)
    found |= keys_of(document)
    return found


def tokens_moved(old: str, new: str, passed: Passed = ()) -> tuple[set[str], set[str]]:
    """Return the tokens that only the old document has, and those that only the new one has."""
    taken, put = moved(old, new, passed)
    gone, come = keys_moved(old, new)
    taken |= gone
    put |= come
    return taken, put
