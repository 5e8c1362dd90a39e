"""A small app on the foundation, without a database: a grouped list, a plain list, a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from textual.widget import Widget

from crm_tui.errors import BadInput
from crm_tui.tui.app import CrmApp
from crm_tui.tui.screens.base import BaseScreen, PopUp
from crm_tui.tui.screens.form_screen import FieldErrors, FormScreen
from crm_tui.tui.widgets.form import Field, Form
from crm_tui.tui.widgets.lines import SearchLine
from crm_tui.tui.widgets.rows import Cell, Column, GroupedSource, GroupRow, Row, Section
from crm_tui.tui.widgets.table import Table

COLUMNS = (
    Column("为何", 12),
    Column("客户", 16, flex=2),
    Column("电话", 12, priority=2),
    Column("下一步", 12, flex=1, priority=1),
)


class FakeSession:
    """A session that remembers names and what was asked of it."""

    user_name = "王伟"
    zone = "Asia/Shanghai"

    def __init__(self, count: int = 30) -> None:
        self.names = [
            f"上海恒达{number}号" if number % 3 else f"[VIP] 王总{number}" for number in range(count)
        ]
        self.read_only = ""
        self.log: list[str] = []

    def write(self, fn: Callable[..., Any], *args: Any, reason: str | None = None, **kw: Any) -> Any:
        return fn(self, *args, **kw)

    def undo_last(self) -> str:
        self.log.append("undo")
        return "已撤销：新增客户。"

    def redo_last(self) -> str:
        self.log.append("redo")
        return "已重做：新增客户。"


class Names:
    """The rows of the session's names that hold a text."""

    def __init__(self, session: FakeSession, text: str = "") -> None:
        self.session = session
        self.text = text
        self.asked: list[tuple[int, int]] = []

    def _found(self) -> list[str]:
        return [name for name in self.session.names if self.text in name]

    def count(self) -> int:
        return len(self._found())

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        self.asked.append((offset, limit))
        return [
            Row(name, (Cell("逾期 2 天", "bad"), name, "13800138000", "回访报价"))
            for name in self._found()[offset : offset + limit]
        ]


class TodayScreen(BaseScreen):
    """Sections that fold."""

    kind = "today"

    def body(self) -> Iterable[Widget]:
        yield Table(COLUMNS, empty="今天没有要联系的客户。\n按 a 新增，按 i 导入。")

    async def reload(self) -> None:
        session: Any = self.crm.session
        due = Section("due", "逾期", Names(session))
        idle = Section("idle", "7 天没联系", Names(session), folded=True)
        await self.query_one(Table).show(GroupedSource([due, idle]))

    def why_not(self, action_id: str) -> str:
        return "没有可以完成的计划。" if action_id == "done" else ""

    def do_done(self) -> None:
        raise AssertionError("a disabled action was carried out")

    async def do_snooze(self) -> None:
        await self.crm.show(SnoozeBox())


class CustomersScreen(BaseScreen):
    """A plain list with a search."""

    kind = "customers"
    opened = ""

    async def do_search(self) -> bool | None:
        return self.do_narrow()

    async def begin_text(self, text: str) -> bool:
        return self.search_typed(text)

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(COLUMNS, empty="没有客户。按 a 新增。")

    def body(self) -> Iterable[Widget]:
        yield SearchLine("公司、电话")
        yield self.table

    async def reload(self) -> None:
        await (self.search_changed(self.filter) if not self.table.loaded else self.table.reload())

    async def search_changed(self, text: str) -> None:
        session: Any = self.crm.session
        await self.table.show(Names(session, text))
        self.set_status(total=f"{self.table.total} 位")

    def do_open(self) -> None:
        row = self.table.row
        assert row is not None
        self.opened = str(row.id)

    async def do_add(self) -> None:
        await self.crm.show(AddScreen(), then=self._added)

    def _added(self, name: str | None) -> None:
        if name:
            self.opened = f"added {name}"

    async def do_archive(self) -> None:
        row = self.table.row
        assert row is not None
        await self.crm.write(lambda change: change.names.remove(row.id))
        self.crm.done(f"已归档“{row.id}”。")

    def do_export(self) -> None:
        raise BadInput("文件夹不可写。", "没有写出任何内容。", "请换一个文件夹。")

    def do_log(self) -> None:
        raise ZeroDivisionError("a fault of ours")


class SnoozeBox(PopUp):
    """A box with a short list."""

    def box(self) -> Iterable[Widget]:
        yield Table(COLUMNS[:2], header=False)


class AddScreen(FormScreen):
    """Every kind of field."""

    def heading(self) -> str:
        return "新增客户"

    def form(self) -> Form:
        return Form(
            [
                Field("basic", "基本资料", "heading"),
                Field("name", "公司名称", required=True, hint="全称"),
                Field("phone", "手机", check=lambda text: "" if len(text) in (0, 11) else "号码应为 11 位"),
                Field("ways", "方式", "several", choices=[("p", "电话"), ("w", "微信"), ("v", "上门")]),
                Field("level", "等级", "choice", value="b", choices=[("a", "A 级"), ("b", "B 级")]),
                Field("note", "备注", "area"),
                Field("next", "下次跟进", hint="下周三下午3点"),
            ]
        )

    async def save(self, values: Mapping[str, str]) -> str:
        session: Any = self.crm.session
        if values["name"] in session.names:
            raise FieldErrors({"name": "已有同名客户"})
        if values["name"] == "坏":
            raise BadInput("数据文件正忙。", "你的输入还在。", "请稍后再保存。")
        await self.crm.write(lambda change: change.names.append(values["name"]))
        self.result = values["name"]
        self.saved_values = dict(values)
        return f"已新增“{values['name']}”。"


def playground(session: FakeSession | None = None, **given: Any) -> CrmApp:
    """Return the app with its two main screens."""
    rooms = {"today": TodayScreen, "customers": CustomersScreen}
    return CrmApp(session or FakeSession(), rooms=rooms, **given)


if __name__ == "__main__":
    playground(FakeSession(2000)).run()
