"""Scores: the sum of their lines, the same from both sides, bands and vetoes."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.dedupe import levels, scoring, wording
from crm_tui.dedupe.comparing import Frequency
from crm_tui.dedupe.scoring import band, band_of, compare, quick
from crm_tui.identity.features import PERSON, Record, digest, dump, features, load
from crm_tui.identity.keys import blocks, candidates, counts, keys
from tests.dedupe.conftest import records
from tests.tools.dedupe_world import code_of
from tests.tools.fit_dedupe import CHECKED

FULL = Record(
    name="上海恒达机械有限公司", code=code_of(Random(2)), phones=("13812345678",),
    mails=("info@hengda-sh.com",),
    contacts=("王伟",), addresses=("上海市嘉定区北京路205号14幢1407室",),
)  # fmt: skip


def scored(left: Record, right: Record) -> scoring.Scored:
    return compare(features(left), features(right), {})


@pytest.mark.requirement("S0-18")
@settings(max_examples=80)
@given(records, records, st.dictionaries(st.sampled_from("umtedpakn"), st.integers(0, 99)))
def test_the_lines_sum_to_the_score_from_either_side(left, right, shared):
    a, b = features(left), features(right)
    frequency = {key: shared.get(key[1], 0) for key in keys(a) | keys(b)}
    there, back = compare(a, b, frequency), compare(b, a, frequency)
    assert round(sum(line.weight for line in there.lines), 6) == there.score
    assert quick(a, b, Frequency(frequency)) == round(there.score * 10)
    assert (there.score, there.veto) == (back.score, back.veto)
    assert sorted((line.term, line.level) for line in there.lines) == sorted(
        (line.term, line.level) for line in back.lines
    )
    assert all(wording.text(line) for line in there.lines)
    assert compare(a, b, frequency) == there


@settings(max_examples=80)
@given(records)
def test_features_are_kept_and_read_again(record):
    found = features(record)
    assert load(dump(found)) == found
    assert digest(found) == digest(features(record))
    assert found.code or found.name or keys(found) is not None


@pytest.mark.parametrize(
    "name", ["", " ", "王", "*", "()", "有限公司", "上海", "第", "第一", "-王总", "（）", "a"]
)
@pytest.mark.parametrize("kind", ["company", "person"])
def test_odd_names_are_compared_and_never_merged_by_themselves(name, kind):
    one = features(Record(kind=kind, name=name))
    found = compare(one, one, {})
    assert band(found) != scoring.MERGE, found
    assert compare(one, features(FULL), {}).score < 0


def test_empty_records_share_no_key():
    assert keys(features(Record())) == set()


@pytest.mark.requirement("S0-18")
def test_one_customer_typed_twice_is_suggested():
    typed = Record(
        name="恆達機械(上海)有限責任公司 ",
        phones=("+86 138-1234-5678",),
        contacts=("王总",),
        addresses=("嘉定区北京路205#1407",),
    )
    found = scored(FULL, typed)
    assert band(found) == scoring.MERGE
    assert found.lines == sorted(found.lines, key=lambda line: -abs(line.weight))
    assert {"brand", "mobile", "street"} <= {line.term for line in found.lines}


@pytest.mark.parametrize(
    ("other", "veto"),
    [
        (FULL._replace(code=code_of(Random(1))), scoring.CODES),
        (FULL._replace(name="上海恒达机械有限公司杭州分公司"), scoring.BRANCH),
        (FULL._replace(name="上海恒达机械杭州分公司", code=""), scoring.BRANCH),
        (FULL._replace(kind=PERSON), scoring.KIND),
    ],
)
def test_vetoes_hold_whatever_else_agrees(other, veto):
    found = scored(FULL, other)
    assert found.veto == veto
    assert band(found) in (scoring.RELATED, scoring.NONE)


@pytest.mark.parametrize(
    ("head", "branch"),
    [
        ("星光培训学校", "星光培训学校海淀校区"),
        ("山东省华岸通信工程工作室", "山东省华岸通信工程工作室三明分公司"),
        ("Ocean Power Ltd", "Ocean Power Ltd Shanghai Branch"),
    ],
)
def test_a_branch_stands_behind_any_name(head: str, branch: str):
    found = scored(FULL._replace(name=head), FULL._replace(name=branch))
    assert found.veto == scoring.BRANCH and band(found) in (scoring.RELATED, scoring.NONE)


def test_anybody_of_a_family_may_answer_its_telephone():
    one = Record(kind=PERSON, name="王伟", phones=("13812345678",), city="上海")
    other = Record(kind=PERSON, name="王先生", phones=("13812345678",), city="上海")
    assert band(scored(one, other)) == scoring.REVIEW


def test_a_code_that_was_copied_with_its_row_suggests_no_merge():
    other = Record(name="杭州瑞丰食品有限公司", code=FULL.code, phones=("13987654321",), city="杭州")
    assert band(scored(FULL, other)) != scoring.MERGE


def _all_shared(name: str) -> Record:
    return Record(
        name=name, phones=("13812345678",), contacts=("张建国",), addresses=("杭州市文二路8号101室",)
    )


def test_a_phone_of_taiwan_is_shown_as_it_is_dialled_there():
    one = Record(name="寬宏藝術經紀股份有限公司", phones=("+886 912 345 678",))
    found = scored(one, one._replace(phones=("0912345678",)))
    assert [(line.left, line.right) for line in found.lines if line.term == "mobile"] == [("0912345678",) * 2]


@pytest.mark.parametrize("former", ["上海恒达机械有限公司", "Hengda Machinery (Shanghai) Co., Ltd."])
def test_who_was_renamed_is_known_by_the_name_of_before(former: str):
    now = Record(name="杭州瑞丰食品股份有限公司", names=("瑞丰", former), phones=("13812345678",))
    found = scored(Record(name=former, phones=("13812345678",)), now)
    assert found.score > scoring.REVIEW_FROM and "brand" in {line.term for line in found.lines}
    shown = {(line.left, line.right) for line in found.lines if line.term == "brand"}
    assert all(left == right for left, right in shown)
    # The brand of before alone tells little, and a sign that keeps parts apart may stand in any name.
    assert band(scored(Record(name="恒达"), now)) != scoring.MERGE
    assert features(now._replace(names=("恒|达|机械|公司|||",))).others


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # One agent's address and phone, a switchboard, a contact for two firms.
        (
            Record(name="上海恒达机械有限公司", phones=("021-62345678",)),
            Record(name="上海瑞丰食品有限公司", phones=("021-62345678",)),
        ),
        (Record(name="上海永联材料有限公司"), Record(name="上海承联材料有限公司")),
        (Record(name="十堰六众工贸有限公司"), Record(name="十堰三众工贸有限公司")),
        (Record(name="上海恒达第一机械厂"), Record(name="上海恒达第二机械厂")),
        (Record(name="上海恒达机械有限公司"), Record(name="杭州恒达机械有限公司")),
        (Record(name="太仓市第一人民医院"), Record(name="昆山市第一人民医院")),
        (_all_shared("茶语(人民路店)"), _all_shared("茶语（火车站店）")),
        (_all_shared("杭州启明一号创业投资合伙企业"), _all_shared("杭州启明贰号创业投资合伙企业")),
        (_all_shared("杭州启明一号创业投资合伙企业"), _all_shared("杭州启明一期创业投资合伙企业")),
        (
            Record(name="昆山市张建国水果店", phones=("13812345678",), contacts=("张建国",)),
            Record(name="昆山市张建国理发店", phones=("13812345678",), contacts=("张建国",)),
        ),
        (
            Record(kind=PERSON, name="王伟", phones=("13812345678",)),
            Record(kind=PERSON, name="王伟", phones=("13987654321",)),
        ),
    ],
)
def test_look_alikes_are_not_suggested(left, right):
    assert band(scored(left, right)) in (scoring.NONE, scoring.POSSIBLE, scoring.RELATED)


def test_a_value_that_many_share_weighs_less():
    a, b = features(FULL), features(FULL._replace(name="上海恒达商贸有限公司", code=""))
    weights = []
    for count in (1, 4, 10, 5000):
        crowded = {key: count for key in keys(a) if key[1] == "m"}
        weights.append(compare(a, b, crowded).score)
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[-1]


def test_bands():
    assert band_of(3.1) == scoring.MERGE
    assert band_of(3.0) == scoring.REVIEW == band_of(0)
    assert band_of(-0.5) == scoring.POSSIBLE
    assert band_of(-1.5) == scoring.NONE
    assert band_of(9, scoring.CODES) == scoring.RELATED
    assert band_of(9, scoring.DECIDED) == scoring.NONE


def test_the_weights_are_monotone_and_complete():
    table = json.loads(scoring._WEIGHTS.read_text("utf-8"))
    for kind, terms in levels.TERMS.items():
        for term in terms:
            own = table[kind][term.name]
            assert set(own) == {*term.agree, *term.free, *term.disagree}
            assert all(own[level] >= 0 for level in term.agree), term
            assert all(own[level] <= 0 for level in term.disagree), term
            assert all(own[strong] >= own[weak] for strong, weak in term.chains), term


def test_what_is_never_enough_is_never_suggested():
    table = json.loads(scoring._WEIGHTS.read_text("utf-8"))
    for kind, every in CHECKED.items():
        for names in every:
            found = [one.split(".") for one in names]
            assert sum(table[kind][term][level] for term, level in found) <= scoring.MERGE_ABOVE, names


def test_firms_of_one_owner_are_not_suggested():
    firm = Record(
        name="上海恒达科技有限公司", phones=("021-62345678",), websites=("hengda-sh.com",),
        contacts=("王伟",), addresses=("上海市嘉定区北京路205号14幢1407室",),
    )  # fmt: skip
    other = firm._replace(name="上海恒达餐饮管理有限公司")
    assert band(scored(firm, other)) not in (scoring.MERGE, scoring.REVIEW)
    # Short, it may be either of them.
    short = Record(name="上海恒达", contacts=("王伟",))
    assert band(scored(firm, short)) == band(scored(other, short)) == scoring.REVIEW
    assert band(scored(firm, firm._replace(name="上海市恒达科技公司"))) == scoring.MERGE


@pytest.mark.parametrize(
    "shared",
    [{"phones": ("021-62345678",)}, {"addresses": ("上海市嘉定区北京路205号14幢1407室",)}],
    ids=["switchboard", "agent"],
)
def test_thousands_of_one_switchboard_or_agent_make_no_pairs(shared: dict[str, tuple[str, ...]]):
    found = [
        features(Record(name=f"{a}{b}机械有限公司", **shared)) for a in "华泰恒达瑞" for b in "天海川山石"
    ]
    of = blocks(enumerate(map(keys, found)))
    assert max(counts(of).values()) == 25
    assert all(scoring.quick(found[a], found[b], Frequency(counts(of))) < 0 for a, b in candidates(of))


@pytest.mark.requirement("S0-18")
@pytest.mark.parametrize(
    "name", ["第1批{}", "客户{}", "测试公司{:06d}", "上海测试{}贸易有限公司", "Company {}"]
)
def test_customers_that_are_numbered_throughout_are_not_one(name: str) -> None:
    def numbered(at: int) -> Record:
        return Record(
            name=name.format(at),
            phones=(f"138{at:08d}",),
            mails=(f"user{at}@example.com",),
            contacts=(f"人{at}",),
        )

    for other in (1, 13, 120):
        assert scoring.band(scored(numbered(12), numbered(other))) in (scoring.NONE, scoring.POSSIBLE)


ONE_HOUSE = Record(
    phones=("13812345678", "0755-26543210"), mails=("wang@hengda.example",), contacts=("王伟",),
    addresses=("深圳市南山区科技路205号1407室",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("深圳恒达甲机械有限公司", "深圳恒达乙机械有限公司"),
        ("恒达A贸易有限公司", "恒达B贸易有限公司"),
        ("恒达机械一有限公司", "恒达机械二有限公司"),
        ("恒达机械（东）有限公司", "恒达机械（西）有限公司"),
        ("深圳恒达东物流有限公司", "深圳恒达西物流有限公司"),
        ("恒达II", "恒达III"),
        ("恒达Ⅱ号投资合伙企业", "恒达Ⅳ号投资合伙企业"),
        ("恒达十一", "恒达一"),
        ("恒达壹", "恒达叁"),
        ("中国石化深圳城东加油站", "中国石化深圳城西加油站"),
        ("恒达茶饮人民路店", "恒达茶饮中山路店"),
        ("恒达大药房深圳滨河路分店", "恒达大药房深圳长江路分店"),
        ("恒达机械有限公司", "恒达农业开发有限公司"),
        ("恒达（深圳）机械有限公司", "恒达（武汉）机械有限公司"),
    ],
)
@pytest.mark.parametrize("own", [False, True], ids=["all the same", "phones one digit apart"])
def test_firms_of_a_series_a_chain_or_one_owner_are_not_suggested(name: str, other: str, own: bool) -> None:
    left, right = ONE_HOUSE._replace(name=name), ONE_HOUSE._replace(name=other)
    if own:
        right = right._replace(phones=("13812345679", "0755-26543210"))
    assert band(scored(left, right)) != scoring.MERGE


def test_firms_of_a_series_with_phones_one_digit_apart_are_not_asked_about() -> None:
    for marks in ("甲乙", "AB", "一二", "东西", "12"):
        left, right = (
            Record(name=f"测试{mark}公司", phones=(f"1380013800{at}",), contacts=("王伟",))
            for at, mark in enumerate(marks)
        )
        assert band(scored(left, right)) not in (scoring.MERGE, scoring.REVIEW)


def test_a_number_that_is_only_mistyped_in_a_name_is_asked_about_where_the_code_is_the_same() -> None:
    other = FULL._replace(name="上海三二机械有限公司")
    assert band(scored(FULL._replace(name="上海三一机械有限公司"), other)) in (scoring.MERGE, scoring.REVIEW)


@pytest.mark.parametrize(
    ("name", "other", "kind"),
    [
        ("深圳恒达利贸易有限公司", "Hengdali Trading Co., Ltd.", "company"),
        ("深圳恒达机械有限公司", "HENGDA MACHINERY", "company"),
        ("王伟强", "Wang Weiqiang", PERSON),
        ("王伟强", "Weiqiang Wang", PERSON),
    ],
)
def test_a_name_and_its_pinyin_with_the_same_phone_are_one(name: str, other: str, kind: str) -> None:
    firm = ONE_HOUSE._replace(kind=kind, name=name)
    assert band(scored(firm, firm._replace(name=other))) in (scoring.MERGE, scoring.REVIEW)


def test_branches_of_two_banks_in_a_town_are_two() -> None:
    left = Record(name="中国工商银行深圳分行", phones=("0755-26543210",))
    assert band(scored(left, left._replace(name="中国农业银行深圳分行"))) not in (
        scoring.MERGE,
        scoring.REVIEW,
    )


@settings(max_examples=300)
@given(
    *[st.text("一二十百1甲乙东西恒达店路分行集团abivx 2()", max_size=9)] * 2,
    st.sampled_from(("company", PERSON)),
)
def test_names_of_numbers_marks_and_letters_compare_the_same_from_either_side(
    name: str, other: str, kind: str
) -> None:
    left, right = Record(kind, name), Record(kind, other)
    there, back = scored(left, right), scored(right, left)
    assert (there.score, there.veto) == (back.score, back.veto)


def test_one_number_written_in_two_ways_is_one() -> None:
    left = ONE_HOUSE._replace(name="深圳恒达一百货有限公司")
    assert band(scored(left, left._replace(name="深圳恒达1百货有限公司"))) == scoring.MERGE
