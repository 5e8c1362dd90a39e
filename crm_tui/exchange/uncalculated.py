"""Formulas whose results an xlsx file lacks: some programs write sheets without calculating them."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from posixpath import join, normpath
from typing import BinaryIO

_LOOKED_AT = 1 << 20
"""How much of a sheet is looked at: who calculates nothing leaves the first rows without results, too."""
_ELEMENT = rb"<(?:\w+:)?%s\b([^<>]*?)/?>"
_SHEET, _LINK = re.compile(_ELEMENT % b"sheet"), re.compile(_ELEMENT % b"Relationship")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)


def uncalculated(file: BinaryIO, sheet: str) -> list[str]:
    """Return the letters of the columns of a sheet in which formulas stand without results."""
    place = file.tell()
    try:
        with zipfile.ZipFile(file) as parts, parts.open(_part(parts, sheet)) as part:
            head = part.read(_LOOKED_AT)
    except (KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, OSError, EOFError):
        return []  # the reader of the cells says what is wrong with the file, if it minds
    finally:
        file.seek(place)
    cells = map(_attributes, _CELL.findall(head))
    # A text of no signs is a result.
    columns = {cell.get("r", "").rstrip("0123456789") for cell in cells if cell.get("t") != "str"}
    return sorted(columns - {""}, key=lambda letters: (len(letters), letters))


def _part(parts: zipfile.ZipFile, sheet: str) -> str:
    links = map(_attributes, _LINK.findall(parts.read("xl/_rels/workbook.xml.rels")))
    targets = {link.get("Id"): link["Target"] for link in links}
    sheets = map(_attributes, _SHEET.findall(parts.read("xl/workbook.xml")))
    target = targets[next((one.get("r:id") for one in sheets if one.get("name") == sheet), None)]
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _attributes(written: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(written)
    return {name.decode(): html.unescape((one or other).decode()) for name, one, other in found}
