"""Clusters kept in little room: counted, narrowed, and looked at again after somebody decided."""

from __future__ import annotations

from crm_tui.dedupe.gathered import Gathered
from crm_tui.dedupe.listing import Group
from crm_tui.tui.screens.duplicates_rows import numbered, shared


def gathered() -> Gathered:
    found = Gathered()
    found.add(Group((1, 2), "merge", 8.5, frozenset({"mobile", "brand", "evidence"})))
    found.add(Group((3, 5, 9), "merge", 3.2, frozenset({"code"})))
    found.add(Group((4, 6), "review", 1.0, frozenset({"brand"})))
    found.add(Group((6, 7), "related", 2.0, frozenset({"brand", "branch"})))
    return found


def test_clusters_are_counted_by_band_and_reason_and_found_by_customer() -> None:
    found = gathered()
    assert len(found) == 4 and found.at(0) == (0, (1, 2), "merge", 8.5, ("mobile", "brand"))
    assert [list(found.numbers(band)) for band in ("merge", "review", "related")] == [[0, 1], [2], [3]]
    assert list(found.numbers("merge", "brand")) == [0] and not found.numbers("review", "code")
    assert found.terms() == {"code": 1, "mobile": 1, "brand": 3, "branch": 1}
    assert found.with_customers([9, 6]) == [1, 2, 3] and found.with_customers([]) == []


def test_what_was_decided_waits_no_more_and_what_is_left_may_stand_in_another_band() -> None:
    found = gathered()
    found._now = {0: (1,), 1: (3, 5)}
    found._bands_now = {1: 1}
    assert not found.numbers("merge") and list(found.numbers("review")) == [1, 2]
    assert found.at(1).ids == (3, 5) and found.at(1).band == "review" and "mobile" not in found.terms()


def test_names_share_their_room_and_numbers_say_what_differs() -> None:
    assert shared(["恒达", "上海恒达机械有限公司"], 17) == ["恒达", "上海恒达…"]
    assert numbered(["C20261122131", "C20261122194"]) == "C20261122131/194"
    assert numbered(["A1", "B22"]) == "A1/B22" and numbered([]) == ""


def test_names_that_begin_alike_are_cut_to_what_differs() -> None:
    one, other = "天津穗谷数据科技有限公司", "天津穗谷数码科技有限公司"
    assert shared([one, other], 27) == ["天津…据科技…", "天津…码科技…"]
    assert shared([one, other], 60) == [one, other]
    branches = ["北京华信科技发展有限公司上海第一分公司", "北京华信科技发展有限公司上海第二分公司"]
    assert shared(branches, 48) == ["北京华信科技…一分公司", "北京华信科技发…二分公司"]
    assert shared(["青岛峤帆电子有限公司", "青岛峤帆电子"], 27) == ["青岛…有限公…", "青岛峤帆电子"]
    assert shared([one, "上海恒达科技有限公司"], 27) == ["天津穗谷数…", "上海恒达科…"]
