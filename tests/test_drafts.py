"""Draft files: written whole, held by one session, told apart by database, person, form and record."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from crm_tui.drafts import MOST_BYTES, Draft, Drafts, Found, Owner
from crm_tui.errors import BadInput

HERE = Owner("/data/crm.db", "2026 AB", 1)


def draft(text: str = "客户说月底前确认报价", form: str = "log", **given: object) -> Draft:
    return Draft(
        form,
        given or {"customer_id": 3},
        "记跟进 恒达机械",
        {"content": text},
        {"content": ""},
        "2026-11-20T02:00:00Z",
    )


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(HERE, tmp_path / "drafts")


def keep(drafts: Drafts, one: Draft) -> Path:
    """Keep a draft as a session does that dies: its lock is let go of, its file stays."""
    slot = drafts.slot(one.form, one.given)
    slot.keep(one, 1)
    assert slot.path is not None
    path = slot.path
    slot.close()
    return path


def the_one(drafts: Drafts) -> Found:
    (found,) = drafts.all()
    return found


def test_what_was_kept_comes_back_whole(drafts: Drafts) -> None:
    one = draft("第一行\n第二行  “引号” \ud800 \x1b[2J", customer_id=3, plan_id=None)
    one = one._replace(words="第一行", text="跟进内容: 第一行", seen=7, stamp="7 x", born="2 y", saving=9)
    keep(drafts, one)
    assert the_one(drafts).draft == one


def test_files_and_folder_are_their_users_alone(drafts: Drafts) -> None:
    drafts.folder.mkdir(mode=0o755)
    path = keep(drafts, draft())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(drafts.folder.stat().st_mode) == 0o700
    assert [each.name for each in drafts.folder.iterdir()] == [path.name]


def test_a_draft_whose_session_lives_is_offered_to_nobody(drafts: Drafts) -> None:
    slot = drafts.slot("log", {"customer_id": 3})
    slot.keep(draft(), 1)
    assert drafts.all() == []
    assert drafts.of("log", {"customer_id": 3}) is None
    slot.close()
    assert the_one(drafts).draft == draft()


def test_two_sessions_over_one_record_keep_two_drafts(drafts: Drafts) -> None:
    first, second = (drafts.slot("log", {"customer_id": 3}) for _each in range(2))
    first.keep(draft("先写的"), 1)
    second.keep(draft("后写的"), 1)
    first.close()
    second.close()
    assert {found.draft.values["content"] for found in drafts.all() if found.draft} == {"先写的", "后写的"}
    # A third session over the same record writes over neither.
    keep(drafts, draft("第三份"))
    assert len(drafts.all()) == 3


def test_only_one_session_takes_a_draft_up(drafts: Drafts) -> None:
    keep(drafts, draft())
    found = the_one(drafts)
    slot = drafts.adopt(found)
    assert slot is not None
    assert drafts.adopt(found) is None
    assert not drafts.discard(found)
    slot.keep(draft("写完"), 1)
    slot.close()
    assert the_one(drafts).draft == draft("写完")
    assert drafts.discard(the_one(drafts))
    assert list(drafts.folder.iterdir()) == []
    assert drafts.adopt(found) is None


def test_an_older_snapshot_never_writes_over_a_newer_one(drafts: Drafts) -> None:
    slot = drafts.slot("log", {"customer_id": 3})
    slot.keep(draft("新"), 2)
    slot.keep(draft("旧"), 1)
    slot.remove(1)
    slot.close()
    assert the_one(drafts).draft == draft("新")


def test_a_late_snapshot_of_a_form_that_is_closed_is_not_written(drafts: Drafts) -> None:
    for end in ("forget", "close"):
        slot = drafts.slot("log", {"customer_id": 3})
        slot.keep(draft(), 1)
        getattr(slot, end)()
        slot.keep(draft("太晚"), 2)
    assert the_one(drafts).draft == draft()


def test_a_follow_up_is_found_whichever_plan_it_was_begun_from(drafts: Drafts) -> None:
    keep(drafts, draft(customer_id=3, plan_id=8))
    assert drafts.of("log", {"customer_id": 3}) is not None
    assert drafts.of("log", {"customer_id": 4}) is None
    keep(drafts, draft(form="contact", customer_id=3, contact_id=0))
    assert drafts.of("contact", {"customer_id": 3}) is not None
    assert drafts.of("contact", {"customer_id": 3, "contact_id": 5}) is None


def test_each_draft_belongs_to_its_person_and_database(drafts: Drafts, tmp_path: Path) -> None:
    keep(drafts, draft())
    assert Drafts(HERE._replace(person=2), drafts.folder).all() == []
    assert Drafts(Owner("/data/b.db", "2026 CD", 1), drafts.folder).all() == []
    # The file was moved: the same history, nothing where it stood.
    assert len(Drafts(HERE._replace(path="/new/crm.db"), drafts.folder).all()) == 1


def test_a_copy_is_not_offered_the_drafts_of_its_original(tmp_path: Path) -> None:
    (tmp_path / "crm.db").touch()
    owner = HERE._replace(path=str(tmp_path / "crm.db"))
    drafts = Drafts(owner, tmp_path / "drafts")
    keep(drafts, draft())
    assert Drafts(owner._replace(path=str(tmp_path / "copy.db")), drafts.folder).all() == []
    assert len(drafts.all()) == 1


def test_another_database_in_the_same_place_only_shows_the_text(drafts: Drafts) -> None:
    keep(drafts, draft())
    found = the_one(Drafts(HERE._replace(origin="2026 CD"), drafts.folder))
    assert found.draft == draft()
    assert "属于曾在此处的另一个数据库" in found.problem


def body(**changes: object) -> bytes:
    owner = {"path": HERE.path, "origin": HERE.origin, "person": 1}
    return json.dumps({"crm-tui draft": 1, "owner": owner, **draft()._asdict(), **changes}).encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件损坏或不完整"),
        (body()[:-40], "文件损坏或不完整"),
        (b"\xff\xfe\x00", "文件损坏或不完整"),
        (b"[]", "不是草稿文件"),
        (b"{}", "不是草稿文件"),
        (b"[" * 100_000, "文件损坏或不完整"),
        (b'{"crm-tui draft": 2}', "由更新版本的程序写成"),
        (b'{"crm-tui draft": "x"}', "由更新版本的程序写成"),
        (b'{"crm-tui draft": 1}', "文件损坏或不完整"),
        (b'{"crm-tui draft": 1, "owner": 5}', "文件损坏或不完整"),
        (body(values={"content": 5}), "文件损坏或不完整"),
        (body(given=[]), "文件损坏或不完整"),
        (body(seen="7"), "文件损坏或不完整"),
        (body(words=5), "文件损坏或不完整"),
        (body(surprise=1), "文件损坏或不完整"),
        (b" " * (MOST_BYTES + 1), "文件过大"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_stays(drafts: Drafts, content: bytes, reason: str) -> None:
    keep(drafts, draft())
    odd = drafts.folder / "x.json"
    odd.write_bytes(content)
    usable, told = drafts.all()
    assert usable.draft == draft()
    assert told.draft is None
    assert reason in told.problem
    assert "x.json" in told.problem
    assert odd.read_bytes() == content


def test_links_folders_and_pipes_are_not_followed(drafts: Drafts, tmp_path: Path) -> None:
    keep(drafts, draft())
    (tmp_path / "secret").write_bytes(body())
    (drafts.folder / "link.json").symlink_to(tmp_path / "secret")
    (drafts.folder / "folder.json").mkdir()
    os.mkfifo(drafts.folder / "pipe.json")
    assert [bool(found.problem) for found in drafts.all()] == [False, True, True, True]


def test_half_a_file_of_a_killed_process_is_swept_away(drafts: Drafts) -> None:
    path = keep(drafts, draft())
    path.with_name("log-other-1.tmp").write_bytes(b'{"crm')
    assert the_one(drafts).draft == draft()
    assert [each.name for each in drafts.folder.iterdir()] == [path.name]


def test_a_text_too_long_is_refused_and_the_former_draft_stays(drafts: Drafts) -> None:
    slot = drafts.slot("log", {"customer_id": 3})
    slot.keep(draft(), 1)
    with pytest.raises(BadInput, match="过长"):
        slot.keep(draft("长" * MOST_BYTES), 2)
    slot.close()
    assert the_one(drafts).draft == draft()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    drafts = Drafts(HERE, tmp_path / "state" / "drafts")
    with pytest.raises(BadInput, match="草稿无法保留在"):
        drafts.slot("log", {}).keep(draft(), 1)
    assert drafts.all() == []


@pytest.mark.requirement("S4-10")
def test_identity_numbers_are_blanked_out(drafts: Drafts) -> None:
    path = keep(drafts, draft("身份证 11010519491231002X 已核对"))
    assert "11010519491231002X" not in path.read_text()
    found = the_one(drafts).draft
    assert found is not None
    assert found.values["content"] == "身份证 ****************** 已核对"
