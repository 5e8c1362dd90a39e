"""Made-up customers with known duplicates and look-alikes, to fit and to measure the duplicate detection.

``world(seed, size, mix)`` gives the same customers on every run. A firm is made first, then written down once
or several times; later writings are altered as people alter them. Some firms and persons resemble others
without being them: those pairs are kept with their reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from crm_tui.identity.features import COMPANY, PERSON, Record
from crm_tui.identity.persons import softened
from crm_tui.text.area_codes import area_code_of
from crm_tui.text.pinyin import readings
from crm_tui.text.regions import divisions, short_name
from tests.tools import dedupe_words as words
from tests.tools.dedupe_writing import MIXES, Mix, written

MOBILES = (30, 35, 36, 37, 38, 39, 50, 51, 52, 58, 59, 77, 80, 82, 86, 88, 89, 91, 98, 99)
CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LARGE = "上海 北京 广州 深圳 杭州 成都 武汉 南京 苏州 重庆 西安 郑州 长沙 天津 宁波 青岛 东莞 佛山 合肥 无锡"
LARGE = tuple(_LARGE.split())


@dataclass(slots=True)
class Firm:
    """A customer as it is, whoever writes it down; a person has ``brand`` as name and no trade."""

    kind: str
    brand: str
    trade: str = ""
    form: str = ""
    place: tuple[str, str, str] = ("", "", "")  # province, city, district, all short names
    style: int = 0
    ordinal: str = ""
    branch: str = ""
    code: str = ""
    contact: str = ""
    mobile: str = ""
    landline: str = ""
    mail: str = ""
    domain: str = ""
    road: tuple[str, str, str, str] = ("", "", "", "")  # road, number, house, room
    other_names: tuple[str, ...] = field(default=())


class World(NamedTuple):
    """``records[i]`` belongs to customer ``entity[i]``; ``alike`` are pairs of indexes of different ones."""

    records: list[Record]
    entity: list[int]
    alike: list[tuple[int, int, str]]

    def truth(self) -> set[tuple[int, int]]:
        """Return all pairs of one customer, the smaller index first."""
        by: dict[int, list[int]] = {}
        for index, one in enumerate(self.entity):
            by.setdefault(one, []).append(index)
        return {(a, b) for own in by.values() for at, a in enumerate(own) for b in own[at + 1 :]}


@lru_cache(maxsize=1)
def _cities() -> tuple[list[tuple[str, str, tuple[str, ...]]], list[float]]:
    found = []
    for province, cities in divisions().items():
        for city, districts in cities.items():
            short = short_name(city)
            if area_code_of(short) and len(short) < 4 and province[-1] in "省市区":
                below = tuple(
                    short_name(one) if one[-1] != "区" else one for one in districts if len(one) > 2
                )
                found.append((short_name(province), short, below or (short,)))
    found.sort(key=lambda one: (LARGE.index(one[1]) if one[1] in LARGE else 99, one[1]))
    return found, list(accumulate(1 / (at + 3) for at in range(len(found))))


@lru_cache(maxsize=1)
def sounds_like() -> dict[str, str]:
    """Return, by sign, the other signs that sound the same to most people."""
    by: dict[str, list[str]] = {}
    for sign in dict.fromkeys(words.BRAND_SIGNS + words.PLAIN_SIGNS + words.GIVEN_SIGNS):
        for one in readings(sign)[:1]:
            by.setdefault(softened(one), []).append(sign)
    return {sign: "".join(own).replace(sign, "") for own in by.values() for sign in own}


def code_of(rng: Random) -> str:
    """Return a made-up credit code with a right check digit."""
    region = f"{rng.randint(11, 65)}{rng.randint(1, 9):02}{rng.randint(1, 30):02}"
    organisation = (
        "MA" + "".join(rng.choices(CODE_SIGNS, k=7)) if rng.random() < 0.7 else f"{rng.randrange(10**9):09}"
    )
    key = rng.choice(("91", "91", "91", "92", "93", "52")) + region + organisation
    total = sum(CODE_SIGNS.index(sign) * pow(3, at, 31) for at, sign in enumerate(key))
    return key + CODE_SIGNS[-total % 31]


class _Maker:
    def __init__(self, seed: int, mix: Mix, brands: Sequence[str] = ()) -> None:
        self.rng = Random(f"{seed} {mix.name}")
        self.mix = mix
        self.brands = brands
        self.taken: set[tuple[str, str, str]] = set()
        self.signs = words.BRAND_SIGNS
        self.weights = list(accumulate((at + 8) ** -mix.skew for at in range(len(self.signs))))

    def brand(self) -> str:
        rng = self.rng
        if self.brands:
            return rng.choice(self.brands)
        if rng.random() < 0.02:
            return "".join(rng.choices("abcdefghiklmnoprstuvxyz", k=rng.randint(3, 7))).capitalize()
        size = rng.choices((2, 3, 4, 5), self.mix.lengths)[0]
        found = "".join(rng.choices(self.signs, cum_weights=self.weights, k=size))
        return found if len(set(found)) > 1 else self.brand()

    def place(self) -> tuple[str, str, str]:
        return places(self.rng)

    def person(self) -> str:
        rng = self.rng
        surname = words.SURNAMES[min(int(rng.expovariate(0.055)), len(words.SURNAMES) - 1)]
        return surname + "".join(
            words.GIVEN_SIGNS[min(int(rng.expovariate(0.03)), len(words.GIVEN_SIGNS) - 1)]
            for _ in range(1 + (rng.random() < 0.75))
        )

    def mobile(self) -> str:
        return f"1{self.rng.choice(MOBILES)}{self.rng.randrange(10**8):08}"

    def landline(self, city: str) -> str:
        area = area_code_of(city) or "010"
        digits = 8 if len(area) == 3 or city in LARGE else 7
        return f"{area}-{self.rng.randint(2, 8)}{self.rng.randrange(10 ** (digits - 1)):0{digits - 1}}"

    def road(self) -> tuple[str, str, str, str]:
        rng = self.rng
        house = ""
        if rng.random() < 0.6:
            named = "".join(rng.choices(self.signs, k=2)) + rng.choice(words.HOUSES)
            house = rng.choice(
                (
                    named,
                    named + f"{rng.randint(1, 20)}幢",
                    f"{rng.randint(1, 30)}栋",
                    named + f"{rng.choice('ABC')}座",
                )
            )
        room = f"{rng.randint(1, 32)}{rng.randint(1, 20):02}" if rng.random() < 0.75 else ""
        return rng.choice(words.ROADS) + rng.choice(words.ROAD_ENDS), str(rng.randint(1, 1999)), house, room

    def mail(self, person: str, domain: str) -> str:
        rng = self.rng
        if domain and rng.random() < 0.65:
            return (
                (rng.choice(words.MAILBOXES) if rng.random() < 0.6 else pinyin(person) or "info")
                + "@"
                + domain
            )
        if rng.random() < 0.45:
            return f"{rng.randrange(10**8, 3 * 10**9)}@qq.com"
        number = rng.choice(("", rng.randint(1, 9999), rng.randint(70, 99)))
        return f"{pinyin(person) or 'kefu'}{number}@{rng.choice(words.FREE_MAIL)}"

    def firm(self, **given: Any) -> Firm:
        rng = self.rng
        place = given.get("place") or self.place()
        brand = given.get("brand") or self.brand()
        trade = given.get("trade") or rng.choice(words.TRADES)
        # No office registers two firms of one brand and trade in one city.
        if (brand, trade[:2], place[1]) in self.taken and "branch" not in given and "ordinal" not in given:
            return self.firm(**{key: value for key, value in given.items() if key in ("place",)})
        self.taken.add((brand, trade[:2], place[1]))
        form = rng.choices([one for one, _ in words.FORMS], [one for _, one in words.FORMS])[0]
        contact = self.person() if rng.random() < self.mix.contacts else ""
        domain = ""
        if rng.random() < self.mix.domains:
            domain = (
                pinyin(brand)
                + rng.choice(
                    ("", "", "tech", "group", "cn", pinyin(trade)[:2], "china", str(rng.randint(1, 99)))
                )
                + rng.choice((".com", ".cn", ".com.cn", ".net"))
            )
        made = Firm(
            COMPANY, brand, trade, form, place, rng.randrange(10),
            code=code_of(rng) if rng.random() < 0.5 else "",
            contact=contact, mobile=self.mobile() if rng.random() < 0.8 else "",
            landline=self.landline(place[1]) if rng.random() < 0.55 else "",
            domain=domain, mail=self.mail(contact, domain) if rng.random() < 0.55 else "",
            road=self.road() if rng.random() < 0.65 else ("", "", "", ""),
        )  # fmt: skip
        return replace(made, **given)

    def individual(self, **given: Any) -> Firm:
        rng = self.rng
        name = self.person()
        place = self.place()
        made = Firm(
            PERSON, name, place=place, mobile=self.mobile() if rng.random() < 0.95 else "",
            landline=self.landline(place[1]) if rng.random() < 0.12 else "",
            mail=self.mail(name, "") if rng.random() < 0.3 else "",
            road=self.road() if rng.random() < 0.45 else ("", "", "", ""),
        )  # fmt: skip
        return replace(made, **given)


def places(rng: Random) -> tuple[str, str, str]:
    """Return a province, a city and a district of it."""
    cities, weights = _cities()
    province, city, districts = rng.choices(cities, cum_weights=weights)[0]
    return province, city, rng.choice(districts)


def pinyin(text: str) -> str:
    """Return a text in Latin letters, as a domain or a mailbox has it."""
    return "".join((readings(sign) or (sign.lower(),))[0] for sign in text)


def _others(maker: _Maker, one: Firm) -> list[tuple[str, list[Firm]]]:
    """Return look-alikes of a firm by reason; [] for most firms."""
    rng, found = maker.rng, []
    if one.kind == PERSON:
        if rng.random() < maker.mix.alike * 0.5:
            found.append(
                (
                    "same_person_name",
                    [
                        maker.individual(
                            brand=one.brand, **({"place": one.place} if rng.random() < 0.4 else {})
                        )
                    ],
                )
            )
        if rng.random() < maker.mix.alike * 0.3:
            line = one.landline or maker.landline(one.place[1])
            one.landline = line
            name = one.brand[0] + maker.person()[1:] if rng.random() < 0.5 else maker.person()
            if name != one.brand:
                road = one.road if rng.random() < 0.6 else maker.road()
                shared = {"mobile": one.mobile} if rng.random() < 0.2 else {}
                found.append(
                    (
                        "same_household",
                        [maker.individual(brand=name, place=one.place, landline=line, road=road, **shared)],
                    )
                )
        return found
    if rng.random() >= maker.mix.alike * 3:
        return found
    reason = rng.choices(
        ("branch", "same_brand_other_city", "parent_subsidiary", "shared_switchboard", "registered_agent",
         "same_contact", "near_name", "numbered_sibling", "copied_code"),
        (18, 18, 16, 6, 3, 8, 20, 7, 1),
    )[0]  # fmt: skip
    kin: list[Firm] = []
    if reason == "branch":
        for _ in range(rng.randint(1, 3)):
            place = maker.place()
            branch = (place[1] if rng.random() < 0.75 else place[1] + place[2]) + rng.choice(words.BRANCHES)
            if any(branch == other.branch for other in kin):
                continue
            kin.append(maker.firm(
                brand=one.brand, trade=one.trade, form=one.form, style=one.style, branch=branch,
                place=one.place, domain=one.domain,
                landline=one.landline if rng.random() < 0.4 else maker.landline(place[1]),
                code=one.code if rng.random() < 0.08 else (code_of(rng) if rng.random() < 0.5 else ""),
                contact=one.contact if rng.random() < 0.15 else maker.person(),
                mail=rng.choice((one.mail, maker.mail(one.contact, one.domain), "", "")),
            ))  # fmt: skip
    elif reason == "same_brand_other_city":
        for _ in range(rng.randint(1, 5)):
            trade = one.trade if rng.random() < 0.5 else rng.choice(words.TRADES)
            kin.append(maker.firm(brand=one.brand, trade=trade))
    elif reason == "parent_subsidiary":
        for _ in range(rng.randint(1, 3)):
            one_house = rng.random() < maker.mix.house
            chance = 0.6 if one_house else 0.3
            shared = {
                key: getattr(one, key) for key in ("landline", "domain", "road") if rng.random() < chance
            }
            if one_house:
                shared["contact"] = one.contact
                if rng.random() < 0.4:
                    shared["mobile"] = one.mobile
                if rng.random() < 0.25:
                    shared["mail"] = one.mail
            kin.append(maker.firm(brand=one.brand, place=one.place, trade=rng.choice(words.TRADES), **shared))
    elif reason == "shared_switchboard":
        one.landline = one.landline or maker.landline(one.place[1])
        one.road = one.road if one.road[0] else maker.road()
        for _ in range(rng.choice((1, 2, 3, 5, 8, 25))):
            road = (*one.road[:3], maker.road()[3]) if rng.random() < 0.5 else maker.road()
            kin.append(maker.firm(place=one.place, landline=one.landline, road=road))
    elif reason == "registered_agent":
        one.road = one.road if one.road[0] else maker.road()
        phone = one.mobile if rng.random() < 0.4 else ""
        for _ in range(rng.choice((2, 5, 10, 40))):
            kin.append(maker.firm(place=one.place, road=one.road, **({"mobile": phone} if phone else {})))
    elif reason == "same_contact":
        one.contact, one.mobile = one.contact or maker.person(), one.mobile or maker.mobile()
        shared = {"mail": one.mail} if rng.random() < 0.15 else {}
        kin.append(
            maker.firm(
                contact=one.contact,
                mobile=one.mobile,
                **({"place": one.place} if rng.random() < 0.7 else {}),
                **shared,
            )
        )
    elif reason == "near_name" and len(one.brand) > 1:
        at = rng.randrange(len(one.brand))
        sign = (
            rng.choice(sounds_like().get(one.brand[at]) or maker.signs)
            if rng.random() < 0.4
            else rng.choice(maker.signs)
        )
        if sign != one.brand[at]:
            brand = one.brand[:at] + sign + one.brand[at + 1 :]
            kin.append(
                maker.firm(brand=brand, trade=one.trade, place=one.place, form=one.form, style=one.style)
            )
    elif reason == "numbered_sibling":
        one.ordinal = "第一"
        for ordinal in ("第二", "第三")[: rng.randint(1, 2)]:
            shared = {key: getattr(one, key) for key in ("domain", "landline") if rng.random() < 0.25}
            kin.append(
                maker.firm(
                    brand=one.brand,
                    trade=one.trade,
                    form=one.form,
                    style=one.style,
                    place=one.place,
                    ordinal=ordinal,
                    **shared,
                )
            )
    elif reason == "copied_code" and one.code:
        kin.append(maker.firm(code=one.code))
    return [(reason, kin)] if kin else []


def world(seed: int, size: int, mix: str = "usual", brands: Sequence[str] = ()) -> World:
    """Return about ``size`` records (never fewer) made with a seed and one of dedupe_writing.MIXES.

    ``brands`` are used instead of made-up ones.
    """
    maker = _Maker(seed, MIXES[mix], brands)
    rng = maker.rng
    records: list[Record] = []
    entity: list[int] = []
    alike: list[tuple[int, int, str]] = []
    customers = 0

    def put(one: Firm) -> list[int]:
        nonlocal customers
        times = 1
        if rng.random() < maker.mix.repeated:
            times += rng.choices((1, 2, 3, 4), (70, 20, 7, 3))[0]
        numbers = range(len(records), len(records) + times)
        records.extend(written(one, rng, maker.mix, at > 0) for at in range(times))
        entity.extend([customers] * times)
        customers += 1
        return list(numbers)

    while len(records) < size:
        one = maker.individual() if rng.random() < maker.mix.persons else maker.firm()
        kin = _others(maker, one)
        own = put(one)
        for reason, others in kin:
            groups = [own, *[put(other) for other in others]]
            for at, left in enumerate(groups[:12]):
                for right in groups[at + 1 : 12]:
                    alike.extend((a, b, reason) for a in left for b in right)
    order = list(range(len(records)))
    rng.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    return World(
        [records[old] for old in order],
        [entity[old] for old in order],
        [(min(place[a], place[b]), max(place[a], place[b]), reason) for a, b, reason in alike],
    )
