"""Cells that a spreadsheet program would run: the mark that keeps it from that, put on and taken off."""

from __future__ import annotations

import re

ERROR = r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:5\d\d"
FORMULA_ERROR = re.compile(ERROR)
"""What a formula that failed shows: no value, and nobody's name."""

# What begins a formula in Excel, LibreOffice or WPS, full-width twins too.
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
# An apostrophe is our mark before a formula, and people's own before a number that is to stay as it is.
# A text that looks marked gets one more, so that exactly what was written is read back.
_MARKED = re.compile(rf"'(?='*(?:[=+\-@\t\r\n＝＋－＠]|\d[\dA-Za-z\-]*\Z|(?:{ERROR})\Z))")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program may take a cell for a formula."""
    return _FORMULA.match(text) is not None


def marked(text: str) -> str:
    """Return a cell of a text file that no spreadsheet program runs; ``unmarked`` gives the text back."""
    return "'" + text if _FORMULA.match(text) else as_read(text)


def as_read(text: str) -> str:
    """Return a cell of a workbook, where no text is a formula; ``unmarked`` gives the text back."""
    return "'" + text if _MARKED.match(text) or FORMULA_ERROR.fullmatch(text) else text


def unmarked(text: str) -> str:
    """Return a cell without the one apostrophe that marks it as text; '' for the error of a formula."""
    if _MARKED.match(text):
        return text[1:]
    return "" if FORMULA_ERROR.fullmatch(text) else text
