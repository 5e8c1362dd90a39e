"""One customer told apart from several others at once, in one change set."""

from __future__ import annotations

from collections.abc import Sequence

from crm_tui.dedupe import decisions
from crm_tui.storage.change import Change, action


@action("duplicate.reject")
def reject_all(change: Change, one: int, others: Sequence[int], note: str = "") -> None:
    """Remember that a customer is the same as none of the others; errors as ``decisions.reject``."""
    for other in others:
        decisions.reject(change, one, other, note)


@action("duplicate.relate")
def relate_all(change: Change, one: int, others: Sequence[int], note: str = "") -> None:
    """Remember that a customer and each of the others belong together and are two."""
    for other in others:
        decisions.relate(change, one, other, note)
