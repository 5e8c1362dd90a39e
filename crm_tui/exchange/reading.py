"""Open a sheet of any kind and give its rows, parsed in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from crm_tui.errors import Cancelled, Fault
from crm_tui.exchange.child import HEAD_ROWS
from crm_tui.exchange.encoding import STRANGE
from crm_tui.exchange.guard import Limits, Refused
from crm_tui.exchange.layout import Known, Table, find_table
from crm_tui.exchange.refusals import ENCODING_NAMES, sentence
from crm_tui.locale import _, ngettext
from crm_tui.text.identity import find_identity_number

Progress = Callable[[int, int], None]
"""Called with rows read so far and about how many there are."""

CHILD = [sys.executable, "-I", "-m", "crm_tui.exchange.child"]
_NO_NOTES: Mapping[int, str] = MappingProxyType({})


class Row(NamedTuple):
    """One record: its row on the sheet from 1, one cell a heading, notes by column from 0.

    A note says ``rounded`` for a number that had more digits than Excel keeps.
    """

    number: int
    cells: tuple[str, ...]
    notes: Mapping[int, str] = _NO_NOTES


@dataclass(slots=True)
class SheetData:
    """An open sheet; ``rows`` is read once, in order, while it is open.

    ``sheet`` is '' for delimited text; ``sheets`` are the visible ones; ``header_row`` counts from 1 (0: a
    form without headings of its own); ``total`` is about how many rows there are, with the hidden ones, and
    exactly how many of a short sheet. A column with data but no
    heading is named by its letter. ``encoding`` and ``delimiter`` are '' for workbooks. ``update_notes``
    gives the third column of a vertical form by heading. ``warnings`` are sentences and grow while rows are
    read. ``hidden`` counts the rows that Excel does not show, ``sample`` are the first ones of a table.
    """

    file_name: str
    sheet: str
    sheets: tuple[str, ...]
    orientation: Literal["table", "vertical"]
    header_row: int
    headings: tuple[str, ...]
    encoding: str
    delimiter: str
    total: int
    rows: Iterator[Row]
    update_notes: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    hidden: int = 0
    sample: Sequence[Sequence[str]] = ()
    _parser: _Parser | None = None

    def __enter__(self) -> SheetData:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def close(self) -> None:
        """End the parsing process."""
        if self._parser:
            self._parser.close()

    def cancel(self) -> None:
        """Stop reading at once, from any thread; whoever reads the rows gets Cancelled."""
        if self._parser:
            self._parser.cancel()


def open_sheet(
    path: str | os.PathLike[str],
    sheet: str | None = None,
    known: Known = lambda heading: False,
    limits: Limits = Limits(),
    progress: Progress | None = None,
    encoding: str = "",
    hidden: bool = False,
) -> SheetData:
    """Open a workbook (xlsx, xls, xlsb, ods) or delimited text and find its table.

    Without ``sheet`` the visible sheet with most known headings is taken, else the first with a table.
    Text is read as ``encoding``, one of `encoding.ENCODINGS`; without it as the likeliest. Rows that are
    hidden, or left out by a filter, are not read unless ``hidden`` says so: who filters a sheet means what is
    still seen, as when it is printed or copied. Hidden columns are read, for a row is told by all it holds.
    Close the result. Raises BadInput with a sentence for each file that cannot be read, also while rows are
    read, and Fault when the parsing process cannot be started.
    """
    name = Path(path).name
    parser = _Parser(os.fsencode(path), name, sheet, limits, encoding)
    try:
        found = parser.next()
        sheets = found["sheets"]
        chosen, table = _choose(sheets, sheet, known)
        warnings = _warnings(sheets, chosen, sheet, known)
        if found["other_encoding"]:
            warnings.append(_doubt(found["encoding"], found["other_encoding"]))
        data = SheetData(
            name,
            chosen["name"],
            tuple(each["name"] for each in sheets if each["state"] == "visible"),
            table.orientation,
            table.header_row,
            _named(table, chosen["head"]),
            found["encoding"],
            found["delimiter"],
            0,
            iter(()),
            warnings=warnings,
            _parser=parser,
        )
        warnings.extend(_alike(data.headings))
        data.sample = [row[1:] for row in chosen["head"] if row[0] >= table.first_data_row]
        if table.orientation == "vertical":
            parser.close()
            data.total, data.sample = 1, [table.record]
            data.rows = iter([Row(table.first_data_row, table.record)])
            data.update_notes = {h: n for h, n in zip(data.headings, table.notes, strict=True) if h and n}
        else:
            parser.say({"sheet": chosen["name"]})
            if table.first_data_row > table.header_row + 1:
                text = _("Row {row} holds units and hints, not a customer; it was left out.")
                warnings.append(text.format(row=table.header_row + 1))
            if table.beside:
                text = _("From column {letter} on stands another table: import it as a sheet of its own.")
                warnings.append(text.format(letter=_letter(table.beside)))
            unseen = parser.next()["hidden"]
            ranges = [(a, b) for a, b in unseen["rows"] if b >= table.first_data_row and a <= chosen["total"]]
            data.total, data.hidden = _count(chosen, table, ranges)
            warnings.extend(_hidden_columns(data.headings, unseen["columns"]))
            data.rows = _rows(parser, data, table, progress, [] if hidden else ranges)
    except Refused as refused:
        parser.close()
        raise sentence(refused, name) from None
    except BaseException:
        parser.close()
        raise
    return data


def _count(sheet: dict[str, Any], table: Table, hidden: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return how many rows there are and how many of them are hidden."""
    first, last = table.first_data_row, sheet["total"]
    if len(sheet["head"]) < HEAD_ROWS:
        headings = next((row[1:] for row in sheet["head"] if row[0] == table.header_row), None)
        rows = [row[0] for row in sheet["head"] if row[0] >= first and row[1:] != headings]
        return len(rows), sum(any(a <= one <= b for a, b in hidden) for one in rows)
    return max(0, last - first + 1), sum(min(b, last) - max(a, first) + 1 for a, b in hidden)


