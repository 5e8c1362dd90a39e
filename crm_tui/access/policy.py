"""What a role may do: one question for front ends (to explain) and services (to refuse)."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.errors import NotPermitted
from crm_tui.locale import N_, _, translations
from crm_tui.text.fold import fold

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
    "view.team": ("sales_manager", "administrator"),
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


def role_title(role: str) -> str:
    """Return what people call a role."""
    return _(ROLES[role]) if role in ROLES else role


def role_of(text: str) -> str | None:
    """Return the role that a key or a label in either language means, None when it is none."""
    wanted = fold(text)
    for key, label in ROLES.items():
        if wanted in (fold(key), fold(label), *map(fold, translations(label))):
            return key
    return None
