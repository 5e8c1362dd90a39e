"""A small office for the stories of the screens: a database, two colleagues, a few customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_tui import clock
from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage.change import Change
from crm_tui.tui.app import CrmApp

Furnish = Callable[[Session], Any]
# Making a database takes longer than most stories: one is kept for each moment and what is written into it.
_MADE: dict[tuple[str, Furnish | None], bytes] = {}
NOW = "2026-11-20T02:00:00Z"  # a Friday, 10:00 in Shanghai


def office(folder: Path, name: str = "a.db", furnish: Furnish | None = None) -> Session:
    """Return the opened session of 王伟, with a colleague 李销售 and what ``furnish`` writes."""
    path, key = folder / name, (clock.instant(), furnish)
    if key not in _MADE:
        if furnish is None:
            create_database(path, login="wang", name="王伟")
            with open_session(path, login="wang") as session:
                session.write(people.add, "li", "李销售", "sales_manager")
        else:
            with office(folder, name) as session:
                furnish(session)
        _MADE[key] = path.read_bytes()
        assert not path.with_name(name + "-wal").exists()
    path.write_bytes(_MADE[key])
    return open_session(path, login="wang")


def customer(session: Session, name: str, *contacts: dict[str, Any], **values: Any) -> int:
    """Add a customer and return its id."""
    given = {"name": name, "kind": "company", "status": "prospect", **values}
    return session.write(service.add, given, contacts).value


def many(session: Session, count: int) -> None:
    """Add numbered customers with a contact each, at once."""

    def add(change: Change) -> None:
        for number in range(1, count + 1):
            contact = {"name": f"联系{number}", "mobile": f"138001{number:05}"}
            values = {"name": f"上海样本{number:03}有限公司", "kind": "company", "status": "prospect"}
            service.add(change, values, [contact])

    session.write(add)


def app(session: Session, start: str = "customers") -> CrmApp:
    """Return the app over the session."""
    return CrmApp(session, start=start)
