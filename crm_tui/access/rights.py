"""What one session may do: the policy of its person, kept true while it runs, asked by reads and writes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import date

from crm_tui import clock
from crm_tui.access import store_policy
from crm_tui.access.guard import Guard
from crm_tui.access.policy import Policy
from crm_tui.access.scope import scope
from crm_tui.errors import BadInput, CrmError, Refused
from crm_tui.locale import _
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3


class Rights:
    """The rights of a person in an opened database; its writes are asked from the moment this is made.

    ``revealed`` holds (customer, group of fields) that are shown in full though the policy hides them.
    """

    def __init__(self, database: Database, person_id: int, source: str) -> None:
        self._database = database
        self._person_id = person_id
        self._source = source
        self.revealed: set[tuple[int, str]] = set()
        self.policy: Policy = store_policy.load_policy(database.connection, person_id, self._day())
        guard = Guard(person_id, lambda: self.policy, self._day)
        database.guard, database.reach = guard.check, guard.reach

    def _day(self) -> date:
        zone = store_policy.zone(self._database.connection)
        return clock.today(zone or clock.DEFAULT_ZONE)

    def scoped(self, reader: sqlite3.Connection) -> sqlite3.Connection:
        """Put the person's views on a reading connection and return it."""
        return scope(reader, self.policy, self.revealed)

    def refresh(self) -> bool:
        """Take over what the file now says of the person's rights; whether any of it may have moved."""
        day = self._day()
        if store_policy.stamp(self._database.connection, day) == self.policy.stamp:
            return False
        self.policy = store_policy.load_policy(self._database.connection, self._person_id, day)
        self._hide_again()
        return True

    def _hide_again(self) -> None:
        """Hide what was revealed and might not be any more: the role shows fewer customers, or none."""
        from crm_tui.access import store_reach

        owners = store_reach.owners_of(self._database.connection, {one for one, _group in self.revealed})
        for customer_id, group in sorted(self.revealed):
            owner = owners.get(customer_id)
            if owner is None or not self.policy.may("unmask", owner).allowed:
                self.revealed.discard((customer_id, group))

    def demand(self, action: str, owner: int | None = None) -> None:
        """Raise Refused unless the policy allows an action, noting the attempt."""
        with self.noting(action):
            self.policy.demand(action, owner)

    @contextmanager
    def noting(self, action: str) -> Generator[None]:
        """Let a refusal pass, noting the attempt."""
        try:
            yield
        except Refused as refused:
            self.note(action, refused)
            raise

    def note(self, action: str, refused: Refused) -> None:
        """Note an attempt that was refused."""
        if self._database.read_only or not self.policy.active:
            return
        from crm_tui.access import audit

        # What cannot be noted is refused all the same.
        with suppress(CrmError):
            self._database.write(
                self._person_id,
                audit.REFUSED,
                lambda change: audit.note_refusal(change, action, reason=refused.what),
                source=self._source,
            )

    def check_unmasking(self, reader: sqlite3.Connection, customer_id: int) -> None:
        """Raise Refused where the role may not show what a customer hides, BadInput for an unknown one."""
        from crm_tui.access import store_reach

        owner = store_reach.owner_of(reader, customer_id)
        if owner is None:
            raise BadInput(_("There is no such customer."), _("Nothing was shown."))
        self.demand("unmask", owner)
