"""S1, 销售线索管理与客户信息收集: what of a lead's sheet a customer file holds already."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.calls import Call
from tests.scenarios.conftest import Take, told

Crm = Callable[..., Call]
Out = Callable[..., list[dict[str, str]]]


@pytest.mark.requirement("S1-09", "S2-16")
@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("10-20万", "10-20万元"),
        ("50万以上", "50万元以上"),
        ("30-50万", "30-50万元"),
        ("800-1000万元", "800-1000万元"),
    ],
)
def test_a_budget_is_a_range_of_money(team: Crm, take: Take, out: Out, cell: str, shown: str) -> None:
    take({"客户名称": "恒达贸易", "预算范围": cell})
    file = team("show", "恒达", "--json").json[0]
    assert all(file[name] is None or file[name] % 10_000_00 == 0 for name in ("budget_min", "budget_max"))
    assert told(team("show", "恒达").out, "预算范围").replace(",", "") == shown
    assert out("customers")[0]["预算范围"] == cell


@pytest.mark.requirement("S1-10")
@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("计划Q3启动", "2026-07-01 ~ 2026-09-30"),
        ("需2个月内上线", "2026-03-11 ~ 2026-05-11"),
        ("计划2024年8月交付", "2024-08-01 ~ 2024-08-31"),
        ("尽快", ""),
    ],
)
def test_the_time_of_a_project_is_kept_and_understood(team: Crm, take: Take, cell: str, days: str) -> None:
    take({"客户名称": "恒达贸易", "项目时间节点": cell})
    assert told(team("show", "恒达").out, "项目时间节点") == (f"{cell}  = {days}" if days else cell)


@pytest.mark.requirement("S1-12")
def test_a_follow_up_says_who_when_how_and_what(team: Crm, take: Take, out: Out) -> None:
    take({"客户名称": "恒达贸易"})
    for way in ("电话", "面谈", "线上会议"):
        assert team("log", "恒达", f"{way}：对比竞品，承诺周五前报价", "--way", way).status == 0
    rows = out("activities")
    assert [row["沟通方式"] for row in rows] == ["电话", "面谈/拜访", "线上会议"]
    assert rows[0]["跟进人"] == "王芳"
    assert rows[0]["跟进时间"] == "2026-03-11 10:00"
    assert rows[0]["核心沟通内容"] == "电话：对比竞品，承诺周五前报价"


@pytest.mark.requirement("S1-19")
@pytest.mark.parametrize("cell", ["50-100人", "200-500人", "5000万-1亿", "500-1000人，年营收5-10亿"])
def test_a_size_is_staff_or_revenue(team: Crm, take: Take, out: Out, cell: str) -> None:
    take({"客户名称": "恒达贸易", "公司规模": cell})
    file = team("show", "恒达", "--json").json[0]
    assert (file["headcount_min"] is not None) == ("人" in cell)
    assert (file["revenue_min"] is not None) == ("亿" in cell)
    assert told(team("show", "恒达").out, "企业规模")
    assert out("customers", "--preset", "S3")[0]["客户规模"] == cell


@pytest.mark.requirement("S1-20", "S3-26")
@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("广东省深圳市", ("广东省", "深圳市", None, None)),
        ("广东省深圳市南山区科技路1号", ("广东省", "深圳市", "南山区", "科技路1号")),
    ],
)
def test_an_address_is_province_and_city_or_down_to_the_door(
    team: Crm, take: Take, cell: str, parts: tuple[str | None, ...]
) -> None:
    take({"客户名称": "恒达贸易", "公司地址": cell})
    file = team("show", "恒达", "--json").json[0]
    assert tuple(file[f"biz_{name}"] for name in ("province", "city", "district", "detail")) == parts
    assert told(team("show", "恒达").out, "经营地址") == cell


@pytest.mark.requirement("S1-23")
def test_a_next_step_has_a_day_and_an_owner_of_its_own(team: Crm, take: Take) -> None:
    team("user", "add", "li", "--name", "李销售", "--alias", "*销售")
    take({
        "客户名称": "恒达贸易", "最近跟进人": "*销售", "最近跟进时间": "2024-05-20 14:30",
        "跟进内容摘要": "客户对方案细节提出疑问，需补充技术参数说明",
        "下一步行动计划": "5月25日前提交技术参数说明（*销售）",
    })  # fmt: skip
    file = team("show", "恒达").out
    assert told(file, "2024-05-25") == "提交技术参数说明 · 李销售"
    assert "2024-05-20 14:30  李销售" in file
    assert "客户对方案细节提出疑问，需补充技术参数说明" in file
    (row,) = team("due", "--all").lines[2:]
    assert "提交技术参数说明" in row
    assert row.endswith("李销售")
    assert team("due").lines == [], "the plan is not of the one who imported it"
