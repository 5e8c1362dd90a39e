"""What was typed into forms and not saved: to go on with, to read and copy, or to discard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, cast

from textual.widget import Widget

from crm_tui.drafts import Draft, Found
from crm_tui.errors import BadInput, CrmError
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.tui.drafting import is_there, moment, seems_saved, why_gone
from crm_tui.tui.rooms import ROOMS
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.saving import sentences
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table


class Left(NamedTuple):
    """One draft of the list: whether its customer is gone, whether it seems to be saved."""

    found: Found
    gone: bool = False
    saved: bool = False

    @property
    def usable(self) -> bool:
        """Whether the draft can be filled in again."""
        return self.found.draft is not None and not self.found.problem


def left(session: Session) -> list[Left]:
    """Return what the user left unsaved, newest first; for the database thread."""
    lines = []
    for found in session.drafts.all():
        draft = found.draft
        if draft is None or found.problem:
            lines.append(Left(found))
        else:
            lines.append(Left(found, not is_there(session, draft), seems_saved(session, draft)))
    return lines


class DraftsScreen(PopUp):
    """The user's drafts; Enter goes on with one, ``d`` twice discards it, Esc leaves them for later."""

    kind: ClassVar[str] = "drafts"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Left] = []
        self.about = Prose()
        self.table = Table(
            [
                Column(_("Form"), 18, flex=4),
                Column(_("Typed"), 11, tone="dim"),
                Column(_("Begins with"), 14, flex=3, tone="dim"),
            ],
            empty=_("Nothing was left unsaved."),
        )
        self._asked: Any = None

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast("Session", self.crm.session)

    def box(self) -> Iterable[Widget]:
        """Yield a line that says what this is, and the list."""
        yield self.about
        yield self.table

    async def reload(self) -> None:
        """Read the drafts; those that were read before the screen opened are taken as they are."""
        lines = self.lines = await self.crm.work.run(left, self.session)
        usable = [line.found.draft for line in lines if line.found.draft is not None and line.usable]
        self.about.update(
            ngettext(
                "This was typed and not saved; it was kept at {when}.",
                "These {n} were typed and not saved; the newest was kept at {when}.",
                len(usable),
            ).format(n=len(usable), when=moment(self.session, usable[0]))
            if usable
            else _("These cannot be filled in here; {key} shows what was typed.").format(
                key=self.crm.keymap.shown("open")
            )
            if lines
            else ""
        )
        await self.table.show(ListSource([self._row(at, line) for at, line in enumerate(lines)]))
        self.keys.update()

    def _row(self, at: int, line: Left) -> Row:
        draft = line.found.draft
        if draft is None:
            return Row(at, (line.found.path.name, "", Cell(line.found.problem, "warn")))
        when, words = moment(self.session, draft), draft.words
        if line.found.problem:
            return Row(at, (draft.title, when, Cell(_("of another database") + " · " + words, "warn")))
        if line.gone:
            words = _("customer no longer here") + " · " + words
        elif line.saved:
            words = _("seems to be saved") + " · " + words
        tone = "warn" if line.gone or line.saved else "dim"
        return Row(at, (draft.title, when, Cell(words, tone)))

    @property
    def line(self) -> Left | None:
        """The draft under the cursor."""
        row = self.table.row
        return self.lines[int(str(row.id))] if row is not None and self.lines else None

    def why_not(self, action_id: str) -> str:
        """Say when there is no draft to act on."""
        if action_id in ("open", "discard_draft", "copy") and self.line is None:
            return _("Choose a row first.")
        return ""

    async def do_open(self) -> None:
        """Open the form with the draft filled in; where that cannot be, show its text."""
        line = self.line
        if line is None:
            return
        draft = line.found.draft
        if draft is None:
            self.say(line.found.problem, "warn")
        elif line.gone:
            why = await self.crm.work.run(why_gone, self.session, draft)
            await self._show_text(draft, why)
        elif line.found.problem:
            await self._show_text(draft, line.found.problem)
        elif self.session.read_only:
            await self._show_text(draft, self.session.read_only)
        else:
            await self._go_on(line.found, draft)

    async def _go_on(self, found: Found, draft: Draft) -> None:
        slot = await asyncio.to_thread(self.session.drafts.adopt, found)
        if slot is None:
            self.say(_("This draft is open in another session, or gone."), "warn")
            return
        crm = self.crm
        await crm.back()
        screen: FormScreen | None = None
        try:
            screen = cast("FormScreen", self._form(draft))
            screen.draft, screen.slot = draft, slot
            await crm.show(screen)
        except CrmError as error:
            # A contact, plan or project that is gone while its customer is not.
            slot.close()
            if screen is not None and crm.screen is screen:
                await crm.back()
            await self._show_text(draft, str(error))

    def _form(self, draft: Draft) -> object:
        if draft.form not in ROOMS:
            raise BadInput(_("There is no screen “{name}”.").format(name=draft.form))
        try:
            return self._crm.make(draft.form, **draft.given)
        except TypeError as error:
            raise BadInput(_("This draft is of another form than this version has.")) from error

    def on_mount(self) -> None:
        """Remember the app: a closed screen has none."""
        self._crm = self.crm

    async def _show_text(self, draft: Draft, reason: str) -> None:
        box = DraftText(draft.title, draft.text)
        await self._crm.show(box)
        stays = _("The draft stays; {key} copies its text.").format(key=self._crm.keymap.shown("copy"))
        box.say(sentences(reason, stays), "warn")

    async def do_discard_draft(self) -> None:
        """Remove the draft under the cursor when told twice."""
        line = self.line
        if line is None:
            return
        path = line.found.path
        if self._asked != path:
            self._asked = path
            key = self.crm.keymap.shown("discard_draft")
            self.say(_("{key} again discards it for good.").format(key=key), "warn")
            return
        self._asked = None
        if not await asyncio.to_thread(self.session.drafts.discard, line.found):
            self.say(_("This draft is open in another session, or gone."), "warn")
        await self.reload()
        if self.table.row is None:
            await self.crm.back()

    def on_table_moved(self, event: Table.Moved) -> None:
        """Ask again when the cursor went to another draft."""
        self._asked = None

    def do_copy(self) -> None:
        """Copy what was typed."""
        line = self.line
        if line is not None and line.found.draft is not None:
            self.crm.copy(line.found.draft.text)


class DraftText(TextBox):
    """What was typed in a form that cannot be filled in any more: to read and copy. The draft stays."""

    kind: ClassVar[str] = "drafts"
    hidden = frozenset({"discard_draft", "open"})
