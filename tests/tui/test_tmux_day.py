"""The same day in a real terminal, with the program as a user starts it."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from crm_tui import clock
from crm_tui.session import create_database
from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]
START = (
    "from pathlib import Path; from crm_tui.tui.app import run; import sys; sys.exit(run(Path(sys.argv[1])))"
)


def program(path: Path, size: tuple[int, int]) -> Tmux:
    """The program in the database's folder, whose sheets the wizard then offers first."""
    env = {"HOME": str(path.parent), "XDG_CONFIG_HOME": str(path.parent / "config"), "PYTHONPATH": str(ROOT)}
    return Tmux([sys.executable, "-c", START, path], size=size, cwd=path.parent, env=env)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    create_database(path, name="王伟")
    today = clock.today()
    lines = ["客户名称,联系人姓名,联系方式,客户类型,最后跟进时间,下次跟进计划"]
    for place, name in enumerate(["上海恒达", "北京云帆", "南京蔚源"]):
        due = today - timedelta(3 - place)
        lines.append(f"{name},王总,1390013900{place},潜在客户,{today - timedelta(9)},{due}前回访")
    (tmp_path / "客户.csv").write_text("\n".join(lines), "gb18030")
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_day(path: Path, size: tuple[int, int]) -> None:
    with program(path, size) as term:
        term.wait_for("还没有客户[\\s\\S]*帮助")
        term.keys("i")
        term.wait_for("客户.csv")
        term.keys("Enter")
        term.wait_for("标题在第 1 行")
        term.keys("F12")
        term.wait_for("新增 3")
        term.keys("F12")
        term.wait_for("已导入：客户.csv")
        term.keys("Escape")
        term.wait_for("逾期 3[\\s\\S]*帮助")
        term.keys("l")
        term.wait_for("跟进内容")
        term.type("电话里确认了报价")
        term.keys("Tab", "1", "Tab")
        term.type("下周三下午3点 回访")
        term.wait_for("周三 15:00 · 回访")
        term.keys("F12")
        term.wait_for("逾期 2[\\s\\S]*已记录，下次跟进")
        term.keys("z")
        term.wait_for("下个工作日")
        term.keys("1")
        term.wait_for("逾期 1[\\s\\S]*已延后到")
        term.keys("x")
        term.wait_for("逾期 0[\\s\\S]*已完成")
        term.keys("u")
        term.wait_for("逾期 1[\\s\\S]*已撤销：完成计划")
        term.keys("2")
        term.wait_for("客户[\\s\\S]*北京云帆")
        term.keys("/")
        term.type("恒达")
        term.wait_for("恒达[\\s\\S]*名称")
        term.keys("Enter")
        term.wait_for("上海恒达[\\s\\S]*电话里确认了报价")
        term.keys("q", "q")
        assert term.wait_until_dead() == 0


def test_a_new_user_makes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with program(path, (80, 24)) as term:
        term.wait_for("欢迎使用[\\s\\S]*试用示例")
        term.keys("Enter")
        term.wait_for("你的姓名")
        term.type("王伟")
        term.keys("F12")
        term.wait_for("王伟[\\s\\S]*还没有客户。")
        term.keys("q")
        assert term.wait_until_dead() == 0
    assert path.exists()


def test_the_sample(tmp_path: Path) -> None:
    with program(tmp_path / "new.db", (120, 40)) as term:
        term.wait_for("欢迎使用[\\s\\S]*试用示例")
        term.keys("j", "j", "Enter")
        term.wait_for("逾期 [1-9][\\s\\S]*示例数据")
        term.keys("q")
        assert term.wait_until_dead() == 0
    assert list(tmp_path.glob("*.db")) == []
