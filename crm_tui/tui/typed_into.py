"""Which widgets are typed into; asking does not load the large text area, which few screens have."""

from __future__ import annotations

import sys

from textual.widget import Widget
from textual.widgets import Input


class InputToBe(Widget):
    """Stands among what takes keys for an input that is made when somebody goes there."""

    def entered(self) -> Widget:
        """Return what takes the keys."""
        raise NotImplementedError


def takes_lines(widget: object) -> bool:
    """Tell whether a widget is a text of several lines."""
    module = sys.modules.get("textual.widgets._text_area")
    # While another thread is still importing the module it has no such name, and nothing is of that kind.
    kind = getattr(module, "TextArea", None)
    return kind is not None and isinstance(widget, kind)


def takes_text(widget: object) -> bool:
    """Tell whether a widget is typed into."""
    return isinstance(widget, Input) or takes_lines(widget)
