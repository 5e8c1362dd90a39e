"""What the duplicates screen says of itself: how the scan stands, and why there is nothing to be seen."""

from __future__ import annotations

from collections.abc import Callable

from crm_tui import clock
from crm_tui.dedupe.listing import Status
from crm_tui.locale import _, ngettext
from crm_tui.search.index import READY, State


def empty(
    now: Status | None, index: State | None, keys: Callable[[str], str], *, gathered: bool, term: str
) -> str:
    """Return what stands where no duplicates are; ``gathered`` says that they were looked for."""
    if now is None:
        return _("Looking …")
    if index is not None and index.kind != READY and not now.scanned_at and not now.done:
        said = _(
            "The search index is being built: {n} %.\n{key} compares all customers now too, more slowly."
        )
        return said.format(n=index.percent, key=keys("scan"))
    if now.done:
        said = _("A scan was stopped at {n} %.\n{key} goes on with it.")
        return said.format(n=now.done, key=keys("scan"))
    if not now.scanned_at:
        said = _("Nobody has looked for duplicates yet.\n{key} compares all customers.")
        return said.format(key=keys("scan"))
    if not gathered:
        return _("Looking …")
    if term:
        said = _("Nothing that waits has this reason.\n{key} chooses another, {back} shows all.")
        return said.format(key=keys("one_reason"), back=keys("back"))
    return _("No duplicates wait.\n{key} compares all customers again.").format(key=keys("scan"))


def state(now: Status | None, waiting: int | None, zone: str) -> str:
    """Return how many clusters wait (None: not known yet), and how the scan stands."""
    parts = []
    if waiting is not None:
        parts.append(ngettext("{n:,} group", "{n:,} groups", waiting).format(n=waiting))
    if now is not None and now.done:
        parts.append(_("scan stopped at {n} %").format(n=now.done))
    elif now is not None and now.scanned_at:
        if not now.fresh:
            parts.append(_("scan again: the rules are newer"))
        elif now.behind:
            said = ngettext("{n:,} save since", "{n:,} saves since", now.behind)
            parts.append(said.format(n=now.behind))
        else:
            parts.append(_("scanned {at:%m-%d %H:%M}").format(at=clock.local(now.scanned_at, zone)))
    return " · ".join(parts)
