"""The tags of a customer: ticked in a list, a new name becomes a tag (S3-12, S0-19)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, cast

from textual.widget import Widget
from textual.widgets import Input

from crm_tui.customers import reading, service
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.text.fold import fold, tidy
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.form_fields import IDENTITY, listed
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

LONGEST = 30


class TagLine(TextLine):
    """The line in which a tag's name is typed: it narrows the list, Enter ticks or makes a tag."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("Type to find or to name a new tag"))

    async def do_open(self) -> None:
        """Tick the tag of that name, or make it; with nothing typed, save."""
        await cast("TagsBox", self.screen).enter(self.value)


class TagsBox(PopUp):
    """All tags, those of the customer ticked; Space ticks, Enter and F12 save."""

    kind: ClassVar[str] = "tags"
    hidden = frozenset({"open"})
    AUTO_FOCUS = "Table"

    def __init__(self, customer_id: int) -> None:
        super().__init__()
        self.customer_id = customer_id
        self.table = Table(
            [Column("", 3), Column("", 16, flex=1), Column("", 14, priority=1, tone="dim")],
            header=False,
            empty=_("No tag of that name: Enter makes it."),
        )
        self.input = TagLine()
        self.tags: list[tuple[str, str, int]] = []  # name, group, how many customers carry it
        self.before: list[str] = []
        self.ticked: list[str] = []
        self.name_ = ""
        self._asked = False

    def box(self) -> Iterable[Widget]:
        """Yield the line to type in and the list."""
        yield self.input
        yield self.table

    async def reload(self) -> None:
        """Read the tags, once: ticks are not lost by a change elsewhere."""
        if self.table.loaded:
            return
        session = cast(Session, self.crm.session)

        def read() -> tuple[list[reading.Tag], list[str], str]:
            row = reading.record(session.reader, "customer", self.customer_id)
            if row is None:
                raise BadInput(_("This customer is not there any more."))
            found = reading.tags_of(session.reader, [self.customer_id]).get(self.customer_id, [])
            return reading.tags(session.reader), found, row["name"] or row["no"]

        tags, self.before, self.name_ = await self.crm.work.run(read)
        self.tags = [(tag.name, tag.group or "", tag.used) for tag in tags]
        self.ticked = list(self.before)
        await self._show()

    async def _show(self, cursor_to: str | None = None) -> None:
        wanted = fold(self.input.value)
        rows = []
        for name, group, used in self.tags:
            if wanted in fold(name):
                on = name in self.ticked
                mark = Cell("[x]" if on else "[ ]", "accent" if on else "")
                rows.append(Row(name, (mark, name, f"{group} {used or ''}".strip())))
        await self.table.show(ListSource(rows), cursor_to=cursor_to)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self.run_worker(self._show, group="narrow", exclusive=True, exit_on_error=False)

    async def do_mark(self) -> None:
        """Tick or untick the tag under the cursor."""
        row = self.table.row
        if row is not None:
            await self._toggle(str(row.id))

    async def _toggle(self, name: str) -> None:
        self._asked = False
        self.ticked = (
            [each for each in self.ticked if each != name] if name in self.ticked else [*self.ticked, name]
        )
        await self._show(name)

    async def enter(self, text: str) -> None:
        """Take what was typed: tick that tag, make it when it is new; nothing typed saves."""
        name = tidy(text)
        if not name:
            await self.do_open()
            return
        if find_identity_number(name):
            raise BadInput(_(IDENTITY))
        if len(name) > LONGEST:
            raise BadInput(_("A tag has at most {n} signs.").format(n=LONGEST))
        known = next((each for each, _group, _used in self.tags if fold(each) == fold(name)), None)
        if known is None:
            self.tags.insert(0, (name, _("new"), 0))
            known = name
        self.input.value = ""
        await self._toggle(known)
        self.say(_("{key} saves the tags.").format(key=self.crm.keymap.shown("open")))

    def search_typed(self, text: str) -> bool:
        """Begin to type a name."""
        self.set_focus(self.input)
        self.input.value = text
        self.input.cursor_position = len(text)
        return True

    async def do_search(self) -> None:
        """Type a name."""
        self.set_focus(self.input)

    def do_add(self) -> None:
        """Type the name of a new tag."""
        self.set_focus(self.input)

    async def do_open(self) -> None:
        """Save the ticks and close."""
        if set(self.ticked) == set(self.before):
            await self.crm.back()
            return
        await self.crm.write(service.set_tags, self.customer_id, self.ticked, self.before)
        await self.crm.back(self.ticked)
        names = listed(self.ticked) or _("none")
        self.crm.done(_("Tags of {name}: {tags}.").format(name=self.name_, tags=names))

    async def do_save(self) -> None:
        """Save the ticks and close, as Enter does."""
        await self.do_open()

    async def do_back(self) -> None:
        """Leave the line, or close; with unsaved ticks only when pressed twice."""
        if self.focused is self.input:
            self.input.value = ""
            self.set_focus(self.table)
            return
        if set(self.ticked) != set(self.before) and not self._asked:
            self._asked = True
            self.say(_("Not saved yet. Esc again discards it, {key} saves.").format(key="Enter"), "warn")
            return
        await self.crm.back()

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()
