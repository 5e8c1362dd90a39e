"""What a refused save or undo may tell its author: errors are made where all is seen, and read by one person.

Both compare with the tables as they are. What the person's views do not show is taken out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crm_tui.access import store_reach as store
from crm_tui.access.policy import Policy
from crm_tui.access.showing import hidden_columns, is_of_customer
from crm_tui.errors import Conflict, CrmError, Refused
from crm_tui.locale import _
from crm_tui.storage import merging
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.faults import Clash, FieldConflict, RecordGone, StaleVersion
from crm_tui.storage.survey import Obstacle, UndoBlocked

if TYPE_CHECKING:
    from crm_tui.storage.undoing import Undone

UNSEEN = Obstacle("unseen", "customer", 0, None, None, None, None, None)
BEYOND = UNSEEN._replace(kind="beyond")
"""A customer of one's own change that went out of sight: these one may count, and no more."""


def out_of_sight() -> Refused:
    """Return the refusal for a customer that the person does not see any more."""
    return Refused(
        _("This customer is no longer among those that you may see."),
        _("Your change was not saved."),
    )


@contextmanager
def heard(reader: sqlite3.Connection, policy: Policy) -> Generator[None]:
    """Raise a conflict that a write met as its author may read it."""
    try:
        yield
    except Conflict as conflict:
        raise told(reader, policy, conflict) from conflict


def undone(reader: sqlite3.Connection, policy: Policy, undo: Callable[[], Undone | None]) -> Undone | None:
    """Run an undo and return what it did, or raise what is in its way: only what the person sees."""
    with heard(reader, policy):
        done = undo()
    return done._replace(left=obstacles(reader, policy, done.left)) if done is not None else None


def told(reader: sqlite3.Connection, policy: Policy, error: CrmError) -> CrmError:
    """Return an error as one person may read it: without values and names that the views do not show."""
    if policy.is_whole or not isinstance(error, StaleVersion | UndoBlocked):
        return error
    if isinstance(error, UndoBlocked):
        return UndoBlocked(obstacles(reader, policy, error.obstacles))
    if is_of_customer(error.entity) and store.customer_of(reader, error.entity, error.entity_id) is None:
        return error if _was_never_theirs(reader, error) else out_of_sight()
    if isinstance(error, FieldConflict):
        return _conflict(reader, policy, error)
    if isinstance(error, RecordGone) and error.merged_into is not None:
        # The views name the customer it went into, or nothing.
        ended = {"gone": error.how, "merged_into": error.merged_into}
        return merging.gone(reader, error.entity, error.entity_id, ended)
    return error


def _was_never_theirs(reader: sqlite3.Connection, error: StaleVersion) -> bool:
    """Tell whether a record is gone for good, which nobody sees any more."""
    return isinstance(error, RecordGone) and error.how == "deleted" and error.merged_into is None


def _conflict(reader: sqlite3.Connection, policy: Policy, error: FieldConflict) -> CrmError:
    hidden = hidden_columns(reader, policy, error.entity, error.entity_id)
    if not hidden:
        return error

    def blank(row: dict[str, Any]) -> dict[str, Any]:
        return {column: None if column in hidden else value for column, value in row.items()}

    fields = [
        Clash(one.column, None, one.mine, None, *one[4:]) if one.column in hidden else one
        for one in error.fields
    ]
    moved = [one._replace(before=None, theirs=None) if one.column in hidden else one for one in error.moved]
    seen = FieldConflict(
        error.entity, error.entity_id, fields, moved, error.now, blank(error.was), blank(error.row)
    )
    seen.what = error.what
    return seen


def obstacles(reader: sqlite3.Connection, policy: Policy, found: Iterable[Obstacle]) -> list[Obstacle]:
    """Return what is in the way of an undo: hidden values left out, all that is out of sight as one thing.

    How many moves of customers that are not seen there were, of what, when and by whom is nobody's to know.
    """
    if policy.is_whole:
        return list(found)
    told = [_obstacle(reader, policy, one) for one in found]
    nameless = [one for one in told if one is BEYOND]
    seen = [one for one in told if one is not UNSEEN and one is not BEYOND]
    return [*seen, *nameless, *([UNSEEN] if UNSEEN in told else [])]


def _obstacle(reader: sqlite3.Connection, policy: Policy, one: Obstacle) -> Obstacle:
    if one.entity in store.CUSTOMER_OF and store.customer_of(reader, one.entity, one.entity_id) is None:
        if one.kind == "beyond":
            return BEYOND
        # Of a row that is no more nobody knows whose it was.
        return one._replace(before=None, after=None, now=None) if one.kind == "gone" else UNSEEN
    if (one.field or "") in hidden_columns(reader, policy, one.entity, one.entity_id):
        return one._replace(before=None, after=None, now=None)
    return one


def counted(obstacles: Iterable[Obstacle]) -> dict[Obstacle, int]:
    """Return each thing in the way once, in their order, with how often it is: customers without a name."""
    return dict(Counter(obstacles))


def is_hidden(one: Obstacle) -> bool:
    """Tell whether the values of a moved field were left out: those of a real move differ."""
    if one is UNSEEN:
        return True
    return one.kind == "moved" and one.before is None and one.after is None and one.now is None
