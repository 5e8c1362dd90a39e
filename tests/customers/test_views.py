"""Saved views: own and the team's, undone like anything else; a layout is nobody else's matter."""

from __future__ import annotations

import pytest

from crm_tui.access import store as people
from crm_tui.customers import views
from crm_tui.errors import BadInput, NotPermitted
from crm_tui.session import Session, open_session


@pytest.mark.requirement("S3-19")
def test_views_of_ones_own_and_of_the_team(crm: Session) -> None:
    crm.write(people.add, "rep", "李雷", "sales_rep")
    kept = {"filter": "行业:制造业", "sort": "-name", "columns": []}
    mine = crm.write(views.save, "customers", "我的", kept).value
    crm.write(views.save, "customers", "团队", kept, True)
    with open_session(crm.database.path, login="rep") as other:
        assert [view.name for view in views.all_of(other.reader, "customers")] == ["团队"]
        with pytest.raises(NotPermitted):
            other.write(views.save, "customers", "团队", {}, True)
        with pytest.raises(NotPermitted):
            other.write(views.remove, mine)
        own = other.write(views.save, "customers", "团队", {"sort": "no"}).value
        assert views.named(other.reader, "customers", "团 队").id == own
        views.keep_layout(other, "customers", {"sort": "due"})
        assert views.layout(other.reader, "customers") == {"sort": "due"}
    assert views.layout(crm.reader, "customers") == {}
    assert crm.write(views.save, "customers", "我的", {"sort": "no"}).value == mine
    assert views.named(crm.reader, "customers", "我的").definition == {"sort": "no"}
    crm.write(views.rename, mine, "新名")
    with pytest.raises(BadInput, match="已有"):
        crm.write(views.save, "customers", "另一", {}) and crm.write(views.rename, mine, "另一")
    crm.write(views.remove, mine)
    assert [view.name for view in views.all_of(crm.reader, "customers")] == ["另一", "团队"]
    assert crm.undo_last() == "已撤销：视图已移除 “新名”。"
    assert [view.name for view in views.all_of(crm.reader, "customers")] == ["新名", "另一", "团队"]
    with pytest.raises(BadInput, match="新名、另一、团队"):
        views.named(crm.reader, "customers", "没有")
    with pytest.raises(BadInput):
        crm.write(views.save, "customers", " ", {})
