"""A morning's triage in tmux, seen over a slow line: every due customer dealt with, then the program closed.

``python -m tests.tui.triage --customers 20 --rate 20000 --rtt 150 --size 120x40`` plays it and says what it
took: keys besides what is typed, bytes that reached the user's terminal, seconds. Afterwards the database is
looked at.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import click

from crm_tui import clock
from crm_tui.followups import service
from crm_tui.followups.service import PlanDraft
from crm_tui.session import Session, create_database, open_session
from tests.bench.pseudo_terminal import Session as Line
from tests.pace import PATIENCE
from tests.tui.office import customer
from tests.tui.tmux import Tmux

ROOT = Path(__file__).parents[2]
START = "import sys; from pathlib import Path; from crm_tui.tui.app import run; run(Path(sys.argv[1]))"
KEYS = {"enter": b"\r", "escape": b"\x1b", "tab": b"\t", "f12": b"\x1b[24~"}
GOALS = ("回访报价", "电话确认需求", "上门演示", "催合同")
# What is done with a customer, and the most keys that it may take besides what is typed.
DEEDS = {
    "opened and logged": 8,
    "logged": 6,
    "put off": 2,
    "put off to a day": 2,
    "planned and done": 3,
    "done": 1,
}
LOOK = 0.02
OTHERS = 5  # customers who can wait


class Took(NamedTuple):
    """What a deed took."""

    deed: str
    keys: int
    sent: int
    seconds: float


class Rep:
    """A user at the far end of a line, at a client of the tmux in which the program runs."""

    def __init__(self, term: Tmux, line: Line) -> None:
        self.term, self.line = term, line
        self.keys = 0

    def press(self, *names: str) -> None:
        """Press keys, one after another, without waiting."""
        for name in names:
            self.keys += 1
            self.line.send(KEYS.get(name, name.encode()))

    def type(self, text: str) -> None:
        """Type a text; it counts for no key."""
        self.line.send(text.encode())

    def see(self, wanted: str | Callable[[str], bool]) -> None:
        """Wait until the screen matches, and until that has come over the line."""
        shows = wanted if callable(wanted) else lambda screen: re.search(wanted, screen) is not None
        end = time.monotonic() + PATIENCE
        while not shows(screen := self.term.screen()):
            if time.monotonic() > end:
                raise AssertionError(f"never saw {wanted!r}; the screen is:\n{screen}")
            self.line.pump(LOOK)
        while self.line.pump(LOOK):
            continue
        while (left := self.line.log[-1][1] - time.perf_counter()) > 0:
            self.line.pump(left)


def due(session: Session, customers: int) -> None:
    """Add customers whose plans are due by today, a few with an hour, and others who can wait."""
    today = clock.today(session.zone)
    for place in range(customers + OTHERS):
        contact = {"name": "王总", "title": "采购总监", "mobile": f"139{place:08}"}
        needs = {"need": "要更快的报价", "key_note": "价格敏感" if place % 5 == 0 else None}
        one = customer(session, f"上海样本{place:02}科技有限公司", contact, **needs)
        late = place % 4 if place < customers else -3
        goal = GOALS[place % len(GOALS)]
        session.write(service.add_plan, one, PlanDraft(today - timedelta(late), goal=goal))


@contextmanager
def at_work(path: Path, size: tuple[int, int], rate: float, rtt: float) -> Generator[Rep]:
    """Start the program in tmux and look at it over a line of ``rate`` bytes and ``rtt`` seconds."""
    home = path.parent
    env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
    with Tmux(
        [sys.executable, "-c", START, path], size=size, cwd=home, env=env | {"PYTHONPATH": str(ROOT)}
    ) as term:
        attach = shlex.split(f"tmux -u -L {term.socket} -f /dev/null attach")
        term._tmux("set", "-g", "status", "off")
        line = Line(attach, *size, rate=rate, rtt=rtt)
        try:
            yield Rep(term, line)
        finally:
            line.close()


def waiting(screen: str) -> int:
    """Return how many customers wait, by Today's first line; -1 on any other screen."""
    found = re.search(r"逾期 (\d+) · 今日到期 (\d+)", screen)
    return int(found[1]) + int(found[2]) if found else -1


