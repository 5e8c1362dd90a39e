"""The file that searches are measured in: a demo of any size, with real companies among its customers.

    python -m tests.bench.search_file --file million.db --customers 1000000 [--real FOLDER] [--bare]

The real ones (``CRM_TEST_DATA/real``) are companies listed in Shanghai, Shenzhen and Taipei with the short,
former and English names, phones and mail addresses that are published of them; ``--bare`` leaves them their
full names alone. They are written as an import writes, and stand where the demo ends.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.customers.convert import complete
from crm_tui.session import Session, open_session
from crm_tui.storage import jobs, numbering
from crm_tui.storage.change import Change
from crm_tui.text.fold import fold

ROOT = Path(__file__).parents[2]
A_SHARE, TAIWAN = "search_queries_a_share.csv", "search_queries_tw.csv"
SET = 500
# Of these kinds the query is a name that the company once had.
FORMER = ("former_full_2017", "former_full_2021", "former_short_2017", "former_short_2021")
PERSON = ("customer_id", "name", "office_phone", "email", "is_primary", "position")
NAMED = ("customer_id", "name", "name_key", "kind")


class Company(NamedTuple):
    """A real company: its customer columns, its other names as (name, kind), phone and mail."""

    values: dict[str, Any]
    names: list[tuple[str, str]]
    phone: str = ""
    mail: str = ""


class Query(NamedTuple):
    """Something to be looked for, and the full names of which each is a right answer."""

    kind: str
    text: str
    names: frozenset[str]


def queries(folder: Path) -> list[Query]:
    """Return the real queries with their answers."""
    found = []
    for file in (A_SHARE, TAIWAN):
        with (folder / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                found.append(Query(row["kind"], row["query"], frozenset(row["expected_names"].split("|"))))
    return found


def companies(folder: Path, *, bare: bool = False) -> Iterator[Company]:
    """Yield the real companies; ``bare`` without any name but the full one."""
    former: dict[str, list[str]] = defaultdict(list)
    for query in queries(folder):
        if query.kind in FORMER:
            for name in query.names:
                former[name].append(query.text)
    with gzip.open(folder / "companies_a_share.csv.gz", "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            name = row["公司全称"]
            place = {"biz_province": row["省份"] or None, "biz_city": row["城市"] or None}
            more = {"website": row["网址"] or None, "main_business": row["主营业务"] or None}
            yield _company(
                {"name": name, **place, **more}, row["证券简称"], row["英文名称"],
                [(row["扩位简称"], "other"), *((one, "former") for one in former[name])], bare=bare,
            )  # fmt: skip
    with (folder / "link_tw_2023_2025" / "b_2025.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            values = {"name": row["公司名稱"], "website": row["網址"] or None}
            made = _company(values, row["公司簡稱"], row["英文簡稱"], [], bare=bare)
            yield made._replace(phone=row["總機電話"].strip(), mail=row["電子郵件信箱"].strip())


def _company(
    values: dict[str, Any], short: str, english: str, names: list[tuple[str, str]], *, bare: bool
) -> Company:
    if bare:
        return Company({**values, "short_name": None, "english_name": None}, [])
    whole = {**values, "short_name": short.strip() or None, "english_name": english.strip() or None}
    return Company(whole, list(dict.fromkeys(one for one in names if one[0].strip())))


def add(path: Path, folder: Path, *, bare: bool = False, login: str | None = None) -> int:
    """Write the real companies into a file and return how many they are."""
    every = list(companies(folder, bare=bare))
    with open_session(path, login=login, source="cli") as session:
        write(session, every)
    return len(every)


def write(session: Session, every: Sequence[Company]) -> None:
    """Write companies in sets."""
    for start in range(0, len(every), SET):
        part = every[start : start + SET]
        session.database.write(
            session.person.id, "customer.add",
            lambda change, part=part: _write(change, session.person.id, session.today(), part),
            source="cli",
        )  # fmt: skip


def _write(change: Change, owner: int, day: Any, part: Sequence[Company]) -> None:
    low, _high = jobs.reserve_ids(change.connection, "customer", len(part))
    numbers = numbering.allocate(change.connection, "customer", day, len(part))
    files, people, names = [], [], []
    for customer, (one, number) in enumerate(zip(part, numbers, strict=True), low):
        own = {"id": customer, "kind": "company", "no": number, "owner_id": owner, "status": "prospect"}
        files.append(complete({**one.values, **own}))
        people.append((customer, "", one.phone or None, one.mail or None, 1, 0))
        names += [(customer, name, fold(name), kind) for name, kind in one.names]
    columns = tuple(dict.fromkeys(name for row in files for name in row))
    change.insert_many("customer", columns, [[row.get(name) for name in columns] for row in files])
    reachable = [row for row in people if row[2] or row[3]]
    if reachable:
        change.insert_many("contact", PERSON, reachable)
    if names:
        change.insert_many("customer_alias", NAMED, names)


def make(path: Path, customers: int, folder: Path | None, *, bare: bool = False) -> None:
    """Make the file through the demo and add the real companies where their folder is given."""
    words = ["demo", "--make", str(path), "--customers", str(customers)]
    subprocess.run([sys.executable, "-m", "crm_tui", *words], cwd=ROOT, check=True)
    if folder is not None:
        add(path, folder, bare=bare)


def real_folder() -> Path | None:
    """Return the folder of the real inputs, None where there is none."""
    named = os.environ.get("CRM_TEST_DATA")
    folder = Path(named) / "real" if named else None
    return folder if folder is not None and folder.is_dir() else None


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--real", type=Path, default=real_folder())
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--login", help="who adds them to a file that is there; else the user of the system")
    wanted = parser.parse_args()
    if wanted.file.exists():
        print(f"{add(wanted.file, wanted.real, bare=wanted.bare, login=wanted.login)} real companies added")
    else:
        make(wanted.file, wanted.customers, wanted.real, bare=wanted.bare)
    return 0


if __name__ == "__main__":
    sys.exit(main())
