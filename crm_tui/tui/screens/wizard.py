"""The import wizard: choose the file, see what its columns mean, set what a match does, go to the preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.customers.fields import FIELDS, GROUPS
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import SKIP, ColumnMap
from crm_tui.exchange.planning import OnMatch, OnSuspect
from crm_tui.exchange.refusals import ENCODING_NAMES
from crm_tui.exchange.template import template
from crm_tui.locale import N_, _, ngettext
from crm_tui.text.cells import safe
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.screens import wizard_files as files
from crm_tui.tui.screens.pick_box import Choice, PickBox
from crm_tui.tui.screens.wizard_job import JobScreen
from crm_tui.tui.screens.wizard_preview import PreviewScreen
from crm_tui.tui.screens.wizard_sheet import Sheet, plan_sheet, read_sheet
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Cell, Column, ListSource, Row
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Job

NOTE = "note"  # the choice that keeps a column's cells as lines of the note
HOW = {
    "exact": N_("heading"),
    "alias": N_("usual name"),
    "remembered": N_("remembered"),
    "override": N_("chosen"),
    "guess": N_("guessed"),
    "refused": N_("never taken"),
    "none": "",
}
ON_MATCH: dict[OnMatch, str] = {
    "update": N_("update it"),
    "skip": N_("skip the row"),
    "add": N_("add another"),
}
ON_SUSPECT: dict[OnSuspect, str] = {
    "reject": N_("keep out, unless decided in the preview"),
    "merge": N_("suggested to merge: into the customer"),
    "add": N_("add all the same"),
}

AT_FILES, AT_COLUMNS = frozenset({"confirm", "on_match", "on_suspect"}), frozenset({"template"})
HIDDEN = {False: N_("left out, as they are not seen"), True: N_("imported, too")}


class WizardScreen(JobScreen):
    """From a file to the preview of its import; ``path`` opens a file at once."""

    kind: ClassVar[str] = "import"
    hidden: frozenset[str] = AT_FILES
    AUTO_FOCUS = "#files"

    def __init__(self, path: str | Path | None = None) -> None:
        super().__init__()
        self.given = path
        self.about = Prose(classes="wizard-about")
        self.line = files.PathLine()
        self.files = Table(files.columns(), id="files")
        self.columns = Table(
            [
                Column(_("Column of the sheet"), 16, flex=1),
                Column(_("Field"), 16, flex=1),
                Column(_("Why"), 8, priority=1),
                Column(_("First rows"), 14, flex=1, priority=2, tone="dim"),
            ],
            id="columns",
        )
        self.sheet: Sheet | None = None
        self.on_match: OnMatch = "update"
        self.on_suspect: OnSuspect = "reject"

    def body(self) -> Iterable[Widget]:
        """Yield the lines on top and the list of files or columns."""
        yield self.about
        yield self.line
        self.columns.display = False
        yield self.files
        yield self.columns
        yield self.bar

    @property
    def primary(self) -> Widget:
        """The list of the present step."""
        return self.columns if self.sheet is not None else self.files

    async def reload(self) -> None:
        """Find the likely files, once; then open the file that was given."""
        if self.files.loaded:
            return
        if why := self.session.read_only:
            self.about.update(why)
            self.files.empty, self.line.display = "", False
            await self._list([])
            return
        text = _("1 File: choose one, or type its path. {key} writes a blank sheet to fill in.")
        self.about.update(text.format(key=self.crm.keymap.shown("template")))
        none = _("No sheets here: {key} goes to the line for a path.")
        self.files.empty = none.format(key=self.crm.keymap.shown("next_panel"))
        await self._list(await self.crm.work.run(files.likely_files))
        if self.given is not None:
            await self.choose(str(self.given))

    def why_not(self, action_id: str) -> str:
        """Say at once that nothing can be imported into a file that is only read."""
        if action_id in ("open", "confirm") and self.session.read_only:
            return self.session.read_only
        return super().why_not(action_id)

    async def _list(self, paths: Sequence[Path]) -> None:
        rows = await self.crm.work.run(files.file_rows, paths, self.session.zone)
        await self.files.show(ListSource(rows))

    def begins_text(self, character: str) -> bool:
        """Say that a path begins so."""
        return self.sheet is None and character in ("/", "~", ".", '"', "'")

    def search_typed(self, text: str) -> bool:
        """Begin to type a path, or take one that was dropped on the window."""
        if self.sheet is not None:
            return False
        self.set_focus(self.line)
        self.line.insert_text_at_cursor(text)
        return True

    # -- the file -----------------------------------------------------------------------------------

    async def complete(self, text: str) -> None:
        """Complete a typed path and list what it may become."""
        found = await self.crm.work.run(files.complete, text)
        self.line.value, self.line.cursor_position = found.text, len(found.text)
        await self._list(found.paths)
        if not found.paths:
            self.say(_("Nothing there begins like this."), "warn")

    async def choose(self, text: str) -> None:
        """Open a file, or list a folder."""
        path = files.typed_path(text)
        if not text.strip():
            self.say(_("Type the path of a file, or choose one below."), "warn")
        elif path.is_dir():
            await self.complete(str(path) + "/")
        else:
            self._read(path, None)

    def _read(self, path: Path, name: str | None, encoding: str = "") -> None:
        def read(job: Job[Any]) -> Sheet:
            return job.run(read_sheet, self.session, path, name, encoding, job)

        self.carry(_("Reading {file}").format(file=path.name), read, self._opened)

    async def _opened(self, sheet: Sheet) -> None:
        self.sheet, self.hidden = sheet, AT_COLUMNS
        self.line.display = self.files.display = False
        self.columns.display = True
        self.set_focus(self.columns)
        await self._show_columns()
        if said := [*self._lacking(sheet), *sheet.warnings]:
            self.say(" ".join(said), "warn")

    def _lacking(self, sheet: Sheet) -> list[str]:
        if sheet.mapping.names_customers:
            return []
        text = _("No column is the customer's name or number yet: go to the one that is and press {open}.")
        return [text.format(open=self.crm.keymap.shown("open"))]

    # -- the columns --------------------------------------------------------------------------------

    async def _show_columns(self) -> None:
        sheet = self.sheet
        assert sheet is not None
        count = sheet.total - (0 if sheet.with_hidden else sheet.hidden)
        rows_text = ngettext("{n} row", "{n} rows", count).format(n=f"{count:,}")
        self.set_status(title=_("Import: {file}").format(file=sheet.path.name), total=rows_text)
        keys = self.crm.keymap.shown
        text = _(
            "2 Columns of “{sheet}”, headings in row {row}. {open} changes one, {confirm} shows the preview."
        )
        if sheet.mapping.orientation == "vertical":
            text = _(
                "2 Fields of “{sheet}”, the form of a customer."
                " {open} changes one, {confirm} shows the preview."
            )
        self.about.update(
            text.format(
                sheet=safe(sheet.name or sheet.path.name),
                row=sheet.header_row,
                open=keys("open"),
                confirm=keys("confirm"),
            )
        )
        rows = self._settings(sheet) + [
            self._column(sheet, one) for one in sheet.mapping.columns if one.heading
        ]
        await self.columns.show(ListSource(rows), cursor_to=self.columns.row.id if self.columns.row else None)

    def on_table_moved(self, event: Table.Moved) -> None:
        """Say why a column is taken as it is, where there is more to say than the line has room for."""
        at = event.row.id if event.row is not None and self.sheet is not None else None
        columns = self.sheet.mapping.columns if self.sheet is not None else ()
        self.notice.rest(next((one.note for one in columns if one.index == at), ""))

    def _settings(self, sheet: Sheet) -> list[Row]:
        keys = self.crm.keymap.shown
        rows = []
        if len(sheet.sheets) > 1:
            count = ngettext("{n} sheet", "{n} sheets", len(sheet.sheets)).format(n=len(sheet.sheets))
            rows.append(Row("@sheet", (_("Sheet"), Cell(sheet.name, "accent"), count, "")))
        if sheet.encoding:
            coded = Cell(ENCODING_NAMES[sheet.encoding], "accent")
            rows.append(Row("@encoding", (_("Encoding of the text"), coded, "", "")))
        if sheet.hidden:
            taken = Cell(_(HIDDEN[sheet.with_hidden]), "accent" if sheet.with_hidden else "warn")
            count = ngettext("{n} row", "{n} rows", sheet.hidden).format(n=f"{sheet.hidden:,}")
            rows.append(Row("@hidden", (_("Hidden or filtered-out rows"), taken, count, "")))
        match = Cell(_(ON_MATCH[self.on_match]), "accent")
        suspect = Cell(_(ON_SUSPECT[self.on_suspect]), "accent")
        rows.append(Row("@on_match", (_("A known customer"), match, keys("on_match"), "")))
        rows.append(Row("@on_suspect", (_("A suspected duplicate"), suspect, keys("on_suspect"), "")))
        return rows

    def _column(self, sheet: Sheet, one: ColumnMap) -> Row:
        cells = [row[one.index] for row in sheet.samples if one.index < len(row) and row[one.index].strip()]
        samples = " | ".join(
            "***" if one.how == "refused" or find_identity_number(text) else text for text in cells
        )
        how = _(HOW[one.how]) if HOW[one.how] else ""
        if one.spec is not None:
            field: str | Cell = one.spec.title + (f" {one.slot}" if one.slot > 1 else "")
        elif one.how == "refused":
            field = Cell(_("(not collected)"), "warn")
        elif one.drop:
            field = Cell(_("(left out)"), "dim")
        else:
            field = Cell(_("(kept in the note)"), "dim")
        return Row(
            one.index, (one.heading, field, Cell(how, "warn" if one.how == "guess" else "dim"), samples)
        )

    async def do_open(self) -> None:
        """Open the file under the cursor, or change the column or setting."""
        if self.sheet is None:
            if (file := self.files.row) is not None:
                await self.choose(str(file.id))
            return
        if (row := self.columns.row) is None:
            return
        if row.id == "@sheet":
            choices = [Choice(name, name) for name in self.sheet.sheets]
            await self.crm.show(PickBox(_("Sheet"), choices, self.sheet.name), then=self._sheet_picked)
        elif row.id == "@encoding":
            choices = [Choice(*each) for each in ENCODING_NAMES.items()]
            box = PickBox(_("Encoding of the text"), choices, self.sheet.encoding)
            await self.crm.show(box, then=self._encoding_picked)
        elif row.id == "@hidden":
            self.sheet = self.sheet._replace(with_hidden=not self.sheet.with_hidden)
            await self._show_columns()
        elif row.id == "@on_match":
            await self.do_on_match()
        elif row.id == "@on_suspect":
            await self.do_on_suspect()
        else:
            index = cast(int, row.id)
            one = next(each for each in self.sheet.mapping.columns if each.index == index)
            box = PickBox(
                _("Field of “{heading}”").format(heading=safe(one.heading)), self._fields(), one.field or ""
            )
            await self.crm.show(box, then=partial(self._field_picked, index))

    @staticmethod
    def _fields() -> list[Choice]:
        named = [Choice(one.name, one.title, _(GROUPS[one.group])) for one in FIELDS.values() if one.writable]
        named += [
            Choice(f"{one.name}2", f"{one.title} 2", _("second contact"))
            for one in FIELDS.values()
            if one.writable and one.entity == "contact"
        ]
        return [Choice(f"@{NOTE}", _("(kept in the note)")), Choice(f"@{SKIP}", _("(left out)")), *named]

    async def _sheet_picked(self, name: str | None) -> None:
        if name is not None and self.sheet is not None and name != self.sheet.name:
            self._read(self.sheet.path, name)

    async def _encoding_picked(self, encoding: str | None) -> None:
        if encoding is not None and self.sheet is not None and encoding != self.sheet.encoding:
            self._read(self.sheet.path, None, encoding)

    async def _field_picked(self, index: int, choice: str | None) -> None:
        if choice is None or self.sheet is None:
            return
        field: str | None = choice
        slot = 1
        if choice.startswith("@"):
            field = None if choice == f"@{NOTE}" else SKIP
        elif choice not in FIELDS:
            field, slot = choice[:-1], 2
        mapping = self.sheet.mapping.with_column(index, field, slot)
        self.sheet = self.sheet._replace(mapping=mapping)
        await self._show_columns()

    async def do_on_match(self) -> bool | None:
        """Switch what a matched row does."""
        if self.sheet is None:
            return False
        names = list(ON_MATCH)
        self.on_match = names[(names.index(self.on_match) + 1) % len(names)]
        await self._show_columns()
        self.say(": ".join([_("A known customer"), _(ON_MATCH[self.on_match])]))
        return None

    async def do_on_suspect(self) -> bool | None:
        """Switch what becomes of suspected duplicates."""
        if self.sheet is None:
            return False
        names = list(ON_SUSPECT)
        self.on_suspect = names[(names.index(self.on_suspect) + 1) % len(names)]
        await self._show_columns()
        self.say(": ".join([_("A suspected duplicate"), _(ON_SUSPECT[self.on_suspect])]))
        return None

    # -- on and back --------------------------------------------------------------------------------

    async def do_confirm(self) -> None:
        """Open the file, or show what the import would do."""
        sheet = self.sheet
        if sheet is None:
            await self.do_open() if self.focused is self.files else await self.choose(self.line.value)
            return
        if lacking := self._lacking(sheet):
            self.say(lacking[0], "warn")
            return
        on_match, on_suspect = self.on_match, self.on_suspect

        def plan(job: Job[Any]) -> importing.ImportPlan:
            return job.run(plan_sheet, self.session, sheet, on_match, on_suspect, job)

        self.carry(_("Comparing with the customers there are"), plan, self._planned)

    async def _planned(self, plan: importing.ImportPlan) -> None:
        assert self.sheet is not None
        await self.crm.show(PreviewScreen(plan, self.sheet.path, self.sheet.warnings), then=self._previewed)

    async def _previewed(self, imported: bool | None) -> None:
        if imported:
            await self.crm.back(True)
        else:
            self.say(_("Nothing was imported."))

    async def do_template(self) -> None:
        """Write the blank sheet into the working folder."""
        path = files.free_name(Path.cwd() / _("customer-sheet.xlsx"))
        await self.crm.work.run(template, path)
        await self._list(await self.crm.work.run(files.likely_files))
        self.say(_("Blank sheet written: {path}").format(path=path), "good")

    async def do_back(self) -> None:
        """Stop what is running, go back to the files, or leave."""
        await self.stop_or(self._leave)

    async def _leave(self) -> None:
        if self.sheet is None or self.given is not None:
            await self.crm.back()
            return
        self.sheet, self.hidden = None, AT_FILES
        self.columns.display = False
        self.line.display = self.files.display = True
        self.set_focus(self.files)
        self.set_status(title=self.heading(), total="")
        self.files.loaded = False
        await self.reload()
