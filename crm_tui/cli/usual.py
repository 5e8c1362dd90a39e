"""The usual call, which opens the screens: read without the grammar, for whose import it need not wait."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import config
from crm_tui.locale import LANGUAGES

FLAGS: dict[str, tuple[str, Any]] = {
    "--read-only": ("read_only", True),
    "--mouse": ("mouse", True),
    "--no-mouse": ("mouse", False),
    "--customers": ("first", "customers"),
}


class Usual(NamedTuple):
    """What a call without a command says; ``mouse`` None and no ``first`` screen leave it to the settings."""

    path: Path
    read_only: bool = False
    mouse: bool | None = None
    language: str | None = None
    first: str = ""


def usual(argv: Sequence[str]) -> Usual | None:
    """Return what a call means that opens the screens; None for every other, the grammar knows those."""
    found: dict[str, Any] = {}
    named: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        if word in FLAGS:
            name, value = FLAGS[word]
            found[name] = value
            continue
        name, sign, text = word.partition("=")
        text = text if sign else next(words, "")
        if name not in ("--db", "--lang") or not text or text.startswith("-"):
            return None
        named[name] = text
    language = named.get("--lang")
    if language is not None and language not in LANGUAGES:
        return None
    path = config.full_path(named["--db"]) if "--db" in named else config.default_database()
    return Usual(path, language=language, **found)
