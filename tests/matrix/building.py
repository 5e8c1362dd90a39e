"""Makes the world of tests/matrix/world.py through the services, once a process and policy."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import time_machine

from crm_tui.access import defaults
from crm_tui.access import store as people_store
from crm_tui.customers import service as customers
from crm_tui.customers import views
from crm_tui.dedupe import decisions, merging, scanning
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.session import create_database, open_session
from crm_tui.storage import history
from crm_tui.storage.change import Change
from tests.matrix.canaries import ROWS, Place
from tests.matrix.rules import CUSTOM_GRANTS, PEOPLE, TEAMS, File
from tests.matrix.world import TEXTS, World

MADE = "2026-11-10T02:00:00Z"
SHARED: dict[str, tuple[tuple[str, str], ...]] = {
    "far.2": (("rep", "read"), ("left", "edit")),
    "far.3": (("rep", "edit"), ("entry", "read")),
    "mate.2": (("mgr_n", "read"), ("svc", "read"), ("lost", "edit")),
    "boss.1": (("custom", "read"),),
}
ENDINGS = ("archived", "loser", "undone")


@cache
def built(preset: str) -> World:
    """Make the world of a preset; that of another policy is the same with other rows of rights."""
    with TemporaryDirectory(prefix="crm-world-") as folder:
        if preset == defaults.USUAL:
            return _Builder(preset, Path(folder)).world()
        world = replace(built(defaults.USUAL), preset=preset)
        with world.open("boss", Path(folder)) as session:
            session.write(_under, preset)
        return replace(world, sets=world.sets + 1, content=(Path(folder) / "team.db").read_bytes())


class _Builder:
    def __init__(self, preset: str, folder: Path) -> None:
        self.made = World(preset)
        self.canaries = self.made.canaries
        self.folder = folder
        self.path = folder / "team.db"
        self.people: dict[str, int] = {}

    def world(self) -> World:
        with time_machine.travel(MADE, tick=False) as clock:
            create_database(self.path, login="boss", name="boss")
            self._house()
            for login, person in PEOPLE.items():
                maker = login if person.role != "removed" and login not in ("left", "away") else "boss"
                self._by(maker, self._customers, login)
            clock.shift(timedelta(days=1))
            for login in ("boss", "rep", "mate", "far", "mgr", "svc"):
                self._edits(login)
            clock.shift(timedelta(days=1))
            for login in ("rep", "far"):
                self._endings(login)
            self._twins()
            self._import("far")
            self._personal()
            clock.shift(timedelta(days=1))
            self._by("boss", self._leaving)
            self._audit()
            self._handed_over()
            with open_session(self.path, login="boss") as session:
                scanning.scan(session.database)
                self.made.sets = history.newest(session.reader)
        for name in ("-wal", "-shm"):
            assert not self.path.with_name(self.path.name + name).exists()
        self.made.content = self.path.read_bytes()
        return self.made

    def _by(self, login: str, fn: Callable[..., Any], *args: Any, reason: str | None = None) -> Any:
        """Run one change as somebody."""
        with open_session(self.path, login=login) as session:
            return session.write(fn, *args, reason=reason).value

    # People ------------------------------------------------------------------------------------------

    def _house(self) -> None:
        def house(change: Change) -> None:
            teams: dict[str, int] = {}
            for name, parent in TEAMS.items():
                values = {"name": name, "name_key": name, "region": name, "parent_id": teams.get(parent)}
                teams[name] = change.insert("team", values)
            for key, label in (("auditor", "审计"), ("removed", "旧角色")):
                change.insert("role", {"key": key, "label": label, "position": 9})
            for verb, group, scope in CUSTOM_GRANTS:
                values = {"role": "auditor", "verb": verb, "field_group": group, "scope": scope}
                change.insert("permission", values)
            change.insert(
                "permission", {"role": "removed", "verb": "read", "field_group": "", "scope": "all"}
            )
            for login, one in PEOPLE.items():
                self.people[login] = (
                    1 if login == "boss" else people_store.add(change, login, login, one.role)
                )
                change.update("person", self.people[login], {"team_id": teams.get(one.team)})
            for login, one in PEOPLE.items():
                for other in one.away:
                    values = {"person_id": self.people[other], "substitute_id": self.people[login]}
                    change.insert(
                        "substitution", values | {"from_on": "2026-11-01", "until_on": "2026-12-31"}
                    )

        self._by("boss", house)

    def _leaving(self, change: Change) -> None:
        change.update("person", self.people["left"], {"active": 0})
        role = change.one("SELECT id FROM role WHERE key = :key", {"key": "removed"})
        assert role is not None
        change.soft_delete("role", role[0])

    # Customers ---------------------------------------------------------------------------------------

    def _word(self, key: str, what: str, group: str = ROWS) -> str:
        return self.canaries.word(f"{key}: {what}", Place(key, group))

    def _row(self, key: str, *, number: bool = True) -> dict[str, Any]:
        """Return the values of a customer, a canary in each text."""
        values: dict[str, Any] = {name: self._word(key, name, group) for name, group in TEXTS.items()}
        values |= {"name": f"{self._word(key, 'name')}机械有限公司"}
        if number:
            values |= {"no": self._word(key, "no").upper()}
        values |= {"website": f"https://{self._word(key, 'website')}.example", "kind": "company"}
        values |= {"uscc": f"91310000{self._word(key, 'uscc')}".upper(), "status": "prospect"}
        amount = self.canaries.amount(f"{key}: budget", Place(key, "budget"))
        values |= {"budget_min": amount, "budget_max": amount, "industry": "制造业", "level": "A"}
        revenue = self.canaries.amount(f"{key}: revenue", Place(key))
        return values | {"revenue_min": revenue, "revenue_max": revenue, "biz_province": "浙江省"}

    def _contact(self, key: str) -> dict[str, Any]:
        place = Place(key, "contact")
        texts = ("name", "title", "department", "wechat", "work_chat", "note")
        values = {name: self._word(key, f"contact {name}", "contact") for name in texts}
        values |= {"mobile": self.canaries.mobile(f"{key}: mobile", place)}
        values |= {"office_phone": self.canaries.landline(f"{key}: office phone", place)}
        return values | {"email": self.canaries.mail(f"{key}: email", place), "decision_role": "决策者"}

    def _customers(self, change: Change, login: str) -> None:
        """Write the customers of somebody; ``.1`` ... and what becomes of others later."""
        extra = (*ENDINGS, "twin", "given") if login in ("rep", "far") else ()
        for name in ("1", "2", "3", *extra):
            key = f"{login}.{name}"
            self._customer(change, key, login)

    def _customer(self, change: Change, key: str, login: str, **more: Any) -> None:
        shared = SHARED.get(key, ())
        self.made.files[key] = File(login, shared)
        row = self._row(key) | {"owner_id": self.people[login]} | more
        tags = ("老客户", "重点") if key.endswith("1") else ("老客户",)
        customer = customers.add(change, row, [self._contact(key), self._contact(key)], tags)
        self.made.ids[key], self.made.numbers[key] = customer, str(row["no"])
        customers.add_name(change, customer, f"{self._word(key, 'alias')}厂", "other")
        amount = self.canaries.amount(f"{key}: project amount", Place(key, "amount"))
        names = ("name", "contract_no", "note")
        project = {name: self._word(key, f"project {name}") for name in names} | {"amount": amount}
        customers.add_project(change, customer, project | {"starts_on": "2026-01-01"})
        texts = {name: self._word(key, name) for name in ("content", "feedback")}
        plan = PlanDraft(date(2026, 11, 11 + len(self.made.ids) % 20), goal=self._word(key, "goal"))
        plan = plan._replace(text=f"{plan.goal} {self._word(key, 'plan text')}", owner_id=self.people[login])
        logged = followups.log(
            change, LogEntry(customer, texts["content"], "phone", feedback=texts["feedback"]), plan
        )
        if key.endswith(".2") and logged.plan_id:
            followups.done(change, logged.plan_id)
            due = date(2026, 11, 12)
            again = followups.add_plan(change, customer, plan._replace(due_on=due))
            followups.snooze(change, again, date(2026, 11, 18), why=self._word(key, "snooze reason"))
        for person, access in shared:
            values = {"customer_id": customer, "person_id": self.people[person], "access": access}
            change.insert("collaborator", values)

    def _edits(self, login: str) -> None:
        """Change every field of the first customer once more: the former values stay in the log."""
        key = f"{login}.1"
        row = self._row(key, number=False)
        reason = self._word(key, "reason of an edit")

        def edit(change: Change) -> None:
            customer = self.made.ids[key]
            seen = change.one("SELECT changed_in FROM customer WHERE id = :id", {"id": customer})
            assert seen is not None
            customers.update(change, customer, seen[0], row)
            for one in self._children(change, "project", customer):
                customers.update_project(change, *one, self._project(key))
            contacts = self._children(change, "contact", customer)
            for one in contacts:
                customers.update_contact(change, *one, self._contact(key))
            customers.remove_contact(change, contacts[-1][0], change.set_id)

        with open_session(self.path, login=login) as session:
            session.write(edit, reason=reason)
            content = self._word(key, "later content")
            session.write(followups.log, LogEntry(self.made.ids[key], content, "phone"))

    def _project(self, key: str) -> dict[str, Any]:
        amount = self.canaries.amount(f"{key}: later amount", Place(key, "amount"))
        return {"name": self._word(key, "later project"), "amount": amount}

    @staticmethod
    def _children(change: Change, table: str, customer: int) -> list[tuple[int, int]]:
        # One of two constant names.
        sql = {
            "contact": "SELECT id, changed_in FROM contact WHERE customer_id = :id AND deleted_at IS NULL",
            "project": "SELECT id, changed_in FROM project WHERE customer_id = :id AND deleted_at IS NULL",
        }[table]
        return [(row[0], row[1]) for row in change.rows(sql, {"id": customer})]

    def _endings(self, login: str) -> None:
        ids = self.made.ids
        with open_session(self.path, login=login) as session:
            session.write(customers.archive, ids[f"{login}.archived"])
            main, loser = ids[f"{login}.3"], ids[f"{login}.loser"]
            session.write(merging.merge, main, [loser], {}, {}, reason=self._word(f"{login}.3", "why merged"))
            # What hung on the one that went hangs on the one that stays.
            self.canaries.goes_along(f"{login}.loser", f"{login}.3")
            note = self._word(f"{login}.undone", "undone note")
            made = session.write(customers.update, ids[f"{login}.undone"], None, {"note": note})
            session.undo(made.set_id)

            def one(change: Change) -> None:
                self._customer(change, f"{login}.taken", login)

            session.undo(session.write(one).set_id)

    def _twins(self) -> None:
        """Let foreign customers look like own ones: one mobile, one name."""
        place = (Place("rep.twin", "contact"), Place("far.twin", "contact"))
        mobile = self.canaries.mobile("twins: mobile", *place)

        def twins(change: Change) -> None:
            for key in ("rep.twin", "far.twin"):
                name = f"杭州瑞丰精密机械有限公司{self._word(key, 'twin name')}"
                change.update("customer", self.made.ids[key], {"name": name, "name_key": name})
                customers.add_contact(change, self.made.ids[key], {"name": "李娜", "mobile": mobile})

        self._by("boss", twins)
        a, b = self.made.ids["rep.2"], self.made.ids["mate.3"]
        both = Place("rep.2|mate.3")
        self._by("boss", decisions.reject, a, b, self.canaries.word("decision note", both))

    def _import(self, login: str) -> None:
        """Import a sheet whose cells are kept beside what became of them."""
        from crm_tui.exchange import importing
        from crm_tui.exchange.mapping import is_known_heading
        from crm_tui.exchange.reading import open_sheet

        key = f"{login}.imported"
        self.made.files[key] = File(login)
        contact = Place(key, "contact")
        cells = {
            "客户编号": self._word(key, "no").upper(),
            "客户名称": f"{self._word(key, 'imported name')}贸易有限公司",
            "联系人姓名": self._word(key, "imported contact", "contact"),
            "联系方式": self.canaries.mobile(f"{key}: imported mobile", contact),
            "预算范围": self._word(key, "imported budget", "budget"),
            "决策流程": self._word(key, "imported decision", "decision"),
            "核心需求": self._word(key, "imported need"),
            "跟进状态": "需求调研",
        }
        self.made.numbers[key] = cells["客户编号"]
        path = self.folder / f"{self._word(key, 'name of the file')}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(cells), list(cells.values())])
        self.made.sheet = path.read_bytes()
        with open_session(self.path, login=login) as session:
            with open_sheet(path, known=is_known_heading) as sheet:
                mapping = importing.explain(session, sheet)
                plan = importing.plan_import(session, sheet, mapping)
            with plan:
                importing.run_import(session, plan)
            row = session.reader.execute("SELECT max(id) FROM customer").fetchone()
            self.made.ids[key] = row[0]

    # What belongs to one person ----------------------------------------------------------------------

    def _personal(self) -> None:
        for login in ("rep", "mate", "far", "boss"):
            with open_session(self.path, login=login) as session:
                mine = Place(person=login)
                name, words = (
                    self.canaries.word(f"{login}: {what}", mine) for what in ("view", "words of a view")
                )
                session.write(views.save, "customers", name, {"filter": words, "sort": "name"})
                views.keep_layout(
                    session, "customers", {"text": self.canaries.word(f"{login}: layout", mine)}
                )

    def _audit(self) -> None:
        seen = Place(person="svc", group="audit")
        with open_session(self.path, login="svc") as session:
            session.unmask(self.made.ids["far.1"], "budget", self.canaries.word("why unmasked", seen))

    def _handed_over(self) -> None:
        """``rep.given`` is far's now: rep wrote it and sees it no more."""
        self._by("boss", _hand_over, self.made.ids["rep.given"], self.people["far"])
        self.made.files["rep.given"] = File("far")


def _under(change: Change, preset: str) -> None:
    """Put the rows of a policy in the place of those that a new database has."""
    for row in change.rows("SELECT id FROM permission WHERE role <> 'auditor' AND role <> 'removed'"):
        change.soft_delete("permission", row[0])
    for grant in defaults.of_preset(preset).grants:
        change.insert("permission", grant._asdict())


def _hand_over(change: Change, customer: int, person: int) -> None:
    change.update("customer", customer, {"owner_id": person})
