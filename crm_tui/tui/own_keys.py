"""The user's own keys: ``[keys]`` of settings.toml read, and what is wrong in it said line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from crm_tui.locale import _
from crm_tui.tui.actions import ACTIONS, clashes, find
from crm_tui.tui.keys import LINE_KEYS, free_of_letters, key_name, problem_of, show_key, twins
from crm_tui.tui.kinds import FORM, SCREEN_TITLES, Action

# Without these nobody gets out of a screen, or finds the others.
NEEDED = frozenset({"back", "quit", "open", "palette", "help", "next_field", "save"})
NO_KEY = ("", "none", "-")


class Examined(NamedTuple):
    """The keys that count by action id, and a translated sentence about every line that does not."""

    keys: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]


def examine(written: Any) -> Examined:
    """Read the ``[keys]`` table: action id to one key, several separated by commas, or a list.

    The keys given replace all of the action's; ``""``, ``"none"`` or ``[]`` take them away. A line that
    names no action, holds a key that terminals do not deliver, or would give one key two meanings on a
    screen does not count; the others do.
    """
    if not isinstance(written, dict):
        return Examined({}, (_("[keys] is written as lines such as: search = “/, f3”"),))
    chosen: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    known = {action.id for action in ACTIONS}
    for name, value in written.items():
        if name not in known:
            problems.append(_unknown(str(name)))
            continue
        action = find(name)
        keys, problem = _read(value)
        problem = problem or _missing(action, keys)
        if problem:
            problems.append(_("{name} (“{label}”): {problem}.").format(
                name=name, label=_(action.label), problem=problem
            ))  # fmt: skip
        else:
            chosen[name] = keys
    return Examined(chosen, (*problems, *_settle(chosen)))


def _read(value: Any) -> tuple[tuple[str, ...], str]:
    """Return the keys of one line, and what is wrong with them."""
    if isinstance(value, str):
        value = [value] if len(value.strip()) == 1 else value.split(",")
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return (), _("a key is text, several are separated by commas")
    names = [each if each == " " else each.strip() for each in value]
    if all(each.casefold() in NO_KEY for each in names) and names != ["-"]:
        return (), ""
    keys: list[str] = []
    for each in names:
        key = key_name(each) if each else ""
        problem = problem_of(key) if key else _("there is no such key")
        if problem:
            shown = show_key(key) if key else "“”"
            return (), _("the key {key} cannot be used: {why}").format(key=shown, why=problem)
        keys += twins(key)
    return tuple(dict.fromkeys(keys)), ""


def _missing(action: Action, keys: Iterable[str]) -> str:
    """Return why an action needs other keys than these, '' when they do."""
    keys = tuple(keys)
    if action.id in NEEDED and not keys:
        return _("it needs a key")
    inside = set(action.screens) & set(FORM)
    if keys and inside and not any(free_of_letters(key) or key in LINE_KEYS for key in keys):
        return _("in a form letters are text, so it needs a key such as F12 too")
    return ""


def _unknown(name: str) -> str:
    """Return the sentence about a name that is no action, with those that were meant perhaps."""
    from difflib import get_close_matches

    wanted = name.casefold()
    near = [
        action.id
        for action in ACTIONS
        if wanted in (_(action.label).casefold(), action.label.casefold()) or wanted in action.words.split()
    ]
    near += get_close_matches(wanted, [action.id for action in ACTIONS], 3, 0.6)
    said = _("There is no action “{name}”.").format(name=name)
    if near:
        said += _(" Perhaps: {names}.").format(names=", ".join(dict.fromkeys(near)))
    return said


def _settle(chosen: dict[str, tuple[str, ...]]) -> list[str]:
    """Take out the lines that would give one key two meanings, and return a sentence about each."""
    said: list[str] = []
    while found := clashes(chosen):
        where: dict[tuple[str, str, str], list[str]] = {}
        for kind, key, first, second in found:
            where.setdefault((key, first, second), []).append(_(SCREEN_TITLES[kind]))
        for (key, first, second), titles in where.items():
            said.append(
                _("On “{screen}” the key {key} would mean both “{first}” and “{second}”.").format(
                    screen=_("”, “").join(titles),
                    key=show_key(key),
                    first=_(find(first).label),
                    second=_(find(second).label),
                )
            )
            chosen.pop(first, None)
            chosen.pop(second, None)
    return said
