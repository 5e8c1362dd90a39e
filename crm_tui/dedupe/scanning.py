"""All customers compared: pairs that share a key are scored and kept, anew or for what was saved since.

A scan replaces the pairs of a range of ids at a time, so that what is read meanwhile is whole; one that was
left goes on behind the last range. Whoever is saved while it runs is compared again by ``catch_up``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from crm_tui import clock
from crm_tui.customers import derived
from crm_tui.dedupe import scoring
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.comparing import Frequency, compare_levels
from crm_tui.dedupe.levels import LEVELS
from crm_tui.dedupe.listing import counted
from crm_tui.dedupe.standing import Left, Standing, current, stand, standing
from crm_tui.errors import Busy, Cancelled
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Features
from crm_tui.identity.keys import CAPS, NAMED, keys
from crm_tui.locale import _
from crm_tui.search import index, keyed
from crm_tui.search.building import Upkeep
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

KEPT_ABOVE = -20
"""Tenths: pairs of no higher score are not kept; what lies below 0 still counts against a cluster."""
AT_ONCE = 2000  # pairs in one transaction
PIECE = 200  # customers of one step of catching up
MANY = 20_000  # customers touched since: a whole scan is sooner done
WIDE = 31
MASK = (1 << WIDE) - 1

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]


class Scanned(NamedTuple):
    """What a scan found: pairs of the bands merge, review and related; how long it took."""

    pairs: int
    seconds: float


def judge(a: Features, b: Features, frequency: Frequency) -> tuple[int, str, str] | None:
    """Return score in tenths, veto and the terms that speak for one customer; None when nothing is kept."""
    weights = scoring.tenths()
    levels = compare_levels(a, b, frequency.band)
    score = sum([weights[one] for one in levels])
    if score <= KEPT_ABOVE:
        return None
    speaking = sorted([(-weights[one], one) for one in levels if weights[one] > 0])
    terms = [LEVELS[one][1] for _weight, one in speaking]
    return score, scoring.veto(a, b), " ".join([one for one in terms if one not in ("evidence", "base")])


def scan(database: Database, progress: Progress | None = None, cancelled: Cancel | None = None) -> Scanned:
    """Compare all customers; ``progress(done, total)``, ``cancelled()`` is asked between steps.

    Raises Cancelled, Busy when another process builds the search index; what was found before stays, and
    the next scan goes on where this one stopped.
    """
    began = clock.stopwatch()
    asked = cancelled or (lambda: False)
    _index_ready(database, asked)
    newest = store.one(database.connection, store.NEWEST)[0]
    before = standing(database.connection)
    left = before.left if before.left and before.left.version == current() else Left(current(), newest, 0)
    reader = database.connect_reader()
    try:
        found, counts = _candidates(reader, progress, asked)
        frequency = Frequency(counts)
        last = store.one(reader, store.LAST)[0]
        known: dict[int, Features] = {}
        rows: list[tuple] = []
        total = len(found)
        for start in range(0, total, AT_ONCE):
            some = found[start : start + AT_ONCE]
            ids = {one for pair in some for one in (pair >> WIDE, pair & MASK)}
            known = {one: known[one] for one in ids if one in known}
            known |= {
                one: features_of(text) for one, text in store.documents(reader, sorted(ids - known.keys()))
            }
            for pair in some:
                a, b = known.get(pair >> WIDE), known.get(pair & MASK)
                if a is not None and b is not None and (kept := judge(a, b, frequency)):
                    rows.append((pair >> WIDE, pair & MASK, *kept))
            upto = (some[-1] >> WIDE) - 1 if start + AT_ONCE < total else last
            if upto > left.upto:
                ready = [row for row in rows if left.upto < row[0] <= upto]
                rows = [row for row in rows if row[0] > upto]
                left = _publish(database, left, upto, ready, last)
            if progress:
                progress(min(99, 20 + 80 * start // max(total, 1)), 100)
            if asked():
                raise Cancelled(
                    _("Stopped."),
                    _("What was found before is kept; the next scan goes on where this one stopped."),
                )
        if left.upto < last:
            left = _publish(database, left, last, rows, last)
    finally:
        reader.close()
    _finish(database, left)
    pairs = store.one(database.connection, store.COUNT, {"least": 0})[0]
    return Scanned(pairs, clock.stopwatch() - began)


def _index_ready(database: Database, cancelled: Cancel) -> None:
    if index.state(database.connection).kind != index.READY:
        Upkeep(database).run(None, cancelled)
    if index.state(database.connection).kind != index.READY:
        raise Busy(
            _("The search index is being built; duplicates are found by it."),
            _("What was found before is kept."),
            _("Try again in a few minutes."),
        )


def _candidates(
    reader: sqlite3.Connection, progress: Progress | None, cancelled: Cancel
) -> tuple[array[int], dict[str, int]]:
    """Return the pairs that share a key, in order, and how many share what many share (keys.counts)."""
    found: set[int] = set()
    counts: dict[str, int] = {}
    pieces = keyed.ranges()
    with keyed.opened(reader):
        for done, (low, high) in enumerate(pieces):
            cap, named = CAPS[low[1]], low[1] in NAMED
            for key, members in _blocks(keyed.held(reader, low, high)):
                if named and len(members) > 2:
                    counts[key] = len(members)
                if len(members) <= cap:
                    members.sort()
                    for at, one in enumerate(members, 1):
                        found.update([one << WIDE | other for other in members[at:]])
            if progress and not done % 100:
                progress(20 * done // len(pieces), 100)
            if cancelled():
                raise Cancelled(_("Stopped."), _("What was found before is kept."))
    return array("q", sorted(found)), counts


def _blocks(entries: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    """Yield keys with their members, of those that more than one customer has."""
    before, members = "", []
    for key, one in entries:
        if key == before:
            members.append(one)
            continue
        if len(members) > 1:
            yield before, members
        before, members = key, [one]
    if len(members) > 1:
        yield before, members


def _publish(database: Database, left: Left, upto: int, rows: list[tuple], last: int) -> Left:
    """Put the pairs of a range of ids in the place of what was found before."""
    now = left._replace(upto=upto)

    def write(connection: sqlite3.Connection) -> None:
        store.run(connection, store.GONE, {"low": left.upto + 1, "high": upto})
        store.put(connection, rows)
        stood = standing(connection)
        stand(connection, stood._replace(done=max(1, min(99, 100 * upto // max(last, 1))), left=now))

    database.write_untracked(write)
    return now


def _finish(database: Database, left: Left) -> None:
    def write(connection: sqlite3.Connection) -> None:
        store.run(connection, store.GONE, {"low": left.upto + 1, "high": MASK})
        stand(connection, Standing(left.version, left.seen, clock.instant(), 0, None))

    database.write_untracked(write)


def catch_up(database: Database, progress: Progress | None = None, cancelled: Cancel | None = None) -> int:
    """Compare again whom saves touched since the pairs were scored; return how many customers that were.

    Nothing is done, and 0 returned, where no scan was ever finished, where another version scored the pairs
    (``listing.status`` tells), where the file can only be read or its index is being built. A scan of all
    takes the place of catching up with very many.
    """
    now = standing(database.connection)
    if database.read_only or now.version != current() or index.state(database.connection).kind != index.READY:
        return 0
    newest = store.one(database.connection, store.NEWEST)[0]
    if newest == now.seen:
        return 0
    touched: set[int] = set()
    for one in range(now.seen + 1, newest + 1):
        touched.update(derived.searched_in(database.connection, one))
        if len(touched) > MANY:
            scan(database, progress, cancelled)
            return len(touched)
    ids = sorted(touched)
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        _replace(database, piece, _beside(database.connection, piece))
        if progress:
            progress(start, len(ids))
        if cancelled and cancelled():
            raise Cancelled(_("Stopped."), _("What was found before is kept."))

    def write(connection: sqlite3.Connection) -> None:
        stand(connection, standing(connection)._replace(seen=newest))

    database.write_untracked(write)
    return len(ids)


def _replace(database: Database, piece: list[int], rows: list[tuple]) -> None:
    def write(connection: sqlite3.Connection) -> None:
        store.remove_of(connection, piece)
        store.put(connection, rows)

    database.write_untracked(write)


def _beside(connection: sqlite3.Connection, ids: list[int]) -> list[tuple]:
    """Return the pairs worth keeping of some customers with all others."""
    known = {one: features_of(text) for one, text in store.documents(connection, ids)}
    wanted: set[tuple[int, int]] = set()
    for one, found in known.items():
        for key in keys(found):
            cap = CAPS[key[1]]
            members = keyed.members(connection, key, cap + 1)
            if len(members) <= cap:
                wanted.update((min(one, other), max(one, other)) for other in members if other != one)
    others = {one for pair in wanted for one in pair} - known.keys()
    known |= {one: features_of(text) for one, text in store.documents(connection, sorted(others))}
    rows = []
    for a, b in sorted(wanted):
        if a in known and b in known:
            both = (known[a], known[b])
            kept = judge(*both, Frequency(counted(connection, both)))
            if kept:
                rows.append((a, b, *kept))
    return rows
