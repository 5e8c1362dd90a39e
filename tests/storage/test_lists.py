"""Lists of ids in statements: what is found is the same however many there are."""

from __future__ import annotations

import pytest

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.lists import PIECE, placeholders, query_in


@pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_every_id_is_found_once(count: int) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO customer (id) VALUES (?)", [(one,) for one in range(2000)])
        wanted = list(range(1, count + 1))
        found = query_in(connection, "SELECT id FROM customer WHERE id IN ({ids})", wanted)
    assert sorted(found) == [(one,) for one in wanted]


def test_lists_of_about_one_length_ask_the_same_statement() -> None:
    asked = {placeholders(list(range(count)))[0] for count in range(33, 65)}
    assert len(asked) == 1
    marks, params = placeholders(range(PIECE - 5))
    assert len(params) == marks.count(":") == PIECE
    assert set(params.values()) == set(range(PIECE - 5))
