"""What is opened, and what is refused before any reader sees it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from crm_tui.errors import BadInput
from crm_tui.exchange.guard import Kind, Limits, Refused, kind_of, open_regular
from crm_tui.exchange.refusals import SENTENCES, sentence
from crm_tui.locale import set_language
from tests.exchange import sheets


def kind(path: Path, limits: Limits = Limits()) -> Kind:
    with open_regular(str(path)) as file:
        return kind_of(file, limits)


def refused(path: Path, limits: Limits = Limits()) -> Refused:
    with pytest.raises(Refused) as caught:
        kind(path, limits)
    return caught.value


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, "<x/>")
    return path


def test_a_file_is_judged_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    assert kind(sheets.workbook(tmp_path / "a.csv", [["客户名称"]])) == "xlsx"
    assert kind(sheets.text(tmp_path / "b.xls", "客户名称\t电话\n上海\t1\n", "gb18030")) == "text"
    assert kind(sheets.text(tmp_path / "c.xls", "客户名称\t电话\n", "utf-16")) == "text"
    assert kind(sheets.ole(tmp_path / "d.xlsx", "Workbook")) == "xls"
    assert kind(sheets.ole(tmp_path / "e.xls", "Book")) == "xls"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "markup"),
        (b"\xef\xbb\xbf\r\n <TABLE border=1>", "markup"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "markup"),
        ("<html><body>客户".encode("utf-16"), "markup"),
        (b"%PDF-1.7\n1 0 obj", "not_sheet"),
        (b"name,phone\nA\0B,1\n", "not_sheet"),
        (b"SQLite format 3\0" + bytes(100), "not_sheet"),
        (b"\x1f\x8b\x08\x00rest", "packed"),
        (b"Rar!\x1a\x07\x00", "packed"),
        (b"PK\x03\x04 and then nothing", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken"),
    ],
)
def test_what_is_no_sheet_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(written(tmp_path / "客户.xls", content)).code == code


@pytest.mark.parametrize(
    ("stream", "code"),
    [("EncryptedPackage", "password"), ("WordDocument", "not_sheet"), ("PowerPoint Document", "not_sheet")],
)
def test_office_containers_are_told_apart(tmp_path: Path, stream: str, code: str) -> None:
    assert refused(sheets.ole(tmp_path / "a.xls", stream)).code == code


@pytest.mark.parametrize(
    ("names", "code", "told"),
    [
        (("mimetype", "META-INF/manifest.xml", "encrypted-package"), "password", None),
        (("Index/Document.iwa",), "other_sheet", "numbers"),
        (("word/document.xml",), "not_sheet", None),
        (("客户.csv",), "packed", None),
    ],
)
def test_zip_files_are_told_apart(
    tmp_path: Path, names: tuple[str, ...], code: str, told: str | None
) -> None:
    fault = refused(zipped(tmp_path / "a.xlsx", *names))
    assert (fault.code, fault.details.get("format")) == (code, told)


def test_places_that_hold_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "folder"
    assert refused(tmp_path / "none.xlsx").code == "missing"
    os.mkfifo(tmp_path / "pipe.csv")
    assert refused(tmp_path / "pipe.csv").code == "special"
    assert refused(Path("/dev/null")).code == "special"
    assert refused(tmp_path / ("x" * 300)).code == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "a,b")
    path.chmod(0)
    assert refused(path).code == "unreadable"


def test_bombs_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    assert refused(sheets.bomb(tmp_path / "a.xlsx")).code == "bomb"
    assert refused(sheets.bomb(tmp_path / "ratio.xlsx", megabytes=100)).code == "bomb"
    assert refused(sheets.bomb(tmp_path / "lies.xlsx", claims=1 << 20)).code == "bomb"
    assert refused(
        zipped(tmp_path / "many.xlsx", *(f"xl/{n}" for n in range(60))), Limits(entries=50)
    ).code == ("bomb")
    twice = [("xl/a.xml", sheets.zeros(1), 1 << 20, 0)] * 2
    overlapping = bytearray(sheets.zip_of(tmp_path / "b.xlsx", twice).read_bytes())
    at = overlapping.find(b"PK\x01\x02") + 20
    overlapping[at : at + 4] = b"\xff\xff\xff\x7f"
    assert refused(written(tmp_path / "c.xlsx", bytes(overlapping))).code == "bomb"


def test_a_large_honest_workbook_passes(tmp_path: Path) -> None:
    rows = [["客户名称", "备注"], *(["上海科技有限公司", f"备注{n}"] for n in range(20_000))]
    path = sheets.workbook(tmp_path / "a.xlsx", rows)
    assert kind(path, Limits(ratio_from=1 << 16)) == "xlsx"


def test_text_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    assert refused(sheets.text(tmp_path / "a.csv", "a,b\n" * 100), Limits(text_bytes=100)).code == "too_large"


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    whole = sheets.workbook(tmp_path / "a.xlsx", [["客户名称", "电话"], ["上海", "1"]]).read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        assert refused(written(tmp_path / "b.xlsx", whole[: int(len(whole) * share)])).code == "broken"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_has_three_sentences(language: str) -> None:
    set_language(language)
    details = {
        "sheet": "客户",
        "sheets": "甲、乙",
        "line": 3,
        "row": 4,
        "format": "numbers",
        "encoding": "big5",
    }
    for code in SENTENCES:
        error = sentence(Refused(code, **{"reason": "no right", **details}), "客户.xlsx")
        assert isinstance(error, BadInput)
        assert "{" not in str(error) and error.kept and error.todo.endswith(("。", "."))
        assert "客户.xlsx" in error.what
        if language == "zh":
            assert error.what.endswith("。") and error.kept == "没有导入任何数据。"
