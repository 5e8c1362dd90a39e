"""What is typed: Esc soon, nothing lost where a line delivers in pieces, pastes of any size; and the pace."""

from __future__ import annotations

import pytest
from textual import events

from crm_tui.tui.keyboard import ESCAPE, ESCAPE_AFAR, Keyboard, Stop
from crm_tui.tui.pacing import MOST_PATIENCE, Pace


def keys(keyboard: Keyboard, *reads: bytes) -> list[str]:
    return [told(event) for read in reads for event in keyboard.feed(read)]


def told(event: object) -> str:
    if isinstance(event, events.Key):
        return event.character if event.is_printable and event.character else event.key
    return f"paste {event.text}" if isinstance(event, events.Paste) else type(event).__name__


def test_escape_is_a_key_of_its_own_after_a_moment() -> None:
    keyboard = Keyboard({})
    assert keys(keyboard, b"\x1b") == [] and keyboard.patience == ESCAPE <= 0.04
    assert [told(event) for event in keyboard.rest()] == ["escape"]
    assert keyboard.patience is None
    assert Keyboard({"SSH_CONNECTION": "1"}).patience is None
    afar = Keyboard({"SSH_CONNECTION": "1"})
    assert keys(afar, b"\x1b") == [] and afar.patience == ESCAPE_AFAR
    trip = 0.005
    slow = Keyboard({}, trip=lambda: trip)  # over a line that the environment does not tell of
    assert keys(slow, b"\x1b") == [] and slow.patience == ESCAPE
    trip = 0.15
    assert slow.patience == ESCAPE_AFAR
    assert keys(afar, b"[A\x1b\x1b") == ["up"]
    assert keys(afar, b"\x1b[B") == ["escape", "escape", "down"]
    assert keys(afar, b"\x1b") == []
    assert [told(event) for event in afar.rest()] == ["escape"]


@pytest.mark.parametrize(
    ("sent", "come"),
    [
        (b"\x1b[A\x1b[24~\x1bOP", ["up", "f12", "f1"]),
        ("恒达科技有限公司".encode(), list("恒达科技有限公司")),
        (b"\x1b[I\x1b[O\x1b[12;40R", ["AppFocus", "AppBlur", "CursorPosition"]),
        (b"a\x1b[200~x\x1b[A\r\ny\x1b[201~b", ["a", "paste x\x1b[A\r\ny", "b"]),
        (b"\x1b[<0;10;5M", ["MouseDown"]),
        ("𠮷é，".encode(), ["𠮷", "é", "，"]),
    ],
)
def test_pieces_of_any_size_give_the_same(sent: bytes, come: list[str]) -> None:
    for size in (1, 2, 3, len(sent)):
        keyboard = Keyboard({})
        found = keys(keyboard, *(sent[at : at + size] for at in range(0, len(sent), size)))
        assert found == come and keyboard.patience is None, size


def test_a_paste_of_ten_thousand_lines_in_pieces() -> None:
    text = "".join(f"第{number}行，客户说月底前答复。\r" for number in range(10_000))
    sent = b"\x1b[200~" + text.encode() + b"\x1b[201~j"
    keyboard = Keyboard({})
    found = keys(keyboard, *(sent[at : at + 100] for at in range(0, len(sent), 100)))
    assert found == [f"paste {text}", "j"]
    # One whose end is lost comes, too.
    assert keys(keyboard, b"\x1b[200~half\x1b[20") == [] and keyboard.patience
    assert [told(event) for event in keyboard.rest()] == ["paste half\x1b[20"]


def test_half_a_sequence_waits_longer_than_escape() -> None:
    keyboard = Keyboard({})
    assert keys(keyboard, b"\x1b[1;") == [] and (keyboard.patience or 0) > 0.3
    assert keys(keyboard, b"2A") == ["shift+up"]
    assert keys(keyboard, b"\x1bO") == []
    assert [event.key for event in keyboard.rest() if isinstance(event, events.Key)] == ["alt+shift+o"]


def test_stopping_wakes_who_waits() -> None:
    stop = Stop()
    stop.set()
    import select

    assert select.select([stop.reading], [], [], 0)[0]
    stop.clear()
    assert not select.select([stop.reading], [], [], 0)[0]


class Line:
    """A clock and a pace by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pace = Pace(lambda: self.now)


def test_one_frame_is_under_way_and_the_next_waits_for_the_answer() -> None:
    line = Line()
    line.pace.sent(5000)
    assert line.pace.wait() == 0  # nobody knows yet whether this terminal answers
    line.pace.answered()
    line.pace.sent(5000)
    line.now += 0.3
    assert 0.6 < line.pace.wait() < 0.71
    line.pace.answered()
    assert line.pace.wait() == 0
    for size in (400, 400):
        line.pace.sent(size)
        assert line.pace.wait() == 0  # small ones go together
    line.pace.sent(400)
    assert line.pace.wait() > 0


def test_a_terminal_that_answers_nothing_is_not_waited_for() -> None:
    line = Line()
    line.pace.sent(100)
    line.pace.answered()
    for _each in range(2):
        line.pace.sent(5000)
        assert line.pace.wait() > 0.9
        line.now += 1
        assert line.pace.wait() == 0
    assert not line.pace.asks
    line.now += 100
    line.pace.answered()
    assert not line.pace.asks  # that one is nobody's


def test_the_quickest_answer_tells_how_far_the_terminal_is() -> None:
    line = Line()
    for taken, trip in ((0.15, 0.15), (0.004, 0.004), (0.3, 0.004)):
        line.pace.sent(100)
        line.now += taken
        line.pace.answered()
        assert abs(line.pace.trip - trip) < 0.001
    line.pace.forget()
    assert line.pace.trip == 0


def test_a_late_answer_makes_us_patient() -> None:
    line = Line()
    line.pace.sent(100)
    line.pace.answered()
    for _each in range(9):
        line.pace.sent(5000)
        line.now += 3
        assert line.pace.wait() == 0 or line.pace.asks
        line.pace.answered()
        assert line.pace.asks
    line.pace.sent(5000)
    assert 3 < line.pace.wait() <= MOST_PATIENCE
