"""What a call of the command line gives, and the rows that the tests of it are about."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.cli.grammar import LazyGroup, Option
from crm_tui.cli.main import program
from crm_tui.customers import service as customers
from crm_tui.followups import service as followups
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change


class Call(NamedTuple):
    """Exit status, stdout and stderr of one call."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.out.splitlines()

    @property
    def json(self) -> list[dict[str, Any]]:
        """The JSON objects of stdout, one a line."""
        return [json.loads(line) for line in self.lines]


class Opened(list[tuple[Path, bool, bool]]):
    """Stands for the terminal interface and remembers what it was asked to open."""

    plain = False
    first = ""

    def __call__(
        self, path: Path, read_only: bool, mouse: bool, *, plain: bool = False, first: str = ""
    ) -> int:
        """Note the database, whether it is for reading only, the mouse, the output and the first screen."""
        self.plain, self.first = plain, first
        self.append((path, read_only, mouse))
        return 0


def session() -> Session:
    """Open the test's database as its user."""
    return open_session(Path(os.environ["CRM_DB"]), source="cli")


def write(fn: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    """Run a service function on the test's database and return what it gives."""
    with session() as opened:
        return opened.write(fn, *args, **kw).value


def fill(change: Change) -> None:
    """Write three customers: one overdue, one due today at an hour, one due in two days."""
    rows = [
        ("上海恒达贸易有限公司", -2, None),
        ("北京远景科技有限公司", 0, time(15)),
        ("广州明德制造厂", 2, None),
    ]
    for index, (name, days, hour) in enumerate(rows):
        customer = customers.add(
            change,
            {"name": name, "status": "prospect", "industry": "制造业", "key_note": "只在上午打电话"},
            [{"name": f"李{index}", "title": "采购经理", "mobile": f"1380013800{index}"}],
        )
        today = followups.clock.today()
        followups.add_plan(change, customer, PlanDraft(today + timedelta(days=days), hour, None, "回访"))


def commands(group: LazyGroup | None = None, path: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return every command as it is typed, with the options of its own: what the README has to name."""
    found: dict[str, list[str]] = {}
    group = group or program()
    for name, entry in group.entries.items():
        if entry.hidden:
            continue
        command = group.get_command(None, name)  # ty: ignore[invalid-argument-type]
        if isinstance(command, LazyGroup):
            found |= commands(command, (*path, name))
            continue
        assert command is not None
        own = [one for one in command.params if isinstance(one, Option) and not one.common and not one.hidden]
        found[" ".join((*path, name))] = [one.opts[0] for one in own]
    return found
