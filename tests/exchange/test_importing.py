"""Imports of small sheets: what is added, what a second import changes, what undo takes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.errors import Cancelled
from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import Session
from tests.exchange.importer import S0, S0_ROWS, every, imported, lists, only, opened, run, sheet_of
from tests.exchange.sheets import workbook


@pytest.fixture
def session(tmp_path: Path):
    with time_machine.travel("2024-03-14T02:00:00Z", tick=True):
        one = opened(tmp_path)
        yield one
        one.close()


@pytest.fixture
def s0(session: Session, tmp_path: Path) -> Path:
    return sheet_of(tmp_path / "S0.csv", S0, S0_ROWS)


@pytest.mark.requirement("S0-23", "S0-05", "S0-14", "S0-11")
def test_the_basic_sheet_of_the_documents(session: Session, s0: Path) -> None:
    done = run(session, s0)
    assert (done.verdicts, done.result.added, done.flags) == (["new"] * 3, 3, [])
    sql = "SELECT name, status, industry, stage, first_contact_on, need, note FROM customer WHERE no = :no"
    assert only(session, sql, no="2024-GZ-003") == (
        "广州制造有限公司", "won", "manufacturing", "service", "2023-11-10", "长期供货需求", "合同编号：Z",
    )  # fmt: skip
    sql = "SELECT name, title, mobile, preference, is_primary FROM contact ORDER BY id"
    assert every(session, sql)[:2] == [
        ("张*", "采购经理", "138****5678", "phone,mail", 1),
        ("王*", "市场总监", "139****", None, 1),
    ]
    assert every(session, "SELECT due_on, goal, recurrence, text, origin FROM plan ORDER BY id") == [
        ("2024-03-15", "提交方案", None, "2024-03-15前提交方案", "import"),
        ("2024-03-20", "产品演示", None, "2024-03-20产品演示", "import"),
        ("2024-04-08", "回访", "month:1", "每月回访", "import"),
    ]
    sql = "SELECT at, whole_day, content, origin, backfilled FROM activity ORDER BY id LIMIT 1"
    assert only(session, sql) == ("2024-03-09T16:00:00Z", 1, None, "import", 0)


@pytest.mark.requirement("S0-22")
def test_the_same_sheet_again_adds_and_changes_nothing(session: Session, s0: Path) -> None:
    run(session, s0)
    before = lists(session)
    again = run(session, s0)
    assert again.verdicts == ["skip"] * 3
    assert (again.result.job, again.result.added, again.result.updated) == (None, 0, 0)
    assert lists(session) == before


@pytest.mark.requirement("S0-22")
def test_an_old_sheet_does_not_revert_a_colleague(session: Session, s0: Path) -> None:
    run(session, s0)
    row = only(session, "SELECT id, changed_in FROM customer WHERE no = '2024-BJ-002'")
    session.write(service.update, row[0], row[1], {"status": "interested", "need": "新品合作已确认"})
    again = run(session, s0)
    assert again.verdicts == ["skip"] * 3
    assert only(session, "SELECT status, need FROM customer WHERE id = :id", id=row[0]) == (
        "interested",
        "新品合作已确认",
    )


@pytest.mark.requirement("S0-22")
def test_only_changed_cells_are_taken(session: Session, s0: Path, tmp_path: Path) -> None:
    run(session, s0)
    row = only(session, "SELECT id, changed_in FROM customer WHERE no = '2024-BJ-002'")
    session.write(service.update, row[0], row[1], {"need": "新品合作已确认"})
    changed = [list(cells) for cells in S0_ROWS]
    changed[1][S0.index("客户类型")] = "意向客户"
    changed[1][S0.index("下次跟进计划")] = "2024-03-28签约"
    changed[1][S0.index("联系方式")] = "13911112222"
    changed[2][S0.index("核心需求")] = ""
    done = run(session, sheet_of(tmp_path / "S0b.csv", S0, changed))
    assert done.verdicts == ["skip", "update", "skip"]
    assert [(one.title, one.old, one.new) for one in done.changes[3]] == [
        ("客户状态", "潜在客户", "意向客户"),
        ("联系方式", "139****", "13911112222"),
        ("下次跟进计划", "2024-03-20产品演示", "2024-03-28签约"),
    ]
    assert only(session, "SELECT status, need FROM customer WHERE id = :id", id=row[0]) == (
        "interested",
        "新品合作已确认",
    )
    assert only(session, "SELECT mobile FROM contact WHERE customer_id = :id", id=row[0]) == "13911112222"
    assert every(
        session, "SELECT due_on, state FROM plan WHERE customer_id = :id ORDER BY id", id=row[0]
    ) == [("2024-03-20", "cancelled"), ("2024-03-28", "todo")]
    assert len(every(session, "SELECT id FROM activity")) == 3
    # A blank cell erased nothing.
    assert only(session, "SELECT need FROM customer WHERE no = '2024-GZ-003'") == "长期供货需求"


def test_undo_and_redo_of_an_import(session: Session, s0: Path) -> None:
    before = lists(session)
    run(session, s0)
    after = lists(session)
    undone = session.undo()
    assert undone is not None
    assert undone.title == "S0.csv"
    assert lists(session) == before
    assert session.redo() is not None
    assert lists(session) == after
    session.undo()
    again = run(session, s0)
    assert (again.verdicts, again.result.added) == (["new"] * 3, 3)
    assert every(session, "SELECT no FROM customer ORDER BY id") == [row[0] for row in S0_ROWS]
    assert run(session, s0).verdicts == ["skip"] * 3


def test_undo_of_an_update_gives_the_values_back(session: Session, s0: Path, tmp_path: Path) -> None:
    run(session, s0)
    before = lists(session)
    changed = [[*cells[:-1], cells[-1] + "！"] for cells in S0_ROWS]
    done = run(session, sheet_of(tmp_path / "S0b.csv", S0, changed))
    assert done.result.updated == 3
    session.undo()
    assert lists(session) == before


@pytest.mark.requirement("S3-09", "S3-29", "S3-22")
def test_the_sheet_of_a_full_crm(session: Session, tmp_path: Path) -> None:
    head = (
        "客户编号|客户名称|所属行业|客户规模|联系人|联系方式|电子邮箱|客户地址|需求描述|客户等级|跟进状态"
        "|最后跟进时间|负责人"
    )
    done = imported(
        session, tmp_path, head,
        "C20240501001|市科技有限公司|制造业|中型企业|张经理|010-12345678|zhang@example.com"
        "|广东省深圳市南山区科技路1号|采购办公设备，预算5万元|重点客户|跟进中|2024-03-10 14:30|李雷",
        "|无编号公司|制造业|小型|王|13812345678|||||已成交||李销售",
    )  # fmt: skip
    assert done.verdicts == ["new", "new"]
    sql = "SELECT no, status, stage, level, size_class, biz_city, biz_detail FROM customer ORDER BY id"
    rows = every(session, sql)
    assert rows[0][:5] == ("C20240501001", "prospect", "first_contact", "key", "medium")
    assert rows[0][5] == "深圳市"
    assert rows[1][:2] == ("C20240314001", "won")
    assert only(session, "SELECT at, whole_day FROM activity") == ("2024-03-10T06:30:00Z", 0)
    assert [(flag.row, flag.title, flag.text) for flag in done.flags] == [(3, "负责人", "李销售")]
    assert every(session, "SELECT owner_id FROM customer ORDER BY id") == [1, 1]


@pytest.mark.requirement("S4-09", "S4-08")
def test_the_form_written_downwards(session: Session, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "form.xlsx",
        [
            ["客户基本信息", "内容", "更新记录"],
            ["客户名称（企业/个人）", "北方新能源有限公司", "2024-03-15初次录入"],
            ["统一社会信用代码（企业）", "91350100M000100Y43", ""],
            ["联系人姓名", "王*", ""],
            ["联系人职务", "采购总监（决策人）", "2024-06-20职务调整"],
            ["联系方式", "13812345678", ""],
            ["企业规模", "500-1000人，年营收5-10亿", ""],
            ["预算范围", "800-1000万元", ""],
            ["决策链角色", "决策人", ""],
            ["客户标签", "高意向、决策周期长", ""],
            ["最近跟进时间", "2024-03-10", ""],
            ["跟进记录摘要", "确认技术参数", ""],
        ],
    )
    done = run(session, path)
    assert done.verdicts == ["new"]
    sql = "SELECT headcount_min, headcount_max, revenue_max, budget_max, note FROM customer"
    assert only(session, sql) == (
        500, 1000, 100_000_000_000, 1_000_000_000,
        "客户名称（企业/个人）：2024-03-15初次录入\n联系人职务：2024-06-20职务调整",
    )  # fmt: skip
    assert only(session, "SELECT content FROM activity") == "确认技术参数"
    sql = "SELECT t.name FROM tag_link l JOIN tag t ON t.id = l.tag_id ORDER BY t.name"
    assert sorted(every(session, sql)) == sorted(["高意向", "决策周期长"])
    assert run(session, path).verdicts == ["skip"]


@pytest.mark.requirement("S2-10")
def test_several_contacts_of_one_customer(session: Session, tmp_path: Path) -> None:
    head = "客户编号|客户名称|备注|联系人|手机|联系人2|手机2"
    done = imported(
        session, tmp_path, head,
        "A1|甲公司|老客户|张三|13800000001|李四|13800000002",
        "|||王五|13800000003||",
        "A1|甲公司||赵六|13800000004||",
        "A2|乙公司||钱七|13800000005||",
        "A1|甲公司||孙八|13800000006||",
    )  # fmt: skip
    assert done.verdicts == ["new"] * 5
    assert (done.counts["new"], done.counts["contacts"]) == (2, 3)
    sql = (
        "SELECT t.name, t.mobile FROM contact t JOIN customer c ON c.id = t.customer_id WHERE c.no = 'A1'"
        " ORDER BY t.position"
    )
    assert every(session, sql) == [
        ("张三", "13800000001"), ("李四", "13800000002"), ("王五", "13800000003"), ("赵六", "13800000004"),
        ("孙八", "13800000006"),
    ]  # fmt: skip
    again = imported(
        session, tmp_path, head,
        "A1|甲公司|老客户|张三|13800000001|李四|13800000002",
        "|||王五|13899999999||",
        "A1|甲公司||赵六|13800000004||",
        "A2|乙公司||钱七|13800000005||",
        "A1|甲公司||孙八|13800000006||",
        "A1|甲公司||周九|13800000007||",
    )  # fmt: skip
    assert (again.counts["update"], again.counts["skip"]) == (1, 1)
    assert every(session, sql)[2:] == [
        ("王五", "13899999999"), ("赵六", "13800000004"), ("孙八", "13800000006"), ("周九", "13800000007"),
    ]  # fmt: skip


def test_columns_without_a_field_go_to_the_note_once(session: Session, tmp_path: Path) -> None:
    head = "客户编号|客户名称|注册资金|备注"
    imported(session, tmp_path, head, "A1|甲公司|500万|好客户")
    assert only(session, "SELECT note FROM customer") == "好客户\n注册资金：500万"
    assert imported(session, tmp_path, head, "A1|甲公司|500万|好客户").verdicts == ["skip"]
    done = imported(session, tmp_path, head, "A1|甲公司|800万|好客户")
    assert done.verdicts == ["update"]
    assert only(session, "SELECT note FROM customer") == "好客户\n注册资金：500万\n注册资金：800万"
    imported(session, tmp_path, head, "A1|甲公司|800万|很好的客户")
    assert only(session, "SELECT note FROM customer") == "很好的客户\n注册资金：800万"


def test_the_same_rows_in_another_order_change_nothing(session: Session, tmp_path: Path) -> None:
    head = "序号|客户名称|备注"
    imported(session, tmp_path, head, "1|甲公司|好客户", "2|乙公司|")
    assert every(session, "SELECT name, note FROM customer ORDER BY id") == [
        ("甲公司", "好客户"), ("乙公司", None),
    ]  # fmt: skip
    assert imported(session, tmp_path, head, "1|乙公司|", "2|甲公司|好客户").verdicts == ["skip", "skip"]


@pytest.mark.requirement("S4-10")
def test_an_identity_number_is_stored_and_shown_nowhere(session: Session, tmp_path: Path) -> None:
    secret = "11010519491231002X"
    out = tmp_path / "rejects.xlsx"
    done = imported(
        session, tmp_path, "客户编号|客户名称|联系人|备注|身份证号|统一社会信用代码",
        f"A1|甲公司|张三|证件 {secret}|{secret}|91350100M000100Y43",
        f"||张三|{secret}|{secret}|",
        rejects=out,
    )  # fmt: skip
    assert done.verdicts == ["new", "error"]
    assert [(flag.row, flag.title, flag.text) for flag in done.flags] == [
        (2, "身份证号", ""), (2, "备注", ""), (3, "身份证号", ""), (3, "备注", ""),
    ]  # fmt: skip
    assert done.counts["identity"] == 4
    assert only(session, "SELECT note FROM customer") is None
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("team.db*") if path.is_file())
    assert secret.encode() not in kept
    with open_sheet(out) as sheet:
        assert all(secret not in cell for row in sheet.rows for cell in row.cells)


def test_odd_values_are_kept_as_they_are(session: Session, tmp_path: Path) -> None:
    done = imported(
        session, tmp_path, "客户编号|客户名称|统一社会信用代码|成立时间|手机|预算范围（万元）|客户等级",
        "0012|上海  双空格公司|320113000121670|某年|138****5678|10-20|超级客户",
    )  # fmt: skip
    assert done.verdicts == ["new"]
    sql = "SELECT no, name, uscc, founded_on, budget_min, budget_max, level FROM customer"
    assert only(session, sql) == (
        "0012", "上海  双空格公司", "320113000121670", None, 10_000_000, 20_000_000, None,
    )  # fmt: skip
    assert {(flag.title, flag.text) for flag in done.flags} == {
        ("统一社会信用代码", "320113000121670"), ("成立时间", "某年"), ("客户等级", "超级客户"),
    }  # fmt: skip
    assert '"founded_on":["某年",null]' in only(session, "SELECT cells FROM imported_row")


def test_unknown_words_of_open_lists_become_words(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path, "客户名称|所属行业", "甲公司|制造业-航天紧固件", "乙公司|制造业-航天紧固件")
    assert every(session, "SELECT industry FROM customer") == ["制造业-航天紧固件"] * 2
    sql = "SELECT label, parent_key FROM word WHERE kind = 'industry' AND key = '制造业-航天紧固件'"
    assert only(session, sql) == ("制造业-航天紧固件", "manufacturing")
    assert session.words.label("industry", "制造业-航天紧固件") == "制造业-航天紧固件"


def test_the_mapping_is_remembered_by_headings(session: Session, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "odd.csv", ["客户名称", "口号"], [["甲公司", "质量第一"]])
    run(session, path, overrides=[("main_business", "口号")])
    assert only(session, "SELECT main_business FROM customer") == "质量第一"
    with open_sheet(path, known=is_known_heading) as sheet:
        mapping = importing.explain(session, sheet)
    assert [(one.field, one.how) for one in mapping.columns] == [
        ("name", "remembered"), ("main_business", "remembered"),
    ]  # fmt: skip


def test_cancelling_leaves_nothing(session: Session, s0: Path, tmp_path: Path) -> None:
    before = lists(session)
    with open_sheet(s0, known=is_known_heading) as sheet, pytest.raises(Cancelled):
        importing.plan_import(session, sheet, importing.explain(session, sheet), cancelled=lambda: True)
    with open_sheet(s0, known=is_known_heading) as sheet:
        plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
    with plan, pytest.raises(Cancelled):
        importing.run_import(session, plan, cancelled=lambda: True)
    assert lists(session) == before
    assert not list(tmp_path.glob(".*staging*"))


def test_a_plan_writes_nothing(session: Session, s0: Path, tmp_path: Path) -> None:
    before = lists(session)
    with open_sheet(s0, known=is_known_heading) as sheet:
        plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
    with plan:
        staged = list(tmp_path.glob(".team.db.import-*.staging"))
        assert len(staged) == 1
        assert staged[0].stat().st_mode & 0o777 == 0o600
        assert (plan.writes, plan.counts["new"]) == (3, 3)
    assert lists(session) == before
    assert not list(tmp_path.glob(".*staging*"))


@pytest.mark.requirement("S1-23")
def test_the_plan_is_read_against_the_day_of_its_follow_up(session: Session, tmp_path: Path) -> None:
    session.write(people.add, "sales", "王销售", "sales_rep")
    done = imported(
        session, tmp_path, "客户名称|最近跟进人|最近跟进时间|沟通方式|跟进内容摘要|下一步行动计划|负责人",
        "甲公司|*销售|2023-05-20 14:30|电话、面谈|客户提出疑问|5月25日前提交技术参数说明（王销售）|李雷",
        "乙公司|王销售|某天||没有日期的摘要|发样品|李雷",
    )  # fmt: skip
    assert done.verdicts == ["new", "new"]
    sql = "SELECT at, whole_day, by_id, by_text, ways, content, backfilled FROM activity"
    assert only(session, sql) == (
        "2023-05-20T06:30:00Z", 0, None, "*销售", "phone,visit", "客户提出疑问", 0,
    )  # fmt: skip
    sql = "SELECT due_on, goal, owner_id, text FROM plan ORDER BY id"
    assert every(session, sql) == [
        ("2023-05-25", "提交技术参数说明", 2, "5月25日前提交技术参数说明（王销售）"),
        (None, "发样品", 1, "发样品"),
    ]
    assert only(session, "SELECT note FROM customer WHERE name = '乙公司'") == "跟进内容摘要：没有日期的摘要"
    assert [(flag.row, flag.title, flag.text) for flag in done.flags] == [(3, "最后跟进时间", "某天")]


@pytest.mark.requirement("S4-03")
def test_a_sheet_of_individuals(session: Session, tmp_path: Path) -> None:
    head = "姓名|联系方式|消费偏好|购买历史|家庭情况|身份证号"
    row = "张三|13812345678|有机食品|2023年两次|两个孩子|11010519491231002X"
    assert imported(session, tmp_path, head, row).verdicts == ["new"]
    sql = "SELECT kind, name, preference, purchase_history, family FROM customer"
    assert only(session, sql) == ("person", "张三", "有机食品", "2023年两次", "两个孩子")
    assert only(session, "SELECT mobile FROM contact") == "13812345678"
    assert imported(session, tmp_path, head, row).verdicts == ["skip"]


@pytest.mark.requirement("S2-05", "S2-06", "S2-07", "S2-08")
def test_the_sheet_of_company_files(session: Session, tmp_path: Path) -> None:
    head = (
        "客户企业名称|统一社会信用代码|注册地址|经营地址|所属行业|企业规模|成立时间|企业性质|主要对接人姓名|职位|办公电话"
        "|手机|邮箱|微信|客户核心业务|采购需求痛点|决策链人员|过往合作经历|渠道|首次接触时间|对接人|客户编号|客户状态"
        "|合作项目|合作金额|合同起止|附件|更新时间|更新人"
    )
    row = (
        "北京科技有限公司|91350100M000100Y43|北京市海淀区中关村大街1号|北京市朝阳区建国路2号|科技行业"
        "|200-500人，年营收1-2亿|2010年5月|民企|张三|采购经理|010-12345678|13812345678|z@example.com|zhang_san|软件"
        "|降本|李四（技术）|2022年合作|展会|2023-10-01|李雷|K001|正式客户|年度采购|50万元|2024-01-01至2024-12-31"
        "|执照.pdf|2024-01-01|李雷"
    )
    done = imported(session, tmp_path, head, row)
    assert (done.verdicts, done.flags) == (["new"], [])
    sql = "SELECT name, amount, starts_on, ends_on FROM project"
    assert only(session, sql) == ("年度采购", 50_000_000, "2024-01-01", "2024-12-31")
    sql = "SELECT no, status, ownership, reg_district, biz_district, owner_id, note FROM customer"
    assert only(session, sql) == (
        "K001", "won", "private", "海淀区", "朝阳区", 1, "附件：执照.pdf",
    )  # fmt: skip
    assert every(session, "SELECT name, decision_role FROM contact ORDER BY id") == [
        ("张三", None),
        ("李四", "evaluator"),
    ]
    assert imported(session, tmp_path, head, row).verdicts == ["skip"]
    more = imported(session, tmp_path, head, row.replace("50万元", "60万元"))
    assert [(one.title, one.new) for one in more.changes[2]] == [("合作金额", "60万元")]
    assert only(session, "SELECT amount FROM project") == 60_000_000
    session.undo()
    assert only(session, "SELECT amount FROM project") == 50_000_000
