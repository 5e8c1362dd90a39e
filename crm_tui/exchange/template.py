"""The blank import sheet (S3-09) and the blank form of one customer for printing (S2-09)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crm_tui.customers.fields import FIELDS, Field
from crm_tui.exchange.target import new_file
from crm_tui.exchange.workbook_out import HEADER, drop, new_book, put
from crm_tui.locale import N_, _
from crm_tui.presets import SheetColumn, load_sheets, load_words, preset, template_sheet
from crm_tui.presets.store import OPEN_KINDS
from crm_tui.text.cells import width

ROWS = 1000  # rows of the blank sheet that offer lists of words
HINTS: dict[str, str] = {
    "no": N_("Leave it empty and a number is given; a number of your own is kept."),
    "name": N_("The full name, not a short one."),
    "contact_way": N_("Mobile, landline with area code, mail or WeChat; several are parted by a slash."),
    "scale": N_("Staff or yearly revenue, also as a range."),
    "biz_address": N_("Province, city, district, street and number."),
    "last_followup": N_("A date, with the time if you know it."),
    "first_contact_on": N_("A date such as 2024-05-01."),
    "next_plan": N_("A day or a rhythm and what for."),
    "budget": N_("An amount or a range; name the unit."),
    "tags": N_("Several are parted by 、"),
    "owner": N_("A colleague's name or login; otherwise whoever imports the sheet owns the row."),
    "uscc": N_("18 characters."),
    "email": N_("Several are parted by a semicolon."),
    "need": N_("Concrete and measurable."),
    "followup_summary": N_("What was said last; it needs the time of the last follow-up."),
}
PRIVATE = N_("Please do not collect identity numbers or home addresses: such cells are not stored.")
REQUIRED = N_("Columns with * are needed; a row that lacks one is kept and marked to be completed.")
START = N_("Fill in one customer a row from row 2; do not merge cells. Empty cells change nothing.")


def template(path: Path, *, overwrite: bool = False, preset_name: str = "general") -> None:
    """Write the blank import sheet with its explanation and lists of words.

    Raises BadInput when the file exists (unless ``overwrite``) or cannot be written.
    """
    columns = template_sheet().columns
    required = preset(preset_name).required
    with new_file(path, overwrite=overwrite) as part:
        book = new_book(part, streaming=False)
        try:
            sheet = book.add_worksheet(_("Customers"))
            _headings(book, sheet, columns, required)
            _lists(book, sheet, columns)
            _explain(book, book.add_worksheet(_("How to fill in")), columns, required)
            book.close()
        except BaseException:
            drop(book)
            raise


def _headings(book: Any, sheet: Any, columns: tuple[SheetColumn, ...], required: tuple[str, ...]) -> None:
    plain = book.add_format(HEADER)
    needed = book.add_format({**HEADER, "bg_color": "#F8DCC8"})
    text = book.add_format({"num_format": "@"})
    for index, column in enumerate(columns):
        star = column.field in required
        put(sheet, 0, index, column.heading + ("*" if star else ""), needed if star else plain)
        # As text, Excel keeps leading zeros and all 18 digits of a code.
        sheet.set_column(index, index, max(12, width(column.heading) + 4), text)
    sheet.freeze_panes(1, 2)


def choices(one: Field) -> list[str]:
    """Return the words that a column offers: all of a closed list, the first level of an open one."""
    words = [word for word in load_words() if word.kind == one.word_kind]
    if one.name == "progress":
        return ["未跟进", "跟进中", "已成交", "流失"]
    if one.word_kind in OPEN_KINDS:
        words = [word for word in words if word.parent_key is None]
    return [word.label for word in words]


def _lists(book: Any, sheet: Any, columns: tuple[SheetColumn, ...]) -> None:
    """Offer the words of a column in a list that still takes other texts."""
    for index, column in enumerate(columns):
        one = FIELDS[column.field]
        if one.type == "word":
            rule = {
                "validate": "list",
                "source": choices(one),
                "error_type": "information",
                "error_message": _("Not in the list; it will be taken as it is."),
            }
            sheet.data_validation(1, index, ROWS, index, rule)


def _explain(book: Any, sheet: Any, columns: tuple[SheetColumn, ...], required: tuple[str, ...]) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    header = book.add_format(HEADER)
    for row, note in enumerate((START, REQUIRED, PRIVATE)):
        put(sheet, row, 0, _(note))
    titles = (_("Column"), _("Needed"), _("What to write"), _("Words"))
    for index, title in enumerate(titles):
        put(sheet, 4, index, title, header)
    for row, column in enumerate(columns, 5):
        one = FIELDS[column.field]
        hint = _(HINTS[one.name]) if one.name in HINTS else ""
        # One text with the example in it: a column of bare dates and numbers would look like data.
        if column.example:
            hint += _("For example: {text}.").format(text=column.example)
        words = "、".join(choices(one)) + "。" if one.type in ("word", "words") else ""
        if words and one.word_kind in OPEN_KINDS:
            words += _("Others are taken too.")
        # Brackets and full stops, so that no row here is ever taken for the headings of a table.
        cells = (f"【{column.heading}】", "*" if column.field in required else "", hint, words)
        for index, cell in enumerate(cells):
            put(sheet, row, index, cell, wrap)
    for index, cells_wide in enumerate((22, 6, 64, 60)):
        sheet.set_column(index, index, cells_wide)


def blank_form(path: Path, *, overwrite: bool = False) -> None:
    """Write the blank form 客户信息登记表 (S4) for printing and filling in by hand (S2-09)."""
    from crm_tui.exchange.form_out import write_form

    rows = [(column.heading, "", "") for column in load_sheets()["S4"].columns]
    with new_file(path, overwrite=overwrite) as part:
        write_form(part, rows)
