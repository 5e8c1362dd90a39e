"""Reading the rows of a sheet into the staging file: keys, repeats among themselves, numbers never kept.

Rows are matched with one another before anything is asked of the database. A row that only names another
contact of a customer above belongs to that customer; any other repeat is for the user to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from datetime import date
from typing import Any

from crm_tui.customers.fields import Field
from crm_tui.errors import Cancelled
from crm_tui.exchange.date_orders import date_orders
from crm_tui.exchange.mapping import PHONES, Mapping
from crm_tui.exchange.naming import spare_names
from crm_tui.exchange.person_cells import CHATS, WAYS, people_of_name, people_of_way
from crm_tui.exchange.reading import Row, SheetData
from crm_tui.exchange.recognising import is_known_heading, known_headings, name_parts, special
from crm_tui.exchange.store_staging import Staging
from crm_tui.locale import N_, _, ngettext
from crm_tui.presets.headings import heading_key
from crm_tui.storage.wording import hidden_texts
from crm_tui.text.fold import fold, is_blank, tidy
from crm_tui.text.identity import NEVER_IN, find_identity_number
from crm_tui.text.nothing import DITTO, says_nothing
from crm_tui.text.uscc import SOUND, check_code

IDENTITY = N_("An ID number is never stored; the cell was left out")
PRIVATE = N_("Never taken: private data.")
ROUNDED = N_("Excel has rounded this number")
BATCH = 1000
VEILS = frozenset(hidden_texts())
# What people write there may be all they know: 特殊要求 无 says that there is none.
FREE = frozenset(("timeline", "current_product", "preference", "family", "source_detail", "lost_reason"))
_SUM = r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总)"
TOTAL = re.compile(
    rf"(?:本页|本月|本年|全年)?{_SUM}(?:[:：(（].{{0,20}})?|共\s*\d+\s*[家条个位户行].{{0,9}}"
    r"|(?:grand |sub)?totals?:?",
    re.IGNORECASE,
)
FOOTNOTE = re.compile(
    r"(?:制表|填表|编制|审核|审批|复核|打印|导出|统计|截止|备注|说明|注意|注)\S{0,4}[:：]|第\d+页|※"
    r"|[-—=（(\s]*以[上下](?:$|[)）\-—]|空白|为空|无正文|数据|信息|内容|资料|客户|均|为|是|共)|[-—=]{2,}|[#＃]|//"
)
# 一、华东区 and 【重点客户】 alone in a row.
SECTION = re.compile(
    r"(?:[(（][一二三四五六七八九十]{1,3}[)）][、.．:：]?|[一二三四五六七八九十]{1,3}[、.．:：])\s*\S.{0,20}"
    r"|[【\[〖《](?!.*(?:公司|厂|店|集团|中心)).{1,20}[】\]〗》]"
)
_DIGIT = re.compile("[0-9]")
EXAMPLE = re.compile(r"(?:示例|样例|范例|例如|例|example)\s*[:：]", re.IGNORECASE)

Progress = Callable[[int, int], None]


def stopped(cancelled: Callable[[], bool] | None) -> None:
    """Raise Cancelled when the user has stopped the import before anything was written."""
    if cancelled and cancelled():
        raise Cancelled(_("The import was stopped."), _("Nothing was imported."))


class Gatherer:
    """Takes the rows of one sheet; ``rows``, ``identity`` and ``flags`` count them."""

    def __init__(
        self, mapping: Mapping, match: str, word_of: Callable[[str, str], str | None], today: date
    ) -> None:
        self.rows = self.identity = self.flags = 0
        self._match = match
        self._word_of = word_of
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
        self._strict = [
            (one.index, one.spec)
            for one in taken
            if one.spec and one.spec.type not in ("long", "flag") and one.field not in FREE
        ]
        self._name_parts = [
            pair
            for pair in name_parts(mapping.headings)
            if mapping.columns[pair[0]].field == "contact_name" and mapping.columns[pair[1]].drop
        ]
        self._spare_names = spare_names(mapping.headings, self._at["name"]) if "name" in self._at else []
        # A list of people says their companies further right: who has none stands alone.
        self._of_people = self._at.get("contact_name", 1 << 20) < self._at.get("name", 0)
        # Where an export wrote a word for what its reader may not see: that is no value.
        self._veiled = [one.index for one in taken if one.spec and one.spec.sensitive]
        self.orders = date_orders(mapping, today)
        self._headings = mapping.headings
        self._fields = [one.field for one in mapping.columns]
        self._other_table = 0  # the row of its headings
        self._counting = {
            one.index
            for one in mapping.columns
            if not one.field and heading_key(one.heading) in special("running")
        }
        self._last = 0
        self._unnamed = False
        self._above = [""] * len(mapping.columns)
        self._name_heading = heading_key(mapping.headings[self._at["name"]]) if "name" in self._at else ""
        self._numbers: dict[str, int] = {}
        self._codes: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._head: tuple[int, list[str]] | None = None
        self._names_of: dict[int, str] = {}
        self._people: dict[int, set[str]] = {}

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

        numbered = 0
        for row in sheet.rows:
            if self._counting and not any(
                cell and not cell.isspace() and (index not in self._counting or FOOTNOTE.match(cell))
                for index, cell in enumerate(row.cells)
            ):
                numbered += 1
                continue
            rows.append(self._row(row, flags, cells_of))
            if len(rows) >= BATCH:
                flush()
                stopped(cancelled)
                if progress:
                    progress(min(self.rows, sheet.total), sheet.total)
        flush()
        if numbered:
            text = ngettext(
                "{n} row that holds only a running number was left out.",
                "{n} rows that hold only a running number were left out.",
                numbered,
            )
            sheet.warnings.append(text.format(n=numbered))

    def _row(
        self, row: Row, flags: list[dict[str, Any]], cells_of: Callable[[int], list[str]]
    ) -> dict[str, Any]:
        self.rows += 1
        self._last = row.number
        cells = ["" if is_blank(text) else text for text in row.cells]
        if not self._vertical and not DITTO.isdisjoint(cells):
            cells = self._as_above(cells)
        self._above = cells
        for index in self._veiled:
            if cells[index] in VEILS:
                cells[index] = ""
        self._unnamed = bool(self._text(cells, "name"))  # by 无 or ?, which goes now
        for index, one in self._strict:
            if cells[index] and says_nothing(cells[index]) and not self._is_word(one, cells[index]):
                cells[index] = ""
        for index in self._spare_names:
            if not cells[self._at["name"]]:
                cells[self._at["name"]], cells[index] = cells[index], ""
        for surname, given in self._name_parts:
            between = " " if (cells[surname] + cells[given]).isascii() else ""
            parts = (cells[given], cells[surname]) if between else (cells[surname], cells[given])
            cells[surname] = between.join(filter(None, parts))
        self._leave_private_out(row.number, cells, flags)
        for index, order in self.orders.items():
            if cells[index]:
                order.see(cells[index])
        for index in row.notes:
            flags.append(_flag(row.number, self._headings[index], ROUNDED, cells[index]))
        name, no, kind = self._text(cells, "name"), self._text(cells, "no"), self._text(cells, "kind")
        kind = (self._word_of("customer_kind", kind) if kind else None) or self._default_kind or None
        if (self._vertical or self._of_people) and not name and not no and "name" in self._at:
            name = cells[self._at["name"]] = self._text(cells, "contact_name")
            kind = kind or ("person" if name else None)
        written = self._text(cells, "uscc")
        code = check_code(written) if written else None
        staged: dict[str, Any] = {
            "id": row.number,
            "position": row.number,
            "no": no or None,
            "uscc_key": (code.key or None) if code else None,
            "code_valid": int(code is not None and code.kind in SOUND),
            "name_key": fold(name),
            "kind": kind,
            "verdict": None,
            "reason": None,
        }
        self._place(staged, cells, cells_of)
        staged["cells"] = cells
        return staged

    def _as_above(self, cells: list[str]) -> list[str]:
        """Return the cells with that of the row above for 同上; nobody has the account of another."""
        return [
            above if cell in DITTO and self._fields[at] not in CHATS else cell
            for at, (cell, above) in enumerate(zip(cells, self._above, strict=True))
        ]

    def _is_word(self, one: Field, text: str) -> bool:
        """Tell whether 未知 and its like are among the words of a list, and so mean something."""
        return bool(one.word_kind) and self._word_of(one.word_kind, text) is not None

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

    def notes(self, notes: Dictionary[str, str], staging: Staging) -> dict[str, str]:
        """Return the third column of a form without what must not be kept; that is flagged."""
        left_out = {one for one, text in notes.items() if find_identity_number(text, today=self._today)}
        staging.add_flags([_flag(self._last, f"@{heading}", IDENTITY, "") for heading in left_out])
        self.identity += len(left_out)
        self.flags += len(left_out)
        return {heading: text for heading, text in notes.items() if heading not in left_out}

    def _place(self, staged: dict[str, Any], cells: list[str], cells_of: Callable[[int], list[str]]) -> None:
        """Decide whether a row begins a customer, adds a contact to one above, or repeats one."""
        number, name_key = staged["id"], staged["name_key"]
        if note := self._is_of_another_table(number, cells):
            staged |= {"verdict": "error", "reason": note}
            return
        told = staged["no"] is not None and any(sign.isdigit() for sign in staged["no"])
        if not told and (note := self._is_note(number, cells, name_key)):
            self._head = None
            staged |= {"verdict": "error", "reason": note}
            return
        if not name_key and not staged["no"]:
            goes_on = self._head and not self._unnamed and not self._of_people
            if goes_on and self._head and self._adds_contact(cells, self._head[1]):
                staged["position"] = self._head[0]
            else:
                self._head = None
                staged |= {"verdict": "error", "reason": _("The row has neither a name nor a number.")}
            return
        keys = self._keys(staged)
        for store, key in keys:
            first = store.get(key)
            if first is None:
                continue
            other = bool(name_key) and name_key != self._names_of[first] and store is not self._names
            if not other and self._another(first, cells, cells_of):
                staged["position"] = first
            else:
                text = self._of_another(store) if other else _("Repeats row {row} of this sheet.")
                staged |= {"verdict": "suspect", "reason": text.format(row=first)}
                self._head = None
            return
        for store, key in keys:
            store[key] = number
        self._names_of[number] = name_key
        self._head = number, cells

    def _differs(self, headings: list[str]) -> bool:
        """Tell whether a row of headings further down gives its columns other meanings than the first one."""
        known = known_headings()
        columns = zip(
            map(heading_key, headings), map(heading_key, self._headings), self._fields, strict=False
        )
        moved = ((known[key][0], field) for key, first, field in columns if key in known and key != first)
        return any(new != old and not (new in PHONES and old in PHONES) for new, old in moved)

    def _is_of_another_table(self, number: int, cells: list[str]) -> str:
        """Say that a row stands below other headings, whose columns would fill the wrong fields here."""
        if not self._other_table:
            return ""
        if number == self._other_table + 1 and all(map(is_known_heading, filter(None, cells))):
            self._other_table = 0  # the same headings once more, in two levels
            return _("A row of headings, not a customer.")
        text = _("From row {row} on it is another table: import it as a sheet of its own.")
        return text.format(row=self._other_table)

    def _is_note(self, number: int, cells: list[str], name_key: str) -> str:
        """Say that a row is a total or a line below the table, '' when it may be a customer."""
        filled = [text for text in cells if text]
        begins = tidy(filled[0]) if filled else ""
        first = self._text(cells, "name")
        if TOTAL.fullmatch(begins) or (first != begins and TOTAL.fullmatch(first)):
            return _("A row of totals, not a customer.")
        # Nearly every row of customers has a digit, few headings have.
        if len(filled) > 1 and not _DIGIT.search("".join(filled)) and all(map(is_known_heading, filled)):
            self._other_table = number if self._differs(cells) else 0
            return _("A row of headings, not a customer.")
        # The key of a heading is made of signs of the folded text.
        if first and self._name_heading[:1] in name_key and heading_key(first) == self._name_heading:
            self._other_table = number if self._differs(cells) else 0
            return _("A row of headings, not a customer.")
        if len(filled) == 1 < len(cells) and first and SECTION.fullmatch(first):
            return _("A heading over rows, not a customer.")
        if EXAMPLE.match(first):
            return _("An example, not a customer.")
        if (
            len(filled) == 1
            and len(cells) > 1
            and (FOOTNOTE.match(begins) or begins == self._text(cells, "no"))
        ):
            return _("A line below the table, not a customer.")
        return ""

    def _keys(self, staged: dict[str, Any]) -> list[tuple[dict[Any, int], Any]]:
        keys: list[tuple[dict[Any, int], Any]] = []
        if staged["no"] and self._match in ("auto", "no"):
            keys.append((self._numbers, staged["no"]))
        if staged["code_valid"] and self._match in ("auto", "uscc"):
            keys.append((self._codes, staged["uscc_key"]))
        if staged["name_key"] and self._match in ("auto", "name"):
            keys.append((self._names, (staged["name_key"], staged["kind"] or "company")))
        return keys

    def _of_another(self, store: dict[Any, int]) -> str:
        if store is self._numbers:
            return _("Has the number of row {row} under another name.")
        return _("Has the credit code of row {row} under another name.")

    def _another(self, first: int, cells: list[str], cells_of: Callable[[int], list[str]]) -> bool:
        """Tell whether a repeat of a customer names a contact whom no row of it has named."""
        above, name = cells_of(first), fold(self._person(cells))
        if not name or not self._adds_contact(cells, above):
            return False
        known = self._people.setdefault(first, {fold(self._person(above))})
        if name in known:
            return False
        known.add(name)
        return True

    def _person(self, cells: list[str]) -> str:
        """Return the contact whom a row names, in a column of contacts or beside a phone."""
        if name := self._text(cells, "contact_name"):
            people = people_of_name(name)
            return people[0].name if people else name
        told = (people_of_way(self._text(cells, field)) for field in WAYS)
        return next((people[0].name for people in told if people), "")

    def _adds_contact(self, cells: list[str], above: list[str]) -> bool:
        """Tell whether a row says nothing new of the customer above it, but names a contact."""
        told = (i for i in self._customer if cells[i] and cells[i] != above[i])
        if any(fold(cells[i]) != fold(above[i]) for i in told):
            return False
        return any(cells[i] for i in self._contacts) and any(cells[i] != above[i] for i in self._contacts)


def _flag(row: int, field: str, problem: str, text: str) -> dict[str, Any]:
    return {"position": row, "field": field, "problem": problem, "content": text}
