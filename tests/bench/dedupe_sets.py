"""The sets that duplicate detection is measured on: made up, the sample with known answers, real pairs."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import NamedTuple

from crm_tui.identity.features import Record
from tests.tools.dedupe_world import world


class Labelled(NamedTuple):
    """Records, the pairs of indexes that are one customer (smaller first), look-alikes with their reason."""

    name: str
    records: list[Record]
    truth: set[tuple[int, int]]
    alike: list[tuple[int, int, str]]


def made(seed: int, size: int, mix: str) -> Labelled:
    """Return a made-up set (dedupe_world); ``kin+`` is the mix kin with real brands of CRM_TEST_DATA."""
    found = world(seed, size, mix.rstrip("+"), _brands() if mix.endswith("+") else ())
    return Labelled(f"{mix} {size // 1000}k", found.records, found.truth(), found.alike)


def _brands() -> list[str]:
    folder = data()
    if folder is None:
        raise SystemExit("A mix of real brands needs CRM_TEST_DATA")
    with gzip.open(folder / "real/company_short_forms_267k.txt.gz", "rt", encoding="utf-8") as file:
        return [one for line in file if 1 < len(one := line.strip()) < 6 and not one.isascii()]


def data() -> Path | None:
    """Return the folder of real and sample data, None where CRM_TEST_DATA names none."""
    given = os.environ.get("CRM_TEST_DATA")
    return Path(given) if given else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sample(folder: Path) -> Labelled:
    """Return the sample of 2,000 customers with known answers."""
    rows = _rows(folder / "dedupe_sample/customers.csv")
    records = [
        Record(
            row["kind"], row["name"], (), row["uscc"], (row["mobile"], row["phone"]), (row["email"],),
            (row["website"],), (row["contact"],), row["province"], row["city"], (row["address"],),
        )
        for row in rows
    ]  # fmt: skip
    index = {row["id"]: at for at, row in enumerate(rows)}
    by: dict[str, list[int]] = {}
    for row in _rows(folder / "dedupe_sample/truth.csv"):
        by.setdefault(row["entity_id"], []).append(index[row["id"]])
    truth = {(min(a, b), max(a, b)) for own in by.values() for a in own for b in own if a != b}
    alike = [
        (min(a, b), max(a, b), row["reason"])
        for row in _rows(folder / "dedupe_sample/hard_negatives.csv")
        for a, b in [(index[row["id_a"]], index[row["id_b"]])]
    ]
    return Labelled("sample", records, truth, alike)


def listed(folder: Path) -> Labelled:
    """Return listed companies of the mainland as they were called in 2017 and are called in 2026."""
    a, b = _rows(folder / "real/link_2017_2026/a_2017.csv"), _rows(folder / "real/link_2017_2026/b_2026.csv")
    records = [
        Record(
            name=row["name"], names=(row["short_name"], row["english_name"]), websites=(row["website"],),
            province=row["area"], addresses=(row["registered_address"], row["office_address"]),
        )
        for row in a
    ] + [
        Record(
            name=row["full_name"], names=(row["short_name"], row["english_name"]), websites=(row["website"],),
            province=row["province"], city=row["city"], addresses=(row["registered_address"],),
        )
        for row in b
    ]  # fmt: skip
    return _linked("listed 2017-2026", folder / "real/link_2017_2026/truth.csv", records, a, b)


def taiwan(folder: Path) -> Labelled:
    """Return Taiwan's OTC companies of 2023 and 2025."""
    where = folder / "real/link_tw_2023_2025"
    a, b = _rows(where / "a_2023.csv"), _rows(where / "b_2025.csv")
    records = [
        Record(
            name=row["公司名稱"], names=(row["公司簡稱"], row["英文簡稱"]), phones=(row["總機電話"],),
            mails=(row["電子郵件信箱"],), websites=(row["網址"],), addresses=(row["住址"],),
        )
        for row in (*a, *b)
    ]  # fmt: skip
    return _linked("taiwan 2023-2025", where / "truth.csv", records, a, b)


def _linked(name: str, path: Path, records: list[Record], a: list, b: list) -> Labelled:
    index = {row["id"]: at for at, row in enumerate((*a, *b))}
    truth = {(index[row["a_id"]], index[row["b_id"]]) for row in _rows(path)}
    return Labelled(name, records, truth, [])


def different(folder: Path) -> Labelled:
    """Return pairs of different companies with names one sign apart; by name and address, without codes."""
    records, alike = [], []
    for at, row in enumerate(_rows(folder / "real/different_companies_alike.csv")):
        for side in "ab":
            records.append(
                Record(
                    name=row[f"name_{side}"], city=row[f"city_{side}"], addresses=(row[f"address_{side}"],)
                )
            )
        alike.append((2 * at, 2 * at + 1, row["where"]))
    return Labelled("different alike", records, set(), alike)
