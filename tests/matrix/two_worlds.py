"""Two files that are equal but for what somebody may not see: values, names, and how many there are."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import time_machine

from crm_tui.customers import service as customers
from crm_tui.dedupe import scanning
from crm_tui.followups import service as followups
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from tests.matrix.rules import GROUPS, PEOPLE, sees
from tests.matrix.world import NOW, TEXTS, World, opened

FIRST, SECOND = "first", "second"
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴", "伟芳娜敏静丽强磊洋艳"
BRANDS = "恒达瑞丰明德远景华信天成嘉禾宏图"
CONTACTS = "SELECT * FROM contact WHERE customer_id = :id AND deleted_at IS NULL"
PROJECTS = "SELECT id FROM project WHERE customer_id = :id AND deleted_at IS NULL"
ALIASES = "SELECT id FROM customer_alias WHERE customer_id = :id AND deleted_at IS NULL"
ACTIVITIES = "SELECT id FROM activity WHERE customer_id = :id AND deleted_at IS NULL"
PLANS = "SELECT id FROM plan WHERE customer_id = :id AND deleted_at IS NULL AND state = 'todo'"


class Inventor:
    """Invents values, and keeps them to be asked about; both worlds draw as often, from other beginnings."""

    def __init__(self, seed: str) -> None:
        self.chance = random.Random(seed)
        self.told: list[str] = []

    def _keep(self, text: str) -> str:
        self.told.append(text)
        return text

    def word(self) -> str:
        return self._keep(
            self.chance.choice(BRANDS) + self.chance.choice(BRANDS) + f"v{self.chance.randrange(9999):04}"
        )

    def person(self) -> str:
        return self._keep(self.chance.choice(SURNAMES) + self.chance.choice(GIVEN))

    def digits(self, count: int) -> str:
        return "".join(self.chance.choice("0123456789") for _place in range(count))

    def company(self) -> str:
        brand = "".join(self.chance.choice(BRANDS) for _sign in range(2))
        return self._keep(f"{self.chance.choice(('上海', '杭州', '北京'))}{brand}机械有限公司")

    def phone(self, like: str | None) -> str | None:
        """Invent the hidden part of a number; the shown one stays."""
        if not like or len(like) < 11:
            return like
        middle = self.digits(len(like) - 7)
        found = like[:4] + middle[1:] + like[-4:] if "-" in like else like[:3] + middle + like[-4:]
        return self._keep(found)

    def mail(self, like: str | None) -> str | None:
        """Invent the hidden part of an address."""
        if not like or "@" not in like:
            return like
        local, _at, domain = like.partition("@")
        return self._keep(f"{local[:2]}{self.digits(max(len(local) - 2, 2))}@{domain}")

    def masked(self, like: str | None) -> str | None:
        """Invent what stands behind the first sign."""
        return self._keep(like[0] + self.digits(5)) if like else like

    def some(self, value: Any) -> Any:
        """Leave a value out now and then."""
        return value if self.chance.random() < 0.7 else None

    def amount(self) -> int:
        fen = self.chance.randrange(1, 9_000_000) * 100
        self.told.append(str(fen // 100))
        return fen


def _values(group: str, invent: Inventor) -> dict[str, Any]:
    values = {name: invent.some(invent.word()) for name, of in TEXTS.items() if of == group}
    if group == "budget":
        low = invent.some(invent.amount())
        values |= {"budget_min": low, "budget_max": low}
    return values


def change_hidden(change: Change, world: World, viewer: str, invent: Inventor) -> None:
    """Write other values wherever somebody may not look."""
    for key, file in world.files.items():
        customer = world.ids.get(key)
        row = customer and change.one("SELECT owner_id FROM customer WHERE id = :id", {"id": customer})
        if not row or not customer:
            continue
        seen = sees(world.preset, viewer, file)
        hidden = [group for group in ("", *GROUPS) if not sees(world.preset, viewer, file, group)]
        values = {name: value for group in hidden for name, value in _values(group, invent).items()}
        if not seen:
            values |= {"name": invent.company(), "status": invent.chance.choice(("prospect", "won", "lost"))}
            values |= {
                "level": invent.chance.choice("ABC"),
                "industry": invent.chance.choice(("制造业", "零售业")),
            }
            values |= {"biz_province": invent.chance.choice(("浙江省", "北京市", None))}
            values |= {"name_key": values["name"]}
        if values:
            change.update("customer", customer, values)
        _change_rows(change, customer, set(hidden), seen, invent)


def _change_rows(change: Change, customer: int, hidden: set[str], seen: bool, invent: Inventor) -> None:
    asked = {"id": customer}
    names = [row[1] for row in change.rows("SELECT cid, name FROM pragma_table_info('contact')")]
    for row in change.rows(CONTACTS, asked) if "contact" in hidden else ():
        now = dict(zip(names, row, strict=True))
        values: dict[str, Any] = {"mobile": invent.phone(now["mobile"]), "email": invent.mail(now["email"])}
        values |= {"office_phone": invent.phone(now["office_phone"])}
        values |= {name: invent.masked(now[name]) for name in ("wechat", "work_chat", "name")}
        values |= {name: invent.some(invent.word()) for name in ("title", "department", "note")}
        if not seen:
            values |= {"name": invent.person(), "mobile": f"13{invent.digits(9)}"}
        change.update("contact", now["id"], values)
    if "decision" in hidden:
        for row in change.rows(CONTACTS, asked):
            change.update(
                "contact", row[0], {"decision_role": invent.chance.choice(("决策者", "使用者", None))}
            )
    if "amount" in hidden:
        for row in change.rows(PROJECTS, asked):
            change.update("project", row[0], {"amount": invent.some(invent.amount())})
    if seen:
        return
    for row in change.rows(ALIASES, asked):
        name = invent.word()
        change.update("customer_alias", row[0], {"name": name, "name_key": name})
    for row in change.rows(ACTIVITIES, asked):
        at = f"2026-11-{invent.chance.randrange(1, 19):02}T03:00:00Z"
        change.update("activity", row[0], {"content": invent.word(), "at": at})
    for row in change.rows(PLANS, asked):
        due = date(2026, 11, 1) + timedelta(days=invent.chance.randrange(60))
        change.update("plan", row[0], {"due_on": due.isoformat(), "goal": invent.word()})


def add_unseen(change: Change, world: World, viewer: str, invent: Inventor, count: int) -> None:
    """Add customers that somebody does not see, as many as said."""
    unseen = [one.owner for one in world.files.values() if not sees(world.preset, viewer, one)]
    owners = {one: change.one("SELECT id FROM person WHERE login = :login", {"login": one}) for one in PEOPLE}
    for _number in range(count):
        owner = owners[invent.chance.choice(unseen)]
        assert owner is not None
        contact = {"name": invent.person(), "mobile": f"13{invent.digits(9)}", "title": invent.word()}
        no = f"X{invent.digits(8)}"
        row = {
            "name": invent.company(),
            "no": no,
            "owner_id": owner[0],
            "kind": "company",
            "status": "prospect",
        }
        customer = customers.add(change, row, [contact], ["老客户", invent.chance.choice(("重点", "老客户"))])
        draft = followups.PlanDraft(date(2026, 11, 19), goal=invent.word(), owner_id=owner[0])
        followups.add_plan(change, customer, draft)


@contextmanager
def two_worlds(world: World, viewer: str, folder: Path) -> Generator[tuple[Session, Session, list[str]]]:
    """Open both files as somebody; the texts are what either hides from them."""
    told: list[str] = []
    for name, count in ((FIRST, 1), (SECOND, 4)):
        (folder / name).mkdir()
        path = folder / name / "team.db"
        path.touch(0o600)
        path.write_bytes(world.content)
        invent = Inventor(f"{name} {viewer}")
        with time_machine.travel(NOW, tick=False), open_session(path, login="boss") as boss:
            boss.write(change_hidden, world, viewer, invent)
            if any(not sees(world.preset, viewer, one) for one in world.files.values()):
                boss.write(add_unseen, world, viewer, invent, count)
            scanning.scan(boss.database)
        told += invent.told
    with (
        time_machine.travel(NOW, tick=False),
        opened(folder / FIRST / "team.db", viewer) as first,
        opened(folder / SECOND / "team.db", viewer) as second,
    ):
        yield first, second, told
