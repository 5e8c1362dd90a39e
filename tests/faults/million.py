"""A database of as many customers as wanted, and the sheet to import into it; the same ones every time.

    python -m tests.faults.million --file million.db --customers 1000000 [--journal wal|truncate]

Everything in it hangs on the number of the customer alone, so that a sheet can name customers that are there.
The rows are written through the product, with history and derived rows, but nobody waits for the disk.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crm_tui.access import store as people_store
from crm_tui.search.building import finish
from crm_tui.session import create_database
from crm_tui.storage import numbering
from crm_tui.storage.change import Change
from crm_tui.storage.connection import connect
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.throwaway import filled_at_once
from crm_tui.text.fold import fold
from crm_tui.text.natural import natural_key
from tests.faults import processes

PEOPLE = 21  # the importer first
SET = 5000  # customers in one set
DAY = 900  # customers of one day: their numbers have three digits
BEGUN = date(2021, 1, 1)
SIGNS = "华东信海天科创宏达瑞丰恒泰盛源博远嘉诚德润金桥安邦启明星辰国中联正大百川永兴元通"
CITIES = (
    ("上海市", "上海市"),
    ("广东省", "深圳市"),
    ("浙江省", "杭州市"),
    ("江苏省", "苏州市"),
    ("四川省", "成都市"),
)
TRADES = ("贸易", "机械", "电子", "网络科技", "建材", "物流")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
STATUS = ("prospect", "prospect", "interested", "interested", "won", "lost")
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [pow(3, place, 31) for place in range(17)]
GOALS = ("回访", "发报价", "演示产品", "确认合同", "约见面")

HEAD = (
    "客户名称", "统一社会信用代码", "所属行业", "跟进状态", "客户来源", "联系人姓名", "联系人职位", "手机",
    "邮箱", "最后跟进时间", "下次跟进计划", "核心需求", "备注",
)  # fmt: skip
FILE = (
    "id", "kind", "no", "no_sort", "name", "name_key", "status", "owner_id", "uscc", "uscc_key",
    "biz_province", "biz_city", "need", "lost_reason", "first_contact_on",
)  # fmt: skip
PERSON = ("customer_id", "name", "title", "mobile", "email", "is_primary", "position")
SPOKEN = ("customer_id", "at", "by_id", "ways", "content", "origin")
PLANNED = ("customer_id", "due_on", "goal", "text", "owner_id", "origin", "state")


def name_of(number: int) -> str:
    """Return the name of a company; no two numbers below 2,560,000 have the same."""
    mixed, text = number * 1_000_003 % 2_560_000, ""
    for _place in range(4):
        mixed, place = divmod(mixed, 40)
        text += SIGNS[place]
    return f"{CITIES[number % 5][1][:2]}{text}{TRADES[number % 6]}{number // 2_560_000 or ''}有限公司"


def code_of(number: int) -> str:
    """Return a valid credit code of its own."""
    body = f"91310{number % 7:01d}{number:011d}"
    return (
        body + CODE[-sum(CODE.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True)) % 31]
    )


def phone_of(number: int) -> str:
    """Return a mobile number of its own."""
    return f"13{number * 7_919 % 1_000_000_000:09d}"


def person_of(number: int) -> str:
    """Return the name of a contact."""
    return SURNAMES[number % 20] + GIVEN[number // 20 % 20] + GIVEN[number // 400 % 20]


def make_million(path: Path, customers: int, journal: str) -> None:
    """Make the database, people s1 to s20 beside the importer ``li``; three minutes for a million."""
    create_database(path, login="li", name="李雷")
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode=" + ("WAL" if journal == "wal" else "DELETE")).fetchone()
    database = Database(path)
    with closing(database), filled_at_once(database.connection):
        for number in range(1, PEOPLE):
            database.write(
                1, "user.add", lambda c, n=number: people_store.add(c, f"s{n}", f"销售{n:02d}", "sales_rep")
            )
        for start in range(0, customers, SET):
            part = range(start, min(customers, start + SET))
            database.write(1, "customer.add", lambda change, part=part: _add(change, part), source="cli")
        finish(database)


def _add(change: Change, part: range) -> None:
    files: list[tuple[Any, ...]] = []
    contacts, said, planned = [], [], []
    numbers: list[str] = []
    for number in part:
        customer, owner = number + 1, 1 + number % PEOPLE
        day = BEGUN + timedelta(days=number // DAY)
        no = f"C{day:%Y%m%d}{number % DAY + 1:03d}"
        numbers.append(no)
        name, code = name_of(number), code_of(number)
        status = STATUS[number % 6]
        province, city = CITIES[number % 5]
        need, why = "降低采购成本" if number % 3 else None, "价格" if status == "lost" else None
        files.append(
            (
                customer, "company", no, natural_key(no), name, fold(name), status, owner, code, code,
                province, city, need, why, day.isoformat(),
            )
        )  # fmt: skip
        mail = f"u{number}@example.com" if number % 2 else None
        contacts.append((customer, person_of(number), "经理", phone_of(number), mail, 1, 0))
        if number % 4 == 0:
            contacts.append(
                (customer, person_of(number + 7), "采购", phone_of(number + 5_000_000), None, 0, 1)
            )
        said.append(
            (customer, f"{day}T02:00:00Z", owner, "phone", "电话沟通，" + GOALS[number % 5], "manual")
        )
        if number % 5 < 3:
            due = date(2026, 1, 1) + timedelta(days=number % 700)
            goal = GOALS[number % 5]
            planned.append((customer, due.isoformat(), goal, f"{due} {goal}", owner, "manual", "todo"))
    change.insert_many("customer", FILE, files)
    change.insert_many("contact", PERSON, contacts)
    change.insert_many("activity", SPOKEN, said)
    change.insert_many("plan", PLANNED, planned)
    numbering.observe(change.connection, "customer", numbers)


def write_sheet(path: Path, customers: int, rows: int, seed: int = 0) -> tuple[int, int]:
    """Write the sheet to be imported and return how many of its rows are new and how many are there already.

    One row in fifty names a customer of the first ``customers``, with another need and a next plan.
    """
    new = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for row in _rows(customers, rows, seed):
            new += row[0]
            out.writerow(row[1])
    return new, rows - new


def _rows(customers: int, rows: int, seed: int) -> Iterator[tuple[bool, tuple[str, ...]]]:
    for at in range(rows):
        if at % 50 == 25:
            number = (at * 997 + seed * 13) % customers
            plan = "2027-03-01回访"
            yield False, (name_of(number), code_of(number), *[""] * 8, plan, f"新需求{seed}-{at}", "")
            continue
        number = customers + seed * rows + at
        yield True, (
            name_of(number), code_of(number) if at % 2 else "", "IT服务" if at % 3 else "制造业",
            "需求调研" if at % 2 else "初步接洽", "转介绍" if at % 4 else "", person_of(number), "采购经理",
            phone_of(number), f"n{number}@example.com" if at % 3 else "", f"2026-0{at % 9 + 1}-1{at % 9}",
            f"2027-0{at % 9 + 1}-15前提交方案" if at % 5 else "每月回访", "降低采购成本15%", "",
        )  # fmt: skip


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--journal", choices=processes.MODES, default=processes.MODES[0])
    wanted = parser.parse_args()
    began = time.perf_counter()
    make_million(wanted.file, wanted.customers, wanted.journal)
    connection = connect(wanted.file)
    count = connection.execute("SELECT count(*) FROM customer").fetchone()[0]
    connection.close()
    size = wanted.file.stat().st_size // 2**20
    print(f"{count} customers, {size} MB, {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
