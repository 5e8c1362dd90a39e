"""The keys in force: the registry's, with what the user has set, and the texts made from them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui.errors import joined
from crm_tui.locale import _, language, ngettext, set_language
from crm_tui.text.cells import width
from crm_tui.tui.actions import ACTIONS, belonging_to, find
from crm_tui.tui.keys import LINE_KEYS, free_of_letters, show_key
from crm_tui.tui.kinds import GROUPS, ROOMS, SCREEN_TITLES, Action

FOOTER_KEYS = 7


class HelpLine(NamedTuple):
    """One line of help: the keys as shown, the short name, the sentence, the group's name, the action.

    ``own`` says that the user set the keys.
    """

    keys: str
    label: str
    help: str
    group: str
    action: Action
    own: bool = False


class Bar(NamedTuple):
    """What the key bar names: (action, key, label), and what stands between two of them."""

    keys: tuple[tuple[Action, str, str], ...]
    gap: str = "  "


class Keymap:
    """Which key means which action, on which kind of screen.

    ``overrides`` is the ``[keys]`` table of the user's settings (see own_keys); ``problems`` are the
    sentences about those of its lines that do not count.
    """

    def __init__(self, overrides: Any = None) -> None:
        self._chosen: dict[str, tuple[str, ...]] = {}
        self.problems: tuple[str, ...] = ()
        if overrides:
            from crm_tui.tui.own_keys import examine

            self._chosen, self.problems = examine(overrides)
        self._maps: dict[str, dict[str, Action]] = {}
        self._footer: tuple[tuple[Any, ...], Bar] = (), Bar(())

    @property
    def own(self) -> frozenset[str]:
        """The ids of the actions whose keys the user set."""
        return frozenset(self._chosen)

    @property
    def complaint(self) -> str:
        """The sentence about the user's own keys that do not count, '' when all do."""
        if not self.problems:
            return ""
        more = len(self.problems) - 1
        also = ngettext("One more line is refused.", "{n} more lines are refused.", more) if more else ""
        kept = _("Its usual keys stay. crm-tui keys shows all; mend [keys] in settings.toml.")
        return " ".join(filter(None, (self.problems[0], also.format(n=more), kept)))

    def keys(self, action: Action) -> tuple[str, ...]:
        """Return the keys of an action, the shown one first."""
        return self._chosen.get(action.id, action.keys)

    def shown(self, action_id: str) -> str:
        """Return the first key of an action as a person writes it, e.g. ``Ctrl+D``."""
        keys = self.keys(find(action_id))
        return show_key(keys[0]) if keys else ""

    def action_for(self, kind: str, key: str, *, typing: bool = False, lines: bool = False) -> Action | None:
        """Return what a key means on a kind of screen.

        With ``typing`` only keys that no text needs count; ``lines`` says that the text has several lines.
        """
        if typing and not (free_of_letters(key) or (key in LINE_KEYS and not lines)):
            return None
        known = self._maps.get(kind)
        if known is None:
            known = {key: action for action in belonging_to(kind) for key in self.keys(action)}
            self._maps[kind] = known
        return known.get(key)

    def said_of(self, key: str) -> str:
        """Return that a key does nothing where it was pressed, and what it does on a main screen."""
        said = _("{key} does nothing here.")
        screen = name = ""
        meant = ((kind, each) for kind in ROOMS for each in belonging_to(kind) if key in self.keys(each))
        if (first := next(meant, None)) is not None:
            said = _("{key} does nothing here; in “{screen}” it is “{name}”.")
            screen, name = _(SCREEN_TITLES[first[0]]), _(first[1].label)
        told = said.format(key=show_key(key), screen=screen, name=name)
        return joined(told, _("{key} shows the keys.").format(key=self.shown("help")))

    def bindings_for(self, kind: str) -> list[Action]:
        """Return every action of a kind of screen in the registry's order."""
        return belonging_to(kind)

    def footer_for(
        self,
        kind: str,
        cells: int,
        without: frozenset[str] = frozenset(),
        *,
        typing: bool = False,
        lines: bool = False,
    ) -> list[tuple[str, str]]:
        """Return (key, label) for the key bar: at most seven, as many as fit ``cells``, always with help.

        ``typing`` says that letters are text now, ``lines`` that Enter is, too.
        """
        bar = self.footer(kind, cells, without, typing, lines, {})
        return [(key, label) for _action, key, label in bar.keys]

    def footer(
        self,
        kind: str,
        cells: int,
        without: frozenset[str],
        typing: bool,
        lines: bool,
        called: Mapping[str, str],
        in_bar: Sequence[str] = (),
    ) -> Bar:
        """Return the key bar likewise, with its actions.

        ``called`` has better names of some; ``in_bar`` are those that are named, if not the usual ones.
        """
        asked = (kind, cells, without, typing, lines, called, in_bar)
        if self._footer[0] != asked:  # every step of a cursor asks for the same
            self._footer = asked, self._make_footer(*asked)
        return self._footer[1]

    def _make_footer(
        self,
        kind: str,
        cells: int,
        without: frozenset[str],
        typing: bool,
        lines: bool,
        called: Mapping[str, str],
        in_bar: Sequence[str],
    ) -> Bar:
        usual = [action for action in belonging_to(kind) if action.footer and action.id not in without]
        wanted = sorted(usual, key=lambda action: action.footer)
        if in_bar:
            wanted = [*map(find, in_bar), *(action for action in usual if action.id == "help")]
        keys = [
            (action, key, _(label))
            for action in wanted
            if (label := called.get(action.id, action.label))
            if (key := self.footer_key(action, kind, typing, lines))
        ]
        fixed = [each for each in keys if each[0].id == "help"]
        others = [each for each in keys if each[0].id != "help"][: FOOTER_KEYS - len(fixed)]

        def width_now() -> int:
            return footer_width([(key, label) for _action, key, label in others + fixed])

        while others and width_now() > cells:
            others.pop()
        return Bar((*others, *fixed), "  " if width_now() <= cells else " ")

    def footer_key(self, action: Action, kind: str, typing: bool = False, lines: bool = False) -> str:
        """Return the key of an action that the key bar of a kind of screen names, '' when it has none."""
        if lines and action.id == "next_field":
            return self.shown("next_panel")
        if typing or (kind == "form" and action.id in ("help", "palette")):  # letters are text
            keys = (key for key in self.keys(action) if free_of_letters(key) or (typing and key in LINE_KEYS))
            return show_key(next(keys, ""))
        return self.shown(action.id)

    def help_for(self, kind: str) -> list[HelpLine]:
        """Return the help of a kind of screen, group by group."""
        lines = [self.line(action) for action in belonging_to(kind)]
        order = {_(group): place for place, group in enumerate(GROUPS)}
        return sorted(lines, key=lambda line: order[line.group])

    def line(self, action: Action) -> HelpLine:
        """Return the help line of one action."""
        shown = list(dict.fromkeys(show_key(key) for key in self.keys(action)))
        texts = _(action.label), _(action.help), _(action.group)
        return HelpLine("  ".join(shown), *texts, action, action.id in self._chosen)


def footer_width(pairs: list[tuple[str, str]]) -> int:
    """Return the cells that a key bar of these pairs takes."""
    return sum(width(key) + 1 + width(label) for key, label in pairs) + 2 * max(len(pairs) - 1, 0) + 2


def key_table(lang: str) -> str:
    """Return the README's table of keys as Markdown in ``zh`` or ``en``, from the registry alone."""
    before = language()
    set_language(lang)
    try:
        keymap = Keymap()
        titles = (_("Key"), _("Name"), _("What it does"))
        rows = [f"| {' | '.join(titles)} |", "|---|---|---|"]
        for group in GROUPS:
            for action in ACTIONS:
                if action.group == group:
                    line = keymap.line(action)
                    keys = " ".join(f"`{key}`" for key in line.keys.split())
                    rows.append(f"| {keys} | {line.label} | {line.help} |")
        return "\n".join(rows) + "\n"
    finally:
        set_language(before)
