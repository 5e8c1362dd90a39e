"""The pieces of a scan: blocks, what is kept of a pair, what is left out early."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from crm_tui.dedupe import scoring
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.levels import LEVELS
from crm_tui.dedupe.working import KEPT_ABOVE, blocks, ceilings, hopeless, judge, mark, place
from crm_tui.identity.features import Record, features
from tests.dedupe.conftest import records

VALID = ("91310114312772126U", "91310101MA1FW0008P", "91110000802100433B")
coded = st.builds(lambda record, code: record._replace(code=code), records, st.sampled_from(VALID))


def test_blocks_are_keys_of_more_than_one():
    entries = [("*ma", 1), ("*mb", 3), ("*mb", 2), ("*mc", 1), ("*md", 4), ("*md", 5), ("*md", 6)]
    assert list(blocks(entries)) == [("*mb", [3, 2]), ("*md", [4, 5, 6])]
    assert list(blocks([])) == []


@given(records, records)
def test_what_is_kept_of_a_pair_is_its_score_its_veto_and_what_speaks_for_it(one, other):
    a, b = features(one), features(other)
    scored = scoring.compare(a, b, {})
    kept = judge(a, b, Frequency({}))
    if kept is None:
        assert scored.score * 10 < KEPT_ABOVE + 0.5 or (scored.veto == scoring.CODES and scored.score < 0)
        return
    score, veto, terms = kept
    assert (score, veto) == (round(scored.score * 10), scored.veto)
    speaking = {line.term for line in scored.lines if line.weight > 0} - {"evidence", "base"}
    assert set(terms.split()) == speaking


@given(coded, coded)
def test_what_is_left_out_early_would_not_have_been_kept(one, other):
    a, b = features(one), features(other)
    assume(mark(a) and mark(b))
    if hopeless(mark(a), mark(b), ceilings()):
        assert a.code != b.code
        assert judge(a, b, Frequency({})) is None


def test_firms_with_other_codes_that_share_little_are_left_out_early():
    a = features(Record(name="上海恒达机械有限公司", code=VALID[0]))
    b = features(Record(name="上海恒泰机械有限公司", code=VALID[2]))
    assert mark(a) and mark(b)
    assert hopeless(mark(a), mark(b), ceilings())
    assert not hopeless(mark(a), mark(a), ceilings())
    assert mark(features(Record(name="上海恒达机械有限公司"))) == 0
    assert mark(features(Record(kind="person", name="王伟", code=VALID[0]))) == 0


def test_every_term_that_may_add_to_a_score_is_in_the_ceiling():
    known = {"base", "code", "evidence", "brand", "trade", "place", "whole"}
    known |= {"mobile", "landline", "mail", "domain", "street", "contact", "branch", "ordinal"}
    assert {term for kind, term, _level in LEVELS if kind == "company"} == known


def test_a_place_is_one_number():
    assert place(8, 3) >> 20 == 8 and place(8, 3) & ((1 << 20) - 1) == 3
