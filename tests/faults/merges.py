"""Random merges of two to five customers with all that hangs on them, one after another, and taken back.

    python -m tests.faults.merges --merges 300 [--seed 1]

After a merge nothing live hangs on a record that went, every number and name finds the one that stays, and
what is derived equals a fresh build. After the undo every column but those of the change sets is as before,
by SHA-256. Chains go back in reverse; out of order, and over what was edited since, nothing is undone.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.access import store as people_store
from crm_tui.customers import reading, service
from crm_tui.dedupe import choosing, decisions, merging
from crm_tui.dedupe.preview import preview
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import relations
from crm_tui.storage.change import Change
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.triggers import columns, tracked_tables
from tests.storage.fresh import assert_fresh
from tests.storage.world import assert_sound

CUSTOMERS = 36
NAMES = (
    "上海恒达机械有限公司",
    "恒达机械",
    "恒达",
    "上海恆達機械",
    "华泰科技",
    "",
    "Hengda Ltd",
    "恒达 机械",
)
PEOPLE = ("王芳", "李娜", "王 芳", "", "张伟", "王总")
PHONES = ("13800000001", "13800000002", "021-62345678", "62345678转8", "138****0001", "", "电话不详")
MAILS = ("a@hengda.com", "A@hengda.com; b@hengda.com", "", "x@qq.com")
CODES = ("", "91310114312772126C", "91310101MA1FW0008X", "无")
INSTANT = "2026-03-01T08:00:00Z"
OWN = ("created_in", "changed_in")


class Outcome(NamedTuple):
    """What a campaign came to; ``faults`` must be empty."""

    merges: int
    seen: Counter[str]
    faults: list[str]


class World:
    """A database with customers that look alike, and whoever merges them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.seen: Counter[str] = Counter()
        path = folder / "crm.db"
        create_database(path, login="wang", name="王芳")
        self.crm = open_session(path, login="wang")
        self.owners = [1] + [
            self.crm.write(people_store.add, login, name, "sales_rep").value
            for login, name in (("li", "李雷"), ("han", "韩梅"))
        ]
        self.tags = [self.crm.write(service.tag_id, name).value for name in ("VIP", "老客户", "展会")]
        self.crm.database.write(1, "fill", self._fill)
        self.ids: list[int] = [
            row[0] for row in self.crm.reader.execute("SELECT id FROM customer ORDER BY id").fetchall()
        ]
        for _each in range(CUSTOMERS // 3):
            one, other = self.chance.sample(self.ids, 2)
            self.crm.write(self.chance.choice((decisions.reject, decisions.relate)), one, other, "店")

    def _fill(self, change: Change) -> None:
        pick = self.chance.choice
        for number in range(CUSTOMERS):
            values = {
                "name": pick(NAMES) or f"客户{number}", "short_name": pick((None, "恒达", "华泰")),
                "owner_id": pick(self.owners), "uscc": pick(CODES) or None, "need": pick((None, "甲", "乙")),
                "biz_city": pick((None, "上海市", "杭州市")), "status": pick((None, "won", "lost")),
                "kind": "company" if number % 9 else "person", "budget_min": pick((None, 100, 200)),
            }  # fmt: skip
            contacts = [
                {
                    "name": pick(PEOPLE) or None, "mobile": pick(PHONES) or None,
                    "title": pick((None, "总", "经理")),
                    "office_phone": pick(PHONES) or None, "email": pick(MAILS) or None,
                    "wechat": pick((None, "wx1")), "note": pick((None, "注")),
                }
                for _each in range(self.chance.randrange(4))
            ]  # fmt: skip
            one = service.add(change, values, contacts, [])
            self._children(change, one)

    def _children(self, change: Change, one: int) -> None:
        pick, some = self.chance.choice, self.chance.randrange
        contacts = [
            row[0] for row in change.rows("SELECT id FROM contact WHERE customer_id = :id", {"id": one})
        ]
        rows: list[tuple[str, dict[str, Any]]] = []
        for tag in self.chance.sample(self.tags, some(3)):
            rows.append(("tag_link", {"tag_id": tag}))
        for person in self.chance.sample(self.owners, some(3)):
            rows.append(("collaborator", {"person_id": person, "access": pick(("read", "edit"))}))
        for sheet in self.chance.sample(("", "contacts"), some(3)):
            rows.append(("imported_row", {"sheet": sheet, "cells": "{}"}))
        for _each in range(some(3)):
            rows.append(("project", {"name": pick(("一期", "二期"))}))
            name = pick(NAMES) or "旧名"
            key = service.fold(name)
            rows.append(
                ("customer_alias", {"name": name, "name_key": key, "kind": pick(("former", "other"))})
            )
        for _each in range(some(4)):
            contact = pick([None, *contacts])
            rows.append(
                ("activity", {"contact_id": contact, "at": INSTANT, "content": "谈", "origin": "manual"})
            )
            rows.append(("plan", {"due_on": "2026-04-01", "owner_id": pick(self.owners), "origin": "manual"}))
        for table, values in rows:
            row_id = change.insert(table, {"customer_id": one, **values})
            if some(6) == 0:
                change.soft_delete(table, row_id)

    # ------------------------------------------------------------ one round

    def play(self) -> None:
        """Merge some, perhaps the result with others, and take all back."""
        before = digest(self.crm)
        sets: list[int] = []
        ids = self.chance.sample(self.ids, self.chance.randrange(2, 6))
        rest = [one for one in self.ids if one not in ids]
        sets.append(self._merge(ids))
        first = survivor = self.survivor
        for _each in range(self.chance.choice((0, 0, 1, 2))):
            others = self.chance.sample(rest, self.chance.randrange(1, 3))
            rest = [one for one in rest if one not in others]
            ids = [survivor, *others]
            self.chance.shuffle(ids)
            sets.append(self._merge(ids))
            survivor = self.survivor
            self.seen["chained"] += 1
        if len(sets) > 1:
            # What went on into another one goes back in reverse only; what stays may be independent.
            self._blocked(sets[0], must=survivor != first)
        edited = self._edit(survivor) if self.chance.random() < 0.3 else None
        if edited is not None:
            if self._blocked(sets[-1], must=False):
                self.seen["in the way"] += 1
            self.crm.undo(edited)
        for each in reversed(sets):
            self.crm.undo(each)
            assert_fresh(self.crm.database.connection)
        if digest(self.crm) != before:
            raise AssertionError("not everything is as it was")
        self.seen["taken back"] += len(sets)

    def _merge(self, ids: list[int]) -> int:
        shown = preview(self.crm.reader, ids)
        survivor = self.chance.choice(ids)
        choices: dict[str, int] = {"kind": self.chance.choice(ids)}
        for one in shown.fields:
            if self.chance.random() < 0.4:
                choices[one.field] = self.chance.choice(ids)
        if self.chance.random() < 0.3:
            choices["need"] = choosing.ALL
        losers = [one for one in ids if one != survivor]
        numbers = {side.no: side.name for side in shown.sides}
        result = self.crm.write(merging.merge, survivor, losers, shown.seen, choices)
        self.survivor = survivor
        self.seen["merged"] += 1
        self.seen["folded contacts"] += result.value.folded
        self._hold(survivor, losers, numbers)
        return result.set_id or 0

    def _hold(self, survivor: int, losers: list[int], numbers: dict[str, str]) -> None:
        connection = self.crm.database.connection
        for child in relations.children_of(connection, "customer"):
            for loser in losers:
                sql = f"SELECT count(*) FROM {child.table} WHERE {child.column} = :id AND deleted_at IS NULL"
                assert connection.execute(sql, {"id": loser}).fetchone() == (0,), (child, loser)
        for number in numbers:
            assert reading.find(self.crm.reader, number) == survivor, number
        file = reading.customer_file(self.crm.reader, survivor)
        assert file is not None and sum(one["is_primary"] for one in file.contacts) <= 1
        known = {service.fold(one["name"]) for one in file.aliases}
        known.add(service.fold(file.customer["name"]))
        known.add(service.fold(file.customer["short_name"] or ""))
        assert {service.fold(name) for name in numbers.values()} <= known
        people = {one["person_id"] for one in reading.children(self.crm.reader, "collaborator", survivor)}
        owners = connection.execute(
            "SELECT owner_id FROM customer WHERE id = :id OR merged_into = :id", {"id": survivor}
        ).fetchall()
        assert {row[0] for row in owners} <= people | {file.customer["owner_id"]}
        assert_fresh(connection)

    def _edit(self, survivor: int) -> int | None:
        for table, field in (("contact", "title"), ("customer", "need"), ("customer_alias", "kind")):
            rows = self.crm.reader.execute(
                f"SELECT id FROM {table} WHERE {'id' if table == 'customer' else 'customer_id'} = :id",
                {"id": survivor},
            ).fetchall()
            if rows and self.chance.random() < 0.6:
                row_id = self.chance.choice(rows)[0]
                result = self.crm.database.write(
                    1,
                    "edit",
                    lambda c, t=table, r=row_id, f=field: c.update(
                        t, r, {f: "short" if f == "kind" else "改"}
                    ),
                )
                return result.set_id
        return None

    def _blocked(self, set_id: int, *, must: bool = True) -> bool:
        """Try an undo that is in somebody's way: it names what is and changes nothing."""
        before = digest(self.crm)
        try:
            done = self.crm.undo(set_id)
        except UndoBlocked as blocked:
            assert blocked.obstacles and digest(self.crm) == before
            return True
        assert not must, f"set {set_id} was undone out of order"
        assert done is not None
        self.crm.undo(done.set_id)
        assert digest(self.crm) == before
        return False

    def close(self) -> None:
        """Hold the file once more and let go of it."""
        assert_sound(self.crm.database.connection)
        self.crm.close()


def digest(crm: Session) -> str:
    """Return the SHA-256 of every row of every table with history, without the columns of the change sets."""
    connection, found = crm.database.connection, hashlib.sha256()
    for table in tracked_tables(connection):
        names = ", ".join(name for name in columns(connection, table) if name not in OWN)
        for row in connection.execute(f"SELECT {names} FROM {table} ORDER BY id").fetchall():
            found.update(repr((table, row)).encode())
    return found.hexdigest()


def run(folder: Path, merges: int, seed: int = 1) -> Outcome:
    """Merge so many times and take all back; stop at the first fault."""
    world = World(folder, seed)
    faults: list[str] = []
    try:
        while world.seen["merged"] < merges and not faults:
            try:
                world.play()
            except AssertionError as error:
                faults.append(f"after {world.seen['merged']} merges of seed {seed}: {error}")
        if not faults:
            world.close()
    finally:
        world.crm.close()
    return Outcome(world.seen["merged"], world.seen, faults)


def main() -> int:
    """Run the command; the exit code is 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--merges", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), wanted.merges, wanted.seed)
    print(f"{outcome.merges} merges: {dict(outcome.seen)}")
    print("\n".join(outcome.faults) or "everything held")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
