"""Write lists to files: xlsx for people, csv for everything else, json for programs.

The kind of file is told by its ending. A file appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_tui.access.showing import Veil
from crm_tui.customers.convert import show
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.customers.reading import Query, matching
from crm_tui.errors import BadInput, Cancelled
from crm_tui.exchange import store_export as store
from crm_tui.exchange.leaving import Noted, Withheld, leaving, within
from crm_tui.exchange.rendering import (
    Column,
    Renderer,
    default_columns,
    sheet_columns,
    shown_moment,
    veiled,
)
from crm_tui.exchange.target import new_file
from crm_tui.locale import N_, _

if TYPE_CHECKING:
    from crm_tui.customers.convert import Context
    from crm_tui.storage.driver import sqlite3

Progress = Callable[[int, int], None]
Cells = Iterable[Sequence[str]]

# What can be exported, with its title.
KINDS: dict[str, str] = {
    "customers": N_("Customers"),
    "contacts": N_("Contacts"),
    "projects": N_("Projects"),
    "activities": N_("Activities"),
    "plans": N_("Plans"),
}
ENDINGS = (".xlsx", ".csv", ".json", ".jsonl", ".ndjson")
SHEETS = ("S0", "S2", "S3", "S4", "template")
# The fields of the lists that hang on customers, after the customer's number and name.
FIELDS_OF = {
    "contacts": (
        "contact_name", "contact_title", "contact_department", "decision_role", "mobile",
        "office_phone", "email", "wechat", "work_chat", "contact_preference", "is_primary",
        "contact_valid", "contact_checked_at", "contact_note",
    ),
    "projects": (
        "project_name", "project_amount", "project_start", "project_end", "contract_no",
        "project_state", "project_note",
    ),
    "activities": (
        "activity_at", "activity_by", "activity_ways", "activity_content", "activity_feedback",
        "activity_objections", "activity_next", "activity_backfilled", "activity_origin",
    ),
    "plans": (
        "plan_due", "plan_recurrence", "plan_goal", "plan_ways", "plan_owner", "plan_state",
        "plan_text", "plan_snoozed", "plan_snooze_reason", "plan_done_at", "plan_origin",
    ),
}  # fmt: skip


def export(
    session: Any,
    kind: str,
    path: Path,
    *,
    sheet: str | None = None,
    query: Query | None = None,
    ids: Sequence[int] | None = None,
    overwrite: bool = False,
    guard: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    withheld: Withheld | None = None,
) -> int:
    """Write a list (a key of ``KINDS``) to a file and return its rows.

    ``sheet`` takes the columns of a document (S0, S2, S3, template; S4 is the form of one customer).
    ``query`` or ``ids`` choose customers, whose order is kept; without them all come by the time of entry.
    ``guard`` False leaves csv cells such as +86… without the mark that keeps them from being run as
    formulas. ``withheld`` is told how many customers of the list the role may not export. Raises BadInput
    when the ending is unknown, the file exists or cannot be written, and Cancelled.
    """
    _check(kind, path, sheet)
    note = leaving(session, kind, path)
    reader, context = session.reader, session.context()
    if query is not None and ids is None:
        ids = matching(reader, query)
    chosen, ids = ids, within(session, ids)
    if withheld is not None and ids is not None:
        withheld((store.count(reader, "customers") if chosen is None else len(chosen)) - len(ids))
    if sheet == "S4":
        return _form(session, path, ids, overwrite, note)
    veil = Veil(reader, session.policy)
    if kind == "customers":
        held = store.filled(reader)
        columns = sheet_columns(sheet, held.contacts) if sheet else default_columns(held)
        rows = _customers(reader, Renderer(columns, context, veil), ids)
    else:
        columns = _list_columns(kind)
        rows = _listed(reader, kind, columns, context, ids, veil)
    total = len(ids) if ids is not None else store.count(reader, kind)
    title = _(KINDS[kind])
    return _write(path, title, columns, rows, overwrite, guard, total, progress, cancelled, note)


def export_table(
    session: Any,
    kind: str,
    path: Path,
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Cells,
    *,
    overwrite: bool = False,
    guard: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Write any other list, such as the queue: ``columns`` are (heading, json key), rows hold texts.

    ``kind`` is what the audit calls it. Raises what ``export`` raises.
    """
    _ending(path)
    note = leaving(session, kind, path)
    return write_table(
        path,
        title,
        columns,
        rows,
        overwrite=overwrite,
        guard=guard,
        progress=progress,
        cancelled=cancelled,
        note=note,
    )


def write_table(
    path: Path,
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Cells,
    *,
    overwrite: bool = False,
    guard: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    note: Noted = lambda rows: None,
) -> int:
    """Write rows that somebody may have to a file, whole or not at all; ``note`` is told how many."""
    _ending(path)
    named = [Column(heading, name, None) for heading, name in columns]
    total = len(rows) if isinstance(rows, Sequence) else 0
    return _write(path, title, named, rows, overwrite, guard, total, progress, cancelled, note)


