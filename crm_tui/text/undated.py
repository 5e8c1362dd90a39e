"""Plans that say themselves that they have no day: 未定 等客户通知, 待定，再议, someday call back."""

from __future__ import annotations

import re

_UNDATED = re.compile(
    r"\s*(?:(?:日期|时间)?(?:未定|待定|不定期)|someday\b|no date\b)[\s,，:：;；。.]*", re.IGNORECASE
)


def undated(text: str) -> str | None:
    """Return what is to be done of a plan that begins with such a word, None when it does not."""
    found = _UNDATED.match(text)
    return text[found.end() :].strip() if found else None
