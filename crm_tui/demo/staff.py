"""The people of a demo: a handful, or about one for five thousand customers; and their teams."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from crm_tui.demo.names import GIVEN, SURNAMES

ACTING = "演示用户"
EACH = 5000  # customers of one person in a large demo
MANAGERS = 10  # so many people have one manager: a team


class Colleague(NamedTuple):
    """A person of the demo before he is written."""

    login: str
    name: str
    role: str
    aliases: tuple[str, ...] = ()


# An index into the people of the demo counts the acting user as 0.
COLLEAGUES = (
    Colleague("lixiaoshou", "李销售", "sales_rep", ("李*",)),
    Colleague("chenxiaoyu", "陈晓雨", "sales_rep"),
    Colleague("zhaomingyuan", "赵明远", "sales_manager"),
    Colleague("zhouqian", "周倩", "service"),
)
OWNERS = (0, 0, 0, 1, 1, 2, 2, 2, 3)
MANAGER, SERVICE = 3, 4


def staff(customers: int, seed: int) -> list[Colleague]:
    """Return the colleagues of the acting user for a number of customers."""
    found = list(COLLEAGUES)
    random = Random(f"{seed}:staff")  # noqa: S311 - repeatable on purpose
    names = {one.name for one in found}
    surnames = list(SURNAMES)
    while len(found) + 1 < customers // EACH:
        surname = random.choice(surnames)
        name = surname + random.choice(GIVEN)
        if name in names:
            name += random.choice(GIVEN)[0]
        if name in names:
            continue
        names.add(name)
        order = len(found) + 1
        role = "sales_manager" if order % MANAGERS == 0 else "sales_rep"
        found.append(Colleague(f"{SURNAMES[surname]}{order:03d}", name, role))
    return found


class Team(NamedTuple):
    """A team of the demo: its name, the place of the team above it in the list, its region."""

    name: str
    above: int | None = None
    region: str = ""


HOUSE = "销售部"
REGIONS = ("华东", "华南", "华北", "西南")
DIGITS = "一二三四五六七八九十"
# Of the handful: who is in which of the first teams.
FEW_TEAMS = (Team(HOUSE), Team("华东组", 0, "华东"), Team("华南组", 0, "华南"))
FEW = (0, 1, 2, 1, 0)


def teams(colleagues: int) -> tuple[list[Team], list[int]]:
    """Return the teams of so many colleagues, and the place of each person's, the acting user's first.

    A manager leads each team of ten; the acting user and service belong to the whole house.
    """
    if colleagues == len(COLLEAGUES):
        return list(FEW_TEAMS), list(FEW)
    count = (colleagues + 1) // MANAGERS
    regions = REGIONS[: max(1, min(len(REGIONS), count))]
    found = [Team(HOUSE), *(Team(region, 0, region) for region in regions)]
    first = len(found)
    for number in range(max(count, 1)):
        round_, at = divmod(number, len(regions))
        found.append(Team(f"{regions[at]}{DIGITS[round_]}组", 1 + at, regions[at]))
    last = len(found) - 1
    places = [min(first + order // MANAGERS, last) for order in range(colleagues + 1)]
    places[0] = places[SERVICE] = 0
    return found, places


def owners(colleagues: int, seed: int) -> Sequence[int]:
    """Return whose customers they are: indexes to draw from, the acting user's share that of one of them."""
    if colleagues == len(COLLEAGUES):
        return OWNERS
    random = Random(f"{seed}:owners")  # noqa: S311 - repeatable on purpose
    # Some have a few more than others; service has none of its own.
    return [
        index
        for index in range(colleagues + 1)
        if index != SERVICE
        for _share in range(20 if index == 0 else random.randrange(17, 24))
    ]
