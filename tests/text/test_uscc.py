"""Unified social credit codes: the kinds of cell, and 30,000 real ones."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.uscc import (
    NOT_FILLED,
    OLD_NUMBER,
    WRONG_CHECK,
    WRONG_LENGTH,
    WRONG_SHORT,
    WRONG_SIGN,
    check_code,
)

CASES = [
    ("91350100M000100Y43", "valid", "91350100M000100Y43", ""),
    ("9144030071526726XG", "valid", "9144030071526726XG", ""),
    ("91330100799655058B", "valid", "91330100799655058B", ""),
    ("９１３５ 0100-m000100y43", "valid", "91350100M000100Y43", ""),
    ("91350100M000100Y44", "wrong_check", "91350100M000100Y44", WRONG_CHECK),
    ("91350100M000100Y4Z", "wrong_check", "91350100M000100Y4Z", WRONG_SIGN),
    ("123456789012345", "old15", "123456789012345", OLD_NUMBER),
    ("00501503", "taiwan", "00501503", ""),
    ("2209-9131", "taiwan", "22099131", ""),
    ("10458575", "taiwan", "10458575", ""),  # by its 7
    ("00501508", "taiwan", "00501508", ""),  # of those given since 2023
    ("00501502", "wrong_length", "00501502", WRONG_SHORT),
    ("9135010", "wrong_length", "9135010", WRONG_LENGTH),
    ("91350100M000100Y433", "wrong_length", "91350100M000100Y433", WRONG_LENGTH),
    ("****************", "placeholder", "", NOT_FILLED),
    ("000000000000000000", "placeholder", "", NOT_FILLED),
    ("9135****000100Y43X", "placeholder", "", NOT_FILLED),
    ("-", "placeholder", "", NOT_FILLED),
    ("无", "placeholder", "", NOT_FILLED),
    ("", "empty", "", ""),
    (" \u3000", "empty", "", ""),
]


@pytest.mark.parametrize(("text", "kind", "key", "problem"), CASES)
@pytest.mark.requirement("S2-06", "S2-18")
def test_kinds_of_cell(text: str, kind: str, key: str, problem: str) -> None:
    assert check_code(text) == (kind, key, problem)


@given(st.text() | st.text("0123456789ABCXYZ *-", min_size=15, max_size=19))
def test_any_text_is_taken(text: str) -> None:
    check = check_code(text)
    assert bool(check.problem) == (check.kind not in ("valid", "taiwan", "empty"))
    assert not check.key or check.kind not in ("placeholder", "empty")


@pytest.mark.requirement("S2-18")
def test_codes_of_real_companies(test_data: Path) -> None:
    with gzip.open(test_data / "real/companies_registry_30k.csv.gz", "rt", encoding="utf-8-sig") as lines:
        kinds = Counter(check_code(row["统一社会信用代码"]).kind for row in csv.DictReader(lines))
    assert kinds == {"valid": 29940, "old15": 55, "wrong_check": 4, "wrong_length": 1}
