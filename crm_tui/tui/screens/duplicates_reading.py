"""How the duplicates screen reads: clusters gathered beside the keys, and later saves compared."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from crm_tui import clock
from crm_tui.dedupe import listing
from crm_tui.dedupe.gathered import Found, Gathered, gather
from crm_tui.dedupe.listing import Status
from crm_tui.errors import CrmError
from crm_tui.search import index
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.watch import Moved
from crm_tui.tui.screens import duplicates_scan as scans
from crm_tui.tui.screens.duplicates_queue import Deciding

if TYPE_CHECKING:
    from crm_tui.search.index import State

SMALL = 5000  # clusters that are gathered while nobody notices
REST = 60.0  # seconds between two gatherings of more than that
LOOK = 3.0  # seconds between two looks at an index that is being built
BETWEEN = 15.0  # seconds between two looks at what colleagues save meanwhile


class Gathering(Deciding):
    """A screen over ``gathered``; it writes ``show_rows``, ``found`` and ``say_state``."""

    def __init__(self) -> None:
        super().__init__()
        self.standing: Status | None = None
        self.index: State | None = None
        self._began = ""  # the scan that ``gathered`` came from, '': what was saved since is not in it
        self._catching = self._gathering = False
        self._gathered_at = clock.stopwatch()
        self._caught_up_at = self._gathered_at - BETWEEN
        self._waiting: Timer | None = None

    @property
    def found(self) -> Found | None:
        """The cluster under the cursor."""
        raise NotImplementedError

    async def show_rows(self, cursor_to: Any = None) -> None:
        """Show the clusters, with the cursor on one."""
        raise NotImplementedError

    def say_state(self) -> None:
        """Say how many clusters wait, and how the scan stands."""
        raise NotImplementedError

    def _look(self) -> tuple[Status, State]:
        reader = self.session.reader
        self.look_again()
        return listing.status(reader), index.state(reader)

    async def reload(self) -> None:
        """Show what is known; clusters are gathered and the latest saves compared beside the keys."""
        self.standing, self.index = await self.crm.work.run(self._look)
        back = await self.crm.work.run(self.back_again)
        stand_on, self.stand_on = self.stand_on, None
        await self.show_rows(back.number if back else stand_on)
        if self.gathered is not None and self._is_behind():
            self._catch_up_now()
        elif self.standing.scanned_at and self._is_due():
            self.run_worker(self._gather, group="gather", exit_on_error=False)

        if self.index is not None and self.index.kind != index.READY and self._waiting is None:
            self._waiting = self.set_timer(LOOK, self._look_later)

    def _look_later(self) -> None:
        """Look again while the search index is being built."""
        self._waiting = None
        if self.is_current:
            self.run_worker(partial(self.bring_up_to_date, force=True), exit_on_error=False)

    def _is_due(self) -> bool:
        """Tell whether the clusters are to be gathered anew; very many of them not all the time."""
        if self.gathered is None:
            return True
        due = self.standing is not None and self._began != self.standing.scanned_at
        rests = clock.stopwatch() - self._gathered_at < REST and self._began == ""
        return due and (len(self.gathered) < SMALL or not rests)

    def _is_behind(self) -> bool:
        now = self.standing
        ready = self.index is not None and self.index.kind == index.READY
        return bool(
            now and now.scanned_at and now.fresh and now.behind and ready and not self.session.read_only
        )

    async def _gather(self) -> None:
        """Gather the clusters on a thread and a connection of their own."""
        if self._gathering:
            return
        self._gathering = True
        try:
            await self._gather_aside()
        finally:
            self._gathering = False
        if self._is_behind() and self.is_current:
            self._catch_up_soon()

    async def _gather_aside(self) -> None:
        session, readers = self.session, []

        def aside() -> Gathered:
            readers.append(session.another_reader())
            try:
                return gather(readers[0])
            finally:
                readers[0].close()

        began = self.standing.scanned_at or "" if self.standing else ""
        decided = len(self.decided)
        try:
            gathered = await asyncio.to_thread(aside)
        except CrmError as error:
            self.say(str(error), "bad")
            return
        except asyncio.CancelledError:
            for reader in readers:
                with suppress(sqlite3.ProgrammingError):
                    reader.interrupt()
            raise
        if not self.is_current:
            # What lies over the list goes by the clusters of before: they are gathered when it is left.
            self._began, self.seen_writes = "", -1
            return
        here, line = self.found, 0
        if here is not None:
            line = (await self.crm.work.run(self.place_of, here))[0]
        self.gathered, self._began, self.touched = gathered, began, set()
        self._gathered_at = clock.stopwatch()
        since = [one for ids in self.decided[decided:] for one in ids]
        self.touched.update(await self.crm.work.run(gathered.with_customers, since))
        await self.crm.work.run(self.look_again)
        back = await self.crm.work.run(self.back_again)
        await self.show_rows(back.number if back else await self.crm.work.run(self._again, here, line))

    def _again(self, here: Found | None, line: int) -> Any:
        """Return the cluster now of customers on which the cursor stood, else the one on their line."""
        if here is None or self.gathered is None:
            return None
        again = self.gathered.with_customers(here.ids[:1])
        numbers = self.gathered.numbers(here.band, self.term)
        if again or not numbers:
            return again[0] if again else here.band
        return numbers[min(max(line - 1, 0), len(numbers) - 1)]

    async def _catch_up(self) -> None:
        """Compare what was saved since the scan, quietly; then gather anew."""
        if self._catching or self._gathering:
            return
        self._catching = True
        try:
            touched = await self.crm.work.aside(
                partial(scans.catch_up, self.session.database.path), quiet=True
            )
            self.standing = await self.crm.work.run(listing.status, self.session.reader)
        except CrmError:
            touched = 0  # somebody writes for long: the next look goes on with it
        finally:
            self._catching = False
            self._caught_up_at = clock.stopwatch()
        # What others judged moves no customer: looked for where that costs nothing.
        small = self.gathered is None or len(self.gathered) < SMALL
        if touched or small:
            self._began = ""
        if self.is_attached and self._is_due():
            await self._gather()
        else:
            self.say_state()

    def rights_moved(self) -> None:
        """Gather anew: the clusters hold customers that may not be seen any more."""
        self.gathered, self._began = None, "-"

    async def moved(self, what: Moved) -> None:
        """Colleagues wrote: say how much that is, and compare it now and then."""
        if self._catching:
            return
        self.standing = await self.crm.work.run(listing.status, self.session.reader)
        self.say_state()
        if self._is_behind():
            self._catch_up_soon()

    def _catch_up_soon(self) -> None:
        """Compare what was saved, but not all the time where colleagues save without end."""
        wait = BETWEEN - (clock.stopwatch() - self._caught_up_at)
        if wait <= 0:
            self._catch_up_now()
        elif self._waiting is None:
            self._waiting = self.set_timer(wait, self._catch_up_now)

    def _catch_up_now(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if self.is_current:
            self.run_worker(self._catch_up, group="gather", exit_on_error=False)

    def do_reload(self) -> bool:
        """Gather everything anew; the app reads it."""
        self._began = "-"
        return False
