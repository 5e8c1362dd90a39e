"""The order in which duplicates are decided: what comes next, what was decided here, what came back."""

from __future__ import annotations

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
        self.handled: list[int] = []  # clusters that were decided here, the last one at the end

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def open_handled(self) -> set[int]:
        """Return those of the clusters decided here that wait again, as far as that was looked at."""
        if self.gathered is None:
            return set()
        return {one for one in self.handled if len(self.gathered.at(one).ids) > 1}

    def place_of(self, found: Found) -> tuple[int, int]:
        """Return where a cluster stands in its band, from 1 on (0: nowhere), and how many there are."""
        if self.gathered is None:
            return 0, 0
        numbers = self.gathered.numbers(found.band, self.term)
        at = numbers.index(found.number) + 1 if found.number in numbers else 0
        return at, len(numbers)

    async def beside(self, found: Found, by: int) -> Found | None:
        """Return the next cluster of the band (``by`` 1) or the one before (-1) that can be opened."""

        def following() -> Found | None:
            if self.gathered is None:
                return None
            numbers = self.gathered.numbers(found.band, self.term)
            others = [one for one in numbers if one > found.number] if by > 0 else []
            if by < 0:
                others = [one for one in numbers if one < found.number][::-1]
            for number in others:
                one = self.gathered.at(number)
                if len(one.ids) <= MOST:
                    return one
            return None

        return await self.crm.work.run(following)

    async def dealt_with(self, found: Found) -> Found | None:
        """Take note that a cluster was decided; return what is left of it, else the next of its band."""
        self.handled = [*(one for one in self.handled if one != found.number), found.number]
        gathered = self.gathered
        if gathered is None:
            return None
        await self.crm.work.run(gathered.look_again, self.session.reader, [found.number])
        left = gathered.at(found.number)
        if 2 <= len(left.ids) <= MOST and left.band == found.band and set(left.ids) < set(found.ids):
            return left
        return await self.beside(found, 1)

    async def came_back(self) -> Found | None:
        """Return the cluster that was decided last and waits again, None when none came back."""
        gathered = self.gathered
        if gathered is None or not self.handled:
            return None
        number = self.handled[-1]
        await self.crm.work.run(gathered.look_again, self.session.reader, [number])
        found = gathered.at(number)
        if not 2 <= len(found.ids) <= MOST:
            return None
        self.handled.pop()
        return found
