"""The policies that a new database can begin with (policy.toml), as rows."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from crm_tui.access.policy import ROLES
from crm_tui.access.verbs import GROUPED, GROUPS, NONE, ROWS, VERBS
from crm_tui.locale import translations
from crm_tui.storage.change import Change

USUAL = "general"


class Grant(NamedTuple):
    """One row of ``permission``: how far a role may do a verb, for rows ('') or a group of fields."""

    role: str
    verb: str
    field_group: str
    scope: str


class Preset(NamedTuple):
    """A policy to begin with: its key, what it is called in both languages, and its rows."""

    key: str
    label: str
    label_en: str
    grants: tuple[Grant, ...]


@cache
def presets() -> dict[str, Preset]:
    """Return the policies by key."""
    raw = tomllib.loads(files("crm_tui.access").joinpath("policy.toml").read_text("utf-8"))
    return {
        key: Preset(key, one["label"], one["label_en"], tuple(_grants(raw, one))) for key, one in raw.items()
    }


def of_preset(key: str) -> Preset:
    """Return the policy of a preset of the documents: its own, or the usual one."""
    return presets().get(key) or presets()[USUAL]


def _grants(raw: dict[str, Any], one: dict[str, Any]) -> list[Grant]:
    base = raw[one["base"]]["role"] if "base" in one else {}
    found = []
    for role in ROLES:
        said = {**base.get(role, {}), **one["role"].get(role, {})}
        groups = said.pop("groups", "")
        for verb in VERBS:
            if said.get(verb, NONE) == NONE:
                continue
            found.append(Grant(role, verb, ROWS, said[verb]))
            if verb in GROUPED:
                found += [
                    Grant(role, verb, group, said.get(f"{verb}.{group}") or groups or "own")
                    for group in GROUPS
                ]
    return found


def seed(change: Change, key: str) -> None:
    """Write roles and permissions into a new database."""
    for position, (role, label) in enumerate(ROLES.items()):
        words = (*translations(label), label)
        values = {"key": role, "label": words[0], "label_en": label, "position": position}
        change.insert("role", values)
    for grant in of_preset(key).grants:
        change.insert("permission", grant._asdict())
