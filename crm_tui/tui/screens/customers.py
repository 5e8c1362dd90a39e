"""The customer list: any number of rows, narrowed while typing, filtered, sorted, in columns of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast

from crm_tui.customers import reading
from crm_tui.customers.reading import Query
from crm_tui.locale import _, ngettext
from crm_tui.storage.watch import Moved
from crm_tui.tui.screens.customer_rows import CustomerRows, columns_offered, sorts_offered
from crm_tui.tui.screens.list_base import Asked
from crm_tui.tui.screens.list_candidates import Choosable
from crm_tui.tui.screens.list_layout import Offered, Sorting
from crm_tui.tui.screens.list_screen import ListScreen
from crm_tui.tui.told import told
from crm_tui.tui.widgets.rows import GONE, plain

WRITES = (
    *("add", "add_name", "edit", "log", "plan_next", "archive", "tags", "hand_over", "done", "snooze"),
    *("undo", "redo"),
)
NEEDS_ROW = ("open", "edit", "log", "plan_next", "archive", "tags", "history", "copy")
# What decides the place of a row in each order: an entity and its columns, () = any; an own column otherwise.
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "recent": ("customer", ()),
    "created": ("customer", ("created_in",)),
    "due": ("plan", ()),
    "followup": ("activity", ()),
    "owner": ("customer", ("owner_id",)),
    "region": ("customer", ("reg_province", "biz_province", "region")),
    "province": ("customer", ("reg_province", "biz_province")),
}


class CustomersScreen(ListScreen):
    """All customers that the user may see."""

    kind: ClassVar[str] = "customers"
    screen_name: ClassVar[str] = "customers"
    hidden: frozenset[str] = frozenset({"undo"})

    def __init__(self) -> None:
        super().__init__()
        self.people: Mapping[str, int] = {}
        self.tags: Sequence[str] = ()

    def columns_offered(self) -> Mapping[str, Offered]:
        """Return the columns that can be shown."""
        return columns_offered()

    def sorts_offered(self) -> Iterable[Sorting]:
        """Return the orders."""
        return sorts_offered()

    def source(self, asked: Asked) -> CustomerRows:
        """Return the rows of what is asked for."""
        query = Query(text=asked.text, sort=asked.sort, filter=asked.chosen)
        return CustomerRows(self.session, query, asked.names, asked.columns)

    def ranks(self, text: str) -> bool:
        """Tell whether what is found for a text is ranked: unless the user chose an order."""
        return bool(reading.sought(text)) and text != self.sorted_text

    def total_said(self) -> str:
        """Return how many customers there are; of what a search found perhaps only the best."""
        rows = self.table.source
        if isinstance(rows, CustomerRows) and rows.more and self.total is not None:
            return self.counted(f"{self.total:,}+", self.total)
        return super().total_said()

    async def show_rows(self, cursor_to: Any = None, *, stay: bool = False) -> None:
        """Read the rows; say when a search gave the best of many.

        A filter of a role that was shown more leaves with what is hidden now.
        """
        from crm_tui.customers.filter_hidden import without_hidden

        shown = without_hidden(self.chosen, self.session.policy.hidden)
        if shown != self.chosen:
            self.chosen = shown
            self.filter_words = self.filter_said(shown) if shown is not None else ""
            self.say(
                _("A part of the filter is about fields that are not shown to your role; it was left out."),
                "warn",
            )
        await super().show_rows(cursor_to, stay=stay)
        rows = self.table.source
        if isinstance(rows, CustomerRows) and rows.told():
            self.notice.rest(rows.told())

    def search_hint(self) -> str:
        """Return what the empty search line says."""
        return _("Name, number, contact, phone; or incomplete, doubtful")

    def counted(self, number: str, total: int) -> str:
        """Return how many customers."""
        return ngettext("{n} customer", "{n} customers", total).format(n=number)

    @property
    def query_now(self) -> Query:
        """What the list shows."""
        rows, asked = self.table.source, Query(text=self.filter, sort=self.sort, filter=self.chosen)
        if isinstance(rows, CustomerRows) and rows.query._replace(ids=None) == asked:
            return rows.query
        return asked

    # -- filter ---------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Read who there is and which tags there are."""
        self.people = self.session.context().people
        self.tags = reading.tag_names(self.session.reader)

    def understand(self, text: str) -> tuple[Any, str]:
        """Return the filter that a text means and the words to search for."""
        from crm_tui.customers import filters
        from crm_tui.customers.filter_hidden import demand_shown

        found = filters.parse(text, self.session.words, self.people, self.session.person.id, self.crm.today())
        demand_shown(found[0], self.session.policy.hidden)
        return found

    def filter_said(self, chosen: Any) -> str:
        """Return a filter as it can be typed again."""
        from crm_tui.customers import filters

        return filters.text_of(chosen, self.session.words, self.session.names)

    def both(self, one: Any, other: Any) -> Any:
        """Return the filter that asks for what two filters ask for; either may be None."""
        from crm_tui.customers import filters

        return filters.plain(filters.All((one, other))) if one and other else one or other

    def filter_data(self, chosen: Any) -> Any:
        """Return a filter as plain values for JSON."""
        from crm_tui.customers import filters

        return filters.to_data(chosen)

    def filter_from(self, data: Any) -> Any:
        """Return the filter of plain values; raises BadInput for none of ours, or about what is hidden."""
        from crm_tui.customers import filters
        from crm_tui.customers.filter_hidden import demand_shown

        found = filters.from_data(data)
        demand_shown(found, self.session.policy.hidden)
        return found

    def choosables(self) -> Sequence[Choosable]:
        """Return the fields to filter by, with their values."""
        from crm_tui.tui.screens.customer_choices import choosables

        hidden = self.session.policy.hidden
        return choosables(self.session.words, self.session.names, self.tags, hidden)

    # -- what others did ------------------------------------------------------------------------------

    async def moved(self, what: Moved) -> None:
        """Read again in place what is here; say that the order may be another, and who went."""
        if self.table.loaded and not self.table.total:
            # Nothing is under the cursor that could move.
            await self.reload()
            return
        _changed, gone = await self.table.again(
            None if what.much or what.words or what.unseen else what.customers.keys()
        )
        if what.much or self._may_reorder(what):
            hint = _("There is something new; {key} sorts the list anew.")
            self.notice.rest(hint.format(key=self.crm.keymap.shown("reload")))
        if gone and not self.notice.text:
            row = gone[0]
            names = self.asked.names
            at = next((names.index(name) for name in ("name", "no") if name in names), 0)
            doer = told(self.session, what.customers.get(cast(int, row.id)))
            self.say(_("{told}: {name}.").format(told=doer, name=plain(row.cells[at]).strip()))
        self.keys.update()

    def _may_reorder(self, what: Moved) -> bool:
        """Tell whether others moved what decides which rows there are and in which order."""
        if (self.filter or self.chosen is not None) and what.customers:
            return True
        key = self.sort.removeprefix("-")
        entity, columns = PLACES.get(key, ("customer", (key,)))
        for touch in what.touches:
            if touch.entity == "customer" and (touch.op != "update" or touch.field in ("deleted_at", "gone")):
                return True
            if touch.entity == entity and (not columns or touch.field in columns):
                return True
        return False

    # -- what can be done -----------------------------------------------------------------------------

    def empty_text(self) -> str:
        """Return what an empty list says."""
        keys = self.crm.keymap.shown
        if self.filter and self.chosen is not None:
            return _(
                "No customer of {filter} has “{text}”.\n{back} clears the search, {key} changes the filter."
            ).format(text=self.filter, filter=self.filter_words, back=keys("back"), key=keys("filter"))
        if self.chosen is not None:
            return _("No customer within {filter}.\n{back} clears the filter, {key} changes it.").format(
                filter=self.filter_words, back=keys("back"), key=keys("filter")
            )
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

    def customer_here(self) -> int | None:
        """Return the customer under the cursor."""
        row = self.table.row
        return row.id if row is not None and isinstance(row.id, int) else None

    def customers_in_sight(self) -> Iterable[int]:
        """Return the customers whose rows are in sight."""
        return [row.id for row in self.table.rows_in_sight() if isinstance(row.id, int)]

    async def do_open(self) -> None:
        """Open the customer file."""
        await self.crm.open("customer", customer_id=self.selected().id)

    async def do_add(self) -> None:
        """Add a customer."""
        await self.crm.open("add_customer", then=self._added)

    async def _added(self, customer_id: int | None) -> None:
        if customer_id is not None:
            self.seen_writes = self.crm.writes
            await self.show_rows(customer_id)

    async def do_edit(self) -> None:
        """Edit the customer's own fields."""
        await self.crm.open("edit_customer", customer_id=self.selected().id)

    async def do_log(self) -> None:
        """Log a follow-up."""
        await self.crm.open("log", customer_id=self.selected().id)

    async def do_plan_next(self) -> None:
        """Plan the next step."""
        await self.crm.open("plan", customer_id=self.selected().id)

    async def do_tags(self) -> None:
        """Give or take tags."""
        await self.crm.open("tags", customer_id=self.selected().id)

    async def do_history(self) -> None:
        """Show what was changed on the customer."""
        await self.crm.open("history", entity="customer", entity_id=self.selected().id)

    async def do_archive(self) -> None:
        """Put the customer away at once."""
        customer_id = cast(int, self.selected().id)
        row = await self.crm.work.run(reading.rows_of, self.session.reader, [customer_id])
        found = row.get(customer_id)
        if found is None:
            return
        from crm_tui.customers import service

        await self.crm.write(service.archive, customer_id, found.changed_in)
        self.crm.done(_("Archived: {name}.").format(name=found.name or found.no))

    async def do_import(self) -> None:
        """Import a sheet."""
        await self.crm.open("import")

    async def do_export(self) -> None:
        """Export this list."""
        await self.crm.open("export", query=self.query_now, total=self.total)

    async def do_copy(self) -> None:
        """Copy number, name, contact and phone of the customer."""
        customer_id = cast(int, self.selected().id)
        rows = await self.crm.work.run(reading.rows_of, self.session.reader, [customer_id])
        found = rows.get(customer_id)
        if found is not None:
            parts = (found.no, found.name, found.contact, found.phone)
            self.crm.copy(" ".join(part for part in parts if part))
