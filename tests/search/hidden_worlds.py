"""The same customers twice, with other values wherever one person does not see them, and what to look for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from crm_tui.access import defaults
from crm_tui.access import store as people
from crm_tui.customers import service
from crm_tui.session import create_database, open_session
from crm_tui.storage.change import Change
from crm_tui.text.pinyin import readings

ROLES = {
    "wang": "administrator", "li": "sales_rep", "zhao": "sales_rep", "chen": "sales_manager",
    "sun": "service", "qian": "entry", "he": "sales_rep",
}  # fmt: skip
TEAMS = {"li": 1, "zhao": 1, "chen": 1, "he": 2}
PLACES = ("北京", "上海", "深圳市", "重庆", "长沙", "")
BRANDS = ("华为", "王芳", "张伟", "泰华润", "长行", "恒达", "海尔", "伟业", "芳华", "百通", "TCL", "乐行")
TRADES = ("科技", "电子", "网络技术", "建材", "贸易", "医疗器械")
FORMS = ("有限公司", "股份有限公司", "厂", "")
SURNAMES, GIVEN = "王张李单曾", ("芳", "伟", "小飞", "长乐", "伟业", "华", "芳华", "海")
HOSTS = ("huawei.com", "wangfang.cn", "qq.com", "hengda.com.cn", "tcl.net")
WORDS = ("wang", "fang", "info", "zhangwei", "hw", "haier", "tcl")
TAGS = ("高意向", "价格敏感", "VIP")
CUSTOMERS = 90


class World(NamedTuple):
    """Where the file lies, and its texts: what of it somebody might look for."""

    path: Path
    words: tuple[str, ...]


def make(path: Path, preset: str, viewer: str, variant: int) -> World:
    """Make a file with a preset's policy, in which what the viewer does not see depends on the variant."""
    create_database(path, login="wang", name="王芳")
    plain, hidden = Random(7), Random(f"{variant}")
    words: set[str] = set()
    with open_session(path, login="wang") as session:
        session.database.write(1, "init", lambda change: _staff(change, preset))
        ids = {one.login: one.id for one in people.people(session.database.connection)}
    with open_session(path, login=viewer) as session:
        policy = session.policy
    rows, contacts = policy.owners(policy.scope("read")), policy.owners(policy.scope("read", "contact"))
    with open_session(path, login="wang") as session:

        def fill(change: Change) -> None:
            logins = sorted(ids)
            for number in range(CUSTOMERS):
                owner = ids[plain.choice(logins)]
                shared = plain.random() < 0.06
                seen = shared or rows is None or owner in rows
                full = seen and (shared or contacts is None or owner in contacts)
                dice = plain if seen else hidden
                # Both draw alike, so that what is seen is the same in each variant.
                own, other = customer(plain), customer(hidden)
                values, tags = own if dice is plain else other
                person, another = _contact(plain, number), _contact(hidden, number)
                person = person if full else another
                if values["name"] is None:
                    person["name"] = "王" + person["name"][1:]  # its first sign is shown
                one = service.add(
                    change, {**values, "owner_id": owner, "no": f"C{number:05}"}, [person], tags
                )
                if number % 9 == 0:
                    former = _name(dice) if dice is hidden else _name(plain)
                    service.add_alias(change, one, former, "former")
                if shared:
                    change.insert(
                        "collaborator", {"customer_id": one, "person_id": ids[viewer], "access": "read"}
                    )
                words.update(filter(None, [values["name"], values["website"], *tags, *person.values()]))

        session.database.write(1, "customer.add", fill)
    return World(path, tuple(sorted(words)))


def _staff(change: Change, preset: str) -> None:
    for login, role in ROLES.items():
        if login != "wang":
            people.add(change, login, f"同事{login}", role)
    for number in sorted(set(TEAMS.values())):
        change.insert("team", {"name": f"{number}队", "name_key": f"{number}队"})
    for login, team in TEAMS.items():
        person = people.by_login(change.connection, login)
        assert person is not None
        change.update("person", person.id, {"team_id": team})
    if preset != defaults.USUAL:
        rows = change.rows("SELECT id FROM permission WHERE deleted_at IS NULL", {})
        for (grant_id,) in rows:
            change.soft_delete("permission", grant_id)
        for grant in defaults.of_preset(preset).grants:
            change.insert("permission", grant._asdict())


def _name(dice: Random) -> str:
    return "".join(dice.choice(part) for part in (PLACES, BRANDS, TRADES, FORMS))


def customer(dice: Random) -> tuple[dict[str, str | None], list[str]]:
    """Return the columns and the tags of a customer."""
    name, short = _name(dice), dice.choice(BRANDS) + dice.choice(TRADES)
    english, host = f"{dice.choice(WORDS)} {dice.choice(WORDS)} Co., Ltd.", dice.choice(HOSTS)
    referrer = dice.choice(SURNAMES) + dice.choice(GIVEN)
    throws = [dice.random() for _each in range(5)]
    values: dict[str, str | None] = {
        "name": None if throws[0] < 0.06 else name,
        "kind": "person" if throws[0] < 0.06 else "company",
        "short_name": short if throws[1] < 0.3 else None,
        "english_name": english if throws[2] < 0.3 else None,
        "website": f"www.{host}" if throws[3] < 0.3 else None,
        "referrer": referrer if throws[4] < 0.1 else None,
    }
    return values, [tag for tag in TAGS if dice.random() < 0.2]


def _contact(dice: Random, number: int) -> dict[str, str]:
    digits = "".join(dice.choice("01389") for _each in range(8))
    return {
        "name": dice.choice(SURNAMES) + dice.choice(GIVEN),
        "mobile": f"138{digits}",
        "email": f"{dice.choice(WORDS)}{number}@{dice.choice(HOSTS)}",
        "wechat": dice.choice(WORDS) + str(number),
    }


def texts(words: tuple[str, ...], count: int, seed: int) -> list[str]:
    """Return as many texts to look for, made of parts of the words of a world."""
    dice = Random(seed)
    ways: tuple[Callable[[str], str], ...] = (
        lambda word: word,
        lambda word: _part(dice, word, 2),
        lambda word: _part(dice, word, 3),
        lambda word: _part(dice, word, 5),
        lambda word: _said(word)[: dice.randint(2, 9)],
        lambda word: "".join(_heads(word))[dice.randint(0, 2) :][:5],
        lambda word: _wrong(dice, word),
        lambda word: f"{_part(dice, word, 2)} {_part(dice, dice.choice(words), 2)}",
        lambda word: dice.choice(("电话:", "联系人:", "邮箱:", "微信:", "名称:", "标签:")) + word,
        lambda word: f"{_part(dice, word, 2)} 负责人:同事{dice.choice(('li', 'zhao', 'he'))}",
    )
    return [dice.choice(ways)(dice.choice(words)) for _each in range(count)]


def _part(dice: Random, word: str, size: int) -> str:
    at = dice.randint(0, max(len(word) - size, 0))
    return word[at : at + size]


def _said(word: str) -> str:
    return "".join((readings(sign) or (sign.lower(),))[0] for sign in word)


def _heads(word: str) -> list[str]:
    return [(readings(sign) or (sign.lower(),))[0][:1] for sign in word]


def _wrong(dice: Random, word: str) -> str:
    at = dice.randrange(len(word))
    return (word[:at] + dice.choice("华王长电1a") + word[at + 1 :])[:10]
