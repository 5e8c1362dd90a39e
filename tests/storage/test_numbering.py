"""Numbers: templates, scopes, widening, imported numbers, none given twice."""

from __future__ import annotations

from datetime import date

import pytest

from crm_tui.storage import numbering
from crm_tui.storage.database import Database
from crm_tui.storage.undo import undo
from tests.storage.world import customer, saved

DAY, NEXT, NEW_YEAR = date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 1)


def template(db: Database, text: str, scope: str) -> None:
    row = {"entity": "customer", "template": text, "scope": scope}
    saved(db, lambda c: c.insert("numbering", row), "numbering")


def give(db: Database, day: date, count: int = 1, tokens: dict[str, str] | None = None) -> list[str]:
    return db.write_untracked(lambda c: numbering.allocate(c, "customer", day, count, tokens))


def see(db: Database, *numbers: str) -> None:
    db.write_untracked(lambda c: numbering.observe(c, "customer", numbers))


def test_without_a_template_a_customer_is_numbered_by_day(db):
    assert numbering.template_of(db.connection, "customer") == ("C{YYYYMMDD}{seq:3}", "day")
    assert give(db, DAY, 2) == ["C20241230001", "C20241230002"]
    assert give(db, NEXT) == ["C20241231001"]
    assert give(db, DAY) == ["C20241230003"]


@pytest.mark.parametrize(
    ("text", "scope", "numbers"),
    [
        ("C{YYYYMMDD}{seq:3}", "day", ["C20241230001", "C20241230002", "C20241231001", "C20250101001"]),
        ("CUST-{YYYYMMDD}-{seq:3}", "day", ["CUST-20241230-001", "CUST-20241230-002", "CUST-20241231-001",
                                           "CUST-20250101-001"]),
        ("{YYYY}-{seq:4}", "year", ["2024-0001", "2024-0002", "2024-0003", "2025-0001"]),
        ("{YYYYMMDD}{seq:2}", "year", ["2024123001", "2024123002", "2024123103", "2025010101"]),
        ("K{seq:5}", "none", ["K00001", "K00002", "K00003", "K00004"]),
        ("C{YYYYMMDD}{seq:3}", "none", ["C20241230001", "C20241230002", "C20241231003", "C20250101004"]),
    ],
)  # fmt: skip
def test_the_counter_begins_anew_with_its_scope(db, text, scope, numbers):
    template(db, text, scope)
    assert [*give(db, DAY, 2), *give(db, NEXT), *give(db, NEW_YEAR)] == numbers


def test_each_region_and_channel_counts_by_itself(db):
    template(db, "{region}{channel}{YYYYMMDD}{seq:3}", "day")
    assert give(db, DAY, 1, {"region": "BJ", "channel": "WEB"}) == ["BJWEB20241230001"]
    assert give(db, DAY, 1, {"region": "SH", "channel": "WEB"}) == ["SHWEB20241230001"]
    assert give(db, DAY, 1, {"region": "BJ", "channel": "WEB"}) == ["BJWEB20241230002"]
    assert give(db, DAY) == ["20241230001"]


def test_past_999_the_number_widens(db):
    assert give(db, DAY, 1001)[-3:] == ["C20241230999", "C202412301000", "C202412301001"]
    assert give(db, DAY) == ["C202412301002"]


@pytest.mark.parametrize(
    ("seen", "following"),
    [
        (["C20241230005"], "C20241230006"),
        (["C20241230005", "C20241230017", "C20241230002"], "C20241230018"),
        (["C202412301200"], "C202412301201"),
        (["C20241229900"], "C20241230001"),
        (["KH-1", "", "C2024123", "XC20241230005", "C20241230005 "], "C20241230001"),
    ],
)
def test_an_imported_number_that_fits_moves_the_counter(db, seen, following):
    see(db, *seen)
    assert give(db, DAY) == [following]


def test_an_imported_number_never_moves_the_counter_back(db):
    give(db, DAY, 9)
    see(db, "C20241230003")
    assert give(db, DAY) == ["C20241230010"]


@pytest.mark.parametrize(
    ("text", "scope", "seen", "following"),
    [
        ("{YYYY}-{seq:4}", "year", "2024-0041", "2024-0042"),
        ("{YYYYMMDD}{seq:2}", "year", "2024010107", "2024123008"),
        ("K{seq:5}", "none", "K00310", "K00311"),
        ("C.{YYYY}{seq:3}", "day", "CX2024041", "C.2024001"),
    ],
)
def test_imported_numbers_move_the_counter_of_their_scope(db, text, scope, seen, following):
    template(db, text, scope)
    see(db, seen)
    assert give(db, DAY) == [following]


def test_numbers_known_to_be_taken_are_passed_over(db):
    taken = {"C20241230001", "C20241230003"}
    numbers = db.write_untracked(lambda c: numbering.allocate(c, "customer", DAY, 2, None, taken))
    assert numbers == ["C20241230002", "C20241230004"]


def test_undo_does_not_give_a_number_again(db):
    def add(change):
        return customer(change, numbering.allocate(change.connection, "customer", DAY)[0])

    added = saved(db, add)
    db.write(1, "undo", lambda c: undo(c, added), undoes=added)
    assert give(db, DAY) == ["C20241230002"]


def test_a_refused_save_gives_its_number_back(db):
    def fails(change):
        numbering.allocate(change.connection, "customer", DAY)
        raise KeyError

    with pytest.raises(KeyError):
        db.write(1, "customer.add", fails)
    assert give(db, DAY) == ["C20241230001"]
