"""Keep the gettext catalogue in step with the source.

``python -m tests.tools.catalog set`` reads a JSON object {English: Chinese} on stdin and adds it (a plural
message is given as "one\\u0000many"); ``update`` drops messages that the source no longer has and lists the
untranslated; ``compile`` writes the .mo.
"""

from __future__ import annotations

import fcntl
import io
import json
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PO = ROOT / "crm_tui/locale/zh_CN/LC_MESSAGES/crm_tui.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
HEADERS = [
    ("Project-Id-Version", "crm-tui"),
    ("Language", "zh_CN"),
    ("Plural-Forms", "nplurals=1; plural=0;"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
]

Message = str | tuple[str, ...]


class ChineseCatalog(Catalog):
    """A catalogue whose header holds no date and no tool, so that equal messages give equal bytes."""

    mime_headers = property(lambda self: HEADERS, lambda self, value: None)


@cache
def source_messages(folder: Path = ROOT / "crm_tui") -> dict[Message, list[str]]:
    """Return every message of the source with the files that use it, read once; a plural one is a pair."""
    found: dict[Message, list[str]] = {}
    for file, _line, message, _comments, _context in extract_from_dir(folder, keywords=KEYWORDS):
        key = message if isinstance(message, str) else tuple(part for part in message if part)
        if key:
            found.setdefault(key, []).append(file)
    return found


def load(path: Path = PO) -> ChineseCatalog:
    """Return the committed Chinese catalogue, empty when there is none yet."""
    catalog = ChineseCatalog(
        locale="zh_CN",
        domain="crm_tui",
        header_comment="# Chinese (Simplified) messages of crm-tui.",
        fuzzy=False,
    )
    if path.exists():
        for message in read_po(io.BytesIO(path.read_bytes()), locale="zh_CN", domain="crm_tui"):
            if message.id:
                catalog.add(message.id, message.string)
    return catalog


def save(catalog: ChineseCatalog) -> None:
    """Write the catalogue as .po and .mo, the same bytes for the same messages."""
    text = io.BytesIO()
    write_po(text, catalog, sort_output=True, no_location=True, width=110)
    PO.write_bytes(text.getvalue().rstrip(b"\n") + b"\n")
    MO.write_bytes(compiled(catalog))


def compiled(catalog: ChineseCatalog | None = None) -> bytes:
    """Return the .mo that a catalogue gives, the committed one when none is handed in."""
    out = io.BytesIO()
    write_mo(out, catalog or load())
    return out.getvalue()


@contextmanager
def alone() -> Generator[None]:
    """Let one process at a time change the catalogue."""
    with (Path(tempfile.gettempdir()) / "crm-tui-catalogue.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def first(message: Sequence[str]) -> str:
    """Return the singular of a message, its key in the catalogue."""
    return message if isinstance(message, str) else message[0]


def add(messages: dict[str, str]) -> None:
    """Add translations {English: Chinese}; a plural message is "one\\0many"."""
    with alone():
        catalog = load()
        for english, chinese in messages.items():
            parts = tuple(english.split("\0"))
            catalog.delete(parts[0])
            catalog.add(parts if len(parts) > 1 else english, (chinese,) if len(parts) > 1 else chinese)
        save(catalog)


def translations(catalog: Catalog, message: Message) -> list[str]:
    """Return the Chinese forms of a message, none when it has none or only some."""
    entry = catalog.get(first(message))
    if entry is None or isinstance(message, tuple) != isinstance(entry.id, list | tuple):
        return []
    forms = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
    return forms if all(forms) else []


def missing() -> list[str]:
    """Return the source's messages that have no translation."""
    catalog = load()
    return sorted(first(message) for message in source_messages() if not translations(catalog, message))


def stale() -> list[str]:
    """Return the catalogue's messages that the source no longer has."""
    wanted = {first(message) for message in source_messages()}
    return sorted(first(entry.id) for entry in load() if entry.id and first(entry.id) not in wanted)


def prune() -> list[str]:
    """Drop messages the source no longer has and return them."""
    with alone():
        catalog = load()
        gone = stale()
        for message in gone:
            catalog.delete(message)
        save(catalog)
    return gone


def main() -> None:
    """Run one of the commands ``set``, ``compile`` and ``update``; then list the untranslated."""
    command = sys.argv[1] if len(sys.argv) > 1 else "update"
    if command == "set":
        add(json.loads(sys.stdin.read()))
    elif command == "compile":
        with alone():
            save(load())
    else:
        for message in prune():
            print("dropped:", message)
    for message in missing():
        print("untranslated:", message)


if __name__ == "__main__":
    main()
