"""A search of several terms: what a document is worth that has all of them."""

from __future__ import annotations

from collections.abc import Sequence

from crm_tui.search import reasons
from crm_tui.search.english import meanings
from crm_tui.search.letters import segmentations
from crm_tui.search.parsing import LETTERS, Term, term_of
from crm_tui.search.scoring import Match, score
from crm_tui.text.pinyin import syllables

LEAST_SPELLED = 4  # letters that are hardly pinyin by chance


def all_terms(terms: Sequence[Term], lines: Sequence[tuple[str, str]], weak: bool) -> Match | None:
    """Return the match of all terms: the mean of their points, the reason of what is no plain name."""
    if len(terms) == 1:
        return score(terms[0], lines, weak)
    total = 0.0
    shown: Match | None = None
    # The longest is the likeliest to be missing.
    for term in sorted(terms, key=lambda one: -len(one.text)):
        match = score(term, lines, weak)
        if match is None:
            return None
        total += match.score
        if shown is None or (shown.reason == reasons.NAME and match.reason != reasons.NAME):
            shown = match
    return shown._replace(score=total / len(terms)) if shown else None


def spelled_apart(terms: Sequence[Term]) -> Term | None:
    """Return the term of pinyin that was typed with a blank behind each syllable, None for other terms."""
    if len(terms) < 2 or not all(one.kind == LETTERS and one.text in syllables() for one in terms):
        return None
    return term_of("".join([one.text for one in terms]), terms[0].lines)


def words_of_english(terms: Sequence[Term]) -> set[int]:
    """Return the places of the terms that are English words beside pinyin: Hengda Fine Wire & Cable.

    The empty set is returned where one word or none is, or where nothing else would be left.
    """
    if not all(term.kind == LETTERS for term in terms):
        return set()
    found = {at for at, term in enumerate(terms) if meanings(term.text) or not _is_pinyin(term.text)}
    return found if 1 < len(found) < len(terms) else set()


def _is_pinyin(text: str) -> bool:
    return len(text) > LEAST_SPELLED and any(len(way) > 1 and not rest for way, rest in segmentations(text))
