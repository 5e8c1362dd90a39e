"""Handing customers over to a colleague: owner, open plans, and a word in each file (S1-28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_tui.access.store import Person
from crm_tui.customers.bulk_edit import Edit, no_longer_active
from crm_tui.errors import BadInput
from crm_tui.followups import store
from crm_tui.locale import _
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import tidy
from crm_tui.text.identity import find_identity_number

ACTION = "customer.hand_over"
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class HandOver:
    """What goes along when customers get another owner: open plans of the old one, and a follow-up record.

    The record says from whom, to whom and by whom, with the note; it counts as no follow-up.
    """

    to: Person
    by: str
    names: Mapping[int, str]
    note: str = ""
    plans: bool = True
    action: str = ACTION

    def title(self) -> str:
        """Return what history calls it."""
        return _("handed over to {name}").format(name=self.to.name)

    def count(self, reader: sqlite3.Connection, moved: Mapping[int, Mapping[str, Any]]) -> int:
        """Return how many open plans go along."""
        return len(self._plans(reader, moved))

    def write(self, change: Change, moved: Mapping[int, Mapping[str, Any]]) -> None:
        """Hand the plans over and write a record into each file."""
        plans = self._plans(change.connection, moved)
        change.update_many("plan", ("owner_id",), [(self.to.id, plan) for plan in plans])
        said = {owner: self._said(owner) for owner in {row["owner_id"] for row in moved.values()}}
        rows = [
            (customer_id, change.now, 0, change.actor, said[row["owner_id"]], 0, "rule")
            for customer_id, row in moved.items()
        ]
        names = ("customer_id", "at", "whole_day", "by_id", "content", "backfilled", "origin")
        change.insert_many("activity", names, rows)

    def _plans(self, connection: sqlite3.Connection, moved: Mapping[int, Mapping[str, Any]]) -> list[int]:
        if not self.plans:
            return []
        found = store.open_plans_of(connection, list(moved))
        return [plan for plan, customer_id, owner in found if owner == moved[customer_id]["owner_id"]]

    def _said(self, owner: int) -> str:
        text = _("Handed over from {old} to {new} by {who}.").format(
            old=self.names.get(owner, "?"), new=self.to.name, who=self.by
        )
        return f"{text} {self.note}" if self.note else text


def hand_over(
    to: Person | None, by: str, names: Mapping[int, str], note: str = "", *, plans: bool = True
) -> Edit:
    """Return the change that hands customers over.

    ``names`` are everybody's by id. Raises BadInput when there is no such colleague, when they have left, and
    when the note holds an identity number or is too long (S4-10).
    """
    kept = _("Nothing was changed.")
    if to is None:
        raise BadInput(_("There is no such colleague."), kept)
    no_longer_active(to)
    if find_identity_number(note):
        raise BadInput(_("Identity numbers are not collected: take it out, nothing of it is stored"), kept)
    if len(note) > LONGEST_NOTE:
        raise BadInput(_("A note has at most {n} signs.").format(n=f"{LONGEST_NOTE:,}"), kept)
    along = HandOver(to, by, names, tidy(note), plans)
    return Edit({"owner_id": to.id}, ("owner",), along=along)
