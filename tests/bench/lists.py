"""How long lists take to answer: first, middle and last page and the bounded count, by sort and filter.

    crm-tui demo --make million.db --customers 1000000
    python -m tests.bench.lists --file million.db [--rep LOGIN] [--manager LOGIN] [--rounds 3] [--all]
    python -m tests.bench.lists --file million.db --made 400 --ends --rounds 1 --judge cpu

Every sort in both directions and every filter that is offered is asked for as a sales rep sees his own
customers and as a manager sees all; some combinations too. ``--made`` puts so many filters together by chance
instead, and asks for each by every sort in both directions as a manager. A time is the best of a few rounds,
each on a new window, in milliseconds. Ends with 1 when a first page takes longer than 100 ms or the last page
of a sort longer than 50. Judged by processor time, the patience of a list is processor time too: on a busy
machine a way would be given up that answers in time on a quiet one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access import store as people_store
from crm_tui.customers import reading
from crm_tui.customers.filters import (
    FILTER_FIELDS,
    ME,
    OPS,
    All,
    Any_,
    Condition,
    Filter,
    Not_,
    parse,
    plain,
    text_of,
)
from crm_tui.customers.reading import Query, Window
from crm_tui.search.listing import narrowed
from crm_tui.session import Session, open_session
from crm_tui.storage.driver import sqlite3

LIMIT = 50
FIRST_BOUND, END_BOUND = 100.0, 50.0
COUNT_MS = 100
PLAIN = f"SELECT * FROM customer WHERE deleted_at IS NULL ORDER BY id LIMIT {LIMIT}"
# What people put together, beside each condition alone.
COMBINED = (
    "行业:制造业 等级:战略客户", "行业:制造业 省:广东 最近跟进>30天", "状态:意向客户 下次跟进:逾期",
    "等级:重点客户 或 标签:高意向", "非 状态:流失客户 最近跟进>90天", "标签:高意向 非 下次跟进:无",
    "来源:展会 (区域:华东 或 区域:华南) 等级:战略客户,重点客户", "省:西藏 状态:正式客户 标签:决策关键期",
    "科技", "上海 软件", "13800017919", "科技 状态:正式客户", "没有这个词",
)  # fmt: skip
SORTED_BY = ("recent", "name", "followup", "due")  # the sorts that some filters are asked for with
NEGATED = 0.2  # of the conditions that are put together by chance
DAYS = {"over": ("7", "30", "365"), "within": ("1", "7", "30")}


class Case(NamedTuple):
    """One list: who asks, what it is called in the table, and its query."""

    who: str
    what: str
    query: Query
    plain_sort: bool


class Times(NamedTuple):
    """Milliseconds of the best round: wall and processor time."""

    wall: float
    cpu: float


class Result(NamedTuple):
    """What a case took; ``rows`` is None where they could not be counted in time."""

    case: Case
    rows: int | None
    times: dict[str, Times]

    def over(self, judge: str) -> list[str]:
        """Return the pages that took too long."""
        found = [] if getattr(self.times["first"], judge) <= FIRST_BOUND else ["first"]
        ends = self.case.plain_sort and getattr(self.times["last"], judge) > END_BOUND
        return [*found, "last"] if ends else found


def patient_by(judge: str) -> None:
    """Let lists count their patience in the time by which they are judged."""
    if judge == "cpu":
        clock.stopwatch = time.process_time  # ty: ignore[invalid-assignment]


def conditions(session: Session, cities: Sequence[str]) -> Iterator[Condition]:
    """Yield every condition that a chooser offers, and samples where any text or day may be given."""
    tags = [tag.name for tag in reading.tags(session.reader)]
    month = (session.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    for field in FILTER_FIELDS.values():
        choices = [value for value, _label in field.choices(session.words, session.names, tags)]
        if field.kind == "person":
            choices = choices[:4]
        for op, count in OPS[field.kind].items():
            if count == 0:
                yield Condition(field.name, op)
            elif op == "period":
                yield from (Condition(field.name, op, (value,)) for value in choices)
            elif op == "in":
                yield Condition(field.name, op, (month.isoformat(), session.today().isoformat()))
                yield Condition(field.name, op, (month.replace(year=month.year - 1).isoformat(), ""))
            elif op in DAYS:
                yield from (Condition(field.name, op, (days,)) for days in DAYS[op])
            elif field.kind == "text":
                yield Condition(field.name, op, ("科技",))
            else:
                values = list(cities) if field.name == "city" else choices
                yield from (Condition(field.name, op, (value,)) for value in values)
                if len(values) > 2:
                    yield Condition(field.name, op, tuple(values[:3]))


def made(session: Session, many: int) -> Iterator[Filter]:
    """Yield filters that are put together by chance, the same for the same file: each field as often."""
    chance = random.Random(many)
    by_field: dict[str, list[Condition]] = {}
    for one in conditions(session, _cities(session.reader)):
        by_field.setdefault(one.field, []).append(one)
    by_field.pop("text")  # what is typed is found by the search index

    def some(parts: int) -> Iterator[Filter]:
        for _part in range(parts):
            one = chance.choice(by_field[chance.choice(list(by_field))])
            yield Not_(one) if chance.random() < NEGATED else one

    for _one in range(many):
        inner, outer = chance.choices((All, Any_), weights=(3, 1), k=2)
        parts = chance.choices((1, 2, 3, 4), weights=(1, 4, 4, 1))[0]
        within = 2 if parts > 2 else 0
        nested = (inner(tuple(some(within))),) if within else ()
        yield plain(outer((*nested, *some(parts - within))))


def cases(session: Session, who: str, *, own: bool, many: int = 0) -> Iterator[Case]:
    """Yield the lists of one person; of so many filters made by chance, if of any."""
    mine = Condition("owner", "is", (ME,)) if own else None

    def case(tree: Filter | None, text: str, sort: str, what: str) -> Case:
        parts = tuple(part for part in (mine, tree) if part is not None)
        joint = All(parts) if len(parts) > 1 else (parts[0] if parts else None)
        return Case(who, f"{what}, {sort}", Query(text=text, sort=sort, filter=joint), what == "-")

    sorts = [sign + key for key in reading.SORTS for sign in ("", "-")]
    for tree in made(session, many):
        shown = text_of(tree, session.words, session.names)
        yield from (case(tree, "", sort, shown) for sort in sorts)
    if many:
        return
    yield from (case(None, "", sort, "-") for sort in sorts)
    people = session.context().people
    for typed in COMBINED:
        tree, text = parse(typed, session.words, people, session.person.id, session.today())
        yield from (case(tree, text, sort, typed) for sort in SORTED_BY)
    for tree in conditions(session, _cities(session.reader)):
        shown = text_of(tree, session.words, session.names)
        # By what the list is sorted makes a difference to what leads; the name is the dearest to sort by.
        yield from (case(tree, "", sort, shown) for sort in ("recent", "name"))


CITIES = (
    "SELECT city FROM customer_state WHERE city IS NOT NULL AND city <> '' GROUP BY city"
    " ORDER BY count(*) DESC, city"
)


def _cities(reader: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in reader.execute(CITIES).fetchall()]
    return [found[0], found[len(found) // 2], found[-1]] if found else []


def best(rounds: int, start: Callable[[], Any], run: Callable[[Any], Any]) -> tuple[Times, Any]:
    """Return the best of some rounds, what is made before each not counted, and the last value."""
    times = []
    value = None
    for _round in range(rounds):
        made = start()
        wall, cpu = time.perf_counter(), time.process_time()
        value = run(made)
        times.append(Times((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return Times(min(one.wall for one in times), min(one.cpu for one in times)), value


def measure(session: Session, case: Case, rounds: int, *, ends: bool) -> Result:
    """Return what a list takes; with ``ends`` only its first and last page."""
    reader = session.reader
    times: dict[str, Times] = {}

    def window() -> Window:
        # As the screens do: words are what a search finds, within the filter.
        return Window(reader, narrowed(reader, case.query, session.person.id).query)

    times["first"], _rows = best(rounds, lambda: None, lambda _none: window().page(0, LIMIT))
    times["last"], _rows = best(rounds, window, lambda made: made.last(LIMIT))
    if ends:
        return Result(case, None, times)
    times["count"], rows = best(rounds, window, lambda made: made.count(COUNT_MS))
    total = rows if rows is not None else window().count()
    middle = max((total or 0) // 2 - LIMIT // 2, 0)
    times["middle"], _rows = best(rounds, lambda: None, lambda _none: window().page(middle, LIMIT))
    return Result(case, rows, times)


def table(results: Sequence[Result], plain: Times, judge: str) -> list[str]:
    """Return the lines of the table: wall and processor milliseconds, the ratio of the first page."""
    head = f"{'first':>13} {'middle':>13} {'last':>13} {'count':>13} {'ratio':>6} {'rows':>9}  list"
    lines = [head]
    for one in results:
        cells = [
            f"{one.times[name].wall:6.1f}/{one.times[name].cpu:6.1f}" if name in one.times else " " * 13
            for name in ("first", "middle", "last", "count")
        ]
        rows = "?" if one.rows is None else f"{one.rows:,}"
        ratio = one.times["first"].wall / plain.wall
        over = f"  OVER: {', '.join(one.over(judge))}" if one.over(judge) else ""
        lines.append(f"{' '.join(cells)} {ratio:6.1f} {rows:>9}  {one.case.who}: {one.case.what}{over}")
    return lines


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--rep", default="lixiaoshou", help="the login of a sales rep")
    parser.add_argument("--manager", help="the login of whoever sees all; your own without it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worst", type=int, default=25, help="how many lines are printed")
    parser.add_argument("--only", default="", help="a text in the names of the lists to be measured")
    parser.add_argument("--judge", choices=Times._fields, default="wall", help="cpu where others are at work")
    parser.add_argument("--made", type=int, default=0, help="how many filters are made by chance")
    parser.add_argument("--ends", action="store_true", help="only the first and the last page")
    parser.add_argument("--all", action="store_true", help="print every line")
    wanted = parser.parse_args()
    patient_by(wanted.judge)
    results: list[Result] = []
    plain = Times(0, 0)
    with open_session(wanted.file, login=wanted.manager, read_only=True) as session:
        plain, _rows = best(10, lambda: None, lambda _none: session.reader.execute(PLAIN).fetchall())
        manager = session.person.login
        people = {one.login: one.name for one in people_store.people(session.reader)}
    for login, own in ((wanted.rep, True), (manager, False))[bool(wanted.made) :]:
        with open_session(wanted.file, login=login, read_only=True) as session:
            who = f"{people[login]} ({'own' if own else 'all'})"
            for case in cases(session, who, own=own, many=wanted.made):
                if wanted.only in case.what:
                    results.append(measure(session, case, wanted.rounds, ends=wanted.ends))
    if not results:
        parser.error(f"no list has {wanted.only!r} in its name")
    judge = wanted.judge
    results.sort(key=lambda one: -max(getattr(one.times[name], judge) for name in ("first", "last")))
    shown = results if wanted.all else results[: wanted.worst]
    print(f"{PLAIN}: {plain.wall:.2f}/{plain.cpu:.2f} ms; wall/processor ms, best of {wanted.rounds}")
    print("\n".join(table(shown, plain, judge)))
    over = [one for one in results if one.over(judge)]
    for name, bound in (("first", FIRST_BOUND), ("last", END_BOUND)):
        walls = sorted(getattr(one.times[name], judge) for one in results)
        median, most, worst = walls[len(walls) // 2], walls[len(walls) * 99 // 100], walls[-1]
        late = sum(name in one.over(judge) for one in results)
        print(
            f"{name}: {len(walls):,} lists, median {median:.1f} ms, 99 of 100 within {most:.1f},"
            f" worst {worst:.1f}, {late} over {bound:.0f}"
        )
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
