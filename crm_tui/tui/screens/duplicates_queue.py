"""The order in which duplicates are decided: what comes next, what was decided here, what came back."""

from __future__ import annotations

from bisect import bisect_left
from typing import cast

from crm_tui.dedupe.gathered import Found, Gathered
from crm_tui.dedupe.merging import MOST
from crm_tui.session import Session
from crm_tui.tui.screens.base import BaseScreen


class Deciding(BaseScreen):
    """A screen of clusters that TwinsScreen asks for the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered: Gathered | None = None
        self.term = ""
        self.decided: list[tuple[int, ...]] = []  # customers that were decided here, the last ones at the end
        self.touched: set[int] = set()  # clusters that a decision may have changed
        self.stand_on: int | None = None  # the cluster that was side by side last

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def look_again(self) -> None:
        """Find out what became of the clusters that were touched; runs on the database thread."""
        if self.gathered is not None:
            self.gathered.look_again(self.session.reader, self.touched)

    def back_again(self) -> Found | None:
        """Return the cluster that was decided last if it waits again, as far as that was looked at."""
        if self.gathered is None:
            return None
        for ids in reversed(self.decided):
            for number in self.gathered.with_customers(ids[:1]):
                found = self.gathered.at(number)
                if set(ids) <= set(found.ids):
                    self.decided.remove(ids)
                    return found
        return None

    def place_of(self, found: Found) -> tuple[int, int]:
        """Return where a cluster stands in its band, from 1 on (0: nowhere), and how many there are."""
        if self.gathered is None:
            return 0, 0
        numbers = self.gathered.numbers(found.band, self.term)
        at = bisect_left(numbers, found.number)
        return (at + 1 if found.number in numbers[at : at + 1] else 0), len(numbers)

    def following(self, found: Found, by: int, most: int = MOST) -> Found | None:
        """Return the next cluster of the band (``by`` 1) or the one before (-1), of at most so many."""
        if self.gathered is None:
            return None
        numbers = self.gathered.numbers(found.band, self.term)
        at = bisect_left(numbers, found.number)
        if by > 0:
            at += found.number in numbers[at : at + 1]
            others = range(at, len(numbers))
        else:
            others = range(at - 1, -1, -1)
        clusters = (self.gathered.at(numbers[place]) for place in others)
        return next((one for one in clusters if len(one.ids) <= most), None)

    async def beside(self, found: Found, by: int) -> Found | None:
        """Return the next cluster of the band that can be put side by side, or the one before."""
        return await self.crm.work.run(self.following, found, by)

    async def dealt_with(self, found: Found) -> Found | None:
        """Take note that a cluster was decided; return what is left of it, else the next of its band."""
        gathered = self.gathered
        if gathered is None:
            return None
        self.decided.append(found.ids)
        self.touched.update(await self.crm.work.run(gathered.with_customers, found.ids))
        await self.crm.work.run(self.look_again)
        left = gathered.at(found.number)
        if 2 <= len(left.ids) <= MOST and set(left.ids) < set(found.ids):
            return left
        return await self.beside(found, 1)

    async def came_back(self) -> Found | None:
        """Return the cluster that was decided last and waits again, None when none came back."""
        await self.crm.work.run(self.look_again)
        found = await self.crm.work.run(self.back_again)
        return found if found is not None and len(found.ids) <= MOST else None
