"""Where a backup may be put, and where it may lie: never over what was no database, and beyond links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_tui.errors import BadInput
from crm_tui.storage.backup import make_backup
from crm_tui.storage.drill import drill
from crm_tui.storage.restoring import compare, restore


def test_nothing_is_put_in_the_place_of_what_is_no_database(plain: Path, tmp_path: Path) -> None:
    made = make_backup(plain, None, "manual", "li").path
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(BadInput, match="不是文件"):
            restore(tmp_path / name, made, "li", other=True)
    sheet = tmp_path / "customers.xlsx"
    sheet.write_text("客户名单" * 500)
    for call in (compare, lambda path, copy: restore(path, copy, "li")):
        with pytest.raises(BadInput, match=r"不是数据库.*--other"):
            call(sheet, made)
    assert sheet.read_text() == "客户名单" * 500
    # A database that was renamed since, and whose first page is gone, looks the same.
    assert restore(sheet, made, "li", other=True).old is not None


def test_an_empty_file_may_be_what_is_left_of_a_database(plain: Path, tmp_path: Path) -> None:
    made = make_backup(plain, None, "manual", "li").path
    (tmp_path / "left.db").touch()
    assert restore(tmp_path / "left.db", made, "li").facts.tables["customer"] == 3


def test_a_backup_may_be_a_link_to_another_disk(plain: Path, tmp_path: Path) -> None:
    made = make_backup(plain, None, "manual", "li").path
    made.rename(tmp_path / "far.db")
    made.symlink_to(tmp_path / "far.db")
    assert restore(plain, made, "li").facts.tables["customer"] == 3
    assert plain.is_file() and not plain.is_symlink()


def test_links_in_a_circle_get_a_sentence(plain: Path, tmp_path: Path) -> None:
    made = make_backup(plain, None, "manual", "li").path
    (tmp_path / "loop.db").symlink_to("loop.db")
    with pytest.raises(BadInput, match="链接"):
        restore(tmp_path / "loop.db", made, "li")
    with pytest.raises(BadInput, match="链接"):
        make_backup(tmp_path / "loop.db", None, "manual", "li")


def test_a_drill_tells_of_the_backup_also_when_the_database_is_spoiled(plain: Path) -> None:
    made = make_backup(plain, None, "manual", "li").path
    for content in (b"", b"no database" * 1000, bytes(4096) + plain.read_bytes()[4096:]):
        plain.write_bytes(content)
        assert drill(made, "li", plain).rows > 0
