"""The list of drafts: what each line says."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import time_machine

from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app
from tests.tui.test_drafts import cut_off, fill, session

__all__ = ["session"]  # the fixture


async def test_a_draft_of_another_database_is_listed_with_its_form_and_words(
    session: Session, tmp_path: Path
) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="换库之前写的")
        await cut_off(user)
    odd = session.drafts
    odd.owner = odd.owner._replace(origin="another")
    async with story(app(session)) as user:
        await user.press("D")
        line = next(line for line in user.lines if "记跟进 上海恒达" in line)
        assert "属于另一个数据库" in line
        assert "这些内容无法填入，按 Enter 查看。" in user.text
        await user.press("enter")
        assert "换库之前写的" in user.text


async def test_the_box_says_when_the_newest_was_kept_whichever_session_typed_it(session: Session) -> None:
    yesterday = datetime.fromisoformat(NOW) - timedelta(days=1)
    with time_machine.travel(yesterday, tick=False):
        async with story(app(session)) as user:
            await user.press("l")
            await fill(user, content="昨天写的")
            await cut_off(user)
    async with story(app(session)) as user:
        assert f"有 1 份填写未保存（最近一份草稿：{yesterday:%m-%d} 10:00）。" in user.text
        await user.press("escape", "2", "l")
        await fill(user, content="今天写的")
        user.screen.keep_now()
        user.screen.pen.close()
        user.screen.pen = None
        await user.press("escape", "escape", "D")
        assert "有 2 份填写未保存（最近一份草稿：10:00）。" in user.text
