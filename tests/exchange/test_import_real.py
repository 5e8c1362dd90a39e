"""Sheets that nobody here made: no row lost, a second import changes nothing, undo gives all back."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.errors import CrmError
from crm_tui.session import Session
from tests.exchange.importer import every, lists, only, opened, run

pytestmark = pytest.mark.usefixtures("started_anew")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    yield one
    one.close()


def unpacked(test_data: Path, tmp_path: Path, name: str, rows: int | None = None) -> Path:
    lines = gzip.decompress((test_data / "real" / name).read_bytes()).decode().splitlines(keepends=True)
    path = tmp_path / name.removesuffix(".gz")
    path.write_text("".join(lines if rows is None else lines[: rows + 1]), "utf-8")
    return path


@pytest.mark.requirement("S0-22")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("companies_a_share.csv.gz", 2469),
        # More than one part of a large change; the deep profile takes the whole list.
        ("companies_registry_30k.csv.gz", 30000 if os.environ.get("CRM_HYPOTHESIS") == "deep" else 2500),
    ],
)
def test_company_lists(test_data: Path, session: Session, tmp_path: Path, name: str, rows: int) -> None:
    path = unpacked(test_data, tmp_path, name, rows)
    before = lists(session)
    first = run(session, path)
    assert first.counts["rows"] == rows
    assert Counter(first.verdicts).total() == rows
    assert first.counts["error"] == 0
    assert first.result.added == first.counts["new"]
    assert only(session, "SELECT count(*) FROM customer") == first.counts["new"]
    assert first.counts["new"] + first.counts["suspect"] == rows
    second = run(session, path)
    assert (second.result.added, second.result.updated, second.result.job) == (0, 0, None)
    assert second.counts["skip"] == first.counts["new"]
    assert session.undo() is not None
    assert lists(session) == before


SHEETS = {
    "crm_customer_template.xls": None,
    "customer_template_notes_row.xls": None,
    "stock_short_full_gbk.csv": None,
    "tw_otc_2025_utf8bom.csv": None,
    "vendor_template_notes_row.xls": None,
}


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_spreadsheets(test_data: Path, session: Session, tmp_path: Path, name: str) -> None:
    before = lists(session)
    first = run(session, test_data / "real/spreadsheets" / name)
    counts = first.counts
    assert counts["rows"] == sum(counts[key] for key in ("new", "skip", "suspect", "error", "contacts"))
    assert first.result.added == counts["new"] > 0
    kept = every(session, "SELECT name FROM customer ORDER BY id")
    assert len(kept) == counts["new"]
    second = run(session, test_data / "real/spreadsheets" / name)
    assert (second.result.added, second.result.updated) == (0, 0)
    session.undo()
    assert lists(session) == before


def test_odd_workbooks_import_or_are_refused_with_a_sentence(
    test_data: Path, session: Session, tmp_path: Path
) -> None:
    before = lists(session)
    files = sorted((test_data / "real/odd_workbooks").iterdir())
    refused = {}
    for file in files:
        try:
            run(session, file)
        except CrmError as error:
            refused[file.name] = str(error)
        else:
            session.undo()
    assert lists(session) == before
    assert len(refused) == len(files)
    assert all(len(text) > 10 for text in refused.values())
    assert not list(tmp_path.glob(".*staging*"))
