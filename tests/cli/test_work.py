"""A day at the shell: people, the queue, logging, the file, history, taking back."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm_tui import config
from crm_tui.customers import service as customers
from crm_tui.customers.reading import find, record
from crm_tui.errors import Cancelled
from crm_tui.followups import service as followups
from crm_tui.followups.reading import activities, open_plan, plans
from crm_tui.locale import _
from crm_tui.storage.wording import action_label
from tests.cli.calls import Call, fill, session, write

Crm = Callable[..., Call]

DUE = """\
编号          客户名称              联系人        电话         计划  计划时间          原因
逾期 (1)
C20260311001  上海恒达贸易有限公司  李0 采购经理  13800138000  回访  2026-03-09        逾期 2 天
今日到期 (1)
C20260311002  北京远景科技有限公司  李1 采购经理  13800138001  回访  2026-03-11 15:00  15:00 到期
"""
DUE_EN = """\
No.           Customer name         Contact       Phone        Plan  Due               Why
Overdue (1)
C20260311001  上海恒达贸易有限公司  李0 采购经理  13800138000  回访  2026-03-09        Overdue 2 days
Due today (1)
C20260311002  北京远景科技有限公司  李1 采购经理  13800138001  回访  2026-03-11 15:00  Due at 15:00
"""
SHOW = """\
C20260311002  北京远景科技有限公司

基础信息
  客户编号  C20260311002
  客户名称  北京远景科技有限公司
  客户性质  企业
  重点标注  只在上午打电话
  所属行业  制造业
  客户状态  潜在客户
  负责人    王芳

联系信息
  联系人姓名  李1
  联系人职位  采购经理
  手机        13800138001

档案信息
  创建时间  2026-03-11 10:00
  更新时间  2026-03-11 10:00
  更新人    王芳

跟进计划
  2026-03-11 15:00  回访

待补全与待核对
  核心需求  待补全
