"""Checks of what the file holds: pages, references, history, derived rows, large changes left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crm_tui import clock
from crm_tui.locale import _, ngettext
from crm_tui.search import checking, index
from crm_tui.storage import chain, health, rebuild
from crm_tui.storage.driver import sqlite3
from crm_tui.upkeep.findings import BAD, GOOD, WARN, Finding

RESTORE = "crm-tui restore"
DAY = 86_400
# What the build of the search index writes, after an upgrade too; it is told of by the index then.
OF_INDEX = ("haystack", "whereabouts", "held_by")
Progress = Callable[[int, int], None]


def _restore() -> str:
    return _("Keep the file as it is and bring back the latest backup: {command}").format(command=RESTORE)


def schema(connection: sqlite3.Connection) -> Finding:
    """Hold tables, indexes and triggers against schema.sql."""
    title = _("Tables and triggers")
    odd = health.odd_schema(connection)
    if odd:
        said = _("Missing or altered: {names}").format(names=", ".join(odd[:6]))
        return Finding("schema", title, BAD, said, _restore())
    return Finding("schema", title, GOOD, _("as this version makes them"))


def pages(connection: sqlite3.Connection) -> Finding:
    """Check every page and index."""
    title = _("Pages and indexes")
    try:
        found = health.damage(connection)
    except sqlite3.DatabaseError as error:
        if _stopped(error):
            raise
        found = [str(error)]
    if found:
        said = _("Damaged: {what}").format(what="; ".join(found[:3]))
        return Finding("integrity", title, BAD, said, _restore())
    return Finding("integrity", title, GOOD, _("whole"))


def _stopped(error: sqlite3.Error) -> bool:
    return str(error).startswith("interrupted")


def references(connection: sqlite3.Connection) -> Finding:
    """Check that every row's parent is there."""
    title = _("References")
    found = health.orphans(connection)
    if found:
        what = ", ".join(f"{table} {row_id} → {parent}" for table, row_id, parent in found[:5])
        return Finding(
            "references", title, BAD, _("Rows without what they belong to: {what}").format(what=what),
            _("Another program has removed rows; crm-tui history shows the edits from outside,"
              " undo takes them back."),
        )  # fmt: skip
    return Finding("references", title, GOOD, _("every row's parent is there"))


def history(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Check the log: its chain of hashes, and whether it accounts for the rows that are there."""
    title = _("History")
    broken = chain.verify(connection)
    if broken is not None:
        yield Finding(
            "chain", title, BAD,
            _("The history was altered at change {number}: it no longer fits its fingerprint.")
            .format(number=broken),
            _("Compare with a backup made before: crm-tui restore --drill"),
        )  # fmt: skip
    odd = health.unlogged(connection)
    if odd:
        what = ", ".join(f"{table} {count:+d}" for table, count in odd.items())
        yield Finding(
            "log", title, WARN,
            _("Rows and history do not add up ({what}): another program replaced or removed rows unseen.")
            .format(what=what),
            _("What was replaced cannot be undone; a backup from before still holds it."),
        )  # fmt: skip
    ahead = health.ahead(connection)
    if ahead:
        what = ", ".join(f"{table} {count}" for table, count in ahead.items())
        yield Finding(
            "versions", title, BAD,
            _("Rows name changes that the history does not hold: {what}").format(what=what), _restore(),
        )  # fmt: skip
    if broken is None and not odd and not ahead:
        yield Finding("chain", title, GOOD, _("complete and unaltered"))


def clocks(connection: sqlite3.Connection) -> Finding:
    """Tell when the newest change lies in the future of this computer's clock."""
    title = _("Clock")
    at = health.newest_at(connection)
    if at:
        early = int((clock.parse_instant(at) - clock.now()).total_seconds())
        if early > 60:
            length = (
                ngettext("{n} day", "{n} days", early // DAY).format(n=early // DAY)
                if early >= DAY
                else ngettext("{n} minute", "{n} minutes", early // 60).format(n=early // 60)
            )
            return Finding(
                "clock", title, WARN,
                _("The newest change is dated {length} ahead of this computer's clock.")
                .format(length=length),
                _("Set the clock of the computer right; order and versions do not depend on it."),
            )  # fmt: skip
    return Finding("clock", title, GOOD, _("no change lies in the future"))


def derived(reader: sqlite3.Connection, progress: Progress | None = None) -> tuple[Finding, list[int]]:
    """Hold what is derived against a fresh build; return the finding and the customers that differ.

    ``reader`` is of no use for anything else afterwards.
    """
    title = _("Derived rows")
    building = index.state(reader).kind == index.BUILDING
    found = rebuild.differing(reader, progress, without=OF_INDEX if building else ())
    if not found:
        return Finding("derived", title, GOOD, _("as a fresh build gives them")), []
    said = ngettext(
        "{n} customer's derived rows differ from a fresh build.",
        "The derived rows of {n} customers differ from a fresh build.",
        len(found),
    ).format(n=len(found))
    return Finding(
        "derived", title, BAD, said, _("crm-tui doctor without --read-only writes them anew.")
    ), found


def searched(reader: sqlite3.Connection, progress: Progress | None = None) -> tuple[Finding, bool]:
    """Hold the search index against what it is made of; return the finding and whether it is damaged.

    ``reader`` is unscoped.
    """
    title = _("Search index")
    state = index.state(reader)
    if state.kind == index.BUILDING:
        said = _("being built, {n} % of the way").format(n=state.percent)
        todo = _(
            "crm-tui doctor without --read-only builds it to the end; so does whoever has the file open."
        )
        return Finding("index", title, WARN, said, todo), False
    mend = _("crm-tui doctor without --read-only builds it anew; searching goes on meanwhile, more slowly.")
    try:
        wrong = [] if state.kind == index.DAMAGED else checking.wrong(reader, progress)
    except sqlite3.Error as error:
        if not index.is_index_damage(error):
            raise
        state = state._replace(kind=index.DAMAGED)
        wrong = []
    if state.kind == index.DAMAGED:
        return Finding("index", title, BAD, _("damaged or not there"), mend), True
    if wrong:
        said = ngettext(
            "{n} customer is not found by all that the file holds of it, or by more.",
            "{n} customers are not found by all that the file holds of them, or by more.",
            len(wrong),
        ).format(n=len(wrong))
        return Finding("index", title, BAD, said, mend), True
    return Finding("index", title, GOOD, _("finds what the file holds")), False


def outside(connection: sqlite3.Connection) -> Finding:
    """Tell of edits by other programs that no save has dated yet."""
    title = _("Edits from outside")
    count = health.outside(connection) + (1 if health.waiting(connection) else 0)
    if not count:
        return Finding("outside", title, GOOD, _("none waiting"))
    said = ngettext(
        "{n} edit by another program waits to be taken into the history.",
        "{n} edits by other programs wait to be taken into the history.",
        count,
    ).format(n=count)
    return Finding(
        "outside", title, WARN, said, _("The next save does so, or crm-tui doctor without --read-only.")
    )
