"""``dupes``: a look at both sides, one customer of two, its number leading on, and apart again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_tui.customers import service
from crm_tui.storage.change import Change
from tests.cli.calls import Call, write

Crm = Callable[..., Call]
ONE, OTHER, THIRD = "C20260311001", "C20260311002", "C20260311003"

LOOK = """\
保留 C20260311001 上海恒达机械有限公司 (最早录入)
字段      C20260311001            C20260311002
创建时间  2026-03-11              2026-03-11
客户名称  * 上海恒达机械有限公司  恒达机械
核心需求  * 设备                  配件
备注                              * 老朋友
带 * 的值保留；其余的值在更改记录中可查
一并转入：联系人 1
"""


def twins(change: Change) -> None:
    rows: list[dict[str, Any]] = [
        {"name": "上海恒达机械有限公司", "need": "设备"},
        {"name": "恒达机械", "need": "配件", "note": "老朋友"},
        {"name": "恒达机械杭州分公司"},
    ]
    for number, row in enumerate(rows):
        service.add(change, row, [{"name": f"王{number}", "mobile": f"1380013800{number}"}])


def test_a_look_first_then_one_customer_then_two_again(team: Crm):
    write(twins)
    look = team("dupes", "merge", ONE, OTHER, "--dry-run")
    assert look.out == LOOK
    assert look.err == "没有任何改动；去掉 --dry-run 即可执行。\n"
    asked = team("dupes", "merge", ONE, OTHER)
    assert asked.status == 1 and "合并前要先确认" in asked.err
    wanted = ("--into", OTHER, "--choose", f"need={ONE}", "--choose", f"客户名称={ONE}", "--reason", "同一家")
    done = team("dupes", "merge", ONE, OTHER, *wanted, "--yes", "--json")
    assert (done.status, done.json) == (0, [{"no": OTHER, "merged": [ONE], "contacts_folded": 0, "set": 3}])
    assert "已把 C20260311001 合并到 C20260311002" in done.err
    shown = team("show", ONE)
    assert shown.err.startswith("王芳已把这位客户合并到 C20260311002 上海恒达机械有限公司")
    assert shown.out.startswith("C20260311002  上海恒达机械有限公司") and "设备" in shown.out
    assert team("find", ONE, "--json").json[0]["no"] == OTHER
    history = team("history", OTHER).out
    assert "客户档案 C20260311001 上海恒达机械有限公司" in history and "已合并" in history
    assert team("undo").err == "已撤销：合并客户。\n"
    assert team("show", ONE).out.startswith("C20260311001")


def test_two_that_are_not_the_same_are_remembered_as_that(team: Crm):
    write(twins)
    call = team("dupes", "reject", OTHER, THIRD, "--note", "分店", "--json")
    assert call.json[0] | {"set": 0} == {
        "customers": [OTHER, THIRD], "verdict": "different", "note": "分店", "set": 0
    }  # fmt: skip
    assert call.err == "C20260311002 与 C20260311003：不是同一客户。\n"
    assert team("dupes", "related", ONE, THIRD).err.endswith("关联公司。\n")
    look = team("dupes", "merge", OTHER, THIRD, "--dry-run", "--json").json[0]
    assert look["doubts"] == ["C20260311002 与 C20260311003 曾判定：不是同一客户。 分店"]
    assert (look["into"], look["moving"]["contact"]) == (OTHER, {OTHER: 1, THIRD: 1})
    wrong = team("dupes", "reject", ONE, ONE)
    assert wrong.status == 1 and "同一位客户" in wrong.err
    assert (
        "不在要合并的客户之中" in team("dupes", "merge", ONE, OTHER, "--choose", f"name={THIRD}", "--yes").err
    )


def test_merges_of_merges_come_apart_in_reverse_and_say_what_is_in_the_way(team: Crm):
    write(twins)
    for one, other in ((ONE, OTHER), (THIRD, ONE)):
        assert team("dupes", "merge", other, "--into", one, "--yes").status == 0
    blocked = team("undo", "3")
    assert blocked.status == 3
    line = next(line for line in blocked.err.splitlines() if "王1" in line or "客户档案" in line)
    assert f"现为 {THIRD} 恒达机械杭州分公司" in line
    assert [team("undo", number).status for number in ("4", "3")] == [0, 0]
    assert team("show", OTHER).out.startswith(OTHER)
