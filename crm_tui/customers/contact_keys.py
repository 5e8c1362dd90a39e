"""What a contact's phones and mails are compared by, and the lines by which they are found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from crm_tui.customers import document
from crm_tui.customers.checks import PLAIN_MOBILE
from crm_tui.text.taiwan_phone import at_home

CITIES = ("biz_city", "biz_province", "reg_city", "reg_province")  # Beijing is a province without city
_BETWEEN = re.compile(r"[\s;,、；，/]+")  # several addresses in one cell
_NO_DIGIT = re.compile(r"[^0-9]")


class AreaCode:
    """The area code of a customer's city, looked up when a phone asks for it."""

    def __init__(self, customer: Mapping[str, Any] | None) -> None:
        self._cities = [customer[name] for name in CITIES if customer[name]] if customer else []

    @cached_property
    def found(self) -> str:
        from crm_tui.text.area_codes import area_code_of

        return next(filter(None, map(area_code_of, self._cities)), "")


def contact_keys(area_code: AreaCode, contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the keys of a contact's phones and mails, each with its kind."""
    found = [("phone", key) for key in dict.fromkeys(_phone_keys(area_code, contact))]
    if contact["email"]:
        found += [("mail", key) for key in dict.fromkeys(_mail_keys(contact["email"]))]
    return found


def contact_parts(contact: Mapping[str, Any], phones: list[str] | None) -> list[tuple[str, str | None]]:
    """Return the lines of a contact, of whose phones the keys are given."""
    mail = contact["email"]
    mails = [(document.MAIL, one) for one in _BETWEEN.split(mail)] if mail else []
    found = [at_home(key) or key for key in phones or ()]
    if not found or contact["office_phone"]:
        found += [one for one in _digits(contact) if not any(key.endswith(one) for key in found)]
    digits = [(document.PHONE, each) for each in found]
    return [(document.CONTACT, contact["name"]), (document.CHAT, contact["wechat"]), *mails, *digits]


def _phone_keys(area_code: AreaCode, contact: Mapping[str, Any]) -> list[str]:
    """Return the keys of a contact's phones; a landline without area code has that of the customer's city."""
    filled = [text for text in (contact["office_phone"], contact["mobile"]) if text]
    if not filled:
        return []
    if all(map(PLAIN_MOBILE.fullmatch, filled)):
        return filled
    from crm_tui.text.phone import parse_phones

    return [phone.key for text in filled for phone in parse_phones(text, area_code.found) if phone.key]


def _digits(contact: Mapping[str, Any]) -> list[str]:
    """Return the digits of phones without key: too short or too long, or without area code."""
    filled = [text for text in (contact["office_phone"], contact["mobile"]) if text]
    if not filled:
        return []
    from crm_tui.text.phone import parse_phones

    found = [
        phone for text in filled for phone in parse_phones(text) if phone.kind != "masked" and not phone.key
    ]
    each = (_NO_DIGIT.sub("", phone.text).removesuffix(phone.extension) for phone in found)
    return [digits for digits in each if len(digits) > 4]


def _mail_keys(text: str | None) -> list[str]:
    if not text:
        return []
    from crm_tui.text.mail import is_common, parse_mails

    return [text.lower()] if is_common(text) else [mail.key for mail in parse_mails(text) if mail.key]
