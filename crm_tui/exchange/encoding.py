"""Find the encoding and the delimiter of a text file by trying.

Chinese offices write UTF-8 with and without a mark, GBK and GB18030, Excel's "Unicode text" is UTF-16,
and lists from Taiwan may be Big5.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import NamedTuple

from crm_tui.exchange.guard import Refused

DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE = 1 << 16
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffe\uffff]")
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Decoded(NamedTuple):
    """The text of a file without its mark, and how it was encoded: utf-8, gb18030, big5 or utf-16."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """Decode a whole file, all of it or nothing.

    Raises Refused: not_sheet (binary), cut_text (ends inside a character), encoding (with the line).
    """
    found = _decode(data)
    # Ctrl-Z ends some old exports, and a database may hold a stray control character; many mean no text.
    stray = sum(1 for _found in islice(_CONTROLS.finditer(found.text), len(found.text) // 500 + 2))
    if stray > len(found.text) // 500 + 1 or "\0" in found.text:
        raise Refused("not_sheet")
    return Decoded(found.text.rstrip("\x1a"), found.encoding)


def _decode(data: bytes) -> Decoded:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return Decoded(data.decode("utf-16"), "utf-16")
        except UnicodeDecodeError:
            raise Refused("cut_text") from None
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and _holds_wide(data[: error.start]):
            raise Refused("cut_text") from None
        if marked:
            raise Refused("encoding", line=_line(data, error.start)) from None
        broken_at = error.start
    if _looks_big5(data):
        try:
            return Decoded(data.decode("big5hkscs"), "big5")
        except UnicodeDecodeError:
            pass
    try:
        return Decoded(data.decode("gb18030"), "gb18030")
    except UnicodeDecodeError as error:
        if error.reason == "incomplete multibyte sequence" and error.start > len(data) - 4:
            raise Refused("cut_text") from None
        raise Refused("encoding", line=_line(data, max(error.start, broken_at))) from None


def _holds_wide(data: bytes) -> bool:
    return any(byte > 0x7F for byte in data[-_SAMPLE:])


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _looks_big5(data: bytes) -> bool:
    """Compare how many pairs are everyday characters in each reading.

    Simplified text has nine in ten inside the first level of GB 2312; Big5 read as GBK has few there,
    and GBK read as Big5 has few in Big5's own first level.
    """
    everyday_gb = everyday_big5 = pairs = 0
    at, end = 0, min(len(data), _SAMPLE) - 1
    while at < end:
        lead = data[at]
        if lead < 0x81:
            at += 1
            continue
        trail = data[at + 1]
        if trail < 0x40 or trail == 0xFF:
            return False  # a four-byte GB18030 character, or neither
        pairs += 1
        everyday_gb += 0xB0 <= lead <= 0xD7 and trail >= 0xA1
        everyday_big5 += 0xA4 <= lead <= 0xC6 and (trail <= 0x7E or trail >= 0xA1)
        at += 2
    return pairs >= 4 and everyday_gb < 0.6 * pairs and everyday_big5 > 0.75 * pairs


def split_mark(text: str) -> tuple[str, str]:
    """Return the delimiter that a first line ``sep=;`` names, or '', and the text with that line emptied."""
    named = _SEP_LINE.match(text)
    return (named.group(1), text[named.end() - 1 :]) if named else ("", text)


def delimiter(text: str) -> str:
    """Return the character that splits most of the first 100 records into one same number of cells."""
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        sample = io.StringIO(text[: 1 << 18], newline="")
        try:
            widths = [
                len(record) for record in islice(csv.reader(sample, delimiter=candidate), 100) if record
            ]
        except csv.Error:
            continue
        many = Counter(width for width in widths if width > 1)
        if not many:
            continue
        width, times = many.most_common(1)[0]
        score = times / len(widths) + min(width, 20) / 100
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best
