"""Several records of one customer become one, in one change set; the general undo takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.dedupe import choosing, decisions, people, store
from crm_tui.errors import BadInput, Busy
from crm_tui.locale import _
from crm_tui.storage import history, relations
from crm_tui.storage.change import Change, action
from crm_tui.storage.faults import RecordGone, StaleVersion
from crm_tui.storage.merging import moved_by, name_of_customer, require_customer
from crm_tui.text.fold import fold

MOST = 8
# What a record was called, and as which kind of other name the survivor keeps it.
NAMES = (("name", "other"), ("short_name", "short"), ("english_name", "other"), ("no", "number"))


class Merged(NamedTuple):
    """What a merge came to: who stays, and how many contacts were equal to one that it had."""

    survivor: int
    folded: int


class KindsDiffer(BadInput):
    """A company and a person are to become one: asked again with a choice for ``kind``."""


@action("customer.merge")
def merge(
    change: Change,
    survivor: int,
    losers: Sequence[int],
    seen: Mapping[int, int],
    choices: Mapping[str, int] | None = None,
) -> Merged:
    """Make one customer of up to eight: all that hangs on the losers goes over to the survivor.

    ``seen`` gives by customer the ``changed_in`` that the user saw. ``choices`` gives by field the id of the
    record whose value counts, or ``choosing.ALL``; else the survivor's, blank ones filled from the losers in
    their order. Names and numbers that do not stay are other names of the survivor, owners collaborators.
    Raises BadInput for a record with itself, too many, and a choice that means nothing; KindsDiffer unless
    ``kind`` is chosen; RecordGone for one that is archived or merged; StaleVersion for one that moved since
    ``seen``; Busy while a large change is written.
    """
    check_together([survivor, *losers])
    if history.unfinished(change.connection):
        raise Busy(
            _("A large change is being written."), _("Nothing was merged."), _("Merge when it is done.")
        )
    rows = {}
    for one in (survivor, *losers):
        try:
            require_customer(change.connection, one)
            rows |= store.customers(change.connection, [one])
            if one in seen and rows[one]["changed_in"] != seen[one]:
                raise moved_by(change.connection, "customer", one)
        except StaleVersion as error:
            raise _not_merged(change, one, error) from None
    choices = choices or {}
    if len({row["kind"] for row in rows.values()}) > 1 and "kind" not in choices:
        raise KindsDiffer(
            _("A company and a person are two kinds of customer."),
            _("Nothing was merged."),
            _("If they are one all the same, choose the kind that is right."),
        )
    values = choosing.chosen(rows, survivor, choices)
    children = relations.children_of(change.connection, "customer")
    _all_tracked(change, children, losers)
    folded = 0
    for loser in losers:
        folded += people.join_contacts(change, survivor, loser)
        people.join_access(change, survivor, loser)
        _fold_names(change, survivor, loser)
        decisions.hand_over(change, survivor, loser)
        for child in children:
            if child.tracked and child.table != decisions.TABLE:
                relations.move(change, child, loser, survivor)
        gone = {"merged_into": survivor, "gone": "merged", "deleted_at": change.now}
        change.update("customer", loser, gone)
    change.update("customer", survivor, values)
    now = {**rows[survivor], **values}
    _keep_names(change, now, rows.values())
    people.keep_owners(change, survivor, now["owner_id"], [row["owner_id"] for row in rows.values()])
    return Merged(survivor, folded)


def _not_merged(change: Change, customer_id: int, error: StaleVersion) -> StaleVersion:
    """Return what somebody else did to one of several meanwhile as the reason why nothing was merged."""
    error.what = _("{name}: {what}").format(
        name=name_of_customer(change.connection, customer_id), what=error.what
    )
    error.kept = _("Nothing was merged.")
    if isinstance(error, RecordGone) and error.merged_into:
        error.todo = _("Merge with that one instead if they are one customer.")
    return error


def check_together(ids: Sequence[int]) -> None:
    """Raise BadInput unless these are two to eight different records."""
    if len(ids) == 1:
        raise BadInput(
            _("One customer alone cannot be merged."),
            _("Nothing was merged."),
            _("Choose two different ones."),
        )
    if len(set(ids)) < len(ids) or not ids:
        raise BadInput(
            _("A customer cannot be merged with itself."),
            _("Nothing was merged."),
            _("Choose two different ones."),
        )
    if len(ids) > MOST:
        raise BadInput(
            _("At most {n} customers are merged at once.").format(n=MOST),
            _("Nothing was merged."),
            _("Merge some of them first, then the others into the result."),
        )


def _all_tracked(change: Change, children: Sequence[relations.Child], losers: Sequence[int]) -> None:
    """Refuse where rows would move without a history: an undo could not bring them back."""
    for child in children:
        if not child.tracked and any(relations.count(change.connection, child, one) for one in losers):
            raise BadInput(
                _("The table {name} holds rows of these customers and keeps no history.").format(
                    name=child.table
                ),
                _("Nothing was merged."),
                _("Whoever added the table moves or removes its rows first."),
            )


def _fold_names(change: Change, survivor: int, loser: int) -> None:
    """Take away the loser's other names that the survivor has too."""
    rows = store.rows(change.connection, store.ALIASES, [survivor, loser])
    own = {row["name_key"] for row in rows if row["customer_id"] == survivor}
    for row in rows:
        if row["customer_id"] == loser and row["name_key"] in own:
            change.soft_delete("customer_alias", row["id"])


def _keep_names(change: Change, now: Mapping[str, Any], rows: Any) -> None:
    """Keep as other names what the records were called, and their numbers: all of them find the survivor."""
    known = {row["name_key"] for row in store.rows(change.connection, store.ALIASES, [now["id"]])}
    known |= {fold(now[name] or "") for name, _kind in NAMES}
    for row in rows:
        for name, kind in (
            ("name", "other"),
            ("short_name", "short"),
            ("english_name", "other"),
            ("no", "number"),
        ):
            key = fold(row[name] or "")
            if key and key not in known:
                known.add(key)
                values = {"customer_id": now["id"], "name": row[name], "name_key": key, "kind": kind}
                change.insert("customer_alias", values)
