"""Cells that say only that there is nothing to say."""

from __future__ import annotations

import pytest

from crm_tui.text.nothing import says_nothing


@pytest.mark.parametrize(
    "cell",
    ["-", "--", "—", "/", "／", "\\", ".", "?", "无", "無", "（无）", "暂无", "没有", "N/A", "不详", "未知"],
)  # fmt: skip
def test_says_nothing(cell: str) -> None:
    assert says_nothing(cell)


@pytest.mark.parametrize(
    "cell", ["", " ", "0", "*", "***", "无锡", "无名", "没有电话", "A", "1/2", "空客", "未知数", "娜"]
)
def test_says_something(cell: str) -> None:
    assert not says_nothing(cell)
