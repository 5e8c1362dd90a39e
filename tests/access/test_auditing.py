"""The audit in words: unmasking, exports, refused attempts, and changes of people and rights."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from crm_tui.access import audit, auditing, people, policies, store, substitutes, teams
from crm_tui.customers import service as customers
from crm_tui.errors import Refused
from crm_tui.exchange import exporting
from crm_tui.session import Session, open_session
from tests.opened import saved


@pytest.mark.requirement("S0-25")
def test_everything_is_told_newest_first_with_who_and_why(
    crm: Session, database: Path, now: time_machine.Traveller
) -> None:
    li = saved(crm, store.add, "li", "李雷", "service")
    customer = saved(crm, customers.add, {"name": "上海恒达", "kind": "company", "budget_min": 100}, [])
    east = saved(crm, teams.add, "华东")
    crm.write(people.set_team, li, east)
    crm.write(policies.set_permission, "service", "edit", "budget", "all", reason="客服改预算")
    now.shift(3600)
    with open_session(database, login="li") as theirs:
        theirs.unmask(customer, "budget", "回访前核对")
        theirs.write(audit.note_export, "customers.xlsx", 12)
        with pytest.raises(Refused):
            theirs.write(people.set_role, li, "administrator")
        assert {one.actor for one in auditing.entries(theirs.reader) if one.kind == "unmask"} == {li}
    crm.write(substitutes.share, customer, li, "edit")
    found = auditing.entries(crm.reader)
    assert [(one.kind, one.what, one.why) for one in found] == [
        ("sharing", "设置协作人：上海恒达 · 李雷 · 可查看、编辑", ""),
        ("refused", "更换角色", "你的角色（客服专员）没有这项权限：人员和团队。可请有此权限的同事处理。"),
        ("export", "客户 xlsx · 12 条", ""),
        ("unmask", "上海恒达 · 预算", "回访前核对"),
        ("policy", "修改权限：客服专员 · 编辑客户 · 预算 · 范围 本人的客户 → 全部客户", "客服改预算"),
        ("people", "更换团队：李雷 · 团队 — → 华东", ""),
        ("people", "新增团队：华东", ""),
        ("people", "新增同事：李雷", ""),
    ]
    for kind in auditing.KINDS:
        told = auditing.entries(crm.reader, kind=kind)
        assert told == [one for one in found if one.kind == kind]
    assert auditing.entries(crm.reader, person=li) == found[1:4]
    assert auditing.entries(crm.reader, since="2026-03-11T02:30:00Z") == found[:4]
    assert auditing.entries(crm.reader, limit=2) == found[:2]
    assert auditing.entries(crm.reader, before=found[1].set_id) == found[2:]


def test_a_role_that_is_gone_keeps_its_name_in_the_audit(crm: Session) -> None:
    key = saved(crm, policies.add_role, "大客户经理", "sales_rep")
    li = saved(crm, store.add, "li", "李雷", key)
    crm.write(people.set_role, li, "entry")
    crm.write(policies.remove_role, key)
    crm.undo()
    said = [one.what for one in auditing.entries(crm.reader)]
    assert "更换角色：李雷 · 角色 大客户经理 → 录入专员" in said
    assert "删除角色：大客户经理 · 已删除" in said
    assert said[0] == "撤销（删除角色）：大客户经理 · 已恢复"
    crm.redo()
    assert auditing.entries(crm.reader)[0].what == "恢复（删除角色）：大客户经理 · 已删除"


def test_every_list_that_can_be_taken_out_has_its_name_in_the_audit() -> None:
    assert {name: auditing.LISTS.get(name) for name in exporting.KINDS} == exporting.KINDS


def test_a_line_keeps_what_it_told_whatever_became_of_it(crm: Session) -> None:
    """A permission is told as it was given: also when it was taken back, changed, or went with its role."""
    given = crm.write(policies.set_permission, "sales_rep", "audit", "", "all").set_id
    first = crm.write(policies.set_permission, "entry", "merge", "", "own").set_id
    then = crm.write(policies.set_permission, "entry", "merge", "", "all").set_id
    crm.undo(given)
    key = crm.write(policies.add_role, "质检", "sales_rep").value
    wider = crm.write(policies.set_permission, key, "merge", "", "all").set_id
    crm.write(policies.remove_role, key)
    said = {one.set_id: one.what for one in auditing.entries(crm.reader)}
    assert said[given] == "修改权限：销售代表 · 查看审计 · 是"
    assert said[first] == "修改权限：录入专员 · 合并客户 · 本人的客户"
    assert said[then] == "修改权限：录入专员 · 合并客户 · 范围 本人的客户 → 全部客户"
    assert said[wider] == "修改权限：质检 · 合并客户 · 范围 本人的客户 → 全部客户"
