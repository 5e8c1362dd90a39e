"""The search: from what was typed to the best customers, with reasons, within a deadline.

``search(reader, text, me)`` reads through the user's views on the given connection; another thread may
interrupt that connection: what was found so far comes back. Nothing is loaded before the first call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from crm_tui.customers import document
from crm_tui.customers.filter_fields import Filter
from crm_tui.customers.store_pieces import Test
from crm_tui.search import conditions, index
from crm_tui.search.candidates import Candidates, Row
from crm_tui.search.deadline import Deadline
from crm_tui.search.expressions import any_of, both
from crm_tui.search.parsing import HAN_TERM, LETTERS, Question, Term, parse
from crm_tui.search.rephrasing import otherwise
from crm_tui.search.scoring import EXACT, SPELLED, Match
from crm_tui.search.several import all_terms, spelled_apart, words_of_english
from crm_tui.search.tiers import LAST, LATER, LOOSE, USUAL, WEAK, Tier, stages
from crm_tui.storage.driver import sqlite3
from crm_tui.text.gazetteer import as_place

LIMIT = 50
DEADLINE_MS = 130  # of asking; with what is shown a key takes 150 at most
GOOD = 60.0  # points of a match that makes looser questions needless, for as many as are wanted
ENOUGH = 10  # matches below which weak tiers are asked
NEARLY = 75.0  # points of a match of several terms below which one of them may be wrong
PLACELESS, WITHOUT = 0.75, 0.6  # what a match of the other terms is worth
SURE = 98.0  # points of a match that leaves nothing to guess
LONG = 5  # signs of a term that is hardly found as typed by chance
LOOKED_AT = 64  # documents between two looks at the clock
AT_ONCE = 100  # candidates of several tiers: where there are more, one tier is asked after the other
OF_SEVERAL = 300  # candidates of several terms
OF_LETTER = 120  # where one of them is a sign
ONES_OWN = 40
SCANNED = 400  # documents of one statement where the index does not answer
OWN, OPENED, BUSY = 4.0, 6.0, 1.5
"""What a customer is worth beyond its match: one's own, recently opened (the last most), one in work."""


class Hit(NamedTuple):
    """A found customer: points, reason (of reasons.REASONS), the kind of line that answered and its text."""

    id: int
    score: float
    reason: str
    field: str
    text: str


class _Matched(NamedTuple):
    id: int
    points: float
    match: Match
    size: int  # of the name


class Found(NamedTuple):
    """What a search found, best first.

    ``more``: there may be others; ``late``: the deadline or an interruption ended it; ``scan``: why the index
    did not answer (building, damaged), '': then the documents were read, newest first. ``terms`` are
    for ``spans``.
    """

    hits: tuple[Hit, ...]
    more: bool
    terms: tuple[Term, ...]
    late: bool = False
    scan: str = ""


def search(
    reader: sqlite3.Connection,
    text: str,
    me: int = 0,
    *,
    limit: int = LIMIT,
    deadline_ms: float = DEADLINE_MS,
    where: Filter | Test | None = None,
    cancelled: Callable[[], bool] | None = None,
    opened: Sequence[int] = (),
) -> Found:
    """Return the customers that answer a text, best first; the same over the same file gives the same list.

    ``me`` is the asking person, whose own customers come first among equals, as do those ``opened`` lately
    (newest first). ``where`` is a condition that each must pass besides those in the text (行业:制造业). Any
    text is answered, by an empty list if by nothing better.
    """
    with Deadline(reader, deadline_ms, cancelled) as deadline:
        run = _Search(reader, deadline, me, limit, opened)
        question = parse(text)
        try:
            question, run.asked.test, run.asked.holders = conditions.apply(reader, question, where)
            if question.terms or (question.conditions and run.asked.test is not None):
                run.look(question)
        except sqlite3.OperationalError as error:
            if not _interrupted(error):
                raise
            run.late = True
        return run.found(question)


def _plain(term: Term) -> float:
    """Return the points of a match of a term so long that what is only alike need not be looked for."""
    size = len(term.text)
    if term.kind == HAN_TERM and size >= LONG - 1:
        return EXACT
    return SPELLED + 8.0 if term.kind == LETTERS and size >= LONG else SURE


def _interrupted(error: sqlite3.Error) -> bool:
    return str(error) == "interrupted"


