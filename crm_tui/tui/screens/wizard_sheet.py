"""What the import wizard reads of a sheet, on the database thread: its table and columns, then every row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.exchange import importing
from crm_tui.exchange.mapping import Mapping, is_known_heading
from crm_tui.exchange.planning import OnMatch, OnSuspect
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from crm_tui.tui.work import Job

SAMPLES = 3


class Sheet(NamedTuple):
    """What was read of a sheet before its rows are planned."""

    path: Path
    name: str
    sheets: Sequence[str]
    header_row: int
    total: int
    mapping: Mapping
    samples: Sequence[Sequence[str]]
    warnings: Sequence[str]
    encoding: str
    hidden: int
    with_hidden: bool = False


def read_sheet(session: Session, path: Path, name: str | None, encoding: str, job: Job[Any]) -> Sheet:
    """Open a file, find its table and explain the columns; on the database thread."""
    with open_sheet(path, name, is_known_heading, encoding=encoding) as sheet:
        job.check()
        mapping = importing.explain(session, sheet, whole=False)
        samples = [row.cells for row in islice(sheet.rows, SAMPLES)]
        return Sheet(
            path,
            sheet.sheet,
            sheet.sheets,
            sheet.header_row,
            sheet.total,
            mapping,
            samples,
            sheet.warnings,
            sheet.encoding,
            sheet.hidden,
        )


def plan_sheet(
    session: Session, sheet: Sheet, on_match: OnMatch, on_suspect: OnSuspect, job: Job[Any]
) -> importing.ImportPlan:
    """Decide on every row; nothing is in the database afterwards."""
    with open_sheet(
        sheet.path, sheet.name, is_known_heading, encoding=sheet.encoding, hidden=sheet.with_hidden
    ) as opened:
        return importing.plan_import(
            session,
            opened,
            sheet.mapping,
            on_match=on_match,
            on_suspect=on_suspect,
            progress=lambda done, total: job.report(done, total),
            cancelled=job.is_cancelled,
        )
