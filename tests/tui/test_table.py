"""The virtual table: what it shows, how its cursor moves, that it never holds or asks for too much."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui.text.cells import width
from crm_tui.tui.widgets.rows import Column, GroupedSource, GroupRow, ListSource, Row, Section, column_widths
from crm_tui.tui.widgets.table import KEPT_PAGES, PAGE, Table
from tests.tui.driver import story
from tests.tui.playground import FakeSession, playground


class Million:
    """A source of a million rows that remembers who asked for what."""

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.pages: list[tuple[int, int]] = []

    def count(self) -> int:
        self.threads.add(threading.current_thread().name)
        return 1_000_000

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        self.threads.add(threading.current_thread().name)
        self.pages.append((offset, limit))
        return [Row(n, ("", f"客户{n}")) for n in range(offset, min(offset + limit, 1_000_000))]


async def test_keys_move_the_cursor_as_agreed() -> None:
    async with story(playground(FakeSession(100), start="customers")) as user:
        table = user.screen.query_one(Table)
        page = table.lines
        for keys, line in [
            (["j", "j", "down", "k"], 2),
            (["G"], 99),
            (["g"], 0),
            (["ctrl+d"], page // 2),
            (["ctrl+u"], 0),
            (["pagedown"], page),
            (["pageup"], 0),
            (["ctrl+end"], 99),
            (["ctrl+home"], 0),
            (["k"], 0),
            (["ｊ"], 1),
        ]:
            await user.press(*keys)
            assert table.cursor == line, keys


async def test_a_million_rows_cost_a_few_pages_read_on_the_database_thread() -> None:
    async with story(playground(start="customers")) as user:
        table = user.screen.query_one(Table)
        source = Million()
        await table.show(source)
        await user.press("G")
        assert "客户999999" in user.text
        for _step in range(KEPT_PAGES + 6):
            for _page in range(PAGE // table.lines + 1):
                await user.rush("pageup")
        assert len(table._pages) <= KEPT_PAGES
        assert source.threads == {"crm-database"}
        assert sum(limit for _offset, limit in source.pages) < 40 * PAGE


class Uncounted(Million):
    """A source that does not know its length yet but can be read from either end."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def count(self) -> None:
        return None

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        self.pages.append((offset, limit))
        return [Row(n, ("", f"客户{n}")) for n in range(offset, min(offset + limit, self.size))]

    def tail(self, skip: int, limit: int) -> Sequence[Row]:
        return self.page(max(self.size - skip - limit, 0), min(limit, self.size - skip))


@pytest.mark.parametrize("size", [1_000_000, 5 * PAGE, 40])
async def test_either_end_of_a_list_that_nobody_counted_yet(size: int) -> None:
    async with story(playground(start="customers")) as user:
        table = user.screen.query_one(Table)
        source = Uncounted(size)
        await table.show(source)
        assert table.known is (size == 40)
        await user.press("G", "k", "k")
        assert f"客户{size - 1}" in user.text and user.screen.primary.row.id == size - 3
        await user.press("pageup")
        here, seen = table.row, user.lines[1:-2]
        table.know(source, size)
        await user.idle()
        assert table.row == here and table.row is not None and table.cursor == table.row.id
        assert table.total == size and [line[:-1] for line in user.lines[1:-2]] == [e[:-1] for e in seen]
        await user.press("g")
        assert table.cursor == 0 and "客户0" in user.text
        if size < 1000:
            await table.show(source)
            for _page in range(size // table.lines + 2):
                await user.press("pagedown")
            assert table.known and table.total == size and table.cursor == size - 1


async def test_a_cursor_step_draws_two_lines_only(painted: None) -> None:
    async with story(playground(FakeSession(100), start="customers")) as user:
        table = user.screen.query_one(Table)
        drawn: list[int] = []
        draw = table.render_line
        table.render_line = lambda y: (drawn.append(y), draw(y))[1]
        await user.press("j")
        assert sorted(set(drawn)) == [1, 2]


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    session = FakeSession(100)
    async with story(playground(session, start="customers")) as user:
        table = user.screen.query_one(Table)
        await user.press("pagedown", "j")
        assert table.row is not None
        here = table.row.id
        del session.names[2:5]
        session.names.insert(0, "新客户")
        await user.press("f5")
        assert table.row is not None and table.row.id == here
        await user.press("d")
        assert here not in session.names
        assert table.row is not None and table.row.id == session.names[table.cursor]
        assert "按 u 撤销" in user.message


async def test_headings_show_their_count_and_fold() -> None:
    async with story(playground(FakeSession(4))) as user:
        table = user.screen.query_one(Table)
        assert [line.strip() for line in user.lines if "▾" in line or "▸" in line] == [
            "▾ 逾期 (4)",
            "▸ 7 天没联系 (4)",
        ]
        assert table.row is None
        await user.press("G", "enter")
        assert table.total == 10
        assert table.item == GroupRow("idle", "7 天没联系", 4, False)
        await user.press("enter")
        assert table.total == 6
        assert "▸ 7 天没联系 (4)" in user.text


async def test_an_empty_table_says_what_to_press() -> None:
    async with story(playground(FakeSession(0))) as user:
        assert "今天没有要联系的客户。" in user.text
        assert "按 a 新增，按 i 导入。" in user.text
        await user.press("j", "G", "enter", "space")


async def test_data_is_never_markup() -> None:
    session = FakeSession(0)
    session.names = ["bad [/x] tag", "[VIP] 王总", "a\tb\x1b[31m红\u202e", "👨\u200d👩\u200d👧一家"]
    async with story(playground(session, start="customers")) as user:
        for text in ("bad [/x] tag", "[VIP] 王总", "红"):
            assert text in user.text
        assert "\x1b" not in user.text and "\u202e" not in user.text
        starts = {width(line[: line.index("1380013")]) for line in user.lines if "1380013" in line}
        assert len(starts) == 1


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 50)])
async def test_every_line_is_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    async with story(playground(FakeSession(100), start="customers"), size=size) as user:
        table = user.screen.query_one(Table)
        for y in range(table.size.height):
            strip = table.render_line(y)
            assert width(strip.text) == strip.cell_length == size[0]
        assert ("下一步" in user.text) is (size[0] >= 60)


