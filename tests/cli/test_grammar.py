"""Help, usage, languages, and which status a call ends with."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crm_tui import config
from crm_tui.cli.grammar import wrapped
from crm_tui.cli.registry import COMMANDS
from crm_tui.text.cells import width
from tests.cli.calls import Call, Opened, commands
from tests.test_imports import ROOT

Crm = Callable[..., Call]

HELP = """\
用法：crm-tui due [选项]

  列出现在该联系谁、为什么。

选项：
  --mine/--all  只看自己的计划（默认），或所有人的。
  --until DATE  同时列出到某天为止的计划：2026-03-15、下周五。
  --line        只输出一行，供提示符和状态栏使用。

通用选项：
  --db PATH     数据库文件（默认取环境变量 CRM_DB，再默认为个人数据库）。
  --json        输出 JSON：一个对象，列表则每行一个。
  --lang zh|en  界面语言：中文或英文。
  --read-only   以只读方式打开数据库。
  -h, --help    显示本页。
"""
HELP_EN = """\
Usage: crm-tui due [OPTIONS]

  Show whom to contact now, and why.

Options:
  --mine/--all  Your own plans (the default), or everybody's.
  --until DATE  Show plans up to a day too: 2026-03-15, friday.
  --line        One short line, for prompts and status bars.

Options of every command:
  --db PATH     The database (else the variable CRM_DB, else your own).
  --json        Write JSON: one object, or one on each line for a list.
  --lang zh|en  Chinese or English.
  --read-only   Open the database for reading only.
  -h, --help    Show this page.
"""


def test_help_in_both_languages(crm: Crm) -> None:
    assert crm("due", "--help") == (0, HELP, "")
    assert crm("due", "--help", "--lang", "en") == (0, HELP_EN, "")
    assert crm("--lang=en", "due", "-h") == (0, HELP_EN, "")


def test_help_lists_every_command_and_imports_none(crm: Crm) -> None:
    page = crm("--help").out
    for name, entry in COMMANDS.items():
        assert (f"  {name} " in page) is not entry.hidden


@pytest.mark.parametrize("words", [tuple(name.split()) for name in commands()])
def test_every_command_explains_itself(crm: Crm, words: tuple[str, ...]) -> None:
    page = crm(*words, "--help")
    assert page.status == 0
    assert page.out.startswith("用法：crm-tui " + " ".join(words))
    english = crm(*words, "--help", "--lang", "en").out
    for option in commands()[" ".join(words)]:
        assert option in page.out
        assert option in english
    assert all(len(line) <= 100 for line in english.splitlines())


def test_version(crm: Crm) -> None:
    import crm_tui

    assert crm("--version").out == f"crm-tui {crm_tui.__version__}\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("dew",), "没有命令“dew”"),
        (("user", "ad"), "没有命令“ad”"),
        (("due", "--untl", "x"), "没有选项 --untl。是不是 --until？"),
        (("due", "extra", "words"), "多余的参数：extra words。"),
        (("due", "--line=3"), "选项 --line 不带值。"),
        (("due", "--until"), "选项 --until 需要一个值。"),
        (("show",), "缺少 REF。"),
        (("history", "--limit", "many"), "--limit 须为整数。"),
        (("find", "x", "--limit", "0"), "--limit 须为 1 到 1000 的整数。"),
        (("list", "--limit", "-1"), "--limit 须为不小于 0 的整数。"),
        (("due", "--lang", "fr"), "--lang 只能是 zh, en 之一。"),
        (("user", "edit", "li"), "请写明要修改什么"),
        (("export", "leads", "out.csv"), "没有列表“leads”"),
        (("import", "x.csv", "--map", "客户"), "请写成 字段=表头"),
    ],
)
def test_what_is_not_understood_ends_with_2(crm: Crm, words: tuple[str, ...], sentence: str) -> None:
    call = crm(*words)
    assert (call.status, call.out) == (2, "")
    assert "用法有误：" in call.err
    assert sentence in call.err
    assert "用法：crm-tui" in call.err
    english = crm(*words, "--lang", "en") if "--until" not in words and "fr" not in words else None
    if english:
        assert english.status == 2
        assert "Not understood: " in english.err


def test_a_group_without_command_shows_its_help(crm: Crm) -> None:
    call = crm("user")
    assert call.status == 2
    assert "list        列出所有人" in call.err


def test_without_a_command_the_screens_open(crm: Crm, opened: Opened, tmp_path: Path) -> None:
    assert crm().status == 0
    assert not opened.plain
    assert crm("--read-only", "--no-mouse", "--plain-output", "--db", str(tmp_path / "other.db")).status == 0
    assert opened.plain
    assert opened == [(tmp_path / "team.db", False, None), (tmp_path / "other.db", True, False)]
    assert (crm("--customers").status, opened.first) == (0, "customers")


def test_common_options_stand_before_or_behind_the_command(team: Crm, tmp_path: Path) -> None:
    other = str(tmp_path / "other.db")
    assert team("--db", other, "init").status == 0
    assert team("due", "--db", other).status == team("--db", other, "due").status == 0
    assert team("--json", "user", "list").json == team("user", "list", "--json").json


def test_no_database(crm: Crm) -> None:
    call = crm("due")
    assert (call.status, call.out) == (1, "")
    assert "crm-tui init --db" in call.err


def test_somebody_unknown_is_told_whom_to_ask(team: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    call = team("due")
    assert call.status == 4
    assert "zhang 不是这个数据库的用户。" in call.err
    assert "请王芳运行：crm-tui user add zhang" in call.err


def test_reading_only_refuses_to_write(team: Crm) -> None:
    call = team("user", "add", "li", "--read-only")
    assert (call.status, call.out) == (4, "")
    assert "只能读取" in call.err or "只读" in call.err


def test_ctrl_c_ends_with_130(team: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_kw: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crm_tui.cli.due.today", interrupted)
    assert team("due") == (130, "", "已停止。\n")


def test_a_fault_of_ours_is_written_down_for_the_user_alone(
    team: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kw: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("crm_tui.cli.due.today", broken)
    call = team("due")
    log = config.state_dir() / "crm-tui.log"
    assert (call.status, call.out) == (70, "")
    assert str(log) in call.err
    assert "deep inside" not in call.err
    assert "deep inside" in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_no_line_of_help_ends_inside_a_word_or_before_a_closing_mark() -> None:
    text = "可写 创建:2026-01..2026-03、下次跟进:逾期（默认清理）。“且”，| 表示“或”"
    for room in range(24, 70):
        lines = wrapped(text, room, "  ")
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line) <= room for line in lines)
        for above, below in pairwise(line.strip() for line in lines):
            assert not (above[-1].isascii() and below[0].isascii() and above[-1] + below[0] in text)
            assert below[0] not in "，。；：、）”" and above[-1] not in "（“"


def start(*words: str, database: Path, **more: Any) -> subprocess.Popen[bytes]:
    """Start the program as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "crm_tui", *words, "--db", str(database)],
        cwd=ROOT,
        env={**os.environ, "CRM_LANG": "en", "TERM": "dumb"},
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **more},
        stderr=subprocess.PIPE,
    )


