"""The keys in force: the registry's, with what the user has set, and the texts made from them."""

from __future__ import annotations

from typing import Any, NamedTuple

from crm_tui.errors import BadInput
from crm_tui.locale import _, language, set_language
from crm_tui.text.cells import width
from crm_tui.tui.actions import ACTIONS, GROUPS, SCREEN_TITLES, Action, belonging_to, clashes, find
from crm_tui.tui.keys import FORBIDDEN, LINE_KEYS, free_of_letters, key_name, show_key

FOOTER_KEYS = 7


class HelpLine(NamedTuple):
    """One line of help: the keys as shown, the short name, the sentence, the group's name, the action."""

    keys: str
    label: str
    help: str
    group: str
    action: Action


class Keymap:
    """Which key means which action, on which kind of screen.

    ``overrides`` is the ``[keys]`` table of the user's settings: action id to one key, several separated
    by commas, or a list; they replace the action's keys. Raises BadInput for an unknown action, a key that
    terminals do not deliver, or a key that would mean two things on one screen.
    """

    def __init__(self, overrides: dict[str, Any] | None = None) -> None:
        chosen: dict[str, tuple[str, ...]] = {}
        known = {action.id for action in ACTIONS}
        for action_id, value in (overrides or {}).items():
            if action_id not in known:
                raise _refused(_("There is no action “{name}”.").format(name=action_id))
            chosen[action_id] = self._parse(value)
        for kind, key, first, second in clashes(chosen):
            raise _refused(
                _("On “{screen}” the key {key} would mean both “{first}” and “{second}”.").format(
                    screen=_(SCREEN_TITLES[kind]),
                    key=show_key(key),
                    first=_(find(first).label),
                    second=_(find(second).label),
                )
            )
        self._chosen = chosen
        self._maps: dict[str, dict[str, Action]] = {}

    @staticmethod
    def _parse(value: Any) -> tuple[str, ...]:
        written = value.split(",") if isinstance(value, str) and len(value) > 1 else value
        written = [written] if isinstance(written, str) else written
        if not isinstance(written, list) or not all(
            isinstance(each, str) and each.strip() for each in written
        ):
            raise _refused(_("A key is text, several are separated by commas."))
        keys = tuple(key_name(each) for each in written)
        for key in keys:
            if key in FORBIDDEN or key.startswith("alt+"):
                raise _refused(_("Terminals do not deliver the key {key}.").format(key=show_key(key)))
        return keys

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

    def bindings_for(self, kind: str) -> list[Action]:
        """Return every action of a kind of screen in the registry's order."""
        return belonging_to(kind)

    def footer_for(
        self, kind: str, cells: int, without: frozenset[str] = frozenset()
    ) -> list[tuple[str, str]]:
        """Return (key, label) for the key bar: at most seven, as many as fit ``cells``, always with help."""
        wanted = sorted(
            (action for action in belonging_to(kind) if action.footer and action.id not in without),
            key=lambda action: action.footer,
        )
        pairs = [(self._footer_key(action, kind), _(action.label)) for action in wanted]
        fixed = [pair for pair, action in zip(pairs, wanted, strict=True) if action.id == "help"]
        others = [pair for pair, action in zip(pairs, wanted, strict=True) if action.id != "help"]
        others = others[: FOOTER_KEYS - len(fixed)]
        while others and footer_width(others + fixed) > cells:
            others.pop()
        return others + fixed

    def _footer_key(self, action: Action, kind: str) -> str:
        if kind == "form" and action.id in ("help", "palette"):
            return show_key(next(key for key in (*self.keys(action), "") if free_of_letters(key) or not key))
        return self.shown(action.id)

    def help_for(self, kind: str) -> list[HelpLine]:
        """Return the help of a kind of screen, group by group."""
        lines = [self.line(action) for action in belonging_to(kind)]
        order = {_(group): place for place, group in enumerate(GROUPS)}
        return sorted(lines, key=lambda line: order[line.group])

    def line(self, action: Action) -> HelpLine:
        """Return the help line of one action."""
        shown = list(dict.fromkeys(show_key(key) for key in self.keys(action)))
        return HelpLine("  ".join(shown), _(action.label), _(action.help), _(action.group), action)


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


def _refused(what: str) -> BadInput:
    return BadInput(
        what, _("The usual keys stay in force."), _("Mend [keys] in settings.toml and start again.")
    )
