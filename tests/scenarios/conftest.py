"""A team of 王芳 at the shell, and sheets as people send them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.calls import Call
from tests.cli.conftest import crm, noon, opened, team

__all__ = ["crm", "noon", "opened", "team"]

Take = Callable[..., Call]


@pytest.fixture
def take(team: Callable[..., Call], tmp_path: Path) -> Take:
    """Return a function that imports rows given as {heading: cell} and tells how it went."""
    numbers = iter(range(1, 100))

    def imported(*rows: dict[str, str]) -> Call:
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        path = tmp_path / f"sheet {next(numbers)}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *([row.get(one, "") for one in headings] for row in rows)])
        return team("import", str(path), "--json")

    return imported


@pytest.fixture
def out(team: Callable[..., Call], tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """Return a function that exports a list to csv and reads it back as {heading: cell}."""

    def exported(kind: str, *options: str) -> list[dict[str, str]]:
        path = tmp_path / "out.csv"
        call = team("export", kind, str(path), "--overwrite", *options)
        assert call.status == 0, call.err
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return exported


def told(text: str, label: str) -> str:
    """Return what a customer file on the command line says beside a label, '' when it is not there."""
    for line in text.splitlines():
        if line.startswith(f"  {label} "):
            return line[len(label) + 3 :].strip()
    return ""
