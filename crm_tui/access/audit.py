"""Notes of what moves no record and is still to be told: fields shown, files taken out, attempts refused.

Each is a row of ``audit`` in a set of its own, so that the chain of the log covers it; nobody takes it back.
"""

from __future__ import annotations

from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import tidy

UNMASK, EXPORT, REFUSED = "audit.unmask", "audit.export", "audit.refused"
LONGEST_REASON = 200


@action(UNMASK)
def note_unmasking(change: Change, customer_id: int, group: str, reason: str) -> int:
    """Note that hidden fields of a customer are shown, and why; raises BadInput without a reason."""
    reason = tidy(reason)[:LONGEST_REASON]
    if not reason:
        raise BadInput(_("Say why you need it: it is noted with your name."), _("Nothing was shown."))
    return _note(change, "unmask", customer_id=customer_id, what=group, reason=reason)


@action(EXPORT)
def note_export(change: Change, what: str, rows: int) -> int:
    """Note that records left the database as a file: its kind (xlsx, csv ...), and how many."""
    return _note(change, "export", what=what, rows=rows)


@action(REFUSED)
def note_refusal(change: Change, what: str, customer_id: int | None = None, reason: str = "") -> int:
    """Note that an action was refused; ``reason`` is the sentence the person was told."""
    return _note(change, "refused", what=what, customer_id=customer_id, reason=reason[:LONGEST_REASON])


def _note(change: Change, kind: str, **values: object) -> int:
    return change.insert("audit", {"kind": kind, "person_id": change.actor, **values})
