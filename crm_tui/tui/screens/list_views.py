"""The box of saved views: choose one, save what is shown as one, rename it, remove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from crm_tui.customers import views
from crm_tui.customers.views import View
from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.screens.list_screen import ListScreen

LONGEST = 40


class ViewForm(FormScreen):
    """The name of a view and for whom it is; without ``view`` what the list shows becomes a new one."""

    def __init__(self, shown_by: ListScreen, view: View | None = None) -> None:
        super().__init__()
        self.list = shown_by
        self.view = view

    def heading(self) -> str:
        """Return the title."""
        return _("Rename the view") if self.view else _("Save the view")

    def form(self) -> Form:
        """Return the form."""
        name = Field("name", _("Name"), value=self.view.name if self.view else self.list.view, required=True)
        if self.view:
            return Form([name])
        whom = [("me", _("For me")), ("team", _("For the team"))]
        return Form([name, Field("whom", _("For whom"), "choice", value="me", choices=whom, required=True)])

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Save it; a view of the same name and for the same people takes the new contents."""
        name = values["name"].strip()
        if len(name) > LONGEST:
            raise FieldErrors({"name": _("At most {n} signs.").format(n=LONGEST)})
        if self.view is not None:
            await self.crm.write(views.rename, self.view.id, name, self.view.changed_in)
            if self.list.view == self.view.name:
                self.list.view = name
        else:
            team = values["whom"] == "team"
            await self.crm.write(views.save, self.list.screen_name, name, self.list.definition(), team)
            self.list.show_view(name)
        self.result = name
        return _("View saved: {name}.").format(name=name)


class ViewsBox(PopUp):
    """One's own views and the team's, with how many rows each has; closes with the chosen one."""

    kind: ClassVar[str] = "views"
    AUTO_FOCUS = "Table"

    def __init__(self, shown_by: ListScreen) -> None:
        super().__init__()
        self.list = shown_by
        self.table = Table(
            [
                Column("", 1, tone="accent"),
                Column("", 16, flex=2),
                Column("", 4, tone="dim"),
                Column("", 16, flex=3, priority=1, tone="dim"),
                Column("", 9, right=True),
            ],
            header=False,
        )
        self.views: list[View] = []
        self.counts: dict[int, str] = {}

    def heading(self) -> str:
        """Return the title."""
        return _("Views")

    def box(self) -> Iterable[Widget]:
        """Yield the views."""
        yield self.table

    async def reload(self) -> None:
        """Read the views; their rows are counted beside that."""
        self.table.empty = _("No views yet.\n{key} saves what the list shows as one.").format(
            key=self.crm.keymap.shown("save_view")
        )
        session = self.list.session
        self.views = await self.crm.work.run(views.all_of, session.reader, self.list.screen_name)
        await self._show()
        self.keys.update()
        self.run_worker(self._count, group="counts", exclusive=True, exit_on_error=False)

    async def _show(self) -> None:
        rows = []
        for at, view in enumerate(self.views):
            name = Cell(view.name, "strong" if view.name == self.list.view else "")
            whom = _("team") if view.owner_id is None else _("mine")
            says = self.list.says(view.definition)
            rows.append(
                Row(view.id, (str(at + 1) if at < 9 else "", name, whom, says, self.counts.get(view.id, "")))
            )
        source = ListSource(rows)
        if self.table.loaded:
            self.table.source = source
            await self.table.reload()
        else:
            await self.table.show(source)

    async def _count(self) -> None:
        """Count the rows of each view, one after the other, on a thread and a connection of their own."""
        for view in list(self.views):
            try:
                asked = self.list.asked_by(view.definition)
            except CrmError:
                self.counts[view.id] = "—"
            else:
                total = await self.list.counted_aside(self.list.source(asked))
                self.counts[view.id] = f"{total:,}"
            await self._show()

    def begins_text(self, character: str) -> bool:
        """Tell whether a digit is that of a view."""
        return character.isdecimal() and 1 <= int(character) <= min(len(self.views), 9)

    def search_typed(self, text: str) -> bool:
        """Choose the view of a digit."""
        if not self.begins_text(text[:1]):
            return False
        self.table.move_to(int(text[:1]) - 1)
        self.crm.perform("apply")
        return True

    def _chosen(self) -> View | None:
        row = self.table.row
        return next((view for view in self.views if row is not None and view.id == row.id), None)

    def why_not(self, action_id: str) -> str:
        """Say that there is no view to act on, or that nothing can be written."""
        if (
            action_id in ("apply", "open", "rename_view", "remove_view")
            and self.table.loaded
            and not self.table.total
        ):
            return _("There is no view here.")
        return ""

    async def do_open(self) -> None:
        """Show the list as the view says."""
        view = self._chosen()
        if view is not None:
            await self.crm.back(view)

    async def do_apply(self) -> None:
        """Show the list as the view says."""
        await self.do_open()

    async def do_save_view(self) -> None:
        """Save what the list shows."""
        await self.crm.show(ViewForm(self.list))

    async def do_rename_view(self) -> None:
        """Give the view another name."""
        await self.crm.show(ViewForm(self.list, self._chosen()))

    async def do_remove_view(self) -> None:
        """Remove the view; it can be brought back."""
        view = self._chosen()
        if view is not None:
            await self.crm.write(views.remove, view.id, view.changed_in)
            if view.name == self.list.view:
                self.list.view = ""
            self.crm.done(_("View removed: {name}.").format(name=view.name))
