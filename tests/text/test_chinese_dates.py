"""What typed dates mean, relative to a given day."""

from __future__ import annotations

import datetime as dt
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_tui import locale
from crm_tui.errors import BadInput
from crm_tui.text.chinese_dates import parse_when
from crm_tui.text.workdays import WorkCalendar

WEDNESDAY = "2024-03-13"
LEAP_DAY = "2024-02-29"
YEAR_END = "2024-12-31"
MONTH_END = "2025-01-31"
MONDAY = "2026-11-02"

# given day | typed | due day and time, precision, from=first day, deadline, rhythm
TABLE = f"""
{WEDNESDAY} | 今天 | 2024-03-13 day
{WEDNESDAY} | 明天 | 2024-03-14 day
{WEDNESDAY} | 后天 | 2024-03-15 day
{WEDNESDAY} | 後天 | 2024-03-15 day
{WEDNESDAY} | 大后天 | 2024-03-16 day
{WEDNESDAY} | 昨天 | 2024-03-12 day
{WEDNESDAY} | 前天 | 2024-03-11 day
{WEDNESDAY} | 今晚8点 | 2024-03-13 20:00 time
{WEDNESDAY} | 明早9点半 | 2024-03-14 09:30 time
{WEDNESDAY} | 明晚 | 2024-03-14 day
{WEDNESDAY} | 明天下午3点 | 2024-03-14 15:00 time
{WEDNESDAY} | 明天中午 | 2024-03-14 12:00 time
{WEDNESDAY} | 明天3点一刻 | 2024-03-14 15:15 time
{WEDNESDAY} | 下午三点半 | 2024-03-13 15:30 time
{WEDNESDAY} | 晚上12点 | 2024-03-13 23:59 time
{WEDNESDAY} | 14:30 | 2024-03-13 14:30 time
{WEDNESDAY} | 下周三下午3点 | 2024-03-20 15:00 time
{WEDNESDAY} | 下週三上午10:00-11:00 | 2024-03-20 10:00 time
{WEDNESDAY} | 下周 | 2024-03-24 range from=2024-03-18
{WEDNESDAY} | 下周前 | 2024-03-17 day deadline
{WEDNESDAY} | 本周内 | 2024-03-17 range from=2024-03-11 deadline
{WEDNESDAY} | 下下周一 | 2024-03-25 day
{WEDNESDAY} | 本周五 | 2024-03-15 day
{WEDNESDAY} | 这周五 | 2024-03-15 day
{WEDNESDAY} | 周五 | 2024-03-15 day
{WEDNESDAY} | 周三 | 2024-03-13 day
{WEDNESDAY} | 周二 | 2024-03-19 day
{WEDNESDAY} | 星期天 | 2024-03-17 day
{WEDNESDAY} | 礼拜二 | 2024-03-19 day
{WEDNESDAY} | 周末 | 2024-03-17 range from=2024-03-16
{WEDNESDAY} | 上周三 | 2024-03-06 day
{WEDNESDAY} | 周一到周五 | 2024-03-22 range from=2024-03-18
{WEDNESDAY} | 3天后 | 2024-03-16 day
{WEDNESDAY} | 3天后下午3点 | 2024-03-16 15:00 time
{WEDNESDAY} | 三天内 | 2024-03-16 day from=2024-03-13 deadline
{WEDNESDAY} | 10天之后 | 2024-03-23 day
{WEDNESDAY} | 2天前 | 2024-03-11 day
{WEDNESDAY} | 半个月后 | 2024-03-28 day
{WEDNESDAY} | 一个半月后 | 2024-04-28 day
{WEDNESDAY} | 3个月内 | 2024-06-13 day from=2024-03-13 deadline
{WEDNESDAY} | 半年后 | 2024-09-13 day
{WEDNESDAY} | 两年半后 | 2026-09-13 day
{WEDNESDAY} | 两周后 | 2024-03-27 day
{WEDNESDAY} | 兩週後 | 2024-03-27 day
{WEDNESDAY} | 过两天 | 2024-03-15 day
{WEDNESDAY} | 过几天 | 2024-03-16 day
{WEDNESDAY} | 两三天后 | 2024-03-16 day
{WEDNESDAY} | 3-5天内 | 2024-03-18 day from=2024-03-13 deadline
{WEDNESDAY} | 月底 | 2024-03-31 day
{WEDNESDAY} | 月初 | 2024-04-01 day
{WEDNESDAY} | 月中 | 2024-03-15 day
{WEDNESDAY} | 月内 | 2024-03-31 range from=2024-03-13 deadline
{WEDNESDAY} | 下月底 | 2024-04-30 day
{WEDNESDAY} | 下个月 | 2024-04-30 month from=2024-04-01
{WEDNESDAY} | 下个月5号 | 2024-04-05 day
{WEDNESDAY} | 本月15日 | 2024-03-15 day
{WEDNESDAY} | 15号 | 2024-03-15 day
{WEDNESDAY} | 5号 | 2024-04-05 day
{WEDNESDAY} | 二十号 | 2024-03-20 day
{WEDNESDAY} | 廿五日 | 2024-03-25 day
{WEDNESDAY} | 5-8日 | 2024-04-08 range from=2024-04-05
{WEDNESDAY} | 年底 | 2024-12-31 day
{WEDNESDAY} | 年初 | 2025-01-31 month from=2025-01-01
{WEDNESDAY} | 年内 | 2024-12-31 range from=2024-03-13 deadline
{WEDNESDAY} | 明年 | 2025-12-31 year from=2025-01-01
{WEDNESDAY} | 明年3月 | 2025-03-31 month from=2025-03-01
{WEDNESDAY} | 去年8月 | 2023-08-31 month from=2023-08-01
{WEDNESDAY} | 今年Q3 | 2024-09-30 quarter from=2024-07-01
{WEDNESDAY} | Q3 | 2024-09-30 quarter from=2024-07-01
{WEDNESDAY} | Q3末 | 2024-09-30 day
{WEDNESDAY} | 2024年第三季度 | 2024-09-30 quarter from=2024-07-01
{WEDNESDAY} | 第三季度 | 2024-09-30 quarter from=2024-07-01
{WEDNESDAY} | 三季度 | 2024-09-30 quarter from=2024-07-01
{WEDNESDAY} | 下季度 | 2024-06-30 quarter from=2024-04-01
{WEDNESDAY} | 季末 | 2024-03-31 day
{WEDNESDAY} | 上半年 | 2024-06-30 range from=2024-01-01
{WEDNESDAY} | 2024年 | 2024-12-31 year from=2024-01-01
{WEDNESDAY} | 2024年8月 | 2024-08-31 month from=2024-08-01
{WEDNESDAY} | 24年8月 | 2024-08-31 month from=2024-08-01
{WEDNESDAY} | 2024-02 | 2024-02-29 month from=2024-02-01
{WEDNESDAY} | 8月底 | 2024-08-31 day
{WEDNESDAY} | 8月下旬 | 2024-08-31 range from=2024-08-21
{WEDNESDAY} | 8月前 | 2024-07-31 day deadline
{WEDNESDAY} | 8月后 | 2024-09-01 day
{WEDNESDAY} | 2024年8月15日 | 2024-08-15 day
{WEDNESDAY} | ２０２４年８月１５日 | 2024-08-15 day
{WEDNESDAY} | 二〇二四年八月十五日 | 2024-08-15 day
{WEDNESDAY} | 2024-08-15 | 2024-08-15 day
{WEDNESDAY} | 2024/8/15 | 2024-08-15 day
{WEDNESDAY} | 2024.8.15 | 2024-08-15 day
{WEDNESDAY} | 20240815 | 2024-08-15 day
{WEDNESDAY} | 8月15日 | 2024-08-15 day
{WEDNESDAY} | 十二月二十五日 | 2024-12-25 day
{WEDNESDAY} | 3月15日前 | 2024-03-15 day deadline
{WEDNESDAY} | 2024-03-15前 | 2024-03-15 day deadline
{WEDNESDAY} | 3月15日至20日 | 2024-03-20 range from=2024-03-15
{WEDNESDAY} | 12/25 14:30 | 2024-12-25 14:30 time
{WEDNESDAY} | 12-25 | 2024-12-25 day
{WEDNESDAY} | 2024-05-20 14:30 | 2024-05-20 14:30 time
{WEDNESDAY} | 2024-05-20T14:30 | 2024-05-20 14:30 time
{WEDNESDAY} | 5月25日前 14:30 | 2024-05-25 14:30 time deadline
{WEDNESDAY} | 国庆前 | 2024-09-30 day deadline
{WEDNESDAY} | 五一后 | 2024-05-06 day
{WEDNESDAY} | 每月 | 2024-04-13 day month:1
{WEDNESDAY} | 每月回访 | 2024-04-13 day month:1
{WEDNESDAY} | 每月15号 | 2024-03-15 day month:1:15
{WEDNESDAY} | 每月底 | 2024-03-31 day month:1:31
{WEDNESDAY} | 每月最后一天 | 2024-03-31 day month:1:31
{WEDNESDAY} | 每三个月 | 2024-06-13 day month:3
{WEDNESDAY} | 每周三 | 2024-03-20 day week:1:3
{WEDNESDAY} | 每周五下午3点 | 2024-03-15 15:00 time week:1:5
{WEDNESDAY} | 每周一次 | 2024-03-20 day week:1
{WEDNESDAY} | 每两周 | 2024-03-27 day week:2
{WEDNESDAY} | 每两周周五 | 2024-03-15 day week:2:5
{WEDNESDAY} | 双周 | 2024-03-27 day week:2
{WEDNESDAY} | 隔周 | 2024-03-27 day week:2
{WEDNESDAY} | 每季度 | 2024-06-13 day quarter:1
{WEDNESDAY} | 每季度末 | 2024-03-31 day quarter:1:92
{WEDNESDAY} | 每半年 | 2024-09-13 day month:6
{WEDNESDAY} | 每年 | 2025-03-13 day year:1
{WEDNESDAY} | 每年3月15日 | 2024-03-15 day year:1:315
{WEDNESDAY} | 每天 | 2024-03-14 day day:1
{WEDNESDAY} | 每隔3天 | 2024-03-16 day day:3
{WEDNESDAY} | 每隔一天 | 2024-03-15 day day:2
{WEDNESDAY} | 工作日 | 2024-03-14 day workday:1
{WEDNESDAY} | 下个工作日 | 2024-03-14 day
{WEDNESDAY} | 3个工作日后 | 2024-03-18 day
{WEDNESDAY} | 三个工作日内 | 2024-03-18 day from=2024-03-13 deadline
{WEDNESDAY} | tomorrow | 2024-03-14 day
{WEDNESDAY} | next friday | 2024-03-22 day
{WEDNESDAY} | by friday | 2024-03-15 day deadline
{WEDNESDAY} | in 3 days | 2024-03-16 day
{WEDNESDAY} | 3pm tomorrow | 2024-03-14 15:00 time
{WEDNESDAY} | 15 March 2024 | 2024-03-15 day
{WEDNESDAY} | end of month | 2024-03-31 day
{WEDNESDAY} | monthly | 2024-04-13 day month:1
{WEDNESDAY} | weekly | 2024-03-20 day week:1
{WEDNESDAY} | every monday | 2024-03-18 day week:1:1
{LEAP_DAY} | 明天 | 2024-03-01 day
{LEAP_DAY} | 月底 | 2024-02-29 day
{LEAP_DAY} | 明年2月 | 2025-02-28 month from=2025-02-01
{LEAP_DAY} | 每年 | 2025-02-28 day year:1
{LEAP_DAY} | 一年后 | 2025-02-28 day
{LEAP_DAY} | 2月29日 | 2024-02-29 day
{YEAR_END} | 明天 | 2025-01-01 day
{YEAR_END} | 下周三 | 2025-01-08 day
{YEAR_END} | 下个月15号 | 2025-01-15 day
{YEAR_END} | 1月5日 | 2025-01-05 day
{YEAR_END} | 3月15日前 | 2025-03-15 day deadline
{YEAR_END} | 12月25日 | 2024-12-25 day
{YEAR_END} | Q1 | 2025-03-31 quarter from=2025-01-01
{YEAR_END} | 下季度 | 2025-03-31 quarter from=2025-01-01
{YEAR_END} | 月底 | 2024-12-31 day
{YEAR_END} | 3天后 | 2025-01-03 day
{YEAR_END} | 下个工作日 | 2025-01-02 day
{MONTH_END} | 一个月后 | 2025-02-28 day
{MONTH_END} | 每月 | 2025-02-28 day month:1
{MONTH_END} | 下月底 | 2025-02-28 day
{MONTH_END} | 30号 | 2025-03-30 day
{MONTH_END} | 每月底 | 2025-02-28 day month:1:31
{MONTH_END} | 5个工作日后 | 2025-02-10 day
{MONDAY} | 周一 | 2026-11-02 day
{MONDAY} | 本周日 | 2026-11-08 day
{MONDAY} | 上周五 | 2026-10-30 day
{MONDAY} | 8月 | 2027-08-31 month from=2027-08-01
{MONDAY} | 上半年 | 2027-06-30 range from=2027-01-01
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in TABLE.strip().splitlines()]

PAST = [
    (WEDNESDAY, "周三", "2024-03-13"),
    (WEDNESDAY, "周五", "2024-03-08"),
    (WEDNESDAY, "12月25日", "2023-12-25"),
    (WEDNESDAY, "3月14日", "2023-03-14"),
    (WEDNESDAY, "15号", "2024-02-15"),
    (WEDNESDAY, "Q4", "2023-12-31"),
    (WEDNESDAY, "8月", "2023-08-31"),
    (WEDNESDAY, "月底", "2024-02-29"),
    (MONTH_END, "2月29日", "2024-02-29"),
]

NONSENSE_WORDS = """
asdf 25点 13月 2月30日 2023年2月29日 32号 每月32号 每周八 第五季度 Q5 2024-13-01 2024-02-30
20241301 明天25点 明天9点70分 14:60 24:30 下个月31号 春节前 中秋节后 五月五日端午节 尽快 待定 暂无 长期 无
随时 有空再说 每周2次 每周一三五 每次 每家 过阵子 3小时后 0000-00-00 2024年13月 十十天后 99999天后 9999年后
24年 一二三四五六 明天后天 明天明天 周 月 年 日 3 - --- ??? 今 Q 138-0013-8000 500-1000人 10-20万 １３月
tomorow friday13 in-days every 0 next
"""
NONSENSE = [
    *NONSENSE_WORDS.split(),
    *("in days", "3 days tomorrow x", "2024-03-15 14", "明" * 200, "9" * 500, "\x00", "\ud800"),
]
PIECES = """
今 明 后 下 上 周 三 日 月 年 号 天 前 后 内 每 隔 半 个 工作日 点 时 季度 Q 3 15 2024 99 - / . : T 十 廿
两 至 底 初 next friday in days 过 几 晚 下午 星期 末 第 ０ ② Ⅳ ㍘ ⽉
"""


def described(text: str, today: str, past: bool = False) -> str:
    when = parse_when(text, dt.date.fromisoformat(today), past=past)
    parts = [when.date.isoformat()]
    if when.time:
        parts.append(when.time.isoformat("minutes"))
    parts.append(when.precision)
    if when.start != when.date:
        parts.append(f"from={when.start}")
    if when.deadline:
        parts.append("deadline")
    if when.recurrence:
        parts.append(when.recurrence.text())
    assert when.text == text
    return " ".join(parts)


@pytest.mark.requirement("S0-13", "S1-10", "S2-15", "S3-29")
@pytest.mark.parametrize(("today", "text", "expected"), ROWS)
def test_a_typed_date_means_a_day(today: str, text: str, expected: str) -> None:
    assert described(text, today) == expected


def test_the_table_is_long_enough() -> None:
    assert len({text for _, text, _ in ROWS}) >= 80


@pytest.mark.parametrize(("today", "text", "expected"), PAST)
def test_looking_back_takes_the_last_such_day(today: str, text: str, expected: str) -> None:
    assert parse_when(text, dt.date.fromisoformat(today), past=True).date.isoformat() == expected


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_with_its_own_words_and_examples(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_when(text, dt.date(2024, 3, 13))
    shown = "".join(c for c in text[:40] if c.isprintable()).strip()
    assert shown in refused.value.what
    assert "下周三下午3点" in refused.value.todo


@pytest.mark.parametrize("text", ["", "   ", "\u3000\n"])
def test_nothing_typed_says_so(text: str) -> None:
    with pytest.raises(BadInput, match="没有填写日期"):
        parse_when(text, dt.date(2024, 3, 13))


def test_the_refusal_speaks_the_language_in_use() -> None:
    locale.set_language("en")
    with pytest.raises(BadInput, match=r"“asdf” is not understood as a date\. Try tomorrow"):
        parse_when("asdf", dt.date(2024, 3, 13))
    with pytest.raises(BadInput, match="“2月30日” names a day or time that does not exist"):
        parse_when("2月30日", dt.date(2024, 3, 13))


def test_working_days_follow_the_users_calendar() -> None:
    today = dt.date(2024, 3, 13)
    calendar = WorkCalendar(holidays=frozenset({dt.date(2024, 3, 14)}))
    assert parse_when("下个工作日", today, calendar=calendar).date == dt.date(2024, 3, 15)
    assert parse_when("每个工作日", today, calendar=calendar).date == dt.date(2024, 3, 15)


@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(
                [
                    "今",
                    "明",
                    "后",
                    "下",
                    "上",
                    "周",
                    "三",
                    "日",
                    "月",
                    "年",
                    "号",
                    "天",
                    "前",
                    "后",
                    "内",
                    "每",
                    "隔",
                    "半",
                    "个",
                    "工作日",
                    "点",
                    "时",
                    "季度",
                    "Q",
                    "3",
                    "15",
                    "2024",
                    "99",
                    "-",
                    "/",
                    ".",
                    ":",
                    "T",
                    "十",
                    "廿",
                    "两",
                    "至",
                    "底",
                    "初",
                    "next",
                    "friday",
                    "in",
                    "days",
                    "过",
                    "几",
                    "晚",
                    "下午",
                    "星期",
                    "末",
                    "第",
                    "\u3000",
                    "０",
                    "②",
                    "Ⅳ",
                    "㍘",
                    "⽉",
                ]
            ),
            max_size=9,
        ).map("".join),
    ),
    st.dates(),
    st.booleans(),
)
def test_any_text_gives_a_day_or_a_refusal(text: str, today: dt.date, past: bool) -> None:
    try:
        when = parse_when(text, today, past=past)
    except BadInput as refused:
        assert refused.todo
        return
    assert when.start <= when.date
    assert (when.time is not None) == (when.precision == "time")


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)), st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1))
)
def test_full_dates_mean_themselves_on_any_day(day: dt.date, today: dt.date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert parse_when(text, today).date == day


@given(st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)), st.integers(1, 7))
def test_weekdays_lie_in_the_week_they_name(today: dt.date, weekday: int) -> None:
    char = "一二三四五六日"[weekday - 1]
    bare = parse_when(f"周{char}", today).date
    assert bare.isoweekday() == weekday
    assert 0 <= (bare - today).days < 7
    following = parse_when(f"下周{char}", today).date
    assert following.isocalendar()[:2] == (today + dt.timedelta(days=7)).isocalendar()[:2]
    assert following.isoweekday() == weekday


@given(st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)), st.integers(0, 500))
def test_counted_days_are_counted(today: dt.date, count: int) -> None:
    assert parse_when(f"{count}天后", today).date == today + dt.timedelta(days=count)


def test_reading_a_date_is_fast() -> None:
    def read() -> None:
        parse_when("下周三下午3点", dt.date(2024, 3, 13))

    assert min(timeit.repeat(read, number=50, repeat=5)) / 50 < 0.0005
