"""The audit: who was shown hidden fields, took files out, was refused, or changed people and rights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from crm_tui.access import store_auditing as store
from crm_tui.access.policy import role_label, role_title
from crm_tui.access.store_auditing import Made, Move, Noted
from crm_tui.access.verbs import GROUPS, HOUSE_VERBS, NONE, SCOPES, VERBS, verb_of
from crm_tui.locale import N_, _, language, ngettext
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.wording import action_label, set_label

NEVER = 2**62
MOST_MOVES = 100
TOLD = 4
UNMASK, EXPORT, REFUSED, PEOPLE, POLICY, SHARING = (
    *("unmask", "export", "refused", "people"),
    *("policy", "sharing"),
)
KINDS: dict[str, str] = {
    UNMASK: N_("Hidden fields shown"),
    EXPORT: N_("Exports"),
    REFUSED: N_("Refused attempts"),
    PEOPLE: N_("People and teams"),
    POLICY: N_("Roles and permissions"),
    SHARING: N_("Collaborators"),
}
ENTITIES: dict[str, tuple[str, ...]] = {
    PEOPLE: ("person", "person_alias", "team", "substitution"),
    POLICY: ("role", "permission"),
    SHARING: ("collaborator",),
}
KIND_OF = {entity: kind for kind, entities in ENTITIES.items() for entity in entities}
# What can be taken out in a file.
LISTS: dict[str, str] = {
    "customers": N_("Customers"),
    "contacts": N_("Contacts"),
    "projects": N_("Projects"),
    "activities": N_("Activities"),
    "plans": N_("Plans"),
    "due": N_("Today"),
}
FIELDS: dict[str, str] = {
    "name": N_("Full name"),
    "email": N_("E-mail"),
    "role": N_("Role"),
    "team_id": N_("Team"),
    "parent_id": N_("Team above"),
    "region": N_("Region"),
    "label": N_("Role"),
    "label_en": N_("English name"),
    "scope": N_("Scope"),
    "access": N_("Access"),
}


class Entry(NamedTuple):
    """One line of the audit: which set, when (instant), who, of which kind, what, and why."""

    set_id: int
    at: str | None
    actor: int | None
    kind: str
    action: str
    what: str
    why: str


def entries(
    reader: sqlite3.Connection,
    *,
    kind: str | None = None,
    person: int | None = None,
    since: str | None = None,
    before: int = NEVER,
    limit: int = 200,
) -> list[Entry]:
    """Return the newest lines of the audit, newest first; ``before`` continues below a set.

    ``kind`` is one of KINDS, ``person`` who did it, ``since`` an instant. Of what the person who asks may
    not see, nothing is told but that it happened.
    """
    found: list[Noted | Made] = []
    asked = {"person": person, "since": since, "before": before, "limit": limit}
    if kind is None or kind not in ENTITIES:
        found += store.notes(reader, kind=kind, **asked)
    if kind is None or kind in ENTITIES:
        entities = ENTITIES[kind] if kind else ()
        found += store.sets(reader, entities=entities, **asked)
    found.sort(key=lambda one: -one.set_id)
    words = _Words(reader)
    return [_entry(reader, one, words) for one in found[:limit]]


def moves(reader: sqlite3.Connection, set_id: int) -> list[tuple[str, str, str, str]]:
    """Return what a set did to people, teams and roles: whose, what, the value before and the one after."""
    words = _Words(reader)
    told = [(move, words.parts(move)) for move in store.details(reader, set_id, MOST_MOVES)]
    plain = {"insert": _("added"), "delete": _("removed")}
    rows = [
        (about, what or plain.get(move.op, ""), old, new) for move, (about, what, old, new) in told if about
    ]
    return list(dict.fromkeys(rows))


def _entry(reader: sqlite3.Connection, one: Noted | Made, words: _Words) -> Entry:
    if isinstance(one, Noted):
        return Entry(
            one.set_id, one.at, one.actor, one.kind, one.action, _noted(reader, one), one.reason or ""
        )
    moves = store.details(reader, one.set_id, MOST_MOVES)
    kind = KIND_OF.get(moves[0].entity, PEOPLE) if moves else PEOPLE
    if any(move.entity == "role" for move in moves):
        # What it may do came and went with it.
        moves = [move for move in moves if move.entity == "role"]
    label = set_label(reader, one.set_id, one.action)
    said = list(dict.fromkeys(text for move in moves if (text := words.move(move))))
    if len(said) > TOLD:
        said = [*said[: TOLD - 1], _("and {n} other changes").format(n=len(said) - TOLD + 1)]
    colon, semicolon = ("：", "；") if language() == "zh" else (": ", "; ")
    what = label + colon + semicolon.join(said) if said else label
    return Entry(one.set_id, one.at, one.actor, kind, one.action, what, one.set_reason or "")


def _noted(reader: sqlite3.Connection, one: Noted) -> str:
    about = ""
    if one.customer_id is not None:
        about = store.customer_name(reader, one.customer_id) or _("a customer out of your sight")
    if one.kind == UNMASK:
        fields = _(GROUPS[one.what]) if one.what in GROUPS else one.what
        return " · ".join(part for part in (about, fields) if part)
    if one.kind == EXPORT:
        rows = ngettext("{n} record", "{n} records", one.rows or 0).format(n=f"{one.rows or 0:,}")
        return " · ".join(
            part for part in (_taken_out(one.what), rows if one.rows is not None else "", about) if part
        )
    verb = verb_of(one.what)
    label = action_label(one.what)
    if label == one.what and verb:
        label = _(VERBS[verb])
    return " · ".join(part for part in (label, about) if part)


def _taken_out(what: str) -> str:
    """Return in words which list went into a file of which kind: what is noted reads like a file's name."""
    name, _dot, ending = what.rpartition(".")
    return f"{_(LISTS[name])} {ending}" if name in LISTS else what


