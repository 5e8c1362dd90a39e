"""The words of a database: what records store as keys, read as labels and looked up by any spelling."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.locale import language
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold, tidy

WORDS = (
    "SELECT id, kind, key, label, label_en, parent_key, phase, active FROM word WHERE deleted_at IS NULL"
    " ORDER BY kind, position, id"
)
KEYS = "SELECT key FROM word WHERE kind = :kind AND deleted_at IS NULL ORDER BY position, id"
ALIASES = (
    "SELECT w.kind, w.key, a.alias_key FROM word_alias a JOIN word w ON w.id = a.word_id"
    " WHERE a.deleted_at IS NULL AND w.deleted_at IS NULL ORDER BY a.id"
)
PAIRS = "SELECT name, value FROM setting WHERE deleted_at IS NULL ORDER BY id"
# Tags that mark a customer as one to be seen to first (S0-19).
URGENT_TAGS = ("高意向", "决策关键期")
# Kinds whose list a sheet may lengthen; the others have rules that hang on their keys.
OPEN_KINDS = frozenset(
    {"industry", "source", "category", "cooperation_type", "demand_type", "decision_role", "ownership"}
)


class Entry(NamedTuple):
    """A word: its key, both labels, the key of the word above it, and a stage's phase."""

    key: str
    label: str
    label_en: str
    parent_key: str | None
    phase: str | None
    active: bool


class Dictionary:
    """All words of a database in memory: a few hundred."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Entry]] = {}
        self.aliases: dict[str, dict[str, str]] = {}
        self._spellings: dict[str, dict[str, str]] = {}

    def label(self, kind: str, key: str | None) -> str:
        """Return what people read for a stored key, the key itself when it is no word of the kind."""
        if not key:
            return ""
        entry = self.entries.get(kind, {}).get(key)
        if entry is None:
            return key
        return entry.label_en if language() == "en" and entry.label_en else entry.label

    def labels(self, kind: str, keys: str | None, joint: str = "、") -> str:
        """Return the labels of several keys stored with commas."""
        return joint.join(self.label(kind, key) for key in (keys or "").split(",") if key)

    def key_of(self, kind: str, text: str) -> str | None:
        """Return the key that a label, an alias or a key means, None when it is no word of the kind."""
        return self._spelled(kind).get(fold(text))

    def _spelled(self, kind: str) -> dict[str, str]:
        """Return the folded spellings of a kind; folding waits for who types one."""
        found = self._spellings.get(kind)
        if found is None:
            found = self._spellings[kind] = {}
            for entry in self.entries.get(kind, {}).values():
                for text in (entry.key, entry.label_en, entry.label):
                    if text:
                        found.setdefault(fold(text), entry.key)
            for alias, key in self.aliases.get(kind, {}).items():
                found.setdefault(alias, key)
        return found

    def choices(self, kind: str) -> list[tuple[str, str]]:
        """Return (key, label) of the words in use, in their order."""
        return [(key, self.label(kind, key)) for key, one in self.entries.get(kind, {}).items() if one.active]

    def phase(self, key: str | None) -> str:
        """Return the phase of a stage, '' when it has none."""
        entry = self.entries.get("stage", {}).get(key or "")
        return (entry.phase or "") if entry else ""

    def add(self, kind: str, entry: Entry) -> None:
        """Take a word into memory."""
        self.entries.setdefault(kind, {})[entry.key] = entry
        self._spellings.pop(kind, None)


def dictionary(connection: sqlite3.Connection) -> Dictionary:
    """Read the words of a database."""
    words = Dictionary()
    for _id, kind, key, label, label_en, parent, phase, active in connection.execute(WORDS).fetchall():
        words.add(kind, Entry(key, label, label_en or "", parent, phase, active == 1))
    for kind, key, alias in connection.execute(ALIASES).fetchall():
        words.aliases.setdefault(kind, {}).setdefault(alias, key)
    return words


def ordered_keys(connection: sqlite3.Connection, kind: str) -> list[str]:
    """Return the keys of the words of a kind, in their order."""
    return list(dict.fromkeys(key for (key,) in connection.execute(KEYS, {"kind": kind}).fetchall()))


def settings(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the team's settings: zone, preset."""
    return dict(connection.execute(PAIRS).fetchall())


@action("init")
def seed(change: Change, name: str = "general", zone: str = "Asia/Shanghai") -> None:
    """Fill a new database with a preset: words, aliases, tags, numbering, settings."""
    from crm_tui.presets.loader import load_tags, load_words, preset

    chosen = preset(name)
    for word in load_words():
        word_id = change.insert(
            "word",
            {
                "kind": word.kind,
                "key": word.key,
                "label": word.label,
                "label_en": word.label_en,
                "parent_key": word.parent_key,
                "position": word.position,
                "phase": word.phase,
            },
        )
        keys = {fold(word.label), fold(word.label_en), fold(word.key)}
        for alias in word.aliases:
            if fold(alias) not in keys:
                keys.add(fold(alias))
                change.insert("word_alias", {"word_id": word_id, "alias": alias, "alias_key": fold(alias)})
    for tag in load_tags():
        values = {"name": tag.name, "name_key": fold(tag.name), "colour": tag.colour, "group_name": tag.group}
        change.insert("tag", values)
    for rule in chosen.numbering:
        change.insert("numbering", {"entity": rule.entity, "template": rule.template, "scope": rule.scope})
    change.insert("setting", {"name": "preset", "value": chosen.key})
    change.insert("setting", {"name": "zone", "value": zone})


@action("word.add")
def add_word(change: Change, words: Dictionary, kind: str, text: str) -> str:
    """Make a text of an open kind a word of its own and return its key; ``A-B`` is B below A (S1-18)."""
    text = tidy(text)
    known = words.key_of(kind, text)
    if known is not None:
        return known
    parent = None
    head, dash, tail = text.partition("-")
    if kind == "industry" and dash and head.strip() and tail.strip():
        parent = add_word(change, words, kind, head)
    change.insert("word", {"kind": kind, "key": text, "label": text, "parent_key": parent, "position": 1000})
    words.add(kind, Entry(text, text, "", parent, None, True))
    return text
