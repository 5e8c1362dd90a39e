"""Two customers compared field by field: the level that each term comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rapidfuzz.distance import OSA

from crm_tui.dedupe.fields import (
    any_alike,
    branch_level,
    brand_level,
    code_level,
    common,
    common_landline,
    names_of_a_series,
    near_mail,
    near_mobile,
    of_a_series,
    place_level,
    shared_brand,
    spelled_alike,
    street_level,
    trade_level,
)
from crm_tui.dedupe.levels import NUMBER
from crm_tui.identity.features import PERSON, Features, called
from crm_tui.identity.keys import key_of
from crm_tui.identity.persons import sound_alike

_LIMITS = {"p": (3, 12, 50), "n": (3, 12, 50)}
_USUAL = (2, 5, 15)
_REMEMBERED = 200_000


def limits_of(kind: str) -> tuple[int, int, int]:
    """Return how many may share a value of a type of key (keys.NAMED) before its next band begins."""
    return _LIMITS.get(kind, _USUAL)


class Frequency:
    """How rare shared values are, asked by ``band(type, value)``: 1 nearly unique, 4 in many records.

    ``counts`` gives, by key, how many customers share it (keys.counts); a key it lacks is rare.
    """

    __slots__ = ("_bands", "counts")

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._bands: dict[tuple[str, str], int] = {}

    def band(self, kind: str, value: str) -> int:
        """Return the band of a value under a type of key (keys.NAMED)."""
        found = self._bands.get((kind, value))
        if found is None:
            count = self.counts.get(key_of(kind, value), 0)
            limits = limits_of(kind)
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
_WHOLE = NUMBER["company", "whole", "placed"]
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
_STRONG = 2  # and more are one level
_EVIDENCE = {
    (kind, level[:-1]): [NUMBER[kind, term, f"{level[:-1]}{strong}"] for strong in range(_STRONG + 1)]
    for kind, term, level in NUMBER
    if term == "evidence"
}
_CLASS_OF = {
    "sound": "sound", "short_sound": "short", "slip": "slip", "short_slip": "short", "missing": "slip",
    "short_missing": "short", "one": "one", "short_one": "short", "whole": "slip", "with_trade": "full",
    "begins": "part",
    "inside": "part",
}  # fmt: skip
_NAME_AND_BRAND = Features._fields.index("name"), Features._fields.index("brand")
_WITHIN_A_NAME = ("sound", "slip", "one", "short")
_SOUNDING = ("sound", "short_sound")
_OTHER_BRANDS = ("near", "differ", "number")
_OF_A_HOUSE = ("bare", "brand", "part")


def compare_levels(a: Features, b: Features, band: Callable[[str, str], int]) -> list[int]:
    """Return the numbers of the levels (levels.LEVELS) of two customers, from whichever side."""
    if a.kind != b.kind:
        found = [_COMPANY.base]
        strong = sum(_ways(a, b, band, _COMPANY, found))
        found.append(_EVIDENCE["company", "other"][min(strong, _STRONG)])
        return found
    if a.kind == PERSON:
        return _persons(a, b, band)
    return _companies(a, b, band)


def called_alike(a: Features, b: Features) -> tuple[Features, Features]:
    """Return two companies under the names by which they are most alike: a former name of one may be it.

    Only what one has for its name is looked for among the further names of the other.
    """
    if a.name == b.name or not (a.others or b.others):
        return a, b
    for one, other, turned in ((a, b, False), (b, a, True)):
        for field in (0, 1):
            # A brand alone is no whole name, and brands that are equal need no other one.
            own = one[_NAME_AND_BRAND[field]]
            if not own or (field == 0 and own == one.brand) or (field == 1 and a.brand == b.brand):
                continue
            said = [text for text in other.others if text.split("|", 2)[field] == own]
            if said:
                alike = called(other, min(said))
                return (alike, one) if turned else (one, alike)
    return a, b


def _companies(a: Features, b: Features, band: Callable[[str, str], int]) -> list[int]:
    found = [_COMPANY.base]
    if a.others or b.others:
        a, b = called_alike(a, b)
    strong = 0
    if a.code and b.code:
        level = code_level(a, b, band)
        found.append(_CODE[level])
        strong += level in ("same1", "same2", "typo")
    if a.name == b.name and a.name != a.brand:
        found.append(_WHOLE if a.told_province or a.told_city else _WHOLE + 1)
    brand = trade = ""
    if a.brand and b.brand:
        brand = brand_level(a, b)
        if brand == "same":
            found.append(_BRAND["same1"] + band("p", shared_brand(a, b)) - 1)
        else:
            found.append(_BRAND[brand])
    if a.trade and b.trade and a.trade.isascii() == b.trade.isascii():
        trade = trade_level(a.trade, b.trade)
        found.append(_TRADE[trade])
    _places(a, b, _COMPANY, found)
    if a.branch or b.branch:
        level = branch_level(a.branch, b.branch)
        # 长沙分行 of one bank and that of another.
        if level != "same" or brand not in _OTHER_BRANDS:
            found.append(_BRANCH[level])
    # Customers numbered throughout (第1批12, 第1批13) have neighbouring phones and mails: no slips of one.
    numbered = brand == "number" or (brand == "same" and names_of_a_series(a.name, b.name))
    if numbered and (brand == "same" or of_a_series(a.brand, b.brand)) and not (a.code and a.code == b.code):
        found.append(_ORDINAL["differ"])
    elif (a.ordinal or b.ordinal) and not (numbered and a.ordinal == b.ordinal):
        found.append(
            _ORDINAL["same" if a.ordinal == b.ordinal else "differ" if a.ordinal and b.ordinal else "one"]
        )
    own, house = _ways(a, b, band, _COMPANY, found, slips=not numbered)
    if a.domains and b.domains:
        shared = common(a.domains, b.domains)
        if shared:
            rare = band("d", shared)
            found.append(_DOMAIN + rare - 1)
            # Brands that sound the same have the same domain by themselves.
            house += rare < 3 and brand not in _SOUNDING
        else:
            found.append(_DOMAIN_DIFFER)
    if (a.contacts or a.surnames) and (b.contacts or b.surnames):
        house += _contacts(a, b, band, found)
    # With another trade, or a name that says another city, it is another firm of the house.
    other = trade in ("differ", "overlap") or _COMPANY.place[3] in found
    if brand == "same":
        kind = "brand" if other else "full" if trade in ("same", "part") else "bare"
    else:
        kind = _CLASS_OF.get(brand, "other")
        if other and kind in _WITHIN_A_NAME:
            kind = "brand"  # nor is a name nearly the same a slip then
    # Firms of one house share its phone, domain, address and owner: all of them say it once.
    strong += own + (min(house, 1) if kind in _OF_A_HOUSE else house)
    found.append(_EVIDENCE["company", kind][min(strong, _STRONG)])
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
        elif a.sound == b.sound or (a.brand.isascii() != b.brand.isascii() and spelled_alike(a, b)):
            found.append(_NAME["sound"])
            kind = "sound"
        else:
            near = OSA.distance(a.brand, b.brand, score_cutoff=1) == 1 and max(len(a.brand), len(b.brand)) > 2
            found.append(_NAME["one" if near else "differ"])
    _places(a, b, _PERSON, found)
    strong = sum(_ways(a, b, band, _PERSON, found))
    found.append(_EVIDENCE["person", kind][min(strong, _STRONG)])
    return found


def _ways(
    a: Features,
    b: Features,
    band: Callable[[str, str], int],
    of: _Numbers,
    found: list[int],
    *,
    slips: bool = True,
) -> tuple[int, int]:
    """Add the levels of phones, mails and addresses; return how many of them agree strongly.

    The first number counts what a person has (mobile, mail), the second what a house has (landline, address).
    Without ``slips`` what is nearly the same is another.
    """
    own = house = 0
    if a.mobiles and b.mobiles:
        shared = common(a.mobiles, b.mobiles)
        if shared:
            rare = band("m", shared)
            found.append(of.mobile + rare - 1)
            own += rare < 3
        else:
            near = slips and any_alike(near_mobile, a.mobiles, b.mobiles)
            found.append(of.mobile_near if near else of.mobile_differ)
    if a.landlines and b.landlines:
        shared = common_landline(a.landlines, b.landlines)
        if shared:
            rare = band("t", shared)
            found.append(of.landline + rare - 1)
            house += rare < 2
        else:
            found.append(of.landline_differ)
    if a.mails and b.mails:
        shared = common(a.mails, b.mails)
        if shared:
            rare = band("e", shared)
            found.append(of.mail + rare - 1)
            own += rare < 3
        else:
            near = slips and any_alike(near_mail, a.mails, b.mails)
            found.append(of.mail_near if near else of.mail_differ)
    if a.streets and b.streets:
        house += _streets(a, b, band, of, found)
    return own, house


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
    if any_alike(sound_alike, a.contacts, b.contacts):
        found.append(_CONTACT["sound"])
        return 1
    found.append(_CONTACT["differ"])
    return 0


def _places(a: Features, b: Features, of: _Numbers, found: list[int]) -> None:
    level = place_level(a, b)
    if level >= 0:
        found.append(of.place[level])
