"""What the user is told about a sheet that is not read."""

from __future__ import annotations

import os

from crm_tui.errors import BadInput, system_reason
from crm_tui.exchange.guard import Refused
from crm_tui.locale import N_, _

_SAVE_AS = N_("Open it in Excel or WPS, save it as .xlsx, and import that file.")
_CHECK_NAME = N_("Check the name and import again.")
_FETCH_AGAIN = N_("Get the file once more from where it came, or open it in Excel and save it anew.")
_SPLIT = N_("Split it into several files and import them one after another.")

ENCODING_NAMES = {"utf-8": "UTF-8", "gb18030": "GBK", "big5": "Big5", "utf-16": "UTF-16"}
"""What people call the encodings of `encoding.ENCODINGS`; GB 18030 is GBK with more characters."""

SENTENCES: dict[str, tuple[str, str]] = {
    "missing": (N_("There is no file {file}."), _CHECK_NAME),
    "folder": (N_("{file} is a folder, not a file."), N_("Name the file inside it.")),
    "unreadable": (
        N_("{file} cannot be read: {reason}."),
        N_("Ask for the right to read it, or copy it to your own folder."),
    ),
    "special": (N_("{file} is no ordinary file."), N_("Save the sheet as a file and import that.")),
    "empty": (N_("{file} is empty."), N_("Check that it was saved or downloaded completely.")),
    "empty_sheet": (N_("No sheet of {file} holds any data."), N_("Fill in the sheet and import again.")),
    "only_hidden": (
        N_("Every sheet of {file} is hidden."),
        N_("Show the sheet in Excel, or name it when you import."),
    ),
    "no_sheet": (N_("{file} has no sheet “{sheet}”."), N_("Its sheets are: {sheets}.")),
    "markup": (
        N_("{file} is a web page or XML text, not a workbook; some systems name such files .xls."),
        _SAVE_AS,
    ),
    "other_sheet": (N_("{file} is a spreadsheet of the kind {format}, which is not read."), _SAVE_AS),
    "excel95": (N_("{file} was saved by Excel 95, whose Chinese characters are not read."), _SAVE_AS),
    "packed": (N_("{file} is a compressed archive."), N_("Unpack it first and import the sheet inside.")),
    "not_sheet": (
        N_("{file} is not a spreadsheet."),
        N_("Workbooks (.xlsx, .xls, .xlsb, .ods) and text tables (.csv) can be imported."),
    ),
    "password": (
        N_("{file} is protected by a password."),
        N_("Open it in Excel with its password, save it without one, and import that file."),
    ),
    "bomb": (
        N_("{file} unpacks to far more data than a sheet can have and was not opened."),
        N_("If the file is yours, open it in Excel, delete what is empty, and save it anew."),
    ),
    "broken": (N_("{file} is damaged or incomplete."), _FETCH_AGAIN),
    "cut_text": (N_("{file} ends in the middle of a character: it is incomplete."), _FETCH_AGAIN),
    "encoding": (
        N_("The text of {file} is neither UTF-8 nor GBK nor Big5; line {line} cannot be read."),
        N_("Open it in Excel and save it as .xlsx or as “CSV UTF-8”."),
    ),
    "wrong_encoding": (
        N_("The text of {file} is not {encoding}; line {line} cannot be read so."),
        N_("Choose another encoding, or let the program find it."),
    ),
    "quotes": (
        N_("A quotation mark opened in line {line} of {file} is never closed."),
        N_("Mend that line, or save the sheet as .xlsx."),
    ),
    "long_cell": (
        N_("Row {row} of {file} has a cell longer than any sheet allows."),
        N_("Shorten that cell and import again."),
    ),
    "too_large": (
        N_("Reading {file} takes too much memory; often a stray cell stands far right or far down."),
        N_("Delete the empty rows and columns around the table in Excel, save, and import again."),
    ),
    "too_slow": (N_("Reading {file} took too long and was stopped."), _SPLIT),
    "no_header": (
        N_("No row of headings was found in {file}."),
        N_("Put the field names (such as 客户名称, 联系人) into one row above the data."),
    ),
    "sideways": (
        N_("Each column of {file} seems to be a customer, with the field names down the first one."),
        N_("Copy the table in Excel or WPS, paste it transposed into a new sheet, and import that."),
    ),
    "no_rows": (N_("{file} has headings but no rows below them."), N_("Fill in the sheet and import again.")),
}


def sentence(refused: Refused, file_name: str) -> BadInput:
    """Return the refusal of a file as an error in the user's language."""
    what, todo = SENTENCES.get(refused.code, SENTENCES["broken"])
    words = {"file": file_name, "reason": "", **refused.details}
    if "encoding" in words:
        words["encoding"] = ENCODING_NAMES.get(str(words["encoding"]), words["encoding"])
    if "errno" in words:
        # The parsing process has no language: it names the fault by its number.
        number = int(words["errno"])
        words["reason"] = system_reason(OSError(number, os.strerror(number)))
    return BadInput(_(what).format(**words), _("Nothing was imported."), _(todo).format(**words))
