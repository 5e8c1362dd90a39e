"""The interface's languages: English in the code, Chinese shipped and the default."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_tui.locale.catalogue import Catalogue

LANGUAGES = ("zh", "en")
_CATALOGUES = {"zh": "zh_CN"}
_current: str | None = None


def N_(message: str) -> str:
    """Mark a message for the catalogue and return it untranslated."""
    return message


@lru_cache(maxsize=2)
def _catalogue(lang: str) -> Catalogue | None:
    if lang not in _CATALOGUES:
        return None
    from crm_tui.locale.catalogue import load

    return load(Path(__file__).parent / _CATALOGUES[lang] / "LC_MESSAGES" / "crm_tui.mo")


def _found(message: str, lang: str) -> str:
    catalogue = _catalogue(lang)
    return catalogue.find(message) if catalogue and message else ""


def set_language(lang: str | None) -> None:
    """Choose ``zh`` or ``en``; None asks the environment (an English locale means English)."""
    global _current
    _current = lang if lang in LANGUAGES else _from_environment()


def language() -> str:
    """Return the language in use, ``zh`` or ``en``."""
    if _current is None:
        set_language(None)
    return _current or "zh"


def _from_environment() -> str:
    wanted = os.environ.get("CRM_LANG", "")
    if wanted in LANGUAGES:
        return wanted
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "en" if value.startswith("en") else "zh"
    return "zh"


def _(message: str) -> str:
    """Return the message in the language in use."""
    return _found(message, language()) or message


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits the count, in the language in use."""
    return _found(one, language()) or (one if count == 1 else many)


def translations(message: str) -> tuple[str, ...]:
    """Return a message in every language: what people may type for it."""
    return tuple(_found(message, lang) or message for lang in LANGUAGES)
