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

from crm_tui.exchange.everyday import everyday
from crm_tui.exchange.guard import Refused
from crm_tui.exchange.wide_text import order_of

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16")
DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE = 1 << 16
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffe\uffff]")
_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BIG5 = ("big5hkscs", "cp950")
_LIKELY = 0.3
_DOUBT = 0.25
_STRANGE = 0.15
STRANGE = "strange"
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Decoded(NamedTuple):
    """The text of a file without its mark, how it was encoded, and what it could be as well ('' mostly).

    ``other`` is STRANGE where the text reads like no Chinese at all.
    """

    text: str
    encoding: str
    other: str = ""


def decode(data: bytes, wanted: str = "") -> Decoded:
    """Decode a whole file or nothing, as one of ENCODINGS or, without ``wanted``, as the likeliest.

    Raises Refused: not_sheet (binary), cut_text (ends inside a character), encoding (with the line),
    wrong_encoding (the line that is not so encoded).
    """
    found = _decode_as(data, wanted) if wanted else _decode(data)
    if wanted == "" and data.startswith(codecs.BOM_UTF8) and "\0" not in found.text:
        return found._replace(text=found.text.rstrip("\x1a"))  # said to be text, as our own files are
    # Ctrl-Z ends some old exports, and a database may hold a stray control character; many mean no text.
    stray = sum(1 for _found in islice(_CONTROLS.finditer(found.text), len(found.text) // 500 + 2))
    if stray > len(found.text) // 500 + 1 or "\0" in found.text:
        raise Refused("wrong_encoding", encoding=wanted, line=1) if wanted else Refused("not_sheet")
    return found._replace(text=found.text.rstrip("\x1a"))


def _decode_as(data: bytes, wanted: str) -> Decoded:
    codecs_of = {"utf-8": ("utf-8-sig",), "utf-16": _orders(data), "big5": _BIG5, "gb18030": ("gb18030",)}
    fault = 0
    for codec in codecs_of[wanted]:
        try:
            return Decoded(data.decode(codec), wanted)
        except UnicodeDecodeError as error:
            fault = max(fault, error.start)
    raise Refused("wrong_encoding", encoding=wanted, line=_line(data, fault))


def _orders(data: bytes) -> tuple[str, ...]:
    if data.startswith(_MARKS_16):
        return ("utf-16",)
    found = order_of(data)
    return (found,) if found else ("utf-16-le",)


def _decode(data: bytes) -> Decoded:
    if data.startswith(_MARKS_16) or (order := order_of(data)):
        codec = "utf-16" if data.startswith(_MARKS_16) else order
        try:
            return Decoded(data.decode(codec), "utf-16")
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
    return _by_table(data, broken_at)


def _by_table(data: bytes, broken_at: int) -> Decoded:
    """Decode by the table of the mainland or of Taiwan, whichever reads more like language."""
    read: list[tuple[float, str, str]] = []
    cut = False
    for name, tables in (("gb18030", ("gb18030",)), ("big5", _BIG5)):
        for codec in tables:
            try:
                text = data.decode(codec)
            except UnicodeDecodeError as error:
                cut = cut or (error.reason.startswith("incomplete") and error.start > len(data) - 4)
                broken_at = max(broken_at, error.start) if name == "gb18030" else broken_at
                continue
            read.append((everyday(text), name, text))
            break
    # The mainland's table has a sign for nearly every pair of bytes: that it decodes says little.
    if not read or (read[0][1] == "big5" and read[0][0] < _LIKELY):
        raise Refused("cut_text") if cut else Refused("encoding", line=_line(data, broken_at))
    if max(points for points, _name, _text in read) < _STRANGE:
        return Decoded(read[0][2], read[0][1], STRANGE)
    if len(read) == 1:
        return Decoded(read[0][2], read[0][1])
    (mainland, _gb, simplified), (taiwan, _big5, traditional) = read
    near = abs(mainland - taiwan) < _DOUBT
    if taiwan > mainland + (_DOUBT / 2 if taiwan < _LIKELY else 0):
        return Decoded(traditional, "big5", "gb18030" if near else "")
    # While the mainland's table reads well and Big5 does not, there is nothing to doubt.
    return Decoded(
        simplified, "gb18030", "big5" if near and (taiwan >= _LIKELY or mainland < _LIKELY) else ""
    )


def _holds_wide(data: bytes) -> bool:
    return any(byte > 0x7F for byte in data[-_SAMPLE:])


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


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
