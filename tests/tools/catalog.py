"""Keep the gettext catalogue in step with the source.

``python -m tests.tools.catalog set`` reads a JSON object {English: Chinese} on stdin and adds it;
``update`` drops messages that the source no longer has and lists the untranslated; ``compile`` writes the .mo.
"""

from __future__ import annotations

import fcntl
import io
import json
import sys
import tempfile
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PO = ROOT / "crm_tui/locale/zh_CN/LC_MESSAGES/crm_tui.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def source_messages() -> dict[str | tuple[str, ...], list[str]]:
    """Return every message of the source with the files that use it."""
    found: dict[str | tuple[str, ...], list[str]] = {}
    for file, _line, message, _comments, _context in extract_from_dir(ROOT / "crm_tui", keywords=KEYWORDS):
        key = message if isinstance(message, str) else tuple(part for part in message if part)
        if key:
            found.setdefault(key, []).append(file)
    return found


def load() -> Catalog:
    """Return the committed Chinese catalogue."""
    if not PO.exists():
        return Catalog(locale="zh_CN", domain="crm_tui", fuzzy=False)
    return read_po(io.BytesIO(PO.read_bytes()), locale="zh_CN", domain="crm_tui")


def save(catalog: Catalog) -> None:
    """Write the catalogue as .po and .mo, the same bytes for the same messages."""
    for header in ("creation_date", "revision_date"):
        setattr(catalog, header, None)
    text = io.BytesIO()
    write_po(text, catalog, omit_header=False, sort_output=True, no_location=True, width=110)
    kept = [
        line
        for line in text.getvalue().decode().splitlines()
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By'))
    ]
    PO.write_text("\n".join(kept) + "\n", "utf-8")
    MO.write_bytes(compiled())


def compiled() -> bytes:
    """Return the .mo that the committed .po gives."""
    out = io.BytesIO()
    catalog = load()
    catalog.mime_headers = [
        item
        for item in catalog.mime_headers
        if item[0] not in ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
    ]
    write_mo(out, catalog)
    return out.getvalue()


def add(messages: dict[str, str]) -> None:
    """Add translations; a plural message is given as "one\\u0000many"."""
    with open(Path(tempfile.gettempdir()) / "crm-tui-catalogue.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalog = load()
        for english, chinese in messages.items():
            parts = tuple(english.split("\0"))
            catalog.delete(parts[0])
            catalog.add(parts if len(parts) > 1 else english, (chinese,) if len(parts) > 1 else chinese)
        save(catalog)


def missing() -> list[str]:
    """Return the source's messages that have no translation."""
    catalog = load()
    result = []
    for message in source_messages():
        entry = catalog.get(message if isinstance(message, str) else message[0])
        if (
            entry is None
            or not entry.string
            or not all(entry.string if isinstance(entry.string, tuple) else [entry.string])
        ):
            result.append(message if isinstance(message, str) else message[0])
    return sorted(result)


def prune() -> list[str]:
    """Drop messages the source no longer has and return them."""
    catalog = load()
    wanted = {m if isinstance(m, str) else m[0] for m in source_messages()}
    stale = [m.id if isinstance(m.id, str) else m.id[0] for m in catalog if m.id]
    gone = [message for message in stale if message not in wanted]
    for message in gone:
        catalog.delete(message)
    save(catalog)
    return gone


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "update"
    if command == "set":
        add(json.loads(sys.stdin.read()))
    elif command == "compile":
        save(load())
    else:
        for message in prune():
            print("dropped:", message)
    for message in missing():
        print("untranslated:", message)


if __name__ == "__main__":
    main()
