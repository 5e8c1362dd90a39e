"""The customer list: any number of rows, narrowed while typing, sorted by one key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.customers import reading, service
from crm_tui.customers.reading import Query
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage.watch import Moved
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.customer_rows import SORTS, CustomerRows, columns
from crm_tui.tui.told import told
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import GONE, Row, plain
from crm_tui.tui.widgets.table import Table

WRITES = ("add", "add_name", "edit", "log", "archive", "tags", "done", "snooze", "undo", "redo")
NEEDS_ROW = ("open", "edit", "log", "archive", "tags", "history", "copy")
# What decides the place of a row in each order: an entity and its columns, () = any.
PLACES = {
    "recent": ("customer", ()),
    "due": ("plan", ()),
    "followup": ("activity", ()),
    "name": ("customer", ("name",)),
    "no": ("customer", ("no",)),
}
NAME = 1


class CustomersScreen(BaseScreen):
    """All customers that the user may see."""

    kind: ClassVar[str] = "customers"
    follows: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(columns())
        self.sort = "recent"

    def body(self) -> Iterable[Widget]:
        """Yield the search line and the table."""
        yield SearchLine(_("Name, number, contact, phone; or incomplete, doubtful"))
        yield self.table

    @property
    def query_now(self) -> Query:
        """What the list shows."""
        return Query(text=self.filter, sort=self.sort)

    async def reload(self) -> None:
        """Read the rows again; the cursor stays on its customer."""
        await self._show(stay=self.table.loaded)

    async def search_changed(self, text: str) -> None:
        """Narrow the rows."""
        await self._show()

    async def _show(self, cursor_to: Any = None, *, stay: bool = False) -> None:
        query = self.query_now
        self.table.empty = self._empty_text()
        source = CustomerRows(cast(Session, self.crm.session), query)
        if stay:
            self.table.source = source
            await self.table.reload()
        else:
            await self.table.show(source, cursor_to=cursor_to)
        total = ngettext("{n} customer", "{n} customers", self.table.total).format(n=f"{self.table.total:,}")
        self.set_status(total=f"{total} · {_(SORTS[self.sort])}")
        self.notice.rest("")
        self.keys.update()

    async def moved(self, what: Moved) -> None:
        """Read again in place what is here; say that the order may be another, and who went."""
        if self.table.loaded and not self.table.total:
            # Nothing is under the cursor that could move.
            await self.reload()
            return
        _changed, gone = await self.table.again(None if what.much or what.words else what.customers.keys())
        if what.much or self._may_reorder(what):
            hint = _("There is something new; {key} sorts the list anew.")
            self.notice.rest(hint.format(key=self.crm.keymap.shown("reload")))
        if gone and not self.notice.text:
            row = gone[0]
            doer = told(cast(Session, self.crm.session), what.customers.get(cast(int, row.id)))
            self.say(_("{told}: {name}.").format(told=doer, name=plain(row.cells[NAME]).strip()))
        self.keys.update()

    def _may_reorder(self, what: Moved) -> bool:
        """Tell whether others moved what decides which rows there are and in which order."""
        if self.filter and what.customers:
            return True
        entity, columns = PLACES[self.sort]
        for touch in what.touches:
            if touch.entity == "customer" and (touch.op != "update" or touch.field in ("deleted_at", "gone")):
                return True
            if touch.entity == entity and (not columns or touch.field in columns):
                return True
        return False

    def _empty_text(self) -> str:
        keys = self.crm.keymap.shown
        if self.filter:
            return _("No customer has “{text}”.\n{back} clears the search, {add} adds a customer.").format(
                text=self.filter, back=keys("back"), add=keys("add")
            )
        return _("No customers yet.\n{import_} imports a sheet, {add} adds one.").format(
            import_=keys("import"), add=keys("add")
        )

    def why_not(self, action_id: str) -> str:
        """Say that nothing can be written, or that there is no row to act on."""
        if action_id in WRITES and self.crm.session.read_only:
            return self.crm.session.read_only
        if action_id in NEEDS_ROW and self.table.loaded and self.table.row is None:
            return _("There is no customer here.")
        if action_id in NEEDS_ROW and self.table.row is not None and self.table.row.tone == GONE:
            return "" if action_id == "history" else _("This customer is not there any more.")
        return ""

    def _row(self) -> Row:
        row = self.table.row
        assert row is not None
        return row

    async def do_open(self) -> None:
        """Open the customer file."""
        await self.crm.open("customer", customer_id=self._row().id)

    async def do_add(self) -> None:
        """Add a customer."""
        await self.crm.open("add_customer", then=self._added)

    async def _added(self, customer_id: int | None) -> None:
        if customer_id is not None:
            self.seen_writes = self.crm.writes
            await self._show(customer_id)

    async def do_edit(self) -> None:
        """Edit the customer's own fields."""
        await self.crm.open("edit_customer", customer_id=self._row().id)

    async def do_log(self) -> None:
        """Log a follow-up."""
        await self.crm.open("log", customer_id=self._row().id)

    async def do_tags(self) -> None:
        """Give or take tags."""
        await self.crm.open("tags", customer_id=self._row().id)

    async def do_history(self) -> None:
        """Show what was changed on the customer."""
        await self.crm.open("history", entity="customer", entity_id=self._row().id)

    async def do_archive(self) -> None:
        """Put the customer away at once."""
        customer_id = cast(int, self._row().id)
        session = cast(Session, self.crm.session)
        row = await self.crm.work.run(reading.rows_of, session.reader, [customer_id])
        found = row.get(customer_id)
        if found is None:
            return
        await self.crm.write(service.archive, customer_id, found.changed_in)
        self.crm.done(_("Archived: {name}.").format(name=found.name or found.no))

    async def do_import(self) -> None:
        """Import a sheet."""
        await self.crm.open("import")

    async def do_export(self) -> None:
        """Export this list."""
        await self.crm.open("export", query=self.query_now, total=self.table.total)

    async def do_sort(self) -> None:
        """Sort by the next order."""
        orders = list(SORTS)
        self.sort = orders[(orders.index(self.sort) + 1) % len(orders)]
        await self._show()
        self.say(_("Sorted {how}.").format(how=_(SORTS[self.sort])))

    async def do_copy(self) -> None:
        """Copy number, name, contact and phone of the customer."""
        customer_id = cast(int, self._row().id)
        session = cast(Session, self.crm.session)
        found = (await self.crm.work.run(reading.rows_of, session.reader, [customer_id])).get(customer_id)
        if found is not None:
            parts = (found.no, found.name, found.contact, found.phone)
            self.crm.copy(" ".join(part for part in parts if part))
