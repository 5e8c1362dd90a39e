"""Lists in every order and by every filter: walked or gathered, the rows are those that the facts demand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from crm_tui.customers import filters, list_seeking, reading, window
from crm_tui.customers.list_seeking import Seeking
from crm_tui.customers.list_walking import Walk
from crm_tui.customers.reading import SORTS, Query, Window
from crm_tui.customers.store_members import Members, span
from crm_tui.session import Session
from crm_tui.storage import in_time
from crm_tui.storage.change import Change, action
from crm_tui.text.fold import fold
from crm_tui.text.natural import natural_key
from crm_tui.text.pinyin import sort_key

TODAY = "2026-03-11"
COUNT = 90
NAMES = ("上海恒达", "北京远景", "ABC科技", "12号店", "9号店", "重庆鑫盛", "李伟", "阿里", "Zeta", "张三")


@action("test.fill")
def fill(change: Change) -> None:
    chance = random.Random(7)
    for number in range(COUNT):
        name = chance.choice(NAMES) + str(chance.randint(1, 30))
        no = f"K{chance.randint(1, 5000)}-{number}"
        row = {
            "kind": "company", "no": no, "no_sort": natural_key(no), "name": name, "name_key": fold(name),
            "status": chance.choice(["prospect", "interested", "won", "lost", None]), "owner_id": 1,
            "industry": chance.choice(["manufacturing", "manufacturing.food", "retail", None, ""]),
            "level": chance.choice(["key", None]),
            "biz_province": chance.choice(["广东省", "上海市", "广东", None]),
            "biz_city": chance.choice(["深圳市", None]),
        }  # fmt: skip
        one = change.insert("customer", row)
        if chance.random() < 0.6:
            change.insert("contact", {"customer_id": one, "name": "王", "mobile": f"1380000{number:04d}"})
        if chance.random() < 0.5:
            day = f"2026-03-{chance.randint(1, 28):02d}"
            change.insert("plan", {"customer_id": one, "due_on": day, "owner_id": 1, "origin": "manual"})
        if chance.random() < 0.7:
            at = f"2026-0{chance.randint(1, 2)}-{chance.randint(1, 28):02d}T03:00:00Z"
            change.insert("activity", {"customer_id": one, "at": at, "by_id": 1, "origin": "manual"})
        if chance.random() < 0.3:
            tag = change.one("SELECT id FROM tag ORDER BY id")
            change.insert("tag_link", {"customer_id": one, "tag_id": tag[0] if tag else 0})
        if chance.random() < 0.1:
            change.update("customer", one, {"deleted_at": change.now, "gone": "archived"})


FACTS = """
SELECT c.id, c.status, c.industry, c.level, c.owner_id, c.biz_province, c.biz_city, c.name, c.no,
 s.next_due_on, s.last_followup_at, s.idle_since, s.contacts, s.phones, s.open_plans, s.missing, s.odd,
 (SELECT count(*) FROM tag_link l WHERE l.customer_id = c.id) AS tags
 FROM customer c JOIN customer_state s ON s.customer_id = c.id ORDER BY c.id
