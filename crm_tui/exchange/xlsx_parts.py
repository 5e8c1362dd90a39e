"""Where an xlsx file keeps a sheet, and what its elements say."""

from __future__ import annotations

import html
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from crm_tui.exchange.ods_parts import BLOCK

FAULTS = (
    LookupError, ValueError, RuntimeError, OSError, EOFError, struct.error, zipfile.BadZipFile, zlib.error,
    expat.ExpatError,
)  # fmt: skip
"""What reading the parts of a damaged workbook raises."""
ELEMENT = rb"<(?:\w+:)?%s\b([^<>]*?)/?>"
_SHEET, _LINK = re.compile(ELEMENT % b"sheet"), re.compile(ELEMENT % b"Relationship")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def sheet_part(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet; KeyError where there is none."""
    links = map(attributes, _LINK.findall(parts.read("xl/_rels/workbook.xml.rels")))
    targets = {link.get("Id"): link["Target"] for link in links}
    sheets = map(attributes, _SHEET.findall(parts.read("xl/workbook.xml")))
    target = targets[next((one.get("r:id") for one in sheets if one.get("name") == sheet), None)]
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def attributes(written: bytes) -> dict[str, str]:
    """Return the attributes of an element as it is written."""
    found = _ATTRIBUTE.findall(written)
    return {name.decode(): html.unescape((one or other).decode()) for name, one, other in found}


def blocks(part: Any) -> Iterator[bytes]:
    """Yield a part in blocks that end between its elements."""
    rest = b""
    while block := part.read(BLOCK):
        block = rest + block
        end = block.rfind(b"<")
        # A text without any element is none of a sheet's: it is not gathered up.
        rest = block[end:] if end >= 0 and len(block) - end <= BLOCK else b""
        yield block[: len(block) - len(rest)]
    yield rest
