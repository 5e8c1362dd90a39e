"""What stands in the way of a save: the record has moved, the same field was changed, the record is gone."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.errors import Conflict as _Conflict
from crm_tui.locale import _
from crm_tui.storage.diagnosis import explain, is_busy, is_damage

__all__ = [
    "Clash",
    "FieldConflict",
    "Move",
    "RecordGone",
    "StaleVersion",
    "explain",
    "is_busy",
    "is_damage",
]


class StaleVersion(_Conflict):
    """The record has moved since it was read; nothing was saved."""

    def __init__(self, entity: str, entity_id: int, what: str = "", todo: str = "") -> None:
        super().__init__(
            what or _("Somebody else has changed this record meanwhile."),
            _("Your change was not saved; nothing of theirs was overwritten."),
            todo or _("Open the record again and repeat your change."),
        )
        self.entity = entity
        self.entity_id = entity_id


class Move(NamedTuple):
    """One column that others moved since it was read: from what, to what, and who did it last, when.

    ``actor`` is None and ``who`` says so when another program did it; ``at`` is an instant.
    """

    column: str
    before: Any
    theirs: Any
    actor: int | None
    who: str
    at: str | None
    set_id: int


class Clash(NamedTuple):
    """One column that two people moved to different values since it was read; see ``Move``."""

    column: str
    before: Any
    mine: Any
    theirs: Any
    actor: int | None
    who: str
    at: str | None
    set_id: int


class FieldConflict(StaleVersion):
    """Others moved the same columns: ``fields``, each with what it was, what is wanted and what it is.

    ``now`` is the record's present version; ``was`` and ``row`` are the whole record as it was read and as
    it is, by column; ``moved`` is all that the others moved.
    """

    def __init__(
        self,
        entity: str,
        entity_id: int,
        fields: Sequence[Clash],
        moved: Sequence[Move],
        now: int,
        was: Mapping[str, Any],
        row: Mapping[str, Any],
        when: str = "",
    ) -> None:
        what = _("{who} changed the same meanwhile ({when}).")
        super().__init__(entity, entity_id, what.format(who=fields[0].who, when=when))
        self.fields = tuple(fields)
        self.moved = tuple(moved)
        self.now = now
        self.was = dict(was)
        self.row = dict(row)


class RecordGone(StaleVersion):
    """The record left the lists meanwhile.

    ``how`` is archived, undone, merged or deleted; ``merged_into`` is the customer that took it over.
    """

    def __init__(
        self,
        entity: str,
        entity_id: int,
        how: str,
        what: str = "",
        todo: str = "",
        *,
        actor: int | None = None,
        at: str | None = None,
        merged_into: int | None = None,
    ) -> None:
        super().__init__(entity, entity_id, what or _("This record is not there any more."), todo)
        self.how = how
        self.actor = actor
        self.at = at
        self.merged_into = merged_into
