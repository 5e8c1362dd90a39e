"""What a line of the matrix is given: an opened session, the ids of all customers, and texts worth typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.errors import CrmError
from crm_tui.session import Session
from tests.matrix.canaries import Canary
from tests.matrix.rules import may_read
from tests.matrix.world import NOW, World

PROBED = ("rep.1", "far.1", "mate.1", "boss.1", "far.twin", "far.archived", "far.loser", "far.imported")

HANGING = ("contact", "project", "activity", "plan", "customer_alias")
FEW = ("rep.1", "far.1", "far.3", "boss.1", "far.imported")


class Typed(NamedTuple):
    """An answer to a text that was typed: what one typed oneself may stand in it."""

    text: str
    answer: Any


class Ask:
    """Calls reads as somebody; ``ids`` are those of all customers there are."""

    def __init__(self, world: World, viewer: str, session: Session, folder: Path) -> None:
        self.world = world
        self.viewer = viewer
        self.session = session
        self.folder = folder
        self.reader = session.reader
        self.me = session.person.id
        self.ids = list(world.ids.values())
        self.now = datetime.fromisoformat(NOW).astimezone(UTC)
        self.zone = session.zone

    @cached_property
    def rows(self) -> dict[str, list[int]]:
        """The ids of all rows of each table, whoever may see them."""
        found = {}
        for table in (
            "contact",
            "project",
            "activity",
            "plan",
            "customer_alias",
            "tag",
            "duplicate_decision",
        ):
            sql = f"SELECT id FROM {table}"
            found[table] = [row[0] for row in self.session.database.connection.execute(sql).fetchall()]
        return found

    @cached_property
    def few(self) -> list[int]:
        """The ids of some customers: what is asked of each takes long."""
        return [self.world.ids[key] for key in FEW]

    @cached_property
    def some(self) -> dict[str, list[int]]:
        """The ids of the rows that hang on those, by table."""
        found = {}
        for table in (*HANGING, "tag_link", "imported_row"):
            sql = f"SELECT id, customer_id FROM {table}"
            rows = self.session.database.connection.execute(sql).fetchall()
            found[table] = [row[0] for row in rows if row[1] in self.few]
        return found

    @cached_property
    def sets(self) -> list[int]:
        """The ids of every third change set."""
        sql = "SELECT id FROM change_set"
        return [row[0] for row in self.session.database.connection.execute(sql).fetchall()][::3]

    @cached_property
    def probes(self) -> list[Canary]:
        """Canaries of customers seen and unseen, current and former, to be typed."""
        every = {
            id(one): one
            for one in (*self.world.canaries.words.values(), *self.world.canaries.numbers.values())
            if any(place.customer in PROBED for place in one.places)
        }
        most = (": name", ": no", "mobile", "alias", "twin name")
        more = ("email", "contact name", "office phone", "wechat", "project name", "content", "contact title")
        first = {"far.1", "rep.1"}
        return [
            one
            for one in every.values()
            if one.what.endswith(most)
            or (one.what.endswith(more) and any(place.customer in first for place in one.places))
        ]

    @property
    def hidden_probes(self) -> list[str]:
        """The texts of those that the viewer may not read."""
        world = self.world
        return [one.text for one in self.probes if not may_read(world.preset, self.viewer, world.files, one)]

    def typed(self, fn: Callable[[str], Any], texts: Iterable[str] | None = None) -> list[Typed]:
        """Ask something of each probe."""
        asked = [one.text for one in self.probes] if texts is None else texts
        return [Typed(text, self.safely(fn, text)) for text in asked]

    def each(self, fn: Callable[..., Any], ids: Iterable[Any] | None = None) -> list[Any]:
        """Ask something of each customer, seen or not."""
        return [self.safely(fn, one) for one in (self.ids if ids is None else ids)]

    def safely(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Call something; a refusal is an answer too."""
        try:
            answer = fn(*args)
            return list(answer) if isinstance(answer, Iterator) else answer
        except CrmError as error:
            return error

    def leaks(self, answer: Any) -> list[str]:
        """Return what of an answer the viewer may not read."""
        return sorted({one.what for one in self._leaks(answer)})

    def _leaks(self, answer: Any) -> list[Canary]:
        if isinstance(answer, Typed):
            own = {id(one) for one in self.world.canaries.found(answer.text)}
            return [one for one in self._leaks(answer.answer) if id(one) not in own]
        if isinstance(answer, list):
            nested = [one for one in answer if isinstance(one, Typed | list)]
            rest = [one for one in answer if not isinstance(one, Typed | list)]
            return self.world.forbidden(self.viewer, rest) + [
                leak for one in nested for leak in self._leaks(one)
            ]
        return self.world.forbidden(self.viewer, answer)
