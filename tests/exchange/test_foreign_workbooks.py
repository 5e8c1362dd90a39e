"""OpenDocument and Excel binary sheets: the same cells as in an xlsx, or a sentence."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_tui.errors import BadInput
from crm_tui.exchange.guard import Limits
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.merges import merges_of
from crm_tui.exchange.reading import open_sheet
from crm_tui.exchange.refusals import SENTENCES
from crm_tui.exchange.workbook import ROUNDED, Workbook
from crm_tui.session import Session
from tests.exchange.foreign_sheets import Coded, Formula, Percent, ods, xls, xlsb
from tests.exchange.importer import S0, S0_ROWS, every, only, opened, run

LONG = "好" * 40_000
CELLS = [
    ["客户名称", "联系人", "备注"],
    ["甲公司", 13812345678, True],
    ["乙\n公司", 0.1 + 0.2, Percent(0.15)],
    ["丙", dt.date(2024, 3, 15), dt.datetime(2024, 3, 15, 14, 30)],
    [Formula("#N/A"), Formula("算出来的"), Formula(12.5)],
    [],
    [dt.timedelta(hours=30, minutes=5), 110105194912310021, Formula(False)],
    [LONG, -5, "'00123"],
    ["#REF!", "&<>\"'", "𠮷😀"],
]
SHOWN = {
    1: ["客户名称", "联系人", "备注"],
    2: ["甲公司", "13812345678", "TRUE"],
    3: ["乙\n公司", "0.3", "15%"],
    4: ["丙", "2024-03-15", "2024-03-15 14:30"],
    5: ["", "算出来的", "12.5"],
    7: ["30:05:00", "110105194912310016", "FALSE"],
    8: [LONG, "-5", "00123"],
    9: ["", "&<>\"'", "𠮷😀"],
}
MAKERS: dict[str, Callable[..., Path]] = {"ods": ods, "xlsb": xlsb}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def raw(path: Path, name: str = "客户") -> dict[int, list[str]]:
    with path.open("rb") as file:
        kind = "ods" if path.suffix == ".ods" else "xlsb"
        return {row.number: row.cells for row in Workbook(file, Limits(), kind).rows(name)}


@pytest.mark.parametrize("page", [0, 1252], ids=["97", "95"])
def test_numbers_of_excel_97_and_95_are_read_as_they_are_shown(tmp_path: Path, page: int) -> None:
    rows = [["No.", "Company", "Chance"], ["KH-0007" if page else Coded(7), "Firm", Percent(0.855)]]
    path = xls(tmp_path / "a.xls", {"Clients": rows, "b": [["a"]]}, page=page)
    with open_sheet(path, known=is_known_heading) as sheet:
        assert [row.cells for row in sheet.rows] == [("KH-0007", "Firm", "85.5%")]


@pytest.mark.parametrize("kind", MAKERS)
def test_cells_are_shown_as_on_the_sheet(tmp_path: Path, kind: str) -> None:
    path = MAKERS[kind](tmp_path / f"a.{kind}", {"客户": CELLS})
    assert raw(path) == SHOWN
    with path.open("rb") as file:
        flags = {row.number: row.flags for row in Workbook(file, Limits()).rows("客户") if row.flags}
    assert flags == {7: {1: ROUNDED}}


def test_dates_since_1904(tmp_path: Path) -> None:
    rows = [["日期"], [dt.date(2024, 3, 15)], [dt.datetime(1999, 12, 31, 23, 59)]]
    path = xlsb(tmp_path / "a.xlsb", {"客户": rows}, since_1904=True)
    assert [cells[0] for cells in raw(path).values()] == ["日期", "2024-03-15", "1999-12-31 23:59"]


@pytest.mark.parametrize("kind", MAKERS)
def test_an_import_with_merges_hidden_sheets_and_a_wrong_name(
    session: Session, tmp_path: Path, kind: str
) -> None:
    rows: list[list[Any]] = [
        ["客户基本情况", "", "联系人信息", ""],
        ["客户编号", "客户名称", "姓名", "电话"],
        ["1", "甲公司", "张三", 13812345678],
        ["", "", "李四", 13712345678],
        ["2", "乙公司", "王五", 13912345678],
    ]
    merged = [(0, 0, 0, 1), (0, 2, 0, 3), (2, 0, 3, 0), (2, 1, 3, 1)]
    sheets = {"名单": rows, "旧": [S0, *S0_ROWS], "空": []}
    path = MAKERS[kind](tmp_path / "名单.csv", sheets, hidden=["旧"], merged=merged)
    with open_sheet(path, known=is_known_heading) as sheet:
        assert (sheet.sheet, sheet.sheets, sheet.header_row) == ("名单", ("名单", "空"), 2)
        assert sheet.warnings == ["未读取隐藏的工作表：旧。"]
    done = run(session, path)
    assert (done.counts["new"], done.counts["contacts"]) == (2, 1)
    sql = "SELECT name, mobile FROM contact ORDER BY id"
    assert every(session, sql) == [("张三", "13812345678"), ("李四", "13712345678"), ("王五", "13912345678")]
    again = run(session, path)
    assert (again.result.added, again.result.updated) == (0, 0)
    session.undo()
    assert only(session, "SELECT count(*) FROM customer") == 0


def test_merges_are_found_wherever_they_are(tmp_path: Path) -> None:
    hidden_mark = "\u0192\u0001"  # in UTF-16 the bytes that end the cells of a binary sheet
    for kind, make in MAKERS.items():
        path = make(tmp_path / f"a.{kind}", {"客户": [["a", "b"], [hidden_mark]]}, merged=[(0, 0, 1, 1)])
        with path.open("rb") as file:
            assert merges_of(file, kind, "客户") == [((0, 0), (1, 1))]
            assert merges_of(file, kind, "没有") == []


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: ods(path, {"客户": CELLS}, locked=True), "有密码保护"),
        (lambda path: ods(path, {}, content=b"<broken"), "损坏或不完整"),
        (lambda path: ods(path, {"客户": []}), "没有任何数据"),
        (lambda path: xlsb(path, {"客户": []}), "没有任何数据"),
        (lambda path: xlsb(path, {"客户": [["客户名称"], ["甲"]]}, hidden=["客户"]), "全部被隐藏"),
        (lambda path: xlsb(path, {"客户": [["客户名称"], ["长" * 100_001]]}), "第 2 行"),
        (lambda path: ods(path, {"客户": [["客户名称", "电话"]]}), "只有表头"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, make: Callable[[Path], Path], told: str) -> None:
    with (
        pytest.raises(BadInput, match=told) as caught,
        open_sheet(make(tmp_path / "a"), known=is_known_heading) as s,
    ):
        list(s.rows)
    assert caught.value.kept == "没有导入任何数据。" and caught.value.todo.endswith("。")


def test_damaged_files_end_in_a_sentence(tmp_path: Path) -> None:
    """200 files with some bytes changed, cut or doubled: rows, or a code that has its sentences."""
    chance = random.Random(4)
    for kind, make in MAKERS.items():
        whole = make(tmp_path / "whole", {"客户": CELLS[:7]}, merged=[(0, 0, 1, 1)]).read_bytes()
        inner = dict(parts_of(tmp_path / "whole"))
        for number in range(100):
            path = tmp_path / f"damaged-{kind}-{number}"
            if number % 2:  # inside an entry, where the checksum of the zip does not see it
                name = chance.choice(sorted(inner))
                parts = {**inner, name: damaged(inner[name], chance)}
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
                    for part, data in parts.items():
                        file.writestr(part, data)
            else:
                path.write_bytes(damaged(whole, chance))
    command = [sys.executable, "-m", "tests.exchange.damage", str(tmp_path), "客户"]
    env = {**os.environ, "RUST_BACKTRACE": "0"}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env=env)
    told = [line.split()[1] for line in done.stdout.splitlines()]
    assert len(told) == 200
    # A process that was killed is told as too_large; one that said only the sheets waits for the choice.
    assert {"end", "broken"} <= set(told) <= {"end", "killed", *SENTENCES}
    assert told.count("end") > 20


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one to six places spoiled."""
    spoiled = bytearray(data)
    for _change in range(chance.randint(1, 6)):
        at = chance.randrange(len(spoiled))
        match chance.randrange(4):
            case 0:
                spoiled[at] ^= 1 << chance.randrange(8)
            case 1:
                del spoiled[at : at + chance.randint(1, 40)]
            case 2:
                spoiled[at:at] = spoiled[at : at + chance.randint(1, 40)]
            case _:
                spoiled[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
        spoiled = spoiled or bytearray(b"\0")
    return bytes(spoiled)


def parts_of(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as file:
        return [(name, file.read(name)) for name in file.namelist()]
