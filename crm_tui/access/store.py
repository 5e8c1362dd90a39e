"""People, read and written."""

from collections.abc import Iterable
from typing import NamedTuple

from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold

BY_LOGIN = "SELECT id, login, name, role, active FROM person WHERE login_key = :key AND deleted_at IS NULL"
BY_ID = "SELECT id, login, name, role, active FROM person WHERE id = :id"
ALL = "SELECT id, login, name, role, active FROM person WHERE deleted_at IS NULL ORDER BY id"
NAMES = "SELECT id, name FROM person_any"
ALIASES = "SELECT person_id, alias, alias_key FROM person_alias WHERE deleted_at IS NULL ORDER BY id"


class Person(NamedTuple):
    """A colleague: system login, shown name, role key, and whether the account is in use (0/1)."""

    id: int
    login: str
    name: str
    role: str
    active: int


def by_login(connection: sqlite3.Connection, login: str) -> Person | None:
    """Return the person with that login, whatever its case."""
    row = connection.execute(BY_LOGIN, {"key": fold(login)}).fetchone()
    return Person(*row) if row else None


def by_id(connection: sqlite3.Connection, person_id: int) -> Person | None:
    """Return a person by id."""
    row = connection.execute(BY_ID, {"id": person_id}).fetchone()
    return Person(*row) if row else None


def people(connection: sqlite3.Connection) -> list[Person]:
    """Return everybody in the order in which they were added."""
    return [Person(*row) for row in connection.execute(ALL).fetchall()]


def names(reader: sqlite3.Connection) -> dict[int, str]:
    """Return everybody's shown name by id, also of those who left; takes a scoped reading connection."""
    return dict(reader.execute(NAMES).fetchall())


def aliases(connection: sqlite3.Connection) -> dict[int, list[str]]:
    """Return the other names of each person by id."""
    found: dict[int, list[str]] = {}
    for person_id, alias, _key in connection.execute(ALIASES).fetchall():
        found.setdefault(person_id, []).append(alias)
    return found


def name_keys(connection: sqlite3.Connection) -> dict[str, int]:
    """Return every folded login, name and alias with its person; one that means two people is left out."""
    found: dict[str, int | None] = {}

    def note(key: str, person_id: int) -> None:
        found[key] = person_id if found.get(key, person_id) == person_id else None

    for person in people(connection):
        note(fold(person.login), person.id)
        note(fold(person.name), person.id)
    for person_id, _alias, key in connection.execute(ALIASES).fetchall():
        note(key, person_id)
    return {key: person_id for key, person_id in found.items() if key and person_id is not None}


@action("user.add")
def add(change: Change, login: str, name: str, role: str, other_names: Iterable[str] = ()) -> int:
    """Add a person and return the id; raises BadInput when the login is taken or empty."""
    login, name = login.strip(), name.strip() or login.strip()
    if not login or len(login) > 64 or any(ord(sign) < 33 for sign in login):
        raise BadInput(_("A login must be a word of 1 to 64 signs."), _("Nobody was added."))
    if by_login(change.connection, login):
        raise BadInput(
            _("The login {login} is there already.").format(login=login),
            _("Nobody was added."),
            _("See the list: crm-tui user list"),
        )
    person_id = change.insert(
        "person",
        {"login": login, "login_key": fold(login), "name": name, "name_key": fold(name), "role": role},
    )
    for alias in dict.fromkeys(text.strip() for text in other_names if text.strip()):
        change.insert("person_alias", {"person_id": person_id, "alias": alias, "alias_key": fold(alias)})
    return person_id