def _check(kind: str, path: Path, sheet: str | None) -> None:
    nothing = _("Nothing was written.")
    if kind not in KINDS:
        todo = _("What can be exported: {kinds}.").format(kinds=", ".join(KINDS))
        raise BadInput(_("There is no list “{kind}”.").format(kind=kind), nothing, todo)
    if sheet is not None and (sheet not in SHEETS or kind != "customers"):
        todo = _("The sheets of customers are: {sheets}.").format(sheets=", ".join(SHEETS))
        raise BadInput(_("There is no sheet “{sheet}” of this list.").format(sheet=sheet), nothing, todo)
    ending = _ending(path)
    if sheet == "S4" and ending != ".xlsx":
        raise BadInput(
            _("The form of one customer is written as .xlsx only."), nothing, _("Name the file so.")
        )


def _ending(path: Path) -> str:
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(
            _("The ending of {file} names no kind of file that can be written.").format(file=Path(path).name),
            _("Nothing was written."),
            _("End the name in .xlsx, .csv or .json."),
        )
    return ending


def _write(
    path: Path,
    title: str,
    columns: Sequence[Column],
    rows: Cells,
    overwrite: bool,
    guard: bool,
    total: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
    note: Noted,
) -> int:
    done = 0
    with new_file(path, overwrite=overwrite) as part:
        out = _open(part, _ending(path), title, columns, guard)
        try:
            for cells in rows:
                out.row([tidy_breaks(cell) for cell in cells])
                done += 1
                if done % 200 == 0:
                    if cancelled and cancelled():
                        raise Cancelled(_("The export was cancelled."), _("Nothing was written."))
                    if progress:
                        progress(done, max(total, done))
            out.close()
            # Before it has its name: what cannot be noted does not leave.
            note(done)
        except BaseException:
            out.drop()
            raise
    if progress:
        progress(done, done)
    return done


def tidy_breaks(text: str) -> str:
    """Return text with one kind of line break, as sheets are read."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _open(part: Path, ending: str, title: str, columns: Sequence[Column], guard: bool) -> Any:
    if ending == ".xlsx":
        from crm_tui.exchange.workbook_out import WorkbookOut

        return WorkbookOut(part, title, [one.heading for one in columns])
    from crm_tui.exchange.text_out import CsvOut, JsonOut

    if ending == ".csv":
        return CsvOut(part, [one.heading for one in columns], guard)
    return JsonOut(part, [one.name for one in columns], ending != ".json")


def _customers(reader: sqlite3.Connection, renderer: Renderer, ids: Sequence[int] | None) -> Cells:
    for page in store.records(reader, ids):
        for record in page:
            yield renderer.cells(record)


def _list_columns(kind: str) -> list[Column]:
    customer = [Column(FIELDS[name].title, name, FIELDS[name]) for name in ("no", "name")]
    return customer + [Column(FIELDS[name].title, name, FIELDS[name]) for name in FIELDS_OF[kind]]


def _listed(
    reader: sqlite3.Connection,
    kind: str,
    columns: Sequence[Column],
    context: Context,
    ids: Sequence[int] | None,
    veil: Veil,
) -> Iterator[list[str]]:
    fields = [one.field for one in columns[2:] if one.field]
    for page in store.rows_of(reader, kind, ids):
        for row in page:
            hidden = veil.over(row["customer_id"], row["customer_owner"])
            shown = [veiled(one, _shown(one, row, context), hidden) for one in fields]
            yield [row["customer_no"], row["customer_name"] or "", *shown]


def _shown(one: Field, row: store.Row, context: Context) -> str:
    match one.name:
        case "activity_at":
            return shown_moment(row["at"], row["whole_day"], context.zone)
        case "activity_by":
            return context.names.get(row["by_id"] or 0) or row["by_text"] or ""
        case "plan_due":
            return shown_moment(row["due_at"], 0, context.zone) if row["due_at"] else row["due_on"] or ""
        case "plan_recurrence" if row["recurrence"]:
            from crm_tui.text.recurrence import parse_recurrence

            return parse_recurrence(row["recurrence"]).label()
        case _:
            return show(one, row, context)


def _form(session: Any, path: Path, ids: Sequence[int] | None, overwrite: bool, note: Noted) -> int:
    from crm_tui.exchange.form_out import update_notes, write_form
    from crm_tui.storage import history

    if ids is None or len(ids) != 1:
        raise BadInput(
            _("The form of S4 holds one customer."), _("Nothing was written."), _("Choose one customer.")
        )
    pages = list(store.records(session.reader, ids))
    if not pages or not pages[0]:
        raise BadInput(_("The customer is not there any more."), _("Nothing was written."))
    record, context = pages[0][0], session.context()
    columns = sheet_columns("S4", 1)
    contact = record.contacts[0] if record.contacts else None
    rows = {"customer": record.customer, "contact": contact}
    sets = [
        change.set_id
        for entity, row in rows.items()
        if row
        for change in history.of_record(session.reader, entity, row["id"], limit=5000)
    ]
    reasons = store.reasons(session.reader, sets)
    fields = [one.field for one in columns if one.field]
    notes = update_notes(session.reader, fields, rows, reasons, context.zone)
    veil = Veil(session.reader, session.policy)
    cells = Renderer(columns, context, veil, form=True).cells(record)
    with new_file(path, overwrite=overwrite) as part:
        note(1)
        write_form(
            part, [(c.heading, text, note) for c, text, note in zip(columns, cells, notes, strict=True)]
        )
    return 1
