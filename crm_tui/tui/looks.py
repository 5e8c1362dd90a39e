"""How the program looks on this terminal: theme and width of signs, chosen by it or by the user, kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from crm_tui.tui import background, preferences, themes
from crm_tui.tui.component_styles import LeanStylesheet
from crm_tui.tui.ending import Ending


class Looks(Ending, inherit_bindings=False):
    """An app with the user's theme and width of ambiguous signs.

    What was chosen in the program (``preferences``) comes before ``settings``; without either the terminal
    decides. ``ambiguous`` is 1 or 2, the cells of signs on which terminals differ.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        # Textual takes NO_COLOR out of the environment.
        self._environment = dict(os.environ)
        self._settings = settings
        self._kept = preferences.load()
        no_colour = bool(self._environment.get("NO_COLOR"))
        theme = themes.choose(self._environment, settings, self._kept)
        # Textual paints black on black under NO_COLOR unless it knows this from the start.
        super().__init__(ansi_color=True if no_colour else None)
        self.possible_themes = themes.possible(self._environment)
        for each in themes.OURS:
            self.register_theme(each)
        self._begin_with(theme)
        self.animation_level = "none"
        self.ambiguous = self.kept_ambiguous
        self.set_class(self.ambiguous == 2, "wide-signs")

    def _begin_with(self, theme: str) -> None:
        """Set the theme as Textual does, but for styling anew: nothing is styled yet."""
        self.set_reactive(Looks.theme, theme)
        dark = self.current_theme.dark
        for name, wanted in (("-dark-mode", dark), ("-light-mode", not dark), (f"-theme-{theme}", True)):
            self.set_class(wanted, name, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet = LeanStylesheet(variables=self.get_css_variables())

    # -- theme ------------------------------------------------------------------------------------------

    @property
    def chosen_theme(self) -> str:
        """The theme that the user chose in the program, '' where settings or terminal decide."""
        wanted = self._kept.get("theme")
        return str(wanted) if wanted in self.possible_themes else ""

    def show_theme(self, name: str) -> None:
        """Show a theme without keeping it; '' is what settings and terminal say."""
        without = {key: value for key, value in self._kept.items() if key != "theme"}
        theme = name or themes.choose(self._environment, self._settings, without)
        if theme != self.theme:
            self.theme = theme

    def keep_theme(self, name: str) -> bool:
        """Show a theme from now on and at the next start; False when it cannot be kept."""
        self.show_theme(name)
        self._remember(theme=name or None)
        return preferences.keep(theme=name or None)

    @property
    def asks_background(self) -> bool:
        """Whether the terminal is to be asked for its background: only where nobody chose a theme."""
        chosen = themes.is_chosen(self._settings, self._kept)
        return len(self.possible_themes) > 1 and not chosen and background.is_asked(self._environment)

    def background_told(self, light: str) -> None:
        """Take the terminal's answer, ``light`` or ``dark``, where nobody chose a theme."""
        if themes.is_chosen(self._settings, self._kept) or self._kept.get("background") == light:
            return
        self._remember(background=light)
        preferences.keep(background=light)
        self.show_theme("")

    # -- width of signs ---------------------------------------------------------------------------------

    @property
    def kept_ambiguous(self) -> int:
        """The cells of ambiguous signs that were kept or set."""
        return 2 if self._kept.get("ambiguous_width", self._settings.get("ambiguous_width")) == 2 else 1

    def show_ambiguous(self, cells: int) -> None:
        """Give ambiguous signs one cell or two, everywhere and at once."""
        if cells == self.ambiguous:
            return
        self.ambiguous = cells
        self.set_class(cells == 2, "wide-signs")
        tell = getattr(self._driver, "set_ambiguous", None)
        if tell is not None:
            tell(cells)
        for screen in self._open_screens():
            for widget in screen.walk_children(with_self=True):
                widget.refresh()
        self.paint_again()

    def keep_ambiguous(self, cells: int) -> bool:
        """Give ambiguous signs so many cells from now on and at the next start."""
        self.show_ambiguous(cells)
        self._remember(ambiguous_width=cells)
        return preferences.keep(ambiguous_width=cells)

    def _remember(self, **values: Any) -> None:
        self._kept = {name: value for name, value in {**self._kept, **values}.items() if value is not None}
