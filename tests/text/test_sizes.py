"""Numbers of bytes as people read them."""

import pytest

from crm_tui.text.sizes import size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1_048_575, "1024 KB"),
        (1024, "1.0 KB"),
        (1_572_864, "1.5 MB"),
        (5 * 2**30, "5.0 GB"),
        (2**42, "4096 GB"),
    ],
)
def test_bytes_read_like_people_say_them(count: int, text: str) -> None:
    assert size_text(count) == text
