"""Lines of the customer list: read a page at a time on the database thread, worded for people."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_tui import clock
from crm_tui.customers import reading
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.filter_fields import FILTER_FIELDS
from crm_tui.customers.reading import CustomerRow, Query
from crm_tui.locale import _, language, ngettext
from crm_tui.session import Session
from crm_tui.storage.driver import sqlite3
from crm_tui.tui.screens.list_layout import Offered, Sorting
from crm_tui.tui.screens.list_places import Place, place
from crm_tui.tui.widgets.rows import Cell, Column, Row, left_behind

if TYPE_CHECKING:
    from crm_tui.search.listing import Narrowed

STATUS_TONES = {"won": "good", "lost": "dim"}
# The order that belongs to a column, where they are not named alike.
SORT_OF = {
    "changed_at": "recent",
    "created_at": "created",
    "next_plan": "due",
    "last_followup": "followup",
    "reg_province": "province",
}
FALLING = ("recent", "created", "followup")  # orders that begin with the latest
# Widths of further columns by what they hold; the longest words first.
WIDTHS = {"long": 24, "text": 12, "code": 18, "instant": 11, "date": 11, "tags": 20, "mail": 22, "url": 22}
QUICK_MS = 15  # how long a count may hold up the first page
FIRST_FURTHER = 7  # the priority of the first further column: those that come later are dropped sooner


def columns_offered() -> dict[str, Offered]:
    """Return the columns that the list can show; number, name and status stay on a narrow screen."""
    word = 8 if language() == "zh" else 11
    usual = {
        "no": Column(FIELDS["no"].title, 14),
        "name": Column(FIELDS["name"].title, 24, flex=3),
        "status": Column(_("Status"), word),
        "stage": Column(_("Stage"), word, priority=5),
        "owner": Column(FIELDS["owner"].title, 8, priority=6),
        "contact_name": Column(_("Contact"), 8, flex=1, priority=3),
        "contact_way": Column(_("Phone"), 13, priority=2),
        "last_followup": Column(_("Last follow-up"), 12, priority=4),
        "next_plan": Column(_("Next step"), 12, priority=1),
    }
    offered = dict(usual)
    for at, name in enumerate(name for name in reading.LIST_COLUMNS if name not in usual):
        one = FIELDS[name]
        cells = word + 2 if one.type == "word" else WIDTHS.get(one.type, 12)
        right = one.type in ("money", "number")
        offered[name] = Column(one.title, cells, priority=FIRST_FURTHER + at, right=right)
    orders = {key for key in reading.SORTS if key != "id"}
    return {
        name: Offered(name, column, key if (key := SORT_OF.get(name, name)) in orders else "", name in usual)
        for name, column in offered.items()
    }


def sorts_offered() -> list[Sorting]:
    """Return the orders of the list, the usual one first."""
    return [Sorting(key, _(label), key in FALLING) for key, label in reading.SORTS.items() if key != "id"]


def due_cell(due_on: str | None, today: date) -> str | Cell:
    """Return the day of a next step, with words where it is late or today."""
    if not due_on:
        return ""
    late = (today - clock.parse_day(due_on)).days
    if late > 0:
        return Cell(ngettext("{n} day late", "{n} days late", late).format(n=late), "bad")
    return Cell(_("today"), "warn") if late == 0 else due_on


def _status(row: CustomerRow, session: Session) -> str | Cell:
    return Cell(session.words.label("status", row.status), STATUS_TONES.get(row.status or "", ""))


def _last(row: CustomerRow, session: Session) -> str:
    if not row.last_followup_at:
        return ""
    return f"{clock.local(row.last_followup_at, session.zone):%Y-%m-%d}"


Made = Callable[[CustomerRow, Session], str | Cell]
# What a line of the list holds already; other fields are read for the columns that are there.
AT_HAND: dict[str, Made] = {
    "no": lambda row, session: row.no,
    "name": lambda row, session: Cell(row.name or row.contact or "", marks=row.marks),
    "status": _status,
    "stage": lambda row, session: session.words.label("stage", row.stage),
    "level": lambda row, session: session.words.label("level", row.level),
    "industry": lambda row, session: session.words.label("industry", row.industry),
    "source": lambda row, session: session.words.label("source", row.source),
    "owner": lambda row, session: row.owner,
    "contact_name": lambda row, session: row.contact or "",
    "contact_way": lambda row, session: row.phone or "",
    "last_followup": _last,
    "next_plan": lambda row, session: due_cell(row.next_due_on, session.today()),
}


class CustomerRows:
    """The rows of a query in the columns that were asked for."""

    def __init__(
        self, session: Session, query: Query, names: Sequence[str], columns: Sequence[Column]
    ) -> None:
        self.session = session
        self.query = query
        self.names = names
        self.columns = columns
        self.total: int | None = None
        self._window: reading.Window | None = None
        self._found: Narrowed | None = None
        self._further = [name for name in names if name not in AT_HAND]

    def count(self) -> int | None:
        """Count the customers where that takes no longer than nobody notices."""
        return self.window.count(limit_ms=QUICK_MS) if self.total is None else self.total

    @property
    def window(self) -> reading.Window:
        """The list, made when the first rows are read: on the database thread, for it asks the database."""
        if self._window is None:
            known = self.total
            if self.query.text:
                from crm_tui.search.listing import narrowed

                self._found = narrowed(self.session.reader, self.query, self.session.person.id)
                self.query, known = self._found.query, None
            self._window = reading.Window(self.session.reader, self.query)
            if known is not None:
                self._window.know(known)
        return self._window

    @property
    def more(self) -> bool:
        """Whether a search found more than is listed."""
        return self._found is not None and self._found.more

    def told(self) -> str:
        """Return what is to be known about what was found, '' for nothing."""
        if self._found is None:
            return ""
        said = [self._found.state]
        if self.more:
            key = f"{FILTER_FIELDS['text'].title}:"
            text = _("The best {n} are listed; a filter by {field} lists all that hold the words.")
            said.append(text.format(n=f"{len(self.query.ids or ()):,}", field=key))
        return " · ".join(filter(None, said))

    def know(self, total: int) -> None:
        """Take over how many rows there are."""
        self.total = total
        if self._window is not None:
            self._window.know(total)

    def count_aside(self, reader: sqlite3.Connection) -> int:
        """Count the customers over another connection, however long it takes."""
        return reading.count(reader, self.query)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        """Read a page."""
        return self._rows(self.window.page(offset, limit))

    def tail(self, skip: int, limit: int) -> Sequence[Row]:
        """Read the rows that end so many before the last one."""
        found = self.window.last(skip + limit)
        return self._rows(found[: len(found) - skip])

    def position(self, row_id: Hashable) -> int | None:
        """Return where a customer stands in the list."""
        return self.window.position(row_id) if isinstance(row_id, int) else None

    def again(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Read rows anew; those of customers that are not there any more stay, and say so.

        Of a customer that is with others now and not shown to the role its name stays alone.
        """
        found = reading.rows_of(self.session.reader, [row.id for row in rows if isinstance(row.id, int)])
        fresh: dict[Hashable, Row] = {row.id: row for row in self._rows(list(found.values()))}
        says = next((self.names.index(name) for name in ("status", "name") if name in self.names), 0)
        named = self.names.index("name") if "name" in self.names else 0

        def left(row: Row) -> Row:
            unseen = isinstance(row.id, int) and reading.is_out_of_sight(self.session.reader, row.id)
            return left_behind(row, _("gone"), says, named if unseen else None)

        return [fresh.get(row.id) or left(row) for row in rows]

    def find_place(self, text: str) -> tuple[int | None, str]:
        """Return the line that a typed text means, or why there is none."""
        wanted = place(text)
        if wanted.kind == "line":
            return int(wanted.number) - 1, ""
        if wanted.kind == "percent":
            total = self.count() or self.window.count()
            return (max(round((total or 0) * wanted.number / 100) - 1, 0), "") if total else (0, "")
        line = self._by_number(wanted)
        if line is None and not (wanted.number and self.query.sort.removeprefix("-") != "no"):
            line = self.window.place_of(wanted.text)
        if line is None and wanted.number:
            line = int(wanted.number) - 1
        return line, "" if line is not None else _("Nothing of this list begins with “{text}”.").format(
            text=text
        )

    def _by_number(self, wanted: Place) -> int | None:
        """Return the line of the customer with exactly that number."""
        for customer_id in reading.numbered(self.session.reader, wanted.text):
            line = self.window.position(customer_id)
            if line is not None:
                return line
        return None

    def _rows(self, rows: Sequence[CustomerRow]) -> list[Row]:
        further: Mapping[int, Mapping[str, Any]] = {}
        if self._further and rows:
            further = reading.extra(self.session.reader, [row.id for row in rows], self._further)  # noqa: S610
        return [self._row(row, further.get(row.id, {})) for row in rows]

    def _row(self, row: CustomerRow, further: Mapping[str, Any]) -> Row:
        cells = [
            made(row, self.session)
            if (made := AT_HAND.get(name))
            else reading.worded(name, further.get(name), self.session)
            for name in self.names
        ]
        if self._found is not None:
            from crm_tui.tui.screens.found_rows import marked

            cells = marked(self._found, row.id, dict(zip(self.names, cells, strict=True)))
        return Row(row.id, tuple(cells))
