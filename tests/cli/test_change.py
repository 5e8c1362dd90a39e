"""``change``: a look first, a question on a terminal, and one undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm_tui.customers import service
from crm_tui.customers.reading import find, record
from tests.cli.calls import Call, fill, session, write

Crm = Callable[..., Call]

DRY = """\
将修改 3 位客户
编号          客户名称              字段      原值      新值
C20260311001  上海恒达贸易有限公司  客户状态  潜在客户  流失客户
C20260311002  北京远景科技有限公司  客户状态  潜在客户  流失客户
C20260311003  广州明德制造厂        客户状态  潜在客户  流失客户
"""


def status(name: str) -> str:
    with session() as opened:
        row = record(opened.reader, "customer", find(opened.reader, name))
    assert row is not None
    return row["status"]


def test_a_look_first_then_the_change_then_one_undo(team: Crm):
    write(fill)
    look = team("change", "客户状态=流失客户", "--all", "--dry-run")
    assert look == Call(0, DRY, "没有任何改动；去掉 --dry-run 即可执行。\n")
    assert status("上海") == "prospect"
    done = team("change", "客户状态=流失客户", "--all", "--yes", "--reason", "清理")
    assert (done.status, done.out) == (0, "")
    assert done.err.splitlines() == ["已修改 3 位客户。", "整批修改可这样撤销：crm-tui undo 3"]
    assert status("上海") == status("广州") == "lost"
    assert "批量修改 · 3 位客户：客户状态 · 清理" in team("history").out
    assert team("undo").err == "已撤销：批量修改 “3 位客户：客户状态”。\n"
    assert status("上海") == "prospect"


def test_customers_are_named_found_or_all_of_them(team: Crm):
    write(fill)
    assert team("change", "status=won", "C20260311001", "广州", "--yes").status == 0
    assert [status(name) for name in ("上海", "北京", "广州")] == ["won", "prospect", "won"]
    # As filters name the field.
    assert team("change", "状态=lost", "--find", "有限公司", "--yes").status == 0
    assert [status(name) for name in ("上海", "北京", "广州")] == ["lost", "lost", "won"]


@pytest.mark.parametrize("words", [(), ("--all", "--find", "上海"), ("--all", "上海"), ("--find", " ")])
def test_which_customers_has_to_be_said_one_way(team: Crm, words: tuple[str, ...]):
    write(fill)
    call = team("change", "status=won", "--yes", *words)
    assert call.status == 2
    assert "请说明是哪些客户" in call.err
    assert status("上海") == "prospect"


def test_without_a_terminal_nobody_is_asked_and_nothing_done(team: Crm):
    write(fill)
    call = team("change", "status=won", "--all")
    assert call.status == 1
    assert (
        call.err
        == "批量修改需要先确认，而现在无人可以回答。没有任何改动。先用 --dry-run 查看，再加上 --yes。\n"
    )
    assert status("上海") == "prospect"


@pytest.mark.parametrize(("answer", "expected"), [("y\n", "won"), ("\n", "prospect")])
def test_on_a_terminal_it_asks(team: Crm, monkeypatch: pytest.MonkeyPatch, answer: str, expected: str):
    write(fill)
    monkeypatch.setattr("crm_tui.cli.change._somebody_there", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_words, **_more: answer == "y\n")
    call = team("change", "status=won", "--all")
    assert call.out.startswith("将修改 3 位客户\n")
    assert call.status == (0 if expected == "won" else 130)
    assert status("上海") == expected


def test_as_json_it_tells_what_was_done(team: Crm):
    write(fill)
    look = team("change", "--tag", "老客户", "--all", "--dry-run", "--json").json
    assert (look[0]["dry_run"], look[0]["change"], look[0]["same"]) == (True, 3, 0)
    assert look[0]["examples"][0]["moves"] == [{"title": "客户标签", "from": "", "to": "+老客户"}]
    assert team("change", "--tag", "老客户", "--all", "--yes", "--json").json == [
        {"changed": 3, "same": 0, "left": [], "set": 3, "job": 1, "beyond": 0, "reason": ""}
    ]
    again = team("change", "--tag", "老客户", "--all", "--yes", "--json")
    assert (again.status, again.json[0]["change"]) == (0, 0)
    assert again.err == "没有需要处理的内容。\n"


def test_who_changed_meanwhile_is_left_and_told(team: Crm, monkeypatch: pytest.MonkeyPatch):
    write(fill)
    from crm_tui.cli import change as module

    def meanwhile(*_arguments: object) -> None:
        with session() as other:
            one = find(other.reader, "上海")
            seen = (record(other.reader, "customer", one) or {})["changed_in"]
            other.write(service.update, one, seen, {"status": "interested"})

    monkeypatch.setattr(module, "_ask", meanwhile)
    call = team("change", "status=won", "--all")
    assert call.status == 3
    assert "1 位客户未改：期间已被他人改动。\n  C20260311001 上海恒达贸易有限公司\n" in call.err
    assert [status(name) for name in ("上海", "北京")] == ["interested", "won"]


def test_what_is_not_understood_is_refused(team: Crm):
    write(fill)
    assert team("change", "状态栏=x", "--all", "--yes").err.startswith("没有字段“状态栏”。")
    call = team("change", "客户状态=旧客户", "--all", "--yes")
    assert call.status == 1
    assert "可选：潜在客户" in call.err
    assert team("change", "负责人=李雷", "--all", "--yes").status == 1


def test_a_database_for_reading_only_is_said_at_once(team: Crm):
    write(fill)
    assert team("change", "status=won", "--all", "--yes", "--read-only").status == 4
    assert team("change", "status=won", "--all", "--dry-run", "--read-only").status == 0


@pytest.mark.requirement("S1-28")
def test_customers_are_handed_over_with_a_note(team: Crm):
    write(fill)
    assert team("user", "add", "li", "--name", "李雷").status == 0
    look = team("change", "--hand-over", "李雷", "上海", "北京", "--dry-run")
    assert look.out.startswith("将修改 2 位客户")
    assert "负责人" in look.out
    assert team("change", "--hand-over", "韩梅", "--all", "--yes").err.startswith("没有同事“韩梅”")
    assert team("change", "--note", "无", "--all", "--yes").status == 2
    done = team("change", "--hand-over", "li", "--note", "休假", "上海", "北京", "--yes")
    assert done.err.startswith("已修改 2 位客户。")
    assert "客户交接 · 2 位客户：交接给 李雷" in team("history").out
    assert "休假" in team("show", "上海").out
    assert team("undo").err == "已撤销：客户交接 “2 位客户：交接给 李雷”。\n"