def _doubt(encoding: str, other: str) -> str:
    if other == STRANGE:
        text = _("The text was read as {encoding}, but it hardly reads like Chinese: look at the names.")
        return text.format(encoding=ENCODING_NAMES[encoding])
    text = _("The text was read as {encoding}, but it could be {other} as well: look at the names.")
    return text.format(encoding=ENCODING_NAMES[encoding], other=ENCODING_NAMES[other])


def _choose(sheets: list[dict[str, Any]], wanted: str | None, known: Known) -> tuple[dict[str, Any], Table]:
    if wanted is not None and not any(each["name"] == wanted for each in sheets):
        names = "、".join(each["name"] for each in sheets if each["state"] == "visible")
        raise Refused("no_sheet", sheet=wanted, sheets=names)
    if not any(each["state"] == "visible" for each in sheets) and wanted is None:
        raise Refused("only_hidden")
    best: tuple[dict[str, Any], Table] | None = None
    fault = Refused("empty_sheet")
    blank = 0  # known headings above no rows: a blank template is not its own explanation
    for each in sheets:
        try:
            table = find_table([(row[0], row[1:]) for row in each["head"]], known)
        except Refused as refused:
            fault = refused if fault.code == "empty_sheet" else fault
            continue
        if not _filled(each, table):
            fault, blank = Refused("no_rows"), max(blank, table.known)
        elif best is None or table.known > best[1].known:
            best = each, table
    if best is None or best[1].known < blank:
        raise fault
    return best


def _filled(sheet: dict[str, Any], table: Table) -> bool:
    if table.orientation == "vertical":
        return any(table.record)
    return sheet["head"][-1][0] >= table.first_data_row


def _named(table: Table, head: list[list[Any]]) -> tuple[str, ...]:
    """Name the columns that hold data under no heading by their letter, so that nothing is lost unseen."""
    names = [
        _("Column {letter}").format(letter=_letter(column)) if find_identity_number(name) else name
        for column, name in enumerate(table.headings)
    ]
    if table.orientation == "vertical":
        return tuple(names)
    for row in head:
        if row[0] < table.first_data_row:
            continue
        for column, cell in enumerate(row[1 : 1 + (table.beside or len(row))]):
            if cell.strip() and (column >= len(names) or not names[column]):
                names.extend([""] * (column + 1 - len(names)))
                names[column] = _("Column {letter}").format(letter=_letter(column))
    return tuple(names)


