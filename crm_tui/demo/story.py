"""One customer's past as a list of dated steps, drawn so that it ends in a given way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm_tui.demo import talk
from crm_tui.demo.names import TITLES, Firm, Names
from crm_tui.demo.twins import twin

# How a file stands today; the first of the acting user's own customers get these in turn, so that the
# queue shows every reason whatever the number of customers.
FIRST_ENDINGS = (
    "overdue", "today_time", "today", "rhythm_due", "unwritten", "overdue", "today_time", "idle", "overdue",
    "today", "rhythm_due", "today_time", "overdue", "unwritten", "idle", "today", "snoozed", "person_today",
)  # fmt: skip
ENDINGS = (
    ("future", 26), ("waiting", 6), ("rhythm", 20), ("idle", 18), ("lost", 10), ("quiet", 9), ("fresh", 5),
    ("today", 2), ("overdue", 2), ("rhythm_due", 2),
)  # fmt: skip
CALM = ENDINGS[:7]
SOURCES = (
    "exhibition.card",
    "exhibition.inquiry",
    "referral.introduced",
    "website.form",
    "visit.cold",
    "phone",
)
SERVICE_AGENT = 4


class Step(NamedTuple):
    """Something that somebody did: when, who (an index into the demo's people), which customer, what."""

    at: datetime
    actor: int
    story: int
    kind: str  # add, log, update, contact, project, done, snooze
    data: dict[str, Any]


class Plan(NamedTuple):
    """What is planned: a day, a time of the day or None, a rhythm or '', and what for."""

    due: date
    at: time | None
    rhythm: str
    goal: str
    text: str
    ways: str = "phone"


@dataclass
class Story:
    """A customer as first entered and what happened since; ``last`` is how the file stands in the end.

    ``firm`` is who was made up for it.
    """

    owner: int
    values: dict[str, Any]
    contacts: list[dict[str, Any]]
    tags: list[str]
    firm: Firm | None = None
    steps: list[Step] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)


