"""Plans as one line of text: 2024-03-15前反馈方案, 每月回访, 5月25日前提交技术参数说明（*销售）."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from crm_tui.text.chinese_dates import Found, NoSuchDay, When, find_at
from crm_tui.text.date_period import Given
from crm_tui.text.date_words import HAN, level, pattern
from crm_tui.text.workdays import WorkCalendar

_LONGEST = 1000
_EDGE = " \t\r\n　,，、;；:：。.!！-—~～|"
# What people put before the day and nobody misses once the day stands beside the task.
_OPENING = pattern(
    r"(?:[ ,;:]|下一步|下次|计划于?|预计|拟定?|预定|约定?|请于|请在|请|需要|需|要|应|将于?|务必|争取|最迟"
    r"|最晚|截至|截止到?|于|在|到|跟进时间|联系时间|回访时间|时间|follow ?up)*"
)
_STARTS = frozenset(
    "今明后昨前大当即本次上下这周星礼每隔双天逢再过未半几第季年月元五劳国截最不约于在等到早晚中凌清傍夜" + HAN
)
_OWNER = pattern(r"[（(【\[]([^（）()【】\[\]]{1,20})[）)】\]]\s*[。.;；]?\s*$")
_OWNER_NAMED = pattern(
    r"(?:负责人|责任人|执行人|跟进人)\s*[:：]?\s*([^\s,，;；。()（）]{1,20})\s*[。.;；]?\s*$"
)
_OWNER_AT = pattern(r"[@＠]([^\s@＠,，;；。()（）]{1,20})\s*$")
_ROLE = pattern(
    r".{0,6}(?:\*|＊|销售|经理|主管|总监|客服|助理|顾问|工程师|专员|代表)[^0-9]{0,6}"
    r"|由?[\w*＊]{1,8}负责|负责人\s*[:：]?\s*.{1,10}"
)
_ROLE_WORDS = re.compile(r"^(?:负责人|责任人|由)\s*[:：]?\s*|负责$")


class PlanText(NamedTuple):
    """What to do, when (None where no day is named) and who, as written (empty where nobody is)."""

    action: str
    when: When | None
    owner_text: str


def parse_plan(text: str, reference: dt.date, *, calendar: WorkCalendar | None = None) -> PlanText:
    """Split the text of a plan.

    Its day is read against ``reference``, the day of the follow-up it belongs to (S1-23). The first
    expression that is not before the reference counts; words that look back (昨天, 3天前) never do. A day
    at either end of the text, or standing apart inside it, is taken out of the action; in the midst of a
    sentence it stays, so that the sentence stays whole. An owner is what stands in brackets at the end and
    carries a star, a role or 负责, or follows 负责人 or @. Never raises.
    """
    rest, owner = _owner(text)
    best = _first(rest, reference, calendar or WorkCalendar())
    if best is None:
        return PlanText(rest.strip(_EDGE) if owner else rest.strip(), None, owner)
    begin, found = best
    plain = level(rest)
    opening = _OPENING.match(plain)
    before = "" if opening and opening.end() >= begin else rest[:begin]
    after = rest[found.end :]
    return PlanText(_action(rest, before, after), found.when, owner)


def _owner(text: str) -> tuple[str, str]:
    for rule in (_OWNER, _OWNER_NAMED, _OWNER_AT):
        if found := rule.search(text[-60:]):
            name = found[1].strip()
            if rule is _OWNER and not _ROLE.fullmatch(name):
                continue
            start = max(len(text) - 60, 0) + found.start()
            return text[:start], _ROLE_WORDS.sub("", name).strip()
    return text, ""


def _action(text: str, before: str, after: str) -> str:
    head, tail = before.strip(_EDGE), after.strip(_EDGE)
    if not head or not tail:
        return head or tail
    if before[-1] in _EDGE and after[0] in _EDGE:
        return f"{head}{before[len(before.rstrip(_EDGE)) :].rstrip() or ' '}{tail}"
    return text.strip()


def _first(text: str, reference: dt.date, calendar: WorkCalendar) -> tuple[int, Found] | None:
    plain = level(text[:_LONGEST])
    given = Given(reference, False, calendar, True)
    shown = text.strip()
    earlier: tuple[int, Found] | None = None
    pos = 0
    while pos < len(plain):
        if not _may_start(plain, pos):
            pos += 1
            continue
        try:
            found = find_at(plain, pos, given, shown)
        except NoSuchDay as error:
            pos = max(error.end, pos + 1)
            continue
        if found is None:
            pos += 1
            continue
        if found.said != "gone" and _belongs(plain, pos, found):
            if found.when.date >= reference:
                return pos, found
            earlier = earlier or (pos, found)
        pos = max(found.end, pos + 1)
    return earlier


def _may_start(plain: str, pos: int) -> bool:
    char = plain[pos]
    before = plain[pos - 1] if pos else " "
    if char.isascii() and char.isalnum():
        return not (before.isascii() and (before.isalnum() or before in "-_./:#"))
    if char in HAN:
        return before not in HAN and before != "第"
    return char in _STARTS


def _belongs(plain: str, pos: int, found: Found) -> bool:
    """Tell whether the days are the plan's own and not what the sentence speaks of (每年采购额)."""
    opening = _OPENING.match(plain)
    first = pos == 0 or (opening is not None and opening.end() >= pos) or plain[pos - 1] in " ,;:。"
    last = found.end >= len(plain.rstrip(" 。.;")) or plain[found.end] in " ,;:。"
    if found.when.recurrence or found.when.precision == "year":
        return first or last or found.when.deadline
    if plain[pos].isdigit() and found.said == "open" and "月" not in plain[pos : found.end]:
        # 12-25 and 3.5 inside a sentence are numbers more often than days; 15号 is not.
        return first or plain[found.end - 1] in "日号" or found.when.deadline
    return True
