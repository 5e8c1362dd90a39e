"""``dupes``: a look at both sides, one customer of two, its number leading on, and apart again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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


def alike(change: Change) -> None:
    for name in ("杭州瑞丰食品有限公司", "瑞丰食品（杭州）有限公司"):
        service.add(change, {"name": name}, [{"name": "李娜", "mobile": "13912345678"}])


def test_a_look_first_then_one_customer_then_two_again(team: Crm):
    write(twins)
    look = team("dupes", "merge", ONE, OTHER, "--dry-run")
    assert look.out == LOOK
    assert look.err == "没有任何改动；去掉 --dry-run 即可执行。\n"
    assert "只有一位客户" in team("dupes", "merge", ONE, "--yes").err
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


def test_a_list_of_what_was_never_scanned_says_so(team: Crm):
    call = team("dupes", "list")
    assert call.status == 1 and not call.out
    assert call.err == "本库的客户从未相互比较过。请运行 crm-tui dupes scan。\n"


@pytest.mark.requirement("S0-18")
def test_a_scan_then_pairs_with_their_reasons_and_clusters(team: Crm):
    write(alike)
    scan = team("dupes", "scan")
    assert scan.status == 0
    assert scan.out == "建议合并：1 对\n需核对：0 对\n相关但不同：0 对\n"
    [pair] = team("dupes", "list", "--pairs", "--json").json
    assert pair["customers"] == [ONE, OTHER] and pair["band"] == "merge"
    assert round(sum(one["weight"] for one in pair["reasons"]), 6) == pair["score"]
    [cluster] = team("dupes", "list", "--clusters", "--json").json
    assert cluster["customers"] == [ONE, OTHER] and cluster["band"] == "merge"
    table = team("dupes", "list").out.splitlines()
    assert table[0].split() == ["档次", "最弱", "客户编号", "客户名称"]
    assert table[1].split()[0] == "建议合并" and ONE in table[1] and OTHER in table[2]
    assert team("dupes", "list", "--band", "review").err == "没有疑似重复的客户。\n"
    assert team("dupes", "list", "--pairs", "--clusters").status == 2


def test_a_list_takes_in_what_was_saved_since_and_leaves_out_what_was_told_apart(team: Crm):
    assert team("dupes", "scan", "--json").json[0]["pairs"] == {"merge": 0, "review": 0, "related": 0}
    write(alike)
    assert [one["customers"] for one in team("dupes", "list", "--json").json] == [[ONE, OTHER]]
    assert team("dupes", "reject", ONE, OTHER).status == 0
    assert team("dupes", "list", "--json").out == ""
    assert team("undo").status == 0
    assert team("dupes", "related", ONE, OTHER).status == 0
    told = team("dupes", "list", "--pairs").out
    assert "相关但不同" in told and "关联公司" in told
    merged = team("dupes", "merge", ONE, OTHER, "--yes")
    assert merged.status == 0
    assert team("dupes", "list", "--json").out == ""


def test_what_may_only_be_read_is_listed_as_it_is(team: Crm):
    assert team("dupes", "scan").status == 0
    write(alike)
    call = team("--read-only", "dupes", "list", "--json")
    assert call.status == 0 and call.out == ""
    assert "次改动不在此列表中" in call.err
    assert team("--read-only", "dupes", "scan").status == 4


def test_a_scan_that_is_stopped_says_what_is_kept(team: Crm, monkeypatch: pytest.MonkeyPatch):
    write(alike)
    with monkeypatch.context() as patch:
        patch.setattr("crm_tui.cli.progress.Bar.cancelled", lambda _bar: True)
        call = team("dupes", "scan")
    assert call.status == 130 and not call.out
    assert call.err == "已停止。此前查到的都保留着；下次扫描会从停下的地方接着做。\n"
    assert team("dupes", "list").status == 1
    assert team("dupes", "scan").out.startswith("建议合并：1 对\n")
