"""Words and signs that people write into a cell because it may not stay blank."""

from __future__ import annotations

import re
from functools import lru_cache

from crm_tui.text.fold import fold

_SIGNS = re.compile(r"[-_/\\|.。、·~—–?？!！]+")
_NOTHING = (
    "无 没 没有 暂无 暂时无 暂时没有 暂缺 缺 空 未知 不知 不知道 不详 不明 不清楚 未提供 未填 未填写 未登记"
    " 待补 待补充 none null nil n/a na nan unknown notavailable"
)
_WORDS = frozenset(_NOTHING.split())
_FIRST = frozenset([one[0] for one in _WORDS])
_LONGEST = 16
DITTO = frozenset(("同上", "同上行", "同上一行", "同前", "〃", "″", '"', "ditto", "Ditto"))
"""Cells that say only that they are as the one above."""


def says_nothing(s: str) -> bool:
    """Tell whether a cell says only that there is nothing to say: ``-``, 无, 暂无, N/A, （未知）."""
    # Sheets have a million cells, of which nearly all begin otherwise.
    return 0 < len(s) <= _LONGEST and _may_begin(s[0]) and _says_nothing(s)


@lru_cache(maxsize=4096)
def _may_begin(sign: str) -> bool:
    return not sign.isalnum() or fold(sign)[:1] in _FIRST


@lru_cache(maxsize=4096)
def _says_nothing(s: str) -> bool:
    key = fold(s)
    if not key:
        return False
    return _SIGNS.fullmatch(key) is not None or key.strip("()-_/.。,，;；?") in _WORDS
