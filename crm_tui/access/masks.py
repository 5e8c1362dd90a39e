"""Which columns belong to which group of sensitive fields, and what is shown where they are hidden.

``tests/access/test_masks.py`` holds it against the registry of fields: a sensitive field needs a mask.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from crm_tui.access.verbs import GROUPS
from crm_tui.storage.driver import sqlite3

HIDE = "NULL"
MOBILE = "crm_hidden_mobile(t.{column})"
LANDLINE = "crm_hidden_landline(t.{column})"
MAIL = "crm_hidden_mail(t.{column})"
NAME = "crm_hidden_name(t.{column})"
# Table -> column -> (group, what stands in its place).
MASKS: dict[str, dict[str, tuple[str, str]]] = {
    "customer": {
        "budget_min": ("budget", HIDE),
        "budget_max": ("budget", HIDE),
        "decision_process": ("decision", HIDE),
        "preference": ("personal", HIDE),
        "purchase_history": ("personal", HIDE),
        "family": ("personal", HIDE),
    },
    "contact": {
        "name": ("contact", NAME),
        "title": ("contact", HIDE),
        "department": ("contact", HIDE),
        "decision_role": ("decision", HIDE),
        "office_phone": ("contact", LANDLINE),
        "mobile": ("contact", MOBILE),
        "email": ("contact", MAIL),
        "wechat": ("contact", NAME),
        "work_chat": ("contact", NAME),
        "preference": ("contact", HIDE),
        "note": ("contact", HIDE),
    },
    "project": {"amount": ("amount", HIDE)},
}
# Fields of a sheet's cells (imported_row) (by names of customers/fields.py) -> groups that hide them.
CELLS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("contact_name", "contact_title", "contact_department", "contact_note"), ("contact",)),
    **dict.fromkeys(("contact_way", "mobile", "office_phone", "email"), ("contact",)),
    **dict.fromkeys(("wechat", "work_chat", "contact_preference"), ("contact",)),
    "decision_role": ("decision",),
    "decision_chain": ("contact", "decision"),
    "decision_process": ("decision",),
    "budget": ("budget",),
    "project_amount": ("amount",),
    **dict.fromkeys(("preference", "purchase_history", "family"), ("personal",)),
}
# Derived of some groups: hidden as soon as one of them is. What a check looks for may be any field.
DERIVED: dict[str, tuple[str, ...]] = {"missing": tuple(GROUPS), "odd": tuple(GROUPS), "phones": ("contact",)}
SEARCHED = "haystack"
# Kinds of lines of a customer's document (customers/document.py) that are of the group contact.
PRIVATE_LINES = "cpmw"
_PRIVATE = re.compile(rf"\n(?:[{PRIVATE_LINES}][^\n]*|(?=\n|\Z))")  # or blank


def lend(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the masks of views call."""
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.create_function("crm_public_cells", 2, public_cells, deterministic=True)


def hidden_name(text: str | None) -> str | None:
    """Return a name or an account with its first sign alone: `张**`."""
    return None if not text else text[0] + "**"


def public_lines(document: str | None) -> str | None:
    """Return a customer's document without the lines about contacts."""
    if not document:
        return document
    return _PRIVATE.sub("", "\n" + document)[1:]


def public_cells(cells: str | None, hidden: str) -> str | None:
    """Return the cells of a sheet, as JSON by key, without those of hidden groups (blanks between)."""
    groups = set(hidden.split())
    if not groups or not cells:
        return cells
    import json

    try:
        found = dict(json.loads(cells))
    except (ValueError, TypeError):  # written by another program
        return "{}"
    # A key is the field's name, then which contact or project (:2) and which of several columns (#2).
    shown = {
        key: cell
        for key, cell in found.items()
        if groups.isdisjoint(CELLS.get(key.partition("#")[0].partition(":")[0], ()))
    }
    return cells if len(shown) == len(found) else json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _masked(name: str) -> Callable[[str | None], str | None]:
    @lru_cache(maxsize=512)
    def function(text: str | None) -> str | None:
        # Most people hide nothing from themselves, and a session begins in an instant.
        from crm_tui.text import masks

        return getattr(masks, name)(text) if text else None

    return function


FUNCTIONS: dict[str, Callable[[str | None], str | None]] = {
    "crm_hidden_mobile": _masked("mask_mobile"),
    "crm_hidden_landline": _masked("mask_landline"),
    "crm_hidden_mail": _masked("mask_mail"),
    "crm_hidden_name": hidden_name,
    "crm_public_lines": public_lines,
}
