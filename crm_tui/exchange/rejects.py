"""The rows an import could not take, as a workbook to be mended and imported again."""

from __future__ import annotations

import os
from pathlib import Path

from crm_tui.errors import BadInput
from crm_tui.exchange.formulas import is_formula
from crm_tui.exchange.planning import ImportPlan
from crm_tui.exchange.workbook_out import LONGEST, new_book, put, shield
from crm_tui.locale import _

REASON = "错误原因"  # a heading of the sheet, whatever the language of the interface
WIDEST = 40


def rejects_path(sheet: str | os.PathLike[str]) -> Path:
    """Return where the rejected rows of a sheet go unless the user says otherwise: beside it."""
    path = Path(sheet)
    rejected = _("rejected")
    return path.with_name(f"{path.stem}-{rejected}.xlsx")


def write_rejects(plan: ImportPlan, path: str | os.PathLike[str]) -> int:
    """Write suspected duplicates, errors and rows left alone; return how many, 0 without making a file.

    The first column says why, the others are those of the sheet; ID numbers are blank there too (S4-10).
    Cells are text as they were read. Raises BadInput when the file cannot be written.
    """
    count = plan.staging.count_rejected()
    if not count:
        return 0
    target = Path(path)
    partial = target.with_name(f".{target.name}.part")
    try:
        with new_book(partial) as book:
            sheet = book.add_worksheet(_("Rejected rows"))
            shielded = shield(book)
            bold = book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 0, WIDEST)
            sheet.set_column(1, len(plan.headings), WIDEST // 2)
            for column, heading in enumerate((REASON, *plan.headings)):
                put(sheet, 0, column, heading[:LONGEST], bold)
            for line, (_number, _verdict, _name, reason, cells) in enumerate(plan.staging.rejected(), 1):
                put(sheet, line, 0, reason[:LONGEST])
                for column, text in enumerate(cells, 1):
                    put(sheet, line, column, text[: LONGEST - 1], shielded if is_formula(text) else None)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BadInput(
            _("The rejected rows could not be written to {path}.").format(path=target),
            "",
            _("Name another place: --rejects OUT.xlsx"),
        ) from error
    return count
