"""Stories of the import wizard: file, columns, preview, import, undo, refusals, stopping."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import time_machine

from crm_tui import locale
from crm_tui.customers import reading
from crm_tui.customers.reading import Query
from crm_tui.exchange import importing
from crm_tui.session import Session, open_session
from tests.tui.driver import User, story
from tests.tui.office import NOW, app, customer, office

IDENTITY = "11010519491231002X"
HEAD = (
    "客户名称",
    "统一社会信用代码",
    "所属行业",
    "客户类型",
    "联系人姓名",
    "联系方式",
    "奇怪的列",
    "身份证号",
)
ROWS = (
    ("上海样例科技有限公司", "91350100M000100Y43", "制造业", "潜在客户", "张经理", "13800138000", "x1", ""),
    ("[/x] 北京样例公司", "12345", "零售业", "不知道", "李总", "138****0001", "x2", IDENTITY),
    ("广州样例有限公司", "", "服务业", "意向客户", "", "020-55556666", "", ""),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "sheets"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def sheet(path: Path, rows: Sequence[Sequence[str]] = ROWS, head: Sequence[str] = HEAD) -> Path:
    with path.open("w", newline="", encoding="gb18030") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def count(session: Session) -> int:
    return reading.count(session.reader, Query())


async def to_preview(user: User) -> None:
    await user.press("i", "enter")
    assert "标题在第 1 行" in user.text
    await user.press("f12")
    assert "还没有写入" in user.text


@pytest.mark.requirement("S3-09")
async def test_a_sheet_goes_from_the_list_of_files_to_the_customers_and_back(
    session: Session, folder: Path
) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        assert "新增 3" in user.text and "未收集的证件号码 1" in user.text
        assert count(session) == 0
        await user.press("f12")
        assert "新增 3，更新 0，跳过 0，疑似重复 0，错误 0" in user.text
        assert user.message == "已导入：客户.csv。\u3000按 u 撤销。"
        assert count(session) == 3
        await user.press("escape")
        assert "3 位客户" in user.line(0)
        assert "[/x] 北京样例公司" in user.text
        await user.press("u")
        assert "0 位客户" in user.line(0)


async def test_undo_on_the_result(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        await user.press("f12", "u")
        assert count(session) == 0
        assert "撤销" in user.message


@pytest.mark.requirement("S0-22")
async def test_the_same_sheet_again_has_nothing_to_import(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        await user.press("f12", "escape", "i", "enter")
        assert "上次" in user.text  # the mapping is remembered
        await user.press("f12")
        assert "新增 0  更新 0  跳过 3" in user.text
        assert "没有可导入的内容" in user.text


@pytest.mark.requirement("S4-10")
async def test_id_numbers_are_never_shown(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session), size=(140, 30)) as user:
        await user.press("i", "enter")
        assert "（不收集）" in user.text
        assert IDENTITY not in user.text
        await user.press("f12", "f", "f", "f")
        assert IDENTITY not in user.text


async def test_odd_values_and_changes_can_be_looked_at(session: Session, folder: Path) -> None:
    customer(session, "上海样例科技有限公司", uscc="91350100M000100Y43", industry="零售业")
    sheet(folder / "客户.csv")
    async with story(app(session), size=(120, 30)) as user:
        await to_preview(user)
        assert "新增 2  更新 1" in user.text
        await user.press("enter")
        assert "所属行业: 零售业 -> 制造业" in user.text
        await user.press("escape", "f")
        assert "显示：新增" in user.line(0)
        assert "上海样例" not in user.text
        await user.press("f", "f")
        assert "显示：异常值" in user.line(0)
        assert "12345" in user.text and "应为18位" in user.text


async def test_a_column_gets_another_field_by_typing_its_name(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session), size=(100, 30)) as user:
        await user.press("i", "enter")
        while "奇怪的列" not in str(user.screen.columns.row.cells[0]):
            await user.press("j")
        assert "（并入备注）" in user.text
        await user.press("enter")
        await user.type("客户痛点")
        await user.press("enter")
        assert "客户痛点" in user.text and "已选" in user.text
        await user.press("f12", "f12")
        row = next(iter(reading.page(session.reader, Query(text="上海样例"))))
        record = reading.record(session.reader, "customer", row.id)
        assert record is not None and record["pain"] == "x1"


async def test_what_a_match_does_is_switched_by_a_key(session: Session, folder: Path) -> None:
    customer(session, "上海样例科技有限公司", uscc="91350100M000100Y43")
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await user.press("i", "enter", "m")
        assert user.message == "已有的客户: 跳过该行"
        await user.press("f12")
        assert "新增 2  更新 0  跳过 1" in user.text


async def test_rejected_rows_get_a_file_of_their_own(session: Session, folder: Path) -> None:
    rows = [*ROWS, ("", "", "", "", "", "13900000000", "没有名称", "")]
    customer(session, "别的名称有限公司", {"name": "某", "mobile": "13800138000"})
    sheet(folder / "客户.csv", rows)
    async with story(app(session), size=(120, 30)) as user:
        await to_preview(user)
        await user.press("f12")
        rejected = list(folder.glob("客户-*.xlsx"))
        shown = "行待修改，已写入" in user.text
        assert shown is bool(rejected)


async def test_esc_in_the_preview_writes_nothing(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        await user.press("escape")
        assert user.message == "没有导入任何数据。"
        assert count(session) == 0
        await user.press("escape", "escape")
        assert "0 位客户" in user.line(0)
    assert not list(session.database.path.parent.glob("*.staging"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", b"", "空"),
        ("坏.xlsx", b"this is no workbook", "坏.xlsx"),
        ("线索.csv", "线索编号,线索状态,公司名称\nEXPO1,待跟进,甲\n".encode(), "线索"),
    ],
)
async def test_what_is_no_sheet_is_refused_with_a_sentence(
    session: Session, folder: Path, name: str, content: bytes, said: str
) -> None:
    (folder / name).write_bytes(content)
    async with story(app(session)) as user:
        await user.press("i", "enter")
        assert said in user.message
        assert "1 文件" in user.text


async def test_a_path_is_typed_and_completed(session: Session, folder: Path) -> None:
    inner = folder / "二月"
    inner.mkdir()
    sheet(inner / "客户名单.csv")
    async with story(app(session)) as user:
        await user.press("i", "/")
        await user.type(str(folder)[1:] + "/二")
        await user.press("tab")
        assert user.screen.line.value == f"{inner}/"
        await user.press("tab")
        assert user.screen.line.value == str(inner / "客户名单.csv")
        await user.press("enter")
        assert "标题在第 1 行" in user.text


async def test_files_of_the_desktops_own_folders_are_offered(session: Session, folder: Path) -> None:
    home = Path.home()
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config/user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/下载"\n', encoding="utf-8")
    (home / "下载").mkdir()
    sheet(home / "下载" / "名单.csv")
    async with story(app(session)) as user:
        await user.press("i")
        assert "名单.csv" in user.text and "~/下载" in user.text


async def test_a_missing_file_is_said(session: Session, folder: Path) -> None:
    async with story(app(session)) as user:
        await user.press("i", "tab")
        await user.type("nothing.xlsx")
        await user.press("enter")
        assert "nothing.xlsx" in user.message


async def test_t_writes_the_blank_sheet_beside(session: Session, folder: Path) -> None:
    async with story(app(session)) as user:
        await user.press("i", "t")
        made = list(folder.glob("*.xlsx"))
        assert len(made) == 1
        assert "已生成空白导入模板" in user.message
        await user.press("t")
        assert len(list(folder.glob("*.xlsx"))) == 2


async def test_a_read_only_file_shows_the_preview_and_says_why_not(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        monkeypatch.setattr(session.database, "read_only", "该文件只能查看。", raising=False)
        await user.press("f12")
        assert user.message == "该文件只能查看。"
        assert count(session) == 0


async def test_esc_stops_an_import_when_pressed_twice(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    def slow(
        _session: Session, _plan: object, progress: Callable[[int, int], None], cancelled: object
    ) -> None:
        began.set()
        while True:
            progress(1, 4)

    monkeypatch.setattr(importing, "run_import", slow)
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await to_preview(user)
        screen = user.screen
        await screen.do_publish()
        while not screen.bar.done:
            await user.pilot.pause(0)
        assert began.is_set()
        assert "25%" in screen.bar.text
        await screen.do_back()
        assert user.message == "再按 Esc 停止导入，不会留下任何内容。"
        assert screen.why_not("publish") == "请稍候，或按 Esc 停止。"
        await screen.do_back()
        await user.idle()
        assert "取消" in user.message or "停止" in user.message
        assert count(session) == 0
        assert user.screen is screen


async def test_everything_is_said_in_english_too(session: Session, folder: Path) -> None:
    locale.set_language("en")
    sheet(folder / "customers.csv")
    async with story(app(session), size=(120, 30)) as user:
        await user.press("i", "enter")
        assert "Column of the sheet" in user.text and "kept in the note" in user.text
        await user.press("f12")
        assert "Nothing is written yet. F12 imports" in user.text
        await user.press("f12")
        assert "Imported: 3 new, 0 updated, 0 skipped, 0 suspected duplicates, 0 errors." in user.text


async def test_a_path_typed_at_once_loses_no_letter(session: Session, folder: Path) -> None:
    async with story(app(session)) as user:
        await user.press("i")
        await user.type("/tmp/mt/客户.csv")
        assert user.screen.line.value == "/tmp/mt/客户.csv"
        assert not list(folder.iterdir()), "no letter of it was a command"


async def test_a_cut_reason_is_said_in_full(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv", [("", "", "制造业", "潜在客户", "", "13800138000", "", "")])
    async with story(app(session), size=(60, 24)) as user:
        await user.press("i", "enter", "f12")
        assert "既没有客户名称也没有客户编号" in user.text


async def test_a_read_only_file_is_said_before_a_sheet_is_chosen(session: Session, folder: Path) -> None:
    path = sheet(folder / "客户.csv")
    with open_session(session.database.path, login="wang", read_only=True) as only_read:
        async with story(app(only_read)) as user:
            await user.press("i")
            assert user.screen.kind == "customers" and user.message == only_read.read_only != ""
            await user.app.open("import", path=path)
            await user.idle()
            assert only_read.read_only in user.text and "客户.csv" not in user.text
            await user.press("f12")
            assert user.message == only_read.read_only
            await user.press("escape")
            assert user.screen.kind == "customers"


async def test_a_text_of_doubtful_encoding_says_so_and_is_read_in_another(
    session: Session, folder: Path
) -> None:
    (folder / "名单.csv").write_bytes("name\n闫妮\n".encode("gbk"))
    async with story(app(session), size=(100, 30)) as user:
        await user.press("i", "enter")
        assert "也可能是 Big5" in user.message and "GBK" in user.text and "闫妮" in user.text
        await user.press("home", "enter")
        await user.type("big5")
        await user.press("enter")
        assert "Big5" in user.text and "闫妮" not in user.text
        await user.press("home", "enter")
        await user.type("utf-8")
        await user.press("enter")
        assert "不是 UTF-8" in user.message and "Big5" in user.text  # it stays as it could be read
        await user.press("home", "enter")
        await user.type("gbk")
        await user.press("enter", "f12", "f12")
        assert reading.page(session.reader, Query(), 0, 9)[0].name == "闫妮"


async def test_each_step_names_what_its_key_does(session: Session, folder: Path) -> None:
    sheet(folder / "客户.csv")
    async with story(app(session)) as user:
        await user.press("i")
        assert user.lines[-1].split("  ")[0] == " Enter 打开" and "F12" not in user.lines[-1]
        await user.press("enter")
        assert "F12 预览" in user.lines[-1] and "模板" not in user.lines[-1]
        await user.press("f12")
        assert "F12 导入" in user.lines[-1]
        await user.press("f1")
        assert user.line(0).startswith(" 帮助：导入预览") and "按所示导入" in user.text
        await user.press("escape", "escape", "escape")
        assert "F12" not in user.lines[-1] and "t 空白模板" in user.lines[-1]


async def test_while_a_path_is_typed_the_key_bar_names_no_letters(session: Session, folder: Path) -> None:
    async with story(app(session)) as user:
        await user.press("i")
        assert "t 空白模板" in user.lines[-1] and "这里没有表格文件：按 Tab 到上面输入路径。" in user.text
        await user.type("/")
        assert "空白模板" not in user.lines[-1] and "F1 帮助" in user.lines[-1]
