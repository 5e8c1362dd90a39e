"""Tags of many customers: each is given to all, taken from all, or left as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

from crm_tui.customers import reading
from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.text.fold import fold
from crm_tui.tui.screens.tags import TagsBox
from crm_tui.tui.widgets.rows import Cell, ListSource, Row

MOST_COUNTED = 20_000  # customers up to which it is told how many carry a tag
GIVE, TAKE, LEAVE = "give", "take", "leave"
SIGNS = {GIVE: "[+]", TAKE: "[-]", LEAVE: "[ ]"}
AFTER = {LEAVE: GIVE, GIVE: TAKE, TAKE: LEAVE}


class ManyTagsBox(TagsBox):
    """Closes with (tags to give, tags to take); Space goes from leave to give to take."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(0)
        self.ids = ids
        self.wanted: dict[str, str] = {}
        self.carried: Counter[str] = Counter()

    async def reload(self) -> None:
        """Read the tags, once."""
        if self.table.loaded:
            return
        session = cast(Session, self.crm.session)

        def read() -> list[reading.Tag]:
            if len(self.ids) <= MOST_COUNTED:
                for names in reading.tags_of(session.reader, list(self.ids)).values():
                    self.carried.update(names)
            return reading.tags(session.reader)

        self.tags = [(tag.name, tag.group or "", tag.used) for tag in await self.crm.work.run(read)]
        await self._show()
        key = self.crm.keymap.shown("mark")
        self.say(_("{key} gives a tag to all [+], takes it from all [-], or leaves it.").format(key=key))

    async def _show(self, cursor_to: str | None = None) -> None:
        wanted, count = fold(self.input.value), len(self.ids)
        rows = []
        for name, group, _used in self.tags:
            if wanted in fold(name):
                state = self.wanted.get(name, LEAVE)
                mark = Cell(SIGNS[state], "" if state == LEAVE else "accent")
                carry = (
                    _("{n} of {all}").format(n=self.carried[name], all=count) if self.carried[name] else ""
                )
                rows.append(Row(name, (mark, name, f"{group} {carry}".strip())))
        await self.table.show(ListSource(rows), cursor_to=cursor_to)

    async def _toggle(self, name: str) -> None:
        self._asked = False
        self.wanted[name] = AFTER[self.wanted.get(name, LEAVE)]
        self.ticked = [each for each, state in self.wanted.items() if state != LEAVE]
        await self._show(name)

    async def do_open(self) -> None:
        """Close with what is to be given and taken."""
        give = [name for name, state in self.wanted.items() if state == GIVE]
        take = [name for name, state in self.wanted.items() if state == TAKE]
        if not give and not take:
            raise BadInput(_("Choose a tag first."))
        await self.crm.back((give, take))
