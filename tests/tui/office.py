"""A small office for the stories of the screens: a database, two colleagues, a few customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.session import Session, create_database, open_session
from crm_tui.tui.app import CrmApp

NOW = "2026-11-20T02:00:00Z"  # a Friday, 10:00 in Shanghai


def office(folder: Path, name: str = "a.db") -> Session:
    """Return the opened session of 王伟, with a colleague 李销售."""
    path = folder / name
    create_database(path, login="wang", name="王伟")
    session = open_session(path, login="wang")
    session.write(people.add, "li", "李销售", "sales_rep")
    session.forget_words()
    return session


def customer(session: Session, name: str, *contacts: dict[str, Any], **values: Any) -> int:
    """Add a customer and return its id."""
    given = {"name": name, "kind": "company", "status": "prospect", **values}
    return session.write(service.add, given, contacts).value


def app(session: Session, start: str = "customers") -> CrmApp:
    """Return the app over the session."""
    return CrmApp(session, start=start)
