"""Reading the rows of a sheet into the staging file: keys, repeats among themselves, numbers never kept.

Rows are matched with one another before anything is asked of the database. A row that only names another
contact of a customer above belongs to that customer; any other repeat is for the user to decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from crm_tui.errors import Cancelled
from crm_tui.exchange.mapping import Mapping
from crm_tui.exchange.reading import Row, SheetData
from crm_tui.exchange.store_staging import Staging
from crm_tui.locale import N_, _
from crm_tui.text.fold import fold, tidy
from crm_tui.text.identity import NEVER_IN, find_identity_number
from crm_tui.text.uscc import check_code

IDENTITY = N_("An ID number is never stored; the cell was left out")
PRIVATE = N_("Never taken: private data.")
ROUNDED = N_("Excel has rounded this number")
BATCH = 1000

Progress = Callable[[int, int], None]


def stopped(cancelled: Callable[[], bool] | None) -> None:
    """Raise Cancelled when the user has stopped the import before anything was written."""
    if cancelled and cancelled():
        raise Cancelled(_("The import was stopped."), _("Nothing was imported."))


class Gatherer:
    """Takes the rows of one sheet; ``rows``, ``identity`` and ``flags`` count them."""

    def __init__(
        self, mapping: Mapping, match: str, kind_of: Callable[[str], str | None], today: date
    ) -> None:
        self.rows = self.identity = self.flags = 0
        self._match = match
        self._kind_of = kind_of
        self._today = today
        self._vertical = mapping.orientation == "vertical"
        self._default_kind = mapping.customer_kind
        self._at = {
            one.field: one.index
            for one in reversed(mapping.columns)
            if one.field and one.slot == 1 and not one.drop
        }
        self._refused = [one.index for one in mapping.columns if one.how == "refused"]
        taken = [one for one in mapping.columns if not one.drop and (one.field or one.heading)]
        self._contacts = [one.index for one in taken if one.spec and one.spec.per_contact]
        self._customer = [one.index for one in taken if not (one.spec and one.spec.per_contact)]
        self._private = [
            (one.index, one.field or f"={one.heading}")
            for one in mapping.columns
            if one.how != "refused" and one.field not in NEVER_IN
        ]
        self._headings = mapping.headings
        self._numbers: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._head: tuple[int, list[str]] | None = None
        self._names_of: dict[int, str] = {}

    def gather(
        self,
        sheet: SheetData,
        staging: Staging,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Read all rows into the staging file. Raises what reading raises, and Cancelled."""
        rows: list[dict[str, Any]] = []
        flags: list[dict[str, Any]] = []

        def flush() -> None:
            staging.add_rows(rows)
            staging.add_flags(flags)
            self.flags += len(flags)
            rows.clear()
            flags.clear()

        def cells_of(number: int) -> list[str]:
            if self._head and self._head[0] == number:
                return self._head[1]
            flush()
            return staging.cells(number)

        for row in sheet.rows:
            rows.append(self._row(row, flags, cells_of))
            if len(rows) >= BATCH:
                flush()
                stopped(cancelled)
                if progress:
                    progress(min(self.rows, sheet.total), 2 * sheet.total)
        flush()

    def _row(
        self, row: Row, flags: list[dict[str, Any]], cells_of: Callable[[int], list[str]]
    ) -> dict[str, Any]:
        self.rows += 1
        cells = [text if text and tidy(text) else "" for text in row.cells]
        self._leave_private_out(row.number, cells, flags)
        for index in row.notes:
            flags.append(_flag(row.number, self._headings[index], ROUNDED, cells[index]))
        name, no = self._text(cells, "name"), self._text(cells, "no")
        kind = self._kind_of(self._text(cells, "kind")) or self._default_kind or None
        if self._vertical and not name and not no and "name" in self._at:
            name = cells[self._at["name"]] = self._text(cells, "contact_name")
            kind = kind or "person"
        code = check_code(self._text(cells, "uscc")) if self._text(cells, "uscc") else None
        staged: dict[str, Any] = {
            "id": row.number,
            "position": row.number,
            "no": no or None,
            "uscc_key": (code.key or None) if code else None,
            "code_valid": int(code is not None and code.kind == "valid"),
            "name_key": fold(name),
            "kind": kind,
            "verdict": None,
            "reason": None,
        }
        self._place(staged, cells, cells_of)
        staged["cells"] = json.dumps(cells, ensure_ascii=False)
        return staged

    def _text(self, cells: list[str], field: str) -> str:
        return tidy(cells[self._at[field]]) if field in self._at else ""

    def _leave_private_out(self, number: int, cells: list[str], flags: list[dict[str, Any]]) -> None:
        """Blank what must not be kept: the cell is neither stored nor handed back nor shown (S4-10)."""
        for index in self._refused:
            if cells[index]:
                identity = bool(find_identity_number(cells[index], today=self._today))
                cells[index] = ""
                self.identity += identity
                problem = IDENTITY if identity else PRIVATE
                flags.append(_flag(number, self._headings[index], problem, ""))
        for index, field in self._private:
            if len(cells[index]) >= 18 and find_identity_number(cells[index], today=self._today):
                cells[index] = ""
                self.identity += 1
                flags.append(_flag(number, field, IDENTITY, ""))

    def _place(self, staged: dict[str, Any], cells: list[str], cells_of: Callable[[int], list[str]]) -> None:
        """Decide whether a row begins a customer, adds a contact to one above, or repeats one."""
        number, name_key = staged["id"], staged["name_key"]
        if not name_key and not staged["no"]:
            if self._head and self._adds_contact(cells, self._head[1]):
                staged["position"] = self._head[0]
            else:
                self._head = None
                staged |= {"verdict": "error", "reason": _("The row has neither a name nor a number.")}
            return
        keys = self._keys(staged)
        for store, key, reason in keys:
            first = store.get(key)
            if first is None:
                continue
            other = bool(name_key) and name_key != self._names_of[first] and store is not self._names
            if not other and self._adds_contact(cells, cells_of(first)):
                staged["position"] = first
            else:
                text = reason if other else _("Repeats row {row} of this sheet.")
                staged |= {"verdict": "suspect", "reason": text.format(row=first)}
                self._head = None
            return
        for store, key, _reason in keys:
            store[key] = number
        self._names_of[number] = name_key
        self._head = number, cells

    def _keys(self, staged: dict[str, Any]) -> list[tuple[dict[Any, int], Any, str]]:
        keys: list[tuple[dict[Any, int], Any, str]] = []
        if staged["no"] and self._match in ("auto", "no"):
            keys.append((self._numbers, staged["no"], _("Has the number of row {row} under another name.")))
        if staged["code_valid"] and self._match in ("auto", "uscc"):
            keys.append(
                (self._codes, staged["uscc_key"], _("Has the credit code of row {row} under another name."))
            )
        if staged["name_key"] and self._match in ("auto", "name"):
            keys.append((self._names, (staged["name_key"], staged["kind"] or "company"), ""))
        return keys

    def _adds_contact(self, cells: list[str], above: list[str]) -> bool:
        """Tell whether a row says nothing new of the customer above it, but names a contact."""
        if any(cells[i] and cells[i] != above[i] for i in self._customer):
            return False
        return any(cells[i] for i in self._contacts) and any(cells[i] != above[i] for i in self._contacts)


def _flag(row: int, field: str, problem: str, text: str) -> dict[str, Any]:
    return {"position": row, "field": field, "problem": problem, "content": text}
