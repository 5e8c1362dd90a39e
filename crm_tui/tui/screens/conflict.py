"""Two people changed the same fields of a record: what it was, what each wants, and the choice between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widget import Widget

from crm_tui import clock
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _, ngettext
from crm_tui.storage.faults import Clash, FieldConflict, RecordGone
from crm_tui.text.cells import safe, width
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.saving import Part, Saving, sentences
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.widgets.form import Form
from crm_tui.tui.widgets.lines import wrapped
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row, column_widths
from crm_tui.tui.widgets.table import Table

MINE, THEIRS, EDITED = "mine", "theirs", "edited"
CHOSEN: dict[str, tuple[str, str]] = {
    "": (N_("open"), "warn"),
    MINE: (N_("mine"), "good"),
    THEIRS: (N_("theirs"), "good"),
    EDITED: (N_("edited"), "good"),
}
MOST_LINES = 500
LEAD = 4  # signs shown before the first difference of two long texts


class Question(NamedTuple):
    """One field in question: the three texts, who moved it last, and what was chosen ('' = nothing yet)."""

    part: Part
    last: Clash
    before: str
    mine: str
    theirs: str
    choice: str = ""
    edited: Part | None = None
    edited_text: str = ""


class Said(NamedTuple):
    """One of the texts of a field: what chooses it, its heading, the text."""

    choice: str
    head: str
    text: str


def from_difference(texts: list[str], cells: int) -> list[str]:
    """Return texts as they are where they fit, else each from shortly before their first difference on."""
    same = (
        sum(1 for _signs in takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))) - LEAD
    )
    if same <= LEAD or all(width(safe(text)) <= cells for text in texts):
        return texts
    return ["…" + text[same:] for text in texts]


def told(said: Iterable[Said], cells: int, choice: str = "", most: int = MOST_LINES) -> Text:
    """Return the texts of a field under their headings, wrapped; the chosen one stands out.

    Each has at most ``most`` lines.
    """
    text = Text()
    cells = max(cells, 12)
    for each in said:
        head = safe(each.head)
        text.append(head, "bold" if each.choice == choice else "dim")
        lines = wrapped(each.text, cells, most) or [_("blank")]
        if len(lines) == 1 and width(head) + width(lines[0]) < cells:
            text.append("  " + lines[0])
        else:
            text.append("".join("\n  " + line for line in lines))
        text.append("\n")
    text.rstrip()
    return text


def questions(parts: Iterable[Part], conflict: FieldConflict) -> list[Question]:
    """Return the fields in question: each edited field with a clashing column, as people read it."""
    found = []
    for part in parts:
        clashes = [clash for clash in conflict.fields if part.holds(clash.column)]
        if clashes:
            last = max(clashes, key=lambda clash: clash.set_id)
            mine = part.show({**conflict.row, **part.values})
            found.append(Question(part, last, part.show(conflict.was), mine, part.show(conflict.row)))
    return found


class ConflictScreen(BaseScreen):
    """Asks for each field that others changed too; closes with what a save says, None by Esc.

    Nothing is chosen beforehand, and nothing is written before every field is decided.
    """

    kind: ClassVar[str] = "conflict"
    keeps_no_rights: ClassVar[bool] = True

    def __init__(self, saving: Saving, conflict: FieldConflict) -> None:
        super().__init__()
        self.saving = saving
        self.parts = list(saving.parts)
        self.conflict = conflict
        self.others = conflict.moved
        self.asked = questions(self.parts, conflict)
        self.told = Prose(classes="conflict-told")
        self.table = Table(
            [
                Column(_("Field"), 10, flex=1),
                Column(_("Before"), 12, flex=2, priority=1),
                Column(_("Mine"), 16, flex=3),
                Column(_("Theirs"), 16, flex=3),
                Column(_("Chosen"), 6),
            ]
        )
        self.whole = Prose()
        self.pane = VerticalScroll(self.whole, classes="conflict-pane", can_focus=False)
        self._leaving = False

    def heading(self) -> str:
        """Return the title and the record's name."""
        return _("Changed by two") + (f"  {safe(self.saving.title)}" if self.saving.title else "")

    def body(self) -> Iterable[Widget]:
        """Yield what happened, the fields, and the one under the cursor in full."""
        yield self.told
        yield self.table
        yield self.pane

    async def reload(self) -> None:
        """Show the fields in question."""
        who = listed(dict.fromkeys(one.last.who for one in self.asked))
        shown = self.crm.keymap.shown
        said = _("{who} changed the same. Nothing of yours is saved yet: choose, then {key}.").format(
            who=safe(who), key=shown("save")
        )
        if len(self.asked) > 1:
            every = _("{mine}: all mine, {theirs}: all theirs.")
            said = sentences(said, every.format(mine=shown("all_mine"), theirs=shown("all_theirs")))
        self.told.update(said)
        await self._show()

    async def _show(self) -> None:
        at = self.table.cursor if self.table.loaded else 0
        rows = [Row(number, self._cells(one)) for number, one in enumerate(self.asked)]
        self.table.styles.height = len(rows) + 1
        await self.table.show(ListSource(rows), cursor_to=min(at, len(rows) - 1))
        self._leaving = False
        left = sum(not one.choice for one in self.asked)
        self.set_status(total=_("{n} to choose").format(n=left) if left else _("all chosen"))
        self.call_after_refresh(self._show_whole)

    def _cells(self, one: Question) -> list[Cell | str]:
        word, tone = CHOSEN[one.choice]
        own = one.edited_text if one.choice == EDITED else one.mine
        own, others = from_difference([own, one.theirs], self._room())

        def cell(text: str, choice: str) -> Cell:
            blank = text or _("blank")
            taken = one.choice == choice
            return Cell(blank, "strong" if taken else "dim" if one.choice else "")

        return [
            Cell(one.part.title, "strong"),
            Cell(one.before or _("blank"), "dim"),
            cell(own, EDITED if one.choice == EDITED else MINE),
            cell(others, THEIRS),
            Cell(_(word), tone),
        ]

    def _room(self) -> int:
        """Return the cells of the narrower of the two columns that are compared."""
        cells = self.table.size.width or self.app.size.width
        return min(column_widths(self.table.columns, max(cells - 3, 1))[2:4])

    @property
    def here(self) -> int:
        """The number of the field under the cursor."""
        return max(self.table.cursor, 0)

    def on_table_moved(self, event: Table.Moved) -> None:
        """Show the field under the cursor in full."""
        self._show_whole()

    def on_resize(self, event: Any) -> None:
        """Wrap the field under the cursor to the new width."""
        if self.table.loaded:
            self.run_worker(self._again, group="show", exclusive=True, exit_on_error=False)

    async def _again(self) -> None:
        leaving = self._leaving
        await self._show()
        self._leaving = leaving

    def _said(self, one: Question) -> list[Said]:
        """Return the texts of a field with their headings."""
        moment = f" · {self._when(one.last.at)}" if one.last.at else ""
        said = [
            Said("before", _("Before"), one.before),
            Said(MINE, _("Mine"), one.mine),
            Said(THEIRS, _("Theirs") + f" · {one.last.who}{moment}", one.theirs),
        ]
        return [*said, Said(EDITED, _("Edited"), one.edited_text)] if one.edited is not None else said

    def _when(self, at: str) -> str:
        moment = clock.local(at, self.crm.session.zone)
        return f"{moment:%H:%M}" if moment.date() == self.crm.today() else f"{moment:%m-%d %H:%M}"

    def _show_whole(self) -> None:
        if not self.is_attached:
            return
        one = self.asked[self.here]
        cells = max((self.pane.size.width or self.app.size.width) - 5, 12)
        said, lines = self._said(one), self.pane.size.height - 1
        most = MOST_LINES
        if lines > 0 and sum(len(wrapped(each.text, cells, MOST_LINES)) + 1 for each in said) > lines:
            # Each gets its share, from where they differ: all are seen at once, Space shows them whole.
            most = max(lines // len(said) - 1, 1)
            texts = from_difference([each.text for each in said[1:]], cells * most)
            said = [said[0], *(each._replace(text=text) for each, text in zip(said[1:], texts, strict=True))]
        text = Text()
        text.append(safe(one.part.title) + "\n", "bold")
        self.whole.update(text.append_text(told(said, cells, one.choice, most)))
        self.pane.scroll_home(animate=False)

    # -- choosing -------------------------------------------------------------------------------------

    async def _choose(self, numbers: Iterable[int], choice: str) -> None:
        for number in numbers:
            self.asked[number] = self.asked[number]._replace(choice=choice)
        await self._show()

    async def _and_on(self, choice: str) -> None:
        """Choose for the field under the cursor and go to the next that is open."""
        here = self.here
        await self._choose([here], choice)
        order = [*range(here + 1, len(self.asked)), *range(here)]
        following = next((number for number in order if not self.asked[number].choice), None)
        if following is not None:
            self.table.move_to(following)
            self._show_whole()
        else:
            self.say(_("All chosen: {key} saves.").format(key=self.crm.keymap.shown("save")))

    async def do_take_mine(self) -> None:
        """Take what I typed."""
        await self._and_on(MINE)

    async def do_take_theirs(self) -> None:
        """Keep what the others wrote."""
        await self._and_on(THEIRS)

    async def do_all_mine(self) -> None:
        """Take what I typed in every field."""
        await self._choose(range(len(self.asked)), MINE)
        self.say(_("All chosen: {key} saves.").format(key=self.crm.keymap.shown("save")))

    async def do_all_theirs(self) -> None:
        """Keep what the others wrote in every field."""
        await self._choose(range(len(self.asked)), THEIRS)
        self.say(_("All chosen: {key} saves.").format(key=self.crm.keymap.shown("save")))

    async def do_edit_value(self) -> None:
        """Write another value for the field under the cursor."""
        here = self.here
        one = self.asked[here]
        begun = one.edited or (one.part if one.choice != THEIRS else None)
        record = {**self.conflict.row, **(begun.values if begun else {})}
        screen = ValueScreen(one.part, record, self._said(one)[:3])
        await self.crm.show(screen, then=partial(self._edited, here))

    async def _edited(self, here: int, part: Part | None) -> None:
        if part is None:
            return
        text = part.show({**self.conflict.row, **part.values})
        self.asked[here] = self.asked[here]._replace(edited=part, edited_text=text)
        await self._and_on(EDITED)

    async def do_read_whole(self) -> None:
        """Show the field under the cursor in a box."""
        one = self.asked[self.here]
        blank = _("blank")
        text = "\n\n".join(f"{each.head}\n{each.text or blank}" for each in self._said(one))
        await self.crm.show(TextBox(one.part.title, text))

    async def do_back(self) -> None:
        """Go back to the form; what was chosen is given up only when told twice."""
        if any(one.choice for one in self.asked) and not self._leaving:
            self._leaving = True
            said = _("{back} again goes back to the form; what was chosen here is lost. {key} saves.")
            shown = self.crm.keymap.shown
            self.say(said.format(back=shown("back"), key=shown("save")), "warn")
            return
        await self.crm.back()

    async def do_quit(self) -> None:
        """Leave like Esc does."""
        await self.do_back()

    # -- saving ---------------------------------------------------------------------------------------

    def _chosen_parts(self) -> list[Part]:
        """Return what is to be saved: what nobody else touched, and what was chosen against theirs."""
        asked = {id(one.part): one for one in self.asked}
        kept = []
        for part in self.parts:
            one = asked.get(id(part))
            if one is None or one.choice == MINE:
                kept.append(part)
            elif one.choice == EDITED and one.edited is not None:
                kept.append(one.edited)
        return kept

    async def do_save(self) -> None:
        """Save what was chosen; what a third one changed in between is asked again."""
        undecided = [number for number, one in enumerate(self.asked) if not one.choice]
        if undecided:
            self.table.move_to(undecided[0])
            self._show_whole()
            self.say(
                ngettext(
                    "{n} field is still to be chosen: {field}.",
                    "{n} fields are still to be chosen, the first: {field}.",
                    len(undecided),
                ).format(n=len(undecided), field=self.asked[undecided[0]].part.title),
                "warn",
            )
            return
        parts = self._chosen_parts()
        try:
            said = await self.saving.store(self.conflict.now, parts, self.others)
        except FieldConflict as again:
            self.parts, self.conflict = parts, again
            self.others += again.moved
            self.asked = questions(parts, again)
            await self.reload()
            self.table.move_to(0)
            self.say(_("{who} changed it once more: choose anew.").format(who=again.fields[0].who), "warn")
            return
        except RecordGone:
            await self.crm.back()
            raise
        await self.crm.back(said)


class ValueScreen(FormScreen):
    """One field in question, typed anew with the field's own checks; closes with its part, None by Esc."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Take")}

    def __init__(self, part: Part, record: Mapping[str, Any], said: Iterable[Said]) -> None:
        super().__init__()
        self.part = part
        self.record_now = record
        self.said = list(said)
        self.whole = Prose()

    def heading(self) -> str:
        """Return the title."""
        return _("Choose the value") + f"  {self.part.title}"

    def body(self) -> Iterable[Widget]:
        """Yield the field, and below it the three values in full."""
        yield self.form()
        yield VerticalScroll(self.whole, classes="conflict-pane", can_focus=False)

    def form(self) -> Form:
        """Return the field."""
        return Form([self.part.field(self.record_now)])

    def on_resize(self, event: Any) -> None:
        """Wrap the values to the new width."""
        self.whole.update(told(self.said, event.size.width - 5))

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Give the value back; nothing is written here."""
        text = next(iter(values.values()))
        given, words = self.part.read(text)
        if not given:
            raise BadInput(_("This cannot be read as a value of the field."))
        self.result = self.part._replace(values=given, words=words)
        return None
