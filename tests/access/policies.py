"""Policies for tests that are about something else."""

from __future__ import annotations

from crm_tui.access.policy import Policy
from crm_tui.access.verbs import ALL, GROUPED, GROUPS, VERBS


def whole(person_id: int) -> Policy:
    """Return the policy of somebody who sees and may do everything."""
    granted = {(verb, ""): ALL for verb in VERBS}
    granted |= {(verb, group): ALL for verb in GROUPED for group in GROUPS}
    own = frozenset((person_id,))
    return Policy(person_id, "administrator", "", granted, own, own)
