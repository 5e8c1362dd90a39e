"""Many new records held against the file and against one another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.dedupe import crowded, crowding, hands
from crm_tui.dedupe.crowding import Match, match_many
from crm_tui.dedupe.scoring import MERGE, REVIEW, band, compare
from crm_tui.identity.document import features_of
from crm_tui.identity.features import Record, features
from crm_tui.identity.keys import blocks, candidates, counts, keys
from crm_tui.session import Session
from tests.exchange.importer import every, opened, run, sheet_of
from tests.tools.dedupe_world import world

HEAD = ("客户名称", "联系人姓名", "手机", "邮箱")


def shaped(found: dict[int, list[Match]]) -> dict[int, list[tuple[int, int, float, str]]]:
    return {row: [one[:4] for one in own] for row, own in found.items()}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = opened(tmp_path)
    rows = [
        ("上海恒达机械有限公司", "王伟", "13812345678", "wang@hengda.com"),
        ("杭州瑞通电子有限公司", "李娜", "13900001111", ""),
        ("上海恒达机械有限公司杭州分公司", "", "", ""),
    ]
    run(one, sheet_of(tmp_path / "there.csv", HEAD, rows))
    yield one
    one.close()


ROWS = [
    (2, Record(name="上海恒达机械", phones=("13812345678",), contacts=("王伟",))),
    (3, Record(name="宁波海天贸易有限公司")),
    (4, Record(name="宁波海天贸易公司", phones=("0574-87654321",))),
    (5, Record(name="上海恒达文化传播有限公司")),
    (6, Record()),
]


@pytest.mark.requirement("S0-18")
def test_rows_meet_customers_and_one_another(session: Session) -> None:
    found = match_many(session.reader, ROWS)
    there = dict(every(session, "SELECT name, id FROM customer"))
    assert found[2][0].customer_id == there["上海恒达机械有限公司"]
    assert found[2][0].band == MERGE
    assert round(sum(line.weight for line in found[2][0].lines), 1) == found[2][0].score
    # The branch is another office, the later one of two rows has the match, and nothing says nothing.
    assert [one.row for one in found[4]] == [3] and found[4][0].customer_id == 0
    assert not {3, 6} & found.keys()
    assert there["上海恒达机械有限公司杭州分公司"] not in [
        one.customer_id for own in found.values() for one in own
    ]


def test_one_pass_along_the_index_finds_what_single_questions_find(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = match_many(session.reader, ROWS, database=session.database)
    monkeypatch.setattr(crowding, "FEW", 0)
    small_pieces(monkeypatch, 2)
    said: list[tuple[int, int]] = []
    passed = match_many(session.reader, ROWS, lambda *done: said.append(done), database=session.database)
    assert asked == passed
    assert said[-1] == (100, 100)


def test_as_comparing_every_pair_that_shares_a_key(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    records = world(5, 300, "usual").records
    monkeypatch.setattr(crowded, "SHOWN", 1000)
    found = match_many(session.reader, list(enumerate(records, 10)))
    known = [features(one) for one in records] + [
        features_of(text) for text in every(session, "SELECT haystack || whereabouts FROM compared")
    ]
    blocked = blocks((at, keys(one)) for at, one in enumerate(known))
    rare = counts(blocked)
    expected = set()
    for a, b in candidates(blocked):
        scored = compare(known[a], known[b], rare)
        if a < len(records) and band(scored) in (MERGE, REVIEW):
            expected.add((max(a, b) if b < len(records) else a, min(a, b), scored.score))
    assert {
        (row - 10, one.row - 10, one.score) for row, own in found.items() for one in own if one.row
    } == expected
    assert expected


DIED = [["-c", "pass"], ["-c", "import sys; sys.stdin.readline(); print(9)"]]


@pytest.mark.parametrize("argv", [None, *DIED, "full"])
def test_two_processors_find_what_one_finds(
    session: Session, monkeypatch: pytest.MonkeyPatch, argv: list[str] | str | None
) -> None:
    records = list(enumerate(world(6, 300, "usual").records, 10))
    for name, size in (("FEW", 4), ("TAKEN", 7), ("ENTRIES", 90)):
        monkeypatch.setattr(crowding, name, size)
    shares: list[str] = []
    send = hands.Hands._send
    monkeypatch.setattr(hands.Hands, "_send", lambda own, task: (shares.append(task[0]), send(own, task))[1])
    if isinstance(argv, list):
        monkeypatch.setattr(hands, "WORKER", [sys.executable, *argv])
    elif argv:
        monkeypatch.setattr(crowding.Crowd, "_put", no_room)
    found = match_many(session.reader, records, database=session.database)
    assert found and "entered" in shares
    assert ("alike" in shares) == ("met" in shares) == (argv is None)
    monkeypatch.setattr(hands.os, "cpu_count", lambda: 1)
    shares.clear()
    alone = match_many(session.reader, records, database=session.database)
    assert [*alone.items()] == [*found.items()]
    assert alone == match_many(session.reader, records)


def small_pieces(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in (crowding, crowded):
        monkeypatch.setattr(module, "PIECE", size)


def no_room(*_args: object) -> int:
    raise OSError(28, "No space left on device")


def test_it_stops_when_asked(session: Session) -> None:
    assert match_many(session.reader, ROWS, cancelled=lambda: True) == {}


def test_a_value_that_a_whole_file_shares_brings_nobody_together(session: Session) -> None:
    rows = [(at, Record(name=f"客户第{at}号", phones=("021-62345678",))) for at in range(1, 200)]
    assert shaped(match_many(session.reader, rows)) == {}
