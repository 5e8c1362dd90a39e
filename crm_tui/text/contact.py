"""One mixed cell 联系方式 shared out over mobile, office phone, mail and chat accounts (S0-11, S4-09)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from crm_tui.text.halfwidth import half_width
from crm_tui.text.mail import Mail, is_free_mail, parse_mails
from crm_tui.text.phone import Phone, find_phones, leftover, parse_phones, phone_key
from crm_tui.text.taiwan_phone import at_home, is_masked_mobile

__all__ = [
    "ContactWays",
    "Mail",
    "Phone",
    "Piece",
    "is_free_mail",
    "parse_mails",
    "parse_phones",
    "phone_key",
    "pieces",
    "split_contact",
]


class ContactWays(NamedTuple):
    """The fields that one cell fills; several of a kind are joined by ` / `, what is left is ``rest``."""

    mobile: str = ""
    office_phone: str = ""
    email: str = ""
    wechat: str = ""
    rest: str = ""
    work_chat: str = ""


class Piece(NamedTuple):
    """A part of the cell: ``field`` is one of ContactWays, ``text`` stands as written."""

    field: str
    text: str


_CHAT_LABEL = r"(?:微信号码|微信号|微信|wechat|weixin|薇信|v信|wx号|wx|vx)"
_WORK_LABEL = r"(?:企业微信|企微|钉钉号|钉钉|dingtalk|飞书|lark)"
_NUMBER = r"(?:手[机機]|[电電][话話])(?:[号號][码碼]?)?"
# 同手机, 与手机号相同, 手机号同微信, 微信同号: the account is the phone.
_AS_PHONE = (
    rf"(?:[同与與和跟即是]{_NUMBER}(?:同[号號]|一致|相同|一[样樣])?"
    rf"|(?:{_NUMBER}|加)?(?:(?:微信|wx|vx)?同[号號][码碼]?|同微信[号號]?|微信同步))"
)
_VALUE = r"[^\s,;/|、。:()<>]"
_ACCOUNT = re.compile(
    rf"""
      <?(?P<email>(?:mailto:)?[A-Za-z0-9!\#$%&'*+=?^_`{{|}}~.\-]{{1,64}}
        [ ]?@[ ]?(?:[\w\-]{{1,63}}[.。]){{1,5}}(?:[A-Za-z]{{2,18}}|中国|公司|网络))>?
    | (?<![A-Za-z0-9])(?P<wxid>wxid_[A-Za-z0-9]+)
    | (?P<same>\(?(?:{_CHAT_LABEL}\s{{0,3}}[:是为]?\s{{0,3}})?(?:(?<=[信号:是为])同上|{_AS_PHONE})\)?
        |\({_CHAT_LABEL}\)
        |(?:(?:电话|手机)号?\s*[/&和及]?\s*微信号?|微信号?\s*[/&和及]\s*(?:电话|手机)号?)\s*:)
    | {_WORK_LABEL}(?:号|id|账号)?\s*:?\s*(?P<work_chat>(?<=[:\s]){_VALUE}{{2,40}}|[A-Za-z0-9][\w\-]{{3,30}})
    | (?<![A-Za-z0-9])(?:{_CHAT_LABEL}(?:id|账号)?|v(?=\s*:))\s*
        (?: :\s*(?P<chat>{_VALUE}{{2,40}}) | (?P<chat_id>[A-Za-z][A-Za-z0-9_\-]{{4,29}}|1[3-9]\d{{9}}(?!\d)))
    | (?P<other>(?:qq号?码?|传真号?码?|傳真號?碼?|fax|skype|微博|telegram|whatsapp)\s*:?\s*
        (?:(?:\(?\+?\d[\d\-()]{{3,20}}\d)|(?<=:){_VALUE}+)
      |(?<![A-Za-z])line\s?(?:id)?\s*:\s*{_VALUE}+)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


_ONLY_SAME = re.compile(rf"\(?(?:{_CHAT_LABEL}[:是为]?)?(?:{_AS_PHONE}|{_NUMBER})\)?", re.IGNORECASE)


def is_same_number(s: str) -> bool:
    """Tell whether a cell of accounts says that the account is the phone: 同手机, 手机号, 微信同号."""
    return len(s) <= 16 and _ONLY_SAME.fullmatch("".join(half_width(s).split())) is not None


def split_contact(s: str, area_code: str = "") -> ContactWays:
    """Share a mixed cell out over a contact's fields; all but labels and separators is in some field.

    `138…（微信同号）` fills mobile and WeChat. A foreign number is mobile where its country's plan says so.
    A cell in which nothing is understood is wholly ``rest``.
    """
    ways: dict[str, list[str]] = {field: [] for field in ContactWays._fields}
    for field, text in pieces(s, area_code):
        ways[field].append(text)
    if not any(texts for field, texts in ways.items() if field != "rest"):
        return ContactWays(rest=s.strip())
    return ContactWays(**{field: " / ".join(texts) for field, texts in ways.items()})


def pieces(s: str, area_code: str = "") -> list[Piece]:
    """Return the parts of a mixed cell in order; a number that is the WeChat account too comes twice."""
    folded = half_width(s)
    found: list[Piece] = []
    waiting = False  # for the number that a label calls both phone and WeChat
    start = 0
    for account in [*_ACCOUNT.finditer(folded), None]:
        end = account.start() if account else len(s)
        for piece in _phones_in(s[start:end], folded[start:end], area_code):
            found.append(piece)
            if waiting and piece.field in ("mobile", "office_phone"):
                found.append(Piece("wechat", piece.text))
                waiting = False
        if not account:
            break
        start = account.end()
        kind = account.lastgroup or "other"
        first, last = account.span(kind)
        if kind == "same":
            before = next((p for p in reversed(found) if p.field in ("mobile", "office_phone")), None)
            waiting = account[0].endswith(":") or before is None
            if before and not waiting:
                found.append(Piece("wechat", before.text))
        else:
            field = {"chat": "wechat", "chat_id": "wechat", "wxid": "wechat", "other": "rest"}.get(kind, kind)
            found.append(Piece(field, s[first:last].strip()))
    return found


def _phones_in(text: str, folded: str, area_code: str) -> Iterator[Piece]:
    start = 0
    for place in find_phones(text, folded, area_code):
        yield from (Piece("rest", rest) for rest in leftover(text[start : place.start]))
        yield Piece(_field_of(place.phone), place.phone.text)
        start = place.end
    yield from (Piece("rest", rest) for rest in leftover(text[start:]))


def _field_of(phone: Phone) -> str:
    if phone.kind == "mobile":
        return "mobile"
    if phone.kind == "masked":
        # 010-****5678 and 0755-86**** name an area; 138****5678, 0912***678 and a row of asterisks do not.
        if is_masked_mobile(half_width(phone.text)):
            return "mobile"
        return "office_phone" if re.match(r"[(（]?[0０]|.*[-－]", phone.text) else "mobile"
    if phone.kind == "foreign" and _is_foreign_mobile(phone.key):
        return "mobile"
    return "office_phone"


def _is_foreign_mobile(key: str) -> bool:
    if home := at_home(key):
        return home.startswith("09")
    import phonenumbers

    kinds = phonenumbers.PhoneNumberType
    kind = phonenumbers.number_type(phonenumbers.parse(key))
    return kind in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)
