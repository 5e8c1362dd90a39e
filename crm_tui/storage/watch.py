"""What others wrote since one looked last: a counter of SQLite first, the log only when that moved."""

import json
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import CrmError, Fault
from crm_tui.locale import _
from crm_tui.storage.diagnosis import explain
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import query_in

MOST = 2000  # moves of which each is told; of more it is only said that much moved

VERSION = "PRAGMA data_version"
# Sets of others, those too that move nothing that the person sees: a customer may have left what is seen.
OF_OTHERS = "SELECT id FROM change_set WHERE id > :after AND id <= :upto ORDER BY id LIMIT 0 + :limit"
# One statement, one moment: what a job shows at once cannot fall between two readings.
NOW = "SELECT (SELECT coalesce(max(id), 0) FROM change_set), (SELECT job FROM publishing)"
SETS = (
    "SELECT id, actor, action, at FROM told_set WHERE id > :after AND id <= :upto ORDER BY id"
    " LIMIT 0 + :limit"
)
NEWEST_OF_JOB = "SELECT max(id) FROM change_set WHERE job = :job"
MOVES = (
    "SELECT id, entity, entity_id, op, field, old, new FROM change WHERE change_set = :set AND id > :after"
    " ORDER BY id LIMIT 0 + :limit"
)
CUSTOMERS_OF = {
    "contact": "SELECT id, customer_id FROM contact_any WHERE id IN ({ids})",
    "customer_alias": "SELECT id, customer_id FROM customer_alias_any WHERE id IN ({ids})",
    "tag_link": "SELECT id, customer_id FROM tag_link_any WHERE id IN ({ids})",
    "project": "SELECT id, customer_id FROM project_any WHERE id IN ({ids})",
    "collaborator": "SELECT id, customer_id FROM collaborator WHERE id IN ({ids})",
    "imported_row": "SELECT id, customer_id FROM imported_row_any WHERE id IN ({ids})",
    "activity": "SELECT id, customer_id FROM activity_any WHERE id IN ({ids})",
    "plan": "SELECT id, customer_id FROM plan_any WHERE id IN ({ids})",
}
WORDS = ("word", "word_alias", "person", "person_alias", "tag", "setting")


class Touch(NamedTuple):
    """One move of another's set: which record (and column, '' for the whole), by whom, from what to what.

    ``actor`` is None for an edit with another program, ``at`` too as long as that is not sealed.
    """

    set_id: int
    actor: int | None
    action: str
    at: str | None
    entity: str
    entity_id: int
    op: str
    field: str
    old: Any
    new: Any


class Moved(NamedTuple):
    """What others moved: each move, the customers whose files it is about with the last move of each.

    ``words``: words, people, tags or settings moved, which any row may show. ``much``: so much moved that
    it is not told, a large import for example. ``unseen``: others wrote what the person may not be told of,
    and by that customers may have gone out of sight: what is shown is to be asked for again.
    """

    touches: tuple[Touch, ...] = ()
    customers: Mapping[int, Touch] = {}
    words: bool = False
    much: bool = False
    unseen: bool = False

    def records(self, entity: str) -> dict[int, Touch]:
        """Return the last move of each record of an entity, by its id."""
        return {touch.entity_id: touch for touch in self.touches if touch.entity == entity}


