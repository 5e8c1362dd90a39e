"""Are two customers one? The score, its lines, the band it falls in, and what vetoes it.

Each term of a comparison comes to one level with a weight in natural log-odds; the score is their sum and
nothing else. Weights are whole tenths, so what is shown adds up to the sign.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from crm_tui.dedupe.comparing import Frequency, called_alike, compare_levels
from crm_tui.dedupe.fields import are_outlets, branch_level, common, common_landline, shared_brand
from crm_tui.dedupe.levels import LEVELS
from crm_tui.identity.features import Features
from crm_tui.text.taiwan_phone import at_home

_WEIGHTS = Path(__file__).parent / "data" / "weights.json"
MERGE, REVIEW, RELATED, POSSIBLE, NONE = "merge", "review", "related", "possible", "none"
MERGE_ABOVE, REVIEW_FROM, POSSIBLE_FROM = 3.0, 0.0, -1.0
_BRANCHES = ("分公司", "办事处", "代表处", "联络处", "营业部", "分店", "分厂", "分部", "分社", "分校", "分院",
             "校区", "branch", "branchoffice")  # fmt: skip
CODES, BRANCH, KIND, DECIDED = "codes", "branch", "kind", "decided"
"""Vetoes: two valid codes, a branch and another, a company and a person, said to be different customers."""


class Line(NamedTuple):
    """One reason: a term at a level (levels.LEVELS), its weight, what either customer has there.

    ``band`` is 1 (a value that nearly nobody else has) to 4 (that many have), 0 where that does not count.
    """

    term: str
    level: str
    weight: float
    left: str
    right: str
    band: int


class Scored(NamedTuple):
    """A compared pair: ``score`` is the sum of the lines' weights, ``veto`` '' or why it is no duplicate."""

    score: float
    lines: list[Line]
    veto: str


@lru_cache(maxsize=1)
def _stored() -> dict:
    return json.loads(_WEIGHTS.read_text("utf-8"))


@lru_cache(maxsize=1)
def tenths() -> tuple[int, ...]:
    """Return the weight of each level of levels.LEVELS in tenths."""
    table = _stored()
    return tuple([round(10 * table[kind][term].get(level, 0)) for kind, term, level in LEVELS])


def version() -> int:
    """Return the version of the weights: scores of another one are to be made again."""
    return _stored()["version"]


def veto(a: Features, b: Features) -> str:
    """Return why two customers are not one whatever their score, '' for nothing."""
    if a.kind != b.kind:
        return KIND
    if a.code_valid and b.code_valid and a.code != b.code:
        return CODES
    if (a.branch or b.branch) and branch_level(a.branch, b.branch) != "same":
        return BRANCH
    if a.name != b.name and (
        _stands_below(*sorted((a.name, b.name), key=len)) or are_outlets(a.name, b.name)
    ):
        return BRANCH
    return ""


def _stands_below(head: str, name: str) -> bool:
    """Tell whether a name is a whole other one with a branch behind it, whatever the other one ends with."""
    return len(head) > 4 and name.endswith(_BRANCHES) and name.startswith(head)


def quick(a: Features, b: Features, frequency: Frequency) -> int:
    """Return the score of ``compare`` in tenths, without its lines: for many pairs."""
    weights = tenths()
    return sum([weights[level] for level in compare_levels(a, b, frequency.band)])


def compare(a: Features, b: Features, frequency: Frequency | Mapping[str, int]) -> Scored:
    """Compare two customers; ``frequency`` counts the values that many share (keys.counts).

    The lines stand strongest first, those of no weight are left out, and their sum is the score. Exchanging
    the two exchanges left and right and nothing else.
    """
    known = frequency if isinstance(frequency, Frequency) else Frequency(frequency)
    weights = tenths()
    total, lines = 0, []
    left_name, right_name = called_alike(a, b)
    for number in compare_levels(a, b, known.band):
        weight = weights[number]
        total += weight
        if weight:
            _kind, term, level = LEVELS[number]
            left, right = _values(term, left_name, right_name)
            rare = int(level[-1]) if level[-1].isdigit() and term not in ("evidence", "code") else 0
            lines.append(Line(term, level, weight / 10, left, right, rare))
    lines.sort(key=lambda line: -abs(line.weight))
    return Scored(total / 10, lines, veto(a, b))


def band(scored: Scored) -> str:
    """Return merge (建议合并), review (需核对), related (相关但不同), possible (if asked for) or none."""
    return band_of(scored.score, scored.veto)


def band_of(score: float, vetoed: str = "") -> str:
    """Return the band of a score, of which a veto makes ``related`` whatever would have been shown."""
    if score < REVIEW_FROM:
        return POSSIBLE if score >= POSSIBLE_FROM and not vetoed else NONE
    if vetoed:
        return NONE if vetoed == DECIDED else RELATED
    return MERGE if score > MERGE_ABOVE else REVIEW


def _values(term: str, a: Features, b: Features) -> tuple[str, str]:
    """Return what a term compared, of either customer: the shared value, else the first."""
    if term == "code":
        return a.code, b.code
    if term in ("whole", "brand", "trade", "branch", "ordinal", "name"):
        if term == "brand" and (shared := shared_brand(a, b)):
            return shared, shared
        field = "name" if term == "whole" else term
        if term == "ordinal" and not (a.ordinal or b.ordinal):
            field = "name"
        return getattr(a, field), getattr(b, field)
    if term == "place":
        return a.told_city or a.city or a.province, b.told_city or b.city or b.province
    if term in ("mobile", "mail", "domain", "contact"):
        left, right = getattr(a, term + "s"), getattr(b, term + "s")
        if term == "contact":
            shared = common(left, right)
            left, right = left or a.surnames, right or b.surnames
        else:
            shared = common(left, right)
        one, other = (shared, shared) if shared else (left[0], right[0])
        return at_home(one) or one, at_home(other) or other
    if term == "landline":
        shared = common_landline(a.landlines, b.landlines)
        return (shared, shared) if shared else (_dialled(a.landlines[0]), _dialled(b.landlines[0]))
    if term == "street":
        return _shown(a.streets[0]), _shown(b.streets[0])
    return "", ""


def _dialled(landline: str) -> str:
    return landline.replace(":", "-").lstrip("-")


def _shown(street: str) -> str:
    road, number, room = street.split("|")
    return road + (number and number + "号") + (room and room + "室")
