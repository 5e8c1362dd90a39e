"""Candidates of the index as far as the user's views reach: whoever is out of reach takes nobody's place.

Of customers that lie out of scope the views show nothing; an index that is asked for the user's customers
alone does not walk past all others first. Of those whose contacts are hidden, the index knows the contacts:
who answers for their sake alone is passed over (apparent.py), and does not count among as many as are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from crm_tui.access.verbs import ALL, NONE, OWN, ROWS, TEAM
from crm_tui.customers.store_pieces import Test
from crm_tui.search import apparent, store, store_reach
from crm_tui.search.deadline import Deadline
from crm_tui.search.expressions import any_of, both, every
from crm_tui.search.parsing import Term
from crm_tui.storage.driver import sqlite3

MOST_OWNERS = 25  # that the index is asked for; more own a good part of all
FEW_OWNERS = 2  # whose lists in the index are shorter than a look at those who answer
MOST_APART = 500  # customers of others that are read one by one
FEW_ANSWERS = 350  # that are looked at, whoever they are, before the index is asked for fewer
MANY_ANSWERS = 2000  # as the first few let expect, of whom the rest is not counted
SURELY = 1.2  # times as many as are wanted, by what is expected
AT_A_TIME = 64
MOST_PASSED, MOST_PASSED_IN_ALL = 250, 750
"""Candidates passed over in a question, and in a search: behind so many newer ones that answer by hidden
lines alone, others are not looked for."""
LOOKED_AT = 64
OF_CONTACTS = "contact"

Row = tuple[Any, ...]


class Reach(NamedTuple):
    """How far the views of a reader reach.

    ``holders``: whose customers are seen, as an expression, '' for anybody's (then the views alone tell), and
    ``owners`` as ids; ``in_full``: whose contacts are shown, None for everybody's.
    """

    holders: str = ""
    owners: frozenset[int] = frozenset()
    in_full: frozenset[int] | None = None


EVERYTHING = Reach()


def _owners(reader: sqlite3.Connection, scope: str) -> frozenset[int] | None:
    if scope == ALL:
        return None
    return frozenset() if scope == NONE else store_reach.owners(reader, scope)


def _held_by(owners: frozenset[int]) -> str:
    return any_of(*(every(f"!{one}") for one in sorted(owners)))


class Candidates:
    """Asks the index for one search; ``holders`` narrows every question to whose customers they are.

    ``full`` tells of the last question that there are, or may be, more candidates than it brought. Unless
    ``doubt`` is '', whoever matches still has to answer it by what is shown (``holds``). Only an
    asker that ``doubts`` is given one: nothing may follow from who does not match.
    """

    def __init__(self, reader: sqlite3.Connection, deadline: Deadline) -> None:
        self._reader = reader
        self._deadline = deadline
        self.test: Test | None = None
        self.holders = ""
        self.full = False
        self._passed = 0
        self._expected = 0.0  # answers of the last expression of which no few were found
        self.late = False  # the time was over while the last question was asked
        self.doubts = False
        self.doubt = ""

    @cached_property
    def reach(self) -> Reach:
        """How far the views of the reader reach."""
        scopes = store_reach.scopes(self._reader)
        rows, contacts = scopes.get(ROWS, ALL), scopes.get(OF_CONTACTS)
        in_full = None if contacts is None else _owners(self._reader, contacts)
        # One by one, those apart would take longer than the walk along the index does when they are many.
        if rows not in (OWN, TEAM) or len(self._apart) > MOST_APART:
            return EVERYTHING if in_full is None else Reach(in_full=in_full)
        owners = store_reach.owners(self._reader, rows)
        if len(owners) > MOST_OWNERS:
            return Reach(in_full=in_full)
        return Reach(_held_by(owners), owners, in_full)

    @cached_property
    def _apart(self) -> list[Row]:
        return store.apart(self._reader, MOST_APART + 1, self.test)

    @cached_property
    def _share(self) -> float:
        """What part of all customers the reach holds, as far as people hold alike."""
        owners = self.reach.owners
        return len(owners) / max(store_reach.people(self._reader), 1) if owners else 1.0

    def matching(self, expression: str, most: int) -> list[Row]:
        """Return the newest candidates of an expression, at most so many of each kind of reach."""
        self.full, self.doubt = False, ""
        if self.reach.in_full is None or apparent.is_sure(expression):
            return self._plain(expression, most)
        rows = self._shown_of_few(expression, most)
        if rows is not None:
            return rows
        rows = []
        sure, unsure, has_phones = apparent.divided(expression)
        if has_phones and self.reach.in_full:
            rows += self._of(self.reach.in_full, expression, most)
        if sure:
            rows += self._plain(sure, most)
        if unsure and not self.late:
            rows += self._shown(unsure, most)
        return rows

    def few(self, expression: str, most: int) -> list[Row] | None:
        """Return the candidates of an expression, None where they are as many or may be more.

        Where contacts are hidden, more than a few who answer by whatever line are not looked at for this.
        """
        self.full, self.doubt = False, ""
        if self.reach.in_full is not None:
            rows = self._shown_of_few(expression, most)
        elif self.reach.holders:
            rows = self._of(self.reach.owners, expression, most, only_few=True)
        else:
            rows = self._plain(expression, most)
        return None if self.full else rows

    def holds(self, expression: str, row: Row) -> bool:
        """Tell whether a candidate answers an expression by what is shown of it."""
        return row[3] in (self.reach.in_full or ()) or apparent.holds(expression, row[1] or "")

    def held(self, before: int, most: int) -> list[Row]:
        """Return the newest customers below an id that pass the test."""
        return store.scanned(self._reader, before, most, self.test)

    def held_by(self, person: int, expression: str, most: int) -> list[Row]:
        """Return the newest candidates among a person's own customers."""
        mine = every(f"!{person}")
        if mine == self.reach.holders:
            return []
        rows = store.matching(self._reader, both(expression, self.holders, mine), most, self.test)
        if self.reach.in_full is None or person in self.reach.in_full:
            return rows
        return [row for row in rows if apparent.holds(expression, row[1] or "")]

    def newest(self, most: int) -> list[Row]:
        """Return the newest customers that pass the test, the index narrows them where it can."""
        if not (self.holders or self.reach.holders):
            return self.held(1 << 62, most)
        rows = store.matching(self._reader, self._within(""), most, self.test)
        found = {row[0]: row for row in (*rows, *self.apart(()))}
        return [found[one] for one in sorted(found, reverse=True)[:most]]

    def apart(self, terms: Sequence[Term]) -> list[Row]:
        """Return customers that are seen, or seen in full, whoever holds them: the index is not asked.

        Where everybody is seen, the index finds all but who has a phone in full (``matching``).
        """
        digits = any(map(str.isdigit, "".join(term.text for term in terms)))
        if not self.reach.holders and (self.reach.in_full is None or (terms and not digits)):
            return []
        return self._apart if len(self._apart) <= MOST_APART else []

    def _within(self, expression: str) -> str:
        return both(expression, self.holders, self.reach.holders)

    def _plain(self, expression: str, most: int) -> list[Row]:
        if self.reach.holders:
            return self._of(self.reach.owners, expression, most)
        rows = store.matching(self._reader, both(expression, self.holders), most, self.test)
        self.full = self.full or len(rows) == most
        return rows

    def _of(self, owners: frozenset[int], expression: str, most: int, only_few: bool = False) -> list[Row]:
        """Return those whom some people hold; none where only few are wanted and they must be more.

        The lists of several people are long, and the index reads them to the end for an expression that few
        answer: those few are looked at instead, whoever holds them.
        """
        asked = both(expression, self.holders)
        rows = None
        if len(owners) > FEW_OWNERS:
            rows = self._of_few(asked, most, lambda row: row[3] in owners)
        if rows is None:
            if only_few and self._expected * self._share > SURELY * most:
                self.full = True
                return []
            within = both(asked, self.reach.holders, _held_by(owners))
            rows = store.matching(self._reader, within, most, self.test)
        self.full = self.full or len(rows) == most
        return rows

    def _shown_of_few(self, expression: str, most: int) -> list[Row] | None:
        """Return the candidates that answer by what is shown of them, None where more than a few answer."""
        passed = 0

        def answers(row: Row) -> bool:
            nonlocal passed
            found = self.holds(expression, row)
            passed += not found
            return found

        if self._passed >= MOST_PASSED_IN_ALL:
            return None
        ids = self._few_ids(self._within(expression))
        if ids is not None and len(ids) < most and self.doubts:
            # Only of those who match it matters: each costs more than to be compared.
            self.doubt = expression
            return self._read(ids, most, lambda _row: True)
        rows = None if ids is None else self._read(ids, most, answers)
        self._passed += passed
        return rows

    def _of_few(self, expression: str, most: int, fits: Callable[[Row], bool]) -> list[Row] | None:
        """Return the newest that fit of the few who answer an expression, None where they are more."""
        ids = self._few_ids(expression)
        return None if ids is None else self._read(ids, most, fits)

    def _read(self, ids: Sequence[int], most: int, fits: Callable[[Row], bool]) -> list[Row]:
        rows: list[Row] = []
        for start in range(0, len(ids), AT_A_TIME):
            if self._deadline.passed():
                self.late = True
                break
            rows += filter(fits, store.of_these(self._reader, ids[start : start + AT_A_TIME], self.test))
            if len(rows) >= most:
                self.full = True
                break
        return rows[:most]

    def _few_ids(self, expression: str) -> list[int] | None:
        """Return the few who answer an expression, seen or not, None where they are more, or must be."""
        walk = store.answers(self._reader, expression, FEW_ANSWERS + 1)
        rows = walk.fetchmany(AT_A_TIME)
        if len(rows) == AT_A_TIME:
            newest, last = rows[0][0], rows[-1][0]
            self._expected = AT_A_TIME * newest / (newest - last)
            if self._expected > MANY_ANSWERS:
                walk.close()
                return None
            rows += walk.fetchall()
        return [row[0] for row in rows] if len(rows) <= FEW_ANSWERS else None

    def _shown(self, expression: str, most: int) -> list[Row]:
        """Return those who answer by what is shown of them."""
        rows: list[Row] = []
        passed = 0
        most_passed = min(MOST_PASSED, MOST_PASSED_IN_ALL - self._passed)
        walk = store.along(self._reader, self._within(expression), self.test)
        for row in walk:
            if self.holds(expression, row):
                rows.append(row)
                if len(rows) == most:
                    break
                continue
            passed += 1
            if passed % LOOKED_AT == 0 and self._deadline.passed():
                self.late = True
                break
            if passed >= most_passed:
                break
        else:
            return rows
        walk.close()
        self._passed += passed
        self.full = True
        return rows
