"""Mails and domains typed key by key: no gram is asked for that the customer's own may not have."""

from __future__ import annotations

import re

import pytest

from crm_tui.search.grams import grams
from crm_tui.search.parsing import parse
from crm_tui.search.tiers import STRONG, tiers

ADDRESSES = (
    "zhang@gomax-electronics.com.tw",
    "lina@hengda.example.com",
    "info@qiaogu-machinery.cn",
    "www.huicheng.net",
    "sales@a1b2c3.org",
)


def _answers(expression: str, held: set[str]) -> bool:
    """Tell whether a bag of grams answers an expression of grams, AND, OR and brackets."""
    said = re.sub(r'"([^"]*)"', lambda one: str(one[1] in held), expression)
    assert re.fullmatch(r"(?:True|False|AND|OR|[() ])*", said), said
    return bool(eval(said.replace("AND", "and").replace("OR", "or")))


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_beginning_of_an_address_asks_for_grams_that_it_has(address: str) -> None:
    held = grams("m" + address)
    ends = [at for at in range(4, len(address) + 1) if re.search(r"[.@-]\w+$", address[:at])]
    assert len(ends) > 3
    for end in ends:
        typed = address[:end]
        (term,) = parse(typed).terms
        assert any(_answers(one.expression, held) for one in tiers(term) if one.group <= STRONG + 1), typed


@pytest.mark.parametrize("typed", ["hengda.example.c", "hengda.example.co", "www.hengda.n", "qiaogu.c"])
def test_what_may_become_com_or_net_is_not_asked_for(typed: str) -> None:
    (term,) = parse(typed).terms
    held = grams("mlina@hengda.example.com\nmlina@qiaogu.cn")
    strong = [one.expression for one in tiers(term) if one.group == STRONG]
    assert any(_answers(one, held) for one in strong), strong
