"""``undo`` and ``redo`` of a change of many customers of whom some went to others since."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.calls import Call, fill, session, write

Crm = Callable[..., Call]


@pytest.fixture
def desk(team: Crm) -> Crm:
    """Return the same function, on a database of three customers."""
    write(fill)
    return team


def test_customers_that_went_to_others_are_counted_and_left(
    desk: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk("user", "add", "zhang", "--name", "张伟", "--role", "sales_rep").status == 0
    assert desk("change", "--hand-over", "zhang", "--all", "--yes").status == 0
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    assert desk("change", "need=新", "--all", "--yes").status == 0
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "wangfang")
    assert desk("change", "--hand-over", "wangfang", "--find", "恒达", "--yes").status == 0
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    blocked = desk("undo")
    assert (blocked.status, blocked.out) == (3, "")
    assert blocked.err.splitlines()[0] == "  1 位客户 · 现在不归你"
    assert "其中 1 位客户现在不归你修改。没有撤销任何内容。" in blocked.err
    assert blocked.err.endswith("撤销其余部分：crm-tui undo --leave\n") and "恒达" not in blocked.err
    told = desk("undo", "--json").json[0]
    assert (told["kind"], told["count"], told["entity_id"], told["by"]) == ("beyond", 1, 0, None)
    left = desk("undo", "--leave")
    assert left.status == 0 and "有 1 位客户现在不归你修改，保持不变。" in left.err
    assert desk("redo").status == 0
    assert desk("undo", "--leave").status == 0
    # A third goes away, too: the redo names the command that brings back the rest.
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "wangfang")
    assert desk("change", "--hand-over", "wangfang", "--find", "远景", "--yes").status == 0
    monkeypatch.setattr("crm_tui.session.system_login", lambda: "zhang")
    again = desk("redo")
    assert again.status == 3 and "  1 位客户 · 现在不归你\n" in again.err
    command = again.err.splitlines()[-1].partition("crm-tui ")[2]
    assert desk(*command.split()).status == 0
    with session() as opened:
        assert opened.reader.execute("SELECT need FROM customer").fetchall() == [("新",)]