def deal_with(rep: Rep, deed: str) -> None:
    """Do one deed with the customer under the cursor, as somebody does who reads what comes."""
    if deed == "put off":
        rep.press("z")
        rep.see("下个工作日")
        rep.press("1")
    elif deed == "put off to a day":
        rep.press("z")
        rep.see("下个工作日")
        rep.type("下周五")
        rep.see("下周五[\\s\\S]*周五")
        rep.press("enter")
    elif deed == "planned and done":
        rep.press("p")
        rep.see("安排下一步")
        rep.type("下周三下午3点 演示")
        rep.press("f12")
        rep.see("已安排")
        rep.press("x")
    elif deed == "done":
        rep.press("x")
    else:
        if deed == "opened and logged":
            rep.press("enter")
            rep.see("跟进与计划[\\s\\S]*计划 · ")
        rep.press("l")
        rep.see("跟进内容")
        rep.type("电话里确认了报价")
        rep.press("tab", "1", "tab")
        rep.type("下周三 回访")
        rep.see("周三 · 回访")
        rep.press("f12")
        rep.see("已记录，下次跟进")
        if deed == "opened and logged":
            rep.press("escape")


def triage(rep: Rep, customers: int) -> list[Took]:
    """Deal with all that is due, in each of the ways there are, and close."""
    took = []
    rep.see(lambda screen: waiting(screen) == customers and "帮助" in screen)
    for place in range(customers):
        deed = list(DEEDS)[place % len(DEEDS)]
        keys, sent, began = rep.keys, len(rep.line.raw), time.perf_counter()
        deal_with(rep, deed)
        left = customers - place - 1
        rep.see(lambda screen, left=left: waiting(screen) == left)
        took.append(Took(deed, rep.keys - keys, len(rep.line.raw) - sent, time.perf_counter() - began))
    rep.see("今天的跟进都处理完了")
    rep.press("q")
    rep.line.settle(0.3, PATIENCE)
    rep.term.wait_until_dead()
    return took


def left_behind(path: Path) -> dict[str, int]:
    """Return what the database holds afterwards."""
    with open_session(path) as session:
        today = clock.today(session.zone).isoformat()
        count = (
            "SELECT count(*) FILTER (WHERE state = 'todo' AND due_on <= :today) AS due,"
            " count(*) FILTER (WHERE state = 'todo' AND due_on > :today) AS coming,"
            " count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE snoozed > 0) AS put_off,"
            " (SELECT count(*) FROM activity) AS logged FROM plan"
        )
        row = session.reader.execute(count, {"today": today}).fetchone()
        return dict(zip(("due", "coming", "done", "put off", "logged"), row, strict=True))


def played(
    folder: Path, customers: int, size: tuple[int, int], rate: float = 0.0, rtt: float = 0.0
) -> list[Took]:
    """Play the triage of a new database and return what each deed took; raises AssertionError."""
    path = folder / "crm.db"
    create_database(path, name="王伟")
    with open_session(path) as session:
        due(session, customers)
    with at_work(path, size, rate, rtt) as rep:
        took = triage(rep, customers)
    did = Counter(each.deed for each in took)
    logged = did["opened and logged"] + did["logged"]
    put_off = did["put off"] + did["put off to a day"]
    assert left_behind(path) == {
        "due": 0,
        "coming": OTHERS + customers - did["done"],
        "done": logged + did["planned and done"] + did["done"],
        "put off": put_off,
        "logged": logged,
    }
    for each in took:
        assert each.keys <= DEEDS[each.deed], each
    return took


@click.command()
@click.option("--customers", default=20)
@click.option("--rate", default=20_000.0, help="bytes a second")
@click.option("--rtt", default=150.0, help="milliseconds there and back")
@click.option("--size", default="120x40")
def main(customers: int, rate: float, rtt: float, size: str) -> None:
    """Play the triage in tmux and say what it took."""
    columns, lines = map(int, size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        took = played(Path(folder), customers, (columns, lines), rate, rtt / 1000)
    for each in took:
        click.echo(f"{each.deed:<18} {each.keys:2} keys {each.sent:7,} bytes {each.seconds:5.1f} s")
    keys, sent, seconds = (sum(each[place] for each in took) for place in (1, 2, 3))
    click.echo(
        f"{customers} customers: {keys} keys, {sent:,} bytes, {seconds:.0f} s; the database holds all of it"
    )


if __name__ == "__main__":
    main()
