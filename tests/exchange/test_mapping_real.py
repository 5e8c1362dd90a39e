"""Headings of sheets that nobody here made find their fields, or are kept for the note."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from crm_tui.exchange.mapping import match_headings
from tests.exchange.test_mapping import explained

REAL = [
    (
        "companies_registry_30k.csv.gz",
        "utf-8",
        "企业名称=name 统一社会信用代码=uscc 注册日期=founded_on 企业类型=- 注册资金=- 所在省份=reg_province"
        " 地区=region 注册地址=reg_address",
    ),
    (
        "companies_a_share.csv.gz",
        "utf-8",
        "代码=- 公司全称=name 证券简称=short_name 扩位简称=- 拼音缩写=- 英文名称=english_name"
        " 省份=reg_province 城市=reg_city 注册地址=reg_address 行业=industry 证监会行业=- 员工数=headcount"
        " 注册资本万元=- 上市日期=- 网址=website 主营业务=main_business 上市状态=-",
    ),
    ("spreadsheets/stock_short_full_gbk.csv", "gbk", "期货代码=- 期货名称=- 公司名称=name"),
    (
        "link_tw_2023_2025/a_2023.csv",
        "utf-8",
        "id=- 公司名稱=name 公司簡稱=short_name 住址=biz_address 總機電話=office_phone 傳真機號碼=-"
        " 電子郵件信箱=email 網址=website 英文簡稱=english_name 成立日期=founded_on 實收資本額=-",
    ),
    (
        "link_2017_2026/a_2017.csv",
        "utf-8",
        "id=- name=name short_name=short_name english_name=english_name area=region"
        " registered_address=reg_address office_address=biz_address website=website industry=industry",
    ),
]


@pytest.mark.parametrize(("file", "encoding", "expected"), REAL)
def test_real_tables(test_data: Path, file: str, encoding: str, expected: str) -> None:
    raw = (test_data / "real" / file).read_bytes()
    text = (gzip.decompress(raw) if file.endswith(".gz") else raw).decode(encoding)
    assert explained(match_headings(next(csv.reader(text.splitlines())))) == expected


@pytest.mark.parametrize(
    ("file", "row", "expected"),
    [
        (
            "crm_customer_template.xls",
            0,
            "客户名称=name 客户级别=level 企业性质=ownership 注册资金=- 销售收入=revenue 所属行业=industry"
            " 公司规模=scale 联系人=contact_name 职位=contact_title 固定电话=office_phone 手机号码=mobile"
            " 邮箱=email 所在省份=biz_province 所在城市=biz_city 详细地址=biz_address 官网=website"
            " 客户来源=source 公司简介=-",
        ),
        *(
            (
                name,
                1,
                "名称*=name 联系人=contact_name 手机号码=mobile 联系电话=contact_way 电子邮箱=email 传真=-"
                f" {due}=- 纳税人识别号=uscc 税率(%)=- 开户行=- 账号=- 地址=biz_address 备注=note 排序=-"
                " 状态*=-",
            )
            for name, due in (
                ("customer_template_notes_row.xls", "期初应收"),
                ("vendor_template_notes_row.xls", "期初应付"),
            )
        ),
    ],
)
def test_real_workbooks(test_data: Path, file: str, row: int, expected: str) -> None:
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(test_data / "real/spreadsheets" / file).get_sheet_by_index(0)
    assert explained(match_headings([str(cell) for cell in sheet.to_python()[row]])) == expected
