"""Finding, listing and warning: exact keys, folded words, nothing of archived customers."""

from __future__ import annotations

import pytest

from crm_tui.access import store as people
from crm_tui.customers import reading, service
from crm_tui.customers.reading import Query, count, find, page, warnings
from crm_tui.errors import BadInput
from crm_tui.session import Session
from tests.opened import saved

CODE = "91310000632283571E"
PHONE = {"name": "王五", "office_phone": "021-66668888"}


@pytest.fixture
def three(crm: Session) -> list[int]:
    """Write three customers; the third is of a colleague."""
    other = saved(crm, people.add, "li", "李雷", "sales_rep")
    rows = [
        ({"name": "上海恒达贸易有限公司", "uscc": CODE, "status": "interested"}, {"mobile": "138 0013 8000"}),
        ({"name": "北京远景科技(集团)", "status": "prospect"}, {"name": "李四", "email": "Li@Yuanjing.cn"}),
        ({"name": "上海远大", "status": "prospect", "owner_id": other, "no": "A2"}, PHONE),
    ]
    return [
        saved(crm, service.add, values, [contact], ["重点"] if index else [])
        for index, (values, contact) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("C20260311001", 0), ("上海恒达贸易有限公司", 0), ("  上海恒达贸易有限公司 ", 0), ("恒达", 0),
        ("13800138000", 0),
        ("北京远景科技（集团）", 1), ("李四", 1), ("li@yuanjing.cn", 1), ("A2", 2), ("远大", 2),
        ("上海 远", 2),
    ],
)  # fmt: skip
def test_a_reference_finds_one(crm: Session, three: list[int], reference: str, expected: int) -> None:
    assert find(crm.reader, reference) == three[expected]


@pytest.mark.parametrize(
    ("reference", "sentence"), [("没有", "没有与"), ("", "没有与"), ("上海", "有多个"), ("%", "没有")]
)
def test_a_reference_that_is_not_one_is_refused(
    crm: Session, three: list[int], reference: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        find(crm.reader, reference)


def test_two_of_the_same_name_are_named_with_their_numbers(crm: Session, three: list[int]) -> None:
    saved(crm, service.add, {"name": "上海远大"})
    with pytest.raises(BadInput, match="A2 上海远大; C20260311003 上海远大"):
        find(crm.reader, "上海远大")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), 3), (Query("上海"), 2), (Query("上海 远"), 1), (Query("重点"), 2), (Query("66668888"), 1),
        (Query("ＹＵＡＮＪＩＮＧ"), 1), (Query("%"), 0), (Query("_"), 0),
        (Query("'"), 0), (Query(owner_id=1), 2),
        (Query(status="prospect"), 2), (Query("上海", 1, "interested"), 1), (Query("贸易", 2), 0),
        (Query(CODE[-6:]), 1),
    ],
)  # fmt: skip
def test_a_list_counts_and_shows_the_same(
    crm: Session, three: list[int], query: Query, expected: int
) -> None:
    assert count(crm.reader, query) == expected
    assert len(page(crm.reader, query)) == expected


def test_a_list_in_pages_and_orders(crm: Session, three: list[int]) -> None:
    for sort in ("recent", "no", "name", "followup", "due", "id"):
        whole = [row.id for row in page(crm.reader, Query(sort=sort))]
        pages = [page(crm.reader, Query(sort=sort), offset, 1)[0].id for offset in range(3)]
        assert whole == pages
    assert [row.id for row in page(crm.reader, Query(sort="recent"))] == three[::-1]
    assert [row.no for row in page(crm.reader, Query(sort="no"))] == ["A2", "C20260311001", "C20260311002"]


def test_a_line_of_a_list(crm: Session, three: list[int]) -> None:
    line = reading.rows_of(crm.reader, three)[three[2]]
    assert (line.no, line.name, line.owner, line.contact, line.phone) == (
        "A2",
        "上海远大",
        "李雷",
        "王五",
        "021-66668888",
    )
    assert (line.activities, line.next_due_on, line.last_followup_at) == (0, None, None)


