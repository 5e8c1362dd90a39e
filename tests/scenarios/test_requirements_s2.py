"""S2, 企业客户资料管理: one file for each company, whole, checked and shared."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.presets import load_sheets
from tests.cli.calls import Call
from tests.scenarios.conftest import Take, told

Crm = Callable[..., Call]
Out = Callable[..., list[dict[str, str]]]
CODE = "91350100M000100Y43"
# S2-05 to S2-08 and S2-26, in the words of the document.
COMPANY = {
    "客户企业名称": "北京科技有限公司", "统一社会信用代码": CODE, "注册地址": "北京市海淀区中关村大街1号",
    "经营地址": "北京市朝阳区建国路2号", "所属行业": "制造业", "企业规模": "200-500人，年营收5000万-1亿",
    "成立时间": "2010-05-01", "企业性质": "民企", "主要对接人姓名": "王*", "职位": "采购经理",
    "办公电话": "010-12345678", "手机": "13812345678", "邮箱": "wang@corp.com", "微信": "wx_wang",
    "客户核心业务": "传感器", "采购需求痛点": "降低成本", "过往合作经历": "2023年合作过", "渠道": "转介绍",
    "首次接触时间": "2023-10-01", "对接人": "王芳", "客户编号": "B-1", "客户状态": "正式客户",
    "合作项目": "设备采购", "合作金额": "80万元", "合同起止": "2024-01-01 至 2024-12-31",
}  # fmt: skip


@pytest.mark.requirement("S2-01")
def test_one_customer_has_one_file(team: Crm, take: Take, out: Out) -> None:
    again = take(
        {"客户名称": "北京科技有限公司", "统一社会信用代码": CODE},
        {"客户名称": "北京科技 有限公司", "统一社会信用代码": CODE},
        {"客户名称": "上海贸易有限公司", "统一社会信用代码": CODE},
    )
    assert (again.json[0]["new"], again.json[0]["suspect"]) == (1, 2)
    later = take({"客户名称": "北京科技有限公司", "核心需求": "降低成本"})
    assert (later.json[0]["new"], later.json[0]["update"]) == (0, 1)
    assert [row["客户名称"] for row in out("customers")] == ["北京科技有限公司"]


@pytest.mark.requirement("S2-02", "S2-20")
@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("潜在", "潜在客户"), ("意向", "意向客户"), ("成交", "正式客户"), ("维护", "正式客户"),
        ("正式客户", "正式客户"), ("流失客户", "流失客户"), ("成交客户", "正式客户"), ("已成交", "正式客户"),
    ],
)  # fmt: skip
def test_the_life_cycle_is_read_in_every_word_of_the_documents(
    team: Crm, take: Take, cell: str, state: str
) -> None:
    take({"客户名称": "恒达贸易", "客户状态": cell})
    assert told(team("show", "恒达").out, "客户状态") == state


@pytest.mark.requirement("S2-05", "S2-06", "S2-07", "S2-08", "S2-26", "S2-15")
def test_a_company_file_holds_every_part_and_goes_out_as_it_came(team: Crm, take: Take, out: Out) -> None:
    assert take(COMPANY).json[0]["new"] == 1
    file = team("show", "B-1").out
    for label, value in {
        "统一社会信用代码": CODE, "企业规模": "200-500人，年营收5000万-1亿元", "企业性质": "民企",
        "成立时间": "2010-05-01", "合作项目": "设备采购", "合作金额": "80万元",
        "合同起止": "2024-01-01 ~ 2024-12-31", "更新时间": "2026-03-11 10:00", "更新人": "王芳",
    }.items():  # fmt: skip
        assert told(file, label) == value
    (row,) = out("customers", "--preset", "S2")
    assert tuple(row) == load_sheets()["S2"].headings
    assert {heading: row[heading] for heading in COMPANY} == COMPANY
    assert (row["更新时间"], row["更新人"]) == ("2026-03-11 10:00", "王芳")


@pytest.mark.requirement("S2-09")
def test_a_blank_form_is_printed_and_one_customer_is_written_on_it(
    team: Crm, take: Take, tmp_path: Path
) -> None:
    blank, filled = tmp_path / "登记表.xlsx", tmp_path / "北京科技.xlsx"
    assert team("template", str(blank), "--form").status == 0
    take(COMPANY)
    assert team("export", "customers", str(filled), "--preset", "S4", "--find", "北京科技").status == 0
    fields = load_sheets()["S4"].headings
    printed = zipfile.ZipFile(blank).read("xl/sharedStrings.xml").decode()
    assert [field for field in fields if field not in printed] == []
    team("undo")
    again = team("import", str(filled), "--json")
    assert again.json[0]["new"] == 1
    assert told(team("show", "北京科技").out, "统一社会信用代码") == CODE


@pytest.mark.requirement("S2-12", "S2-14", "S2-18")
@pytest.mark.parametrize(
    ("cells", "label", "said"),
    [
        ({"统一社会信用代码": "9135010"}, "统一社会信用代码", "18"),
        ({"统一社会信用代码": "91350100M000100Y44"}, "统一社会信用代码", "校验位"),
        ({"联系人姓名": "张三", "联系人职位": ""}, "联系人职位", "没有填职位"),
        ({"联系人姓名": "", "手机": ""}, "联系人姓名", "待补全"),
        ({"手机": "1381234567"}, "手机", "11"),
        ({"办公电话": "62345678"}, "办公电话", "区号"),
        ({"客户状态": "正式客户"}, "合作项目", "合作项目"),
    ],
)
def test_a_self_check_finds_what_is_wrong_or_missing(
    team: Crm, take: Take, out: Out, cells: dict[str, str], label: str, said: str
) -> None:
    whole = {
        "客户名称": "恒达贸易", "所属行业": "零售业", "联系人姓名": "张三", "联系人职位": "经理",
        "手机": "13812345678", "核心需求": "降低成本",
    }  # fmt: skip
    take({**whole, "客户名称": "远景科技", "手机": "13912345678"})
    assert take({**whole, **cells}).json[0]["new"] == 1, "nothing of it keeps a row out"
    found = team("show", "恒达").out
    assert said in told(found[found.index("待补全与待核对") :], label)
    assert "待补全与待核对" not in team("show", "远景").out
    listed = [row["客户名称"] for word in ("待补全", "待核对") for row in out("customers", "--find", word)]
    assert listed == ["恒达贸易"]


@pytest.mark.requirement("S2-15")
@pytest.mark.parametrize("cell", ["2023-10-01", "2023/10/1", "2023年10月1日", "20231001", "2023.10.1"])
def test_a_day_is_shown_in_one_way_only(team: Crm, take: Take, cell: str) -> None:
    take({"客户名称": "恒达贸易", "首次接触时间": cell})
    assert told(team("show", "恒达").out, "首次接触时间") == "2023-10-01"


@pytest.mark.requirement("S2-16")
@pytest.mark.parametrize(
    ("heading", "cell", "shown"),
    [
        ("合作金额", "80万元", "80万元"), ("合作金额", "800000元", "80万元"), ("合作金额", "5000", "5000元"),
        ("合作金额（万元）", "80", "80万元"), ("合作金额(元)", "800000", "80万元"),
        ("合作金额", "1.2亿", "1.2亿元"),
    ],
)  # fmt: skip
def test_money_always_names_its_unit(team: Crm, take: Take, heading: str, cell: str, shown: str) -> None:
    take({"客户名称": "恒达贸易", "合作项目": "设备采购", heading: cell})
    assert told(team("show", "恒达").out, "合作金额").replace(",", "") == shown
