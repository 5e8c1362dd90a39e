"""Names of keys: what a terminal sends, what an input method makes of it, what is shown to the user."""

from __future__ import annotations

import unicodedata

from textual.keys import Keys, key_to_character

from crm_tui.locale import N_, _

# Textual's names for the signs the registry uses, and how each is written for a person.
_SHOWN = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "fullwidth_solidus": "／",
    "fullwidth_colon": "：",
    "fullwidth_question_mark": "？",
    "ideographic_comma": "、",
    "plus": "+",
    "minus": "-",
    "underscore": "_",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "delete": "Del",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "comma": ",",
    "at": "@",
    "backslash": "\\",
    "backspace": "Backspace",
    "insert": "Ins",
}
_NAMES = {"/": "slash", ":": "colon", "?": "question_mark", " ": "space"}
# Signs a Chinese keyboard gives where NFKC knows no half-width twin.
_TWINS = {"、": "/", "。": ".", "《": "<", "》": ">", "￥": "$"}

# Keys that never reach the program, or that terminals, tmux or shells keep for themselves (ux.md part 2).
_TMUX = N_("tmux and screen keep it for themselves")
_FLOW = N_("terminals stop and start the output by it")
_SAME = N_("terminals send the same for it as for another key")
REASONS = {
    **dict.fromkeys(("ctrl+a", "ctrl+b"), _TMUX),
    **dict.fromkeys(("ctrl+q", "ctrl+s"), _FLOW),
    **dict.fromkeys(("ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket"), _SAME),
    **dict.fromkeys(("ctrl+enter", "shift+enter", "shift+space"), _SAME),
    "ctrl+z": N_("it stops a program"),
    "ctrl+backslash": N_("it ends a program"),
    **dict.fromkeys(("ctrl+space", "ctrl+at", "ctrl+@"), N_("it switches the input method")),
    "f11": N_("terminals fill the screen by it"),
}
FORBIDDEN = frozenset(REASONS)
_UNSENT = N_("terminals do not deliver it")
_NAMED = frozenset(
    name
    for each in Keys
    if (name := str(each.value)).isprintable()
    and not name.startswith("<")
    and not name.rpartition("+")[2].isdigit()
    and name not in ("return", "ctrl-at")
)


def problem_of(key: str) -> str:
    """Return why an action cannot have a key (Textual's name), translated; '' when it can."""
    modifiers, _plus, last = key.rpartition("+")
    if key in REASONS:
        return _(REASONS[key])
    if "alt" in modifiers.split("+") or (modifiers and len(last) == 1 and not last.isalpha()):
        return _(_UNSENT)
    if modifiers == "ctrl+shift" and len(last) == 1:
        return _(_SAME)
    if key in _NAMED or (modifiers == "shift" and _is_function(last)):
        return ""
    sign = key if len(key) == 1 else _SHOWN.get(key) or key_to_character(key)
    if modifiers or not sign or len(sign) != 1:
        return _("there is no such key")
    return _("it is text") if is_writing(sign) else ""


def _is_function(key: str) -> bool:
    return key[:1] == "f" and key[1:].isdigit() and 1 <= int(key[1:]) <= 24


def twins(key: str) -> tuple[str, ...]:
    """Return a key with the other names that terminals give it: ``shift+f4`` arrives as ``f16`` too."""
    modifiers, _plus, last = key.rpartition("+")
    if modifiers == "shift" and _is_function(last) and int(last[1:]) <= 12:
        return key, f"f{int(last[1:]) + 12}"
    return (key,)


def key_name(written: str) -> str:
    """Return Textual's name for a key as a person writes it: ``/`` to ``slash``, ``Ctrl+D`` to ``ctrl+d``."""
    written = written.strip()
    if len(written) == 1:
        return _NAMES.get(written) or (written if written.isalnum() else sign_name(written))
    modifiers, _, last = written.rpartition("+")
    last = last.lower() if len(last) > 1 else last
    last = {"esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "del": "delete", "return": "enter"}.get(
        last, last
    )
    if modifiers.lower() == "shift" and len(last) == 1 and last.isalpha():
        return last.upper()
    return f"{modifiers.lower()}+{last.lower()}" if modifiers else last


def sign_name(character: str) -> str:
    """Return Textual's name for a character that is neither letter nor digit."""
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return {"solidus": "slash", "hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore"}.get(
        name, name
    )


def show_key(key: str) -> str:
    """Return how a key is written for a person: ``slash`` to ``/``, ``ctrl+d`` to ``Ctrl+D``."""
    if key in _SHOWN:
        return _SHOWN[key]
    modifiers, _, last = key.rpartition("+")
    if modifiers:
        return "+".join([*(part.capitalize() for part in modifiers.split("+")), show_key(last).capitalize()])
    if _is_function(key):
        return key.upper() if int(key[1:]) <= 12 else f"Shift+F{int(key[1:]) - 12}"
    return key if len(key) == 1 else key_to_character(key) or key


def half_width(character: str | None) -> str | None:
    """Return the half-width twin of one full-width character (``ｊ`` to ``j``), None when it has none."""
    if not character or len(character) != 1 or character.isascii():
        return None
    twin = _TWINS.get(character) or unicodedata.normalize("NFKC", character)
    return twin if len(twin) == 1 and twin.isascii() and twin.isprintable() else None


def is_writing(text: str) -> bool:
    """Tell whether a text typed outside an input is content (a Chinese word), not a command."""
    return any(ord(sign) > 0x2E7F and half_width(sign) is None and sign.isalnum() for sign in text)


def free_of_letters(key: str) -> bool:
    """Tell whether a key may act while text is typed: function keys, Esc, Tab and some with Ctrl."""
    last = key.rpartition("+")[2]
    return (last[:1] == "f" and last[1:].isdigit()) or key in (
        "escape",
        "tab",
        "shift+tab",
        *("ctrl+c", "ctrl+j", "ctrl+k", "ctrl+l", "ctrl+n", "ctrl+p"),
    )


# Keys that a one-line input leaves to its screen but a text of several lines needs itself.
LINE_KEYS = frozenset({"enter", "up", "down", "pageup", "pagedown"})
