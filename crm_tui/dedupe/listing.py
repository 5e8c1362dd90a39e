"""What the last scan found: pairs, guarded clusters, the reasons of a pair; decisions applied."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from crm_tui.dedupe import decisions, scoring
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.clusters import Pair, clusters
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.scoring import DECIDED, MERGE, NONE, POSSIBLE, RELATED, REVIEW, Scored
from crm_tui.dedupe.standing import current, standing
from crm_tui.errors import BadInput
from crm_tui.identity.document import features_of, record_of
from crm_tui.locale import _
from crm_tui.search import index, keyed
from crm_tui.storage.driver import sqlite3
from crm_tui.text.uscc import check_code

BANDS = (MERGE, REVIEW, RELATED)
_LOWEST = round(10 * scoring.POSSIBLE_FROM)
_SHOWN = round(10 * scoring.REVIEW_FROM)
_MOST = 51
"""More members of a key than this tell no more about how rare its value is."""
_HIGHEST = 1 << 40
_TOGETHER = 200


class PairFound(NamedTuple):
    """Two customers that look alike, ``a`` < ``b``; ``terms`` speak for one customer, the strongest first.

    ``veto`` says why a related pair is two customers (scoring.CODES, BRANCH, KIND, DECIDED), else ''.
    """

    a: int
    b: int
    score: float
    band: str
    terms: tuple[str, ...]
    veto: str = ""


class Group(NamedTuple):
    """Customers that are probably one, or (band related) two that look alike and are not.

    ``weakest`` is the score of the weakest link that holds them together, ``reasons`` the terms that speak
    for their pairs, of related ones the veto too; ``see_also`` are others that look alike and are kept apart.
    """

    ids: tuple[int, ...]
    band: str
    weakest: float
    reasons: frozenset[str]
    see_also: tuple[int, ...] = ()


class Status(NamedTuple):
    """``scanned_at``: instant of the last whole scan, None when there was none; ``behind``: saves since.

    ``done``: per cent of a scan that was left; ``fresh``: features and weights of this program scored the
    pairs, so that ``scanning.catch_up`` brings them up to now.
    """

    scanned_at: str | None
    behind: int
    done: int
    fresh: bool


def status(reader: sqlite3.Connection) -> Status:
    """Return how the pairs stand."""
    now = standing(reader)
    behind = store.one(reader, store.WRITTEN_SINCE, {"seen": now.seen})[0] if now.scanned_at else 0
    return Status(now.scanned_at, behind, now.done, bool(now.version) and now.version == current())


def pairs(reader: sqlite3.Connection, band: str | None = None) -> Iterator[PairFound]:
    """Yield the pairs of a band (None: merge, review and related), the highest score first.

    Pairs said to be different are left out until a code, phone or mail of theirs moves; those said to be
    related are in that band.
    """
    said = _verdicts(reader)
    least = _LOWEST if band == POSSIBLE else _SHOWN
    score = store.one(reader, store.NEXT_SCORE, {"below": _HIGHEST})[0]
    while score is not None and score >= least:
        for row in sorted(store.all_of(reader, store.OF_SCORE, {"score": score})):
            found = _found(row, said)
            if found.band == band or (band is None and found.band in BANDS):
                yield found
        score = store.one(reader, store.NEXT_SCORE, {"below": score})[0]


def _verdicts(reader: sqlite3.Connection) -> dict[tuple[int, int], str]:
    """Return the decisions that hold, by pair."""
    ids = {row[0] for row in store.all_of(reader, store.DECIDED)}
    return {pair: one.verdict for pair, one in decisions.decided(reader, sorted(ids)).items() if one.holds}


def _found(row: tuple, said: dict[tuple[int, int], str]) -> PairFound:
    a, b, tenths, veto, terms = row
    verdict = said.get((a, b)) if said else None
    score = tenths / 10
    if verdict is None:
        band = scoring.band_of(score, veto)
    elif verdict == decisions.RELATED:
        band, veto = RELATED, DECIDED
    else:
        band, veto = NONE, DECIDED
    return PairFound(a, b, score, band, tuple(terms.split()), veto)


def groups(reader: sqlite3.Connection, band: str | None = None, reason: str = "") -> list[Group]:
    """Return the clusters of a band (None: merge, review, then related), best first; related ones are pairs.

    ``reason`` keeps those of which a pair has this term or veto. The same customers give the same clusters
    in whatever order they were entered.
    """
    said = _verdicts(reader)
    found = [_found(row, said) for row in store.all_of(reader, store.SINCE_SCORE, {"least": _SHOWN})]
    joining = [one for one in found if one.band in (MERGE, REVIEW)]
    apart = {(one.a, one.b) for one in found if one.band not in (MERGE, REVIEW)} | set(said)
    made = [] if band == RELATED else _clustered(reader, joining, apart, found)
    if band in (None, RELATED):
        related = [one for one in found if one.band == RELATED]
        related.sort(key=lambda one: (-one.score, one.a, one.b))
        made += [
            Group((one.a, one.b), RELATED, one.score, frozenset((*one.terms, one.veto))) for one in related
        ]
    return [one for one in made if band in (None, one.band) and (not reason or reason in one.reasons)]


def _clustered(
    reader: sqlite3.Connection,
    joining: list[PairFound],
    apart: set[tuple[int, int]],
    found: list[PairFound],
) -> list[Group]:
    parts = _components(joining)
    large = [one for members in parts.values() if len(members) > 2 for one in members]
    doubts: dict[int, list[tuple[int, int, int]]] = {}
    part_of = {one: top for top, members in parts.items() for one in members}
    for a, b, tenths, veto in store.among(reader, large, _SHOWN):
        if part_of[a] == part_of.get(b):
            doubts.setdefault(part_of[a], []).append((a, b, tenths))
            if veto:
                apart.add((a, b))
    codes = {
        one: code for one, code in store.codes(reader, large).items() if check_code(code).kind == "valid"
    }
    order = _ranks(reader, large)
    by_part: dict[int, list[PairFound]] = {}
    for one in joining:
        by_part.setdefault(part_of[one.a], []).append(one)
    for pair in apart:
        top = part_of.get(pair[0])
        if top is not None and top == part_of.get(pair[1]):
            doubts.setdefault(top, []).append((*pair, -_HIGHEST))
    beside: dict[int, set[int]] = {}
    for one in found:
        if one.band == RELATED:
            beside.setdefault(one.a, set()).add(one.b)
            beside.setdefault(one.b, set()).add(one.a)
    made = []
    for top, own in by_part.items():
        scored = [Pair(one.a, one.b, one.score) for one in own]
        scored += [
            Pair(a, b, max(tenths, -100) / 10, (a, b) in apart) for a, b, tenths in doubts.get(top, ())
        ]
        kept = clusters(scored, codes, order)
        inside = {one: at for at, cluster in enumerate(kept.found) for one in cluster.ids}
        reasons: dict[int, set[str]] = {}
        for one in own:
            if one.a in inside and inside[one.a] == inside.get(one.b):
                reasons.setdefault(inside[one.a], set()).update(one.terms)
        others: dict[int, set[int]] = {}
        for a, b in kept.see_also:
            for one, other in ((a, b), (b, a)):
                if one in inside and inside[one] != inside.get(other):
                    others.setdefault(inside[one], set()).add(other)
        for at, cluster in enumerate(kept.found):
            also = others.get(at, set()).union(*[beside.get(one, ()) for one in cluster.ids])
            made.append(
                Group(
                    cluster.ids, cluster.band, cluster.weakest, frozenset(reasons.get(at, ())),
                    tuple(sorted(also.difference(cluster.ids))),
                )
            )  # fmt: skip
    made.sort(key=lambda one: (one.band != MERGE, -one.weakest, one.ids))
    return made


def _components(joining: Iterable[PairFound]) -> dict[int, list[int]]:
    """Return the ids that hang together, by their smallest."""
    root: dict[int, int] = {}

    def top(one: int) -> int:
        while (up := root.setdefault(one, one)) != one:
            root[one] = root[up]
            one = root[one]
        return one

    for pair in joining:
        a, b = top(pair.a), top(pair.b)
        if a != b:
            root[max(a, b)] = min(a, b)
    parts: dict[int, list[int]] = {}
    for one in sorted(root):
        parts.setdefault(top(one), []).append(one)
    return parts


def _ranks(reader: sqlite3.Connection, ids: list[int]) -> Callable[[int], bytes]:
    """Return an order of customers that knows what was typed and not when."""
    ranks = {
        one: blake2b(repr(record_of(text)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for one, text in store.compared(reader, ids).items()
    }
    return lambda one: ranks.get(one, b"")


def explain(reader: sqlite3.Connection, a: int, b: int) -> Scored:
    """Compare two customers as they are now, and return the score with its lines; a decision is its veto.

    Raises BadInput when one of them is not there (any more).
    """
    texts = store.compared(reader, (a, b))
    if a not in texts or b not in texts or a == b:
        raise BadInput(_("One of the customers is not there any more."), _("Nothing was changed."))
    one, other = features_of(texts[a]), features_of(texts[b])
    scored = scoring.compare(one, other, Frequency(Counts(reader)))
    low, high = sorted((a, b))
    said = decisions.decided(reader, [low]).get((low, high))
    return scored._replace(veto=DECIDED) if said is not None and said.holds else scored


class Counts(Mapping[str, int]):
    """How many customers share a value, by key, asked of the index when first wanted (keys.counts)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, int] = {}
        self._asks = index.state(connection).kind == index.READY

    def __getitem__(self, key: str) -> int:
        """Return the count of a key, no more than tells how rare its value is; 0 for two and less."""
        found = self._known.get(key)
        if found is None:
            members = keyed.members(self._connection, key, _MOST) if self._asks else ()
            found = self._known[key] = len(members) if len(members) > 2 else 0
        return found

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys asked for so far."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many keys were asked for."""
        return len(self._known)


def explained(reader: sqlite3.Connection, found: Iterable[PairFound]) -> Iterator[tuple[PairFound, Scored]]:
    """Yield pairs with score and band of now, and the comparison whose lines sum to the score."""
    rest = iter(found)
    while some := list(itertools.islice(rest, _TOGETHER)):
        texts = store.compared(reader, {one for pair in some for one in (pair.a, pair.b)})
        made = {one: features_of(text) for one, text in texts.items()}
        frequency = Frequency(Counts(reader))
        for pair in some:
            if pair.a not in made or pair.b not in made:
                continue
            scored = scoring.compare(made[pair.a], made[pair.b], frequency)
            if pair.veto == DECIDED:
                yield pair._replace(score=scored.score), scored._replace(veto=DECIDED)
            else:
                yield pair._replace(score=scored.score, band=scoring.band(scored), veto=scored.veto), scored
