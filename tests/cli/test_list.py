"""``list``, and the same filters, orders and views in ``export`` and ``change``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.customers import views
from tests.cli.calls import Call, fill, session, write

Crm = Callable[..., Call]


@pytest.mark.requirement("S0-26", "S3-19")
def test_list_export_and_change_take_filters_orders_and_views(team: Crm, tmp_path: Path) -> None:
    write(fill)

    def names(*words: str) -> list[str]:
        found = team("list", *words, "--columns", "name", "--json")
        assert found.status in (0, 1), found.err
        return [json.loads(line)["name"] for line in found.out.splitlines()]

    every = names("--sort", "name")
    assert [name[:2] for name in every] == ["北京", "广州", "上海"] and names("--sort", "-名称") == every[
        ::-1
    ]
    assert names("有限公司", "--sort", "name") == [every[0], every[2]]
    assert names("--filter", "非 包含:北京", "--sort", "no") == [every[2], every[1]]
    assert names("状态:潜在客户 有限公司", "--limit", "1", "--sort", "no") == [every[2]]
    assert team("list", "状态:正式客户") == Call(1, "", "没有符合条件的客户。\n")
    assert team("list", "创建:今天", "--count").out == "3 位客户\n"
    table = team("list", "--columns", "编号,客户名称", "--sort", "no", "--limit", "2")
    assert table.out.splitlines()[0].split() == ["客户编号", "客户名称"] and len(table.out.splitlines()) == 3
    assert table.err == "已显示 2 条，共 3 条；--limit 0 显示全部。\n"
    with session() as opened:
        kept = {"filter": "有限公司", "sort": "-name", "columns": [{"name": "no", "width": 0}]}
        opened.write(views.save, "customers", "我的 公司", kept)
    assert team("list", "--view", "我的公司").out.split() == ["客户编号", "C20260311001", "C20260311002"]
    out = tmp_path / "a.csv"
    assert team("export", "customers", str(out), "--view", "我的公司").status == 0
    assert [name for name in every if name in out.read_text("utf-8-sig")] == [every[0], every[2]]
    done = team("change", "status=won", "--filter", "包含:北京", "--yes")
    assert done.status == 0 and names("状态:正式客户") == [every[0]]
    for words, said in (
        (("list", "等级:钻石"), "“钻石”不是等级的取值"),
        (("list", "--sort", "好坏"), "没有“好坏”这种排序"),
        (("list", "--view", "没有的"), "没有名为“没有的”的视图"),
        (("list", "--columns", "联系人,甲"), "甲"),
        (("list", "状态:'; DROP TABLE customer --"), "不是状态的取值"),
        (("change", "status=won", "--all", "--filter", "包含:x", "--yes"), "--filter"),
    ):
        refused = team(*words)
        assert refused.status in (1, 2) and said in refused.err, refused.err


def test_what_is_left_out_is_no_option(team: Crm) -> None:
    """A part of a filter may begin with a hyphen, as options do."""
    write(fill)
    every = team("list", "--count").out
    for words in (("-名称:恒达",), ("-恒达",), ('-"Customer name":恒达',), ("--sort", "-名称", "-name:恒达")):
        left = team("list", *words, "--json")
        assert left.status == 0, left.err
        assert "恒达" not in left.out and 0 < len(left.out.splitlines()) < int(every.split()[0]), words
    assert "-x" in team("list", "-x").err
