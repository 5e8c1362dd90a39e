"""A team at work, a large import among colleagues and a reader that does not end, in short."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crm_tui.session import open_session
from tests.faults import bare_disk, crowd, processes, starvation, team
from tests.faults.colleagues import NOBODY, lost
from tests.faults.million import code_of, make_million, name_of, write_sheet

JOURNALS = pytest.mark.parametrize("journal", ["wal", "truncate"])


@pytest.fixture(autouse=True)
def _journal_in_use(request: pytest.FixtureRequest) -> None:
    if "journal" in request.fixturenames and request.getfixturevalue("journal") not in processes.MODES:
        pytest.skip("this SQLite library has the WAL-reset fault: the program does not use WAL with it")


@JOURNALS
def test_a_team_at_work_loses_nothing(tmp_path: Path, journal: str):
    outcome = team.run(tmp_path / "crm.db", journal, 8, 1.0, 0.1, least=12)
    assert outcome.faults == []
    assert len(outcome.said.tokens) > 10
    assert len(outcome.said.fields) > 10


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_the_disk_alone_is_written_by_several_in_turn(tmp_path: Path, journal: str):
    taken = bare_disk.waits(tmp_path, journal, 3, 0.2)
    assert len(taken) >= 3 and min(taken) > 0
    assert (tmp_path / "file").stat().st_size == bare_disk.FILE_PAGES * len(bare_disk.PAGE)
    assert bare_disk.told(tmp_path, journal, 2, 0.1).startswith("the disk alone: p50 ")


def test_a_lost_save_would_be_noticed(tmp_path: Path):
    make_million(tmp_path / "crm.db", 10, "truncate")
    said = NOBODY._replace(tokens=["1:1"], fields=[(1, "need", "what stood there", "1:2")], busy=1)
    assert [fault.split(":")[0] for fault in lost(tmp_path / "crm.db", said)] == [
        "1 acknowledged activities are missing",
        "1 updates lost",
        "1 lock errors",
    ]


def test_a_large_import_and_its_undo_among_colleagues(tmp_path: Path):
    journal = processes.MODES[0]  # the command plays both
    make_million(tmp_path / "small.db", 1000, "truncate")
    assert crowd.run(tmp_path / "small.db", journal, 1000, 400, 4, 0.2, ["crowd"]) == []


@JOURNALS
def test_a_reader_that_does_not_end(tmp_path: Path, journal: str):
    outcome = starvation.run(tmp_path / "crm.db", journal, 40, 0.05)
    assert outcome.faults == []
    if journal == "truncate":
        assert "数据库正忙" in outcome.sentence
        assert "没有保存" in outcome.sentence


def test_an_open_reading_of_the_program_would_be_noticed(tmp_path: Path):
    make_million(tmp_path / "crm.db", 300, "truncate")
    with open_session(tmp_path / "crm.db", login="li") as session:
        assert starvation.left_open(session, tmp_path / "crm.db") == []
        with closing(session.reader.execute("SELECT id FROM customer")) as unread:
            unread.fetchone()
            assert len(starvation.left_open(session, tmp_path / "crm.db")) > 5


def test_what_is_generated_is_always_the_same(tmp_path: Path):
    assert len({name_of(number) for number in range(5000)}) == 5000
    assert len({code_of(number) for number in range(5000)}) == 5000
    assert write_sheet(tmp_path / "one.csv", 1000, 200) == (196, 4)
    write_sheet(tmp_path / "two.csv", 1000, 200)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
