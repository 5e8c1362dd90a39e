"""What a merge would do, before anybody does it: records side by side, whose values count, what moves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

from crm_tui.access.deed import why_not_merge
from crm_tui.access.policy import Policy
from crm_tui.access.scope import VIEWS
from crm_tui.access.showing import hidden_groups
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import ended
from crm_tui.dedupe import choosing, decisions, store
from crm_tui.dedupe.choosing import Compared
from crm_tui.dedupe.merging import check_together
from crm_tui.locale import N_, _, ngettext
from crm_tui.storage import relations
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.merging import gone
from crm_tui.storage.wording import hidden_text
from crm_tui.text.uscc import check_code

# What moves, in this order; a table of a later version or of another program goes by its own name.
TABLES: dict[str, str] = {
    "contact": N_("Contacts"),
    "activity": N_("Follow-ups"),
    "plan": N_("Plans"),
    "project": N_("Projects"),
    "tag_link": N_("Tags"),
    "customer_alias": N_("Other names"),
    "collaborator": N_("Collaborators"),
    "imported_row": N_("Rows of sheets"),
}
UNSEEN = ("customer", decisions.TABLE)


class Side(NamedTuple):
    """One of the records: its whole row, when it was entered (instant), how many follow-ups it has.

    ``hidden`` are the groups of fields that are masked in the row: blank there says nothing.
    """

    id: int
    no: str
    name: str
    entered_at: str | None
    follow_ups: int
    row: dict[str, Any]
    hidden: frozenset[str] = frozenset()

    def text(self, field: str, context: Context) -> str:
        """Return what stands in a field, for a hidden one the word that says so."""
        one = FIELDS[field]
        return hidden_text() if one.sensitive in self.hidden else show(one, self.row, context)


class Moving(NamedTuple):
    """Rows of one table by record; ``title`` is what people call them."""

    table: str
    title: str
    counts: dict[int, int]


class Preview(NamedTuple):
    """What becomes of some records if they are merged.

    ``seen`` is for ``merge``; ``choices`` gives by field whose value counts unless the user chooses;
    ``why`` says why ``survivor`` is proposed, ``doubts`` what speaks against merging at all, ``refusal`` why
    the person's policy does not allow it.
    """

    sides: tuple[Side, ...]
    survivor: int
    why: str
    fields: list[Compared]
    choices: dict[str, int]
    moving: list[Moving]
    doubts: list[str]
    refusal: str = ""

    @property
    def seen(self) -> dict[int, int]:
        """Return each record's version."""
        return {side.id: side.row["changed_in"] for side in self.sides}

    @property
    def losers(self) -> list[int]:
        """Return the records that go, in their order."""
        return [side.id for side in self.sides if side.id != self.survivor]

    @property
    def differing(self) -> list[Compared]:
        """Return the fields in which filled records differ."""
        return [one for one in self.fields if one.differs]


def preview(
    reader: sqlite3.Connection,
    ids: Sequence[int],
    survivor: int | None = None,
    policy: Policy | None = None,
) -> Preview:
    """Return what merging two to eight customers would do; ``survivor`` None proposes one.

    ``policy`` is the reader's: what it hides is named as such, and what it refuses is said beforehand.
    Raises BadInput for a customer with itself or too many, RecordGone for one that is not there any more.
    """
    check_together(list(ids) if survivor is None or survivor in ids else [*ids, survivor])
    rows = store.customers(reader, ids)
    for one in ids:
        if one not in rows:
            raise gone(reader, "customer", one, ended(reader, one))
    entered = store.entered(reader, [row["created_in"] for row in rows.values()])
    follow_ups = store.follow_ups(reader, rows)
    sides = tuple(
        Side(
            one,
            row["no"],
            row["name"] or "",
            entered.get(row["created_in"]),
            follow_ups.get(one, 0),
            row,
            hidden_groups(reader, policy, one) if policy is not None else frozenset(),
        )
        for one, row in rows.items()
    )
    best, why = _best(sides)
    if survivor is not None and survivor != best:
        best, why = survivor, ""
    fields = choosing.compared(rows)
    return Preview(
        sides,
        best,
        why,
        fields,
        choosing.proposed(fields, best),
        _moving(reader, ids),
        _doubts(reader, sides),
        why_not_merge(reader, policy, ids) if policy is not None else "",
    )


def _best(sides: Sequence[Side]) -> tuple[int, str]:
    """Return the record with most follow-ups, of several the one entered first, and why."""
    most = max(side.follow_ups for side in sides)
    held = [side for side in sides if side.follow_ups == most]
    best = min(held, key=lambda side: side.id)
    if most and len(held) == 1:
        text = ngettext("has the only follow-up", "has the most follow-ups: {n}", most)
        return best.id, text.format(n=most)
    return best.id, _("was entered first")


def _moving(reader: sqlite3.Connection, ids: Sequence[int]) -> list[Moving]:
    names = dict.fromkeys(table for view, (table, _test) in VIEWS.items() if view == table)
    counts: dict[str, dict[int, int]] = {}
    for table, column in relations.references_to(reader, "customer", names):
        if table not in UNSEEN:
            counts[table] = relations.counts(reader, table, column, ids)
    order = list(TABLES)
    tables = sorted(counts, key=lambda table: (order.index(table) if table in order else len(order), table))
    return [
        Moving(table, _(TABLES[table]) if table in TABLES else table, counts[table])
        for table in tables
        if counts[table]
    ]


def _doubts(reader: sqlite3.Connection, sides: Sequence[Side]) -> list[str]:
    found = []
    if len({side.row["kind"] for side in sides}) > 1:
        found.append(_("A company and a person are two kinds of customer."))
    codes = {side.id: check_code(side.row["uscc"] or "") for side in sides}
    valid = {code.key for code in codes.values() if code.kind == "valid"}
    if len(valid) > 1:
        found.append(
            _("Their credit codes are valid and differ: {codes}.").format(codes=", ".join(sorted(valid)))
        )
    known = decisions.decided(reader, [side.id for side in sides])
    numbers = {side.id: side.no for side in sides}
    for pair in combinations(sorted(numbers), 2):
        if pair in known:
            text = _("{one} and {other} were judged: {verdict}.").format(
                one=numbers[pair[0]],
                other=numbers[pair[1]],
                verdict=_(decisions.VERDICTS[known[pair].verdict]),
            )
            found.append(f"{text} {known[pair].note}".strip())
    return found
