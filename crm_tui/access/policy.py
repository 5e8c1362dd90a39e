"""What a role may do: one question for front ends (to explain) and services (to refuse)."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.errors import NotPermitted
from crm_tui.locale import N_, _

# S3-06, S2-11, S0-02; scopes and field groups join later, in this place.
ROLES: dict[str, str] = {
    "sales_rep": N_("Sales representative"),
    "sales_manager": N_("Sales manager"),
    "service": N_("Service agent"),
    "administrator": N_("System administrator"),
    "entry": N_("Data entry clerk"),
}
ONLY: dict[str, tuple[str, ...]] = {
    "user.add": ("administrator",),
    "word.edit": ("administrator",),
}


class Decision(NamedTuple):
    """Whether something is allowed, and why not ('' when it is)."""

    allowed: bool
    reason: str


def may(role: str, verb: str) -> Decision:
    """Tell whether a role may do ``verb`` (an action id such as ``user.add``)."""
    roles = ONLY.get(verb)
    if roles is None or role in roles:
        return Decision(True, "")
    names = ", ".join(_(ROLES[one]) for one in roles)
    return Decision(False, _("Only this role may do that: {roles}.").format(roles=names))


def demand(role: str, verb: str) -> None:
    """Raise NotPermitted unless the role may do ``verb``."""
    decision = may(role, verb)
    if not decision.allowed:
        raise NotPermitted(decision.reason, _("Nothing was changed."))
