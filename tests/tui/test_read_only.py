"""A database that can only be read: every writing action of every screen says why, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.customers import service
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from crm_tui.tui.actions import ACTIONS, belonging_to
from crm_tui.tui.app import CrmApp
from crm_tui.tui.kinds import GO, MOVE, PROGRAM, SCREEN_TITLES
from crm_tui.tui.rooms import ROOMS
from tests.storage.old import content
from tests.tui.driver import User, story
from tests.tui.office import NOW, customer, office

LEAVING = {"quit", "back"}
# What SQLite or a save would say: it must not come to that.
UNEXPECTED = ("readonly", "只能读取", "没有保存")
# What each room is opened with; main screens and what comes over them are reached as a user reaches them.
OPENED: dict[str, dict[str, Any]] = {
    "customer": {"customer_id": 1},
    "history": {},
    "log": {"customer_id": 1},
    "add_customer": {},
    "edit_customer": {"customer_id": 1},
    "contact": {"customer_id": 1},
    "project": {"customer_id": 1},
    "name": {"customer_id": 1},
    "plan": {"customer_id": 1},
    "activity": {"activity_id": 1},
    "tags": {"customer_id": 1},
    "import": {},
    "export": {},
    "drafts": {},
    "upkeep": {},
    "display": {},
    "people": {},
    "policy": {},
    "audit": {},
    "help": {},
    "find": {},
}
MAIN = ("today", "duplicates", "customers")
# No database is open there, or no action that may be done leads there.
NOT_HERE = {"welcome", "obstacles", "snooze", "palette"}


def furnish(session: Session) -> None:
    """Write something into each table that screens show."""
    first = customer(session, "上海恒达有限公司", {"name": "王芳", "mobile": "13800000001"}, need="报价")
    session.write(service.add_tags, first, ("老客户",))
    session.write(followups.add_plan, first, followups.read_plan("今天 回访", session.today()))
    entry = followups.LogEntry(first, content="通了电话")
    session.write(followups.log, entry)
    session.write(followups.add_plan, first, followups.read_plan("今天 寄样品", session.today()))


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the path of an office with something in each table that screens show."""
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(NOW, tick=False):
        with office(tmp_path, furnish=furnish) as session:
            path = session.database.path
        yield path


@pytest.fixture
def reading(filled: Path) -> Iterator[Session]:
    """Return a session that can only read."""
    with open_session(filled, login="wang", read_only=True) as session:
        yield session


def held(path: Path) -> tuple[bytes, dict[str, Any]]:
    with open_session(path, login="wang", read_only=True) as session:
        return path.read_bytes(), content(session.database.connection)


def test_every_screen_is_looked_at() -> None:
    assert set(OPENED) | set(MAIN) | NOT_HERE == set(ROOMS)


def test_the_registry_says_what_writes() -> None:
    writing = {action.id for action in ACTIONS if action.writes}
    assert {
        "log",
        "done",
        "snooze",
        "undo",
        "redo",
        "add",
        "edit",
        "archive",
        "tags",
        "save",
        "import",
    } <= writing
    assert {
        "open",
        "history",
        "export",
        "copy",
        "reload",
        "back",
        "quit",
        "help",
        "backup_now",
    } & writing == set()
    assert {action.group for action in ACTIONS if action.danger and not action.writes} <= {
        find_group("discard_draft")
    }


def find_group(action_id: str) -> str:
    return next(action.group for action in ACTIONS if action.id == action_id)


async def begin(user: User, name: str) -> None:
    """Show the screen of a name, fresh."""
    while len(user.app.screen_stack) > 2:
        await user.app.back()
    await (user.app.go(name) if name in MAIN else user.app.open(name, **OPENED[name]))
    await user.idle()


@pytest.mark.parametrize("name", [*MAIN, *OPENED])
async def test_no_action_writes_and_each_that_would_says_why(reading: Session, name: str) -> None:
    path = reading.database.path
    before = held(path)
    async with story(CrmApp(reading), size=(100, 30)) as user:
        assert user.message == reading.read_only != ""
        await begin(user, name)
        here = user.screen
        assert here.kind in SCREEN_TITLES
        actions = [one for one in belonging_to(here.kind) if one.id not in LEAVING and one.group != MOVE]
        refused = [one for one in actions if one.writes and not (one.id == "save" and here.saves_elsewhere)]
        for action in refused:
            await user.app.act(action.id)
            await user.idle()
            assert user.screen is here, action.id
            assert user.message == reading.read_only, action.id
        # What else a form can do is the same in all of them, and so are the ways to other screens.
        again = here.kind == "form" and name != "edit_customer"
        for action in () if again else actions:
            if action in refused or action.group == PROGRAM or (action.group == GO and name != MAIN[0]):
                continue
            await begin(user, name)
            await user.app.act(action.id)
            await user.idle()
            assert not any(text in user.text for text in UNEXPECTED), action.id
    assert held(path) == before
    assert not [name for name in os.listdir(path.parent) if name.endswith(".job")]


async def test_the_keys_are_dim_and_the_palette_says_why(reading: Session) -> None:
    async with story(CrmApp(reading), size=(120, 40)) as user:
        for name in MAIN:
            await user.app.go(name)
            await user.idle()
            parts = user.screen.keys.parts(118)
            off = {text.strip() for text, style in parts if style == "keys--off"}
            shown = {action for action in belonging_to(name) if action.footer and action.writes}
            for action in shown:
                label = user.app.keymap.line(action).label
                assert label in off or label not in {text.strip() for text, _style in parts}, (name, label)
            assert off
        await user.press(":")
        await user.type("归档")
        assert reading.read_only[:8] in user.text
        await user.press("enter")
        assert user.message == reading.read_only and user.screen.kind == "palette"


async def test_the_status_line_and_the_help_tell_the_reason(reading: Session) -> None:
    async with story(CrmApp(reading), size=(120, 30)) as user:
        assert f"只读 {reading.read_only}" in user.line(0)
        await user.resize(80, 24)
        assert "只读" in user.line(0)
        await user.press("question_mark")
        assert reading.read_only in user.text


async def test_a_list_can_be_exported_from_what_can_only_be_read(reading: Session, tmp_path: Path) -> None:
    async with story(CrmApp(reading, start="customers"), size=(100, 30)) as user:
        await user.press("o", "f12")
        assert list(tmp_path.glob("*.xlsx")), user.message


async def test_a_folder_closed_and_opened_again_while_typing(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The save says so and keeps what was typed; the next one, with the right back, goes through."""
    with open_session(filled, login="wang") as session:
        connection = session.database.connection
        async with story(CrmApp(session, start="customers"), size=(100, 30)) as user:
            await user.press("e")
            user.screen.the_form.fill("need", "新的需求")
            # As SQLite itself refuses when the right is gone; root would not be refused.
            await user.app.work.run(connection.execute, "PRAGMA query_only=ON")
            await user.press("f12")
            assert user.screen.kind == "form"
            assert "没有保存" in user.message
            assert "新的需求" in user.text
            await user.app.work.run(connection.execute, "PRAGMA query_only=OFF")
            await user.press("f12")
            assert user.screen.kind == "customers"
    with open_session(filled, login="wang", read_only=True) as again:
        assert again.reader.execute("SELECT need FROM customer WHERE id = 1").fetchone() == ("新的需求",)
