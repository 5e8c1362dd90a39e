"""Which customers pass a filter, as a byte for each id: read from indexes alone, combined as whole numbers.

What most rows pass is read as what they do not; which of both is told by a sample of rows all over the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import compress
from typing import TypeGuard

from crm_tui.customers import store_list as lists
from crm_tui.customers.filter_fields import All, Any_, Condition, Filter, Not_, has_span
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_pieces import OF_CUSTOMER, OF_STATE, UNDATED, Piece
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.in_time import at_most

HIGHEST = "SELECT coalesce(max(s.customer_id), 0) FROM listed s"
SAMPLED = 240
ENDS_MS = 8  # in which the lowest or highest of those made in some time is mostly found by the values
EVENTS = {"created": lists.ORDERS["created"], "changed": lists.ORDERS["recent"]}
GOLDEN = 0.6180339887
FEW_LEFT = 40_000  # customers of whom each is looked at rather than all rows of the file
Share = Callable[[Filter], float | None]
TURNED = bytes((1, 0)) + bytes(254)


def sample(reader: sqlite3.Connection) -> list[int]:
    """Return ids from all over the file; some may be those of no customer that is there."""
    size = size_of(reader)
    # In no step with anything that recurs from row to row.
    return sorted({int(at * GOLDEN % 1 * size) for at in range(1, SAMPLED)})


def size_of(reader: sqlite3.Connection) -> int:
    """Return one more than the highest id."""
    return reader.execute(HIGHEST).fetchone()[0] + 1


def span(reading: Reading, tree: Filter, *, low: bool = True, high: bool = True) -> tuple[int, int] | None:
    """Return the lowest and highest id that a condition on times lets pass, as far as they are asked for.

    None for any other filter, or where nobody passes.
    """
    if not isinstance(tree, Condition) or not has_span(tree):
        return None
    found = {"min": 0, "max": lists.MOST}
    for name in [*["min"] * low, *["max"] * high]:
        end = _end(reading, tree, name)
        if end is None:
            return None
        found[name] = end
    return found["min"], found["max"]


def _end(reading: Reading, tree: Condition, name: str) -> int | None:
    """Return the lowest or highest id that a condition lets pass.

    Most are made and changed many at a time: then few values are looked at. The indexes of the owner hold all
    times by the ids: of each person's those are passed over that lie beyond.
    """
    order = EVENTS.get(tree.field)
    if order is not None:
        ranges = reading.bounds(tree, order.key) or [(None, None)]
        with suppress(TimeoutError), at_most(reading.reader, ENDS_MS):
            return lists.end_of(reading.reader, order, *ranges[0], backwards=name == "max")
    test, found = reading.test(tree), None
    for owner, _name in lists.people(reading.reader):
        found = lists.beyond(reading.reader, test, owner, found, backwards=name == "max")
    return found


class Members:
    """The customers that pass a filter at one moment.

    ``share`` tells which part of all customers passes some filters, None of those it does not know.
    """

    def __init__(self, reading: Reading, tree: Filter, share: Share | None = None) -> None:
        self.reader = reading.reader
        self.share = share
        self.reading = reading
        self.size = size_of(self.reader)
        self._sample: list[int] | None = None
        self._loose = False  # whether ids that are in no list are flagged too
        self.flags = self._of(tree, turned=False)

    def ids(self) -> list[int]:
        """Return the ids."""
        return list(compress(range(len(self.flags)), self.flags))

    def narrow(self, tree: Filter) -> None:
        """Leave only those who pass another filter too."""
        if self.flags.count(1) <= FEW_LEFT:
            self.flags, self._loose = self._looked_at(self.flags, tree), False
        else:
            self.flags = self._combined([self.flags, self._of(tree, turned=False)], every=True)

    def count(self) -> int:
        """Return how many there are."""
        if self._loose:
            listed = bytearray(self.size)
            lists.flag(self.reader, lists.EVERY, listed)
            self.flags, self._loose = self._combined([self.flags, listed], every=True), False
        return self.flags.count(1)

    # -- trees ----------------------------------------------------------------------------------------

    def _of(self, tree: Filter, *, turned: bool) -> bytearray:
        if isinstance(tree, Not_):
            return self._of(tree.part, turned=not turned)
        if isinstance(tree, Condition):
            return self._of_condition(tree, turned)
        every = isinstance(tree, All) is not turned
        read = [part for part in tree.parts if not self._is_tested(part)]
        left = tuple(part for part in tree.parts if self._is_tested(part))
        found = self._combined([self._of(part, turned=turned) for part in read], every) if read else None
        if not left:
            return found if found is not None else bytearray(self.size)
        joint: Filter = All(left) if isinstance(tree, All) else Any_(left)
        rest: Filter = Not_(joint) if turned else joint
        if found is not None and every and found.count(1) <= FEW_LEFT:
            return self._looked_at(found, rest)
        tested = self._scanned(rest)
        return tested if found is None else self._combined([found, tested], every)

    def _looked_at(self, found: bytearray, rest: Filter) -> bytearray:
        """Test each of some customers, instead of every row."""
        ids = list(compress(range(len(found)), found))
        rows = lists.gather(self.reader, lists.ORDERS["id"], self.reading.test(rest), ids)
        return self._filled([row[0] for row in rows])

    def _is_tested(self, tree: Filter) -> TypeGuard[Condition]:
        """Tell whether a part is a condition that no index answers."""
        return isinstance(tree, Condition) and not any(
            self.reading.pieces(tree, turned) is not None for turned in (False, True)
        )

    def _combined(self, parts: list[bytearray], every: bool) -> bytearray:
        whole = int.from_bytes(parts[0], "little")
        for part in parts[1:]:
            other = int.from_bytes(part, "little")
            whole = whole & other if every else whole | other
        size = max(map(len, parts))
        return bytearray(whole.to_bytes(size, "little"))

    # -- conditions -----------------------------------------------------------------------------------

    def _of_condition(self, one: Condition, turned: bool) -> bytearray:
        if one.field == "plan":
            # Some have a plan without a day.
            dated = self._of_condition(Condition("due", "some"), False)
            found = self._combined([dated, self._read([Piece(UNDATED, {})])], every=False)
            return found if (one.op == "some") is not turned else self._others(found)
        held, others = self.reading.pieces(one, turned), self.reading.pieces(one, not turned)
        wanted: Filter = Not_(one) if turned else one
        if others is not None and (held is None or self._share(wanted) > 0.5):
            return self._others(self._read(others))
        return self._read(held) if held is not None else self._scanned(wanted)

    def _others(self, found: bytearray) -> bytearray:
        self._loose = True
        return found.translate(TURNED)

    def _share(self, tree: Filter) -> float:
        """Return how many of a sample of rows pass, as a part of one."""
        known = self.share(tree) if self.share is not None else None
        if known is not None:
            return known
        order = lists.ORDERS["id"]
        if self._sample is None:
            self._sample = [row[0] for row in lists.gather(self.reader, order, None, sample(self.reader))]
        passing = lists.gather(self.reader, order, self.reading.test(tree), self._sample)
        return len(passing) / max(len(self._sample), 1)

    def _scanned(self, tree: Filter) -> bytearray:
        """Test every row, along the table."""
        test = self.reading.test(tree)
        frame, inner = (OF_CUSTOMER, "c.id") if test.of_customer else (OF_STATE, "s.customer_id")
        if test.of_customer and test.of_state:
            order = lists.ORDERS["id"]
            whole = lists.Segment("", {}, True)
            rows = lists.walk(self.reader, order, whole, test, backwards=False, limit=self.size)
            return self._filled([row[0] for row in rows])
        return self._read([Piece(frame.replace("{range}", test.sql.replace("{id}", inner)), test.params)])

    def _read(self, pieces: Iterable[Piece]) -> bytearray:
        flags = bytearray(self.size)
        for piece in pieces:
            lists.flag(self.reader, piece, flags)
        return flags

    def _filled(self, ids: list[int]) -> bytearray:
        flags = bytearray(max(self.size, max(ids, default=0) + 1))
        for one in ids:
            flags[one] = 1
        return flags
