"""``find``: what is printed, what a program is answered line by line, and that no input breaks it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm_tui.__main__ import call as whole_call
from crm_tui.cli import sought
from crm_tui.config import default_database
from tests.cli.calls import Call, fill, write

Crm = Callable[..., Call]


@pytest.fixture
def filled(team: Crm) -> Crm:
    """Return the calls on a database of three customers."""
    write(fill)
    return team


def conversation(filled: Crm, monkeypatch: pytest.MonkeyPatch, lines: bytes, *words: str) -> list[Any]:
    """Return the answers to lines of standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines), "utf-8"))
    done = filled("find", "--stdin", *words)
    assert (done.status, done.err) == (0, "")
    return done.json


@pytest.mark.requirement("S0-26", "S3-19")
def test_find_prints_the_best_first_and_says_why(filled: Crm) -> None:
    found = filled("find", "恒达")
    assert found.status == 0 and not found.err
    head, row = found.lines
    assert head.split() == ["编号", "客户名称", "负责人", "原因", "匹配内容"]
    assert row.split()[:3] == ["C20260311001", "上海恒达贸易有限公司", "王芳"]
    one = filled("find", "shhd", "--json").json[0]
    assert one["name"] == "上海恒达贸易有限公司" and one["owner"] == "王芳" and one["no"] == "C20260311001"
    assert one["reason_label"] == "拼音首字母" and one["score"] > 0 and one["id"] and one["field"]
    assert [row["name"][:2] for row in filled("find", "13800138001", "--json").json] == ["北京"]
    assert filled("find", "没有这个词") == Call(1, "", "没有符合条件的客户。\n")


def test_find_takes_filters_and_views(filled: Crm) -> None:
    def names(*words: str) -> list[str]:
        found = filled("find", *words, "--json")
        assert found.status in (0, 1), found.err
        return sorted(one["name"][:2] for one in found.json)

    assert names("1380013800") == ["上海", "北京", "广州"]
    assert len(filled("find", "1380013800", "--limit", "2", "--json").json) == 2
    assert names("1380013800", "--filter", "非 包含:北京") == ["上海", "广州"]
    assert names("1380013800", "--mine") == ["上海", "北京", "广州"]
    assert names("1380013800", "--filter", "状态:正式客户", "--mine") == []
    assert "不是状态的取值" in filled("find", "恒达", "--filter", "状态:好").err
    assert "没有名为“甲”的视图" in filled("find", "恒达", "--view", "甲").err
    assert filled("find").status == 2 and filled("find", "x", "--stdin").status == 2


def test_a_program_is_answered_line_by_line(filled: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    first, none, gone = conversation(
        filled, monkeypatch, "恒达\r\n\n没有这个词".encode(), "--filter", "状态:潜在客户"
    )
    assert first["query"] == "恒达" and [one["name"] for one in first["hits"]] == ["上海恒达贸易有限公司"]
    assert first["more"] is False and first["took_ms"] > 0 and first["cpu_ms"] >= 0 and "error" not in first
    assert none["query"] == "" and gone["hits"] == []


def test_no_line_ends_the_conversation(filled: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [
        b"\xff\xfe", b"\xed\xa0\x80", b"\x00", b"\x1b[31m", b"\xf0\x9f\x98\x80", b'"', b"%", b"*", b"-",
        b"AND", b"NEAR(", "有限公司".encode(), b"a" * 200, b"x" * 9000, "科技".encode() * 100,
        b"'; DROP TABLE customer --", "电话:".encode(), "负责人:谁".encode(), b"\xe2\x80\xae",
        "恒达".encode(),
    ]  # fmt: skip
    answers = conversation(filled, monkeypatch, b"\n".join(bad) + b"\n")
    assert len(answers) == len(bad)
    assert answers[0]["error"] == answers[1]["error"] == "这一行不是 UTF-8 编码。"
    assert "4096" in answers[13]["error"] and answers[-1]["hits"]
    assert all(isinstance(one["hits"], list) and "took_ms" in one for one in answers)


def test_the_plain_call_needs_no_grammar_and_answers_the_same(
    filled: Crm, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("find", "恒达"), ("find", "上海", "恒达", "--json"), ("find", "--", "没有-这个词")):
        known = filled(*words)
        assert whole_call(list(words)) == known.status
        out, err = capsys.readouterr()
        assert Call(known.status, out, err) == known
    for words in (
        ("find",),
        ("find", "-h"),
        ("find", "x", "--limit", "0"),
        ("find", "x", "--stdin"),
        ("due",),
    ):
        assert sought.read(words) is None
    said = sought.read(["--db", "a.db", "find", "x", "--limit=5", "--filter", "状态:好"])
    assert said and (said.path.name, said.limit, said.options["expression"]) == ("a.db", 5, "状态:好")
    assert whole_call(["find", "恒达", "--filter", "状态:好"]) == 1
    assert "不是状态的取值" in capsys.readouterr().err


def test_it_loads_neither_grammar_nor_screens(filled: Crm) -> None:
    code = (
        "import sys\nfrom crm_tui import session\nsession.system_login = lambda: 'wangfang'\n"
        "from crm_tui.__main__ import call\nstatus = call(['find', '恒达', '--json'])\n"
        "heavy = {'click', 'textual', 'phonenumbers', 'pydantic', 'sqlite_utils'} & set(sys.modules)\n"
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    path = str(default_database())
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "CRM_DB": path},
        cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"] == "上海恒达贸易有限公司"
