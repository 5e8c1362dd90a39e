"""The customers that one being typed may be: found by the keys that they share, scored, the best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from crm_tui.dedupe import scoring
from crm_tui.dedupe import store_finding as store
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.scoring import Scored
from crm_tui.identity.document import features_of
from crm_tui.identity.features import PERSON, Features, Record, features
from crm_tui.identity.keys import cap_of, keys, type_of
from crm_tui.search import index
from crm_tui.search.grams import units
from crm_tui.storage.driver import sqlite3

LIMIT = 10
MOST_SCORED = 200
MOST_TOGETHER = 40  # of those that share two crowded values
MOST_BEGUN = 60
LEAST = round(10 * scoring.REVIEW_FROM)  # of a score in tenths, in any band that is shown
COUNTED = 51  # the largest count that a band of rarity asks for, and one
_NAMING = frozenset("pcixnsrq")
_ORDER = {scoring.MERGE: 0, scoring.REVIEW: 1, scoring.RELATED: 2, scoring.POSSIBLE: 3, scoring.NONE: 4}


class Alike(NamedTuple):
    """A customer that the typed one may be; ``band`` as scoring.band.

    Of one that is not ``visible`` to the user nothing is shown but that it is there, who holds it and its
    state: ``scored`` tells what its record holds. Of one that is, ``scored`` may rest on hidden fields too:
    ``as_shown`` compares what the user sees of it.
    """

    customer_id: int
    scored: Scored
    band: str
    visible: bool


class _Blocks(Mapping[str, int]):
    """Who shares a key, and how many do with the typed customer: asked of the index when first wanted."""

    def __init__(self, reader: sqlite3.Connection, leave_out: Collection[int]) -> None:
        self._reader = reader
        self._leave_out = leave_out
        self._members: dict[str, list[int]] = {}

    def members(self, key: str) -> list[int]:
        """Return the others that have a key, no more of them than tell how crowded it is."""
        found = self._members.get(key)
        if found is None:
            most = max(cap_of(key), COUNTED) + len(self._leave_out)
            rows = store.having(self._reader, key, most)
            found = self._members[key] = [one for one in rows if one not in self._leave_out]
        return found

    def __getitem__(self, key: str) -> int:
        """Return how many customers have a key, the typed one among them."""
        return len(self.members(key)) + 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def is_ready(reader: sqlite3.Connection) -> bool:
    """Tell whether anybody can be found: while the index is being built, ``lookup`` finds nobody."""
    return index.state(reader).kind == index.READY


def lookup(
    reader: sqlite3.Connection,
    record: Record,
    limit: int = LIMIT,
    leave_out: Collection[int] = (),
    also: Iterable[int] = (),
) -> list[Alike]:
    """Return up to ``limit`` customers that the record may be: suggested to merge, to be checked, related.

    ``leave_out`` are customers that it is not, itself above all. ``also`` are some that are returned
    whatever their score, behind the others. The list is empty while the index is not ready.
    """
    return _unless_damaged(lambda: _lookup(reader, record, limit, frozenset(leave_out), tuple(also)))


def as_shown(reader: sqlite3.Connection, record: Record, found: Iterable[Alike]) -> list[Alike]:
    """Return those that the user sees, compared by nothing but what is shown of them."""
    several = [one for one in found if one.visible]
    ids = [one.customer_id for one in several]
    all_lines, seen = store.documents(reader, ids), store.shown(reader, ids)
    mine = features(record)
    rare = Frequency(_Blocks(reader, ()))
    result = []
    for one in several:
        text = seen.get(one.customer_id, "")
        if text != all_lines.get(one.customer_id, ""):
            one = _alike(one.customer_id, scoring.compare(mine, features_of(text), rare))._replace(
                visible=True
            )
        result.append(one)
    return result


def begun(
    reader: sqlite3.Connection, record: Record, limit: int = LIMIT, leave_out: Collection[int] = ()
) -> list[Alike]:
    """Return customers whose brand begins with the record's, of which no more is typed yet (two signs).

    Most of them are in no band that ``lookup`` returns.
    """
    mine = features(record)
    parts = units(mine.brand)
    more = mine.trade or mine.branch or mine.code or mine.mobiles or mine.landlines or mine.mails
    if mine.kind == PERSON or more or len(parts) < 2 or not is_ready(reader):
        return []
    grams = ["^" + parts[0] + parts[1], *(one + two for one, two in pairwise(parts[1:6]))]
    out = frozenset(leave_out)
    return _unless_damaged(lambda: _begun(reader, mine, grams, limit, out))


def _unless_damaged(find: Callable[[], list[Alike]]) -> list[Alike]:
    try:
        return find()
    except sqlite3.Error as error:
        if not index.is_index_damage(error):
            raise
        return []


def _lookup(
    reader: sqlite3.Connection, record: Record, limit: int, out: frozenset[int], also: tuple[int, ...]
) -> list[Alike]:
    if not is_ready(reader):
        return []
    mine = features(record)
    blocks = _Blocks(reader, out)
    shared = _candidates(reader, mine, blocks, out)
    ranked = sorted(shared, key=lambda one: (-shared[one], -one))[:MOST_SCORED]
    wanted = dict.fromkeys(one for one in also if one not in out)
    rare = Frequency(blocks)
    found = []
    for one, text in store.documents(
        reader, [*ranked, *(one for one in wanted if one not in shared)]
    ).items():
        theirs = features_of(text)
        # Few are like it: the lines are made of those alone.
        if one in wanted or scoring.quick(mine, theirs, rare) >= LEAST:
            found.append(_alike(one, scoring.compare(mine, theirs, rare)))
    return _best(reader, found, limit)


def _candidates(
    reader: sqlite3.Connection, mine: Features, blocks: _Blocks, out: frozenset[int]
) -> Counter[int]:
    """Return how many keys each of those shares that share one which is not crowded, or two that are."""
    shared: Counter[int] = Counter()
    names, ways = [], []
    for key in sorted(keys(mine)):
        if blocks[key] <= cap_of(key):
            shared.update(blocks.members(key))
        else:
            (names if type_of(key) in _NAMING else ways).append(key)
    # The firms of a large group share a switchboard, hundreds have a common name: together they are few.
    together = [names] if len(names) > 1 else []
    together += [[way, names[0]] for way in ways] if names else []
    for several in together:
        shared.update(one for one in store.newest(reader, several, MOST_TOGETHER) if one not in out)
    return shared


def _begun(
    reader: sqlite3.Connection, mine: Features, grams: list[str], limit: int, out: frozenset[int]
) -> list[Alike]:
    ids = [one for one in store.newest(reader, grams, MOST_BEGUN) if one not in out]
    rare = Frequency(_Blocks(reader, out))
    found = []
    for one, text in store.documents(reader, ids).items():
        theirs = features_of(text)
        if theirs.kind == mine.kind and theirs.brand.startswith(mine.brand):
            found.append(_alike(one, scoring.compare(mine, theirs, rare)))
    return _best(reader, found, limit)


def _alike(customer_id: int, scored: Scored) -> Alike:
    return Alike(customer_id, scored, scoring.band(scored), False)


def _best(reader: sqlite3.Connection, found: list[Alike], limit: int) -> list[Alike]:
    found.sort(key=lambda one: (_ORDER[one.band], -one.scored.score, one.customer_id))
    best = found[:limit]
    seen = store.visible(reader, [one.customer_id for one in best])
    return [one._replace(visible=one.customer_id in seen) for one in best]
