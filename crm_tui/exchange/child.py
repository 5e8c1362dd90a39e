"""The parsing process: a hostile or broken file ends it and not the program.

Spoken over pipes, one JSON record a line. In: the request ``{"path", "sheet", "limits", "encoding"}``, later
the sheet chosen, ``{"sheet": name}``. Out: ``{"sheets": [...]}`` with the first rows of each, then what is
hidden on the chosen one, ``{"hidden": {"rows": [...], "columns": [...]}}`` in ranges, then
``{"rows": [...]}`` in batches, then ``{"end": true}``; or one ``{"error": code, "details": {...}}`` and
nothing after it.
A row is ``[number, cell, cell, ...]``.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from crm_tui.exchange.delimited import DelimitedText
from crm_tui.exchange.guard import Kind, Limits, Refused, kind_of, open_regular
from crm_tui.exchange.uncalculated import uncalculated
from crm_tui.exchange.unseen import Unseen, unseen
from crm_tui.exchange.workbook import RawRow, Workbook

HEAD_ROWS = 100
_SHEETS_LOOKED_AT = 40
_BATCH_ROWS = 1000
_BATCH_CELLS = 30_000


def main() -> None:
    """Serve one request from standard input on standard output."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        request = json.loads(source.readline())
        limits = Limits(**request["limits"])
        confine(limits)
        for record in serve(request, source, limits):
            line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
            sink.write(line.encode("utf-8", "replace") + b"\n")
            sink.flush()
    except Refused as refused:
        _refuse(sink, refused.code, refused.details)
    except MemoryError:
        _refuse(sink, "too_large", {})
    except BrokenPipeError:
        return
    except BaseException as error:  # a panic of the Rust reader is no Exception
        _refuse(sink, "broken", {"reason": f"{type(error).__name__}: {error}"[:200]})


def confine(limits: Limits) -> None:
    """Bound this process's memory, processor time and core file; where a limit is unknown it is left out."""
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 5),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):  # macOS has no limit of address space
            continue


def serve(request: dict[str, Any], source: BinaryIO, limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the records that answer a request; the chosen sheet is read from ``source`` in between."""
    with open_regular(request["path"].encode("latin-1")) as file:
        kind = kind_of(file, limits)
        book = _open(file, kind, limits, request.get("encoding", ""))
        wanted = request.get("sheet")
        sheets = []
        for at, info in enumerate(book.sheets()):
            looked_at = (
                info.name == wanted
                if wanted is not None
                else info.state == "visible" and at < _SHEETS_LOOKED_AT
            )
            sheet: dict[str, Any] = {"name": info.name, "state": info.state, "head": [], "total": 0}
            if looked_at and info.state != "other":
                sheet["head"] = [[row.number, *row.cells] for row in islice(book.rows(info.name), HEAD_ROWS)]
                sheet["total"] = book.total(info.name)
                if kind == "xlsx" and (columns := uncalculated(file, info.name)):
                    sheet["uncalculated"] = columns
            sheets.append(sheet)
        yield {
            "sheets": sheets,
            "kind": kind,
            "encoding": book.encoding,
            "other_encoding": book.other_encoding,
            "delimiter": book.delimiter,
        }
        chosen = source.readline()
        if not chosen:
            return
        name = json.loads(chosen)["sheet"]
        hidden = unseen(file, kind, name) if kind != "text" else Unseen([], [])
        yield {"hidden": hidden._asdict()}
        yield from batches(book.rows(name), limits)
        yield {"end": True}


def _open(file: BinaryIO, kind: Kind, limits: Limits, encoding: str) -> DelimitedText | Workbook:
    if kind == "text":
        return DelimitedText(file, limits, encoding)
    return Workbook(file, limits, kind)


def batches(rows: Iterator[RawRow], limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the rows in records of a bounded size.

    Raises Refused: long_cell, too_large (more characters in all than a sheet may have).
    """
    batch: list[list[Any]] = []
    flags: dict[str, dict[int, str]] = {}
    spans: dict[str, int] = {}
    cells = written = 0
    for row in rows:
        while row.cells and not row.cells[-1]:
            row.cells.pop()
        longest = max(map(len, row.cells), default=0)
        if longest > limits.cell_chars:
            raise Refused("long_cell", row=row.number)
        # One long text that a million cells refer to fits into a small file.
        written += sum(map(len, row.cells))
        if written > limits.output_chars:
            raise Refused("too_large")
        batch.append([row.number, *row.cells])
        if row.flags:
            flags[str(row.number)] = row.flags
        if row.span:
            spans[str(row.number)] = row.span
        cells += len(row.cells)
        if len(batch) >= _BATCH_ROWS or cells >= _BATCH_CELLS or longest > 1000:
            yield {"rows": batch, "flags": flags, "spans": spans}
            batch, flags, spans, cells = [], {}, {}, 0
    if batch:
        yield {"rows": batch, "flags": flags, "spans": spans}


def _refuse(sink: BinaryIO, code: str, details: dict[str, str | int]) -> None:
    try:
        sink.write(json.dumps({"error": code, "details": details}).encode() + b"\n")
        sink.flush()
    except OSError:
        return


if __name__ == "__main__":
    main()
