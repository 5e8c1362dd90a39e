"""What a key press in the search costs under each role, beside somebody who sees everything.

    python -m tests.bench.roles --people million.db     (once, on a copy: 200 people in 20 teams)
    python -m tests.bench.search_roles --file million.db [--each 5]

The file is only read: the roles are those of the policies to begin with, of somebody in the middle of the 200
and of their team. Queries are made of customers of this person and typed key by key, by one role after the
other; what the search keeps of names it read is let go between roles, for they meet in no process of a user.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from random import Random

from crm_tui.access import defaults
from crm_tui.access.policy import Policy
from crm_tui.access.scope import scope
from crm_tui.search import apparent, names
from crm_tui.search.service import search
from crm_tui.session import open_session
from crm_tui.storage.connection import connect
from tests.bench import search_cases as cases
from tests.bench.pseudo_terminal import percentile
from tests.bench.search import LOGIN, prefixes

PEOPLE = "SELECT id, team_id FROM person WHERE team_id IS NOT NULL AND role = 'sales_rep' ORDER BY id"
TEAM = "SELECT id FROM person WHERE team_id = :team ORDER BY id"
WHOLE = ("general", "administrator")
ROLES = (
    ("general", "sales_rep"), ("general", "sales_manager"), ("general", "service"), ("general", "entry"),
    ("files", "sales_rep"), ("files", "sales_manager"),
)  # fmt: skip
MOST = 1.5
KEPT = (names.name, names.person, apparent.shown)


def policy(preset: str, role: str, person: int, team: frozenset[int]) -> Policy:
    """Return what a role of a preset lets a person do."""
    grants = defaults.presets()[preset].grants
    granted = {(one.verb, one.field_group): one.scope for one in grants if one.role == role}
    return Policy(person, role, "", granted, frozenset((person,)), team)


def forget() -> None:
    """Let go of what the search keeps of customers it read."""
    for kept in KEPT:
        kept.cache_clear()


def main() -> int:
    """Measure and print; 1 when a role's median is above the bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--each", type=int, default=5)
    asked = parser.parse_args()
    with closing(connect(asked.file)) as connection:
        people = connection.execute(PEOPLE).fetchall()
        if not people:
            parser.error("nobody of the file is in a team: python -m tests.bench.roles --people FILE")
        person, number = people[len(people) // 2]
        team = frozenset(row[0] for row in connection.execute(TEAM, {"team": number}))
    with open_session(asked.file, login=_login(asked.file), read_only=True) as session:
        each = {role: policy(*role, person, team) for role in (WHOLE, *ROLES)}
        readers = {role: scope(session.database.connect_reader(), each[role]) for role in each}
        every = [*cases.made(readers["general", "sales_rep"], asked.each, Random(3)), *cases.hard()]
        typed = [[one.text] if one.kind == "hard" else list(prefixes(one.text)) for one in every]
        times: dict[tuple[str, str], list[float]] = defaultdict(list)
        for turn, keys in enumerate([["华为", "wang"], *typed]):
            order = list(readers)
            # Whoever is asked first finds the pages of the file in no memory yet.
            for role in order[turn % len(order) :] + order[: turn % len(order)]:
                forget()
                for text in keys:
                    began = time.process_time()
                    search(readers[role], text, person, limit=50)
                    times[role].append((time.process_time() - began) * 1000)
        for reader in readers.values():
            reader.close()
    missed = 0
    least = percentile(times[WHOLE], 0.5)
    print(
        f"{len(times[WHOLE])} keys, processor ms: median, p99, worst, times the median of who sees everything"
    )
    for role, found in times.items():
        median, high, worst = (percentile(found, part) for part in (0.5, 0.99, 1.0))
        print(f"{' '.join(role):24} {median:7.2f} {high:7.1f} {worst:7.1f} {median / least:6.2f}")
        missed += median > MOST * least
    return int(missed > 0)


def _login(path: Path) -> str:
    with closing(connect(path)) as connection:
        return connection.execute(LOGIN).fetchone()[0]


if __name__ == "__main__":
    raise SystemExit(main())