class Teller:
    """Draws stories around a day; ``now`` is the moment behind which nothing may have happened."""

    def __init__(self, random: Random, now: datetime, zone: str) -> None:
        self.random = random
        self.names = Names(random)
        self.zone = ZoneInfo(zone)
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()

    def tell(self, index: int, owner: int, ending: str) -> Story:
        """Return a story that ends as named."""
        person = ending.startswith("person_") or self.random.random() < 0.07
        story, firm = self._individual(owner) if person else self._company(owner)
        story.firm = firm
        return self._lived(story, index, firm, ending.removeprefix("person_"))

    def tell_again(self, index: int, owner: int, first: Story, kind: str) -> Story:
        """Return the story of a customer whom a colleague entered a second time (twins.KINDS)."""
        firm = first.firm or self.names.firm()
        values, contacts = twin(kind, first.values, first.contacts, self._contact(firm))
        values |= {"status": "prospect", "stage": "not_contacted"}
        return self._lived(Story(owner, values, contacts, [], firm), index, firm, "future")

    def _lived(self, story: Story, index: int, firm: Firm, ending: str) -> Story:
        owner = story.owner
        days = self._days(ending)
        stages = self._stages(ending, len(days))
        begun = self.moment(days[0] if days else self.today - timedelta(self.random.randrange(1, 5)), 8)
        story.values["source"] = self.random.choice(SOURCES)
        story.values["first_contact_on"] = begun.date().isoformat()
        story.values["note"] = self.random.choice(talk.NOTES) or None
        story.steps.append(Step(begun, owner, index, "add", {}))
        self._contacts_made(story, index, firm, days, stages, ending)
        self._corrections(story, index, days)
        return story

    # ------------------------------------------------------------------ who

    def _company(self, owner: int) -> tuple[Story, Firm]:
        pick, chance = self.random.choice, self.random.random
        firm = self.names.firm()
        staff = pick(((20, 50), (50, 100), (100, 200), (200, 500), (500, 1000), (1000, 3000)))
        size = "small" if staff[0] < 200 else "medium" if staff[0] < 1000 else "large"
        low = pick((5, 10, 20, 30, 50, 80, 150, 300)) * 1_000_000
        values: dict[str, Any] = {
            "kind": "company", "name": firm.name, "short_name": firm.short_name, "industry": firm.industry,
            "level": pick(("potential", "normal", "normal", "normal", "key", "key", "strategic")),
            "region": firm.city, "size_class": size, "headcount_min": staff[0], "headcount_max": staff[1],
            "ownership": pick(("private", "private", "private", "state", "foreign")),
            "main_business": firm.business, "need": self._fill(pick(talk.NEEDS), firm.wants),
            "pain": pick(talk.PAINS) or None, "intent": pick(("strong", "medium", "medium", "weak")),
            "status": "prospect", "stage": "not_contacted", **self.names.address(firm),
        }  # fmt: skip
        if chance() < 0.55:
            values["uscc"] = self.names.code(firm.city)
        if chance() < 0.5:
            values |= {"budget_min": low, "budget_max": low * pick((2, 3)) if chance() < 0.7 else None}
        for name, choices, share in (
            ("key_note", talk.KEY_NOTES, 0.15), ("decision_process", talk.PROCESSES, 0.4),
            ("timeline", talk.TIMELINES, 0.35), ("special_req", talk.SPECIALS, 0.3),
        ):  # fmt: skip
            if chance() < share:
                values[name] = pick(choices) or None
        contacts = [self._contact(firm) for _one in range(pick((1, 1, 1, 2, 2, 3)))]
        tags = pick(
            ((), (), ("高意向",), ("价格敏感型",), ("技术导向型",), ("高潜力客户", "高意向"), ("决策周期长",))
        )
        if "高意向" in tags:
            values["intent"] = "strong"
        return Story(owner, values, contacts, list(tags)), firm

    def _contact(self, firm: Firm) -> dict[str, Any]:
        name, reading = self.names.person()
        chance = self.random.random
        return {
            "name": name,
            "title": self.random.choice(TITLES),
            "decision_role": self.random.choice(("decider", "evaluator", "purchaser", "user", None)),
            "mobile": self.names.mobile() if chance() < 0.85 else None,
            "office_phone": self.names.landline(firm.city) if chance() < 0.45 else None,
            "email": f"{reading}{self.random.randrange(10, 99)}@{firm.domain}" if chance() < 0.6 else None,
            "preference": self.random.choice(("phone", "phone,mail", "wechat", "mail", None)),
        }

    def _individual(self, owner: int) -> tuple[Story, Firm]:
        pick = self.random.choice
        firm = self.names.firm()
        name, _reading = self.names.person()
        goods = pick(("净水器", "办公家具", "健身课程", "智能门锁", "空气净化器"))
        values: dict[str, Any] = {
            "kind": "person", "name": name, "level": pick(("potential", "normal")), "region": firm.city,
            "biz_province": firm.province, "need": f"想了解{goods}",
            "preference": pick(talk.LIKES), "purchase_history": pick(talk.BOUGHT),
            "family": pick(talk.FAMILIES) or None, "status": "prospect", "stage": "not_contacted",
        }  # fmt: skip
        contact = {"name": name, "mobile": self.names.mobile(), "preference": pick(("wechat", "phone"))}
        return Story(owner, values, [contact], []), firm._replace(wants=goods)

    # ------------------------------------------------------------------ when

    def moment(self, day: date, hour: int = 0) -> datetime:
        """Return a time of a working day, or of the given hour."""
        clock_time = time(hour or self.random.randrange(9, 18), self.random.randrange(0, 60, 5))
        return datetime.combine(day, clock_time, self.zone)

    def _days(self, ending: str) -> list[date]:
        """Return the days of contact, the last one as long ago as the ending needs."""
        spread = self.random.randrange
        ago = {
            "overdue": spread(9, 20), "snoozed": spread(14, 25), "today": spread(2, 14),
            "today_time": spread(2, 14), "rhythm_due": spread(28, 32), "unwritten": spread(6, 13),
            "future": spread(1, 7), "rhythm": spread(1, 26), "idle": spread(9, 60), "lost": spread(20, 150),
            "quiet": spread(10, 60), "fresh": 0, "waiting": spread(9, 20),
        }[ending]  # fmt: skip
        if not ago:
            return []
        days = []
        for _one in range(self.random.choice((1, 2, 2, 3, 3, 4, 5, 7))):
            day = self.today - timedelta(ago)
            days.append(day - timedelta(max(0, day.weekday() - 4)))
            ago += spread(4, 24)
        return days[::-1]

    def _workday(self, days: int) -> date:
        day = self.today + timedelta(days)
        return day + timedelta((7 - day.weekday()) % 7) if day.weekday() > 4 else day

    # ------------------------------------------------------------------ what

    def _stages(self, ending: str, count: int) -> list[int]:
        """Return the stage reached by each contact, as an index into the way of a customer."""
        if ending in ("quiet", "rhythm", "rhythm_due"):
            final = self.random.choice((5, 6, 6))
        else:
            final = self.random.choice((1, 1, 2, 2, 3, 3, 4))
        return [max(1, -(-final * (step + 1) // count)) for step in range(count)]

    def _fill(self, text: str, want: str, who: str = "", reason: str = "") -> str:
        percent, weeks = self.random.choice((5, 8, 10, 15, 20)), self.random.choice((2, 4, 6, 8))
        return text.format(want=want, percent=percent, weeks=weeks, who=who, reason=reason)

    def _contacts_made(
        self, story: Story, index: int, firm: Firm, days: list[date], stages: list[int], ending: str
    ) -> None:
        who = story.contacts[0]["name"]
        said_at = talk.PERSONAL if story.values["kind"] == "person" else talk.SAID
        state: dict[str, Any] = {}
        for turn, (day, stage) in enumerate(zip(days, stages, strict=True)):
            final = turn == len(days) - 1
            ways, said, answer, goal = self.random.choice(said_at[talk.PATH[stage]])
            data: dict[str, Any] = {"ways": ways, "content": self._fill(said, firm.wants, who)}
            data["feedback"] = answer
            if stage in (3, 4) and self.random.random() < 0.25:
                data["objections"] = self.random.choice(talk.OBJECTIONS)
            status = "won" if stage >= 5 else "interested" if stage >= 3 else "prospect"
            moved = {"status": status, "stage": talk.PATH[stage]}
            if final and ending == "lost":
                reason = self.random.choice(talk.LOST)
                data["content"] = self._fill(self.random.choice(talk.GOODBYE), firm.wants, who, reason)
                data["feedback"] = ""
                moved = {"status": "lost", "stage": "lost", "lost_reason": reason}
            data |= {key: value for key, value in moved.items() if state.get(key) != value}
            state |= moved
            data["plan"] = self._ending_plan(ending, goal) if final else self._next_plan(days[turn + 1], goal)
            data["late"] = self.random.random() < 0.04
            at = self.moment(day)
            helper = stage == 6 and self.random.random() < 0.3
            story.steps.append(Step(at, SERVICE_AGENT if helper else story.owner, index, "log", data))
            if stage == 5 and (final or stages[turn + 1] > 5) and self.random.random() < 0.9:
                story.steps.append(self._project(story, index, firm, at))
        if stages and stages[-1] == 6 and 5 not in stages:
            story.steps.append(self._project(story, index, firm, self.moment(days[0], 18)))
        story.last = state
        if ending == "unwritten":
            done = self.now - timedelta(hours=self.random.choice((27, 33, 52)))
            story.steps.append(Step(done, story.owner, index, "done", {}))
        if ending == "snoozed":
            for ago in (9, 6, 3):
                at = self.moment(self.today - timedelta(ago))
                due = self.today - timedelta(max(1, ago - 3))
                story.steps.append(Step(at, story.owner, index, "snooze", {"due": due, "why": "客户出差"}))

    def _project(self, story: Story, index: int, firm: Firm, at: datetime) -> Step:
        day = at.date()
        name = self._fill(self.random.choice(talk.PROJECTS), firm.wants)
        amount = self.random.choice((68, 120, 185, 260, 430, 960)) * 100_000
        values = {
            "name": name, "amount": amount, "starts_on": day.isoformat(), "state": "running",
            "ends_on": (day + timedelta(365)).isoformat(),
            "contract_no": f"HT{day:%Y%m}-{self.random.randrange(1, 999):03d}",
        }  # fmt: skip
        return Step(at + timedelta(minutes=5), story.owner, index, "project", values)

    def _next_plan(self, day: date, goal: str) -> Plan:
        due = day + timedelta(self.random.choice((-1, 0, 0, 0, 1)))
        return Plan(due, None, "", goal, f"{due.month}月{due.day}日{goal}")

    def _ending_plan(self, ending: str, goal: str) -> Plan | None:
        spread = self.random.randrange
        if ending in ("idle", "lost", "quiet", "fresh"):
            return None
        if ending in ("rhythm", "rhythm_due"):
            rhythm, text, goal = self.random.choice(talk.RHYTHMS)
            due = self._workday(spread(1, 27)) if ending == "rhythm" else self.today - timedelta(spread(0, 3))
            return Plan(due, None, rhythm, goal, text)
        due = {
            "overdue": self.today - timedelta(spread(1, 9)), "snoozed": self.today - timedelta(9),
            "today": self.today, "today_time": self.today, "unwritten": self.today - timedelta(1),
            "waiting": self._workday(spread(9, 25)),
            "future": self._workday(self.random.choice((1, 1, 2, 3, 4, 5, 8, 12, 20))),
        }[ending]  # fmt: skip
        at = None
        if ending == "today_time" or (ending == "future" and self.random.random() < 0.25):
            at = time(self.random.choice((9, 10, 11, 14, 15, 16)), self.random.choice((0, 30)))
        ways = "visit" if at and self.random.random() < 0.4 else "phone"
        hour = f" {at:%H:%M}" if at else ""
        return Plan(due, at, "", goal, f"{due.month}月{due.day}日{hour}{' ' if at else ''}{goal}", ways)

    def _corrections(self, story: Story, index: int, days: list[date]) -> None:
        """Let some files be corrected between two contacts, as happens to real ones."""
        if len(days) < 2 or self.random.random() > 0.35:
            return
        at = self.moment(days[self.random.randrange(len(days) - 1)] + timedelta(1))
        reason = self.random.choice(talk.CORRECTIONS)
        if self.random.random() < 0.5:
            data = {"mobile": self.names.mobile()} if "电话" in reason else {"title": "副总经理"}
            story.steps.append(Step(at, story.owner, index, "contact", {"reason": reason, "values": data}))
            return
        values = {"level": "key", "pain": self.random.choice(talk.PAINS) or None}
        story.steps.append(Step(at, story.owner, index, "update", {"reason": "", "values": values}))
