"""What a colleague may see and do of one customer, and why: the policy in words, row by row."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from crm_tui.access import store_house, teams
from crm_tui.access.policy import Policy, role_label, shared_covers
from crm_tui.access.store import by_id
from crm_tui.access.store_house import TeamRow
from crm_tui.access.store_policy import load_policy
from crm_tui.access.verbs import ALL, EDIT, GROUPED, GROUPS, NONE, OWN, READ, RECORD_VERBS, ROWS, TEAM
from crm_tui.errors import BadInput, joined
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3

# A new customer is nobody's yet, and a file comes with an owner of its own.
NOT_OF_ONE = ("create", "import")


class Answer(NamedTuple):
    """Whether a person may do one thing with a customer, and why or why not.

    ``group`` is '' for the customer itself, else the group of sensitive fields; ``title`` is in words.
    """

    verb: str
    group: str
    title: str
    allowed: bool
    reason: str


class Explained(NamedTuple):
    """The answers about one person and one customer, with what they are about in words."""

    person: str
    role: str
    customer: str
    owner: str
    answers: tuple[Answer, ...]


def explain(connection: sqlite3.Connection, person_id: int, customer_id: int, today: date) -> Explained:
    """Return what a person may do with a customer on a day, and why.

    Takes the writing connection, on which names mean the tables: whoever asks must see the customer. Raises
    BadInput when person or customer are not there.
    """
    person = by_id(connection, person_id)
    if person is None:
        raise BadInput(_("There is no such colleague any more."))
    found = store_house.customer(connection, customer_id)
    if found is None:
        raise BadInput(_("There is no such customer."))
    _id, name, owner = found
    policy = load_policy(connection, person_id, today)
    role = role_label(*store_house.role_words(connection, person.role), person.role)
    people = store_house.people(connection)
    access = next(
        (
            one.access
            for one in store_house.collaborators(connection, customer_id)
            if one.person_id == person_id
        ),
        "",
    )
    until = {
        one.person_id: one.until_on
        for one in store_house.away(connection, today.isoformat())
        if one.substitute_id == person_id and one.from_on <= today.isoformat()
    }
    why = _Why(
        policy,
        role,
        owner,
        {one.id: one.name for one in people},
        access,
        until,
        {one.id: one.team_id for one in people},
        store_house.teams(connection),
    )
    answers = [
        why.answer(verb, group)
        for verb in RECORD_VERBS
        if verb not in NOT_OF_ONE
        for group in (ROWS, *(GROUPS if verb in GROUPED else ()))
    ]
    owner_name = why.names.get(owner or 0, _("nobody"))
    return Explained(person.name, role, name, owner_name, tuple(answers))


class _Why(NamedTuple):
    """What the reasons are made of; ``until`` tells till when the person stands in for whom."""

    policy: Policy
    role: str
    owner: int | None
    names: dict[int, str]
    access: str
    until: dict[int, str]
    team_of: dict[int, int | None]
    teams: list[TeamRow]

    def answer(self, verb: str, group: str) -> Answer:
        """Return whether one thing is allowed, and why."""
        title = _(GROUPS[group]) if group else _(RECORD_VERBS[verb])
        if group and verb == EDIT:
            title = _("Edit: {fields}").format(fields=title)
        elif group:
            title = _("See: {fields}").format(fields=title)
        allowed, reason = self._decided(verb, group)
        return Answer(verb, group, title, allowed, reason)

    def _decided(self, verb: str, group: str) -> tuple[bool, str]:
        policy = self.policy
        if not policy.active:
            return False, _("The account is not in use.")
        if not policy.granted:
            return False, _("The role {role} was removed or may do nothing.").format(role=self.role)
        scope = policy.scope(verb, group)
        if scope == NONE:
            return False, self._never(verb)
        if scope == ALL:
            return True, _("The role {role} reaches all customers.").format(role=self.role)
        owners = policy.owners(scope) or frozenset()
        if self.owner is not None and self.owner in owners:
            return True, self._near()
        if shared_covers(verb, self.access):
            return True, (
                _("Works on it with its owner, reading and editing.")
                if self.access == EDIT
                else _("Works on it with its owner, reading.")
            )
        return False, self._far(scope, verb, group)

    def _near(self) -> str:
        if self.owner == self.policy.person_id:
            return _("It is their own customer.")
        name = self.names.get(self.owner or 0, "")
        if self.owner in self.until:
            return _("Stands in for {name} until {day}.").format(name=name, day=self.until[self.owner])
        team = teams.path(self.teams, self.team_of.get(self.owner or 0))
        return _("It is {name}'s, of the team {team}.").format(name=name, team=team)

    def _never(self, verb: str) -> str:
        granted = self.policy.granted.get((verb, ROWS), NONE)
        if verb != READ and granted != NONE:
            return _("What is not seen cannot be worked on.")
        return _("The role {role} does not have that.").format(role=self.role)

    def _far(self, scope: str, verb: str, group: str) -> str:
        name = self.names.get(self.owner or 0, _("nobody"))
        text = {
            OWN: _("The role {role} reaches own customers only; this one is {name}'s."),
            TEAM: _("The role {role} reaches customers of the team only; this one is {name}'s."),
        }[scope].format(role=self.role, name=name)
        if verb == READ and group and self._may_unmask():
            text = joined(text, _("With a reason it may be shown."))
        return text

    def _may_unmask(self) -> bool:
        owners = self.policy.owners(self.policy.scope("unmask"))
        return owners is None or self.owner in owners
