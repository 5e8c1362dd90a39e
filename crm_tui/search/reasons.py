"""Why a customer was found, and in which part of the file, as shown beside it."""

from __future__ import annotations

from crm_tui.customers import document
from crm_tui.locale import N_, _

NAME = "name"
SHORT = "short"
FORMER = "former"
ALIAS = "alias"
ENGLISH = "english"
CONTACT = "contact"
REFERRER = "referrer"
PHONE = "phone"
PHONE_TAIL = "phone_tail"
PHONE_ENDS = "phone_ends"
LINE_TAIL = "line_tail"
MAIL = "mail"
PAGE = "page"
CHAT = "chat"
NUMBER = "number"
CODE = "code"
TAG = "tag"
PINYIN = "pinyin"
INITIALS = "initials"
SPELT = "spelt"
APART = "apart"
SOUND = "sound"
ALIKE = "alike"
TYPO = "typo"
TURNED = "turned"
LETTER_TYPO = "letter_typo"
DIGIT_TYPO = "digit_typo"
TRANSLATED = "translated"
CORE = "core"
PART = "part"

REASONS: dict[str, str] = {
    NAME: N_("name"),
    SHORT: N_("short name"),
    FORMER: N_("former name"),
    ALIAS: N_("other name"),
    ENGLISH: N_("English name"),
    CONTACT: N_("contact"),
    REFERRER: N_("referrer"),
    PHONE: N_("phone"),
    PHONE_TAIL: N_("end of the phone"),  # a mobile
    PHONE_ENDS: N_("start and end of the phone"),
    LINE_TAIL: N_("end of the landline"),
    MAIL: N_("mail"),
    PAGE: N_("website"),
    CHAT: N_("WeChat"),
    NUMBER: N_("number"),
    CODE: N_("credit code"),
    TAG: N_("tag"),
    PINYIN: N_("pinyin"),
    INITIALS: N_("pinyin initials"),
    SPELT: N_("shortened pinyin"),
    APART: N_("abbreviation"),
    SOUND: N_("same sound"),
    ALIKE: N_("similar sound"),
    TYPO: N_("one character differs"),
    TURNED: N_("two characters swapped"),
    LETTER_TYPO: N_("one letter differs"),
    DIGIT_TYPO: N_("one digit differs"),
    TRANSLATED: N_("in English"),
    CORE: N_("same brand"),
    PART: N_("a part matches"),
}
PLAIN: dict[str, str] = {
    document.NAME: NAME,
    document.SHORT: SHORT,
    document.FORMER: FORMER,
    document.OTHER: ALIAS,
    document.ENGLISH: ENGLISH,
    document.CONTACT: CONTACT,
    document.REFERRER: REFERRER,
    document.PHONE: PHONE,
    document.MAIL: MAIL,
    "h": PAGE,
    document.CHAT: CHAT,
    document.NUMBER: NUMBER,
    document.CODE: CODE,
    document.TAG: TAG,
}
"""The reason for text found as it is, by kind of line; also what each kind of line is called."""


def reason_text(reason: str) -> str:
    """Return a reason in the language in use, '' for an unknown one."""
    return _(REASONS[reason]) if reason in REASONS else ""