"""
# What a filter means, said once more.
MEANING: dict[str, Callable[[dict[str, Any]], bool]] = {
    "状态:潜在客户,流失客户": lambda r: r["status"] in ("prospect", "lost"),
    "非状态:潜在客户": lambda r: r["status"] != "prospect",
    "行业:制造业": lambda r: (r["industry"] or "").startswith("manufacturing"),
    "-行业:制造业,零售业": lambda r: not r["industry"],
    "行业:食品制造 或 行业:零售业": lambda r: r["industry"] in ("manufacturing.food", "retail"),
    "行业:无": lambda r: not r["industry"],
    "行业:有 -行业:零售业": lambda r: bool(r["industry"]) and r["industry"] != "retail",
    "省:广东": lambda r: r["biz_province"] in ("广东", "广东省"),
    "区域:华南 市:深圳": lambda r: r["biz_province"] in ("广东", "广东省") and r["biz_city"] == "深圳市",
    "负责人:我": lambda r: True,
    "-负责人:我": lambda r: False,
    "下次跟进:逾期": lambda r: bool(r["next_due_on"]) and r["next_due_on"] < TODAY,
    "下次跟进:无": lambda r: not r["next_due_on"],
    "下次跟进<3天": lambda r: bool(r["next_due_on"]) and TODAY <= r["next_due_on"] <= "2026-03-14",
    "逾期>5天": lambda r: bool(r["next_due_on"]) and r["next_due_on"] < "2026-03-06",
    "非逾期:有": lambda r: not r["next_due_on"] or r["next_due_on"] >= TODAY,
    "最近跟进>30天": lambda r: r["idle_since"] < "2026-02-08T16:00:00Z",
    "最近跟进:2026-02": lambda r: (r["last_followup_at"] or "")[:7] == "2026-02",
    "最近跟进:无": lambda r: not r["last_followup_at"],
    "创建:今天 修改<1天": lambda r: True,
    "创建>3天": lambda r: False,
    "联系人:无 或 电话:有": lambda r: r["contacts"] == 0 or r["phones"] > 0,
    "计划:无": lambda r: r["open_plans"] == 0,
    "待补全:有 -待核对:有": lambda r: r["missing"] > 0 and r["odd"] == 0,
    "标签:高意向": lambda r: r["tags"] > 0,
    "标签:无 (状态:正式客户|等级:重点客户)": lambda r: (
        not r["tags"] and (r["status"] == "won" or r["level"] == "key")
    ),
    "非(状态:潜在客户 或 行业:无)": lambda r: r["status"] != "prospect" and bool(r["industry"]),
    "恒达 包含:1": lambda r: "恒达" in r["name"],
}  # fmt: skip


# Few are fetched, sought along the order, or sought and given up.
FEW_SOUGHT = ((0, 10**6), (10**6, 10**6), (10**6, -1))


@pytest.mark.requirement("S0-26", "S3-19")
def test_every_filter_in_every_order_walked_or_gathered(
    crm: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(f"{TODAY}T02:00:00+00:00", tick=False):
        crm.write(fill)
        cursor = crm.reader.execute(FACTS)
        names = [item[0] for item in cursor.description]
        facts = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
        assert 60 < len(facts) < COUNT
        context = crm.context()
        for text, means in MEANING.items():
            tree, free = filters.parse(text, crm.words, context.people)
            wanted = {one for one, row in facts.items() if means(row)}
            if "包含" not in text:
                assert set(Window(crm.reader, Query(free, filter=tree)).ids()) == wanted, text
            for sort in ("-name", "due", "-industry"):
                found = []
                for few, at_once in ((10**6, 0), (0, 10**6), (0, 0)):
                    monkeypatch.setattr(window, "FEW", few)
                    monkeypatch.setattr(list_seeking, "SORTED_AT_ONCE", at_once)
                    found.append(Window(crm.reader, Query(free, sort=sort, filter=tree)).ids())
                assert found[0] == found[1] == found[2], (text, sort)
                every = found[0]
                one = Window(crm.reader, Query(free, sort=sort, filter=tree))
                assert one.count() == len(every), text
                monkeypatch.setattr(Walk, "nearest", lambda *_: (None, 1))  # as if no walk came to an end
                one = Window(crm.reader, Query(free, sort=sort, filter=tree))
                assert [*one.ids_page(0, 5), *one.ids_page(5, 9)] == every[:14], (text, sort)
                monkeypatch.undo()
                for looked_up, few_ms in FEW_SOUGHT:
                    monkeypatch.setattr(list_seeking, "LOOKED_UP", looked_up)
                    monkeypatch.setattr(list_seeking, "FEW_MS", few_ms)
                    monkeypatch.setattr(in_time, "STEPS", 1)
                    for sought in _ways(one):
                        assert sought.last(5) == every[-5:], (text, sort)
                        assert [*sought.first(7)[:7], *sought.first(None)[7:]] == every, (text, sort)
                        assert sought.last(5) == every[-5:], (text, sort)
                    monkeypatch.undo()
        for name in SORTS:
            _both_directions(crm, name, monkeypatch)
        rows = [facts[one] for one in Window(crm.reader, Query(sort="name")).ids()]
        assert [sort_key(row["name"]) for row in rows] == sorted(sort_key(row["name"]) for row in rows)
        due = [facts[one]["next_due_on"] for one in Window(crm.reader, Query(sort="-due")).ids()]
        assert due == [*sorted((one for one in due if one), reverse=True), *(one for one in due if not one)]


def _ways(one: Window) -> Iterator[Seeking]:
    """Every way in which a list is sought along its order, whatever would be chosen for it."""
    asked, tree = one._reading, one.filter
    assert tree is not None

    def by(members: Members | None, rest: filters.Filter | None) -> Seeking:
        near = span(asked, tree)
        return Seeking(asked, one.order, one._parts(), members, rest, backwards=one.backwards, span=near)

    yield by(None, tree)
    yield by(None, tree).whole()
    if isinstance(tree, filters.All):
        yield by(Members(asked, tree.parts[0]), filters.All(tree.parts[1:]))
        yield by(Members(asked, tree.parts[0]), filters.All(tree.parts[1:])).whole()


def _too_far(*_args: object, **_more: object) -> list[int]:
    raise TimeoutError


def _both_directions(crm: Session, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page, end, count and line agrees with the whole list, from wherever it is gone to."""
    some, untagged = filters.Condition("status", "some"), filters.Condition("tag", "none")
    mine = filters.Condition("owner", "is", ("1",))  # everybody's: told by the index of the owner
    for tree in (None, some):
        every = Window(crm.reader, Query(sort=name, filter=tree)).ids()
        monkeypatch.setattr(window, "FEW", 0)
        for walks in (True, False):
            if not walks:
                monkeypatch.setattr(Walk, "fetch", _too_far)
            there = Window(crm.reader, Query(owner_id=1, sort=name, filter=tree))
            assert [*there.ids_page(0, 6), *there.ids_page(6, 9)] == every[:15], name
            assert [row.id for row in there.last(4)] == every[-4:]
            assert there.count() == len(every)
            assert there.ids() == every
        monkeypatch.undo()
    reached = filters.Condition("contact", "some")
    nested = filters.All((reached, filters.All((mine, some))))
    every = Window(crm.reader, Query(sort=name, filter=filters.All((reached, some)))).ids()
    monkeypatch.setattr(window, "FEW", 0)
    assert Window(crm.reader, Query(sort=name, filter=nested)).ids() == every
    # Gathered, walked, gathered along the index, of an owner, and the whole list.
    for few, tree in ((10**6, some), (10**6, untagged), (0, some), (0, mine), (0, None)):
        monkeypatch.setattr(window, "FEW", few)
        for sort in (name, f"-{name}"):
            query = Query(sort=sort, filter=tree)
            one = Window(crm.reader, query)
            every = one.ids()
            total = len(every)
            assert one.count() == total == len(set(every))
            for offset in (0, 40, 41, 30, total - 7, total - 3, 5, total, total + 5):
                assert one.ids_page(offset, 7) == every[offset : offset + 7], (sort, offset)
            assert [row.id for row in one.last(5)] == every[-5:]
            assert [Window(crm.reader, query).position(each) for each in every[::9]] == list(
                range(0, total, 9)
            )
            assert one.position(10**9) is None