class _Words:
    """Puts the moves of people, teams and roles in words; asks for names once."""

    def __init__(self, reader: sqlite3.Connection) -> None:
        self.reader = reader
        self.names = store.called(reader)

    def move(self, move: Move) -> str:
        """Return one moved field in words, '' for what only serves the program."""
        about, title, old, new = self.parts(move)
        if old or new:
            title += f" {old or '—'} → {new or '—'}"
        return " · ".join(part for part in (about, title) if part)

    def parts(self, move: Move) -> tuple[str, str, str, str]:
        """Return whose it is, what moved and, of a field, both values; all '' for inner columns."""
        about = self._about(move)
        if not about or move.op != "update" or move.field == "active":  # the action says it
            return about, "", "", ""
        if move.field == "deleted_at":
            return about, _("removed") if move.new else _("brought back"), "", ""
        if move.field not in FIELDS:
            return "", "", "", ""
        return about, _(FIELDS[move.field]), self._value(move, move.old), self._value(move, move.new)

    def _about(self, move: Move) -> str:
        if move.entity in ("person", "team"):
            return self.names[move.entity].get(move.entity_id, "")
        if move.entity == "role":
            return self._role_of_id(move)
        row = _kept(move) or store.row(self.reader, move)
        if row is not None and move.entity == "permission" and move.op == "update":
            row = row[:3]
        return OF_ROW[move.entity](self, row) if row else ""

    def _role_of_id(self, move: Move) -> str:
        found = store.role_label(self.reader, move.entity_id)
        return role_label(*found) if found else ""

    def _value(self, move: Move, value: Any) -> str:
        if value is None:
            return ""
        if move.field == "role":
            return self.role(value)
        if move.field in ("team_id", "parent_id"):
            return str(self.names["team"].get(value, ""))
        if move.field == "scope":
            row = store.row(self.reader, move)
            return scope_label(str(value), row[1] if row else "")
        if move.field == "access":
            return access_label(str(value))
        return str(value)

    def role(self, key: str) -> str:
        """Return what a role is called, also one that was removed."""
        label, english = self.names["role"].get(key, ("", None))
        return role_label(label, english, key) if label else role_title(key)

    def person(self, person_id: int) -> str:
        """Return a colleague's name."""
        return str(self.names["person"].get(person_id, ""))

    def permission(self, row: Sequence[Any]) -> str:
        """Return which permission a row is."""
        role, verb, group, *scope = row
        parts = (self.role(role), permission_label(verb, group), *(scope_label(one, verb) for one in scope))
        return " · ".join(parts)

    def substitution(self, row: Sequence[Any]) -> str:
        """Return who stands in for whom, and when."""
        text = _("{name} away {since} – {until}, {other} stands in")
        return text.format(name=self.person(row[0]), since=row[2], until=row[3], other=self.person(row[1]))

    def collaborator(self, row: Sequence[Any]) -> str:
        """Return who works on which customer."""
        customer = store.customer_name(self.reader, row[0]) or _("a customer out of your sight")
        return f"{customer} · {self.person(row[1])} · {access_label(row[2])}"

    def alias(self, row: Sequence[Any]) -> str:
        """Return a person's other name."""
        return f"{self.person(row[0])} · {row[1]}"


OF_ROW: dict[str, Callable[[_Words, Sequence[Any]], str]] = {
    "permission": _Words.permission,
    "substitution": _Words.substitution,
    "collaborator": _Words.collaborator,
    "person_alias": _Words.alias,
}
KEPT = {
    "permission": ("role", "verb", "field_group", "scope"),
    "person_alias": ("person_id", "alias"),
}


def _kept(move: Move) -> tuple[Any, ...] | None:
    """Return what a row that is gone was about, from the record that the log kept."""
    if move.entity not in KEPT or not isinstance(move.old, str) or move.op != "delete":
        return None
    record = json.loads(move.old)
    return tuple(record.get(name) for name in KEPT[move.entity])


def permission_label(verb: str, group: str) -> str:
    """Return what people call a permission: `Edit customers · Budgets`."""
    parts = (_(VERBS[verb]) if verb in VERBS else verb, _(GROUPS[group]) if group in GROUPS else group)
    return " · ".join(part for part in parts if part)


def scope_label(scope: str, verb: str = "") -> str:
    """Return what people call a scope; what a verb about the house is granted is a yes or a no."""
    if verb in HOUSE_VERBS:
        return _("no") if scope == NONE else _("yes")
    return _(SCOPES[scope]) if scope in SCOPES else scope


def access_label(access: str) -> str:
    """Return what people call the access of a collaborator."""
    return _("reads and edits") if access == "edit" else _("reads")
