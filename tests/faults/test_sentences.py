"""Each fault of a file and of what is under it has its sentence, in both languages and in three parts."""

from __future__ import annotations

import json

import pytest

from tests.faults import sentences, shim

pytestmark = pytest.mark.skipif(bool(shim.why_not()), reason=shim.why_not() or "there is one")

NOT_SAVED, NOTHING, AS_IT_WAS = "这次修改没有保存", "没有任何改动", "文件保持原样"
# Fault: what happened, what is kept, the next step; parts of the Chinese sentences.
WANTED = {
    "write error": ("写入时磁盘报错", NOT_SAVED, "检查磁盘和配额"),
    "read error": ("磁盘无法读出", NOTHING, "检查磁盘"),
    "disk full": ("磁盘已满", NOT_SAVED, "腾出一些空间"),
    "quota": ("磁盘已满", NOT_SAVED, "腾出一些空间"),
    "made read-only": ("磁盘只能读取", NOT_SAVED, "检查磁盘"),
    "no right": ("只能读取", NOT_SAVED, "申请写入权限"),
    "too many files": ("打开的文件太多", NOT_SAVED, "关闭其他程序"),
    "folder gone": ("文件夹已经不在", NOT_SAVED, "恢复原位"),
    "journal not removed for sure": ("写入时磁盘报错", "已经写进文件", "不要重复操作"),
    "file-size limit": ("文件不能再变大", NOT_SAVED, "管理员"),
    "pages zeroed": ("已损坏", NOTHING, "备份"),
    "bytes flipped": ("已损坏", NOTHING, "备份"),
    "cut short": ("已损坏", NOTHING, "备份"),
    "header overwritten": ("不是数据库文件", AS_IT_WAS, "导入"),
    "empty": ("空文件", AS_IT_WAS, "crm-tui init"),
    "moved": ("被移动或替换", "没有保存", "重新打开"),
    "replaced": ("被移动或替换", "没有保存", "重新打开"),
    "locked": ("正忙", NOT_SAVED, "稍后再试"),
    "no memory": ("内存不足", NOT_SAVED, "关闭其他程序"),
    "interrupted": ("已停止", NOT_SAVED, "重新开始"),
    "text too long": ("太长", NOT_SAVED, "缩短"),
    "table gone": ("其他程序改动过", NOTHING, "crm-tui doctor"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    process = shim.start("tests.faults.sentences", tmp_path_factory.mktemp("faults"))
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return json.loads(output)


def test_every_fault_is_brought_about(told):
    assert set(WANTED) == set(sentences.FAULTS) == set(told["zh"]) == set(told["en"])


@pytest.mark.parametrize("name", WANTED)
def test_a_fault_is_told_in_three_parts_in_the_users_language(told, name):
    kind, *parts = told["zh"][name]
    assert kind in ("Fault", "CommitFault", "BadInput", "Busy", "Cancelled")
    for part, wanted in zip(parts, WANTED[name], strict=True):
        assert wanted in part
    english_kind, *english = told["en"][name]
    assert english_kind == kind
    assert all(part and part.isascii() for part in english)
    assert all(part != there for part, there in zip(parts, english, strict=True))
