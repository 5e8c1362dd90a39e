"""A file of 200 people in 20 teams for ``tests.bench.roles``: made of a large demo by moving its customers.

Written beside the log, for nothing but the time of reading is asked of such a file. The search index is told
who holds whom, but not merged: a session does that (``tests.bench.search.complete``).
"""

from __future__ import annotations

from pathlib import Path

from crm_tui.access.verbs import GROUPED, GROUPS, ROWS, VERBS
from crm_tui.search.store_index import PUT, TAKE
from crm_tui.storage.driver import sqlite3

TEAMS, IN_TEAM = 20, 10
COLLABORATORS = 4_000
# Logins of those who are measured; the manager's team is the rep's.
REP, MANAGER, SERVICE, LOOKER, ADMINISTRATOR = "q002", "q001", "q_service", "q_looker", "q_admin"
LOOKING = "q_looking"  # reads everybody's customers, the sensitive fields of own ones alone
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL ORDER BY name"
PERSON = (
    "INSERT INTO person (login, login_key, name, name_key, role, team_id)"
    " VALUES (:login, :login, :name, :name, :role, :team)"
)
TEAM = "INSERT INTO team (name, name_key) VALUES (:name, :name)"
ROLE = "INSERT INTO role (key, label) VALUES (:key, :key)"
GRANT = "INSERT INTO permission (role, verb, field_group, scope) VALUES (:role, :verb, :group, :scope)"
# In no step with anything that recurs from customer to customer.
OWNER = "(:first + ((id * 2654435761) >> 9) % :people)"
MOVED = (
    f"UPDATE customer SET owner_id = {OWNER}",
    "UPDATE customer_state SET held_by = (SELECT c.owner_id FROM customer c"
    " WHERE c.id = customer_state.customer_id)",
    "UPDATE plan SET owner_id = (SELECT c.owner_id FROM customer c WHERE c.id = plan.customer_id)",
)
HELD = "SELECT customer_id, held_by FROM customer_state ORDER BY customer_id"
SHARED = "INSERT INTO collaborator (customer_id, person_id, access) VALUES (:customer, :person, 'read')"
HIGHEST = "SELECT max(id) FROM customer"
FOUND = "SELECT 1 FROM customer WHERE id = :id"


def people(path: Path) -> None:
    """Put 200 people in 20 teams into a demo, give each as many of its customers, and share some."""
    file = sqlite3.connect(str(path), isolation_level=None)
    try:
        file.execute("PRAGMA foreign_keys = OFF")
        file.execute("BEGIN IMMEDIATE")
        triggers = file.execute(TRIGGERS).fetchall()
        for name, _sql in triggers:
            file.execute(f'DROP TRIGGER "{name}"')
        first = _staff(file)
        former = file.execute(HELD).fetchall()
        for sql in MOVED:
            given = {"first": first, "people": TEAMS * IN_TEAM} if ":first" in sql else {}
            file.execute(sql, given)
        for sql, holders in ((TAKE, former), (PUT, file.execute(HELD).fetchall())):
            file.executemany(sql, ({"id": one, "grams": f"!{holder}"} for one, holder in holders))
        _share(file, first)
        for _name, sql in triggers:
            file.execute(sql)
        file.execute("COMMIT")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        file.close()


def _staff(file: sqlite3.Connection) -> int:
    """Add teams, people and the role of who looks at all; return the id of the first of the 200."""
    file.execute(ROLE, {"key": LOOKING})
    grants = [("read", ROWS, "all"), *(("read", group, "own") for group in GROUPS), ("unmask", ROWS, "all")]
    assert all(verb in VERBS for verb, _group, _scope in grants) and "read" in GROUPED
    for verb, group, scope in grants:
        file.execute(GRANT, {"role": LOOKING, "verb": verb, "group": group, "scope": scope})
    first = 0
    for number in range(TEAMS * IN_TEAM):
        if number % IN_TEAM == 0:
            team = file.execute(TEAM, {"name": f"团队{number // IN_TEAM + 1}"}).lastrowid
        login = f"q{number + 1:03d}"
        role = "sales_rep" if number % IN_TEAM else "sales_manager"
        row = {"login": login, "name": f"员工{number + 1:03d}", "role": role, "team": team}
        made = file.execute(PERSON, row).lastrowid
        first = first or made or 0
    for login, role in ((SERVICE, "service"), (LOOKER, LOOKING), (ADMINISTRATOR, "administrator")):
        file.execute(PERSON, {"login": login, "name": login, "role": role, "team": None})
    return first


def _share(file: sqlite3.Connection, first: int) -> None:
    highest = file.execute(HIGHEST).fetchone()[0]
    for number in range(COLLABORATORS):
        customer = (number * 7_919_011) % highest + 1
        if file.execute(FOUND, {"id": customer}).fetchone():
            person = first + (number * 131) % (TEAMS * IN_TEAM)
            file.execute(SHARED, {"customer": customer, "person": person})
