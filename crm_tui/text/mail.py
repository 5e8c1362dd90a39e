"""Mail addresses as sheets write them: split, keyed for exact comparison, flagged, never altered."""

import re
from functools import lru_cache
from typing import NamedTuple

from crm_tui.locale import N_
from crm_tui.text.halfwidth import half_width
from crm_tui.text.masks import is_masked

NOT_A_MAIL = N_("Not a mail address")


class Mail(NamedTuple):
    """One mail address of a cell: ``text`` as written, ``key`` and ``domain`` in small letters."""

    text: str
    key: str = ""
    domain: str = ""
    problem: str = ""


_COMMON = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_+\-]|\.(?=[A-Za-z0-9_+\-])){0,62}"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,60}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,18})"
)
# Names that no mail server can have, and encoded international names, are the library's to judge.
_UNUSUAL = re.compile(r"\.(?:arpa|invalid|local|localhost|onion|test)$|(?:^|\.)..--", re.IGNORECASE)
_AROUND_AT = re.compile(r"[ \t]*@[ \t]*")
_SEPARATOR = re.compile(r"[,;/|、\n]|(?<=[^\s@])\s+(?=[^\s@<]+@)")
_ANGLE = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>\s*$")
_LABEL = re.compile(r"^(?:mailto:|(?:电子|企业|公司|QQ)?邮[箱件]\s*:|e-?mail\s*:|mail\s*:)\s*", re.IGNORECASE)

_FREE_MAIL = """
qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com
sina.cn vip.sina.com sina.com.cn sohu.com vip.sohu.com tom.com 139.com 189.cn wo.cn 21cn.com
aliyun.com 263.net 2980.com china.com chinaren.com citiz.net eyou.com hotmail.com outlook.com
live.com live.cn msn.com msn.cn gmail.com googlemail.com yahoo.com yahoo.cn yahoo.com.cn
yahoo.com.tw yahoo.com.hk ymail.com icloud.com me.com mac.com aol.com gmx.com gmx.de mail.com
mail.ru yandex.com yandex.ru proton.me protonmail.com zoho.com naver.com hanmail.net hinet.net
pchome.com.tw
"""


@lru_cache(maxsize=1)
def _free() -> frozenset[str]:
    return frozenset(_FREE_MAIL.split())


def is_free_mail(domain: str) -> bool:
    """Tell whether a domain belongs to a public mail service, not to a company (S2-06)."""
    return domain.strip().casefold() in _free()


def is_common(s: str) -> bool:
    """Tell whether a cell is one address as nearly all are: its key is its lower case, nothing is wrong."""
    return _COMMON.fullmatch(s) is not None and not _UNUSUAL.search(s)


def parse_mails(s: str) -> list[Mail]:
    """Return every address of a cell in order; what is none stays, without key and with a problem.

    Full-width signs, blanks around `@`, `张三 <z@qq.com>`, `mailto:` and lists are understood; ``text`` keeps
    them. A masked address has neither key nor problem (S3-25).
    """
    if is_common(s):
        key = s.lower()
        return [Mail(s, key, key.rpartition("@")[2])]
    folded = half_width(s)
    mails = []
    start = 0
    for separator in [*_SEPARATOR.finditer(_closed(folded)), None]:
        end = separator.start() if separator else len(s)
        if text := s[start:end].strip():
            mails.append(_mail(text))
        start = separator.end() if separator else end
    return mails


def _closed(folded: str) -> str:
    """Return the text with the blanks around `@` filled, at the same length."""
    return _AROUND_AT.sub(lambda found: "@" * len(found[0]), folded)


def _mail(text: str) -> Mail:
    if len(text) > 1000:
        return Mail(text, problem=NOT_A_MAIL)
    address = half_width(text)
    if angle := _ANGLE.search(address):
        address = angle[1]
    address = _AROUND_AT.sub("@", _LABEL.sub("", address.strip())).strip("<> ").rstrip(".")
    local, at, domain = address.rpartition("@")
    domain = domain.replace("。", ".")
    if at and is_masked(local):
        return Mail(text, "", domain.lower())
    address = f"{local}@{domain}"
    common = _COMMON.fullmatch(address)
    if common and not _UNUSUAL.search(domain):
        return Mail(text, address.lower(), common[1].lower())
    if not (at and local and domain) or len(address) > 320:
        return Mail(text, problem=NOT_A_MAIL)
    return _checked(text, address)


def _checked(text: str, address: str) -> Mail:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return Mail(text, problem=NOT_A_MAIL)
    return Mail(text, found.normalized.lower(), found.domain.lower())
