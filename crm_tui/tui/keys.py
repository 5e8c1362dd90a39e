"""Names of keys: what a terminal sends, what an input method makes of it, what is shown to the user."""

from __future__ import annotations

import unicodedata

from textual.keys import key_to_character

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
    "f16": "Shift+F4",
}
_NAMES = {"/": "slash", ":": "colon", "?": "question_mark", " ": "space"}
# Signs a Chinese keyboard gives where NFKC knows no half-width twin.
_TWINS = {"、": "/", "。": ".", "《": "<", "》": ">", "￥": "$"}

_STEERING = ("Cc", "Zl", "Zp", "Cs")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# Keys that never reach the program, or that terminals, tmux or shells keep for themselves (ux.md part 2).
FORBIDDEN = frozenset(
    {"ctrl+a", "ctrl+b", "ctrl+q", "ctrl+s", "ctrl+z", "ctrl+space", "ctrl+at", "ctrl+enter", "shift+enter"}
    | {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket", "ctrl+backslash", "f11"}
)


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
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key if len(key) == 1 else key_to_character(key) or key


def half_width(character: str | None) -> str | None:
    """Return the half-width twin of one full-width character (``ｊ`` to ``j``), None when it has none."""
    if not character or len(character) != 1 or character.isascii():
        return None
    twin = _TWINS.get(character) or unicodedata.normalize("NFKC", character)
    return twin if len(twin) == 1 and twin.isascii() and twin.isprintable() else None


def harmless(text: str, *, lines: bool = True) -> str:
    """Return a text that an input may hold: without signs that steer the terminal or turn the line round.

    Without ``lines`` a line end becomes a blank; a tab always does.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text if lines else text.replace("\n", " ")
    return "".join(
        sign
        for sign in text
        if sign == "\n" or not (unicodedata.category(sign) in _STEERING or sign in _BIDI)
    )


def is_writing(text: str) -> bool:
    """Tell whether a text typed outside an input is content (a Chinese word), not a command."""
    return any(ord(sign) > 0x2E7F and half_width(sign) is None and sign.isalnum() for sign in text)


def free_of_letters(key: str) -> bool:
    """Tell whether a key may act while text is typed: function keys, Esc, Tab, Ctrl+C and Ctrl+P."""
    last = key.rpartition("+")[2]
    return (last[:1] == "f" and last[1:].isdigit()) or key in (
        "escape",
        "tab",
        "shift+tab",
        "ctrl+c",
        "ctrl+p",
    )


# Keys that a one-line input leaves to its screen but a text of several lines needs itself.
LINE_KEYS = frozenset({"enter", "up", "down", "pageup", "pagedown"})
