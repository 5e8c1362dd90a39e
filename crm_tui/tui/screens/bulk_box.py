"""What a change of many customers would do, shown before it is done: how many, and what becomes what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, NamedTuple, cast

from textual.widget import Widget

from crm_tui.customers import bulk, reading
from crm_tui.customers.bulk import Preview, Target
from crm_tui.customers.bulk_edit import Edit
from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

FORMERS = 4
NAMED = 3


class Chosen(NamedTuple):
    """What was confirmed: the customers as they were shown, and the change."""

    rows: list[Target]
    edit: Edit


@dataclass
class Looked:
    """What a look at the marked customers found, before anything is written."""

    rows: list[Target] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # names of the first that are not there any more
    gone_count: int = 0
    preview: Preview = field(default_factory=lambda: Preview(0, 0, [], []))
    beyond: list[str] = field(default_factory=list)  # names of the first whom the user's role does not reach
    beyond_count: int = 0
    reason: str = ""


def look(
    session: Session, ids: Sequence[int], edit: Edit, progress: Callable[[int, int], None] | None = None
) -> Looked:
    """Read what a change would do to the customers of these ids as they are now."""
    rows = bulk.targets(session.reader, list(ids))
    found = Looked(rows)
    if len(rows) < len(ids):
        there = {one for one, _seen in rows}
        away = [one for one in ids if one not in there]
        found.gone_count = len(away)
        for one in away[:NAMED]:
            ended = reading.ended(session.reader, one) or {}
            found.gone.append(str(ended.get("name") or ended.get("no") or "?"))
    near = bulk.reach(session, rows, edit)
    found.beyond_count, found.reason = len(near.beyond), near.reason
    known = reading.rows_of(session.reader, near.beyond[:NAMED])
    found.beyond = [known[one].name or known[one].no for one in near.beyond[:NAMED] if one in known]
    found.preview = bulk.preview(session.reader, near.rows, edit, session.context(), progress)
    return found


def beyond_said(count: int, names: Sequence[str], reason: str) -> str:
    """Return the sentence about customers that stay as they are because the role does not reach them."""
    text = ngettext("{n} stays as it is: {names}. {why}", "{n} stay as they are: {names}. {why}", count)
    more = " …" if count > len(names) else ""
    return text.format(n=f"{count:,}", names=listed(list(names)) + more, why=reason)


class NoteLine(TextLine):
    """The line for a word to whoever gets the customers."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("A word for whoever gets them (optional)"))

    async def do_carry_out(self) -> None:
        """Do it: Enter in the line means it too."""
        await cast("BulkBox", self.screen).do_carry_out()


class BulkBox(PopUp):
    """The preview of a change; closes with a Chosen, None by Esc.

    ``edit`` makes the change from the note and from whether open plans go along; ``asks`` says that both are
    asked for. ``found`` is what a first look found.
    """

    kind: ClassVar[str] = "bulk"
    AUTO_FOCUS = "NoteLine, Table"

    def __init__(
        self, title: str, found: Looked, edit: Callable[[str, bool], Edit], *, asks: bool = False
    ) -> None:
        super().__init__()
        self.title_text = title
        self.found = found
        self.make = edit
        self.asks = asks
        self.plans = True
        if not asks:
            self.hidden = frozenset({"with_plans"})
        self.told = Prose(classes="bulk-told")
        self.line = NoteLine()
        self.table = Table(
            [
                Column(_("No."), 12, tone="dim", priority=2),
                Column(_("Customer name"), 18, flex=2),
                Column(_("Field"), 8, priority=1),
                Column(_("Before"), 10, flex=1),
                Column(_("After"), 10, flex=1, tone="strong"),
            ],
            empty=_("Nothing would change."),
        )

    def heading(self) -> str:
        """Return the title."""
        return self.title_text

    def box(self) -> Iterable[Widget]:
        """Yield what would be done, the note, and the first customers."""
        yield self.told
        if self.asks:
            yield self.line
        yield self.table

    async def reload(self) -> None:
        """Put in words what the change would do."""
        self.told.update("\n".join(self.sentences()))
        rows = [
            Row((one.customer_id, place), (one.no, one.name, *move))
            for one in self.found.preview.examples
            for place, move in enumerate(one.moves)
        ]
        await self.table.show(ListSource(rows))

    def sentences(self) -> list[str]:
        """Return how many move and from what, how many are so already, who is not there any more."""
        preview, found = self.found.preview, self.found
        text = ngettext("{n} customer to change", "{n} customers to change", preview.moving)
        counts = [text.format(n=f"{preview.moving:,}")]
        if preview.same:
            counts.append(_("{n} already so").format(n=f"{preview.same:,}"))
        said = [" · ".join(counts)]
        said += [
            _("{field}: {before} ({n}) → {after}").format(
                field=one.title,
                before=one.before or _("blank"),
                n=f"{one.count:,}",
                after=one.after or _("blank"),
            )
            for one in preview.formers[:FORMERS]
        ]
        if len(preview.formers) > FORMERS:
            said.append(_("and {n} more values").format(n=len(preview.formers) - FORMERS))
        if self.asks and preview.beside:
            key = self.crm.keymap.shown("with_plans")
            text = (
                ngettext(
                    "{n} open plan goes along; {key} leaves it.",
                    "{n} open plans go along; {key} leaves them.",
                    preview.beside,
                )
                if self.plans
                else _("Open plans stay with those who have them; {key} lets them go along.")
            )
            said.append(text.format(n=f"{preview.beside:,}", key=key))
        if found.beyond_count:
            said.append(beyond_said(found.beyond_count, found.beyond, found.reason))
        if found.gone_count:
            text = ngettext(
                "{n} is not there any more (archived, merged or taken back): {names}",
                "{n} are not there any more (archived, merged or taken back): {names}",
                found.gone_count,
            )
            names = listed(found.gone) + (" …" if found.gone_count > len(found.gone) else "")
            said.append(text.format(n=f"{found.gone_count:,}", names=names))
        if len(found.rows) - found.beyond_count > bulk.BACKED_UP:
            said.append(_("A backup is made first; all of it is undone at once."))
        return said

    def why_not(self, action_id: str) -> str:
        """Say that there is nothing to do."""
        if action_id == "carry_out" and not self.found.preview.moving:
            return self.found.reason or _("Nothing would change.")
        if action_id == "with_plans" and not self.found.preview.beside:
            return _("They have no open plans.")
        return ""

    async def do_with_plans(self) -> None:
        """Let the open plans go along, or stay."""
        if self.asks:
            self.plans = not self.plans
            self.told.update("\n".join(self.sentences()))

    async def do_carry_out(self) -> None:
        """Close with the change as it was shown."""
        edit = await self.crm.work.run(partial(self.make, self.line.value.strip(), self.plans))
        await self.crm.back(Chosen(self.found.rows, edit))

    async def do_open(self) -> Any:
        """Nothing to open: Enter does it."""
        await self.do_carry_out()