async def test_only_the_newest_rows_are_shown() -> None:
    async with story(playground(start="customers")) as user:
        table = user.screen.query_one(Table)
        old = user.app.run_worker(table.show(ListSource([Row(1, ("", "旧"))])))
        new = user.app.run_worker(table.show(ListSource([Row(2, ("", "新"))])))
        await user.idle()
        assert old.is_finished and new.is_finished
        assert table.row is not None and table.row.id == 2


async def test_the_mouse_moves_and_opens() -> None:
    async with story(playground(FakeSession(100), start="customers")) as user:
        await user.pilot.click(Table, offset=(20, 4))
        await user.idle()
        table = user.screen.query_one(Table)
        assert table.cursor == 3
        await user.pilot.click(Table, offset=(20, 4))
        await user.idle()
        assert user.screen.opened == "[VIP] 王总3"


COLUMNS = st.lists(
    st.builds(
        Column,
        title=st.just(""),
        cells=st.integers(1, 30),
        flex=st.integers(0, 3),
        priority=st.integers(0, 4),
    ),
    min_size=1,
    max_size=8,
)


@given(COLUMNS, st.integers(20, 200))
def test_columns_fill_but_never_exceed_the_screen(columns: list[Column], cells: int) -> None:
    widths = column_widths(columns, cells)
    kept = [wide for wide in widths if wide]
    used = sum(kept) + max(len(kept) - 1, 0)
    fixed = [column for column in columns if not column.priority]
    assert all(wide for column, wide in zip(columns, widths, strict=True) if not column.priority)
    if sum(min(column.cells, 4) for column in fixed) + len(fixed) - 1 <= cells:
        assert used <= cells
    if any(column.flex and wide for column, wide in zip(columns, widths, strict=True)):
        assert used >= cells


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.booleans()), max_size=5),
    st.integers(0, 40),
    st.integers(0, 20),
)
def test_grouped_pages_are_stretches_of_one_list(
    parts: list[tuple[int, bool, bool, bool]], offset: int, limit: int
) -> None:
    sections, whole = [], []
    for place, (size, titled, folded, always) in enumerate(parts):
        rows = [Row((place, number), ()) for number in range(size)]
        title = f"组{place}" if titled else ""
        section = Section(place, title, ListSource(rows), folded=folded, always=always)
        sections.append(section)
        if size or always:
            whole += [GroupRow(place, title, size, folded)] if titled else []
            whole += [] if folded else rows
    source = GroupedSource(sections)
    assert source.count() == len(whole)
    assert list(source.page(offset, limit)) == whole[offset : offset + limit]
    for line, item in enumerate(whole):
        assert source.position(item.id) == line
