"""Plans that say themselves that they have no day."""

from __future__ import annotations

import pytest

from crm_tui.text.undated import undated


@pytest.mark.parametrize(
    ("text", "rest"),
    [("未定 等客户通知", "等客户通知"), ("待定，再议", "再议"), ("日期未定：寄样品", "寄样品"),
     ("不定期回访", "回访"), ("Someday call back", "call back"), ("no date, ask again", "ask again"),
     ("未定", ""), ("  待定 ", ""),
     ("明天回访", None), ("somedays", None), ("", None)],
)  # fmt: skip
def test_the_word_in_front_says_it(text: str, rest: str | None) -> None:
    assert undated(text) == rest
