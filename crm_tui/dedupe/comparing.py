"""Two customers compared field by field: the level that each term comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rapidfuzz.distance import OSA

from crm_tui.dedupe.addresses import same_road
from crm_tui.dedupe.features import PERSON, Features
from crm_tui.dedupe.keys import key_of, organisation
from crm_tui.dedupe.levels import NUMBER
from crm_tui.dedupe.persons import person_sound

_NUMERALS = frozenset("一二三四五六七八九十百千万两双0123456789")
_LIMITS = {"p": (3, 12, 50), "n": (3, 12, 50)}
_USUAL = (2, 5, 15)
_REMEMBERED = 200_000


class Frequency:
    """How rare shared values are, asked by ``band(type, value)``: 1 nearly unique, 4 in many records.

    ``counts`` gives, by key, how many customers share it (keys.counts); a key it lacks is rare.
    """

    __slots__ = ("_bands", "counts")

    def __init__(self, counts: Mapping[int, int]) -> None:
        self.counts = counts
        self._bands: dict[tuple[str, str], int] = {}

    def band(self, kind: str, value: str) -> int:
        """Return the band of a value under a type of key (keys.NAMED)."""
        found = self._bands.get((kind, value))
        if found is None:
            count = self.counts.get(key_of(kind, value), 0)
            limits = _LIMITS.get(kind, _USUAL)
            found = 1 + sum(count > limit for limit in limits)
            if len(self._bands) > _REMEMBERED:
                self._bands.clear()
            self._bands[kind, value] = found
        return found


class _Numbers:
    """The numbers of the levels that both kinds of customer have."""

    def __init__(self, kind: str) -> None:
        def of(term: str, level: str) -> int:
            return NUMBER[kind, term, level]

        self.base = of("base", "start")
        self.mobile, self.mobile_near, self.mobile_differ = (
            of("mobile", one) for one in ("same1", "near", "differ")
        )
        self.landline, self.landline_differ = of("landline", "same1"), of("landline", "differ")
        self.mail, self.mail_near, self.mail_differ = (of("mail", one) for one in ("same1", "near", "differ"))
        self.room, self.building = of("street", "room1"), of("street", "building")
        self.other_room, self.other_number, self.other_street = (
            of("street", one) for one in ("other_room", "other_number", "other")
        )
        self.place = tuple(of("place", one) for one in ("told", "same", "other", "told_other"))


_COMPANY, _PERSON = _Numbers("company"), _Numbers("person")
_CODE = {one: NUMBER["company", "code", one] for one in ("same1", "same2", "typo", "differ", "two_valid")}
_WHOLE = NUMBER["company", "whole", "same"]
_BRAND = {
    level: number for (kind, term, level), number in NUMBER.items() if (kind, term) == ("company", "brand")
}
_TRADE = {
    level: number for (kind, term, level), number in NUMBER.items() if (kind, term) == ("company", "trade")
}
_BRANCH = {one: NUMBER["company", "branch", one] for one in ("same", "one", "differ")}
_ORDINAL = {one: NUMBER["company", "ordinal", one] for one in ("same", "one", "differ")}
_DOMAIN, _DOMAIN_DIFFER = NUMBER["company", "domain", "same1"], NUMBER["company", "domain", "differ"]
_CONTACT = {one: NUMBER["company", "contact", one] for one in ("same1", "sound", "surname", "differ")}
_NAME = {
    level: number for (kind, term, level), number in NUMBER.items() if (kind, term) == ("person", "name")
}
_EVIDENCE = {
    kind: {
        level: number for (one, term, level), number in NUMBER.items() if (one, term) == (kind, "evidence")
    }
    for kind in ("company", "person")
}
_CLASS_OF = {
    "sound": "sound", "slip": "slip", "short_slip": "slip", "missing": "slip", "short_missing": "one", "one": "one",
    "short_one": "one", "begins": "part", "inside": "part",
}  # fmt: skip


def compare_levels(a: Features, b: Features, band: Callable[[str, str], int]) -> list[int]:
    """Return the numbers of the levels (levels.LEVELS) that two customers come to; no order of a and b counts."""
    if a.kind != b.kind:
        found = [_COMPANY.base]
        _ways(a, b, band, _COMPANY, found)
        return found
    if a.kind == PERSON:
        return _persons(a, b, band)
    return _companies(a, b, band)


def _companies(a: Features, b: Features, band: Callable[[str, str], int]) -> list[int]:
    found = [_COMPANY.base]
    strong = 0
    if a.code and b.code:
        level = code_level(a, b, band)
        found.append(_CODE[level])
        strong += level in ("same1", "same2", "typo")
    if a.name == b.name and a.name != a.brand:
        found.append(_WHOLE)
    brand = trade = ""
    if a.brand and b.brand:
        brand = brand_level(a, b)
        if brand == "same":
            found.append(_BRAND["same1"] + band("p", shared_brand(a, b)) - 1)
        else:
            found.append(_BRAND[brand])
    if a.trade and b.trade:
        trade = trade_level(a.trade, b.trade)
        found.append(_TRADE[trade])
    _places(a, b, _COMPANY, found)
    if a.branch or b.branch:
        found.append(_BRANCH[branch_level(a.branch, b.branch)])
    if a.ordinal or b.ordinal:
        found.append(
            _ORDINAL["same" if a.ordinal == b.ordinal else "differ" if a.ordinal and b.ordinal else "one"]
        )
    strong += _ways(a, b, band, _COMPANY, found)
    if a.domains and b.domains:
        shared = common(a.domains, b.domains)
        if shared:
            rare = band("d", shared)
            found.append(_DOMAIN + rare - 1)
            strong += rare < 3
        else:
            found.append(_DOMAIN_DIFFER)
    if (a.contacts or a.surnames) and (b.contacts or b.surnames):
        strong += _contacts(a, b, band, found)
    if brand == "same":
        kind = "brand" if trade in ("differ", "overlap") else "full"
    else:
        kind = _CLASS_OF.get(brand, "other")
    found.append(_EVIDENCE["company"][f"{kind}{min(strong, 2)}"])
    return found


def _persons(a: Features, b: Features, band: Callable[[str, str], int]) -> list[int]:
    found = [_PERSON.base]
    kind = "other"
    if a.name and b.name:
        if a.brand and a.brand == b.brand:
            rare = band("n", a.brand)
            found.append(_NAME["same1"] + rare - 1)
            kind = "rare" if rare == 1 else "common"
        elif not (a.brand and b.brand):
            fits = a.name.startswith(b.name) or b.name.startswith(a.name)
            found.append(_NAME["surname" if fits else "differ"])
            kind = "surname" if fits else "other"
        elif a.sound == b.sound:
            found.append(_NAME["sound"])
            kind = "sound"
        else:
            near = OSA.distance(a.brand, b.brand, score_cutoff=1) == 1 and max(len(a.brand), len(b.brand)) > 2
            found.append(_NAME["one" if near else "differ"])
    _places(a, b, _PERSON, found)
    strong = _ways(a, b, band, _PERSON, found)
    found.append(_EVIDENCE["person"][f"{kind}{min(strong, 2)}"])
    return found


def _ways(a: Features, b: Features, band: Callable[[str, str], int], of: _Numbers, found: list[int]) -> int:
    """Add the levels of phones, mails and addresses; return how many of them agree strongly."""
    strong = 0
    if a.mobiles and b.mobiles:
        shared = common(a.mobiles, b.mobiles)
        if shared:
            rare = band("m", shared)
            found.append(of.mobile + rare - 1)
            strong += rare < 3
        else:
            near = any(
                OSA.distance(one, other, score_cutoff=1) < 2 for one in a.mobiles for other in b.mobiles
            )
            found.append(of.mobile_near if near else of.mobile_differ)
    if a.landlines and b.landlines:
        shared = common_landline(a.landlines, b.landlines)
        if shared:
            rare = band("t", shared)
            found.append(of.landline + rare - 1)
            strong += rare < 2
        else:
            found.append(of.landline_differ)
    if a.mails and b.mails:
        shared = common(a.mails, b.mails)
        if shared:
            rare = band("e", shared)
            found.append(of.mail + rare - 1)
            strong += rare < 3
        else:
            near = any(near_mail(one, other) for one in a.mails for other in b.mails)
            found.append(of.mail_near if near else of.mail_differ)
    if a.streets and b.streets:
        strong += _streets(a, b, band, of, found)
    return strong


def _streets(
    a: Features, b: Features, band: Callable[[str, str], int], of: _Numbers, found: list[int]
) -> int:
    level, value = street_level(a.streets, b.streets)
    if level == "room":
        rare = band("a", value)
        found.append(of.room + rare - 1)
        return rare < 3
    if level:
        found.append(getattr(of, "building" if level == "building" else level))
    return 0


def _contacts(a: Features, b: Features, band: Callable[[str, str], int], found: list[int]) -> int:
    shared = common(a.contacts, b.contacts)
    if shared:
        rare = max(band("k", shared + a.city), band("k", shared + b.city))
        found.append(_CONTACT["same1"] + rare - 1)
        return 1
    if (a.surnames or b.surnames) and (
        any(one.startswith(other) for one in (*a.contacts, *a.surnames) for other in b.surnames)
        or any(one.startswith(other) for one in (*b.contacts, *b.surnames) for other in a.surnames)
    ):
        found.append(_CONTACT["surname"])
        return 0
    if a.contacts and b.contacts:
        sounds = {person_sound(one) for one in a.contacts}
        if any(person_sound(one) in sounds for one in b.contacts):
            found.append(_CONTACT["sound"])
            return 1
    found.append(_CONTACT["differ"])
    return 0


def _places(a: Features, b: Features, of: _Numbers, found: list[int]) -> None:
    level = place_level(a, b)
    if level >= 0:
        found.append(of.place[level])


def common(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Return the smallest value that both have, '' when there is none."""
    if len(left) == 1 and len(right) == 1:
        return left[0] if left[0] == right[0] else ""
    return min(set(left) & set(right), default="")


