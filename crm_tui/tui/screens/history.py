"""History: what was changed, by whom, what it was before; and taking any of it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.customers.fields import field_of
from crm_tui.errors import BadInput
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.storage import file_history, history
from crm_tui.storage.watch import Moved
from crm_tui.text.cells import safe
from crm_tui.text.fold import fold
from crm_tui.tui.screens import history_rows
from crm_tui.tui.screens.base import BaseScreen, PopUp
from crm_tui.tui.screens.history_rows import Line, Preview
from crm_tui.tui.screens.taking_back import take_back
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, ListSource, Row
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame


class HistoryScreen(BaseScreen):
    """The newest sets of everybody; with ``entity`` and ``entity_id`` the moves of that record.

    ``field`` (a column) narrows them to one field; ``set_id`` shows the moves of one set. Enter opens the
    set under the cursor, ``u`` takes it back, with a preview unless it is the user's own last change.
    """

    kind: ClassVar[str] = "history"
    follows: ClassVar[bool] = True

    def __init__(
        self,
        entity: str | None = None,
        entity_id: int | None = None,
        field: str | None = None,
        set_id: int | None = None,
    ) -> None:
        super().__init__()
        self.entity = entity
        self.entity_id = entity_id
        self.field = field
        self.set_id = set_id
        of_record = entity is not None or set_id is not None
        columns = (
            history_rows.move_columns(of_set=set_id is not None) if of_record else history_rows.set_columns()
        )
        self.table = Table(columns, empty=_("Nothing was changed yet."))
        self.lines: list[Line] = []

    def body(self) -> Iterable[Widget]:
        """Yield the search and the table."""
        yield SearchLine(_("Customer, action, value"))
        yield self.table

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    def _read(self) -> tuple[list[Line], str]:
        session = self.session
        if self.set_id is not None:
            return history_rows.move_lines(session, self.set_id), history_rows.preview(
                session, self.set_id
            ).title
        if self.entity is None or self.entity_id is None:
            return history_rows.set_lines(session), ""
        name = file_history.record_name(session.reader, self.entity, self.entity_id)
        one = field_of(self.entity, self.field) if self.field else None
        title = " · ".join(part for part in (name, one.title if one else "") if part)
        return history_rows.record_lines(session, self.entity, self.entity_id, self.field), title

    async def reload(self) -> None:
        """Read the lines and show those that hold the searched text."""
        self.notice.rest("")
        self.lines, title = await self.crm.work.run(self._read)
        self.set_status(title=f"{self.heading()}  {title}" if title else None)
        await self.search_changed(self.filter)

    async def moved(self, what: Moved) -> None:
        """Say that there are new entries; they come when the user asks for them."""
        if what.much or self._is_about(what):
            hint = _("There are new entries; {key} shows them.")
            self.notice.rest(hint.format(key=self.crm.keymap.shown("reload")))

    def _is_about(self, what: Moved) -> bool:
        if self.set_id is not None:
            return False
        if self.entity == "customer" and self.entity_id is not None and not self.field:
            return self.entity_id in what.customers
        return self.entity is None or any(
            (touch.entity, touch.entity_id) == (self.entity, self.entity_id)
            and self.field in (None, touch.field)
            for touch in what.touches
        )

    async def search_changed(self, text: str) -> None:
        """Narrow the lines to those that hold a text."""
        key = fold(text)
        rows = [line.row for line in self.lines if not key or _holds(line.row, key)]
        item = self.table.item
        await self.table.show(ListSource(rows), cursor_to=item.id if item else None)
        text = ngettext("{n} entry", "{n} entries", len(rows))
        if len(rows) in (history_rows.NEWEST_SETS, history_rows.NEWEST_MOVES):
            text = _("The newest {n}")
        self.set_status(total=text.format(n=len(rows)))

    @property
    def line(self) -> Line | None:
        """The line under the cursor."""
        row = self.table.row
        return next((line for line in self.lines if row is not None and line.row.id == row.id), None)

    def why_not(self, action_id: str) -> str:
        """Say when there is no line to act on."""
        return _("Choose a row first.") if action_id in ("open", "undo") and self.line is None else ""

    async def do_open(self) -> None:
        """Show what the set under the cursor moved."""
        line = self.line
        if line is not None and self.set_id is None:
            await self.crm.open("history", set_id=line.set_id)

    async def do_undo(self) -> None:
        """Take back the set under the cursor; ask first unless it is the user's own last change."""
        line = self.line
        if line is None:
            return
        await take_back_asking(self.crm, line.set_id)

    def do_copy(self) -> None:
        """Copy the line."""
        row = self.table.row
        if row is not None:
            self.crm.copy(" ".join(text for text in map(_text, row.cells) if text))


def _text(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _holds(row: Row, key: str) -> bool:
    return any(key in fold(_text(cell)) for cell in row.cells)


async def take_back_asking(crm: Frame, set_id: int | None) -> None:
    """Take back a set (None: the user's last change); one not made last in this session is shown first.

    Raises BadInput when there is nothing to take back.
    """
    session: Any = crm.session
    if set_id is None:
        set_id = await crm.work.run(history.undoable, session.reader, session.person.id)
        if set_id is None:
            raise BadInput(_("There is nothing of yours to take back."))
    about = await crm.work.run(history_rows.preview, session, set_id)
    if about.own_last:
        await take_back(crm, about.set_id)
        return

    async def decided(yes: Any) -> None:
        if yes:
            await take_back(crm, about.set_id)

    await crm.show(UndoPreview(about), then=decided)


class UndoPreview(PopUp):
    """What would be taken back: how much, and whose; Enter does it."""

    kind: ClassVar[str] = "undo_preview"
    AUTO_FOCUS = ""

    def __init__(self, about: Preview) -> None:
        super().__init__()
        self.about = about

    def box(self) -> Iterable[Widget]:
        """Yield the sentence and the names, unless the title names the only one."""
        about = self.about
        text = ngettext("{n} place goes back.", "{n} places go back.", about.places).format(n=about.places)
        names = about.names[: history_rows.NAMED] if len(about.names) > 1 else []
        more = "\n…" if len(about.names) > history_rows.NAMED else ""
        yield Prose("\n".join([safe(about.title), text, *map(safe, names)]) + more)

    async def do_undo_this(self) -> None:
        """Take it back."""
        await self.crm.back(True)
