"""The requirement documents as data: words, sheets, headings, required fields, numbering."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crm_tui.presets.loader import (
        Numbering,
        Phase,
        Preset,
        Sheet,
        SheetColumn,
        TagSeed,
        Word,
        load_headings,
        load_numbering,
        load_phases,
        load_presets,
        load_sheets,
        load_special_headings,
        load_tags,
        load_words,
        preset,
        template_sheet,
        word_kinds,
    )

__all__ = [
    "Numbering",
    "Phase",
    "Preset",
    "Sheet",
    "SheetColumn",
    "TagSeed",
    "Word",
    "load_headings",
    "load_numbering",
    "load_phases",
    "load_presets",
    "load_sheets",
    "load_special_headings",
    "load_tags",
    "load_words",
    "preset",
    "template_sheet",
    "word_kinds",
]


def __getattr__(name: str) -> Any:
    """Load the data files' reader when something of it is first asked for: a prompt needs none of it."""
    if name not in __all__:
        raise AttributeError(name)
    from crm_tui.presets import loader

    return getattr(loader, name)
