"""The customers that the user opened last, by database; kept for this account, not in the shared file."""

from __future__ import annotations

from crm_tui.session import Session
from crm_tui.storage.origin import origin
from crm_tui.tui import preferences

MOST = 30
DATABASES = 8


def ids(session: Session) -> list[int]:
    """Return the customers opened last, the newest first; call it on the database thread."""
    return _all().get(_key(session), [])


def opened(session: Session, customer_id: int) -> None:
    """Note that a customer was opened; call it on the database thread."""
    kept, key = _all(), _key(session)
    before = kept.pop(key, [])
    if before[:1] == [customer_id]:
        return
    now = [customer_id, *(one for one in before if one != customer_id)][:MOST]
    others = list(kept.items())[: DATABASES - 1]
    preferences.keep(opened={key: now, **dict(others)})


def _key(session: Session) -> str:
    return origin(session.reader)[-32:]


def _all() -> dict[str, list[int]]:
    held = preferences.load().get("opened")
    if not isinstance(held, dict):
        return {}
    return {
        key: [one for one in found if isinstance(one, int)]
        for key, found in held.items()
        if isinstance(found, list)
    }
