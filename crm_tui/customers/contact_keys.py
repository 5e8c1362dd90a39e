"""What a contact's phones and mails are compared by, and the lines by which they are found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_tui.customers import document
from crm_tui.customers.checks import PLAIN_MOBILE
from crm_tui.text.taiwan_phone import at_home

if TYPE_CHECKING:
    from crm_tui.text.phone import Phone

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
    return keys_and_digits(area_code, contact)[0]


def keys_and_digits(
    area_code: AreaCode, contact: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the keys of a contact's phones and mails, and digits of phones without key."""
    filled = _filled(contact)
    if all(map(PLAIN_MOBILE.fullmatch, filled)):
        keys, digits = filled, []
    else:
        # A landline without area code has that of the customer's city.
        phones = _parsed(filled, area_code.found)
        keys, digits = [phone.key for phone in phones if phone.key], _without_key(phones)
    found = [("phone", key) for key in dict.fromkeys(keys)]
    if contact["email"]:
        found += [("mail", key) for key in dict.fromkeys(_mail_keys(contact["email"]))]
    return found, digits


def contact_parts(
    contact: Mapping[str, Any], phones: list[str] | None, digits: list[str] | None = None
) -> list[tuple[str, str | None]]:
    """Return the lines of a contact, of whose phones the keys are given.

    ``digits`` are those that ``keys_and_digits`` gave; without them the phones are read for them.
    """
    mail = contact["email"]
    mails = [(document.MAIL, one) for one in _BETWEEN.split(mail)] if mail else []
    found = [at_home(key) or key for key in phones or ()]
    if not found or contact["office_phone"]:
        if digits is None:
            digits = _without_key(_parsed(_filled(contact), ""))
        found += [one for one in digits if not any(key.endswith(one) for key in found)]
    lines = [(document.PHONE, each) for each in found]
    return [(document.CONTACT, contact["name"]), (document.CHAT, contact["wechat"]), *mails, *lines]


def _filled(contact: Mapping[str, Any]) -> list[str]:
    return [text for text in (contact["office_phone"], contact["mobile"]) if text]


def _parsed(filled: list[str], area_code: str) -> list[Phone]:
    if not filled:
        return []
    from crm_tui.text.phone import parse_phones

    return [phone for text in filled for phone in parse_phones(text, area_code)]


def _without_key(phones: list[Phone]) -> list[str]:
    """Return the digits of phones without a key of their own: too short or long, or without area code."""
    if not phones:
        return []
    from crm_tui.text.phone import NO_AREA_CODE

    found = [one for one in phones if one.kind != "masked" and (not one.key or one.problem == NO_AREA_CODE)]
    each = (_NO_DIGIT.sub("", phone.text).removesuffix(phone.extension) for phone in found)
    return [digits for digits in each if len(digits) > 4]


def _mail_keys(text: str | None) -> list[str]:
    if not text:
        return []
    from crm_tui.text.mail import is_common, parse_mails

    return [text.lower()] if is_common(text) else [mail.key for mail in parse_mails(text) if mail.key]
