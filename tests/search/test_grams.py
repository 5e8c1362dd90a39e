"""The grams of documents: what is in the bag, and that a change of it moves the version."""

from __future__ import annotations

import hashlib
import re
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_tui.customers.document import build
from crm_tui.search import moving
from crm_tui.search.grams import TOKEN_SIGNS, VERSION, grams
from crm_tui.search.moving import moved
from crm_tui.search.tokens import tokens

DOCUMENTS = (
    "n深圳华为技术有限公司\nc任小飞\np13800008888\nmren@huawei.com\n#c20210105388\nt高意向",
    "n北京万东医疗科技股份有限公司\ns万东医疗\nf*st万东\ne wandong medical co., ltd.\nu91110000101502684c",
    "n重庆长行(上海)投资管理合伙企业(有限合伙)\nc单雄信\nr王伟",
    "ntcl科技集团股份有限公司\nhwww.tcl.com\nwtcl_2020",
    "n上海浦东发展银行股份有限公司杭州分公司\na浦发银行",
    "n中国工商银行股份有限公司",
    "n昆山市张建国水果店(人民路店)\nf杭州启明贰号创业投资合伙企业\np02-27651234",
)
MADE_BY = (10, "1c005c302827d4fd")


def test_the_version_moves_with_what_grams_are_made_of() -> None:
    every = "\n".join(" ".join(sorted(tokens(one))) for one in DOCUMENTS)
    made = hashlib.sha256(every.encode()).hexdigest()[:16]
    # Moved: raise VERSION, for indexes hold what the old grams were, and write both here.
    assert (VERSION, made) == MADE_BY


def test_a_document_has_the_grams_of_each_of_its_lines() -> None:
    found = grams(DOCUMENTS[0])
    assert {
        "华为",
        "$华为",
        "$hua'wei",
        "$=hw",
        "^hu",
        "e8888",
        "b138",
        "#c20",
        "@$高意向",
        "%$huawei",
        "~任小飞",
    } <= found
    assert {"$$万东医疗", "$万东", "%$wandong", "+101"} <= grams(DOCUMENTS[1])
    assert {"chong'qing", "zhong'qing", "~shan'xiong'xin", "~dan'xiong'xin"} <= grams(DOCUMENTS[2])
    assert {"行投", "hang'tou"} <= grams("n重庆长行(上海)投资有限公司")
    assert "&工行" in grams("n中国工商银行股份有限公司")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("nsfaecpmhw#utr"), st.text(max_size=40)), max_size=5))
def test_grams_are_single_tokens(parts: list[tuple[str, str]]) -> None:
    for one in grams(build(parts)):
        assert not re.search(r'[\s"\x00-\x1f]', one)
        assert not [sign for sign in one if sign < "\x80" and not (sign.isalnum() or sign in TOKEN_SIGNS)]
        assert one == one.lower()


LINES = st.lists(st.tuples(st.sampled_from("nsfaecpmhw#utr"), st.text("华为a1 8@#+", max_size=8)), max_size=5)


@settings(max_examples=100, deadline=None)
@given(LINES, LINES, LINES)
def test_what_moved_between_two_documents_is_the_difference_of_their_grams(
    kept: list[tuple[str, str]], gone: list[tuple[str, str]], come: list[tuple[str, str]]
) -> None:
    tags = [("t", text) for _kind, text in come]
    for old, new in ((kept + gone, kept + come), (kept, kept + tags), (kept + tags, kept)):
        was, now = build(old), build(new)
        assert moved(was, now) == (grams(was) - grams(now), grams(now) - grams(was))


@settings(max_examples=100, deadline=None)
@given(LINES, LINES, LINES)
def test_many_lines_have_the_grams_of_few(
    kept: list[tuple[str, str]], gone: list[tuple[str, str]], come: list[tuple[str, str]]
) -> None:
    was, now = build(kept + gone), build(kept + come)
    both = (was, now), (now, was)
    few = [moved(*one) for one in both]
    with patch.object(moving, "MANY_LINES", 1):
        passed = moving.passed_on(both)
        assert [moved(*one, passed) for one in both] == few
        # In whatever order the lines stand.
        turned = "\n".join(reversed(was.split("\n")))
        passed = moving.passed_on(((turned, now), (now, turned)))
        assert moved(turned, now, passed) == (grams(turned) - grams(now), grams(now) - grams(turned))
