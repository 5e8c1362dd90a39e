"""Two people on one file for the stories of the screens: 王伟 at the keyboard, 李销售 through the core."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import time_machine

from crm_tui.customers import reading, service
from crm_tui.followups import reading as followups
from crm_tui.followups import service as plans
from crm_tui.followups.service import read_plan
from crm_tui.session import Session, open_session
from crm_tui.text.cells import width
from tests.tui.driver import User
from tests.tui.office import NOW, customer, office

SIZES = [(80, 24), (120, 40), (60, 15)]
NAME = "北京恒达科技有限公司"


@contextmanager
def two_people(folder: Path) -> Generator[tuple[Session, Session]]:
    """Yield the sessions of both on a file with one customer."""
    with (
        time_machine.travel(NOW, tick=False),
        office(folder, furnish=_furnish) as session,
        open_session(session.database.path, login="li") as colleague,
    ):
        yield session, colleague


def _furnish(session: Session) -> None:
    customer(
        session,
        NAME,
        {"name": "王总", "mobile": "13900139000"},
        need="旧需求",
        industry="制造业",
        budget_min=10_000_000,
        budget_max=20_000_000,
    )


def theirs(colleague: Session, table: str = "customer", row_id: int = 1, **values: Any) -> None:
    """Let the colleague save over whatever is there now."""
    row = reading.record(colleague.reader, table, row_id)
    assert row is not None
    write = {"customer": service.update, "contact": service.update_contact, "project": service.update_project}
    colleague.write(write[table], row_id, row["changed_in"], values)


def now(session: Session, table: str = "customer", row_id: int = 1) -> dict[str, Any]:
    row = reading.record(session.reader, table, row_id)
    assert row is not None
    return row


async def edit(user: User, key: str, text: str) -> None:
    """Type another text into a field of the form."""
    user.screen.the_form.focus_field(key)
    await user.idle()
    user.screen.the_form.fill(key, "")
    await user.type(text)


def fits(user: User) -> None:
    """Assert that the screen keeps to the terminal."""
    cells, height = user.app.size
    assert len(user.lines) == height
    assert [line for line in user.lines if width(line) > cells] == []


def planned(session: Session, text: str = "下周三 回访") -> Any:
    """Plan a step of the customer and return it."""
    plan_id = session.write(plans.add_plan, 1, read_plan(text, session.today())).value
    return plan_now(session, plan_id)


def plan_now(session: Session, plan_id: int) -> Any:
    """Return a plan as it is."""
    return followups.plan(session.reader, plan_id)
