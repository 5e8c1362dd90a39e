"""What roles cost at a million customers: lists, Today, opening a session, each role beside no scope at all.

    crm-tui demo --make million.db --customers 1000000
    python -m tests.bench.roles --people million.db     (once, on a copy: 200 people in 20 teams)
    python -m tests.bench.roles --file million.db [--rounds 5] [--all]

The same list is asked for as an administrator sees it (unscoped), as each role does, and as an administrator
who filters to the rows that the role sees. All take turns in every round; a time is the median. A ratio
counts no less than NOTICED ms on either side: what both show within one picture of a screen (a sixtieth of a
second) nobody can tell apart. Ends with 1 when the lists of a role take together, or in the middle, more than
1.5 times the unscoped time, or a session opens more than 10 ms later. What is judged by processor time is
patient by it too (``lists.patient_by``).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access.scope import scope
from crm_tui.access.store_policy import load_policy
from crm_tui.customers import store_list as lists
from crm_tui.customers.filters import All, Condition, Filter, parse
from crm_tui.customers.reading import Query, Window
from crm_tui.queue import service as queue
from crm_tui.session import Session, open_session
from tests.bench import roles_file
from tests.bench.lists import patient_by

LIMIT = 50
BOUND, OPENING_BOUND = 1.5, 10.0
NOTICED = 16.0
ROLES = {
    "rep": roles_file.REP,
    "manager": roles_file.MANAGER,
    "service": roles_file.SERVICE,
    "looker": roles_file.LOOKER,
}
UNSCOPED = "administrator"
FILTERS = (
    "状态:意向客户", "状态:流失客户", "行业:制造业", "等级:战略客户", "来源:展会", "省:广东",
    "市:南京", "区域:华东", "标签:高意向", "下次跟进:逾期", "下次跟进:无", "最近跟进>30天", "最近跟进>365天",
    "创建:上月", "计划:无",
    "行业:制造业 等级:战略客户", "行业:制造业 省:广东 最近跟进>30天", "状态:意向客户 下次跟进:逾期",
    "等级:重点客户 或 标签:高意向", "非 状态:流失客户 最近跟进>90天", "省:西藏 状态:正式客户",
)  # fmt: skip
SORTED_BY = ("recent", "name", "due")


class Times(NamedTuple):
    """Milliseconds: wall and processor time."""

    wall: float
    cpu: float


class Case(NamedTuple):
    """One question: its name, its kind, and what asks it of a session, within a further filter or None."""

    name: str
    kind: str
    ask: Callable[[Session, Filter | None], Any]


def cases(session: Session) -> Iterator[Case]:
    """Yield what is asked."""
    for sort in (sign + name for name in lists.ORDERS for sign in ("", "-")):
        yield from _list(sort, "", None)
    people = session.context().people
    for typed in FILTERS:
        tree, text = parse(typed, session.words, people, session.person.id, session.today())
        assert tree is not None and not text, typed
        for sort in SORTED_BY:
            yield from _list(sort, typed, tree)


def _list(sort: str, typed: str, tree: Filter | None) -> Iterator[Case]:
    def window(session: Session, more: Filter | None) -> Window:
        parts = tuple(part for part in (more, tree) if part is not None)
        joint = All(parts) if len(parts) > 1 else (parts[0] if parts else None)
        return Window(session.reader, Query(sort=sort, filter=joint))

    what = f"{typed or '-'}, {sort}"
    yield Case(what, "first", lambda session, more: window(session, more).page(0, LIMIT))
    yield Case(what, "last", lambda session, more: window(session, more).last(LIMIT))
    if sort in ("recent", *(() if typed else lists.ORDERS)):
        yield Case(what, "count", lambda session, more: window(session, more).count())


def clocked(run: Callable[[], Any]) -> Times:
    """Return what a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Times((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def medians(taken: dict[Any, list[Times]]) -> dict[Any, Times]:
    """Return the median of each."""
    return {
        key: Times(statistics.median(one.wall for one in some), statistics.median(one.cpu for one in some))
        for key, some in taken.items()
    }


def asked(sessions: dict[str, Session], wanted: list[Case], rounds: int) -> dict[tuple[Case, str], Times]:
    """Return the times by case and who asks; ``as rep`` is an administrator who filters to a rep's rows."""
    admin = sessions[UNSCOPED]
    narrow = {}
    for role in ("rep", "manager"):
        policy = sessions[role].policy
        owners = policy.own if role == "rep" else policy.team
        narrow[f"as {role}"] = Condition("owner", "is", tuple(map(str, sorted(owners))))
    taken: dict[tuple[Case, str], list[Times]] = {}
    for case in wanted:
        for _round in range(rounds):
            for who, session in sessions.items():
                taken.setdefault((case, who), []).append(clocked(lambda s=session, c=case: c.ask(s, None)))
            for who, tree in narrow.items():
                run = lambda t=tree, c=case: c.ask(admin, t)  # noqa: E731
                taken.setdefault((case, who), []).append(clocked(run))
    return medians(taken)


def todays(sessions: dict[str, Session], rounds: int) -> dict[tuple[str, str], Times]:
    """Return the times of Today by what is asked and whose; unscoped is an administrator who asks for it."""
    admin = sessions[UNSCOPED]
    taken: dict[tuple[str, str], list[Times]] = {}
    now = clock.now()
    for _round in range(rounds):
        for who, session in sessions.items():
            owner = session.person.id
            for what, whole in (("due", False), ("whole", True)):
                pair = [(who, session.reader), (f"unscoped, of {who}", admin.reader)]
                # Who asks second finds more in memory.
                for whose, reader in pair[:: -1 if _round % 2 else 1]:
                    run = lambda r=reader, o=owner, w=whole: queue.today(r, o, now, whole=w)  # noqa: E731
                    taken.setdefault((what, whose), []).append(clocked(run))
    return medians(taken)


def openings(path: Path, rounds: int) -> dict[tuple[str, str], Times]:
    """Return the times of opening a session by who, and of what the policy takes of it."""
    taken: dict[tuple[str, str], list[Times]] = {}
    for _round in range(rounds):
        for who, login in {UNSCOPED: roles_file.ADMINISTRATOR, **ROLES}.items():
            kept: list[Session] = []
            run = lambda one=login, k=kept: k.append(open_session(path, login=one, read_only=True))  # noqa: E731
            taken.setdefault(("session", who), []).append(clocked(run))
            session = kept[0]
            day = session.today()
            bare = session.database.connect_reader()
            run = lambda s=session, d=day, b=bare: scope(  # noqa: E731
                b, load_policy(s.database.connection, s.person.id, d)
            )
            taken.setdefault(("policy and views", who), []).append(clocked(run))
            bare.close()
            session.close()
    return medians(taken)


def ratio(one: Times, other: Times, judge: str) -> float:
    """Return how many times as long one takes; what nobody notices counts as NOTICED."""
    return max(getattr(one, judge), NOTICED) / max(getattr(other, judge), NOTICED)


def summary(found: dict[tuple[Case, str], Times], judge: str) -> tuple[list[str], bool]:
    """Return the lines on each role by kind of question, and whether all is within the bound."""
    lines, fine = [], True
    wanted = {case: None for case, _who in found}
    for role in ROLES if wanted else ():
        others = [UNSCOPED] + ([f"as {role}"] if (next(iter(wanted)), f"as {role}") in found else [])
        for other in others:
            for kind in ("first", "last", "count"):
                some = [case for case in wanted if case.kind == kind]
                one = [getattr(found[case, role], judge) for case in some]
                base = [getattr(found[case, other], judge) for case in some]
                ratios = sorted(ratio(found[case, role], found[case, other], judge) for case in some)
                total, middle = sum(one) / sum(base), ratios[len(ratios) // 2]
                over = sum(each > BOUND for each in ratios)
                fine = fine and (other != UNSCOPED or (total <= BOUND and middle <= BOUND))
                lines.append(
                    f"{role:8} {kind:6} beside {other:14}: median {statistics.median(one):6.1f} of "
                    f"{statistics.median(base):6.1f} ms, worst {max(one):6.1f} of {max(base):6.1f}; "
                    f"together {total:4.2f}, middle ratio {middle:4.2f}, {over} of {len(some)} over {BOUND}"
                )
    return lines, fine


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=Path, help="put people and teams into this file, and end")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a text in the names of the lists to be measured, if any")
    parser.add_argument("--judge", choices=Times._fields, default="cpu")
    parser.add_argument("--all", action="store_true", help="print every list")
    wanted = parser.parse_args()
    if wanted.people:
        roles_file.people(wanted.people)
        return 0
    if not wanted.file:
        parser.error("--file is missing")
    patient_by(wanted.judge)
    logins = {UNSCOPED: roles_file.ADMINISTRATOR, **ROLES}
    sessions = {who: open_session(wanted.file, login=one, read_only=True) for who, one in logins.items()}
    try:
        some = [case for case in cases(sessions[UNSCOPED]) if wanted.only in case.name]
        found = asked(sessions, some, wanted.rounds)
        due = todays(sessions, wanted.rounds)
    finally:
        for session in sessions.values():
            session.close()
    names = [UNSCOPED, *ROLES, "as rep", "as manager"]
    print(f"wall/processor ms, median of {wanted.rounds}, ratios by {wanted.judge}")
    print(" ".join(f"{name:>15}" for name in names))
    worst = {
        case: max(ratio(found[case, who], found[case, UNSCOPED], wanted.judge) for who in ROLES)
        for case in some
    }
    for case in sorted(some, key=lambda case: -worst[case])[: None if wanted.all else 25]:
        cells = [f"{found[case, name].wall:7.1f}/{found[case, name].cpu:7.1f}" for name in names]
        print(" ".join(cells), f" {case.kind}: {case.name}")
    lines, fine = summary(found, wanted.judge)
    print("\n".join(lines))
    for what in ("due", "whole"):
        for who in (UNSCOPED, *ROLES):
            mine, base = due[what, who], due[what, f"unscoped, of {who}"]
            times = ratio(mine, base, wanted.judge)
            fine = fine and times <= BOUND
            print(
                f"Today {what:5} {who:14} {mine.wall:7.1f}/{mine.cpu:7.1f}, unscoped {base.wall:7.1f}/"
                f"{base.cpu:7.1f} ms, ratio {times:4.2f}"
            )
    opened = openings(wanted.file, max(wanted.rounds, 5))
    for who in (UNSCOPED, *ROLES):
        whole, part = opened["session", who], opened["policy and views", who]
        more = getattr(part, wanted.judge)
        fine = fine and more <= OPENING_BOUND
        print(
            f"opening {who:14} {whole.wall:6.1f}/{whole.cpu:6.1f} ms,"
            f" policy and views of it {part.wall:5.1f}/{part.cpu:5.1f}"
        )
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
