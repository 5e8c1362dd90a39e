"""What is sent to the terminal: the same screen as Textual's frames give, for a part of the bytes."""

from __future__ import annotations

import random
from pathlib import Path
from unicodedata import normalize

import pyte
import pyte.screens
import pytest

from crm_tui.text.cells import width
from crm_tui.tui.screen_cells import PLAIN, UNKNOWN, Style, read_style
from crm_tui.tui.screen_writer import ScreenWriter, between
from tests.tui.two_screens import filled, play

LINES = [f"\x1b[1;38;2;9;9;{n}m C2026{n:03} \x1b[0m\x1b[48;5;17m 上海第{n}公司   \x1b[0m" for n in range(40)]


def frame(lines: list[str], cursor: tuple[int, int] = (0, 0)) -> str:
    """What Textual writes for whole lines from the top."""
    placed = "\n".join(f"\x1b[{y};1H{line}" for y, line in enumerate(lines, 1))
    return f"{placed}\x1b[{cursor[1] + 1};{cursor[0] + 1}H"


def shown(sent: str, size: tuple[int, int], on: pyte.Screen | None = None) -> pyte.Screen:
    screen = on or pyte.Screen(*size)
    pyte.Stream(screen).feed(f"\x1b[?7l{sent}")
    return screen


async def test_a_long_script_of_random_keys_gives_the_same_screens(tmp_path: Path) -> None:
    with filled(tmp_path) as session:
        _keys, (plain, ours) = await play(session, 60, 12, every=12)
    assert ours < plain / 4


def test_only_what_changed_is_sent_and_nothing_where_nothing_did() -> None:
    writer = ScreenWriter(40, 12)
    writer.take(frame(LINES[:12]))
    assert len(writer.changes()) > 300
    writer.take(frame(LINES[:12]))
    assert writer.changes() == ""
    writer.take("\x1b[3;9H\x1b[1;38;2;9;9;2m9 \x1b[0m\x1b[1;1H")
    assert writer.changes() == "\x1b[1;38;2;9;9;2m\x1b[3;9H9\x1b[H"
    writer.take("\x1b[5;6H")
    assert writer.changes() == "\x1b[5;6H"
    writer.forget()
    assert len(writer.changes()) > 300


@pytest.mark.parametrize("by", [1, 3, -1, -2, 6])
def test_lines_that_moved_are_scrolled_by_the_terminal(by: int) -> None:
    writer = ScreenWriter(40, 16)
    at = 10
    head, foot = ["\x1b[7m head\x1b[0m"], ["\x1b[7m foot \x1b[0m"]
    writer.take(frame([*head, *LINES[at : at + 14], *foot]))
    screen = shown(writer.changes(), (40, 16))
    writer.take(frame([*head, *LINES[at + by : at + by + 14], *foot], (3, 2)))
    sent = writer.changes()
    assert len(sent.encode()) < 75 + 60 * abs(by)
    shown(sent, (40, 16), screen)
    whole = ScreenWriter(40, 16)
    whole.take(frame([*head, *LINES[at + by : at + by + 14], *foot], (3, 2)))
    again = shown(whole.changes(), (40, 16))
    assert (screen.display, screen.cursor.x, screen.cursor.y) == (again.display, 3, 2)


SIGNS = [*"ab 上海     ，é…😀", "e\u0301"]
LOOKS = ("1;31", "7", "48;5;20", "38;2;1;2;3;48;5;20", "4", "0")


def by_chance(chance: random.Random) -> str:
    """A frame of a few texts anywhere, over each other and over the edge."""

    def text() -> str:
        return f"\x1b[{chance.choice(LOOKS)}m{''.join(chance.choices(SIGNS, k=chance.randint(0, 12)))}\x1b[0m"

    placed = (
        f"\x1b[{chance.randint(1, 6)};{chance.randint(1, 20)}H{''.join(text() for _each in range(3))}"
        for _each in range(chance.randint(1, 8))
    )
    return "".join(placed) + "\x1b[2;2H"


def test_the_terminal_shows_the_wanted_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyte.screens, "wcwidth", width)
    for seed in range(100):
        chance = random.Random(seed)
        writer, screen = ScreenWriter(20, 6, erases=bool(seed % 2)), pyte.Screen(20, 6)
        for _each in range(chance.randint(1, 5)):
            writer.take(by_chance(chance))
            shown(writer.changes(), (20, 6), screen)
        same_cells(writer, screen)


