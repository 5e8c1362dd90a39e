"""A made-up firm written down, first as it is and later as other people type it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from crm_tui.identity.features import PERSON, Record
from crm_tui.text.fold import simplify
from tests.tools import dedupe_words as words

if TYPE_CHECKING:
    from tests.tools.dedupe_world import Firm

FULL_WIDTH = str.maketrans("0123456789()@", "０１２３４５６７８９（）＠")


class Mix(NamedTuple):
    """How a world is made: how much is altered, left out, resembles, and how common its brands are."""

    name: str
    altered: float = 1.0  # factor on every alteration
    missing: float = 0.35  # a field of a later writing left empty
    alike: float = 0.06  # look-alikes
    repeated: float = 0.14  # customers written down more than once
    persons: float = 0.15
    skew: float = 0.7  # of the signs of brands: higher makes more firms share a brand
    lengths: tuple[int, int, int, int] = (50, 28, 18, 4)  # of brands of 2, 3, 4, 5 signs
    contacts: float = 0.85  # firms whose contact is known
    domains: float = 0.4
    house: float = 0.12  # firms of one brand that one owner runs from one place


MIXES = {
    mix.name: mix
    for mix in (
        Mix("usual"),
        Mix("messy", altered=1.5, missing=0.45),
        Mix("alike", alike=0.15, skew=0.9, lengths=(65, 22, 11, 2)),
        Mix("neat", altered=0.7, missing=0.25, skew=0.4, lengths=(35, 35, 24, 6)),
        Mix("persons", persons=0.6, alike=0.12),
        Mix("houses", missing=0.3, alike=0.12, contacts=0.97, domains=0.7, house=0.4),
        Mix(
            "hard",
            altered=1.3,
            missing=0.45,
            alike=0.2,
            repeated=0.1,
            skew=1.0,
            lengths=(75, 15, 8, 2),
            house=0.3,
        ),
        # For measuring only: no weight is fitted on these.
        Mix("crowd", missing=0.5, alike=0.12, repeated=0.2, persons=0.35, skew=0.9, lengths=(60, 25, 12, 3)),
        Mix(
            "long",
            altered=1.8,
            missing=0.5,
            alike=0.1,
            repeated=0.25,
            persons=0.1,
            skew=0.2,
            lengths=(10, 30, 45, 15),
        ),
        Mix("rare", altered=1.2, missing=0.4, alike=0.1, repeated=0.03, persons=0.2),
        Mix("kin", missing=0.3, alike=0.3, contacts=0.95, domains=0.55, house=0.25, repeated=0.2),
    )
}


@lru_cache(maxsize=1)
def _traditional() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in range(0x4E00, 0x9FA6):
        sign = chr(code)
        simple = simplify(sign)
        if simple != sign:
            found.setdefault(simple, sign)
    return found


def written(one: Firm, rng: Random, mix: Mix, later: bool) -> Record:
    """Return the record of a firm: as it is, or altered when somebody writes it down ``later``."""

    def happens(chance: float) -> bool:
        return later and rng.random() < chance * mix.altered

    if later and one.kind != PERSON and rng.random() < 0.012 * mix.altered:
        one = _moved(one, rng)

    def left_out(chance: float) -> bool:
        return rng.random() < (max(chance, mix.missing) if later else 0.06)

    if one.kind == PERSON:
        name = _person(one.brand, rng, happens)
        titled = name != one.brand and name[0] == one.brand[0] and not name.startswith(one.brand)
        contact = ""
    else:
        titled = False
        name = _company(one, rng, happens)
        contact = "" if left_out(0.2) else one.contact
        if contact and happens(0.16):
            contact = rng.choice(words.SURNAMES) + "".join(rng.choices(words.GIVEN_SIGNS, k=2))
        elif contact and happens(0.12):
            contact = contact[0] + rng.choice(words.TITLES)
        elif contact and rng.random() < 0.05:
            contact += rng.choice(words.TITLES[:6])
    mobile = "" if left_out(0.25) and (one.kind != PERSON or rng.random() < 0.3) else one.mobile
    if titled:
        mobile = one.mobile  # 王总 and nothing else would be anybody
    elif mobile and happens(0.2 if one.kind != PERSON else 0.08):
        mobile = f"1{rng.randint(30, 99)}{rng.randrange(10**8):08}"
    elif mobile and happens(0.03):
        at = rng.randrange(3, 11)
        mobile = mobile[:at] + str(rng.randrange(10)) + mobile[at + 1 :]
    landline = "" if left_out(0.3) else one.landline
    if landline and happens(0.12):
        area = landline.partition("-")[0]
        landline = f"{area}-{rng.randint(2, 8)}{rng.randrange(10**6):06}"
    code = "" if left_out(0.4) else _code(one.code, rng, happens)
    mail = "" if left_out(0.35) else _mail(one.mail, rng, happens)
    site = "" if not one.domain or left_out(0.3) else _site(one.domain, rng)
    if site and happens(0.04):
        site = _site(f"{rng.choice(words.MAILBOXES)}{rng.randint(100, 999999)}.com", rng)
    if rng.random() < 0.3:
        site = ""
    province, city = one.place[0], one.place[1]
    told_province = province if rng.random() < 0.45 else ""
    told_city = city + rng.choice(("", "", "市")) if rng.random() < 0.5 else ""
    address = "" if left_out(0.4) else _address(one, rng, happens)
    cells = [_mobile(mobile, rng), _landline(landline, rng)]
    if rng.random() < 0.04:
        cells = [" / ".join(cell for cell in cells if cell)]
    return Record(
        one.kind, name, (), code, tuple(cells), (mail,) if mail else (), (site,) if site else (),
        (contact,) if contact else (), told_province, told_city, (address,) if address else (),
    )  # fmt: skip


def _moved(one: Firm, rng: Random) -> Firm:
    """Return a firm that went to another city, its name with it, and kept what is not bound to a place."""
    from tests.tools.dedupe_world import places

    return replace(one, place=places(rng), road=("", "", "", ""), landline="")


def _slip(text: str, rng: Random) -> str:
    """Return a text with one slip of the hand or the ear in it."""
    from tests.tools.dedupe_world import sounds_like

    at = rng.randrange(len(text))
    kind = rng.random()
    if kind < 0.45:
        other = sounds_like().get(text[at])
        return text[:at] + rng.choice(other) + text[at + 1 :] if other else text
    if kind < 0.6:
        return text[:at] + text[at:][:1] * 2 + text[at + 1 :]
    if kind < 0.75 and len(text) > 2:
        return text[:at] + text[at + 1 :]
    if kind < 0.88 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(words.BRAND_SIGNS) + text[at + 1 :]


def _company(one: Firm, rng: Random, happens) -> str:
    brand, trade, form = one.brand, one.trade, one.form
    province, city, district = one.place
    if one.style < 5:
        region, inside = city, False
    elif one.style < 6:
        region, inside = city, True
    elif one.style < 7:
        region, inside = city + "市", False
    elif one.style < 8:
        region, inside = (
            province + ("省" if province not in (city, "内蒙古", "广西", "西藏", "宁夏", "新疆") else ""),
            False,
        )
    elif one.style < 9:
        region, inside = (city if city == province else city + "市") + district, False
    else:
        region, inside = "", False
    if happens(0.25):
        region = rng.choice(("", "", city, city + "市", province, city + district))
        inside = rng.random() < 0.25 and region in (city, province)
    if happens(0.11) and len(brand) > 1:
        brand = _slip(brand, rng)
    if happens(0.16):
        trade = rng.choice(words.SHORTER.get(trade, (trade[:2], "")))
    if happens(0.006):
        trade = rng.choice(words.TRADES)  # the firm does something else now
    if happens(0.3):
        form = rng.choice(("", "", "公司", "有限公司", "有限责任公司", "股份有限公司"))
    if happens(0.04):
        trade = form = ""
        if rng.random() < 0.5:
            region = ""
    middle = brand + one.ordinal + trade
    if inside and region:
        text = (
            f"{brand}({region}){one.ordinal}{trade}{form}"
            if rng.random() < 0.7
            else f"{middle}({region}){form}"
        )
    else:
        text = region + middle + form
    if one.branch:
        text = region + middle + (form or "有限公司") + one.branch
    if happens(0.06):
        text = "".join(_traditional().get(sign, sign) for sign in text)
    if happens(0.06):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice((" ", "\u3000")) + text[at:]
    if happens(0.06):
        text = text.translate(FULL_WIDTH)
    if happens(0.05):
        text += rng.choice(words.NOTES)
    return text


def _person(name: str, rng: Random, happens) -> str:
    if happens(0.07):
        return name[0] + rng.choice(words.TITLES)
    if happens(0.07):
        return name + rng.choice(words.TITLES)
    if happens(0.06) and len(name) > 1:
        from tests.tools.dedupe_world import sounds_like

        at = rng.randrange(1, len(name))
        other = sounds_like().get(name[at])
        return name[:at] + rng.choice(other) + name[at + 1 :] if other else name
    if happens(0.03):
        return "".join(_traditional().get(sign, sign) for sign in name)
    return name


def _code(code: str, rng: Random, happens) -> str:
    if code and happens(0.06):
        at = rng.randrange(len(code))
        code = rng.choice(
            (code[:at] + rng.choice("0123456789ABCDEFGHJK") + code[at + 1 :], code[:at] + code[at + 1 :])
        )
    if code and happens(0.05):
        code = rng.choice((code.lower(), code[:8] + " " + code[8:], " " + code, code.replace("0", "O", 1)))
    return code


def _mail(mail: str, rng: Random, happens) -> str:
    if not mail:
        return ""
    if happens(0.12):
        return f"{rng.randrange(10**8, 3 * 10**9)}@qq.com"
    if happens(0.04):
        return mail.replace(".com", ".con")
    if happens(0.04):
        at = rng.randrange(mail.index("@"))
        return mail[:at] + mail[at + 1 :]
    return rng.choice((mail, mail, mail, mail.upper(), mail.replace("@", "＠"), mail.capitalize()))


def _site(domain: str, rng: Random) -> str:
    return (
        rng.choice(("", "www.", "http://www.", "https://", "HTTP://WWW."))
        + domain
        + rng.choice(("", "", "/", "/index.html"))
    )


def _mobile(mobile: str, rng: Random) -> str:
    if not mobile:
        return ""
    return rng.choice((
        mobile, mobile, mobile, mobile, "+86" + mobile, "86-" + mobile,
        f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}",
        f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", mobile.translate(FULL_WIDTH),
    ))  # fmt: skip


def _landline(landline: str, rng: Random) -> str:
    if not landline:
        return ""
    area, number = landline.split("-")
    return rng.choice((
        landline, landline, f"({area}){number}", f"{area} {number}", area + number, number,
        f"+86-{area[1:]}-{number}",
        f"{landline}转{rng.randint(100, 999)}", f"{landline}-{rng.randint(1, 8)}00{rng.randint(1, 9)}",
    ))  # fmt: skip


def _address(one: Firm, rng: Random, happens) -> str:
    road, number, house, room = one.road
    if not road:
        return ""
    if happens(0.05):
        road, number, house, room = rng.choice(words.ROADS) + "路", str(rng.randint(1, 999)), "", ""
    province, city, district = one.place
    head = rng.choice((
        (city if city == province else province + "省" + city) + "市" + district,
        city + "市" + district, district,
        "", city + district,
    ))  # fmt: skip
    if happens(0.15):
        room = ""
    if happens(0.15):
        house = ""
    sign = "#" if happens(0.2) else "号"
    text = (
        head
        + road
        + number
        + sign
        + house
        + (room and room + ("" if happens(0.3) else rng.choice(("室", "室", "号", ""))))
    )
    return text.translate(FULL_WIDTH) if happens(0.04) else text
