"""What leaves the database as a file: asked of the policy, kept within its scope, noted with its size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crm_tui.access import audit
from crm_tui.access.verbs import READ
from crm_tui.errors import CrmError, Refused
from crm_tui.exchange import store_export as store
from crm_tui.locale import _, ngettext

EXPORT = "export"
Noted = Callable[[int], None]
Withheld = Callable[[int], None]


def leaving(session: Any, kind: str, path: Path) -> Noted:
    """Ask whether a list may be written to a file; return what notes it with the number of its rows.

    Raises Refused where the role may not export, and where the export could not be noted; who sees
    everything may always take the data out of a file that can only be read.
    """
    session.refresh_policy()
    session.demand(EXPORT)
    if session.read_only:
        if not session.policy.is_whole:
            raise Refused(
                _("Exports are noted, and nothing can be noted here."),
                _("Nothing was written."),
                session.read_only,
            )
        return lambda rows: None

    def note(rows: int) -> None:
        try:
            session.write(audit.note_export, f"{kind}{path.suffix.lower()}", rows)
        except CrmError as error:
            error.kept = _("Nothing was written.")  # of the file; there was no change that could be kept
            raise

    return note


def within(session: Any, ids: Sequence[int] | None) -> Sequence[int] | None:
    """Return those of some customers, or of all (None), that the role may export; None still means all."""
    policy = session.policy
    if policy.scope(EXPORT) == policy.scope(READ):
        return ids
    allowed = store.exportable(session.reader, policy.scope(EXPORT))
    if ids is None:
        return allowed
    known = set(allowed)
    return [one for one in ids if one in known]


def withheld(count: int) -> str:
    """Return the sentence that so many customers of a list are shown and may not leave, '' for none."""
    text = ngettext("{n} more may not leave by your role.", "{n} more may not leave by your role.", count)
    return text.format(n=f"{count:,}") if count > 0 else ""
