"""Decide from the first bytes what a file is, and refuse what must not be opened.

Runs in the parsing process and imports nothing heavy. A refusal is a code; `refusals` puts it into sentences.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Literal

from crm_tui.exchange.wide_text import order_of

Kind = Literal["xlsx", "xls", "xlsb", "ods", "text"]

OLE = b"\xd0\xcf\x11\xe0"
_BLOCK = 1 << 16
_END_OF_DIRECTORY = b"PK\x05\x06"
_MARKUP = re.compile(rb"<(!doctype|!--|\?xml|html|head|meta|body|table|style|script|div)", re.IGNORECASE)
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"SQLite format 3", b"\x7fELF")
_MACHINE = 1040
"""Deflate cannot unpack one byte to more than this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a sheet may take: bytes, seconds of processor time, characters, entries of a zip."""

    memory: int = 2 << 30
    cpu_seconds: int = 120
    unpacked: int = 512 << 20
    ratio: int = 200
    ratio_from: int = 16 << 20
    entries: int = 10_000
    text_bytes: int = 256 << 20
    cell_chars: int = 100_000
    output_chars: int = 1 << 30


class Refused(Exception):
    """A file that is not read; ``code`` is a key of `refusals`, ``details`` fill its sentence."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def open_regular(path: bytes | str) -> BinaryIO:
    """Open a plain, non-empty file for reading.

    Raises Refused: missing, folder, unreadable, special, empty.
    """
    try:
        # Without O_NONBLOCK a named pipe would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Refused("missing") from None
    except IsADirectoryError:
        raise Refused("folder") from None
    except OSError as error:
        raise Refused("unreadable", errno=error.errno or 0) from None
    seen = os.fstat(handle)
    fault = "folder" if stat.S_ISDIR(seen.st_mode) else "" if stat.S_ISREG(seen.st_mode) else "special"
    if fault or seen.st_size == 0:
        os.close(handle)
        raise Refused(fault or "empty")
    return os.fdopen(handle, "rb")


def kind_of(file: BinaryIO, limits: Limits = Limits()) -> Kind:
    """Return which reader a file needs, judged by its bytes and never by its name.

    Raises Refused for everything that is no workbook or delimited text, or that is unsafe to open.
    """
    file.seek(0)
    first = file.read(4096)
    file.seek(0)
    if first.startswith(b"PK"):
        return _check_zip(file, limits)
    if first.startswith(OLE):
        return _check_ole(file)
    if first.startswith(_PACKED):
        raise Refused("packed")
    if first.startswith(_FOREIGN):
        raise Refused("not_sheet")
    wide = first[:2] in (b"\xff\xfe", b"\xfe\xff") or order_of(first)
    start = (
        first.replace(b"\0", b"").lstrip(b"\xff\xfe") if wide else first.removeprefix(b"\xef\xbb\xbf")
    ).lstrip()
    if not start and len(first) < 4096:
        raise Refused("empty")
    if _MARKUP.match(start):
        raise Refused("markup")
    if b"\0" in first and not wide:
        raise Refused("not_sheet")
    if os.fstat(file.fileno()).st_size > limits.text_bytes:
        raise Refused("too_large")
    return "text"


def _check_ole(file: BinaryIO) -> Kind:
    """Tell an Excel 97 workbook from an encrypted xlsx and from other Office files by its stream names."""
    names = {
        "EncryptedPackage": "password",
        "Workbook": "xls",
        "Book": "xls",
        "WordDocument": "not_sheet",
        "PowerPoint Document": "not_sheet",
    }
    # A directory entry is 128 bytes on a 128-byte line: the name first, in UTF-16 with a closing zero.
    found = set()
    while block := file.read(_BLOCK):
        for name, meaning in names.items():
            mark = name.encode("utf-16-le") + b"\0\0"
            at = block.find(mark)
            while at >= 0:
                if at % 128 == 0:
                    found.add(meaning)
                at = block.find(mark, at + 1)
    file.seek(0)
    if "password" in found:
        raise Refused("password")
    if "xls" in found:
        return "xls"
    raise Refused("not_sheet" if found else "broken")


def _check_zip(file: BinaryIO, limits: Limits) -> Kind:
    size = os.fstat(file.fileno()).st_size
    file.seek(max(0, size - _BLOCK - 22))
    tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise Refused("broken")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if entries > limits.entries or directory > limits.entries * 1024:
        raise Refused("bomb")
    try:
        members = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
        raise Refused("broken") from None
    kind = _zip_kind(members)
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked or (
        unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1)
    ):
        raise Refused("bomb")
    if packed > size:
        raise Refused("bomb")  # entries that lie over one another
    if packed * _MACHINE > limits.ratio_from:
        for member in members:
            _weigh(file, member)
    file.seek(0)
    if kind == "ods":
        _check_ods(file)
    return kind


def _zip_kind(members: list[zipfile.ZipInfo]) -> Kind:
    names = {member.filename.replace("\\", "/").lstrip("/").lower() for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise Refused("password")
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    if "encrypted-package" in names:  # LibreOffice since 24.8
        raise Refused("password")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Refused("not_sheet")
    if any(name.startswith("index/") and name.endswith(".iwa") for name in names):
        raise Refused("other_sheet", format="numbers")
    raise Refused("packed")


def _check_ods(file: BinaryIO) -> None:
    """Tell a sheet from the other documents of the same make, and an encrypted one from an open one."""
    said = []
    with zipfile.ZipFile(file) as parts:
        for name in ("mimetype", "META-INF/manifest.xml"):
            try:
                with parts.open(name) as part:
                    said.append(part.read(_BLOCK))
            except (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
                said.append(b"")
            except RuntimeError:
                raise Refused("password") from None
    file.seek(0)
    if b"opendocument" in said[0] and b"spreadsheet" not in said[0]:
        raise Refused("not_sheet")
    if b"encryption-data" in said[1]:
        raise Refused("password")


def _weigh(file: BinaryIO, member: zipfile.ZipInfo) -> None:
    """Unpack one entry to nowhere and refuse it when it gives more than it says."""
    file.seek(member.header_offset)
    head = file.read(30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise Refused("broken")
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(name + extra, os.SEEK_CUR)
    if member.compress_type == zipfile.ZIP_STORED:
        if member.compress_size != member.file_size:
            raise Refused("bomb")
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise Refused("broken")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    left, got = member.compress_size, 0
    try:
        while left > 0 and not unpack.eof:
            block = file.read(min(left, _BLOCK))
            if not block:
                raise Refused("broken")
            left -= len(block)
            while block and not unpack.eof:
                got += len(unpack.decompress(block, 1 << 20))
                block = unpack.unconsumed_tail
                if got > member.file_size:
                    raise Refused("bomb")
    except zlib.error:
        raise Refused("broken") from None