def test_a_page_of_texts_and_blanks_is_cheap_and_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line whose text is new is erased once; what lies between its texts is jumped over."""
    monkeypatch.setattr(pyte.screens, "wcwidth", width)
    columns = 100
    for seed in range(30):
        chance = random.Random(seed)
        writer, screen = ScreenWriter(columns, 6), pyte.Screen(columns, 6)
        sent = ""
        for _page in range(3):
            page = []
            for _line in range(6):
                cells = [
                    f"{chance.choice(SIGNS) * chance.randint(0, 5)}{' ' * 30}"[:24] for _cell in range(4)
                ]
                page.append(
                    "".join(f"\x1b[{chance.choice(LOOKS)}m{cell}\x1b[0m" for cell in cells) + " " * 40
                )
            writer.take(frame(page, (1, 1)))
            sent = writer.changes()
            shown(sent, (columns, 6), screen)
        same_cells(writer, screen, columns)
        assert len(sent.encode()) < 6 * 4 * 50


def same_cells(writer: ScreenWriter, screen: pyte.Screen, columns: int = 20) -> None:
    cells = writer.cells
    for y in range(6):
        signs = [normalize("NFC", cells.clusters.get(sign, sign)) for sign in cells.lines[y]]
        assert [screen.buffer[y][x].data or "\0" for x in range(columns)] == signs
        for x, number in enumerate(cells.styles[y]):
            found, style = screen.buffer[y][x], cells.style_of[ord(number)]
            assert found.reverse == ("7" in style.on) and found.underscore == ("4" in style.on)
            assert (found.bg == "default") is (style.back == "")
            if found.data.strip():
                assert found.bold == ("1" in style.on) and (found.fg == "default") is (style.fore == "")
    assert (screen.cursor.x, screen.cursor.y) == (1, 1)


UNSURE = ("①", "…", "│", "★", "👍", "☕\ufe0f", "👨\u200d👩\u200d👧", "🇨🇳", "e\u0301")


@pytest.mark.parametrize("sign", UNSURE)
def test_what_a_terminal_draws_wider_or_narrower_spoils_no_column(sign: str) -> None:
    def wrong(char: str) -> int:
        return {0: 1, 1: 1 if char.isascii() else 2, 2: 2 if char in "恒达科技" else 1}[width(char)]

    writer, screen = ScreenWriter(40, 3), pyte.Screen(40, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyte.screens, "wcwidth", wrong)
        for text in (f"恒达 {sign * 3} ", f"恒达{sign}"):
            writer.take(f"\x1b[2;1H{text}{' ' * 15}\x1b[2;20H科技 | end\x1b[1;1H")
            shown(writer.changes(), (40, 3), screen)
            line = "".join(screen.buffer[1][x].data or "\0" for x in range(40))
            assert line[19:].startswith("科\0技\0 | end") and line.startswith("恒\0达\0")


def test_signs_take_two_cells_where_the_user_says_so() -> None:
    narrow, wide = ScreenWriter(20, 2), ScreenWriter(20, 2, ambiguous=2)
    for writer in (narrow, wide):
        writer.take("\x1b[1;1H①a…\x1b[1;1H")
    assert narrow.cells.lines[0].startswith("①a… ")
    assert wide.cells.lines[0].startswith("①\0a…\0 ")


@pytest.mark.parametrize(
    ("x", "stands"), [(0, 0), (5, 5), (6, 7), (7, 9), (9, 11), (10, 13), (11, 14), (19, 19)]
)
def test_the_cursor_stands_behind_the_signs_that_take_two_cells(x: int, stands: int) -> None:
    wide = ScreenWriter(20, 2, ambiguous=2)
    wide.take(frame(["Name ①★好…x     ", ""], (x, 0)))
    assert wide.cells.cursor == (stands, 0)


def test_half_a_wide_character_is_a_blank() -> None:
    writer = ScreenWriter(8, 1)
    writer.take("\x1b[1;1H恒达科技\x1b[1;4Hx\x1b[1;5Hy\x1b[1;8H恒\x1b[1;1H")
    assert writer.cells.lines == ["恒\0 xy   "]


def test_steering_signs_and_links_in_a_text_reach_no_terminal() -> None:
    writer = ScreenWriter(20, 2)
    writer.take("\x1b[1;1H\x1b]8;id=1;http://x\x1b\\ab\x1b]8;;\x1b\\c\x07\x1b[2Jd\x9b\ud800\x1b[1;1H")
    assert writer.cells.lines[0] == "abcd?".ljust(20)
    assert "\x07" not in writer.changes()


def test_styles_are_sent_as_differences() -> None:
    red, bold = read_style("31"), read_style("1;31;48;2;1;2;3")
    assert bold == Style(frozenset("1"), "31", "48;2;1;2;3")
    assert read_style("38;2;135;175;215;48;2;18;18;18") == Style(frozenset(), "38;5;110", "48;5;233")
    assert between(None, red) == "\x1b[0;31m"
    assert between(red, bold) == "\x1b[1;48;2;1;2;3m"
    assert between(bold, red) == "\x1b[0;31m"
    assert between(read_style("1;2;31"), read_style("2;31")) == "\x1b[22;2m"
    assert between(bold, PLAIN) == "\x1b[m"
    assert between(read_style("7;97;101"), read_style("97;101")) == "\x1b[27m"
    assert UNKNOWN not in ScreenWriter(3, 1).changes()
