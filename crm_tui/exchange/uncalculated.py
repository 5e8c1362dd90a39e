"""Formulas whose results an xlsx file lacks: some programs write sheets without calculating them."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO

from crm_tui.exchange.xlsx_parts import attributes, sheet_part

_LOOKED_AT = 1 << 20
"""How much of a sheet is looked at: who calculates nothing leaves the first rows without results, too."""
_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)


def uncalculated(file: BinaryIO, sheet: str) -> list[str]:
    """Return the letters of the columns of a sheet in which formulas stand without results."""
    place = file.tell()
    try:
        with zipfile.ZipFile(file) as parts, parts.open(sheet_part(parts, sheet)) as part:
            head = part.read(_LOOKED_AT)
    except (KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, OSError, EOFError):
        return []  # the reader of the cells says what is wrong with the file, if it minds
    finally:
        file.seek(place)
    cells = map(attributes, _CELL.findall(head))
    # A text of no signs is a result.
    columns = {cell.get("r", "").rstrip("0123456789") for cell in cells if cell.get("t") != "str"}
    return sorted(columns - {""}, key=lambda letters: (len(letters), letters))
