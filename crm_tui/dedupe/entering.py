"""What is told while a customer is typed: who it may be, and why; what was told apart is kept with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from crm_tui.customers import reading
from crm_tui.dedupe import decisions, finding, scoring, wording
from crm_tui.dedupe import store_finding as store
from crm_tui.dedupe.finding import LIMIT, Alike
from crm_tui.dedupe.scoring import Line
from crm_tui.identity.features import Record
from crm_tui.locale import N_, _
from crm_tui.storage import derive
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3

# Of those that are in no band: what is the same all the same (customers.reading.warnings).
SHARED = {
    "name": N_("Same name"),
    "alias": N_("Known by this name"),
    "uscc": N_("Same credit code"),
    "phone": N_("Same phone"),
    "mail": N_("Same mail address"),
}
BEGUN = N_("The brand begins so")
THERE = N_("Already there")  # for a reason that the user may not see


class Likely(NamedTuple):
    """A customer that the typed one may be.

    ``said`` is the band, or what is the same where it is in none; ``lines`` are the reasons, their sum is
    ``score``: by what the user sees of it. Of one that the user may not see there are owner and status only,
    and only where it is likely: a beginning does not tell whom colleagues know.
    """

    customer_id: int
    visible: bool
    no: str
    name: str
    owner: str
    status: str | None
    said: str
    score: float
    lines: Sequence[Line]


def likely(
    reader: sqlite3.Connection,
    record: Record,
    asked: Mapping[str, str],
    leave_out: Collection[int] = (),
    limit: int = LIMIT,
) -> list[Likely]:
    """Return up to ``limit`` customers that the record may be, the likeliest first.

    ``asked`` are texts by name (name, uscc, phones, mail): whoever has one of them exactly is told, though
    nothing else agree, and while the index is being built.
    """
    out = frozenset(leave_out)
    hits = reading.warnings(reader, **asked)  # ty: ignore[invalid-argument-type]
    shared = {hit.customer_id: _(SHARED[hit.reason]) for hit in hits if hit.customer_id not in out}
    found = finding.lookup(reader, record, limit, out, shared)
    missed = [one for one in shared if one not in {each.customer_id for each in found}]
    if missed and not found:
        found = [Alike(one, scoring.Scored(0.0, [], ""), scoring.NONE, True) for one in missed[:limit]]
    elif len(found) < limit:
        # While no more than a brand is typed, those too whose brand begins so.
        known = {one.customer_id for one in found}
        found += finding.begun(reader, record, limit - len(found), out | known)
    return _told(reader, record, found, shared)


def _told(
    reader: sqlite3.Connection, record: Record, found: Sequence[Alike], shared: Mapping[int, str]
) -> list[Likely]:
    seen = store.told(reader, [one.customer_id for one in found if one.visible])
    taken = store.taken(reader, [one.customer_id for one in found if not one.visible])
    shown = {one.customer_id: one for one in finding.as_shown(reader, record, found)}
    result = []
    for one in found:
        if one.customer_id in seen:
            told = shown.get(one.customer_id, one)
            said = shared.get(one.customer_id) or _(BEGUN if told is one else THERE)
            if told.band not in (scoring.NONE, scoring.POSSIBLE):
                said = _(wording.BANDS[told.band])
            of_it = (*seen[one.customer_id], said, told.scored.score, told.scored.lines)
            result.append(Likely(one.customer_id, True, *of_it))
        elif one.customer_id in taken and one.band in (scoring.MERGE, scoring.REVIEW):
            result.append(Likely(one.customer_id, False, "", "", *taken[one.customer_id], "", 0.0, ()))
    return result


def record_of(reader: sqlite3.Connection, customer_id: int) -> Record:
    """Return the record that a customer is now, as far as the user sees it; else an empty one."""
    from crm_tui.identity import document

    return document.record_of(store.shown(reader, [customer_id]).get(customer_id, ""))


def told_apart(reader: sqlite3.Connection, customer_id: int) -> set[int]:
    """Return the customers that were said to be others than this one, as long as that holds."""
    held = [pair for pair, one in decisions.decided(reader, [customer_id]).items() if one.holds]
    return {one for pair in held for one in pair} - {customer_id}


def keep_apart(change: Change, customer_id: int, others: Collection[int]) -> None:
    """Remember that a customer just added is none of these, which may be gone meanwhile."""
    there = [one for one in others if store.is_there(change.connection, one)]
    if there:
        # A decision holds as long as the phones and mails stay: those of the new one are to be known first.
        derive.rewrite(change.connection, change.set_id)
        for one in there:
            decisions.reject(change, customer_id, one)
