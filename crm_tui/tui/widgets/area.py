"""The input of several lines; what it is made of is large, and loaded when somebody goes to such a field."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from crm_tui.text.cells import harmless


class Area(TextArea):
    """An input of several lines without blinking, also for ten thousand of them pasted at once."""

    def __init__(self, value: str, lines: int) -> None:
        super().__init__(harmless(value), compact=True, tab_behavior="focus", highlight_cursor_line=False)
        self.cursor_blink = False
        self.styles.height = lines

    def edit(self, edit: Edit) -> EditResult:
        """Carry out an edit."""
        edit.text = harmless(edit.text)
        if edit.text.count("\n") >= self.size.height > 0:
            # Beforehand: its coming would wrap every line a second time.
            self.show_vertical_scrollbar = True
        return super().edit(edit)

    def load_text(self, text: str) -> None:
        """Take a text in the place of the present one."""
        super().load_text(harmless(text))

    def point(self, place: Offset) -> None:
        """Put the cursor on the sign in a cell of the text, counted from its first line."""

        def move() -> None:
            self.move_cursor(self.wrapped_document.offset_to_location(place))

        self.call_after_refresh(move)  # its lines are wrapped when its width is known

    @property
    def value(self) -> str:
        """The text, called as the value of other inputs is."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.text = text
