"""Between what people type or read and what columns hold, for forms, import, export and history alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.locale import N_, _
from crm_tui.presets.store import OPEN_KINDS, Dictionary
from crm_tui.text.fold import fold, tidy
from crm_tui.text.natural import natural_key

NOT_A_DATE = N_("Not a date")
NOT_MONEY = N_("Not an amount of money")
NOT_A_SCALE = N_("Not a company size")
NOT_A_WORD = N_("Not a value of this list")
NOT_A_PERSON = N_("No colleague of that name")
NOT_A_NUMBER = N_("Not a whole number")
NOT_UNDERSTOOD = N_("Not understood as a way of contact")
YES = {"1", "是", "y", "yes", "true", "对", "√", "有"}
NO = {"0", "否", "n", "no", "false", "不", "无", "×"}
# Kinds whose texts hardly ever come twice in a sheet: to remember them would crowd out the others.
SELDOM_TWICE = frozenset({"text", "long", "code", "phone", "mail", "url", "contact_way", "address"})
_SIZES = (("headcount_min", "headcount_max"), ("revenue_min", "revenue_max"))
_POWER = re.compile(r"([1-9])\.([0-9]{1,14})[eE]\+?([0-9]{1,2})")
PARTS = re.compile(r"[、,，;；/＋+|\s]+")
# A word with a grade or number of its list: A(重点客户), 重点客户（A类）, 2-意向客户.
_GRADE = r"(?:[A-EＡ-Ｅ][+\-]?[级類类等]?|[0-9]{1,2}[级类]?|[一二三四五]星?[级类]?|[1-5]星级?|★{1,5})"
GRADED = re.compile(
    rf"{_GRADE}\s*[(（\[【:：\-—–、.．]\s*([^()（）\[\]【】]{{2,20}})[)）\]】]?"
    rf"|([^()（）\[\]【】]{{2,20}}?)\s*[(（\[【]\s*{_GRADE}\s*[)）\]】]",
    re.IGNORECASE,
)


@dataclass
class Context:
    """What a conversion needs to know: the words, the people, the day and the zone."""

    words: Dictionary
    people: Mapping[str, int]  # folded login, name or alias -> person
    names: Mapping[int, str]
    today: date
    zone: str = clock.DEFAULT_ZONE
    past: bool = True
    memory: dict[tuple[str, str], Parsed] = field(default_factory=dict)


class Parsed(NamedTuple):
    """What a text gives: column values, an English message when it is odd, a word yet to be added.

    An odd text that still has a value (a code of 15 digits) gives both; one without keeps only its text.
    """

    values: dict[str, Any]
    problem: str = ""
    new_word: str = ""


Reader = Callable[[Field, str, Context], Parsed]


def parse(one: Field, text: str, context: Context) -> Parsed:
    """Return what a text typed or imported into a field means; a blank text clears the field's columns."""
    text = tidy(text.replace("\x00", ""))
    if not text:
        return Parsed(dict.fromkeys(one.columns))
    reader = READERS.get(one.type, _text)
    if one.type in SELDOM_TWICE:
        return reader(one, text, context)
    known = context.memory.get((one.name, text))
    if known is None:
        known = reader(one, text, context)
        if len(context.memory) < 20000:
            context.memory[one.name, text] = known
    return known


def _text(one: Field, text: str, context: Context) -> Parsed:
    return Parsed({one.columns[0]: text} if one.columns else {})


def _code(one: Field, text: str, context: Context) -> Parsed:
    if one.name != "uscc":
        return _text(one, text, context)
    from crm_tui.text.uscc import check_code

    return Parsed({"uscc": text}, check_code(text).problem)


