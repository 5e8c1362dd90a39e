"""Scans from the duplicates screen: on a connection of their own, so that keys and saves go on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from crm_tui.dedupe import scanning
from crm_tui.dedupe.preview import Side, preview
from crm_tui.dedupe.scoring import Scored
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.storage.database import Database
from crm_tui.tui.screens.job_box import reported
from crm_tui.tui.screens.merge_reasons import Pair, pair_of, read
from crm_tui.tui.work import Job


def scan(path: Path, job: Job[Any]) -> scanning.Scanned:
    """Compare all customers of a file; raises Cancelled when it is stopped, and goes on there next time."""
    with closing(Database(path)) as database:
        return scanning.scan(database, partial(reported, job), job.is_cancelled)


def catch_up(path: Path, job: Job[Any]) -> int:
    """Compare what was saved since the last scan and return how many customers that touched."""
    with closing(Database(path)) as database:
        return scanning.catch_up(database, partial(reported, job), job.is_cancelled)


def said(done: scanning.Scanned, *, whole: bool = True) -> str:
    """Return what a scan found, in a sentence; without a number for who does not see all of it."""
    if not whole:
        return _("Compared all customers in {seconds:.1f} s.").format(seconds=done.seconds)
    return _("Compared all customers in {seconds:.1f} s: {n:,} pairs look alike.").format(
        seconds=done.seconds, n=done.pairs
    )


def explained(session: Session, ids: Sequence[int]) -> tuple[tuple[Side, ...], dict[Pair, Scored]]:
    """Return up to eight customers with the reasons of all their pairs."""
    pairs = [pair_of(one, other) for one, other in combinations(ids, 2)]
    return preview(session.reader, ids).sides, read(session, pairs)
