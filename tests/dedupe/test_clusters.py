"""Clusters: guarded, and the same whatever the order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.dedupe.clusters import LARGEST, Pair, clusters
from crm_tui.dedupe.scoring import MERGE, REVIEW
from crm_tui.identity.features import digest, features
from tests.bench.dedupe import run
from tests.bench.dedupe_sets import Labelled
from tests.tools.dedupe_world import world

pairs = st.lists(
    st.builds(
        Pair, st.integers(0, 9), st.integers(0, 9), st.integers(-60, 90).map(lambda x: x / 10), st.booleans()
    ),
    max_size=30, unique_by=lambda pair: (min(pair.a, pair.b), max(pair.a, pair.b)),
)  # fmt: skip


@settings(max_examples=80)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_count(found, shuffled):
    there = clusters(found)
    again = [pair._replace(a=pair.b, b=pair.a) for pair in found]
    shuffled.shuffle(again)
    assert clusters(again) == there
    seen = [one for group in there.found for one in group.ids]
    assert len(seen) == len(set(seen))
    apart = {frozenset(pair[:2]) for pair in found if pair.apart and pair.a != pair.b}
    assert not any({a, b} in apart for group in there.found for a in group.ids for b in group.ids)


def test_a_bridge_between_two_groups_is_refused():
    found = clusters([Pair(1, 2, 9), Pair(3, 4, 9), Pair(2, 3, 1)])
    assert [group.ids for group in found.found] == [(1, 2), (3, 4)]
    assert found.see_also == [(2, 3)]


def test_two_codes_never_meet_through_a_third():
    found = clusters([Pair(1, 2, 9), Pair(2, 3, 8), Pair(1, 3, 7)], {1: "A", 3: "B"})
    assert [group.ids for group in found.found] == [(1, 2)]


def test_a_chain_of_firms_stays_in_parts_and_a_large_cluster_goes_to_review():
    assert all(len(one.ids) < 4 for one in clusters([Pair(i, i + 1, 5) for i in range(500)]).found)
    size = LARGEST + 1
    alike = clusters([Pair(i, j, 9) for i in range(size) for j in range(i)])
    assert [(len(one.ids), one.band) for one in alike.found] == [(size, REVIEW)]
    assert clusters([Pair(1, 2, 9)]).found[0].band == MERGE
    assert clusters([Pair(1, 1, 9), Pair(1, 2, 0)]).found[0].band == REVIEW


@pytest.mark.requirement("S0-18")
def test_the_same_customers_give_the_same_clusters_in_any_order():
    made = world(5, 600, "alike").records

    def groups(order: list[int]) -> set[frozenset[str]]:
        result = run(Labelled("", [made[at] for at in order], set(), []))
        codes = {at: one.code for at, one in enumerate(result.found) if one.code_valid}
        joined = [Pair(a, b, score, bool(veto)) for (a, b), (score, veto) in result.scores.items()]
        marks = [digest(features(made[at])) + str(made[at]) for at in order]
        return {
            frozenset(marks[one] for one in group.ids)
            for group in clusters(joined, codes, marks.__getitem__).found
        }

    order = list(range(len(made)))
    first = groups(order)
    Random(3).shuffle(order)
    assert groups(order) == first
    assert len(first) > 20


def test_the_made_up_customers_are_the_same_on_every_run_and_resemble_in_every_way():
    first, again = world(11, 3000, "alike"), world(11, 3000, "alike")
    assert first == again
    reasons = {reason for _a, _b, reason in first.alike}
    assert reasons >= {
        "branch", "same_brand_other_city", "parent_subsidiary", "shared_switchboard", "registered_agent",
        "same_contact", "near_name", "numbered_sibling", "same_person_name", "same_household",
    }  # fmt: skip
    assert all(first.entity[a] != first.entity[b] for a, b, _reason in first.alike)
