"""Stories of lists where the role is not shown everything: filters and views by hidden fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from crm_tui.access.verbs import GROUPS
from crm_tui.customers import views
from crm_tui.session import Session
from crm_tui.storage.change import Change, action
from tests.tui.driver import story
from tests.tui.office import NOW, app, many, office
from tests.tui.test_live import look

LOOKING = [("", "all"), *((group, "own") for group in GROUPS)]
FILTER = ["and", ["status", "some"], ["phone", "some"]]


@action("test.role")
def only_look(change: Change, person: int) -> None:
    """Let a person read everything but what is sensitive of others' customers."""
    change.insert("role", {"key": "looker", "label": "查阅"})
    for group, reach in LOOKING:
        change.insert("permission", {"role": "looker", "verb": "read", "field_group": group, "scope": reach})
    row = {"login": "deng", "login_key": "deng", "name": "邓", "name_key": "邓", "role": "administrator"}
    change.insert("person", row)  # somebody has to stay who may change that
    change.update("person", person, {"role": "looker"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        many(opened, 20)
        opened.write(views.save, "customers", "能打电话的", {"filter": FILTER})
        opened.write(only_look, opened.person.id)
        assert opened.refresh_policy()
        yield opened


@pytest.mark.requirement("S0-20", "S0-26")
async def test_a_hidden_field_is_neither_offered_nor_taken(session: Session) -> None:
    async with story(app(session), size=(110, 30)) as user:
        await user.press("f")
        await user.type("电话")
        assert {one.shown.partition(":")[0] for one in user.screen.found} == {"来源"}
        await user.type(":有")
        await user.press("enter")
        assert "不能按它筛选" in user.message
        await user.press("escape")


@pytest.mark.requirement("S0-20", "S0-26")
async def test_a_saved_view_by_what_is_hidden_is_not_opened_and_says_why(session: Session) -> None:
    said = "“电话”不是对你的角色全部可见，不能按它筛选列表。"
    async with story(app(session), size=(110, 30)) as user:
        everything = user.line(0)
        await user.press("w")
        line = next(line for line in user.lines if "能打电话的" in line)
        assert said[:12] in line and "—" in line
        await user.press("1")
        assert user.message == said
        assert user.line(0) == everything and user.screen.view == "" and user.screen.chosen is None


@pytest.mark.requirement("S0-20", "S0-26")
async def test_a_filter_in_force_loses_what_is_hidden_from_then_on(tmp_path: Path) -> None:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as session:
        many(session, 20)
        async with story(app(session), size=(110, 30)) as user:
            await user.press("f")
            await user.type("状态:有 电话:有")
            await user.press("enter")
            assert user.screen.filter_words == "状态:有 电话:有"
            session.write(only_look, session.person.id)
            await look(user)
            assert user.screen.filter_words == "状态:有"
            await user.press("f5")
            assert "电话:有" not in user.line(0)
