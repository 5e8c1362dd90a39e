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
async def test_a_saved_view_opens_without_what_is_hidden_and_says_so(session: Session) -> None:
    async with story(app(session), size=(110, 30)) as user:
        await user.press("w", "1")
        assert user.message == "筛选中有一部分涉及你的角色看不到的字段，已略去。"
        assert user.screen.filter_words == "状态:有" and user.screen.view == "能打电话的"