def _letter(column: int) -> str:
    """Return the letters over a column counted from 0: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _alike(headings: Sequence[str]) -> list[str]:
    """Return a sentence for each heading that stands more than once in the row of headings."""
    text = _("The heading “{heading}” stands more than once; look at what each column is taken as.")
    seconds = (heading.removesuffix(" (2)") for heading in headings if heading.endswith(" (2)"))
    return [text.format(heading=heading) for heading in seconds if heading in headings]


def _hidden_columns(headings: Sequence[str], ranges: Sequence[Sequence[int]]) -> list[str]:
    names = [name for at, name in enumerate(headings) if name and any(a <= at <= b for a, b in ranges)]
    if not names:
        return []
    text = _("Hidden columns are read, too: {columns}. What is not wanted can be left out.")
    return [text.format(columns="、".join(names[:8]) + ("…" if len(names) > 8 else ""))]


def _warnings(
    sheets: list[dict[str, Any]], chosen: dict[str, Any], wanted: str | None, known: Known
) -> list[str]:
    warnings = []
    hidden = [each["name"] for each in sheets if each["state"] == "hidden" and each is not chosen]
    if hidden:
        warnings.append(_("Hidden sheets were not read: {sheets}.").format(sheets="、".join(hidden)))
    if columns := chosen.get("uncalculated"):
        text = _(
            "The file holds formulas but not their results; they were read as blank (columns {columns})."
            " Open it in Excel or WPS, save it, and import it again."
        )
        warnings.append(text.format(columns="、".join(columns[:8]) + ("…" if len(columns) > 8 else "")))
    others = []
    for each in sheets:
        if each is not chosen and each["head"] and wanted is None:
            with contextlib.suppress(Refused):
                if _filled(each, find_table([(row[0], row[1:]) for row in each["head"]], known)):
                    others.append(each["name"])
    if others:
        text = _("Only the sheet “{sheet}” is read; these hold tables too: {sheets}.")
        warnings.append(text.format(sheet=chosen["name"], sheets="、".join(others)))
    return warnings


def _rows(
    parser: _Parser,
    data: SheetData,
    table: Table,
    progress: Progress | None,
    hidden: Sequence[tuple[int, int]],
) -> Iterator[Row]:
    width, header, first = len(data.headings), data.header_row, table.first_data_row
    blank = ("",) * width
    title: list[str] | None = None
    left_out: list[int] = []
    repeated = beyond = unseen = 0
    begins = [a for a, _b in hidden]
    try:
        while "end" not in (record := parser.next()):
            flags, spans = record["flags"], record["spans"]
            for raw in record["rows"]:
                number = raw[0]
                if number < first:
                    title = raw[1:] if number == header else title
                    continue
                cells = tuple(raw[1:])
                if hidden and (at := bisect_right(begins, number)) and number <= hidden[at - 1][1]:
                    unseen += 1
                    continue
                if title and raw[1] == title[0] and raw[1:] == title:
                    repeated += 1
                    continue
                if spans and 2 * spans.get(str(number), 0) >= width > 1:
                    left_out.append(number)
                    continue
                if len(cells) < width:
                    cells += blank[len(cells) :]
                elif len(cells) > width:
                    beyond = beyond or (0 if table.beside else number)
                    cells = cells[:width]
                notes = flags.get(str(number)) if flags else None
                yield Row(number, cells, {int(k): v for k, v in notes.items()} if notes else _NO_NOTES)
            if progress and record["rows"]:
                progress(min(record["rows"][-1][0] - header, data.total), data.total)
    except Refused as refused:
        raise sentence(refused, data.file_name) from None
    finally:
        parser.close()
    if unseen:
        text = ngettext(
            "{n} hidden or filtered-out row of the sheet was left out.",
            "{n} hidden or filtered-out rows of the sheet were left out.",
            unseen,
        )
        data.warnings.append(text.format(n=unseen))
    if repeated:
        text = ngettext(
            "{n} row that repeats the headings was left out.",
            "{n} rows that repeat the headings were left out.",
            repeated,
        )
        data.warnings.append(text.format(n=repeated))
    if beyond:
        text = _("From row {row} on there are cells right of the last heading; they were not read.")
        data.warnings.append(text.format(row=beyond))
    if left_out:
        text = _("Rows that are one merged cell of notes were left out: {rows}.")
        data.warnings.append(text.format(rows=", ".join(map(str, left_out[:20]))))


class _Parser:
    """The parsing process as the parent sees it."""

    def __init__(self, path: bytes, name: str, sheet: str | None, limits: Limits, encoding: str) -> None:
        self._name = name
        self._cancelled = False
        self._spoke = False
        # The child's complaints are a Rust backtrace for nobody; its records say what matters.
        self._process = subprocess.Popen(  # noqa: S603
            CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        request = {"path": path.decode("latin-1"), "sheet": sheet, "encoding": encoding}
        self.say({**request, "limits": asdict(limits)})

    def say(self, record: dict[str, Any]) -> None:
        sink = self._process.stdin
        if sink is None:
            return
        with contextlib.suppress(BrokenPipeError):
            sink.write(json.dumps(record).encode() + b"\n")
            sink.flush()

    def next(self) -> dict[str, Any]:
        """Return the next record; raise Refused, Cancelled or Fault where there is none."""
        source = self._process.stdout
        line = source.readline() if source and not source.closed else b""
        if self._cancelled:
            raise Cancelled(
                _("Reading {file} was cancelled.").format(file=self._name), _("Nothing was imported.")
            )
        if line.endswith(b"\n"):
            self._spoke = True
            record = json.loads(line)
            if "error" in record:
                raise Refused(record["error"], **record["details"])
            return record
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            raise Refused("too_slow")
        if status < 0 or self._spoke:
            raise Refused("too_large")
        raise Fault(
            _("The process that reads sheets could not be started (status {status}).").format(status=status),
            _("Nothing was imported."),
            _("Install crm-tui into an environment of its own, as the README says."),
        )

    def cancel(self) -> None:
        self._cancelled = True
        self._process.kill()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
