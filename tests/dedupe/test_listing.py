"""What a scan left, read: order, bands, reasons, clusters and who is kept apart from them."""

from __future__ import annotations

import pytest

from crm_tui.dedupe import listing, scanning, scoring
from crm_tui.dedupe import store_scan as store
from crm_tui.dedupe.standing import Standing, current, stand
from crm_tui.session import Session
from tests.dedupe.test_scanning import AWAY, FULL, add, fill

pytestmark = pytest.mark.requirement("S0-18")


def put(crm: Session, *pairs: tuple[int, int, int, str, str], customers: int = 8) -> None:
    """Have a scan found these pairs: a, b, score in tenths, veto, terms."""
    for _one in range(customers):
        add(crm, AWAY)

    def write(connection) -> None:
        store.put(connection, pairs)
        stand(connection, Standing(current(), 0, "2026-03-11T02:00:00Z", 0, None))

    crm.database.write_untracked(write)


def test_pairs_come_by_score_then_by_id_and_possible_ones_if_asked_for(crm: Session):
    put(
        crm,
        (3, 4, 55, "", "mobile"),
        (1, 2, 55, "", "mobile"),
        (1, 3, 30, "", "brand"),
        (2, 3, 0, "", ""),
        (5, 6, 90, "branch", "brand mail"),
        (5, 7, -5, "", ""),
        (5, 8, -15, "codes", ""),
    )
    found = list(listing.pairs(crm.reader))
    assert [(one.a, one.b, one.band) for one in found] == [
        (5, 6, "related"), (1, 2, "merge"), (3, 4, "merge"), (1, 3, "review"), (2, 3, "review"),
    ]  # fmt: skip
    assert found[0] == listing.PairFound(5, 6, 9.0, "related", ("brand", "mail"), "branch")
    assert [one.b for one in listing.pairs(crm.reader, "possible")] == [7]
    assert [one.b for one in listing.pairs(crm.reader, "review")] == [3, 3]


def test_a_cluster_names_its_reasons_and_whom_it_keeps_out(crm: Session):
    put(
        crm,
        (1, 2, 60, "", "mobile brand"),
        (2, 3, 50, "", "mail"),
        (1, 3, -15, "branch", ""),
        (2, 4, 70, "kind", "mail"),
        (6, 7, 10, "", "brand"),
    )
    first, second, related = listing.groups(crm.reader)
    assert first == listing.Group((1, 2), "merge", 6.0, frozenset(("mobile", "brand")), (3, 4))
    assert second == listing.Group((6, 7), "review", 1.0, frozenset(("brand",)), ())
    assert related == listing.Group((2, 4), "related", 7.0, frozenset(("mail", "kind")), ())
    assert listing.groups(crm.reader, reason="kind") == [related]
    assert listing.groups(crm.reader, "review") == [second]
    assert listing.groups(crm.reader, "related") == [related]


def test_three_of_one_firm_are_one_cluster_unless_two_codes_say_otherwise(crm: Session):
    a, b = add(crm, FULL, uscc="91310114312772126U"), add(crm, FULL, uscc="91110000802100433B")
    put(crm, (a, 3, 80, "", "brand"), (b, 3, 70, "", "brand"), (3, 4, 60, "", "mail"), customers=3)
    [group] = listing.groups(crm.reader)
    assert a in group.ids and 3 in group.ids and b not in group.ids
    assert b in group.see_also


def test_pairs_explained_sum_to_their_scores_and_agree_with_the_scan(crm: Session):
    fill(crm, 120)
    scanning.scan(crm.database)
    explained = list(listing.explained(crm.reader, listing.pairs(crm.reader)))
    assert len(explained) > 20
    for pair, scored in explained:
        assert round(sum(line.weight for line in scored.lines), 6) == pair.score == scored.score
        assert pair.band == scoring.band(scored)
    assert [pair for pair, _scored in explained] == list(listing.pairs(crm.reader))
