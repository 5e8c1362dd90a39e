"""What a person may do: one answer for front ends (to explain), services (to refuse) and reading views.

A policy is read from the rows of ``role``, ``permission``, ``team`` and ``substitution`` for one person and
one day, and holds nothing but what was granted. Owners see their own customers in full (S0-20, S3-06).
"""

from collections.abc import Mapping
from typing import NamedTuple

from crm_tui.access.verbs import (
    ALL,
    EDIT,
    GROUPED,
    GROUPS,
    HOUSE_VERBS,
    NONE,
    OWN,
    READ,
    ROWS,
    TEAM,
    VERBS,
    covers,
    verb_of,
    wider,
)
from crm_tui.errors import Refused
from crm_tui.locale import N_, _, language, translations
from crm_tui.text.fold import fold

# The roles of a new database (S3-06, S2-11, S0-02); rows of ``role`` name them, and more may be added.
ROLES: dict[str, str] = {
    "sales_rep": N_("Sales representative"),
    "sales_manager": N_("Sales manager"),
    "service": N_("Service agent"),
    "administrator": N_("System administrator"),
    "entry": N_("Data entry clerk"),
}
ADMINISTRATOR = "administrator"
REASONS = {
    OWN: N_("Your role ({role}) may do that with own customers only: {verb}."),
    TEAM: N_("Your role ({role}) may do that with customers of your team only: {verb}."),
}


class Decision(NamedTuple):
    """Whether something is allowed, and why not ('' when it is)."""

    allowed: bool
    reason: str


ALLOWED = Decision(True, "")


class Policy(NamedTuple):
    """What one person may do on one day.

    ``granted`` gives the scope of each (verb, group of fields); ``own`` are the people whose customers count
    as own ones (the person, and whom the person stands in for), ``team`` those of the team, the own ones
    included. ``stamp`` moves whenever any of it may have moved.
    """

    person_id: int
    role: str
    role_label: str
    granted: Mapping[tuple[str, str], str]
    own: frozenset[int]
    team: frozenset[int]
    active: bool = True
    stamp: tuple[object, ...] = ()

    def scope(self, verb: str, group: str = ROWS) -> str:
        """Return how far a verb reaches; for a group of fields never further than for rows."""
        if not self.active:
            return NONE
        rows = self.granted.get((verb, ROWS), NONE)
        if verb in HOUSE_VERBS:
            return ALL if rows != NONE else NONE
        if verb != READ and not covers(self.scope(READ), rows):
            # What is not seen is not changed.
            rows = self.scope(READ)
        if group == ROWS or rows == NONE:
            return rows
        least = wider(OWN, self.granted.get((verb, group), OWN))
        if verb == EDIT and not covers(self.scope(READ, group), least):
            least = self.scope(READ, group)
        return least if covers(rows, least) else rows

    def hides(self, group: str) -> bool:
        """Tell whether a group of fields is hidden in some of the rows that the person sees."""
        return not covers(self.scope(READ, group), self.scope(READ))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The groups of fields that are hidden in some of the rows that the person sees."""
        return tuple(group for group in GROUPS if self.hides(group))

    @property
    def is_whole(self) -> bool:
        """Tell whether the person sees every row and every field."""
        return self.scope(READ) == ALL and not self.hidden

    def owners(self, scope: str) -> frozenset[int] | None:
        """Return whose customers a scope holds, None for everybody's."""
        return {OWN: self.own, TEAM: self.team, ALL: None}.get(scope, frozenset())

    def may(self, action: str, owner: int | None = None, *, shared: str = "") -> Decision:
        """Tell whether an action (of the log, or a verb) is allowed, and why not.

        ``owner`` is whose the customer is; without one it is asked whether the action is allowed at all.
        ``shared`` is the access of a collaborator of that customer: read, edit or ''.
        """
        if not self.active:
            return Decision(False, _("Your account is not in use any more."))
        verb = verb_of(action)
        if not verb:
            return ALLOWED
        scope = self.scope(verb)
        if scope == NONE:
            return Decision(False, self._never(verb))
        if owner is None or verb in HOUSE_VERBS:
            return ALLOWED
        owners = self.owners(scope)
        if owners is None or owner in owners or shared_covers(verb, shared):
            return ALLOWED
        reason = _(REASONS[scope]).format(role=self.role_title, verb=_(VERBS[verb]))
        return Decision(False, reason)

    def demand(self, action: str, owner: int | None = None, *, shared: str = "") -> None:
        """Raise Refused unless an action is allowed."""
        decision = self.may(action, owner, shared=shared)
        if not decision.allowed:
            raise Refused(decision.reason, _("Nothing was changed."))

    @property
    def role_title(self) -> str:
        """What people call the person's role."""
        return self.role_label or role_title(self.role)

    def _never(self, verb: str) -> str:
        if not self.granted:
            return _("Your role ({role}) was removed or may do nothing; ask an administrator.").format(
                role=self.role_title
            )
        text = _("Your role ({role}) may not do that: {verb}. Somebody with another role can.")
        return text.format(role=self.role_title, verb=_(VERBS[verb]))


def shared_covers(verb: str, access: str) -> bool:
    """Tell whether the access of a collaborator covers a verb: reading, and with ``edit`` the daily work."""
    if verb in (READ, "export"):
        return bool(access)
    return access == "edit" and verb in (*GROUPED, "log")


def role_title(role: str) -> str:
    """Return what people call one of the roles of a new database, the key of any other."""
    return _(ROLES[role]) if role in ROLES else role


def role_label(label: str, label_en: str | None, key: str) -> str:
    """Return what people call a role of the database in the language in use."""
    return (label_en if language() == "en" and label_en else label) or role_title(key)


def role_of(text: str) -> str | None:
    """Return the role of a new database that a key or a label in either language means, None for none."""
    wanted = fold(text)
    for key, label in ROLES.items():
        if wanted in (fold(key), fold(label), *map(fold, translations(label))):
            return key
    return None
