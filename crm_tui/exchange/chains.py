"""A cell 决策链: names with their roles become contacts (S2-07, S4-09), anything else stays a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from crm_tui.text.fold import fold, tidy

_PARTS = re.compile(r"[、,，;；\n\r]+|(?<=[)）])\s*[/|]?\s*(?=\S)")
_BRACKETS = re.compile(r"(?P<name>[^()（）:：]{1,12})[(（](?P<role>[^()（）]{1,12})[)）]")
_COLON = re.compile(r"(?P<role>[^()（）:：]{1,12})\s*[:：]\s*(?P<name>[^()（）:：]{1,12})")
_DASH = re.compile(r"(?P<name>[^-—–]{1,12})\s*[-—–]\s*(?P<role>[^-—–]{1,12})")
_NO_NAME = re.compile(r"\d|公司|集团")
# A text that is no chain stays among what is hidden with it: who may not see who decides reads the note.
UNREAD_CHAIN = "decision_process"


class Link(NamedTuple):
    """Somebody in a chain: the name as written, the key of the decision role."""

    name: str
    role: str


def read_chain(text: str, role_of: Callable[[str], str | None]) -> list[Link]:
    """Return who decides, [] unless every part of the text is a name with a known role."""
    links = []
    for part in filter(None, map(tidy, _PARTS.split(tidy(text)))):
        link = _link(part, role_of)
        if link is None:
            return []
        links.append(link)
    return links


def _link(part: str, role_of: Callable[[str], str | None]) -> Link | None:
    for form in (_BRACKETS, _COLON, _DASH):
        if found := form.fullmatch(part):
            name, role = tidy(found["name"]), tidy(found["role"])
            if form is _DASH and role_of(role) is None:
                name, role = role, name
            key = role_of(role)
            plain = name and not _NO_NAME.search(name) and role_of(name) is None
            return Link(name, key) if key and plain else None
    return None


def join_chain(
    chain: Sequence[Link],
    contacts: dict[int, dict[str, Any]],
    present: Sequence[dict[str, Any]] = (),
    targets: dict[tuple[str, int], dict[str, Any] | None] | None = None,
) -> None:
    """Give the contacts of the names their roles; who is new becomes a further contact.

    ``contacts`` are those the sheet gives by slot, ``present`` the customer's own; ``targets`` learns which
    present one a slot means.
    """
    targets = {} if targets is None else targets
    for link in chain:
        key = fold(link.name)
        row = next((one for one in present if fold(one["name"] or "") == key), None)
        slot = next((slot for slot, one in contacts.items() if fold(one.get("name") or "") == key), None)
        if slot is None and row is not None:
            slot = next((s for (kind, s), one in targets.items() if kind == "contact" and one is row), None)
        if slot is None:
            slot = max((*contacts, *(slot for _kind, slot in targets), len(present)), default=0) + 1
            targets["contact", slot] = row
        values = contacts.setdefault(slot, {} if row else {"name": link.name})
        values["decision_role"] = link.role