class Watch:
    """Notices what others write; ``poll`` runs where ``reader``, a scoped connection, is used.

    ``seen`` is the newest set that is known already; ``own`` holds the sets of this session, which are no
    news to it; ``path`` is the file, to notice that it was moved or replaced. ``sees_all`` tells whether the
    reader shows everything, so that nothing can go out of sight.
    """

    def __init__(
        self,
        reader: sqlite3.Connection,
        seen: int,
        own: Container[int] = (),
        path: Path | None = None,
        sees_all: Callable[[], bool] = lambda: True,
    ) -> None:
        self.reader = reader
        self.seen = seen
        self.own = own
        self.path = path
        self.sees_all = sees_all
        self.job: int | None = None  # what publishes, or was left publishing
        self._identity = _identity(path)
        self._version: int | None = None
        self._open = (0, 0)  # an edit from outside that may still grow, and its newest move

    def stirs(self) -> bool:
        """Tell, at next to no cost, whether ``poll`` has anything to look at: a write, or a trouble."""
        try:
            if _identity(self.path) != self._identity:
                return True
            return self.reader.execute(VERSION).fetchone()[0] != self._version
        except (sqlite3.Error, OSError, CrmError):
            return True

    def poll(self) -> Moved | None:
        """Return what others moved since the last call, None when nothing did.

        Raises a CrmError when the file cannot be read; the next call tells what this one could not.
        """
        try:
            if _identity(self.path) != self._identity:
                raise Fault(
                    _("The database file was moved or replaced while it was open."),
                    _("What is shown is as it was before."),
                    _("Leave the program and open the file again."),
                )
            version = self.reader.execute(VERSION).fetchone()[0]
            if version == self._version:
                return None
            moved = self._read()
        except (sqlite3.Error, OSError) as error:
            raise explain(error, self.path, reading=True) from error
        self._version = version
        return moved if moved.touches or moved.much or moved.unseen else None

    def _read(self) -> Moved:
        newest, job = self.reader.execute(NOW).fetchone()
        much = self.job is not None and job != self.job and self._is_news(self.job)
        growing, after = self._open
        sets = self.reader.execute(
            SETS, {"after": min(self.seen, growing - 1) if growing else self.seen, "upto": newest}
            | {"limit": MOST + 1},
        ).fetchall()  # fmt: skip
        touches: list[Touch] = []
        now_open = (0, 0)
        for set_id, actor, action, at in sets:
            if set_id in self.own:
                continue
            known = after if set_id == growing else 0
            moves = self.reader.execute(MOVES, {"set": set_id, "after": known, "limit": MOST + 1}).fetchall()
            if at is None:
                now_open = (set_id, moves[-1][0] if moves else known)
            touches += [
                Touch(set_id, actor, action, at, entity, entity_id, op, field or "", old, new)
                for _id, entity, entity_id, op, field, old, new in moves
            ]
            if len(touches) > MOST:
                break
        if much or len(touches) > MOST or len(sets) > MOST:
            found = Moved(much=True, words=True)
            # An open set of which not all was read is not followed any further than its next new one.
            now_open = (0, 0)
        else:
            words = any(touch.entity in WORDS for touch in touches)
            unseen = self._writes_unseen(newest)
            found = Moved(tuple(touches), self._customers(touches), words, unseen=unseen)
        self.seen, self.job, self._open = max(newest, self.seen), job, now_open
        return found

    def _writes_unseen(self, newest: int) -> bool:
        """Tell whether others wrote where the person does not see everything."""
        if self.sees_all():
            return False
        params = {"after": self.seen, "upto": newest, "limit": MOST}
        return any(one not in self.own for (one,) in self.reader.execute(OF_OTHERS, params).fetchall())

    def _is_news(self, job: int) -> bool:
        newest = self.reader.execute(NEWEST_OF_JOB, {"job": job}).fetchone()[0]
        return newest is not None and newest not in self.own

    def _customers(self, touches: Iterable[Touch]) -> dict[int, Touch]:
        """Return whose files the moves are about, removed rows included."""
        found: dict[int, Touch] = {}
        parts: dict[str, dict[int, Touch]] = {}
        for touch in touches:
            if touch.entity == "customer":
                found[touch.entity_id] = touch
            elif touch.entity in CUSTOMERS_OF:
                parts.setdefault(touch.entity, {})[touch.entity_id] = touch
                parents = [touch.old, touch.new] if touch.field == "customer_id" else []
                if touch.op == "delete" and touch.old:
                    parents.append(json.loads(touch.old).get("customer_id"))
                found.update({parent: touch for parent in parents if parent is not None})
        for entity, records in parts.items():
            for record, customer in query_in(self.reader, CUSTOMERS_OF[entity], records):
                touch = records[record]
                if customer is not None and (customer not in found or found[customer].set_id < touch.set_id):
                    found[customer] = touch
        return found


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return which file stands at a path, None where none does."""
    try:
        found = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None
