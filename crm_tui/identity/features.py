"""What of a customer is compared: a record taken apart once, kept with its row, and compared many times."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from crm_tui.identity.addresses import Street, take_apart
from crm_tui.identity.persons import person_name, person_sound, sound
from crm_tui.text.area_codes import area_codes, split_area_code
from crm_tui.text.company import parts, without_trade
from crm_tui.text.contact import is_free_mail, parse_mails, parse_phones
from crm_tui.text.fold import searchable
from crm_tui.text.gazetteer import Place, leading_place
from crm_tui.text.taiwan_phone import at_home, parts_of_key
from crm_tui.text.uscc import check_code

try:
    # What hashlib gives, without OpenSSL beside it: three megabytes of a session.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

VERSION = 5
"""Rises whenever the same record gives other features: kept ones are then made again."""
LONGEST = 300
_KEPT = 64  # names and cells of a moment: of a document before and after a change
COMPANY, PERSON = "company", "person"
_FIELDS, _VALUES = "\x1e", "\x1f"
_KEPT_APART = str.maketrans("", "", "|\x1e\x1f")
# Blanks between Chinese signs are slips, between Latin words they are part of the name.
_SLIP = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_ORDINAL = re.compile(r"第([一二三四五六七八九十百\d]{1,3})(?!滩)|(\d{1,3})(?=号店|店|号|分)")
# 启明一号 and 启明贰期: each of a series is another firm.
_OF_SERIES = re.compile(r"[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾\d]{1,3}[号期]")
_NUMERALS = str.maketrans("壹贰叁肆伍陆柒捌玖123456789拾", "一二三四五六七八九一二三四五六七八九十")
# 茶语(人民路店): a store of a chain.
_STORE = re.compile(r"\(([^()]{2,12}[店厂])\)$")
_ANY_STORE = re.compile(r"(?:旗舰|专卖|直营|体验|加盟|专营|总)店$")
_BUSINESS = re.compile(
    r"(?:服务中心|服务部|经营部|经销部|销售部|贸易部|商贸行|商行|车行|工作室|门市部|中心|专卖店|商店|加工厂|制造厂|总厂|厂|店|部|行|社)$"
)
_BRANCH_END = re.compile(
    r"(?:第?[一二三四五六七八九十\d]+)?(?:分公司|办事处|代表处|联络处|营业部|营业所|分店|分厂|分部)$"
)
_LAST_OF_BUSINESS, _LAST_OF_BRANCH = "部行室心店厂社", tuple("司处部所店厂")
_TAIL = re.compile(r"(?:[-—_/][\u4e00-\u9fff]{1,6}|\([^()]*\)|[*#\s])+$")
# 恒达机械有限公司 张工: whom to ask for there.
_WHO = re.compile(r"(?<=\S{4})[\s-]+[\u4e00-\u9fff]{1,3}(?:总|工|经理|先生|女士|小姐|老师|主任)$")
_ROUND = str.maketrans("（）【】", "()()")
_BRAND_SIGNS = str.maketrans("", "", " .,-_·&'\"()/+!*#")
_BRANCH_SIGNS = str.maketrans("", "", " ().,-")
_SEVERAL = re.compile(r"[,;，；、/]+")
_NO_DIGIT = re.compile(r"\D")
_HOST = re.compile(r"(?:[a-z]+:/*)?(?:www?\d?\.|m\.)*([^/:?#\s,;，；、@]+\.[^/:?#\s,;，；、@]+)")
_SLIPPED = str.maketrans("OIZSV", "01255")
_MISTYPED_HOST = re.compile(r"\.(?:con|cmo|comm|vom|xom|cm|c0m)$")
_FREE_SLIPS = {"qq.co": "qq.com", "163.co": "163.com", "126.co": "126.com"}


class Record(NamedTuple):
    """A customer as it was typed; any field may be empty.

    ``kind`` is ``company`` or ``person``. ``names`` are further names (short, former, English); phones and
    mails are cells, several numbers in one are understood; ``contacts`` are names of contact persons.
    """

    kind: str = COMPANY
    name: str = ""
    names: tuple[str, ...] = ()
    code: str = ""
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    addresses: tuple[str, ...] = ()


class Features(NamedTuple):
    """A record's parts, made to be compared; '' and () for what it does not say.

    ``name`` is the whole name without blanks; ``brand``, ``trade``, ``branch`` and ``ordinal`` (第二) come
    from it; ``brands`` are those of further names, and ``others`` these names taken apart (``called``);
    ``sound`` is the brand's pinyin, of a person the name's. ``told_province``, ``told_city`` and
    ``told_district`` stand in the name itself, ``city`` and ``province`` are the best known. ``code_valid``
    is "1" for a code whose check digit is right. ``mobiles`` have 11 digits or begin with +; a landline is
    ``area:number``. ``streets`` are ``road|number|room``; ``contacts`` full names, ``surnames`` of those of
    whom no more is known. For a person ``brand`` is the name, '' when only the surname is known, which then
    is in ``surnames``.
    """

    kind: str
    name: str
    brand: str
    sound: str
    trade: str
    branch: str
    ordinal: str
    told_province: str
    told_city: str
    told_district: str
    province: str
    city: str
    code: str
    code_valid: str
    brands: tuple[str, ...]
    mobiles: tuple[str, ...]
    landlines: tuple[str, ...]
    mails: tuple[str, ...]
    domains: tuple[str, ...]
    streets: tuple[str, ...]
    contacts: tuple[str, ...]
    surnames: tuple[str, ...]
    others: tuple[str, ...]


_SINGLE = Features._fields.index("brands")
_NOWHERE = Place()
_NEITHER: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def features(record: Record) -> Features:
    """Take a record apart, of each text LONGEST signs; the same record always gives the same features."""
    return features_of_short(_shortened(record))


def features_of_short(record: Record) -> Features:
    """Take a record apart of which no text has more than LONGEST signs."""
    person = record.kind == PERSON
    mobiles, landlines = _phones(record.phones) if record.phones else _NEITHER
    mails, domains = _mails(record.mails) if record.mails else _NEITHER
    if record.websites or domains:
        domains = _unique([_host(one) for cell in record.websites for one in cell.split()] + [*domains])
    at, streets = _NOWHERE, []
    for cell in record.addresses:
        place, street = take_apart(cell)
        if not at.province or not at.city:
            at = place if place.city or not at.province else at
        if street.road:
            streets.append(street)
    field = _place(record.province, record.city) if record.province or record.city else _NOWHERE
    if person:
        name = person_name(record.name)
        brand = name.name if name.known else ""
        told, trade, branch, ordinal = Place(), "", "", ""
        sounds = person_sound(brand)
        contacts, surnames = [], [] if name.known or not name.name else [name.name]
        whole, brands, others = name.name, (), ()
    else:
        whole, brand, trade, branch, ordinal, told = _company(record.name)
        sounds = sound(brand)
        contacts, surnames = [], []
        for cell in record.contacts:
            for one in _SEVERAL.split(cell) if len(cell) > 3 else (cell,):
                name = person_name(one)
                if name.name:
                    (contacts if name.known else surnames).append(name.name)
        brands = others = ()
        if record.names:
            taken = [_company(one) for one in record.names]
            brands = _unique([other[1] for other in taken if other[1] != brand])
            others = _unique([_other(*one) for one in taken if one[1]])
    # A branch is where its own name says, not where its head office is.
    stands = leading_place(branch)[0].city if branch else ""
    city = stands or told.city or field.city or at.city or _area_city(landlines)
    province = _province_of(city) if city else told.province or field.province or at.province
    key, valid = _code(record.code)
    return Features(
        record.kind, whole, brand, sounds, trade, branch, ordinal, told.province, told.city, told.district,
        province, city,
        key, valid, brands, mobiles, landlines, mails, domains,
        _unique(["|".join(one) for one in streets]) if streets else (), _unique(contacts), _unique(surnames),
        others,
    )  # fmt: skip


def _shortened(record: Record) -> Record:
    if sum([len(one) if isinstance(one, str) else sum(map(len, one)) for one in record]) <= LONGEST:
        return record
    if all(
        len(one) <= LONGEST for field in record for one in ((field,) if isinstance(field, str) else field)
    ):
        return record
    return Record._make(
        [one[:LONGEST] if isinstance(one, str) else tuple([each[:LONGEST] for each in one]) for one in record]
    )


def _unique(found: list[str]) -> tuple[str, ...]:
    if len(found) < 2:
        return (found[0],) if found and found[0] else ()
    return tuple(dict.fromkeys([one for one in found if one]))


@lru_cache(maxsize=_KEPT)
def _company(typed: str) -> tuple[str, str, str, str, str, Place]:
    text = searchable(typed)
    if not text:
        return "", "", "", "", "", Place()
    if " " in text and not text.isascii():
        text = _SLIP.sub("", _WHO.sub("", text))
    text, store = _cut_store(text) if text[-1] in ")）】" else (text, "")
    region, brand, trade, _form, branch = parts(text)
    branch = branch or store
    if not branch and (at := _plain_branch(text)):
        region, brand, trade, _form, _branch = parts(text[:at])
        branch = _TAIL.sub("", text[at:])
    ordinal = ""
    if "第" in brand and (found := _ORDINAL.search(brand)) and len(brand) > len(found[0]):
        ordinal = found[1] or found[2]
        brand = brand[: found.start()] + brand[found.end() :]
    elif trade and "第" in trade and (found := _ORDINAL.search(trade)):
        ordinal = found[1] or found[2]
        trade = trade[: found.start()] + trade[found.end() :]
    elif found := _OF_SERIES.search(brand, 1):
        ordinal = found[0].translate(_NUMERALS)
        brand = brand[: found.start()] + brand[found.end() :]
    if trade:
        trade = _BUSINESS.sub("", trade) if trade[-1] in _LAST_OF_BUSINESS else trade
    elif len(brand) > 4 and (found := _BUSINESS.search(brand)):
        # 恒达汽车销售经营部: behind the kind of business there may still be a trade.
        brand, trade = without_trade(brand[: found.start()])
    if not text.isalnum():
        brand, branch = brand.translate(_BRAND_SIGNS), branch.translate(_BRANCH_SIGNS)
        text, trade = text.translate(_BRAND_SIGNS), trade.replace(" ", "")
    return text, brand, trade, branch, ordinal, region


def _cut_store(text: str) -> tuple[str, str]:
    """Return the name of a chain and which of its stores it is, '' for none."""
    found = _STORE.search(text.translate(_ROUND))
    if found is None or found.start() < 2 or _ANY_STORE.search(found[1]):
        return text, ""
    return text[: found.start()], found[1]


def _plain_branch(text: str) -> int:
    """Return where the branch begins behind a head office without 公司 (华泰科技上海分公司), 0 for none."""
    bare = text if text.isalnum() else _TAIL.sub("", text)
    if end := _BRANCH_END.search(bare) if bare.endswith(_LAST_OF_BRANCH) else None:
        for at in range(3, end.start() - 1):
            place, length = leading_place(text[at : end.start()])
            if length and place.city and at + length == end.start():
                return at
    return 0


def _code(typed: str) -> tuple[str, str]:
    if not typed:
        return "", ""
    found = check_code(typed)
    if found.kind in ("empty", "placeholder") or len(found.key) < 8:
        return "", ""
    if found.kind != "valid" and len(found.key) == 18:
        # A code has no O, I, Z, S and V: who typed one read a digit.
        other = check_code(found.key.translate(_SLIPPED))
        if other.kind == "valid":
            return other.key, "1"
    return found.key, "1" if found.kind == "valid" else ""


@lru_cache(maxsize=_KEPT)
def _phones(cells: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    mobiles, landlines = [], []
    for cell in cells:
        if not cell:
            continue
        for phone in parse_phones(cell):
            home = at_home(phone.key)
            if home and not home.startswith("09"):
                landlines.append(":".join(parts_of_key(phone.key)))
            elif phone.kind in ("mobile", "foreign"):
                mobiles.append(phone.key)
            elif phone.kind in ("landline", "service"):
                digits = phone.key or _NO_DIGIT.sub("", searchable(phone.text))
                area, number = split_area_code(digits)
                if len(area) == 4 and area not in area_codes():
                    area, number = digits[:2], digits[2:]
                if len(number) >= 6:
                    landlines.append(f"{area}:{number}")
    return _unique(mobiles), _unique(landlines)


@lru_cache(maxsize=_KEPT)
def _mails(cells: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    keys, domains = [], []
    for cell in cells:
        if not cell:
            continue
        for mail in parse_mails(cell):
            if not mail.key:
                continue
            domain = _MISTYPED_HOST.sub(".com", mail.domain)
            domain = _FREE_SLIPS.get(domain, domain)
            keys.append(
                mail.key[: -len(mail.domain)] + domain if mail.key.endswith(mail.domain) else mail.key
            )
            if not is_free_mail(domain):
                domains.append(domain)
    return _unique(keys), tuple(domains)


def _host(typed: str) -> str:
    found = _HOST.match(typed.lower() if typed.isascii() else searchable(typed))
    if not found:
        return ""
    host = found[1].rstrip(".")
    return "" if is_free_mail(host) else host


@lru_cache(maxsize=4096)
def _place(province: str, city: str) -> Place:
    """Return the place of two cells, by their short names."""
    text = searchable(province + ("" if city.startswith(province) else city)).replace(" ", "")
    found = leading_place(text)[0]
    if city and not found.city:
        other = leading_place(searchable(city).replace(" ", ""))[0]
        if other.city and found.province in ("", other.province):
            return other
    return found


@lru_cache(maxsize=1024)
def _province_of(city: str) -> str:
    return leading_place(city)[0].province


@lru_cache(maxsize=512)
def _city_of_area(area: str) -> str:
    places = area_codes().get(area, ())
    return leading_place(places[0])[0].city if len(places) == 1 else ""


def _area_city(landlines: tuple[str, ...]) -> str:
    for one in landlines:
        if city := _city_of_area(one.partition(":")[0]):
            return city
    return ""


def _other(name: str, brand: str, trade: str, _branch: str, _ordinal: str, told: Place) -> str:
    return "|".join([one.translate(_KEPT_APART) for one in (name, brand, trade, *told)])


def called(found: Features, other: str) -> Features:
    """Return features as those of a customer that has one of its ``others`` for its name."""
    name, brand, trade, province, city, district = other.split("|")
    return found._replace(
        name=name, brand=brand, trade=trade, ordinal="", told_province=province, told_city=city,
        told_district=district,
    )  # fmt: skip


def street_of(text: str) -> Street:
    """Return the parts of one of ``Features.streets``."""
    return Street(*text.split("|"))


def dump(found: Features) -> str:
    """Return features as one line of text to be kept; ``load`` gives them back."""
    return _FIELDS.join([one if isinstance(one, str) else _VALUES.join(one) for one in found])


def load(text: str) -> Features:
    """Return the features that ``dump`` wrote."""
    fields: list[Any] = text.split(_FIELDS)
    # Read millions of times in a scan, and most hold one value or none.
    if _VALUES in text:
        fields[_SINGLE:] = [tuple(one.split(_VALUES)) if one else () for one in fields[_SINGLE:]]
    else:
        fields[_SINGLE:] = [(one,) if one else () for one in fields[_SINGLE:]]
    return tuple.__new__(Features, fields)


def digest(found: Features) -> str:
    """Return a short mark of the features: records alike in every compared part have the same one."""
    return blake2b(dump(found).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