def test_a_file_holds_what_hangs_on_the_customer(crm: Session, three: list[int]) -> None:
    file = reading.customer_file(crm.reader, three[1])
    assert file is not None
    assert [one["email"] for one in file.contacts] == ["Li@Yuanjing.cn"]
    assert (file.tags, file.projects, file.aliases, file.cells) == (["重点"], [], [], {})
    assert reading.customer_file(crm.reader, 999) is None


@pytest.mark.requirement("S2-10", "S0-18")
@pytest.mark.parametrize(
    ("given", "reason", "expected"),
    [
        ({"name": "上海恒达贸易有限公司"}, "name", 0), ({"name": "北京远景科技（集团）"}, "name", 1),
        ({"uscc": CODE.lower()}, "uscc", 0), ({"phones": "+86 13800138000"}, "phone", 0),
        ({"phones": "0755-1234567, 021 66668888"}, "phone", 2), ({"mail": "LI@yuanjing.cn"}, "mail", 1),
    ],
)  # fmt: skip
def test_a_warning_names_who_has_the_same(
    crm: Session, three: list[int], given: dict[str, str], reason: str, expected: int
) -> None:
    hits = warnings(crm.reader, **given)  # ty: ignore[invalid-argument-type]
    assert [(hit.reason, hit.customer_id) for hit in hits] == [(reason, three[expected])]
    assert warnings(crm.reader, **given, but=three[expected]) == []
    crm.write(service.archive, three[expected])
    assert warnings(crm.reader, **given) == []  # ty: ignore[invalid-argument-type]


def test_no_warning_for_what_says_nothing(crm: Session, three: list[int]) -> None:
    saved(crm, service.add, {"name": "丁"}, [{"mobile": "138****0000"}])
    for given in ({}, {"name": "别家"}, {"uscc": "9131"}, {"phones": "138****0000"}, {"mail": "无"}):
        assert warnings(crm.reader, **given) == []  # ty: ignore[invalid-argument-type]


def test_keys_and_words_follow_every_change(crm: Session, three: list[int]) -> None:
    contact = reading.children(crm.reader, "contact", three[0])[0]
    crm.write(service.update_contact, contact["id"], contact["changed_in"], {"mobile": "13900139000"})
    assert warnings(crm.reader, phones="13800138000") == []
    assert count(crm.reader, Query("13900139000")) == 1
    crm.undo()
    assert count(crm.reader, Query("13900139000")) == 0
    assert len(warnings(crm.reader, phones="13800138000")) == 1
    crm.write(service.set_tags, three[1], [])
    assert count(crm.reader, Query("重点")) == 1


@pytest.mark.requirement("S2-18")
def test_the_filter_lists_what_a_check_of_the_files_finds(crm: Session) -> None:
    whole = {"name": "明德制造厂", "industry": "manufacturing", "need": "降低成本"}
    person = {"name": "张三", "title": "采购", "mobile": "13800138000"}
    done = saved(crm, service.add, whole, [person])
    gap = saved(crm, service.add, {**whole, "name": "恒达贸易"}, [{**person, "title": None}])
    odd = saved(crm, service.add, {**whole, "name": "远景科技", "uscc": "91350100M000100Y4"}, [person])

    def listed(text: str) -> set[int]:
        return {row.id for row in page(crm.reader, Query(text=text))}

    assert listed("待补全") == {gap} == listed("incomplete")
    assert listed("待核对") == {odd} == listed("doubtful")
    assert listed("待补全 恒达") == {gap}
    assert listed("待补全 明德") == set()
    contact = reading.children(crm.reader, "contact", gap)[0]
    saved(crm, service.update_contact, contact["id"], contact["changed_in"], {"title": "经理"})
    assert listed("待补全") == set()
    row = reading.record(crm.reader, "customer", done)
    assert row is not None
    saved(crm, service.update, done, row["changed_in"], {"status": "won"})
    assert listed("待补全") == {done}, "正式客户 without 合作项目"
    saved(crm, service.add_project, done, {"name": "设备采购"})
    assert listed("待补全") == set()
