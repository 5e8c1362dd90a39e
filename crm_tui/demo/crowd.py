"""Who the many customers of a large demo are, drawn part by part so that a million fit into little memory.

Names, mobiles and credit codes follow from counters instead of a memory of what was drawn, and none repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from crm_tui.demo import talk, twins
from crm_tui.demo.names import (
    FIRST,
    FORMS,
    GIVEN,
    MOBILES,
    SECOND,
    SURNAMES,
    TITLES,
    TRADES,
    check_sign,
    organisation,
)  # fmt: skip
from crm_tui.demo.places import Place, places

BRANDS = [(one + two, f"{FIRST[one]}{SECOND[two]}.example.com") for one in FIRST for two in SECOND]
LINES = [
    (industry, trade, business) for industry, (trades, business, _wants) in TRADES.items() for trade in trades
]
WANTS = {industry: wants for industry, (_trades, _business, wants) in TRADES.items()}
GOODS = ("净水器", "办公家具", "健身课程", "智能门锁", "空气净化器")
FIRMS = len(BRANDS) * len(LINES)  # of one city, before a further sign tells them apart
FURTHER = ("", "华", "新", "中", "远", "安", "同", "和", "信", "嘉")
STEP = 10_007  # a prime, so that neighbours have nothing in common and all are met
SURNAME_LIST = list(SURNAMES.items())
STAFF = ((1, 20), (20, 50), (50, 100), (100, 200), (200, 500), (500, 1000), (1000, 3000))
SIZES = ("micro", "small", "small", "small", "medium", "medium", "large")
SOURCES = (
    ("exhibition.card", 14), ("exhibition.inquiry", 8), ("exhibition.referral", 4), ("website.form", 14),
    ("website.visit", 5), ("referral.introduced", 10), ("referral.customer", 12), ("online.form", 6),
    ("online.social", 7), ("phone", 10), ("visit.cold", 7), ("survey.online", 1), ("other", 2),
)  # fmt: skip
# Status, stage, of a hundred.
STATES = (
    (("prospect", "not_contacted"), 16), (("prospect", "first_contact"), 21),
    (("prospect", "need_analysis"), 9), (("interested", "need_analysis"), 6),
    (("interested", "proposal"), 12), (("interested", "negotiation"), 8), (("won", "deal"), 5),
    (("won", "service"), 15), (("lost", "lost"), 8),
)  # fmt: skip
LEVELS = (("potential", 30), ("normal", 42), ("key", 20), ("strategic", 8))
OWNERSHIPS = (("private", 70), ("state", 12), ("foreign", 12), ("other", 6))
INTENTS = (("strong", 20), ("medium", 45), ("weak", 35))
KINDS = (("direct", 50), ("dealer", 18), ("long_term", 20), ("project", 12))
DEMANDS = (("equipment", 40), ("material", 15), ("service", 30), ("custom", 15))
TAGS = (
    ((), 60), (("高意向",), 8), (("决策关键期",), 4), (("价格敏感型",), 10), (("技术导向型",), 7),
    (("高潜力客户", "高意向"), 5), (("决策周期长",), 6),
)  # fmt: skip
ROLES = ("decider", "evaluator", "purchaser", "head", "user", "influencer", None, None)
WAYS = ("phone", "phone,mail", "wechat", "mail", "visit", None, None)
ROADS = ("科创路", "工业大道", "云栖路", "兴业街", "望江路", "经三路", "滨河路", "人民路", "创新大道")
INDIVIDUALS = 0.06  # of all


class Drawn(NamedTuple):
    """A customer by column name, its contacts, tags and projects, each as columns."""

    values: dict[str, Any]
    contacts: list[dict[str, Any]]
    tags: Sequence[str]
    projects: list[dict[str, Any]]


class _Weighted:
    def __init__(self, pairs: Sequence[tuple[Any, int]]) -> None:
        self.items = [item for item, _weight in pairs]
        self.weights = list(accumulate(weight for _item, weight in pairs))

    def draw(self, random: Random, count: int) -> list[Any]:
        return random.choices(self.items, cum_weights=self.weights, k=count)


_SOURCE, _STATE, _LEVEL = map(_Weighted, (SOURCES, STATES, LEVELS))
_OWNERSHIP, _INTENT, _KIND, _DEMAND, _TAG = map(_Weighted, (OWNERSHIPS, INTENTS, KINDS, DEMANDS, TAGS))


class Crowd:
    """Draws customers; parts asked for in the same order are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._firms: Counter[str] = Counter()
        self._mobiles = 0
        self._codes = 0

    def part(self, start: int, days: Sequence[date]) -> Iterator[Drawn]:
        """Yield a customer for each day of ``days``, when it was first met; ``start`` numbers them."""
        random = Random(f"{self.seed}:{start}")  # noqa: S311 - repeatable on purpose
        count = len(days)
        sites, weights = places()
        columns = zip(
            days,
            random.choices(sites, cum_weights=weights, k=count),
            _SOURCE.draw(random, count),
            _STATE.draw(random, count),
            _LEVEL.draw(random, count),
            strict=True,
        )
        traits = zip(
            *(one.draw(random, count) for one in (_OWNERSHIP, _INTENT, _KIND, _DEMAND, _TAG)), strict=True
        )
        first: Drawn | None = None
        for at, ((day, place, source, (status, stage), level), trait) in enumerate(
            zip(columns, traits, strict=True), start
        ):
            self._random = random.random
            known = {
                "level": level, "status": status, "stage": stage, "source": source,
                "first_contact_on": day.isoformat(), "region": place.region,
                "biz_province": place.province, "biz_city": place.city,
                "lost_reason": self._pick(talk.LOST) if status == "lost" else None,
                "note": self._pick(talk.NOTES) or None,
            }  # fmt: skip
            kind = twins.KINDS[at // twins.CROWD_EACH % len(twins.KINDS)]
            if at % twins.CROWD_EACH == twins.CROWD_EACH - 1 and first is not None:
                yield self._again(kind, first, place, known)
                first = None
                continue
            if self._random() < INDIVIDUALS:
                drawn = self._individual(place, known)
            else:
                drawn = self._company(place, known, day, trait)
            if twins.fits(kind, drawn.values, drawn.contacts):
                first = drawn
            yield drawn

    def _again(self, kind: str, first: Drawn, place: Place, known: dict[str, Any]) -> Drawn:
        """Return the second entry of a customer, by a colleague who did not know of the first."""
        anew = {
            name: known[name] for name in ("status", "stage", "source", "first_contact_on", "lost_reason")
        }
        values, contacts = twins.twin(kind, first.values, first.contacts, self._contact(place, "example.com"))
        return Drawn({**values, **anew}, contacts, (), [])

    def _pick(self, items: Sequence[Any]) -> Any:
        return items[int(self._random() * len(items))]

    def _company(self, place: Place, known: dict[str, Any], day: date, trait: tuple[Any, ...]) -> Drawn:
        ownership, intent, cooperation, demand, tags = trait
        chance = self._random
        number = self._firms[place.name]
        self._firms[place.name] += 1
        turn, mixed = divmod(number, FIRMS)
        brand_at, line_at = divmod((mixed * STEP + int(place.code)) % FIRMS, len(LINES))
        brand, domain = BRANDS[brand_at]
        industry, trade, business = LINES[line_at]
        want = self._pick(WANTS[industry])
        further = FURTHER[turn] if turn < len(FURTHER) else str(turn)
        low_staff = int(chance() * len(STAFF))
        staff, size = STAFF[low_staff], SIZES[low_staff]
        low = self._pick((5, 10, 20, 30, 50, 80, 150, 300)) * 1_000_000 if chance() < 0.5 else None
        need = self._pick(talk.NEEDS).format(
            want=want, percent=self._pick((5, 8, 10, 15, 20)), weeks=self._pick((2, 4, 6, 8))
        )
        values: dict[str, Any] = {
            **dict.fromkeys(("preference", "purchase_history", "family")), **known, "kind": "company",
            "name": f"{place.name}{brand}{further}{trade}{self._pick(FORMS)}", "short_name": brand + further,
            "industry": industry, "uscc": self._code(place) if chance() < 0.55 else None,
            "biz_district": self._pick(place.districts) or None,
            "biz_detail": f"{self._pick(ROADS)}{int(chance() * 900) + 1}号",
            "size_class": size, "headcount_min": staff[0], "headcount_max": staff[1],
            "ownership": ownership, "main_business": business, "need": need,
            "pain": self._pick(talk.PAINS) or None, "intent": "strong" if "高意向" in tags else intent,
            "cooperation_type": cooperation, "demand_type": demand if chance() < 0.7 else None,
            "budget_min": low, "budget_max": low * 2 if low and chance() < 0.7 else None,
            "key_note": self._pick(talk.KEY_NOTES) if chance() < 0.15 else None,
            "decision_process": self._pick(talk.PROCESSES) if chance() < 0.3 else None,
            "timeline": self._pick(talk.TIMELINES) if chance() < 0.3 else None,
            "special_req": self._pick(talk.SPECIALS) or None if chance() < 0.2 else None,
        }  # fmt: skip
        contacts = [self._contact(place, domain) for _one in range(self._pick((1, 1, 1, 1, 2, 2, 3)))]
        projects = []
        if known["status"] == "won" and chance() < 0.9:
            projects.append(self._project(want, day))
        return Drawn(values, contacts, tags, projects)

    def _individual(self, place: Place, known: dict[str, Any]) -> Drawn:
        name, _reading = self._person()
        goods = self._pick(GOODS)
        values = {
            **dict.fromkeys(COLUMNS), **known, "kind": "person", "name": name, "need": f"想了解{goods}",
            "preference": self._pick(talk.LIKES), "purchase_history": self._pick(talk.BOUGHT),
            "family": self._pick(talk.FAMILIES) or None,
        }  # fmt: skip
        contact = {"name": name, "mobile": self._mobile(), "preference": self._pick(("wechat", "phone"))}
        return Drawn(values, [contact], (), [])

    def _person(self) -> tuple[str, str]:
        # The first surnames are the frequent ones.
        surname, reading = SURNAME_LIST[int(self._random() ** 1.7 * len(SURNAME_LIST))]
        return surname + self._pick(GIVEN), reading

    def _contact(self, place: Place, domain: str) -> dict[str, Any]:
        name, reading = self._person()
        chance = self._random
        landline = place.area_code and chance() < 0.35
        return {
            "name": name,
            "title": self._pick(TITLES) if chance() < 0.9 else None,
            "decision_role": self._pick(ROLES),
            "mobile": self._mobile() if chance() < 0.85 else None,
            "office_phone": f"{place.area_code}-5550{int(chance() * 10000):04d}" if landline else None,
            "email": f"{reading}{int(chance() * 90) + 10}@{domain}" if chance() < 0.55 else None,
            "preference": self._pick(WAYS),
        }

    def _mobile(self) -> str:
        """Return a number of its own, never one that the lived-in customers of a demo draw (block 0000)."""
        at, prefix = divmod(self._mobiles, len(MOBILES))
        self._mobiles += 1
        block, place = divmod(at, 10_000)
        return f"{MOBILES[prefix]}{block + 1:04d}{place * 7_919 % 10_000:04d}"

    def _code(self, place: Place) -> str:
        """Return a credit code of its own that passes every check but the one of its organisation part."""
        self._codes += 1
        body = f"{self._codes * 7_654_321 % 100_000_000:08d}"
        own = organisation(body)
        stem = f"91{place.code}{body}{'7' if own != '7' else '3'}"
        return stem + check_sign(stem)

    def _project(self, want: str, day: date) -> dict[str, Any]:
        return {
            "name": self._pick(talk.PROJECTS).format(want=want),
            "amount": self._pick((68, 120, 185, 260, 430, 960)) * 100_000,
            "starts_on": day.isoformat(),
            "ends_on": date.fromordinal(day.toordinal() + 365).isoformat(),
            "contract_no": f"HT{day:%Y%m}-{int(self._random() * 998) + 1:03d}",
            "state": self._pick(("running", "running", "running", "done")),
        }


COLUMNS = (
    "preference", "purchase_history", "family", "level", "status", "stage", "source", "first_contact_on",
    "region", "biz_province", "biz_city", "lost_reason", "note", "kind", "name", "short_name", "industry",
    "uscc", "biz_district", "biz_detail", "size_class", "headcount_min", "headcount_max", "ownership",
    "main_business", "need", "pain", "intent", "cooperation_type", "demand_type", "budget_min", "budget_max",
    "key_note", "decision_process", "timeline", "special_req",
)  # fmt: skip
