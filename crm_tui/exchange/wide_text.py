"""Text of two bytes a character that says nowhere that it is so: UTF-16 without a mark."""

from __future__ import annotations

import re

_PLAUSIBLE = re.compile("[\t\n\r\x20-\x7e\xa0-\xff\u2010-\u203b\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_MARKS = re.compile("[\t\n\r,;|]")
_SAMPLE = 1 << 14
_ENOUGH = 0.9


def order_of(data: bytes) -> str:
    """Return utf-16-le or utf-16-be for text in UTF-16 without a mark, '' for everything else.

    Every sheet has separators and line ends, which are a zero byte each beside their own; read in the other
    order they are signs that nobody writes.
    """
    sample = data[:_SAMPLE]
    if b"\0" not in sample:
        return ""
    best, share = "", _ENOUGH
    for codec in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) & ~1].decode(codec, "replace")
        likely = len(_PLAUSIBLE.findall(text)) / max(len(text), 1)
        if likely > share and "\0" not in text and _MARKS.search(text):
            best, share = codec, likely
    return best
