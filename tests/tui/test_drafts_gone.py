"""Drafts about what is not there any more: the text stays, and who took the customer away is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.customers import reading as customers
from crm_tui.customers import service
from crm_tui.dedupe import merging
from crm_tui.followups import service as followups
from crm_tui.session import Session
from tests.tui.driver import story
from tests.tui.office import NOW, app, customer, office
from tests.tui.test_drafts import again, cut_off, fill, kept


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        customer(opened, "上海恒达", {"name": "王总", "mobile": "13900139000"})
        yield opened


async def test_the_draft_of_a_customer_who_was_merged_says_into_whom(session: Session) -> None:
    into = customer(session, "上海恒达科技有限公司")
    async with story(app(session)) as user:
        await user.app.open("log", customer_id=1)
        await fill(user, content="客户说月底前确认报价")
        await cut_off(user)
    with again(session, "li") as other:
        other.write(merging.merge, into, [1], {})
    with again(session) as later:
        async with story(app(later)) as user:
            await user.press("enter")
            assert "上海恒达科技有限公司" in user.message
            assert "草稿已保留，按 y 复制文字。" in user.message


async def test_the_text_of_a_customer_who_is_gone_can_be_read_and_copied(session: Session) -> None:
    async with story(app(session)) as user:
        await user.press("l")
        await fill(user, content="客户说月底前确认报价")
        await cut_off(user)
    with again(session, "li") as other:
        seen = customers.record(other.reader, "customer", 1)["changed_in"]  # ty: ignore
        other.write(service.archive, 1, seen)
    with again(session) as later:
        async with story(app(later)) as user:
            assert "客户已不在" in user.text
            await user.press("enter")
            assert "客户说月底前确认报价" in user.text
            assert "李销售已归档这位客户" in user.message and "草稿已保留，按 y 复制文字。" in user.message
            await user.press("y")
            assert "已复制" in user.message
            await user.press("escape")
            assert len(kept(later)) == 1
            await user.press("d")
            assert "再按 d 将彻底丢弃" in user.message
            await user.press("d")
            assert kept(later) == []


async def test_a_plan_that_is_gone_while_its_customer_is_not(session: Session) -> None:
    plan_id = session.write(followups.add_plan, 1, followups.PlanDraft(None, goal="回访"), session.zone).value
    async with story(app(session)) as user:
        await user.app.open("plan", customer_id=1, plan_id=plan_id)
        await fill(user, plan_text="明天 ")
        await cut_off(user)
    with again(session) as later:
        later.undo()
        async with story(app(later)) as user:
            await user.press("enter")
            assert "明天" in user.text
            assert "草稿已保留" in user.message
            await user.press("escape")
        assert len(kept(later)) == 1
