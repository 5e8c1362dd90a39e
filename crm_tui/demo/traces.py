"""What was said to the many customers of a large demo, and what is planned with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.demo import talk
from crm_tui.demo.crowd import GOODS, WANTS

HOURS = range(9, 18)
# How the plans of a hundred thousand customers in work stand; the rest has none.
PLANS = {
    "overdue": 1200, "today": 400, "today_time": 300, "week": 3000, "later": 26_000, "rhythm": 18_000,
    "rhythm_due": 300, "unwritten": 150,
}  # fmt: skip
# The same for the acting user of a small demo, whose Today is filled already.
CALM = {"later": 26_000, "rhythm": 18_000}
IN_WORK = ("prospect", "interested", "won")
AGO = {
    "overdue": (9, 40), "today": (2, 14), "today_time": (2, 14), "rhythm_due": (28, 32), "week": (1, 14),
    "later": (1, 40), "rhythm": (1, 26), "unwritten": (6, 13),
}  # fmt: skip


class Told(NamedTuple):
    """A customer as written: what its traces hang on; ``stage`` and ``status`` are keys."""

    customer_id: int
    kind: str
    status: str
    stage: str
    lost_reason: str | None
    owner_id: int
    industry: str | None
    first_contact_on: str
    who: str


class Traces(NamedTuple):
    """Rows of activities and plans by column name."""

    activities: list[dict[str, Any]]
    plans: list[dict[str, Any]]


class Tracer:
    """Draws traces around a moment (aware) behind which nothing may have happened."""

    def __init__(self, seed: int, now: datetime, zone: str, calm: int | None) -> None:
        self.seed = seed
        self.zone = ZoneInfo(zone)
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()
        self.calm = calm
        self.instant = cache(self._instant)
        self.day_text = cache(date.isoformat)

    def part(self, start: int, told: Sequence[Told]) -> Traces:
        """Return the activities and plans of some customers."""
        self._random = Random(f"{self.seed}:{start}:traces").random  # noqa: S311 - repeatable on purpose
        found = Traces([], [])
        for one in told:
            self._trace(one, found)
        return found

    def _pick(self, items: Sequence[Any]) -> Any:
        return items[int(self._random() * len(items))]

    def _between(self, low: int, high: int) -> int:
        return low + int(self._random() * (high - low))

    def _instant(self, day: date, hour: int) -> str:
        return clock.to_instant(datetime.combine(day, time(hour), self.zone))[:14]

    def _trace(self, one: Told, found: Traces) -> None:
        ending = self._ending(one)
        if one.stage == "not_contacted":
            if ending in ("overdue", "today", "today_time", "week", "later"):
                self._plan(one, ending, "首次致电", found)
            return
        first = date.fromisoformat(one.first_contact_on)
        last = self.today - timedelta(self._between(*AGO.get(ending, (9, 200))))
        span = max((last - first).days, 0)
        most = {"prospect": 2, "interested": 4, "won": 6, "lost": 4}[one.status]
        count = min(1 + int(self._random() * most), span + 1)
        goal = ""
        for turn in range(count):
            day = first + timedelta(span * turn // (count - 1) if count > 1 else 0)
            goal = self._said(one, day, turn, turn == count - 1, found)
        if ending:
            self._plan(one, ending, goal, found)

    def _ending(self, one: Told) -> str:
        """Return how the plan stands, '' where there is none."""
        if one.status not in IN_WORK:
            return ""
        left = self._random() * 100_000
        for ending, share in (CALM if one.owner_id == self.calm else PLANS).items():
            left -= share
            if left < 0:
                return ending
        return ""

    def _said(self, one: Told, day: date, turn: int, final: bool, found: Traces) -> str:
        reached = talk.PATH.index(one.stage) if one.stage in talk.PATH else 3
        stage = talk.PATH[reached if final else max(1, min(reached, turn + 1))]
        said_at = talk.PERSONAL if one.kind == "person" else talk.SAID
        want = self._pick(WANTS.get(one.industry or "", GOODS))
        ways, said, answer, goal = self._pick(said_at[stage])
        if final and one.lost_reason:
            said, answer = self._pick(talk.GOODBYE), ""
        objection = self._pick(talk.OBJECTIONS) if reached in (3, 4) and self._random() < 0.2 else None
        found.activities.append(
            {
                "customer_id": one.customer_id,
                "at": f"{self.instant(day, self._pick(HOURS))}{int(self._random() * 12) * 5:02d}:00Z",
                "by_id": one.owner_id,
                "ways": ways,
                "content": said.format(who=one.who, want=want, reason=one.lost_reason),
                "feedback": answer or None,
                "objections": objection,
                "backfilled": int(self._random() < 0.04),
                "origin": "manual",
            }
        )
        return goal

    def _plan(self, one: Told, ending: str, goal: str, found: Traces) -> None:
        ahead = self._between
        at, rhythm, ways, state, done_at = None, None, "phone", "todo", None
        days = {
            "overdue": -ahead(1, 12), "today": 0, "today_time": 0, "week": ahead(1, 8), "later": ahead(8, 90),
            "rhythm": ahead(1, 60), "rhythm_due": -ahead(0, 4), "unwritten": -1,
        }[ending]  # fmt: skip
        due = self.today + timedelta(days)
        if due.weekday() > 4 and days > 1:
            due += timedelta(7 - due.weekday())
        text = f"{due.month}月{due.day}日{goal}"
        if ending.startswith("rhythm"):
            rhythm, text, goal = self._pick(talk.RHYTHMS)
        elif ending == "today_time" or (days > 0 and self._random() < 0.2):
            hour = self._pick(HOURS)
            at = f"{self.instant(due, hour)}00:00Z"
            ways = "visit" if self._random() < 0.4 else "phone"
            text = f"{due.month}月{due.day}日 {hour:02d}:00 {goal}"
        elif ending == "unwritten":
            state, done_at = "done", clock.to_instant(self.now - timedelta(hours=ahead(26, 60)))
        found.plans.append(
            {
                "customer_id": one.customer_id,
                "due_on": self.day_text(due),
                "due_at": at,
                "recurrence": rhythm,
                "goal": goal,
                "ways": ways,
                "owner_id": one.owner_id,
                "origin": "manual",
                "state": state,
                "text": text,
                "done_at": done_at,
            }
        )