def common_landline(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Return the local number that both have, its area codes equal where both are known."""
    shared = ""
    for one in left:
        area, _colon, number = one.partition(":")
        for other in right:
            other_area, _colon, other_number = other.partition(":")
            if number == other_number and (not area or not other_area or area == other_area):
                shared = min(shared, number) if shared else number
    return shared


def near_mail(left: str, right: str) -> bool:
    """Tell whether two addresses are one but for a slip or the mail service."""
    name, _at, domain = left.rpartition("@")
    other, _at, other_domain = right.rpartition("@")
    if name == other:
        return len(name) > 6
    return domain == other_domain and len(name) > 4 and OSA.distance(name, other, score_cutoff=1) < 2


def code_level(a: Features, b: Features, band: Callable[[str, str], int]) -> str:
    """Return the level of two codes, both given."""
    if a.code == b.code:
        return "same1" if band("u", organisation(a.code)) < 2 else "same2"
    if a.code_valid and b.code_valid:
        return "two_valid"
    return "typo" if OSA.distance(a.code, b.code, score_cutoff=2) < 3 else "differ"


def shared_brand(a: Features, b: Features) -> str:
    """Return the brand that both have, '' when there is none; one of them may be that of a further name."""
    if a.brand == b.brand:
        return a.brand
    return min(({b.brand} & set(a.brands)) | ({a.brand} & set(b.brands)), default="")


def brand_level(a: Features, b: Features) -> str:
    """Return the level of two brands, ``same`` without its band."""
    one, other = (
        (a.brand, b.brand) if (len(a.brand), a.brand) <= (len(b.brand), b.brand) else (b.brand, a.brand)
    )
    if one == other or (a.brands and b.brand in a.brands) or (b.brands and a.brand in b.brands):
        return "same"
    short = len(one) < 3
    if a.sound == b.sound:
        return "sound"
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance == 1:
        return _one_off(one, other, "short_" if short else "")
    if len(one) > 1:
        if other.startswith(one):
            return "begins"
        if one in other:
            return "inside"
        # The trade of one may have stayed in the brand of the other.
        if (one + (a.trade if one is a.brand else b.trade)).startswith(other):
            return "begins"
    if distance == 2 and len(one) > 3:
        return "near"
    return "differ"


def _one_off(one: str, other: str, short: str) -> str:
    if len(one) == len(other):
        places = [at for at in range(len(one)) if one[at] != other[at]]
        if len(places) == 2:
            return short + "slip"
        at = places[0]
        if one[at] in _NUMERALS and other[at] in _NUMERALS:
            return "number"
        return short + "one"
    at = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    doubled = other[at] in (other[at - 1 : at], other[at + 1 : at + 2])
    return short + ("slip" if doubled else "missing")


def trade_level(left: str, right: str) -> str:
    """Return the level of two trades, both given."""
    if left == right:
        return "same"
    one, other = (left, right) if (len(left), left) <= (len(right), right) else (right, left)
    if one in other:
        return "part"
    # 企管咨询 of 企业管理咨询: all signs in order.
    rest = iter(other)
    if all(sign in rest for sign in one):
        return "part"
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    return "overlap" if any(pair in other for pair in pairs) else "differ"


def branch_level(left: str, right: str) -> str:
    """Return the level of two branches, at least one given."""
    if left == right:
        return "same"
    if not (left and right):
        return "one"
    return "same" if left.endswith(right) or right.endswith(left) else "differ"


def place_level(a: Features, b: Features) -> int:
    """Return 0 for the same city in both names, 1 same city, 2 another place, 3 another in the names, -1 unknown."""
    if a.told_city and b.told_city:
        return 0 if a.told_city == b.told_city else 3
    if a.city and b.city:
        return 1 if a.city == b.city else 2
    if a.told_province and b.told_province and a.told_province != b.told_province:
        return 3
    if a.province and b.province and a.province != b.province:
        return 2
    return -1


def street_level(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, str]:
    """Return the best level of two sets of streets ('' for none) and the value whose rarity counts."""
    best, value = 9, ""
    for one in left:
        for other in right:
            level = _street_level(one, other)
            if level < best:
                best = level
                road, number, room = min(one, other).split("|")
                value = f"{road[-3:]}|{number}|{room}"
    return ("room", "building", "other_room", "other_number", "other_street", "", "", "", "", "")[best], value


def _street_level(one: str, other: str) -> int:
    if one == other:
        road, number, room = one.split("|")
        return 0 if number and room else 1 if number else 5
    road, number, room = one.split("|")
    other_road, other_number, other_room = other.split("|")
    if not same_road(road, other_road):
        return 4
    if not (number and other_number):
        return 5
    if number != other_number:
        return 3
    if room == other_room:
        return 0 if room else 1
    return 2 if room and other_room else 1