class _Search:
    def __init__(
        self, reader: sqlite3.Connection, deadline: Deadline, me: int, limit: int, opened: Sequence[int]
    ) -> None:
        self.reader = reader
        self.deadline = deadline
        self.me = me
        self.limit = limit
        self.opened = opened
        self.asked = Candidates(reader, deadline)
        self.apart: list[Row] = []
        self.late = False
        self.plain = SURE  # points of a match that is as typed, when it can hardly be chance
        self.long = False
        self.cut = False  # a tier brought as many as it may: there are others
        self.scan = ""
        self.seen: dict[int, _Matched | None] = {}
        self.points: list[float] = []  # of the matches, without what a customer is worth beyond them

    def look(self, question: Question) -> None:
        """Find the matches of a question."""
        state = index.state(self.reader)
        if state.kind == index.READY:
            try:
                self._ask(question.terms)
                return
            except sqlite3.DatabaseError as error:
                if _interrupted(error) or not index.is_index_damage(error):
                    raise
                self.scan = index.DAMAGED
                self.seen.clear()
                self.points.clear()
        else:
            self.scan = state.kind
        self._scan(question.terms)

    # -- the index ------------------------------------------------------------------------------------

    def _ask(self, terms: Sequence[Term]) -> None:
        if not terms:
            self._all(self.asked.newest(self.limit + 1))
            return
        self.apart = self.asked.apart(terms)
        self._take(self.apart, terms, weak=False, worth=1.0)
        if len(terms) == 1:
            # Whoever does not match a term never will; of several terms, some may be left out.
            self.asked.doubts = True
            self._one(terms)
            self._otherwise(terms[0])
        else:
            if joined := spelled_apart(terms):
                self._one((joined,))
                if max(self.points, default=0.0) >= GOOD:
                    return
                self.seen = {one: found for one, found in self.seen.items() if found}
            self._several(terms)

    def _all(self, rows: Sequence[Row]) -> None:
        """Conditions alone: the newest that pass."""
        self.cut = len(rows) > self.limit
        plain = Match(50.0, "", document.NAME, "")
        for customer_id, text, busy, holder in rows:
            size = len(text.partition("\n")[0])
            self.seen[customer_id] = _Matched(customer_id, 50.0 + self._prior(busy, holder), plain, size)

    def _one(self, terms: Sequence[Term]) -> None:
        every_tier = stages(terms[0])
        self.plain = _plain(terms[0])
        self.long = len(terms[0].text) >= LONG
        # Those that take time to make are made when they are asked.
        usual = list(takewhile(lambda one: one is not LATER and one is not LAST, every_tier))
        early = self._at_once([one for one in usual if one.group <= USUAL or one.early], terms)
        if not early:
            self._each([one for one in usual if one.group <= USUAL], terms)
        if self.late:
            return
        if not self._needless(LATER):
            loose = [one for one in usual if one.group == LOOSE and not (early and one.early)]
            loose += takewhile(lambda one: one is not LAST, every_tier)
            if not self._at_once(loose, terms):
                self._each(loose, terms)
        if not (self.late or self._needless(LAST)):
            self._take(self.apart, terms, weak=True, worth=1.0)
            self._each(every_tier, terms)

    def _otherwise(self, term: Term) -> None:
        """Nothing answers a term well as it stands: what it may stand for."""
        for others in otherwise(term):
            if self.late or max(self.points, default=0.0) >= GOOD:
                return
            before, self.seen, self.points = self.seen, {}, []
            (self._several if len(others) > 1 else self._one)(others)
            for one, found in before.items():
                self.seen[one] = self.seen.get(one) or found

    def _each(self, asked: Iterable[Tier], terms: Sequence[Term]) -> None:
        """Ask one tier after the other, as far as they can better the list."""
        for tier in asked:
            if self._needless(tier):
                # Of what is only alike there may always be more.
                self.cut = self.cut or tier.group <= USUAL
                continue
            self._tier(tier, terms, tier.group == WEAK)
            if self.late:
                return

    def _at_once(self, asked: Sequence[Tier], terms: Sequence[Term]) -> bool:
        """Ask some tiers in one statement, and tell whether that brought all they have: few, as a rule."""
        wide = [one for one in asked if not one.within]
        if (
            len(asked) < 2
            or len(terms[0].text) < terms[0].least
            or self.late
            or any(map(self._needless, asked))
        ):
            return False
        if self.deadline.passed():
            self.late = True
            return False
        rows = self.asked.few(any_of(*(one.expression for one in wide)), AT_ONCE)
        if rows is None:
            return False
        self._take(rows, terms, weak=False, worth=1.0, doubt=self.asked.doubt)
        return True

    def _needless(self, tier: Tier) -> bool:
        """Tell whether a tier cannot better the list."""
        points = self.points
        best = max(points, default=0.0)
        if tier.group == WEAK and not self._are_few():
            return True
        if tier.group == LOOSE and self.long and best >= self.plain:
            return True
        if tier.group == LOOSE and sum(one >= GOOD for one in points) >= max(1, min(self.limit, LIMIT) // 2):
            return True
        return len(points) >= self.limit and sum(one >= tier.best for one in points) >= self.limit

    def _are_few(self) -> bool:
        """Tell whether what is only alike is worth looking for."""
        return len(self.points) < ENOUGH and max(self.points, default=0.0) < min(SURE, self.plain)

    def _several(self, terms: Sequence[Term]) -> None:
        """All terms at once: candidates have something of each."""
        left = [stages(term) for term in terms]
        asked: list[list[Tier]] = [[] for _term in terms]
        most = OF_LETTER if any(term.lone for term in terms) else OF_SEVERAL
        for last, end in ((USUAL, LATER), (LOOSE, LAST), (WEAK, None)):
            for each, rest in zip(asked, left, strict=True):
                # Those that take time to make are made when they are asked.
                each += takewhile(lambda one, end=end: one is not end, rest)
            parts = [
                any_of(
                    *(one.expression for one in each if (one.group <= last or one.early) and not one.within)
                )
                for each in asked
            ]
            if last == WEAK:
                self._take(self.apart, terms, weak=True, worth=1.0)
            if all(parts):
                self._tier(Tier(both(*parts), most, last), terms, last == WEAK)
            if self.late or max(self.points, default=0.0) >= EXACT - 2.0:
                return
            if len(self.points) >= (ENOUGH if last == USUAL else 1):
                break
        if max(self.points, default=0.0) < NEARLY:
            self._most_of(terms, asked)

    def _most_of(self, terms: Sequence[Term], asked: Sequence[Sequence[Tier]]) -> None:
        """Nothing has all terms: what has all but one, likeliest a place, which is not in every name."""
        places = [as_place(term.text) is not None for term in terms]
        ways = [{at} for at in sorted(range(len(terms)), key=lambda at: not places[at])]
        for left_out in filter(None, [*ways, words_of_english(terms)]):
            if len(left_out) > 1 and self.points:
                return
            if all(places[at] for at in range(len(terms)) if at not in left_out):
                continue  # a place alone is no answer
            worth = PLACELESS if all(places[at] for at in left_out) else WITHOUT
            # Whoever lacks one of the terms may have the others.
            self.seen = {one: found for one, found in self.seen.items() if found}
            rest = [term for at, term in enumerate(terms) if at not in left_out]
            left = [each for at, each in enumerate(asked) if at not in left_out]
            self._take(self.apart, rest, weak=False, worth=worth)
            for last in (USUAL, LOOSE):
                before = len(self.points)
                parts = [any_of(*(one.expression for one in each if one.group <= last)) for each in left]
                if all(parts):
                    self._tier(Tier(both(*parts), 100, WEAK), rest, weak=False, worth=worth)
                if self.late:
                    return
                if len(self.points) > before:
                    break

    def _tier(self, tier: Tier, terms: Sequence[Term], weak: bool, worth: float = 1.0) -> None:
        if self.deadline.passed():
            self.late = True
            return
        # A list takes as many as fit; what is only alike never comes in masses.
        most = max(tier.limit, self.limit) if tier.group <= USUAL else tier.limit
        rows = self.asked.matching(tier.expression, most)
        full = self.asked.full
        self.late = self.late or self.asked.late
        self._take(rows, terms, weak, worth, self.asked.doubt)
        if full:
            self.cut = True
            if self.me and not self.late:
                self._take(self.asked.held_by(self.me, tier.expression, ONES_OWN), terms, weak, worth)

    # -- candidates -----------------------------------------------------------------------------------

    def _take(
        self,
        rows: Sequence[tuple[Any, ...]],
        terms: Sequence[Term],
        weak: bool,
        worth: float,
        doubt: str = "",
    ) -> None:
        seen = self.seen
        for number, (customer_id, text, busy, holder) in enumerate(rows):
            if number % LOOKED_AT == LOOKED_AT - 1 and self.deadline.passed():
                self.late = True
                return
            if customer_id in seen and not (weak and seen[customer_id] is None):
                continue
            seen[customer_id] = None
            lines = document.lines(text)
            if not lines:
                continue
            match = all_terms(terms, lines, weak)
            if match is None:
                continue
            if doubt and not self.asked.holds(doubt, rows[number]):
                if not weak:
                    del seen[customer_id]  # another question may find it
                continue
            points = match.score * worth
            self.points.append(points)
            total = points + self._prior(busy, holder)
            seen[customer_id] = _Matched(customer_id, total, match, len(lines[0][1]))

    def _prior(self, busy: int, holder: int | None) -> float:
        return (BUSY if busy else 0.0) + (OWN if self.me and holder == self.me else 0.0)

    def _scan(self, terms: Sequence[Term]) -> None:
        """The index does not answer: read the documents, newest first, as far as time allows."""
        if not terms:
            self._all(self.asked.held(1 << 62, self.limit + 1))
            return
        before = 1 << 62
        while not self.late:
            rows = self.asked.held(before, SCANNED)
            self._take(rows, terms, weak=False, worth=1.0)
            if len(rows) < SCANNED:
                return
            before = rows[-1][0]
            if self.deadline.passed():
                self.late = True
            if sum(one >= GOOD for one in self.points) > 4 * self.limit:
                self.cut = True
                return

    # -- the list -------------------------------------------------------------------------------------

    def found(self, question: Question) -> Found:
        """Return the list: points, then the shorter name, then the newer customer."""
        opened = {one: OPENED - at * 0.5 for at, one in enumerate(self.opened[:8])}
        matched = [one for one in self.seen.values() if one is not None]
        if opened:
            matched = [one._replace(points=one.points + opened.get(one.id, 0.0)) for one in matched]
        matched.sort(key=lambda one: (-one.points, one.size, -one.id))
        hits = tuple(
            Hit(one.id, round(min(one.points, 120.0), 1), one.match.reason, one.match.line, one.match.text)
            for one in matched[: self.limit]
        )
        more = self.late or self.cut or len(matched) > self.limit
        return Found(hits, more, question.terms, self.late, self.scan)
