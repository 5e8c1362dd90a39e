"""The many customers of a large demo: the same ones every time, everywhere, with names of their own."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from crm_tui.demo import twins
from crm_tui.demo.crowd import COLUMNS, Crowd, Drawn
from crm_tui.demo.places import PROVINCES, places
from crm_tui.demo.staff import owners, staff
from crm_tui.demo.traces import PLANS, Told, Tracer
from crm_tui.text.phone import parse_phones
from crm_tui.text.regions import divisions
from crm_tui.text.uscc import check_code

DAY = date(2024, 3, 4)
NOW = datetime(2024, 3, 15, 2, tzinfo=UTC)


def drawn(seed: int, *parts: int) -> list[Drawn]:
    crowd = Crowd(seed)
    return [one for start, count in enumerate(parts) for one in crowd.part(start, [DAY] * count)]


def test_equal_seeds_draw_equal_customers_and_no_name_or_number_comes_twice() -> None:
    found = drawn(3, 4000, 4000)
    assert found == drawn(3, 4000, 4000)
    # But for the few that were entered a second time.
    again = range(twins.CROWD_EACH - 1, 4000, twins.CROWD_EACH)
    found = [one for at, one in enumerate(found) if at % 4000 + at // 4000 not in again]
    assert found[:100] != drawn(4, 4000)[:100]
    firms = [one.values for one in found if one.values["kind"] == "company"]
    codes = [values["uscc"] for values in firms if values["uscc"]]
    mobiles = [contact["mobile"] for one in found for contact in one.contacts if contact["mobile"]]
    assert len(firms) > 7000
    for texts in ([values["name"] for values in firms], codes, mobiles):
        assert len(set(texts)) >= len(texts) - 2
    assert {check_code(code).kind for code in codes[:200]} == {"valid"}
    assert all(parse_phones(mobile)[0].kind == "mobile" for mobile in mobiles[:200])
    assert {tuple(sorted(one.values)) for one in found} == {tuple(sorted(COLUMNS))}


def test_they_sit_in_every_province_and_are_of_every_kind() -> None:
    assert set(PROVINCES) == set(divisions())
    assert all(site.region for site in places()[0])
    found = [one.values for one in drawn(7, 8000)]
    assert {values["biz_province"] for values in found} == set(PROVINCES)
    for column, least in (("status", 4), ("stage", 8), ("level", 4), ("industry", 17), ("source", 13)):
        counts = Counter(values[column] for values in found if values[column])
        assert len(counts) == least, counts


def test_a_million_customers_have_two_hundred_people() -> None:
    people = staff(1_000_000, seed=7)
    assert len(people) + 1 == 200
    assert len({one.login for one in people}) == len({one.name for one in people}) == 199
    assert people == staff(1_000_000, seed=7)
    shares = Counter(owners(len(people), seed=7))
    assert 4500 < 1_000_000 * shares[0] / shares.total() < 5500
    assert max(shares.values()) < 1.5 * min(shares.values())


def test_plans_stand_before_and_behind_today_and_nothing_was_said_later() -> None:
    told = [
        Told(1, "company", "interested", "proposal", None, 5, "retail", f"2023-{month:02d}-02", "王伟")
        for month in range(1, 13)
    ] * 200
    tracer = Tracer(7, NOW, "Asia/Shanghai", None)
    found = tracer.part(0, told)
    assert found == Tracer(7, NOW, "Asia/Shanghai", None).part(0, told)
    assert max(one["at"] for one in found.activities) < "2024-03-15"
    days = [plan["due_on"] for plan in found.plans if plan["state"] == "todo"]
    assert any(day < "2024-03-15" for day in days) and "2024-03-15" in days
    assert any("2024-03-15" < day <= "2024-03-22" for day in days) and max(days) > "2024-04-15"
    share = len(found.plans) / len(told)
    assert share * 0.9 < sum(PLANS.values()) / 100_000 < share * 1.1
    # The acting user of a small demo has a Today of his own.
    calm = Tracer(7, NOW, "Asia/Shanghai", 5).part(0, told).plans
    assert min(plan["due_on"] for plan in calm) > "2024-03-15"