def _date(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.cell_dates import parse_cell_date
    from crm_tui.text.chinese_dates import parse_when

    found = parse_cell_date(text, today=context.today)
    if found is not None:
        return Parsed({one.columns[0]: found.date.isoformat()})
    from crm_tui.errors import BadInput

    try:
        when = parse_when(text, context.today, past=context.past)
    except BadInput:
        return Parsed({}, NOT_A_DATE)
    return Parsed({one.columns[0]: when.date.isoformat()})


def _number(one: Field, text: str, context: Context) -> Parsed:
    digits = text.replace(",", "").replace("，", "")
    if not re.fullmatch(r"-?\d{1,15}", digits, re.ASCII):
        return Parsed({}, NOT_A_NUMBER)
    return Parsed({one.columns[0]: int(digits)})


def _money(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.money import parse_money

    found = parse_money(text)
    if found is None:
        return Parsed({}, NOT_MONEY)
    if len(one.columns) == 1:
        return Parsed({one.columns[0]: found.low if found.low is not None else found.high})
    return Parsed({one.columns[0]: found.low, one.columns[1]: found.high})


def _scale(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.scale import parse_scale

    found = parse_scale(text if one.name != "headcount" or not text.isdigit() else text + "人")
    values = {name: value for name, value in found._asdict().items() if name in one.columns}
    if not any(value is not None for value in values.values()):
        return Parsed({}, NOT_A_SCALE)
    return Parsed(values)


def _word(one: Field, text: str, context: Context) -> Parsed:
    column = one.columns[0] if one.columns else one.name
    key = context.words.key_of(one.word_kind, text)
    if key is None and text.endswith("*"):
        key = context.words.key_of(one.word_kind, text.rstrip("*"))
    if key is None and (graded := GRADED.fullmatch(text)):
        key = context.words.key_of(one.word_kind, graded[1] or graded[2])
    if key is not None:
        return Parsed({column: key})
    if one.word_kind in OPEN_KINDS and len(text) <= 60:
        return Parsed({column: text}, "", text)
    return Parsed({}, NOT_A_WORD)


def _words(one: Field, text: str, context: Context) -> Parsed:
    keys = [context.words.key_of(one.word_kind, part) for part in PARTS.split(text) if part]
    known = list(dict.fromkeys(key for key in keys if key))
    if None in keys:
        return Parsed({one.columns[0]: ",".join(known)} if known and one.columns else {}, NOT_A_WORD)
    return Parsed({one.columns[0]: ",".join(known)} if one.columns else {})


def _person(one: Field, text: str, context: Context) -> Parsed:
    person = context.people.get(fold(text)) or context.people.get(fold(text.strip("*＊ ")))
    return Parsed({one.columns[0]: person}) if person else Parsed({}, NOT_A_PERSON)


def _phone(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.phone import parse_phones

    text = whole_number(text)
    phones = parse_phones(text)
    problem = next((phone.problem for phone in phones if phone.problem), "")
    return Parsed({one.columns[0]: text}, problem)


def whole_number(text: str) -> str:
    """Return 1.3812345678E+10 in digits, where all of them are told; any other text as it is."""
    found = _POWER.fullmatch(text)
    if not found or len(found[2]) != int(found[3]):
        return text
    return found[1] + found[2]


def _mail(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.mail import parse_mails

    return Parsed(
        {one.columns[0]: text}, next((mail.problem for mail in parse_mails(text) if mail.problem), "")
    )


def _contact_way(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.contact import split_contact

    ways = split_contact(whole_number(text))
    names = ("mobile", "office_phone", "email", "wechat", "work_chat")
    values = {name: getattr(ways, name) for name in names if getattr(ways, name)}
    if not values:
        # What is no phone, mail or account is kept where a phone would stand, and flagged.
        return Parsed({"office_phone": text}, NOT_UNDERSTOOD)
    if ways.rest:
        values["note"] = ways.rest
    return Parsed(values)


def with_account(one: Field, parsed: Parsed, text: str, context: Context) -> Parsed:
    """Return what a cell comes to; one of phones that is odd as such is shared out where a phone is in it."""
    if one.type != "phone" or not parsed.problem:
        return parsed
    shared = _contact_way(FIELDS["contact_way"], text, context)
    return shared if not shared.problem and {"mobile", "office_phone"} & shared.values.keys() else parsed


def _address(one: Field, text: str, context: Context) -> Parsed:
    from crm_tui.text.regions import split_address

    address = split_address(text)
    return Parsed(dict(zip(one.columns, (part or None for part in address[:4]), strict=True)))


def _flag(one: Field, text: str, context: Context) -> Parsed:
    key = fold(text)
    if key in YES or key in NO:
        return Parsed({one.columns[0]: int(key in YES)})
    return Parsed({}, NOT_A_WORD)


def _instant(one: Field, text: str, context: Context) -> Parsed:
    found = read_moment(text, context)
    return Parsed({one.columns[0]: found[0]}) if found else Parsed({}, NOT_A_DATE)


def _period(one: Field, text: str, context: Context) -> Parsed:
    halves = [part for part in re.split(r"\s*(?:至|到|~|～|—|–|\s-\s)\s*", text, maxsplit=1) if part]
    days = [_date(Field(one.name, one.entity, (name,), "", "date", ""), half, context)
            for name, half in zip(one.columns, halves, strict=False)]  # fmt: skip
    if any(day.problem for day in days):
        return Parsed({}, NOT_A_DATE)
    return Parsed({name: value for day in days for name, value in day.values.items()})


def read_moment(text: str, context: Context) -> tuple[str, bool] | None:
    """Return a stored instant and whether only the day was given, None when the text is no date."""
    from datetime import datetime, time
    from zoneinfo import ZoneInfo

    from crm_tui.text.cell_dates import parse_cell_date

    found = parse_cell_date(text, today=context.today)
    if found is None:
        return None
    moment = datetime.combine(found.date, found.time or time(0), ZoneInfo(context.zone))
    return clock.to_instant(moment), found.time is None


READERS: dict[str, Reader] = {
    "code": _code,
    "date": _date,
    "instant": _instant,
    "number": _number,
    "money": _money,
    "money_range": _money,
    "scale": _scale,
    "word": _word,
    "words": _words,
    "person": _person,
    "phone": _phone,
    "mail": _mail,
    "contact_way": _contact_way,
    "address": _address,
    "flag": _flag,
    "period": _period,
}


def complete(values: dict[str, Any]) -> dict[str, Any]:
    """Return column values with the keys that hang on them: folded name, sort key, code key."""
    if "name" in values:
        values["name_key"] = fold(values["name"] or "")
    if values.get("no"):
        values["no_sort"] = natural_key(values["no"])
    if "uscc" in values:
        from crm_tui.text.uscc import check_code

        values["uscc_key"] = check_code(values["uscc"] or "").key or None
    return values


def show(one: Field, row: Mapping[str, Any], context: Context) -> str:
    """Return what people read for a field of a record given by column name; '' when it is empty."""
    values = [row.get(name) for name in one.columns]
    if not any(value is not None and value != "" for value in values):
        return ""
    kind = one.type
    if kind == "word":
        return context.words.label(one.word_kind, values[0])
    if kind == "words":
        return context.words.labels(one.word_kind, values[0])
    if kind == "person":
        return context.names.get(values[0] or 0, "")
    if kind in ("money", "money_range"):
        from crm_tui.text.money import format_money, format_range

        return format_money(values[0]) if kind == "money" else format_range(values[0], values[1])
    if kind == "scale":
        return _show_scale(row)
    if kind == "address":
        from crm_tui.text.regions import format_address

        return format_address(*(value or "" for value in values))
    if kind == "instant":
        return f"{clock.local(values[0] or '', context.zone):%Y-%m-%d %H:%M}"
    if kind == "flag":
        return _("Yes") if values[0] == 1 else _("No")
    if kind == "contact_way":
        return " / ".join(str(value) for value in values if value)
    if kind == "period":
        return " ~ ".join(str(value) for value in values if value)
    return str(values[0])


def _show_scale(row: Mapping[str, Any]) -> str:
    from crm_tui.text.scale import Scale, format_scale

    return format_scale(Scale(*(row.get(name) for name in Scale._fields)))


def told_sizes(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a size really says: 200人 says nothing about revenue, so that stays as it is."""
    kept = {name: value for name, value in values.items() if value is not None}
    for pair in _SIZES:
        if any(name in kept for name in pair):
            kept |= {name: values.get(name) for name in pair if name in values}
    return kept


def show_column(entity: str, column: str, value: Any, context: Context) -> str:
    """Return what people read for one column's value, as history needs it."""
    from crm_tui.customers.fields import field_of

    one = field_of(entity, column)
    if value is None or value == "":
        return ""
    if one is None:
        return str(value)
    if one.type in ("money_range", "money"):
        from crm_tui.text.money import format_money

        return format_money(value)
    if one.type in ("scale", "address", "contact_way", "period"):
        return context.words.label("size_class", value) if column == "size_class" else str(value)
    return show(one, {one.columns[0]: value}, context)
