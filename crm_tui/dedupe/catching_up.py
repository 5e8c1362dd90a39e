"""The pairs brought after what was saved since they were scored: whom a save touched is compared again.

So are those beside them: whose pairs they were in, and who shares a value that one more or one less makes
rarer or more crowded than it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crm_tui.customers import derived
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.comparing import Frequency, limits_of
from crm_tui.dedupe.listing import Counts
from crm_tui.dedupe.standing import Standing, current, stand, standing
from crm_tui.dedupe.whole import Cancel, Progress, scan
from crm_tui.dedupe.working import judge
from crm_tui.errors import Cancelled
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Features
from crm_tui.identity.keys import CAPS, NAMED, keys
from crm_tui.locale import _
from crm_tui.search import index, keyed
from crm_tui.storage import derive
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

PIECE = 100  # customers of one step
MANY, SHARE = 500, 50  # more than this many, and than one in so many: a whole scan is sooner done
_COUNTED = 51  # more members than this make no value rarer


def catch_up(database: Database, progress: Progress | None = None, cancelled: Cancel | None = None) -> int:
    """Compare again whom saves touched since the pairs were scored; return how many customers that were.

    Nothing is done, and 0 returned, where no scan was ever finished, where another version scored the pairs
    (``listing.status`` tells), where the file can only be read or its index is being built. A whole scan
    takes the place of catching up with very many. Raises Cancelled; the next time begins again.
    """
    connection = database.connection
    now = standing(connection)
    if (
        database.read_only
        or not now.scanned_at
        or now.version != current()
        or index.state(connection).kind != index.READY
    ):
        return 0
    newest = store.one(connection, store.NEWEST)[0]
    if newest == now.seen:
        return 0
    most = max(MANY, store.one(connection, store.LAST)[0] // SHARE)
    touched: set[int] = set()
    for (one,) in store.all_of(connection, store.MOVING, {"seen": now.seen, "newest": newest}):
        touched.update(derived.searched_in(connection, one))
        touched.update(derive.customers_of(connection, one, derived.SHOWN))
        if len(touched) > most:
            break
    again = _affected(connection, sorted(touched), most) if len(touched) <= most else touched
    if len(again) > 2 * most:
        scan(database, progress, cancelled)
        return len(touched)
    ids = sorted(again)
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        if not _replace(database, piece, _beside(connection, piece), now):
            return len(touched)  # another process is at it, or a whole scan was finished
        if progress:
            progress(start, len(ids))
        if cancelled and cancelled():
            raise Cancelled(_("Stopped."), _("What was found before is kept."))

    def write(connection: sqlite3.Connection) -> None:
        stood = standing(connection)
        if stood.seen == now.seen:
            stand(connection, stood._replace(seen=newest))

    database.write_untracked(write)
    return len(touched)


def _affected(connection: sqlite3.Connection, touched: list[int], most: int) -> set[int]:
    """Return whom to compare again: some customers, and whoever is concerned by what became of them."""
    again = set(touched) | store.beside(connection, touched)
    shared: Counter[str] = Counter()
    for _one, text in store.documents(connection, touched):
        shared.update(keys(features_of(text)))
    for key, moved in shared.items():
        if len(again) > 2 * most:
            break
        again.update(_crossing(connection, key, moved))
    return again


def _crossing(connection: sqlite3.Connection, key: str, moved: int) -> Iterable[int]:
    """Return who has a key that so many may just have got, if that makes a difference to the others."""
    cap = CAPS[key[1]]
    limits = [cap, *(limits_of(key[1]) if key[1] in NAMED else ())]
    members = keyed.members(connection, key, max(cap, _COUNTED) + moved + 1)
    count = len(members)
    return members if any(count - moved <= limit < count for limit in limits) else ()


def _replace(database: Database, piece: list[int], rows: list[tuple], before: Standing) -> bool:
    def write(connection: sqlite3.Connection) -> bool:
        if standing(connection).seen != before.seen:
            return False
        store.remove_of(connection, piece)
        store.put(connection, rows)
        return True

    return database.write_untracked(write)


def _beside(connection: sqlite3.Connection, ids: list[int]) -> list[tuple]:
    """Return the pairs worth keeping of some customers with all others."""
    known = _features(connection, ids)
    wanted: set[tuple[int, int]] = set()
    blocks: dict[str, list[int]] = {}
    for one, found in known.items():
        for key in keys(found):
            cap = CAPS[key[1]]
            members = blocks.get(key)
            if members is None:
                members = blocks[key] = keyed.members(connection, key, cap + 1)
            if len(members) <= cap:
                wanted.update((min(one, other), max(one, other)) for other in members if other != one)
    known |= _features(connection, sorted({one for pair in wanted for one in pair} - known.keys()))
    frequency = Frequency(Counts(connection))
    rows = []
    for a, b in sorted(wanted):
        if a in known and b in known and (kept := judge(known[a], known[b], frequency)):
            rows.append((a, b, *kept))
    return rows


def _features(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Features]:
    return {one: features_of(text) for one, text in store.documents(connection, ids)}
