"""The interface's languages: English in the code, Chinese shipped and the default."""

from __future__ import annotations

import gettext
import os
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_CATALOGUES = {"zh": "zh_CN"}
_current: str | None = None


def N_(message: str) -> str:
    """Mark a message for the catalogue and return it untranslated."""
    return message


@lru_cache(maxsize=2)
def _translations(lang: str) -> gettext.NullTranslations:
    code = _CATALOGUES.get(lang)
    if code is None:
        return gettext.NullTranslations()
    return gettext.translation("crm_tui", Path(__file__).parent, [code], fallback=True)


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
    return _translations(language()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits the count, in the language in use."""
    return _translations(language()).ngettext(one, many, count)


def translations(message: str) -> tuple[str, ...]:
    """Return a message in every language: what people may type for it."""
    return tuple(_translations(lang).gettext(message) for lang in LANGUAGES)