@pytest.mark.requirement("S3-19")
def test_a_letter_a_number_a_day_or_a_word_leads_to_its_line(crm: Session) -> None:
    crm.write(fill)
    shown = {row.id: row for row in reading.page(crm.reader, Query(), 0, COUNT)}
    for few in (True, False):
        tree = filters.Condition("owner", "is", ("me",)) if few else None

        def first(sort: str, prefix: str, tree: Any = tree) -> str:
            found = Window(crm.reader, Query(sort=sort, filter=tree))
            line = found.place_of(prefix)
            return "" if line is None else shown[found.ids_page(line, 1)[0]].name

        assert first("name", "s").startswith("上海恒达") and first("name", "chong").startswith("重庆")
        assert first("name", "李").startswith("李伟") and first("name", "z").startswith("Zeta")
        assert first("name", "9").startswith("9号店") and first("-name", "a").startswith("阿里")
        assert first("status", "流失") and first("no", "K2000") and first("due", "2026-03-20")
        assert first("status", "没有") == "" == first("due", "下周")


def test_the_views_let_indexes_through(crm: Session) -> None:
    reader = crm.reader
    reader.set_authorizer(None)

    def plan(sql: str) -> str:
        return " / ".join(row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())

    for name in ("changed_in", "created_in", "no_sort"):
        found = plan(f"SELECT c.id FROM customer c ORDER BY c.{name} DESC NULLS LAST, c.id DESC LIMIT 60")
        assert "SCAN t USING" in found and "TEMP B-TREE" not in found, found
    for name in (
        "status",
        "level",
        "stage",
        "industry",
        "source",
        "owner_id",
        "category",
        "intent",
        "size_class",
    ):
        found = plan(f"SELECT c.id FROM customer c WHERE c.{name} = 1 ORDER BY c.id LIMIT 60")
        assert f"({name}=?" in found and "TEMP B-TREE" not in found, found
    for name in ("name_sort", "next_due_on", "last_followup_at", "region", "province", "city", "missing"):
        sql = f"SELECT s.customer_id FROM listed s ORDER BY s.{name} NULLS FIRST, s.customer_id LIMIT 60"
        assert "COVERING INDEX" in plan(sql) and "TEMP B-TREE" not in plan(sql)
