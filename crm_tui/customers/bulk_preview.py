"""What a change of many customers would do, told before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.customers import store_bulk
from crm_tui.customers.bulk_edit import Edit
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.store_bulk import Target
from crm_tui.locale import _
from crm_tui.storage.lists import pieces
from crm_tui.text.fold import fold

EXAMPLES = 5

Progress = Callable[[int, int], None]

targets = store_bulk.versions


class Example(NamedTuple):
    """One customer of a preview: what is to become of it, as (title, before, after)."""

    customer_id: int
    no: str
    name: str
    moves: list[tuple[str, str, str]]


class Former(NamedTuple):
    """A value that a field has now, how many customers have it, and what it becomes."""

    title: str
    before: str
    count: int
    after: str


class Preview(NamedTuple):
    """What a change would do: how many customers move, how many are so already, and the first few.

    ``formers`` are the values that go, the most frequent first; ``beside`` is how much else goes along.
    """

    moving: int
    same: int
    examples: list[Example]
    formers: list[Former]
    beside: int = 0


def preview(
    reader: Any, rows: Sequence[Target], edit: Edit, context: Context, progress: Progress | None = None
) -> Preview:
    """Return what the change would do, without writing anything."""
    moving, done, beside, examples = 0, 0, 0, []
    formers: dict[str, Counter[tuple[Any, ...]]] = {name: Counter() for name in edit.fields}
    names = ("no", "name", *edit.columns)
    for piece in pieces(customer_id for customer_id, _seen in rows):
        records = store_bulk.rows(reader, piece, names)
        tagged = {name: store_bulk.carrying(reader, piece, fold(name)) for name in edit.tags}
        moved = {}
        for customer_id in piece:
            row = records.get(customer_id)
            if row is None or not _moves(edit, row, tagged):
                continue
            moved[customer_id] = row
            for name, counter in formers.items():
                counter[tuple(row[column] for column in FIELDS[name].columns)] += 1
            if len(examples) < EXAMPLES:
                told = _told(edit, row, tagged, context)
                examples.append(Example(customer_id, row["no"], row["name"] or "", told))
        moving += len(moved)
        if edit.along is not None and moved:
            beside += edit.along.count(reader, moved)
        done += len(piece)
        if progress:
            progress(done, len(rows))
    return Preview(moving, len(rows) - moving, examples, _formers(edit, formers, context), beside)


def _formers(edit: Edit, found: Mapping[str, Counter[tuple[Any, ...]]], context: Context) -> list[Former]:
    told = []
    for name, counter in found.items():
        one = FIELDS[name]
        after = show(one, edit.values, context)
        for values, count in counter.most_common():
            row = dict(zip(one.columns, values, strict=True))
            if any(row[column] != edit.values.get(column) for column in one.columns):
                told.append(Former(one.title, show(one, row, context), count, after))
    return told


def _moves(edit: Edit, row: Mapping[str, Any], tagged: Mapping[str, Mapping[int, int]]) -> bool:
    return (
        edit.archive
        or any(row[name] != value for name, value in edit.values.items())
        or any(row["id"] not in tagged[name] for name in edit.add_tags)
        or any(row["id"] in tagged[name] for name in edit.remove_tags)
    )


def _told(
    edit: Edit, row: Mapping[str, Any], tagged: Mapping[str, Mapping[int, int]], context: Context
) -> list[tuple[str, str, str]]:
    after = {**row, **edit.values}
    moves = []
    for one in (FIELDS[name] for name in edit.fields):
        if any(row[column] != after[column] for column in one.columns):
            moves.append((one.title, show(one, row, context), show(one, after, context)))
    tags = FIELDS["tags"].title
    moves += [(tags, "", f"+{name}") for name in edit.add_tags if row["id"] not in tagged[name]]
    moves += [(tags, "", f"-{name}") for name in edit.remove_tags if row["id"] in tagged[name]]
    if edit.archive:
        moves.append((_("Archived"), "", _("Yes")))
    return moves
