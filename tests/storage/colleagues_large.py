"""What one of three colleagues does at large, in parts between which the others go on, to its end or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crm_tui.customers import bulk
from crm_tui.customers.bulk_edit import Edit
from crm_tui.errors import Busy, Cancelled
from crm_tui.exchange import importing
from crm_tui.exchange.planning import ImportPlan
from crm_tui.exchange.reading import Row as SheetRow
from crm_tui.exchange.reading import SheetData
from crm_tui.storage import jobs
from tests.storage import colleagues_steps as small
from tests.storage.colleagues import Colleagues, Place, same
from tests.storage.colleagues_steps import TEXTS, Numbers


class Died(BaseException):
    """A process is gone."""


class Between:
    """What others do between two parts of a large change, until it is stopped, or its process dies."""

    def __init__(self, team: Colleagues, who: int, steps: Sequence[Any], end: str, after: int) -> None:
        self.team = team
        self.who = who
        self.steps = list(steps)
        self.end = end
        self.after = after
        self.parts: list[Any] = []
        self.calls = 0

    def progress(self, _done: int, _total: int) -> None:
        """Take in the part, then let the others do something, or die."""
        team, self.calls = self.team, self.calls + 1
        self.parts.append(team.note(self.who))
        if self.end == "die" and self.calls > self.after:
            connection = team.sessions[self.who].database

            def dead(*_args: Any, **_more: Any) -> Any:
                raise Died

            connection.write = connection.write_untracked = dead
            raise Died
        if self.steps:
            name, who, numbers = self.steps.pop(0)
            if who == self.who:
                who = (who + 1) % 3
            small.STEPS[name](team, who, numbers)

    def cancelled(self) -> bool:
        """Tell whether it is to be stopped now."""
        return self.end == "stop" and self.calls > self.after

    def places(self) -> set[Place]:
        """Return what the parts moved and nobody else moved after them."""
        mine = {place for part in self.parts for place in part.moved}
        after = False
        for delta in self.team.deltas:
            after = after or any(delta is part for part in self.parts)
            if after and not any(delta is part for part in self.parts):
                mine -= delta.moved.keys()
        return mine

    def hold_taken_back(self) -> None:
        """Hold that what the parts moved is as it was, but where others went on."""
        first: dict[Place, Any] = {}
        for part in self.parts:
            for place, (old, _new) in part.moved.items():
                first.setdefault(place, old)
        for place in self.places():
            table, row_id, name = place
            row = self.team.now.get((table, row_id))
            if not name and table == "tag":
                continue  # others may carry it by now
            if not name:
                touched = any(
                    place[:2] == (table, row_id)
                    for delta in self.team.deltas
                    if not any(delta is part for part in self.parts)
                    for place in delta.moved
                    if delta.who != self.who
                )
                if first[place] is None and not touched:
                    assert row is None or row["deleted_at"] is not None, place
            elif row is not None:
                assert same(row[name], first[place]), (place, first[place], row[name])


def change_many(
    team: Colleagues, who: int, numbers: Numbers, steps: Sequence[Any] = (), end: str = "", after: int = 0
) -> None:
    """Change many customers alike, from the versions that were read."""
    snapshot, versions = team.seen[who]
    rows = [(i, versions["customer", i]) for t, i in snapshot if t == "customer" and i % 4 != numbers[1] % 4]
    rows = [one for one in rows if snapshot["customer", one[0]]["deleted_at"] is None]
    if not rows:
        return
    kind = numbers[0] % 5
    edit = (
        Edit({"note": TEXTS[numbers[2] % 5]}, ("note",)),
        Edit({"level": "A"}, ("level",), add_tags=("批",), remove_tags=("热",)),
        Edit({}, (), add_tags=("冷",)),
        Edit({"budget_min": 5, "budget_max": None}, ("budget",)),
        Edit({}, (), archive=True),
    )[kind]
    between = Between(team, who, steps, end, after)
    before = team.now
    try:
        result = bulk.change_many(
            team.sessions[who], rows, edit, progress=between.progress, cancelled=between.cancelled
        )
    except Died:
        finish(team, who, between)
        if len(rows) > jobs.SMALL:
            between.hold_taken_back()
        team.outcomes["bulk died"] += 1
        return
    except (Cancelled, Busy) as error:
        if isinstance(error, Busy) or not between.parts:
            team.untouched(who)
        else:
            team.note(who)
            between.hold_taken_back()
        team.outcomes["bulk " + type(error).__name__] += 1
        return
    team.note(who)
    team.outcomes["bulk, but" if result.left else "bulk"] += 1
    for part in between.parts:
        places = {place for place in part.moved if place[0] == "customer" and place[2]}
        team.never_unseen(who, part, places)
    assert result.changed + result.same + len(result.left) == len(rows)
    for customer, version in rows:
        moved_on = any(
            place[:2] == ("customer", customer)
            for delta in team.deltas
            if delta.who != who
            for place in delta.moved
        )
        if customer in result.left:
            assert team.versions.get(("customer", customer)) != version
        elif not steps:
            row = team.now["customer", customer]
            assert all(same(row[name], value) for name, value in edit.values.items()), (before, moved_on)


def finish(team: Colleagues, who: int, between: Between) -> None:
    """Open the file again after a death; nothing of a large change is open afterwards."""
    team.reopened(who)
    team.note(who)
    open_jobs = "SELECT count(*) FROM job WHERE state = 'publishing'"
    assert team.outside.execute(open_jobs).fetchone() == (0,)
    assert team.outside.execute("SELECT count(*) FROM publishing").fetchone() == (0,)


HEADINGS = ("客户编号", "客户名称", "备注", "客户标签", "核心需求")


def planned(team: Colleagues, who: int, numbers: Numbers) -> ImportPlan:
    """Plan an import from what is in the file now, as the preview shows it."""
    cells = []
    for at in range(1 + numbers[0] % 4):
        text = ("甲", "乙", "")[(numbers[1] + at) % 3]
        number = (numbers[2] + at) % 6
        name = next(
            (v["name"] for (t, _i), v in team.now.items() if t == "customer" and v["no"] == f"C{number}"),
            f"来自表{number}",
        )
        cells.append((f"C{number}", name or "", text, ("热", "表")[at % 2], ("丙", "")[numbers[2] % 2]))
    sheet = SheetData(
        "表.csv", "", (), "table", 1, HEADINGS, "utf-8", ",", len(cells),
        iter([SheetRow(at + 2, tuple(one)) for at, one in enumerate(cells)]),
    )  # fmt: skip
    session = team.sessions[who]
    return importing.plan_import(session, sheet, importing.explain(session, sheet))


def bring_in(
    team: Colleagues, who: int, numbers: Numbers, steps: Sequence[Any] = (), end: str = "", after: int = 0
) -> None:
    """Import a sheet; others do something between preview and import, and between its parts."""
    team.read(who)
    plan = planned(team, who, numbers)
    between = Between(team, who, steps, end, after)
    with plan:
        if between.steps:
            name, other, more = between.steps.pop(0)
            small.STEPS[name](team, other if other != who else (who + 1) % 3, more)
        try:
            importing.run_import(
                team.sessions[who], plan, progress=between.progress, cancelled=between.cancelled
            )
        except Died:
            if numbers[0] % 2:
                plan.staging.close(keep=True)
                plan.staging.close = lambda **_more: None
            finish(team, who, between)
            team.outcomes["import died"] += 1
            return
        except (Cancelled, Busy) as error:
            team.note(who)
            between.hold_taken_back()
            team.outcomes["import " + type(error).__name__] += 1
            return
    between.parts.append(team.note(who))
    for part in between.parts:
        team.never_unseen(who, part)
    team.outcomes["import"] += 1


def keep(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Make a backup, or let the doctor mend; neither moves anything."""
    from crm_tui.storage.backup import make_backup, verify
    from crm_tui.upkeep.doctor import examine

    folder = Path(team.path).with_suffix(".kept")
    if numbers[0] % 3 == 0:
        folder.mkdir(exist_ok=True)
        verify(make_backup(team.path, folder, "manual", "wang").path)
    else:
        team.outside.execute("UPDATE customer_state SET missing = 9 WHERE customer_id = 1")
        list(examine(team.path, mend=True, login="wang"))
    before = team.now
    team.note(who)
    assert team.now == before


STEPS = {**small.STEPS, "bulk": change_many, "import": bring_in, "keep": keep}


def play(team: Colleagues, step: tuple[Any, ...]) -> None:
    """Do a step."""
    name, who, numbers, *more = step
    STEPS[name](team, who, numbers, *more)
