"""Handing customers over: owner, open plans and a word in each file, in one set (S1-28)."""

from __future__ import annotations

import pytest

from crm_tui.access import store as people_store
from crm_tui.customers import bulk_preview
from crm_tui.customers.bulk import change_many, preview
from crm_tui.customers.bulk_edit import Edit
from crm_tui.errors import BadInput
from crm_tui.followups import service as followups
from crm_tui.followups.hand_over import hand_over
from crm_tui.storage import history, jobs, rebuild
from tests.customers.test_bulk import edit, every, field, people
from tests.opened import saved


@pytest.mark.requirement("S1-28")
def test_a_large_handing_over_leaves_derived_rows_as_a_fresh_build_makes_them(crm, monkeypatch):
    for name, value in {"AT_ONCE": 4, "FIRST_PART": 2}.items():
        monkeypatch.setattr(jobs, name, value)
    ids = people(crm, 9)
    saved(crm, people_store.add, "li", "李雷", "sales_rep")
    to = people_store.by_login(crm.reader, "li")
    assert to is not None
    saved(crm, followups.add_plan, ids[0], followups.PlanDraft(None, goal="回访"))
    saved(crm, followups.add_plan, ids[1], followups.PlanDraft(None, goal="他人", owner_id=to.id))
    change = hand_over(to, crm.person.name, crm.names, "休假")
    found = preview(crm.reader, every(crm), change, crm.context())
    assert (found.moving, found.beside) == (9, 1)
    assert found.formers == [bulk_preview.Former("负责人", "王芳", 9, "李雷")]
    change_many(crm, every(crm), change)
    assert field(crm, "owner_id") == [to.id] * 9
    sql = "SELECT count(*) FROM activity WHERE origin = 'rule' AND content LIKE '%休假'"
    assert crm.reader.execute(sql).fetchone() == (9,)
    assert history.recent(crm.reader, limit=1)[0].title == "9 位客户：交接给 李雷"
    change_many(crm, every(crm), edit(crm, "status=lost", add_tags=["批"]))
    change_many(crm, every(crm)[:6], Edit(archive=True))
    assert rebuild.differing(crm.database.connect_reader()) == []
    for _each in range(3):
        crm.undo()
    assert rebuild.differing(crm.database.connect_reader()) == []
    assert field(crm, "owner_id") == [1] * 9
    assert crm.reader.execute("SELECT owner_id FROM plan ORDER BY id").fetchall() == [(1,), (to.id,)]


def test_who_has_left_or_is_nobody_gets_nothing(crm):
    people(crm, 2)
    with pytest.raises(BadInput, match="没有这位同事"):
        hand_over(None, "王芳", crm.names)
    gone = saved(crm, people_store.add, "li", "李雷", "sales_rep")
    change = hand_over(people_store.by_id(crm.reader, gone), "王芳", crm.names)
    with pytest.raises(BadInput, match="证件号码"):
        hand_over(people_store.by_id(crm.reader, gone), "王芳", crm.names, "11010519491231002X")
    saved(crm, lambda change: change.update("person", gone, {"active": 0}))
    with pytest.raises(BadInput, match="李雷 已停用"):
        change_many(crm, every(crm), change)
    assert gone not in field(crm, "owner_id")
