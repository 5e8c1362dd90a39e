"""People, teams, policy and audit at the shell: aligned text, JSON, what a change would do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from crm_tui.customers import service as customers
from crm_tui.storage.change import Change
from tests.cli.calls import Call, write

Crm = Callable[..., Call]


@pytest.fixture
def house(team: Crm) -> Crm:
    """Return the call on a database with two teams and three colleagues; 李雷 has two customers."""
    for words in (
        ("user", "add", "lilei", "--name", "李雷", "--alias", "小李"),
        ("user", "add", "hanmei", "--name", "韩梅", "--role", "销售经理"),
        ("user", "add", "kefu", "--name", "客小服", "--role", "客服专员"),
        ("team", "add", "华东", "--region", "华东"),
        ("team", "add", "上海", "--above", "华东"),
        ("user", "team", "lilei", "上海"),
        ("user", "team", "hanmei", "华东"),
    ):
        assert team(*words).status == 0, words

    def fill(change: Change) -> None:
        for name in ("上海恒达贸易有限公司", "北京远景科技有限公司"):
            customers.add(change, {"name": name, "kind": "company", "owner_id": 2}, [])

    write(fill)
    return team


def test_colleagues_are_listed_with_team_and_leave(house: Crm) -> None:
    away = house("user", "away", "李雷", "--by", "hanmei", "--until", "3天后", "--note", "休假")
    assert away.err.endswith("2026-03-11 至 2026-03-14，韩梅 是 李雷 的代理人。\n")
    assert house("user", "deactivate", "kefu").status == 0
    assert house("user", "list").lines == [
        "登录名    姓名    角色                团队         不在                        其他名称",
        "wangfang  王芳    系统管理员",
        "lilei     李雷    销售代表            华东 / 上海  到 2026-03-14，代理人 韩梅  小李",
        "hanmei    韩梅    销售经理            华东",
        "kefu      客小服  客服专员（已停用）",
    ]
    assert house("user", "away").lines == [
        "姓名  从          到          代理人  备注",
        "李雷  2026-03-11  2026-03-14  韩梅    休假",
    ]
    assert house("team", "list").lines == [
        "团队        区域  人员",
        "华东        华东  韩梅",
        "  上海            李雷",
        "（无团队）        王芳",
    ]
    assert house("user", "away", "lilei", "--back").status == 0
    assert house("user", "away").err == "没有人不在。\n"
    first = house("user", "list", "--json").json[1]
    assert (first["team"], first["away"], first["aliases"]) == ("华东 / 上海", None, ["小李"])


def test_colleagues_are_edited_and_deactivated(house: Crm) -> None:
    assert (
        house("user", "edit", "kefu", "--name", "刘服", "--email", "liu@hengda.com").err == "已保存：刘服。\n"
    )
    assert house("user", "edit", "kefu").status == 2
    gone = house("user", "deactivate", "lilei")
    assert "其客户不变" in gone.err and "2 位客户待交接" in gone.err
    assert house("user", "activate", "lilei").status == 0
    assert house("undo").status == 0
    last = house("user", "deactivate", "wangfang")
    assert last.status == 4 and "没有人能管理人员和权限" in last.err
    assert house("user", "role", "nobody", "客服专员").status == 1


def test_a_change_says_who_is_affected_before_it_is_made(house: Crm) -> None:
    looked = house("policy", "set", "销售经理", "read", "own", "--dry-run")
    assert looked.status == 0
    assert looked.lines[0] == "1 位同事将看不到 2 位客户。"
    assert looked.lines[-1].startswith("韩梅  将看不到 2 位客户；")
    assert looked.err == "没有任何改动；去掉 --dry-run 即可执行。\n"
    told = house("policy", "set", "销售经理", "read", "本人", "--json")
    assert told.json[0]["lost"] == 2
    assert told.json[0]["people"][0]["name"] == "韩梅"
    assert "1 位同事将看不到 2 位客户。" in told.err
    assert "销售经理：查看客户：本人的客户。" in told.err
    back = house("policy", "preset", "通用", "--dry-run")
    assert back.lines[0] == "1 位同事将多看到 2 位客户。"
    assert house("user", "role", "lilei", "录入专员", "--dry-run").status == 0
    assert "更换角色" not in house("audit").out


def test_the_policy_is_a_table_of_roles(house: Crm) -> None:
    lines = house("policy", "list").lines
    assert lines[0].split() == [
        "权限", "写法", "销售代表", "销售经理", "客服专员", "系统管理员", "录入专员"
    ]  # fmt: skip
    assert lines[1].split() == ["查看客户", "read", "本人", "团队", "全部", "全部", "全部"]
    assert lines[-1].split() == ["备份、恢复、修复", "upkeep", "—", "—", "—", "是", "—"]
    one = house("policy", "list", "客服专员", "--json").json
    assert {"role": "service", "verb": "read", "group": "budget", "scope": "own"} in one
    for words, sentence in (
        (("销售代表", "fly", "all"), "没有权限“fly”"),
        (("销售代表", "read.shoes", "all"), "没有权限“read.shoes”"),
        (("销售代表", "read", "some"), "不能设为“some”"),
        (("老板", "read", "all"), "没有角色“老板”"),
    ):
        refused = house("policy", "set", *words)
        assert refused.status == 1 and sentence in refused.err, refused


def test_roles_are_added_renamed_and_removed(house: Crm) -> None:
    assert house("policy", "roles", "--add", "大客户经理", "--like", "销售经理").status == 0
    assert house("user", "role", "lilei", "大客户经理").status == 0
    assert house("policy", "roles", "--rename", "大客户经理", "--to", "重点客户经理").status == 0
    line = next(one for one in house("policy", "roles").lines if "重点" in one)
    assert line.split()[0] == "重点客户经理" and line.split()[-1] == "1"
    looked = house("policy", "roles", "--remove", "重点客户经理", "--dry-run")
    assert "1 位同事是这个角色，换角色之前不能做任何操作。" in looked.err
    assert "1 位同事将看不到 2 位客户。" in looked.out
    assert house("policy", "roles", "--remove", "重点客户经理").status == 0
    assert "已删除" in house("user", "list").lines[2]
    assert house("policy", "roles", "--add", "甲").status == 2


def test_why_somebody_sees_a_customer(house: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = house("policy", "explain", "韩梅", "恒达").lines
    assert lines[0] == "韩梅（销售经理）· 上海恒达贸易有限公司，负责人 李雷"
    assert lines[2].split() == ["查看客户", "是", "负责人", "李雷", "属于团队“华东", "/", "上海”。"]
    data = house("policy", "explain", "kefu", "恒达", "--json").json
    budget = next(one for one in data if (one["verb"], one["group"]) == ("read", "budget"))
    assert budget["allowed"] is False and "填写事由后可以查看" in budget["reason"]
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "lilei")
    assert house("policy", "explain", "lilei", "恒达").status == 0
    assert house("policy", "explain", "hanmei", "恒达").status == 4


@pytest.mark.requirement("S0-25")
def test_the_audit_is_read_by_person_kind_and_day(
    house: Crm, noon: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon.shift(86400)
    assert house("policy", "set", "录入专员", "export", "own").status == 0
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "lilei")
    assert house("user", "role", "lilei", "系统管理员").status == 4
    assert house("audit").status == 4
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "wangfang")
    assert house("audit", "--since", "今天").lines == [
        "时间              操作人  类型          项目                                    原因",
        "2026-03-12 10:00  李雷    被拒绝的操作  更换角色                                "
        "你的角色（销售代表）没有这项权限：人员和团队。可请有此权限的同事处理。",
        "2026-03-12 10:00  王芳    角色和权限    修改权限：录入专员 · 导出 · 本人的客户",
    ]
    assert [one["who"] for one in house("audit", "--person", "小李", "--json").json] == ["李雷"]
    kinds = {one["kind"] for one in house("audit", "--kind", "人员和团队", "--json").json}
    assert kinds == {"people"}
    assert house("audit", "--kind", "whatever").status == 1
    assert house("audit", "--kind", "export").err == "没有这样的审计记录。\n"