def test_without_a_terminal_no_screens_open(tmp_path: Path) -> None:
    bare = start(database=tmp_path / "none.db")
    out, err = bare.communicate()
    assert (bare.returncode, out) == (2, b"")
    assert b"needs a terminal" in err
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_that_only_prints_lines_no_screens_open(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        bare = start(database=tmp_path / "none.db", stdin=theirs, stdout=theirs)
        _out, err = bare.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    assert bare.returncode == 2
    assert b"TERM=dumb" in err and b"crm-tui due" in err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_ends_the_program_quietly(tmp_path: Path) -> None:
    database = tmp_path / "team.db"
    assert start("init", database=database).wait() == 0
    listing = start("history", database=database)
    assert listing.stdout is not None
    listing.stdout.close()
    _out, err = listing.communicate()
    assert (listing.returncode, err) == (0, b"")


def test_a_database_in_a_folder_that_cannot_be_written_is_read(tmp_path: Path, team: Crm) -> None:
    from tests.cli.calls import fill, write

    write(fill)
    os.chmod(tmp_path, 0o500)
    try:
        assert team("due").lines[2].startswith("C20260311001")
        if os.geteuid():
            refused = team("log", "C20260311001", "电话")
            assert (refused.status, refused.out) == (4, "")
    finally:
        os.chmod(tmp_path, 0o700)


def test_a_caller_who_closed_the_streams_gets_the_work_done_and_no_fault(tmp_path: Path) -> None:
    closed = '"$0" "$@" <&- >&- 2>&-'
    database, sheet = tmp_path / "team.db", tmp_path / "a.csv"
    assert start("init", database=database).wait() == 0
    sheet.write_text("客户名称\n上海恒达有限公司\n", encoding="utf-8")
    for words in (["import", str(sheet)], ["list"], ["find", "--stdin"], ["backup"]):
        call = [sys.executable, "-m", "crm_tui", *words, "--db", str(database)]
        assert subprocess.run(["/bin/sh", "-c", closed, *call], cwd=ROOT, check=False).returncode == 0, words
    listing = start("list", "--json", database=database)
    assert "上海恒达有限公司" in json.loads(listing.communicate()[0])["name"]
