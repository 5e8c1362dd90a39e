"""Which present customer a row means, and when that is for the user to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from tests.exchange.importer import every, imported, lists, only, opened, run, sheet_of

CODE, OTHER_CODE = "91350100M000100Y43", "9144030071526726XG"
HEAD = "客户编号|客户名称|统一社会信用代码|备注"


@pytest.fixture
def session(tmp_path: Path):
    one = opened(tmp_path)
    yield one
    one.close()


@pytest.fixture
def present(session: Session) -> int:
    values = {"no": "A1", "name": "甲公司", "uscc": CODE}
    return session.write(service.add, values).value


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("A1|甲公司||新", "update"),
        ("A1|||新", "update"),
        ("A1|甲 公司||新", "update"),
        (f"|甲公司|{CODE}|新", "update"),
        (f"||{CODE}|新", "error"),
        ("|甲公司||新", "update"),
        ("B7|甲公司||新", "update"),
        ("A1|乙公司||新", "suspect"),
        (f"B7|乙公司|{CODE}|新", "suspect"),
        (f"|甲公司|{OTHER_CODE}|新", "suspect"),
        ("B7|乙公司||新", "new"),
        ("|||新", "error"),
    ],
)
def test_number_else_code_else_name(
    session: Session, present: int, tmp_path: Path, row: str, verdict: str
) -> None:
    done = imported(session, tmp_path, HEAD, row)
    assert done.verdicts == [verdict]
    assert bool(done.rows[0].reason) == (verdict in ("suspect", "error"))
    assert only(session, "SELECT no, name, uscc FROM customer WHERE id = :id", id=present)[0] == "A1"


def test_an_alias_and_another_kind(session: Session, present: int, tmp_path: Path) -> None:
    session.write(service.add_alias, present, "老甲公司", "former")
    assert imported(session, tmp_path, HEAD, "A1|老甲公司||新").verdicts == ["update"]
    assert only(session, "SELECT name FROM customer") == "甲公司"
    assert imported(session, tmp_path, HEAD, "|老甲公司||更新").verdicts == ["update"]
    person = imported(session, tmp_path, "客户名称|客户性质", "甲公司|个人")
    assert person.verdicts == ["new"]
    assert every(session, "SELECT kind FROM customer ORDER BY id") == ["company", "person"]


def test_several_hits_are_for_the_user_to_decide(session: Session, present: int, tmp_path: Path) -> None:
    session.write(service.add, {"no": "A2", "name": "甲公司"})
    before = lists(session)
    done = imported(session, tmp_path, "客户名称|备注", "甲公司|新")
    assert done.verdicts == ["suspect"]
    assert "A1 甲公司" in done.rows[0].reason
    assert lists(session) == before
    added = imported(session, tmp_path, "客户名称|备注", "甲公司|新", on_suspect="add")
    assert added.result.added == 1
    # Added once, it is found again by its cells although three have the name.
    again = imported(session, tmp_path, "客户名称|备注", "甲公司|新", on_suspect="add")
    assert (again.verdicts, again.result.added) == (["skip"], 0)


def test_archived_merged_and_undone(session: Session, present: int, tmp_path: Path) -> None:
    other = session.write(service.add, {"no": "A2", "name": "丙公司"}).value
    session.write(service.archive, present)
    done = imported(session, tmp_path, HEAD, "A1|甲公司||新")
    assert (done.verdicts, done.rows[0].reason) == (["skip"], "已归档：A1 甲公司。")
    session.undo()
    gone = {"gone": "merged", "merged_into": other, "deleted_at": "2024-03-01T00:00:00Z"}
    session.write(lambda change: change.update("customer", present, gone))
    assert imported(session, tmp_path, HEAD, "A1|||新").verdicts == ["update"]
    assert only(session, "SELECT note FROM customer WHERE id = :id", id=other) == "新"
    session.undo()
    session.undo()
    imported(session, tmp_path, HEAD, "Z9|丁公司||x")
    session.undo()
    assert imported(session, tmp_path, HEAD, "Z9|丁公司||x").verdicts == ["new"]


def test_repeats_in_the_sheet_are_shown_and_decided(session: Session, tmp_path: Path) -> None:
    rows = [
        f"A1|甲公司|{CODE}|一",
        f"A1|甲公司|{CODE}|二",
        "|甲公司||三",
        f"A3|乙公司|{CODE}|四",
        "A1|丙公司||五",
        "A4|丁公司||六",
        "A4|丁公司||六",
    ]
    out = tmp_path / "rejects.xlsx"
    done = imported(session, tmp_path, HEAD, *rows, rejects=out)
    assert done.verdicts == ["new", "suspect", "suspect", "suspect", "suspect", "new", "suspect"]
    assert done.rows[1].reason == "与表中第 2 行重复。"
    assert "第 2 行" in done.rows[3].reason
    assert done.rejected == 5
    assert run(session, tmp_path / "sheet.csv").counts["skip"] == 2
    added = imported(session, tmp_path, HEAD, *rows, on_suspect="add")
    assert added.result.added == 5
    again = imported(session, tmp_path, HEAD, *rows, on_suspect="add")
    assert again.verdicts == ["skip"] * 7


def test_rejected_rows_import_once_mended(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "rejects.xlsx"
    first = imported(session, tmp_path, HEAD, "A1|甲公司||=1+1", "||x|无名", "A1|乙公司||+2", rejects=out)
    assert (first.result.added, first.rejected) == (1, 2)
    with open_sheet(out, known=is_known_heading) as sheet:
        rows = [list(row.cells) for row in sheet.rows]
    assert sheet.headings == ("错误原因", "客户编号", "客户名称", "统一社会信用代码", "备注")
    assert [row[1:] for row in rows] == [["", "", "x", "无名"], ["A1", "乙公司", "", "+2"]]
    assert rows[0][0] == "这一行既没有客户名称也没有客户编号。"
    rows[0][2], rows[1][1] = "丙公司", "A2"
    mended = run(session, sheet_of(tmp_path / "mended.csv", sheet.headings, rows))
    assert (mended.verdicts, mended.result.added) == (["new", "new"], 2)
    assert only(session, "SELECT note FROM customer WHERE name = '丙公司'") == "无名"


@pytest.mark.parametrize(
    ("option", "verdict", "names"),
    [("update", "update", 1), ("skip", "skip", 1), ("add", "new", 2)],
)
def test_what_to_do_with_a_present_customer(
    session: Session, present: int, tmp_path: Path, option: str, verdict: str, names: int
) -> None:
    done = imported(session, tmp_path, HEAD, "A1|甲公司||新", on_match=option)
    assert done.verdicts == [verdict]
    assert len(every(session, "SELECT id FROM customer WHERE name = '甲公司'")) == names
    assert len(set(every(session, "SELECT no FROM customer"))) == names


def test_owners_by_login_name_or_alias(session: Session, tmp_path: Path) -> None:
    session.write(people.add, "wang", "王芳", "sales_rep", ["小王"])
    done = imported(
        session, tmp_path, "客户名称|负责人", "甲公司|wang", "乙公司|王 芳", "丙公司|小王", "丁公司|老张"
    )
    assert every(session, "SELECT owner_id FROM customer ORDER BY id") == [2, 2, 2, 1]
    assert [(flag.row, flag.problem) for flag in done.flags] == [(5, "没有叫这个名字的同事，由导入人负责")]
    assert '"owner":["老张",' in every(session, "SELECT cells FROM imported_row ORDER BY id")[3]


def test_given_numbers_move_the_counter(session: Session, tmp_path: Path) -> None:
    today = f"C{session.today():%Y%m%d}"
    imported(session, tmp_path, "客户编号|客户名称", "|乙公司", f"{today}002|甲公司", "|丙公司")
    assert every(session, "SELECT no FROM customer ORDER BY id") == [
        f"{today}003", f"{today}002", f"{today}004",
    ]  # fmt: skip
    added = session.write(service.add, {"name": "丁公司"}).value
    assert only(session, "SELECT no FROM customer WHERE id = :id", id=added) == f"{today}005"
