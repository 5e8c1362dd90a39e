"""Pairs made clusters: one customer each, unless something in them speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from crm_tui.dedupe.scoring import MERGE, MERGE_ABOVE, REVIEW, REVIEW_FROM

LARGEST = 8
"""A cluster of more customers is never suggested as a whole."""
_CLIP, _COHERENT = 4.0, -0.5
# Beyond this many pairs across, two groups are told apart by their size alone: an agent's 500 firms.
_MOST_CROSS = 400


class Pair(NamedTuple):
    """A scored pair of ids; ``apart`` says that the two are certainly different (a veto, a decision)."""

    a: int
    b: int
    score: float
    apart: bool = False


class Cluster(NamedTuple):
    """Customers that are probably one: ids in order, its band, the weakest link that holds it together."""

    ids: tuple[int, ...]
    band: str
    weakest: float


class Clusters(NamedTuple):
    """All clusters, the largest scores first, and the pairs of customers kept apart (see also)."""

    found: list[Cluster]
    see_also: list[tuple[int, int]]


def clusters(
    pairs: Iterable[Pair],
    codes: Mapping[int, str] | None = None,
    order: Callable[[int], Any] | None = None,
) -> Clusters:
    """Join pairs from the highest score down, never against a veto or the doubt of most pairs across.

    ``codes`` gives the valid credit code of those ids that have one: a group never holds two. Equal scores
    are taken by ``order`` (features.digest of an id: then no order of insertion counts), else by id. Pairs
    below the review band only count against a union.
    """
    rank = order or (lambda one: one)
    known = {}
    apart = set()
    for pair in pairs:
        low, high = (pair.a, pair.b) if pair.a < pair.b else (pair.b, pair.a)
        if low == high:
            continue
        known[low, high] = pair.score
        if pair.apart:
            apart.add((low, high))
    joining = [(pair, score) for pair, score in known.items() if score >= REVIEW_FROM and pair not in apart]
    ranks = {one: rank(one) for pair, _score in joining for one in pair}
    joining.sort(key=lambda one: (-one[1], *sorted((ranks[one[0][0]], ranks[one[0][1]])), one[0]))
    groups: dict[int, list[int]] = {}
    weakest: dict[int, float] = {}
    root: dict[int, int] = {}
    see_also = []
    for (a, b), score in joining:
        left, right = root.get(a, a), root.get(b, b)
        if left == right:
            continue
        one, other = groups.get(left, [left]), groups.get(right, [right])
        if not _may_join(one, other, known, apart, codes or {}):
            see_also.append((a, b))
            continue
        low, high = (left, right) if left < right else (right, left)
        groups[low] = sorted(one + other)
        groups.pop(high, None)
        root.update(dict.fromkeys(groups[low], low))
        weakest[low] = min(score, weakest.get(low, score), weakest.pop(high, score))
    found = [
        Cluster(tuple(ids), _band(len(ids), weakest[top]), weakest[top])
        for top, ids in sorted(groups.items())
    ]
    found.sort(key=lambda one: (one.band != MERGE, -one.weakest, one.ids))
    return Clusters(found, sorted(see_also))


def _band(size: int, weakest: float) -> str:
    return MERGE if weakest > MERGE_ABOVE and size <= LARGEST else REVIEW


def _may_join(
    one: Collection[int],
    other: Collection[int],
    known: Mapping[tuple[int, int], float],
    apart: Collection[tuple[int, int]],
    codes: Mapping[int, str],
) -> bool:
    if len(one) == len(other) == 1:
        left, right = (codes.get(next(iter(group)), "") for group in (one, other))
        return not left or not right or left == right
    if len(one) * len(other) > _MOST_CROSS:
        return False
    left = {codes[each] for each in one if each in codes}
    right = {codes[each] for each in other if each in codes}
    if left and right and not left & right:
        return False
    total = 0.0
    for a in one:
        for b in other:
            pair = (a, b) if a < b else (b, a)
            if pair in apart:
                return False
            total += min(max(known.get(pair, -_CLIP), -_CLIP), _CLIP)
    return total / (len(one) * len(other)) >= _COHERENT
