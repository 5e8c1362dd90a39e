"""The whole scan, what stops it, and catching up with what was saved since."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.dedupe import catching_up, decisions, hands, listing, merging, scanning, standing, whole
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.preview import preview
from crm_tui.errors import BadInput, Cancelled
from crm_tui.search import index, keyed
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from crm_tui.storage.driver import sqlite3
from tests.opened import MOMENT, make_database, saved
from tests.pace import PATIENCE

pytestmark = pytest.mark.requirement("S0-18")
CODE, OTHER_CODE = "91310114312772126U", "91310101MA1FW00081"
FULL, BRANCH, AWAY = "上海恒达机械有限公司", "上海恒达机械有限公司杭州分公司", "杭州瑞丰食品有限公司"


def add(crm: Session, name: str, phone: str = "", **values: object) -> int:
    contacts = [{"name": "王伟", "mobile": phone}] if phone else []
    return saved(crm, service.add, {"name": name, **values}, contacts)


def twins(crm: Session) -> tuple[int, int]:
    return add(crm, FULL, "13812345678"), add(crm, "恒达机械（上海）有限公司", "13812345678")


def bands(crm: Session) -> dict[tuple[int, int], str]:
    return {(one.a, one.b): one.band for one in listing.pairs(crm.reader)}


def kept(crm: Session) -> list[tuple]:
    return sorted(store.all_of(crm.database.connection, store.SINCE_SCORE, {"least": -1000}))


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Scan with one processor, which is the sooner for a few customers."""
    if "both" not in request.fixturenames:
        monkeypatch.setattr(hands.os, "cpu_count", lambda: 1)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker take part."""
    monkeypatch.setattr(whole, "FEW", 0)


def test_before_the_first_scan_there_is_nothing_and_it_says_so(crm: Session):
    twins(crm)
    assert listing.status(crm.reader) == (None, 0, 0, False)
    assert not bands(crm) and not listing.groups(crm.reader)
    assert scanning.catch_up(crm.database) == 0 and not bands(crm)


def test_a_scan_finds_who_was_entered_twice(crm: Session):
    pair = twins(crm)
    add(crm, AWAY, "13911112222")
    said: list[tuple[int, int]] = []
    result = scanning.scan(crm.database, lambda *at: said.append(at))
    assert result.pairs == 1 and bands(crm) == {pair: "merge"}
    assert said and said == sorted(said) and said[-1][0] <= said[-1][1]
    [found] = listing.pairs(crm.reader)
    scored = listing.explain(crm.reader, *pair)
    assert scored.score == found.score == pytest.approx(sum(line.weight for line in scored.lines))
    assert {"mobile", "brand"} <= set(found.terms)
    assert listing.groups(crm.reader) == [
        listing.Group(pair, "merge", found.score, frozenset(found.terms), ())
    ]
    assert listing.groups(crm.reader, reason="mobile") and not listing.groups(crm.reader, reason="code")
    now = listing.status(crm.reader)
    assert now.fresh and now.behind == 0 and now.scanned_at
    with pytest.raises(BadInput):
        listing.explain(crm.reader, pair[0], 99)


def test_two_processors_find_what_one_finds(crm: Session, both: None):
    fill(crm, 300)
    scanning.scan(crm.database)
    found = kept(crm)
    assert found
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hands.os, "cpu_count", lambda: 1)
        scanning.scan(crm.database)
    assert kept(crm) == found


@pytest.mark.parametrize("processors", [1, 2])
def test_without_an_index_the_same_is_found(
    crm: Session, both: None, monkeypatch: pytest.MonkeyPatch, processors: int
):
    fill(crm, 300)
    add(crm, "王伟", "13812345678", kind="person")
    crm.write(service.archive, 7)
    scanning.scan(crm.database)
    found = kept(crm)
    monkeypatch.setattr(hands.os, "cpu_count", lambda: processors)
    monkeypatch.setattr(index, "state", lambda _reader: index.State(index.BUILDING, 0))
    scanning.scan(crm.database)
    assert found == kept(crm)
    assert scanning.catch_up(crm.database) == 0


def test_a_damaged_index_is_noted_and_not_needed(crm: Session, monkeypatch: pytest.MonkeyPatch):
    pair = twins(crm)

    def damaged(*_args: object) -> list:
        raise sqlite3.DatabaseError("fts5: corruption found reading blob 10 from table customer_gram")

    monkeypatch.setattr(keyed, "held", damaged)
    scanning.scan(crm.database)
    assert bands(crm) == {pair: "merge"}
    assert index.state(crm.reader).kind == index.DAMAGED


@pytest.mark.parametrize("argv", [["-c", "pass"], ["-c", "import sys; sys.stdin.readline(); print(9)"]])
def test_what_a_worker_that_died_had_to_do_is_done_here(
    crm: Session, both: None, monkeypatch: pytest.MonkeyPatch, argv: list[str]
):
    pair = twins(crm)
    monkeypatch.setattr(hands, "WORKER", [sys.executable, *argv])
    scanning.scan(crm.database)
    assert bands(crm) == {pair: "merge"}


def fill(crm: Session, size: int, seed: int = 1, order: int = 0) -> None:
    """Enter customers of whom some are entered twice; ``order`` is a seed of their order."""
    chance = random.Random(seed)
    rows: list[tuple[str, str]] = []
    for number in range(size // 2):
        brand = "".join(chance.choice("华东信海天科创宏达瑞丰恒泰盛源博远") for _sign in range(3))
        phone = f"138{number * 7919 % 100_000_000:08d}"
        rows.append((f"上海{brand}机械有限公司", phone))
        rows.append(
            chance.choice([(f"{brand}机械", phone), (f"{brand}(上海)机械有限公司", f"139{number:08d}")])
        )
    random.Random(order).shuffle(rows)

    def write(change: Change) -> None:
        for name, phone in rows:
            service.add(change, {"name": name}, [{"name": "王伟", "mobile": phone}])

    write.action = "customer.add"  # ty: ignore[unresolved-attribute]
    crm.write(write)


def test_the_order_of_entry_changes_no_cluster(tmp_path: Path):
    made = []
    with time_machine.travel(MOMENT, tick=False):
        for order in (1, 2):
            make_database(tmp_path / f"{order}.db", "wang", "王芳")
            with open_session(tmp_path / f"{order}.db", login="wang") as crm:
                fill(crm, 200, order=order)
                scanning.scan(crm.database)
                names = dict(crm.reader.execute("SELECT id, name FROM customer").fetchall())
                groups = listing.groups(crm.reader)
                assert groups == listing.groups(crm.reader)
                made.append(sorted((sorted(names[one] for one in g.ids), g.band, g.weakest) for g in groups))
    assert made[0] and made[0] == made[1]


def test_many_who_share_a_switchboard_are_counted_and_not_compared(crm: Session):
    def write(change: Change) -> None:
        for number in range(400):
            name = "".join(chr(0x4E00 + (number * 97 + place * 1009) % 6000) for place in range(3))
            service.add(change, {"name": f"{name}有限公司"}, [{"mobile": "13800000000"}])

    write.action = "customer.add"  # ty: ignore[unresolved-attribute]
    crm.write(write)
    one, other = add(crm, FULL, "13800000000"), add(crm, FULL, "13800000000")
    scanning.scan(crm.database)
    assert len(kept(crm)) < 20
    scored = listing.explain(crm.reader, one, other)
    assert [line.band for line in scored.lines if line.term == "mobile"] in ([4], [])
    assert (one, other) in bands(crm)


def test_hundreds_in_a_chain_make_no_cluster_that_is_suggested(crm: Session):
    def write(change: Change) -> None:
        for number in range(500):
            phones = [{"mobile": f"138{one:08d}"} for one in (number * 37, (number + 1) * 37)]
            service.add(change, {"name": "恒达机械"}, phones)

    write.action = "customer.add"  # ty: ignore[unresolved-attribute]
    crm.write(write)
    scanning.scan(crm.database)
    assert kept(crm)
    for group in listing.groups(crm.reader):
        assert len(group.ids) <= 8 or group.band == "review"


def test_what_was_decided_is_left_out_until_a_strong_key_moves(crm: Session):
    one, other = twins(crm)
    scanning.scan(crm.database)
    crm.write(decisions.reject, one, other)
    assert not bands(crm) and not listing.groups(crm.reader)
    assert listing.explain(crm.reader, one, other).veto == "decided"
    saved(crm, service.add_contact, one, {"name": "李四", "mobile": "13900000009"})
    scanning.catch_up(crm.database)
    assert bands(crm) == {(one, other): "merge"}
    crm.write(decisions.relate, one, other)
    assert bands(crm) == {(one, other): "related"}
    assert [group.band for group in listing.groups(crm.reader)] == ["related"]
    assert [group.band for group in listing.groups(crm.reader, "merge")] == []


def test_branches_and_other_codes_are_related(crm: Session):
    one, branch = add(crm, FULL, "13812345678"), add(crm, BRANCH, "13812345678")
    scanning.scan(crm.database)
    assert bands(crm).get((one, branch)) in ("related", None)
    third = add(crm, FULL, "13812345678", uscc=OTHER_CODE)
    one = add(crm, FULL, "13812345678", uscc=CODE)
    scanning.catch_up(crm.database)
    for group in listing.groups(crm.reader):
        assert not {one, third} <= set(group.ids) or group.band == "related"


def test_who_is_merged_archived_or_undone_leaves(crm: Session):
    one, other = twins(crm)
    third = add(crm, FULL, "13812345678")
    scanning.scan(crm.database)
    assert len(bands(crm)) == 3
    seen = preview(crm.reader, [one, other]).seen
    crm.write(merging.merge, one, [other], seen, {})
    assert set(bands(crm)) == {(one, third)}
    scanning.catch_up(crm.database)
    assert {row[:2] for row in kept(crm)} == {(one, third)}
    crm.undo()
    scanning.catch_up(crm.database)
    assert len(bands(crm)) == 3
    crm.write(service.archive, third)
    scanning.catch_up(crm.database)
    assert set(bands(crm)) == {(one, other)} == {row[:2] for row in kept(crm)}


def test_a_scan_that_was_stopped_leaves_what_was_there_and_goes_on(
    crm: Session, monkeypatch: pytest.MonkeyPatch
):
    fill(crm, 300)
    scanning.scan(crm.database)
    found, before = kept(crm), listing.status(crm.reader)
    monkeypatch.setattr(whole, "PAIRS_AT_ONCE", 40)
    monkeypatch.setattr(whole, "ROWS_AT_ONCE", 10)
    published: list[int] = []
    publish = whole._publish

    def noted(*args):
        published.append(args[2])
        return publish(*args)

    monkeypatch.setattr(whole, "_publish", noted)
    with pytest.raises(Cancelled) as stopped:
        scanning.scan(crm.database, None, lambda: len(published) > 2)
    assert "下次扫描会从停下的地方接着做" in str(stopped.value)
    assert kept(crm) == found
    left = listing.status(crm.reader)
    assert left.done > 0 and left._replace(done=0) == before
    reached = published[-1]
    published.clear()
    scanning.scan(crm.database)
    assert published[0] > reached
    assert kept(crm) == found and listing.status(crm.reader).done == 0


def test_what_is_saved_between_two_halves_of_a_scan_is_seen(crm: Session, monkeypatch: pytest.MonkeyPatch):
    pair = twins(crm)
    fill(crm, 100)
    monkeypatch.setattr(whole, "PAIRS_AT_ONCE", 10)
    monkeypatch.setattr(whole, "ROWS_AT_ONCE", 2)
    with pytest.raises(Cancelled):
        scanning.scan(crm.database, None, lambda: listing.status(crm.reader).done > 0)
    third = add(crm, FULL, "13812345678")
    scanning.scan(crm.database)
    scanning.catch_up(crm.database)
    assert {pair, (pair[0], third), (pair[1], third)} <= set(bands(crm))


def test_a_killed_scan_leaves_a_sound_file_and_the_next_is_whole(database: Path, now, both: None):
    with open_session(database, login="wang") as crm:
        fill(crm, 200)
        scanning.scan(crm.database)
        found = kept(crm)
    code = (
        "import os, signal, sys; from pathlib import Path; from crm_tui.storage.database import Database\n"
        "from crm_tui.dedupe import whole; whole.PAIRS_AT_ONCE = 40; whole.ROWS_AT_ONCE = 10\n"
        "publish, left = whole._publish, [3]\n"
        "def dies(*args):\n"
        "    left[0] -= 1\n"
        "    return publish(*args) if left[0] else os.kill(os.getpid(), signal.SIGKILL)\n"
        "whole._publish = dies\n"
        "whole.scan(Database(Path(sys.argv[1])))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(database)], timeout=PATIENCE, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not list(Path(tempfile.gettempdir()).glob(f"crm-scan-*{os.getpid()}*"))
    with open_session(database, login="wang") as crm:
        assert listing.status(crm.reader).done > 0
        assert kept(crm) == found
        scanning.scan(crm.database)
        assert kept(crm) == found


def test_what_a_scan_found_and_the_next_does_not_is_removed(crm: Session, monkeypatch: pytest.MonkeyPatch):
    fill(crm, 200)
    scanning.scan(crm.database)
    assert len(kept(crm)) > 20
    rows = crm.reader.execute("SELECT id FROM customer WHERE id > 4 ORDER BY id").fetchall()
    monkeypatch.setattr(whole, "ROWS_AT_ONCE", 2)
    for (one,) in rows:
        crm.write(service.archive, one)
    scanning.scan(crm.database)
    assert len(kept(crm)) < 7 and not listing.status(crm.reader).done


def test_scores_of_another_version_are_stale_and_left_alone(crm: Session, monkeypatch: pytest.MonkeyPatch):
    twins(crm)
    scanning.scan(crm.database)
    for module in (standing, listing, catching_up, whole):
        monkeypatch.setattr(module, "current", lambda: "0.9")
    assert not listing.status(crm.reader).fresh and bands(crm)
    add(crm, FULL, "13812345678")
    assert scanning.catch_up(crm.database) == 0 and len(bands(crm)) == 1
    scanning.scan(crm.database)
    assert listing.status(crm.reader).fresh and len(bands(crm)) == 3


def test_very_many_changes_are_a_whole_scan(crm: Session, monkeypatch: pytest.MonkeyPatch):
    scanning.scan(crm.database)
    monkeypatch.setattr(catching_up, "MANY", 20)
    monkeypatch.setattr(catching_up, "SHARE", 1000)
    before = listing.status(crm.reader)
    fill(crm, 100)
    assert scanning.catch_up(crm.database) >= 20
    assert bands(crm) and listing.status(crm.reader).behind == 0 and before.behind == 0