"""


@pytest.fixture
def desk(team: Crm) -> Crm:
    """Return the command line on a database with three customers."""
    write(fill)
    return team


@pytest.mark.requirement("S0-02")
def test_people_are_added_and_listed(team: Crm) -> None:
    added = team(
        "user", "add", "zhang", "--name", "张三", "--alias", "小张", "--alias", "张经理", "--role", "销售经理"
    )
    assert added == (0, "", "已添加张三（zhang），角色：销售经理。\n")
    assert team("user", "add", "li", "--role", "entry").status == 0
    assert team("user", "list").lines == [
        "登录名    姓名  角色        其他名称",
        "wangfang  王芳  系统管理员",
        "zhang     张三  销售经理    小张、张经理",
        "li        li    录入专员",
    ]
    assert [one["role"] for one in team("user", "list", "--json").json] == [
        "administrator",
        "sales_manager",
        "entry",
    ]
    again = team("user", "add", "ZHANG")
    assert again.status == 1
    assert "已经存在" in again.err


def test_only_an_administrator_adds_people(team: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    team("user", "add", "zhang", "--role", "Sales representative")
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    refused = team("user", "add", "li")
    assert refused.status == 4
    assert "销售代表" in refused.err
    assert len(team("user", "list").lines) == 3


def test_an_empty_queue_says_so(team: Crm) -> None:
    assert team("due") == (0, "", "没有到期的跟进。\n")
    assert team("due", "--line") == (0, "今日无待办\n", "")
    assert team("due", "--json") == (0, "", "")


@pytest.mark.requirement("S4-15")
def test_the_queue(desk: Crm) -> None:
    assert desk("due") == (0, DUE, "另有：7 天内 1\n")
    assert desk("due", "--lang", "en").out == DUE_EN
    assert desk("due", "--line") == (0, "1 逾期 · 1 今日\n", "")
    assert desk("due", "--line", "--lang", "en").out == "1 overdue · 1 today\n"
    assert desk("due", "--line", "--json").json == [{"overdue": 1, "today": 1, "unwritten": 0}]
    first = desk("due", "--json").json[0]
    assert first["no"] == "C20260311001"
    assert first["why"] == "逾期 2 天"
    assert first["terms"] == [{"text": "逾期 2 天", "points": 11.0}]


def test_the_queue_up_to_a_day(desk: Crm) -> None:
    until = desk("due", "--until", "周五")
    assert until.lines[-2:] == [
        "截至 2026-03-13 (1)",
        "C20260311003  广州明德制造厂        李2 采购经理  13800138002  回访  2026-03-13        2 天后",
    ]
    assert until.err == ""
    nonsense = desk("due", "--until", "恒达")
    assert (nonsense.status, nonsense.out) == (1, "")


def test_the_queue_of_all(desk: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("user", "add", "zhang", "--name", "张三", "--role", "销售经理")
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    assert desk("due").out == ""
    everybody = desk("due", "--all")
    assert everybody.lines[0].endswith("原因        负责人")
    assert everybody.lines[2].endswith("逾期 2 天   王芳")


@pytest.mark.requirement("S3-11", "S4-06", "S2-18")
def test_a_customer_file(desk: Crm) -> None:
    assert desk("show", "远景") == (0, SHOW, "")
    assert desk("show", "北京远景科技有限公司").out == desk("show", "C20260311002").out == SHOW
    found = desk("show", "远景", "--json").json[0]
    assert (found["status"], found["status_label"]) == ("prospect", "潜在客户")
    assert found["contacts"][0]["mobile"] == "13800138001"
    assert found["plans"][0]["due_at"] == "2026-03-11T07:00:00Z"
    assert found["findings"] == [{"field": "核心需求", "problem": "待补全", "missing": True}]


def test_a_reference_that_means_none_or_several(desk: Crm) -> None:
    assert desk("show", "无此客户").status == 1
    several = desk("show", "C2026")
    assert several.status == 1
    assert "C20260311001 上海恒达贸易有限公司" in several.err


@pytest.mark.requirement("S3-14")
def test_logging_closes_what_is_due_and_plans_the_next(desk: Crm) -> None:
    logged = desk(
        "log",
        "恒达",
        "对方已看方案",
        "--way",
        "电话+微信",
        "--at",
        "昨天下午3点",
        "--next",
        "下周三下午3点 回访",
    )
    assert logged == (
        0,
        "",
        "已记录跟进：C20260311001 上海恒达贸易有限公司。\n"
        "已完成跟进计划：2026-03-09 回访。\n"
        "下一步：2026-03-18 15:00 回访。\n",
    )
    with session() as opened:
        customer = find(opened.reader, "恒达")
        activity = activities(opened.reader, customer)[0]
        assert (activity.at, activity.ways, activity.backfilled) == (
            "2026-03-10T07:00:00Z",
            "phone,wechat",
            0,
        )
        assert [plan.state for plan in plans(opened.reader, customer)] == ["todo", "done"]
    assert "对方已看方案" in desk("show", "恒达").out
    assert desk("due", "--line").out == "1 今日\n"


def test_logging_leaves_what_is_not_due(desk: Crm) -> None:
    assert "已完成" not in desk("log", "明德", "寄了样品").err
    assert "已完成" not in desk("log", "恒达", "寄了样品", "--keep-open").err
    closed = desk("log", "明德", "谈成了", "--done", "--json")
    assert closed.json[0]["closed_plan"] == 3
    refused = desk("log", "明德", "再谈", "--done")
    assert refused.status == 1
    assert "没有未完成的跟进计划" in refused.err


@pytest.mark.requirement("S0-17", "S4-16")
def test_logging_writes_up_a_plan_closed_without_a_word(desk: Crm, noon: time_machine.Traveller) -> None:
    with session() as opened:
        opened.write(followups.done, 1)
    noon.shift(timedelta(hours=30))
    assert "1 待补写" in desk("due", "--line").out
    written = desk("log", "恒达", "当时谈了价格", "--at", "3月11日")
    assert "已补写此前完成的跟进计划：2026-03-09 回访。" in written.err
    assert "待补写" not in desk("due", "--line").out
    with session() as opened:
        activity = activities(opened.reader, 1)[0]
        assert (activity.at, activity.whole_day) == ("2026-03-10T16:00:00Z", 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("恒达", ""), "请写下跟进内容。"),
        (("恒达", "电话", "--way", "飞鸽"), "“飞鸽”不是跟进方式。"),
        (("恒达", "电话", "--at", "明天"), "发生的时间不能在以后。"),
        (("恒达", "电话", "--at", "2月30日"), "不存在。没有保存任何内容。"),
        (("恒达", "电话", "--next", "2月30日 回访"), "不存在。没有保存任何内容。"),
        (("恒达", "电话", "--next", "再联系"), "没有看出日期。没有保存任何内容。"),
        (("恒达", "电话", "--next", "2026-03-01 回访"), "已经过去。没有保存任何内容。"),
        (("无此客户", "电话"), "没有与“无此客户”相符的客户。"),
    ],
)
def test_a_refused_log_saves_nothing(desk: Crm, words: tuple[str, ...], sentence: str) -> None:
    before = desk("history").out
    refused = desk("log", *words)
    assert (refused.status, refused.out) == (1, "")
    assert sentence in refused.err
    assert desk("history").out == before


def test_a_day_of_the_settings_that_is_none_is_named_and_stops_nothing(desk: Crm) -> None:
    settings = config.config_dir() / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('holidays = ["2026-03-12", "2026-03-32"]\n', "utf-8")
    logged = desk("log", "恒达", "电话", "--next", "2个工作日后 回访")
    assert logged.status == 0
    assert "“2026-03-32”，不是日期" in logged.err
    assert "下一步：2026-03-16 回访" in logged.err
    assert "不是日期" not in desk("log", "恒达", "电话").err


@pytest.mark.requirement("S4-08")
def test_the_history_of_a_file_field_by_field(desk: Crm, noon: time_machine.Traveller) -> None:
    def edit(change: object) -> None:
        customers.update(change, 2, None, {"status": "interested", "budget_min": 1000000})  # ty: ignore
        customers.update_contact(change, 2, None, {"mobile": "13900139000"})  # ty: ignore

    noon.shift(timedelta(days=1))
    write(edit)
    lines = [" ".join(line.split()) for line in desk("history", "远景").lines]
    assert "3 2026-03-12 10:00 王芳 客户档案 客户状态 潜在客户 意向客户" in lines
    assert "3 2026-03-12 10:00 王芳 联系人 李1 手机 13800138001 13900139000" in lines
    assert f"2 2026-03-11 10:00 王芳 客户档案 {_('added')}" in lines
    only = desk("history", "远景", "--field", "手机")
    assert len(only.lines) == 2
    assert desk("history", "远景", "--field", "mobile").out == only.out
    assert desk("history", "远景", "--field", "手机号").status in (0, 1)
    assert desk("history", "远景", "--field", "信用代码").out == ""
    assert desk("history", "远景", "--field", "没有的").status == 1
    found = desk("history", "远景", "--field", "客户状态", "--json").json[0]
    assert (found["old"], found["new"], found["from"], found["to"]) == (
        "prospect", "interested", "潜在客户", "意向客户",
    )  # fmt: skip


def test_the_own_last_change_is_taken_back_and_brought_back(desk: Crm) -> None:
    desk("log", "恒达", "电话谈了价格", "--next", "明天 送样品")
    shown = desk("show", "恒达").out
    assert desk("undo").err == f"已撤销：{action_label('activity.log')}。\n"
    assert "电话谈了价格" not in desk("show", "恒达").out
    assert desk("due", "--line").out == "1 逾期 · 1 今日\n"
    assert desk("redo").err == f"已恢复：{action_label('activity.log')}。\n"
    assert desk("show", "恒达").out == shown
    assert desk("undo", "3").err == f"已撤销：{action_label('activity.log')}。\n"
    twice = desk("undo", "3")
    assert twice.status == 1
    assert desk("undo", "99").err.endswith("crm-tui history\n")
    assert desk("undo", "99").status == 1


def test_nothing_to_take_back(team: Crm) -> None:
    assert team("undo") == (0, "", _("There is nothing of yours to take back.") + "\n")
    assert team("redo").err == _("There is nothing to bring back.") + "\n"


def test_what_is_in_the_way_of_an_undo_is_named(desk: Crm, noon: time_machine.Traveller) -> None:
    def edit(change: object, **values: str) -> None:
        customers.update(change, 1, None, values)  # ty: ignore

    write(edit, status="interested", need="样品")
    noon.shift(timedelta(hours=1))
    write(edit, status="won")
    blocked = desk("undo", "3")
    assert (blocked.status, blocked.out) == (3, "")
    values = "原为 潜在客户，当时改为 意向客户，现为 正式客户 · 王芳 2026-03-11 11:00"
    moved = _("changed again since")
    assert f"  C20260311001 上海恒达贸易有限公司 · 客户状态 · {moved} · {values}\n" in blocked.err
    assert blocked.err.endswith("撤销其余部分：crm-tui undo 3 --leave\n")
    assert desk("undo", "3", "--json").json[0]["field"] == "status"
    left = desk("undo", "3", "--leave")
    assert left.status == 0
    with session() as opened:
        row = record(opened.reader, "customer", 1)
    assert row is not None
    assert (row["status"], row["need"]) == ("won", None)


def test_the_latest_changes_with_their_numbers(desk: Crm) -> None:
    desk("log", "恒达", "电话")
    desk("undo")
    rows = [line.split() for line in desk("history").lines[1:]]
    assert [row[0] for row in rows] == ["4", "3", "2", "1"]
    assert [row[3] for row in rows] == ["王芳"] * 4
    assert rows[1][-1] == "已撤销"
    assert len(desk("history", "--limit", "2").lines) == 3
    assert desk("history", "--json").json[1]["undone"] is True


def test_what_a_terminal_would_obey_never_reaches_one(desk: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "\x1b]52;c;Zm9v\x07\u202e[VIP]\r\n第二行"
    write(lambda change: customers.update(change, 1, None, {"need": evil, "key_note": evil}))  # ty: ignore
    for terminal in (False, True):
        # Behind a pipe stands a pager, and behind that a terminal.
        monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)  # noqa: B023
        for words in (("show", "恒达"), ("show", "恒达", "--json"), ("history", "恒达"), ("due",)):
            shown = desk(*words).out
            assert not set(shown) & set("\x1b\x07\r\u202e\x9b")
            assert "第二行" in shown or words == ("due",)
        # A program is given every sign.
        assert desk("show", "恒达", "--json").json[0]["need"] == evil


def test_a_narrow_terminal_cuts_what_may_be_cut(desk: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_tui.text.cells import width

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    lines = desk("due").lines
    assert all(width(line) <= 80 for line in lines)
    assert any("…" in line for line in lines)
    assert all("13800138" in line for line in lines if line.startswith("C2026"))


def test_open_plan_of_a_fresh_database(desk: Crm) -> None:
    with session() as opened:
        plan = open_plan(opened.reader, 3)
    assert plan is not None
    assert plan.due_on == "2026-03-13"


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_ctrl_c_is_asked_between_the_parts_of_an_undo(
    team: Callable[..., Call], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def work(_session: object, *args: Any, cancelled: Any = None, **_more: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        assert (cancelled or args[0].cancelled)()
        raise Cancelled("Stopped.", "Everything is as it was before.")

    monkeypatch.setattr(f"crm_tui.session.Session.{command}", work)
    stopped = team(command)
    assert (stopped.status, stopped.err) == (130, "Stopped. Everything is as it was before.\n")
