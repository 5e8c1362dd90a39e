"""Sheets in and out: ``import``, ``export`` and ``template``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_tui import clock, config
from crm_tui.cli.asked import asked, choosing
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.cli.suspects import choose_rows, remarked, row_choices, suspects_told, tell_bands
from crm_tui.errors import BadInput, Cancelled, CrmError
from crm_tui.exchange import importing
from crm_tui.exchange.encoding import ENCODINGS
from crm_tui.exchange.exporting import KINDS, export_table
from crm_tui.exchange.exporting import export as export_list
from crm_tui.exchange.importing import VERDICTS, ImportPlan, ImportResult
from crm_tui.exchange.leaving import Withheld, withheld, within
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.refusals import ENCODING_NAMES
from crm_tui.exchange.safeguard import NoBackup, Safeguard
from crm_tui.locale import N_, _, ngettext, translations
from crm_tui.text.cells import clip
from crm_tui.text.fold import fold

if TYPE_CHECKING:
    from crm_tui.session import Session

SHOWN = 50  # rows that a dry run lists
SHOWN_ODD = 10  # cells
DUE = "due"
DUE_COLUMNS = (
    (N_("No."), "no"), (N_("Customer name"), "name"), (N_("Contact"), "contact"), (N_("Phone"), "phone"),
    (N_("Plan"), "goal"), (N_("Due"), "due"), (N_("Why"), "why"), (N_("Owner"), "owner"),
)  # fmt: skip


@command(
    COMMANDS["template"],
    argument("out", "OUT.xlsx", type=click.Path(path_type=Path)),
    option("--form", is_flag=True, help=N_("The blank form of one customer instead, for printing.")),
    option("--overwrite", is_flag=True, help=N_("Replace a file that is there already.")),
)
def template(state: State, out: Path, form: bool, overwrite: bool) -> None:
    """Write the blank sheet, or the blank form of one customer (S2-09)."""
    from crm_tui.exchange.template import blank_form
    from crm_tui.exchange.template import template as write_template

    if out.suffix.lower() != ".xlsx":
        raise BadInput(
            _("The blank sheet is written as .xlsx only."), _("Nothing was written."), _("Name the file so.")
        )
    (blank_form if form else write_template)(config.full_path(out), overwrite=overwrite)
    if state.out.as_json:
        state.out.json({"file": str(out)})
    say(_("Written: {path}. Fill it in and bring it back with: crm-tui import {path}").format(path=out))


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for value in values:
        name, sign, heading = value.partition("=")
        if not (sign and name.strip() and heading.strip()):
            raise click.BadParameter(_("write it as field=heading, such as name=Company."))
        pairs.append((name.strip(), heading.strip()))
    return pairs


@command(
    COMMANDS["import"],
    argument("file", "FILE", type=click.Path(path_type=Path)),
    option("--dry-run", is_flag=True, help=N_("Say what would be done and write nothing.")),
    option("--sheet", metavar="NAME", help=N_("The sheet of a workbook; else the one with known headings.")),
    option(
        "--encoding", type=click.Choice(ENCODINGS),
        help=N_("How a text file is encoded; else found out. gb18030 is GBK too."),
    ),
    option("--hidden", is_flag=True, help=N_("Import hidden and filtered-out rows of a workbook, too.")),
    option("--preset", metavar="NAME", help=N_("The way of working the sheet belongs to; else recognised.")),
    option(
        "--map", "pairs", multiple=True, metavar="FIELD=HEADING", callback=_pairs,
        help=N_("What a column means: name=Company, skip=Remark; may be repeated."),
    ),
    option(
        "--match", type=click.Choice(["auto", "no", "uscc", "name"]), default="auto",
        help=N_("What tells that a row is a customer already there: number, credit code or name."),
    ),
    option(
        "--on-match", type=click.Choice(["update", "skip", "add"]), default="update",
        help=N_("What to do with a row that is there already."),
    ),
    option(
        "--on-suspect", type=click.Choice(["reject", "merge", "add"]),
        help=N_(
            "A suspected duplicate: kept out, or added; merge lets what is suggested to merge go into its"
            " customer. Else kept out, with --on-match add added."
        ),
    ),
    option(
        "--suspect", "choices", multiple=True, metavar="ROW=CHOICE", callback=row_choices,
        help=N_("What becomes of one suspected row: 12=merge, 12=add, 12=out; may be repeated."),
    ),
    option(
        "--rejects", metavar="OUT.xlsx", type=click.Path(path_type=Path),
        help=N_("Where rows not taken are written, to be mended; else beside the file."),
    ),
    option("--no-backup", is_flag=True, help=N_("Import without the backup that is made before it.")),
    more=N_("Without --dry-run it imports at once; the whole import is taken back by crm-tui undo."),
)  # fmt: skip
def import_sheet(
    state: State, file: Path, dry_run: bool, sheet: str | None, encoding: str | None, hidden: bool,
    preset: str | None, pairs: list[tuple[str, str]], match: str, on_match: str, on_suspect: str | None,
    choices: dict[int, str], rejects: Path | None, no_backup: bool,
) -> None:  # fmt: skip
    """Import a sheet of customers."""
    _check_preset(preset)
    file = config.full_path(file)
    with (
        state.session(write=not dry_run) as session,
        Bar(_("Reading"), stoppable=True) as bar,
        Safeguard(session) as guard,
    ):
        session.demand("import")
        try:
            if not (dry_run or no_backup):
                guard.start(bar.cancelled)
            plan = _plan(session, file, bar, sheet, encoding, hidden, pairs, match, on_match, on_suspect)
            with plan:
                bar.close()
                choose_rows(plan, choices)
                tell_bands(plan)
                if dry_run:
                    _show_plan(state, plan)
                else:
                    if plan.writes:
                        bar.start(_("Backing up"))
                        guard.wait(bar.cancelled)
                    bar.start(_("Importing"))
                    result = importing.run_import(session, plan, bar.report, bar.cancelled, guard)
                    bar.close()
                    _show_result(state, plan, result, file, rejects)
        except NoBackup as error:
            error.todo += "\n" + _("Without a backup: crm-tui import --no-backup FILE")
            raise
        except CrmError as error:
            if bar.stopped and not isinstance(error, Cancelled):
                # Ctrl-C reaches the parsing process too; what it then reports is not the reason.
                raise Cancelled(_("The import was stopped."), _("Nothing was imported.")) from error
            raise


def _check_preset(name: str | None) -> None:
    from crm_tui.presets.loader import load_sheets, sheet_named

    # The headings of every document's sheet are recognised; a sheet of leads is refused by its content.
    if name is not None and name.upper() not in load_sheets():
        sheet_named(name)


def _plan(
    session: Session, file: Path, bar: Bar, sheet: str | None, encoding: str | None, hidden: bool,
    pairs: list[tuple[str, str]], match: Any, on_match: Any, on_suspect: Any,
) -> ImportPlan:  # fmt: skip
    with open_sheet(file, sheet, is_known_heading, encoding=encoding or "", hidden=hidden) as data:
        read_as, unseen = data.encoding, data.hidden and not hidden
        mapping = importing.explain(session, data, overrides=pairs)
        plan = importing.plan_import(
            session, data, mapping, match=match, on_match=on_match, on_suspect=on_suspect,
            progress=bar.report, cancelled=bar.cancelled,
        )  # fmt: skip
    bar.close()
    where = data.file_name + (f" · {data.sheet}" if data.sheet else "")
    text = _("{where}: headings in row {row}, {n} rows.")
    if data.orientation == "vertical":
        text = _("{where}: a form of one customer, a field in each row.")
    say(text.format(where=where, row=data.header_row, n=plan.counts["rows"]))
    if read_as not in ("", "utf-8"):
        say(_("Encoding of the text: {encoding}").format(encoding=ENCODING_NAMES[read_as]))
    for sentence in (*plan.warnings, *plan.notes):
        say(sentence)
    if mapping.unmapped:
        text = _("Columns of no known field go to the note: {columns}. --map FIELD=HEADING says what one is.")
        say(text.format(columns="、".join(one.heading for one in mapping.unmapped)))
    for column in mapping.columns:
        if column.note and not column.drop:
            say(_("Column “{heading}”: {note}").format(heading=column.heading, note=column.note))
    if unseen:
        say(_("With --hidden the hidden rows are imported, too."))
    return plan


def _counted(counts: dict[str, int]) -> str:
    return " · ".join(f"{_(title)} {counts[name]}" for name, title in VERDICTS.items())


def _odd_cells(plan: ImportPlan) -> None:
    counts = plan.counts
    # A cell with an ID number is listed too, but it was not kept.
    odd = counts.get("flags", 0) - counts.get("identity", 0)
    if odd > 0:
        text = ngettext(
            "{n} odd cell was kept as it is and marked.",
            "{n} odd cells were kept as they are and marked.",
            odd,
        )
        say(text.format(n=odd))
        for one in [one for one in plan.flags() if one.text][:SHOWN_ODD]:
            written = clip(" ".join(one.text.split()), 40)
            text = _("Row {row}, {field}: “{text}”: {problem}")
            say(text.format(row=one.row, field=one.title, text=written, problem=one.problem))
    if counts.get("identity"):
        text = ngettext(
            "{n} cell with an ID number was left out.",
            "{n} cells with an ID number were left out.",
            counts["identity"],
        )
        say(text.format(n=counts["identity"]))


def _show_plan(state: State, plan: ImportPlan) -> None:
    taken = plan.counts["new"] + plan.counts["update"] + plan.counts["skip"]
    if state.out.as_json:
        state.out.json({"dry_run": True, **plan.counts, "suspects": suspects_told(plan)})
    else:
        state.out.line(_counted(plan.counts))
        rows = [row for verdict in ("suspect", "error") for row in plan.rows(verdict, limit=SHOWN)]
        rows += remarked(plan, SHOWN)
        if rows:
            columns = [
                Column(_("Row"), right=True), Column(_("Verdict")), Column(_("Customer name"), True),
                Column(_("Why"), True),
            ]  # fmt: skip
            cells = [(str(one.number), _(VERDICTS[one.verdict]), one.name, one.reason) for one in rows]
            state.out.table(columns, [("", cells)])
    _odd_cells(plan)
    say(_("Nothing was written; leave out --dry-run to import."))
    state.status = int(plan.counts["rows"] > 0 and taken == 0)


def _show_result(
    state: State, plan: ImportPlan, result: ImportResult, file: Path, rejects: Path | None
) -> None:
    counts = {
        "new": result.added, "update": result.updated, "skip": result.skipped,
        "suspect": result.suspect, "error": result.error,
    }  # fmt: skip
    target = config.full_path(rejects) if rejects else importing.rejects_path(file)
    refused: BadInput | None = None
    written = 0
    try:
        written = importing.write_rejects(plan, target)
    except BadInput as error:
        refused = error
    if state.out.as_json:
        found = {"rows": plan.counts["rows"], **counts, "left": len(result.left), "set": result.set_id}
        state.out.json({**found, "job": result.job, "rejects": str(target) if written else None})
    else:
        state.out.line(_counted(counts))
    for row in result.left[:SHOWN]:
        say(_("Row {n} {name}: {why}").format(n=row.number, name=row.name, why=row.reason))
    _odd_cells(plan)
    if written:
        text = ngettext(
            "{n} row was not taken; mend it in {path} and import that.",
            "{n} rows were not taken; mend them in {path} and import that.",
            written,
        )
        say(text.format(n=written, path=target))
    if result.changed:
        say(_("The whole import is taken back by: crm-tui undo {number}").format(number=result.set_id))
    elif result.nothing_new:
        say(_("Nothing is new: the customers say already what the sheet says."))
    elif not written:
        say(_("Nothing had to be done."))
    taken = result.added + result.updated + result.skipped
    state.status = int(plan.counts["rows"] > 0 and taken == 0)
    if refused is not None:
        say(_("What is imported stays."))
        raise refused


def _kind(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    wanted = fold(value)
    for key, title in KINDS.items():
        if wanted in (fold(key), *map(fold, translations(title))):
            return key
    if wanted == DUE:
        return DUE
    raise click.BadParameter(
        _("there is no list “{name}”; there are {names}.").format(name=value, names=", ".join([*KINDS, DUE]))
    )


@command(
    COMMANDS["export"],
    argument("kind", "KIND", callback=_kind),
    argument("out", "OUT", type=click.Path(path_type=Path)),
    option(
        "--preset", metavar="SHEET", help=N_("The columns of a document's sheet: S0, S2, S3, S4, template.")
    ),
    option("--find", metavar="WORDS", help=N_("Only customers that have these words.")),
    *choosing(sort=True),
    option("--mine", is_flag=True, help=N_("Only your own customers.")),
    option("--overwrite", is_flag=True, help=N_("Replace a file that is there already.")),
    option("--raw", is_flag=True, help=N_("Write csv cells such as +86 without the mark against formulas.")),
    more=N_("KIND: customers, contacts, projects, activities, plans, due. OUT ends in .xlsx, .csv or .json."),
)  # fmt: skip
def export(
    state: State, kind: str, out: Path, preset: str | None, find: str | None, expression: str | None,
    view: str | None, sort: str | None, mine: bool, overwrite: bool, raw: bool,
) -> None:  # fmt: skip
    """Export a list."""
    out = config.full_path(out)
    kept: list[int] = []
    with state.noting() as session, Bar(_("Writing"), stoppable=True) as bar:
        if kind == DUE:
            rows = _due_rows(session, kept.append)
            titles = [(_(title), name) for title, name in DUE_COLUMNS]
            count = export_table(
                session, DUE, out, _("Today"), titles, rows, overwrite=overwrite, guard=not raw
            )
        else:
            query = None
            if find or mine or expression or view or sort:
                query = asked(
                    session, expression=expression, view=view, find=find, mine=mine, sort=sort, usual="id",
                    ranked=True, every=True,
                ).query  # fmt: skip
            count = export_list(
                session, kind, out, sheet=_sheet(preset), query=query, overwrite=overwrite, guard=not raw,
                progress=bar.report, cancelled=bar.cancelled, withheld=kept.append,
            )  # fmt: skip
    if state.out.as_json:
        state.out.json({"file": str(out), "kind": kind, "rows": count})
    text = ngettext("{n} row written to {path}.", "{n} rows written to {path}.", count)
    say(text.format(n=count, path=out))
    if left := withheld(sum(kept)):
        say(left)


def _sheet(name: str | None) -> str | None:
    """Return the key of the sheet that a name means: its key, its title, or the preset whose sheet it is."""
    if name is None:
        return None
    from crm_tui.presets.loader import sheet_named

    return sheet_named(name).key


def _due_rows(session: Session, left: Withheld) -> list[tuple[str, ...]]:
    from crm_tui.cli.due import NOW, when
    from crm_tui.queue.service import today

    queue = today(session.reader, session.person.id, clock.now(), session.zone)
    items = [one for one in queue.items if one.group in NOW]
    allowed = set(within(session, [one.customer_id for one in items]) or ())
    left(len({one.customer_id for one in items} - allowed))
    return [
        (one.no, one.name, one.contact, one.phone, one.goal, when(one, session.zone), one.why, one.owner)
        for one in items
        if one.customer_id in allowed
    ]
