"""Ten thousand lines pasted, phrases of an input method, lines into one line, control bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.customers import reading
from crm_tui.session import Session
from tests import pace
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office

LINES = [f"第{number}行：客户反馈很好，预算有限 " + "长" * (number % 40) for number in range(10_000)]
PHRASE = "恒达精密机械制造股份有限公司华东区域采购中心" * 4


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def kept(session: Session, customer_id: int) -> Any:
    row = reading.record(session.reader, "customer", customer_id)
    assert row is not None
    return row


@pytest.mark.requirement("S0-02")
async def test_ten_thousand_lines_are_pasted_into_a_note_and_saved_whole(session: Session) -> None:
    made = customer(session, "甲公司")
    async with story(app(session)) as user:
        await user.press("enter", "e")
        form = user.screen.the_form
        form.focus_field("note")
        await user.idle()
        with pace.at_most(150):
            await user.paste("\x1b[31m前\x07" + "\r\n".join(LINES))
        area = user.screen.focused
        assert area.cursor_location == (9_999, len(LINES[-1]))
        user.screen.keep_now()
        (draft,) = session.drafts.folder.glob("*.json")
        assert draft.stat().st_size > 1_000_000 and not user.message
        await user.type("最后一句")
        assert "最后一句" in user.text and "长长" in user.text  # where the cursor is
        await user.press("f12")
        note = kept(session, made)["note"]
        assert note.split("\n") == ["[31m前" + LINES[0], *LINES[1:-1], LINES[-1] + "最后一句"]
        with pace.at_most(150):
            await user.press("escape", "enter")
            assert "第0行：客户反馈很好" in user.text
            await user.press("end", "h")
            assert "备注" in user.text and "第0行" in user.text
        await user.press("u")
        assert kept(session, made)["note"] is None


async def test_phrases_and_lines_arrive_whole_wherever_they_are_put(session: Session) -> None:
    made = customer(session, "甲公司")
    async with story(app(session), size=(100, 30)) as user:
        for sent in (user.type, user.paste):
            await sent(PHRASE[:22])  # into the list: it searches
            assert user.screen.text == PHRASE[:22]
            await user.press("escape")
        await user.press("F")
        await user.paste("\n 甲公司 \n乙公司\n")
        assert user.screen.filter == "甲公司" and "甲公司" in user.line(3)
        await user.press("enter", "enter", "e")
        form = user.screen.the_form
        form.focus_field("short_name")
        await user.type(PHRASE)
        form.focus_field("website")
        await user.paste("\n第一行\r\n 第二行\x00\x1b[2J\u202e \n\n第三行\n")
        form.focus_field("referrer")
        await user.paste("尾")
        await user.press("home")
        await user.paste(PHRASE)
        form.focus_field("main_business")
        await user.type(PHRASE)
        await user.paste(PHRASE)
        assert user.screen.the_form.values()["website"] == "第一行 第二行[2J 第三行"
        assert user.screen.the_form.values()["referrer"] == PHRASE + "尾"
        assert user.screen.the_form.values()["main_business"] == PHRASE * 2
        assert user.screen.the_form.values()["short_name"] == PHRASE
        form.fill("website", "www.a.cn")
        await user.press("f12")
        row = kept(session, made)
        assert (row["short_name"], row["main_business"]) == (PHRASE, PHRASE * 2)
