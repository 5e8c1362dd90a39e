"""Importing customers from a sheet, as front ends use it: explain, plan, run, hand back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_tui.exchange import store
from crm_tui.exchange.by_cells import told_by_cells
from crm_tui.exchange.mapping import Mapping, heading_signature, match_headings
from crm_tui.exchange.outcome import ImportResult
from crm_tui.exchange.planning import VERDICTS, FieldMove, Flag, ImportPlan, PlannedRow, plan_import
from crm_tui.exchange.publishing import run_import
from crm_tui.exchange.reading import SheetData
from crm_tui.exchange.rejects import rejects_path, write_rejects

__all__ = [
    "VERDICTS",
    "FieldMove",
    "Flag",
    "ImportPlan",
    "ImportResult",
    "PlannedRow",
    "explain",
    "plan_import",
    "rejects_path",
    "run_import",
    "write_rejects",
]


def explain(
    session: Any, sheet: SheetData, overrides: Sequence[tuple[str, str]] = (), *, whole: bool = True
) -> Mapping:
    """Return what the columns of a sheet mean: said by the user, remembered, or recognised by heading.

    ``overrides`` are pairs of field and heading. Raises BadInput like ``match_headings``.
    """
    remembered = store.remembered(session.reader, heading_signature(sheet.headings))
    mapping = match_headings(
        sheet.headings,
        remembered=remembered,
        overrides=overrides,
        orientation=sheet.orientation,
        whole=whole,
    )
    context = session.context()
    return told_by_cells(mapping, sheet.sample, context.words, context.today)
