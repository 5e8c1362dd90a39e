from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.text.signs import Signs

RANGES = " ~\u4e00\u9fff\uff01\uff60"
PATTERN = re.compile("[ -~\u4e00-\u9fff\uff01-\uff60]*")


@settings(max_examples=100)
@given(st.lists(st.text(st.sampled_from(" az~\x7f一丁鿿ꀀ！｠｡é\U00020000"), max_size=6), max_size=6))
def test_what_was_learned_from_earlier_texts_is_what_the_ranges_say(texts: list[str]) -> None:
    signs = Signs(RANGES)
    for text in [*texts, *texts]:
        assert signs.cover(text) == bool(PATTERN.fullmatch(text))
        assert [sign in signs for sign in text] == [bool(PATTERN.fullmatch(sign)) for sign in text]


def test_signs_beyond_those_it_remembers_are_known_too() -> None:
    signs = Signs(RANGES)
    everything = "".join(map(chr, range(0x4E00, 0xA000)))
    assert signs.cover(everything)
    assert signs.cover(everything[::-1])
    assert not signs.cover(everything + "é")
