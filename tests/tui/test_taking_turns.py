"""What comes from outside while the driver rests or leaves: a new size, a last answer."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections import deque
from typing import Any

import pytest
from textual import events

from crm_tui.tui import driver as driving
from crm_tui.tui.driver import TerminalDriver
from crm_tui.tui.pacing import Pace


async def test_a_new_size_wakes_the_loop_whichever_thread_the_signal_meets() -> None:
    before = signal.getsignal(signal.SIGWINCH)
    loop = asyncio.get_running_loop()
    driver: Any = object.__new__(TerminalDriver)
    driver._loop = loop
    told: list[str] = []
    came = asyncio.Event()
    driver._size_changed = lambda: (told.append("ours"), came.set())
    signal.signal(signal.SIGWINCH, lambda *_: told.append("Textual's"))
    try:
        driver._follow_size()
        resting = threading.Event()

        def elsewhere() -> None:
            resting.wait()
            time.sleep(0.05)  # the loop sleeps by then, and nothing but the signal wakes it
            signal.pthread_kill(threading.get_ident(), signal.SIGWINCH)

        other = threading.Thread(target=elsewhere)
        other.start()
        resting.set()
        began = time.monotonic()
        await asyncio.wait_for(came.wait(), 60)
        other.join()
        assert told == ["Textual's", "ours"] and time.monotonic() - began < 50
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)
        signal.signal(signal.SIGWINCH, before)


def leaving(answers: bool) -> Any:
    driver: Any = object.__new__(TerminalDriver)
    driver._pace, driver._heard, driver._hears = Pace(), deque(), threading.Event()
    driver._line = type("Line", (), {"dead": False})
    driver._writer, driver._due = object(), None
    driver._in_loop = lambda call: None  # the loop is leaving, it counts nothing any more
    driver._pace.sent(10)
    if answers:
        driver._pace.answered()
        driver._pace.sent(10)
    return driver


def test_the_last_answer_is_not_left_to_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "PARTING", 60)
    driver = leaving(answers=True)
    answer = threading.Timer(0.05, lambda: driver.process_message(events.CursorPosition(0, 0)))
    answer.start()
    driver._hear_the_rest()
    assert len(driver._heard) == 1
    answer.join()


@pytest.mark.parametrize(("answers", "parting", "least"), [(False, 60, 0.0), (True, 0.1, 0.1)])
def test_an_answer_that_never_comes_holds_nobody(
    answers: bool, parting: float, least: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driving, "PARTING", parting)
    began = time.monotonic()
    leaving(answers)._hear_the_rest()
    assert least <= time.monotonic() - began < 50
