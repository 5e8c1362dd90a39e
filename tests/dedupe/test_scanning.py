"""The whole scan, what stops it, and catching up with what was saved since."""

from __future__ import annotations

import pytest

from crm_tui.customers import service
from crm_tui.dedupe import decisions, listing, scanning
from crm_tui.errors import Cancelled
from tests.opened import saved

HENGDA = {"name": "上海恒达机械有限公司", "biz_city": "上海市"}


def add(crm, name, phone="", **values):
    """Add a company with one contact."""
    one = saved(crm, service.add, {"kind": "company", "name": name, **values})
    if phone:
        saved(crm, service.add_contact, one, {"name": "王伟", "mobile": phone})
    return one


def found(crm):
    return {(one.a, one.b): one.band for one in listing.pairs(crm.reader)}


def test_before_the_first_scan_there_is_nothing_and_it_says_so(crm):
    assert listing.status(crm.reader) == (None, 0, 0, False)
    assert list(listing.pairs(crm.reader)) == []
    assert listing.groups(crm.reader) == []
    assert scanning.catch_up(crm.database) == 0


def test_a_scan_finds_who_was_entered_twice(crm):
    one = add(crm, "上海恒达机械有限公司", "13812345678")
    other = add(crm, "恒达机械（上海）有限公司", "13812345678")
    add(crm, "杭州瑞丰食品有限公司", "13911112222")
    result = scanning.scan(crm.database)
    assert result.pairs == 1
    assert found(crm) == {(one, other): "merge"}
    [pair] = listing.pairs(crm.reader)
    assert listing.explain(crm.reader, one, other).score == pair.score
    assert {"mobile", "brand"} <= set(pair.terms)
    [group] = listing.groups(crm.reader)
    assert group.ids == (one, other)
    assert group.band == "merge"
    assert listing.status(crm.reader).fresh
