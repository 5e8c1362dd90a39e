"""Cells as people write them: what each comes to, and that a second import changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.access import people
from crm_tui.errors import BadInput
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from tests import pace
from tests.exchange.importer import Done, every, imported, lists, only, opened, run, sheet_of
from tests.exchange.sheets import workbook


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "base").mkdir()
    one = opened(tmp_path / "base")
    yield one
    one.close()


def taken(session: Session, folder: Path, headings: str, *rows: str) -> Done:
    """Import rows, and once more, which changes nothing."""
    done = imported(session, folder, headings, *rows)
    before = lists(session)
    again = imported(session, folder, headings, *rows)
    assert (again.result.added, again.result.updated) == (0, 0)
    assert lists(session) == before
    return done


def test_ditto_means_the_cell_above(session: Session, tmp_path: Path) -> None:
    done = taken(
        session,
        tmp_path,
        "客户名称|所属行业|经营地址|联系人|手机",
        "甲公司|制造业|上海市杨浦区国定路1号|张三|13812345678",
        "乙公司|同上|〃|李四|13912345678",
        "同上|〃|同上|王五|13712345678",
    )
    assert done.counts["contacts"] == 1
    assert every(session, "SELECT name, industry, biz_detail FROM customer ORDER BY id") == [
        ("甲公司", "manufacturing", "国定路1号"),
        ("乙公司", "manufacturing", "国定路1号"),
    ]
    people = "SELECT c.name, p.name FROM contact p JOIN customer c ON c.id = p.customer_id ORDER BY p.id"
    assert every(session, people) == [("甲公司", "张三"), ("乙公司", "李四"), ("乙公司", "王五")]


def test_a_number_of_taiwan_is_the_code_of_a_company(session: Session, tmp_path: Path) -> None:
    rows = "台灣甲股份有限公司|22099131", "乙有限公司|22099130"
    done = taken(session, tmp_path, "客戶名稱|統一編號", *rows)
    assert [(one.row, one.problem) for one in done.flags] == [
        (3, "8位数字，既不是统一社会信用代码，也不是台湾的统一编号")
    ]
    assert every(session, "SELECT uscc, note FROM customer ORDER BY id") == [
        ("22099131", None),
        ("22099130", None),
    ]


def test_a_number_of_taiwan_tells_a_company_by_itself(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "客戶名稱|統一編號|備註", "甲股份有限公司|22099131|x")
    done = imported(session, tmp_path, "客戶名稱|統編|備註", "甲股份|22099131|y")
    assert done.verdicts == ["suspect"]  # the same number under another name


def test_of_several_owners_the_first_colleague_owns_the_row(session: Session, tmp_path: Path) -> None:
    session.write(people.add, "zhang", "张三", "sales_rep")
    rows = "甲公司|外部/张三", "乙公司|李雷(张三代跟)", "丙公司|小王、小赵"
    done = taken(session, tmp_path, "客户名称|业务员", *rows)
    names = "SELECT p.name FROM customer c JOIN person p ON p.id = c.owner_id ORDER BY c.id"
    assert every(session, names) == ["张三", "李雷", "李雷"]
    assert [one.problem for one in done.flags] == [
        "不只是一位同事的姓名，以其中第一位同事为负责人",
        "不只是一位同事的姓名，以其中第一位同事为负责人",
        "没有叫这个名字的同事，由导入人负责",
    ]


def test_a_name_on_two_lines_is_one(session: Session, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [["客户名称", "备注"], ["东莞大朗毛织\n有限公司", "a\nb"], ["Acme\nLtd", ""]]
    )
    run(session, path)
    assert every(session, "SELECT name, note FROM customer ORDER BY id") == [
        ("东莞大朗毛织有限公司", "a\nb"),
        ("Acme Ltd", None),
    ]


def test_pictures_and_counts_before_a_heading_mean_nothing(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "🏢客户名称|①联系人|2.手机/微信|★备注", "甲公司|张三|13812345678（微信同号）|x")
    assert only(session, "SELECT name, note FROM customer") == ("甲公司", "x")
    assert only(session, "SELECT name, mobile, wechat FROM contact") == ("张三", "13812345678", "13812345678")


def test_lines_below_a_table_are_no_customers(session: Session, tmp_path: Path) -> None:
    lines = "以上", "以上数据截至2024年6月30日", "（以下空白）", "——以下无正文——", "以上共2家"
    done = taken(session, tmp_path, "客户名称|备注", "甲公司|x", "以琳贸易|", *(f"{line}|" for line in lines))
    assert done.verdicts == ["new", "new", *["error"] * len(lines)]


def test_no_project_is_made_of_an_unread_date(session: Session, tmp_path: Path) -> None:
    done = taken(session, tmp_path, "客户名称|签约日期", "甲公司|2024-02-30", "乙公司|2024年3月5日（星期二）")
    assert [one.text for one in done.flags] == ["2024-02-30"]
    assert every(session, "SELECT customer_id - 1, starts_on FROM project") == [(1, "2024-03-05")]


def test_a_log_in_one_cell_tells_the_last_day(session: Session, tmp_path: Path) -> None:
    taken(
        session,
        tmp_path,
        "客户名称|跟进记录",
        "甲公司|【2024-03-01】初次拜访；【2024-03-10】送样",
        "乙公司|3/5 电话，无人接",
        "丙公司|要求2024-03-10前报价",
    )
    assert every(session, "SELECT customer_id, substr(at, 1, 10), content FROM activity") == [
        (1, "2024-03-09", "【2024-03-01】初次拜访；【2024-03-10】送样")
    ]
    assert every(session, "SELECT note FROM customer ORDER BY id") == [
        None,
        "跟进记录：3/5 电话，无人接",
        "跟进记录：要求2024-03-10前报价",
    ]


def test_columns_of_dates_explain_each_other(session: Session, tmp_path: Path) -> None:
    rows = "甲公司|24/3/5|24/3/12", "乙公司|23/12/31|24/3/15"
    done = taken(session, tmp_path, "客户名称|首次接触时间|最后跟进时间", *rows)
    assert done.flags == []
    assert every(session, "SELECT first_contact_on FROM customer ORDER BY id") == ["2024-03-05", "2023-12-31"]
    assert every(session, "SELECT substr(at, 1, 10) FROM activity ORDER BY id") == [
        "2024-03-11",
        "2024-03-14",
    ]


def test_the_unit_of_a_heading_holds_for_bounds_too(session: Session, tmp_path: Path) -> None:
    rows = "甲公司|>10", "乙公司|不到1", "丙公司|约100", "丁公司|50以上", "戊公司|3千"
    done = taken(session, tmp_path, "客户名称|年营收（亿元）", *rows)
    assert done.flags == []
    assert every(session, "SELECT revenue_min / 100, revenue_max / 100 FROM customer ORDER BY id") == [
        (1_000_000_000, None),
        (None, 100_000_000),
        (10_000_000_000, 10_000_000_000),
        (5_000_000_000, None),
        (3000, 3000),
    ]


def test_a_row_without_a_name_is_not_the_contact_of_another(session: Session, tmp_path: Path) -> None:
    rows = "甲公司|张三|13812345678", "无|李四|13912345678", "|王五|13712345678"
    done = taken(session, tmp_path, "客户名称|联系人|电话", *rows)
    assert done.verdicts == ["new", "error", "error"]
    assert every(session, "SELECT name FROM contact") == ["张三"]


def test_a_department_without_contacts_is_that_of_the_salespeople(session: Session, tmp_path: Path) -> None:
    rows = ["华东一部|李雷|甲公司|2024-03-05|有意向|3月15日送方案"]
    taken(session, tmp_path, "部门|销售员|客户|拜访日期|拜访结果|后续计划", *rows)
    assert every(session, "SELECT id FROM contact") == []
    assert only(session, "SELECT note FROM customer") == "部门：华东一部"
    assert only(session, "SELECT content FROM activity") == "有意向"
    assert only(session, "SELECT due_on FROM plan") == "2024-03-15"


def test_tags_with_a_sign_before_each(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "客户名称|标签", "甲公司|#VIP #老客户")
    assert every(session, "SELECT t.name FROM tag_link l JOIN tag t ON t.id = l.tag_id") == ["VIP", "老客户"]


def test_another_table_beside_is_told_and_fills_nothing(session: Session, tmp_path: Path) -> None:
    rows = ["甲公司|张一|13811111111||乙公司|李二|13822222222"]
    path = sheet_of(
        tmp_path / "a.csv",
        ["客户名称", "联系人", "电话", "", "客户名称", "联系人", "电话"],
        [rows[0].split("|")],
    )
    with open_sheet(path, known=is_known_heading) as sheet:
        assert sheet.warnings == ["从 E 列起是另一张表：请另存为单独的工作表再导入。"]
    run(session, path)
    assert every(session, "SELECT name FROM contact") == ["张一"]
    assert only(session, "SELECT note FROM customer") is None


def test_a_form_keeps_what_stands_beside(session: Session, tmp_path: Path) -> None:
    rows = [
        ["客户名称：", "甲天文仪器有限公司", "填表日期：", "2024年3月5日"],
        ["联系人：", "朱明", "电话：", "025-84801234"],
        ["地址：", "南京市玄武区中山门外", "邮编：", "210014"],
    ]
    run(session, workbook(tmp_path / "a.xlsx", rows))
    assert only(session, "SELECT office_phone FROM contact") == "025-84801234"
    assert only(session, "SELECT note FROM customer") == "填表日期：2024年3月5日\n邮编：210014"


def test_remarks_in_a_third_column_of_a_form_are_kept(session: Session, tmp_path: Path) -> None:
    rows = [
        ["项目", "内容", "说明"],
        ["客户名称", "甲公司", "工商登记的"],
        ["联系人", "胡工", ""],
        ["需求", "语音", "急"],
    ]
    run(session, workbook(tmp_path / "a.xlsx", rows))
    assert only(session, "SELECT note FROM customer") == "客户名称：工商登记的\n需求：急"


def test_one_known_heading_is_enough_over_full_columns(session: Session, tmp_path: Path) -> None:
    rows = [["客户名称", "2024年1月", "2024年2月"], ["甲公司", 10, 20], ["乙公司", 1.5, 2.5]]
    assert run(session, workbook(tmp_path / "a.xlsx", rows)).verdicts == ["new", "new"]


def test_a_name_of_two_columns(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "姓|名|公司|手机", "欧阳|娜娜|甲公司|13812345678", "张||乙公司|13912345678")
    assert every(session, "SELECT name, mobile FROM contact ORDER BY id") == [
        ("欧阳娜娜", "13812345678"),
        ("张", "13912345678"),
    ]
    taken(session, tmp_path, "Account Name|First Name|Last Name|Title", "Acme Ltd|Lei|Wang|Buyer")
    assert every(session, "SELECT name FROM contact WHERE title = 'Buyer'") == ["Lei Wang"]


def test_divisions_beside_the_rest_of_an_address(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "客户名称|省市区|详细地址", "甲公司|广东省/广州市/天河区|体育西路1号")
    sql = "SELECT biz_province, biz_city, biz_district, biz_detail, note FROM customer"
    assert only(session, sql) == ("广东省", "广州市", "天河区", "体育西路1号", None)


def test_an_account_beside_a_phone_in_its_column(session: Session, tmp_path: Path) -> None:
    rows = (
        "甲公司|张|13812345678/微信lw_1988",
        "乙公司|李|139-1234-5678(微信)",
        "丙公司|王|13712345678（停机）",
    )
    done = taken(session, tmp_path, "客户名称|联系人|手机", *rows)
    assert [one.row for one in done.flags] == [4]
    assert every(session, "SELECT mobile, wechat, note FROM contact ORDER BY id") == [
        ("13812345678", "lw_1988", None),
        ("139-1234-5678", "139-1234-5678", None),
        ("13712345678", None, "（停机）"),
    ]


def test_headings_over_groups_of_rows_are_no_customers(session: Session, tmp_path: Path) -> None:
    rows = "一、华东区|", "甲公司|13812345678", "（二）华南区|", "【重点客户】|", "三一重工|", "【乙】公司|"
    done = taken(session, tmp_path, "客户名称|电话", *rows)
    assert done.verdicts == ["error", "new", "error", "error", "new", "new"]


def test_when_another_program_made_a_row_is_kept(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "客户名称|录入日期|更新日期", "甲公司|2024-03-01|2024-03-08")
    assert only(session, "SELECT note FROM customer") == "录入日期：2024-03-01\n更新日期：2024-03-08"


def test_a_login_beside_the_name_is_the_same_colleague(session: Session, tmp_path: Path) -> None:
    done = taken(session, tmp_path, "客户名称|客户负责人", "甲公司|李雷(li)")
    assert done.flags == []


def test_a_further_contact_of_a_name_written_otherwise(session: Session, tmp_path: Path) -> None:
    rows = "甲公司|张三|13812345678|a", "甲 公司|李四|13912345678|a"
    assert taken(session, tmp_path, "客户名称|联系人|手机|备注", *rows).counts["contacts"] == 1


def test_the_refusal_names_the_likeliest_column_of_names(session: Session, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--map name=对口单位"):
        imported(session, tmp_path, "序号|对口单位|联系人|电话", "1|甲公司|张|13812345678")


def test_a_sheet_of_visits_from_taiwan(session: Session, tmp_path: Path) -> None:
    taken(
        session,
        tmp_path,
        "拜訪日期|客戶|統編|拜訪人員|客戶窗口|職稱|手機|討論內容|下次拜訪",
        "113/03/05|台達電子工業股份有限公司|34051920|李雷|陳經理|採購|0928-123-456|報價單已送|113/03/20",
    )
    assert only(session, "SELECT uscc, note FROM customer") == ("34051920", None)
    assert only(session, "SELECT name, title, mobile FROM contact") == ("陳經理", "採購", "0928-123-456")
    assert only(session, "SELECT substr(at, 1, 10), by_id, content FROM activity") == (
        "2024-03-04",
        1,
        "報價單已送",
    )
    assert only(session, "SELECT due_on FROM plan") == "2024-03-20"


def test_a_sheet_of_pupils_and_their_parents(session: Session, tmp_path: Path) -> None:
    taken(session, tmp_path, "学员姓名|家长姓名|家长电话|意向课程", "王小明|王爸|13812345678|奥数")
    assert only(session, "SELECT kind, name, need FROM customer") == ("person", "王小明", "奥数")
    assert only(session, "SELECT name, mobile FROM contact") == ("王爸", "13812345678")


def test_a_group_of_headings_between_others_merged_downwards(session: Session, tmp_path: Path) -> None:
    rows = [
        ["序号", "客户", "项目", "", "", "备注"],
        ["", "", "名称", "金额(万)", "状态", ""],
        [1, "甲公司", "A项目", 10, "进行中", "x"],
    ]
    run(session, workbook(tmp_path / "a.xlsx", rows, merged=["C1:E1", "A1:A2", "B1:B2", "F1:F2"]))
    assert only(session, "SELECT name, note FROM customer") == ("甲公司", "x")
    assert only(session, "SELECT name, amount, state FROM project") == ("A项目", 10_000_000, "running")


def test_a_phone_of_which_excel_made_a_power(session: Session, tmp_path: Path) -> None:
    rows = "甲公司|张|1.3912345678E10", "乙公司|李|1.39E+10"
    done = taken(session, tmp_path, "客户名称|联系人|手机", *rows)
    assert [one.text for one in done.flags] == ["1.39E+10"]
    assert every(session, "SELECT mobile FROM contact ORDER BY id") == ["13912345678", "1.39E+10"]


def test_people_with_their_titles_in_one_column(session: Session, tmp_path: Path) -> None:
    taken(
        session,
        tmp_path,
        "客户名称|联系人及职务",
        "甲公司|张三 采购经理",
        "乙公司|李四（总监）",
        "丙公司|王五",
    )
    assert every(session, "SELECT name, title FROM contact ORDER BY id") == [
        ("张三", "采购经理"),
        ("李四", "总监"),
        ("王五", None),
    ]


def test_the_longest_cells_take_no_time(session: Session, tmp_path: Path) -> None:
    headings = ["客户名称", "年营收（亿元）", "负责人", "手机", "微信", "联系人及职务", "标签", "跟进记录"]
    units = (" ", "1 ", "一", "(", "、", "微信 ", "手机", "#", "2024-", "同", ">", "1.")
    rows = [headings, *([f"公司{n}", *[f"x{unit * 9000}x"] * 7] for n, unit in enumerate(units))]
    with pace.at_most(2500):
        done = run(session, workbook(tmp_path / "a.xlsx", rows))
    assert done.counts["new"] == len(units)
