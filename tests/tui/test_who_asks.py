"""Who asks the database: never the event loop, which would wait for the other thread inside SQLite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm_tui.access import policies
from crm_tui.access import store as people
from crm_tui.session import Session, open_session
from crm_tui.storage import patience
from crm_tui.tui.app import CrmApp
from crm_tui.tui.opening import warm
from tests.tui.driver import story
from tests.tui.office import NOW, customer, office
from tests.tui.test_customer_form import go_to
from tests.tui.test_live import look


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with time_machine.travel(NOW, tick=False), office(tmp_path) as opened:
        yield opened


def noted(patch: pytest.MonkeyPatch) -> list[str]:
    """Return what the event loop asks the database from now on."""
    asked: list[str] = []
    execute = patience.Reader.execute

    def noting(reader: patience.Reader, *statement: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            asked.append(str(statement[0]))
        return execute(reader, *statement)

    patch.setattr(patience.Reader, "execute", noting)
    return asked


@pytest.mark.requirement("S0-20")
async def test_a_list_under_new_rights_is_asked_for_by_the_database_thread_alone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.write(people.add, "rep", "陈晨", "sales_rep")
    customer(session, "别人的公司")
    with open_session(session.database.path, login="rep") as rep:
        customer(rep, "上海恒达", {"name": "王总"})
        async with story(CrmApp(rep)) as user:
            await user.press("2", "e")
            assert user.screen.kind == "form"
            with monkeypatch.context() as patch:
                asked = noted(patch)
                session.write(policies.remove_role, "sales_rep")
                await look(user)
                await user.press("escape", "escape", "2", "f5")
            assert user.screen.kind == "customers" and "上海恒达" not in "\n".join(user.lines)
    assert asked == []


async def test_what_a_new_word_makes_stale_is_read_again_by_the_database_thread_alone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.write(people.add, "rep", "陈晨", "sales_rep")
    customer(session, "上海恒达")
    warm(session)
    asked = noted(monkeypatch)
    async with story(CrmApp(session)) as user:
        await user.press("2", "a")
        await user.type("某某有限公司")
        await go_to(user, "industry")
        await user.type("航天农业")
        await user.press("f12", "f12")
        assert session.words.label("industry", "航天农业") == "航天农业"
        assert session.names and session.settings
    assert asked == []
