"""A few lines of text that stand still: sentences, with data in them or without."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from crm_tui.text.cells import safe


class Prose(Static):
    """Lines of text as they are: no markup, and every line through ``safe`` before it is shown.

    A styled Text is put together of lines that went through it; one that did not loses its styles.
    """

    def __init__(self, text: str | Text = "", *, classes: str | None = None) -> None:
        super().__init__(shown(text), markup=False, classes=classes)

    def update(self, content: str | Text = "", *, layout: bool = True) -> None:  # ty: ignore
        """Show another text."""
        super().update(shown(content), layout=layout)


def shown(text: str | Text) -> str | Text:
    """Return lines as they may be shown."""
    plain = text.plain if isinstance(text, Text) else text
    clean = "\n".join(map(safe, plain.split("\n")))
    return text if isinstance(text, Text) and clean == plain else clean
