"""Fit the weights of the duplicate detection on made-up customers: ``python -m tests.tools.fit_dedupe``.

Logistic regression on the pairs that blocking produces, each level of each term one weight, with the signs
and orders of ``levels.TERMS`` as constraints, then rounded to tenths. Needs numpy and scipy. ``--free FILE``
writes weights without constraints to be compared with (tests/bench/dedupe.py), they are not shipped.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from importlib import import_module
from pathlib import Path

from crm_tui.dedupe import levels
from crm_tui.dedupe.comparing import Frequency, compare_levels
from crm_tui.dedupe.scoring import veto
from crm_tui.identity.features import features
from crm_tui.identity.keys import blocks, candidates, counts, keys
from tests.tools.dedupe_world import world

WEIGHTS = Path(__file__).parents[2] / "crm_tui/dedupe/data/weights.json"
WORLDS = (
    (101, 150_000, "usual"), (102, 60_000, "messy"), (103, 60_000, "alike"), (104, 60_000, "neat"),
    (105, 60_000, "persons"), (109, 60_000, "houses"), (110, 60_000, "hard"),
    (106, 2_000, "neat"), (107, 2_000, "usual"), (108, 10_000, "messy"),
)  # fmt: skip
PRIOR = 4.0
"""Standard deviation of a weight before any pair is seen, in log-odds: shrinks what few pairs speak of."""
CROWDED = (("same3", 0.6), ("same4", 0.3), ("room3", 0.6), ("room4", 0.3))
"""At most this share of the weight of a rare value: many more may share one than any made-up set has."""
FALSE_COUNTS = 1.4
"""How many times a pair of different customers counts: a wrong merge costs more than a missed one."""

_HOUSE = ("landline.same1", "domain.same1", "street.room1", "contact.same1")
CHECKED = {
    "company": (
        # A name and nothing else, its place unknown.
        ("base.start", "brand.same1", "trade.same", "evidence.full0"),
        # Firms of one brand and place, with another trade or one that is not told, that one owner runs.
        *[("base.start", "brand.same1", "place.told", one, "evidence.bare1") for one in _HOUSE],
        ("base.start", "brand.same1", "trade.differ", "place.told", "mobile.same1", *_HOUSE,
         "evidence.brand2"),
        # The same with one mail for both.
        ("base.start", "brand.same1", "trade.differ", "place.told", "mobile.same1", "mail.same1", *_HOUSE,
         "evidence.brand2"),
        ("base.start", "brand.differ", "place.told", "mobile.same1", "mail.same1", *_HOUSE,
         "evidence.other2"),
        # Of two cities by their names, however much one office does for both.
        ("base.start", "brand.same1", "trade.same", "place.told_other", "mobile.same1", "mail.same1", *_HOUSE,
         "evidence.brand2"),
        # A name with a slip in it, its trade unknown.
        ("base.start", "brand.slip", "place.told", "evidence.slip0"),
        # Another firm's code, copied with its row.
        ("base.start", "code.same1", "brand.differ", "trade.same", "place.told", "evidence.other1"),
    ),
    "person": (
        ("base.start", "name.same1", "place.told", "evidence.rare0"),
        # Families and small offices share a telephone: 王先生 may be anybody of them.
        ("base.start", "name.surname", "place.told", "mobile.same1", "evidence.surname1"),
        # One of a family.
        ("base.start", "name.surname", "place.told", "landline.same1", "street.room1", "evidence.surname2"),
    ),
}  # fmt: skip
"""What is never enough to suggest a merge, however often it was one in made-up sets: sums kept below that."""
BELOW = 2.7
HIDDEN = {
    # Nothing to compare.
    "company": (("base.start", "evidence.other0"),),
    "person": (
        # Two of one name in one city, and nothing else to compare: as often two as one.
        ("base.start", "name.same1", "place.told", "evidence.rare0"),
        ("base.start", "name.same2", "place.told", "evidence.common0"),
    ),
}
"""What is never enough even to be shown as to be checked."""
UNSEEN = -0.3
MOST = {("company", "ordinal", "same"): 1.0}
"""What a level weighs at most: hospitals and schools of every town have the same numbers."""


def bounded(kind: str) -> list[tuple[tuple[str, ...], float]]:
    """Return the sums of weights that are kept below something, with what that is."""
    return [(one, BELOW) for one in CHECKED[kind]] + [(one, UNSEEN) for one in HIDDEN.get(kind, ())]


def patterns(seed: int, size: int, mix: str) -> Counter[tuple[tuple[int, ...], bool]]:
    """Return how often each set of levels is met among the pairs of one customer and of two."""
    made = world(seed, size, mix)
    found = [features(record) for record in made.records]
    of = blocks(enumerate(map(keys, found)))
    frequency = Frequency(counts(of))
    result: Counter[tuple[tuple[int, ...], bool]] = Counter()
    for a, b in candidates(of):
        if found[a].kind == found[b].kind and veto(found[a], found[b]) != "branch":
            same = made.entity[a] == made.entity[b]
            result[tuple(compare_levels(found[a], found[b], frequency.band)), same] += 1
    return result


def fit(
    found: Counter[tuple[tuple[int, ...], bool]], kind: str, constrained: bool
) -> dict[str, dict[str, float]]:
    """Return weights by term and level for one kind of customer."""
    np, optimize = import_module("numpy"), import_module("scipy.optimize")
    csr_matrix = import_module("scipy.sparse").csr_matrix
    own = [number for number, level in enumerate(levels.LEVELS) if level[0] == kind]
    column = {number: at for at, number in enumerate(own)}
    rows = [(pattern, same, count) for (pattern, same), count in found.items() if pattern[0] in column]
    entries = [(row, column[number]) for row, (pattern, _s, _c) in enumerate(rows) for number in pattern]
    matrix = csr_matrix(
        (np.ones(len(entries)), ([row for row, _ in entries], [at for _, at in entries])),
        (len(rows), len(own)),
    )
    sign = np.array([1.0 if same else -1.0 for _p, same, _c in rows])
    count = np.array([count * (1.0 if same else FALSE_COUNTS) for _p, same, count in rows])
    print(
        kind, len(rows), "patterns", int(count.sum()), "pairs", int(count[sign > 0].sum()), "of one customer"
    )

    def loss(weights):
        margin = sign * (matrix @ weights)
        value = (count * np.logaddexp(0, -margin)).sum() + (weights**2).sum() / (2 * PRIOR**2)
        slope = -count * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        return value, matrix.T @ slope + weights / PRIOR**2

    at_start = np.zeros(len(own))
    lower, upper = np.full(len(own), -15.0), np.full(len(own), 15.0)
    pairs = []
    if constrained:
        for term in levels.TERMS[kind]:
            where = {
                level: column[levels.NUMBER[kind, term.name, level]]
                for level in (*term.agree, *term.free, *term.disagree)
            }
            for level in term.agree:
                lower[where[level]] = 0
            for level in term.disagree:
                upper[where[level]] = 0
            pairs += [(where[strong], where[weak], 1.0) for strong, weak in term.chains]
            for level, share in CROWDED:
                if level in where:
                    pairs.append((where[level[:-1] + "1"], where[level], share))
        for level, most in MOST.items():
            if level[0] == kind:
                upper[column[levels.NUMBER[level]]] = most
    bounds = list(zip(lower, upper, strict=True))
    limits = []
    if pairs:
        order = np.zeros((len(pairs), len(own)))
        for row, (strong, weak, share) in enumerate(pairs):
            order[row, strong], order[row, weak] = share, -1
        together = np.zeros((len(bounded(kind)), len(own)))
        for row, (names, _most) in enumerate(bounded(kind)):
            for term, level in (one.split(".") for one in names):
                together[row, column[levels.NUMBER[kind, term, level]]] = 1
        limits = [
            optimize.LinearConstraint(order, 0, np.inf),
            optimize.LinearConstraint(together, -np.inf, [most for _names, most in bounded(kind)]),
        ]
    scale = count.sum()
    result = optimize.minimize(
        lambda w: tuple(one / scale for one in loss(w)), at_start, jac=True, bounds=bounds,
        method="SLSQP" if pairs else "L-BFGS-B", constraints=limits if pairs else (),
        options={"maxiter": 800, "ftol": 1e-10} if pairs else {"maxiter": 3000, "maxfun": 5000},
    )  # fmt: skip
    print(kind, result.message, result.fun * scale)
    table: dict[str, dict[str, float]] = {}
    for number, weight in zip(own, result.x, strict=True):
        _kind, term, level = levels.LEVELS[number]
        table.setdefault(term, {})[level] = round(float(weight), 1) + 0.0
    return table


def hold(table: dict[str, dict[str, float]], kind: str) -> None:
    """Lower the evidence of a kind, and what must not be above it, until all sums are ``bounded``.

    What is above MOST is lowered to it first.

    So a new sum can be forbidden without another fit; the next one spreads it over all weights.
    """
    for (own, term, level), most in MOST.items():
        if own == kind:
            table[term][level] = min(table[term][level], most)
    chains = [pair for term in levels.TERMS[kind] if term.name == "evidence" for pair in term.chains]
    for names, most in bounded(kind):
        weights = [table[term][level] for term, level in (one.split(".") for one in names)]
        if (over := round(sum(weights) - most, 1)) <= 0:
            continue
        lowered = names[-1].removeprefix("evidence.")
        table["evidence"][lowered] = round(table["evidence"][lowered] - over, 1)
        for strong, weak in chains:
            if strong == lowered:
                table["evidence"][weak] = min(table["evidence"][weak], table["evidence"][strong])


def main() -> None:
    """Fit and write the weights."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--free", type=Path, help="write weights without constraints to this file instead")
    arguments.add_argument("--small", action="store_true", help="a tenth of the customers, to try something")
    arguments.add_argument("--output", type=Path, default=WEIGHTS)
    arguments.add_argument("--held", action="store_true", help="only hold the weights there are to CHECKED")
    given = arguments.parse_args()
    if given.held:
        table = json.loads(WEIGHTS.read_text("utf-8"))
        for kind in levels.TERMS:
            hold(table[kind], kind)
        table["version"] += 1
        given.output.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
        return
    found: Counter[tuple[tuple[int, ...], bool]] = Counter()
    for seed, size, mix in WORLDS:
        found.update(patterns(seed, size // 10 if given.small else size, mix))
    version = json.loads(WEIGHTS.read_text("utf-8"))["version"] + 1 if WEIGHTS.exists() else 1
    table = {
        "version": version,
        "source": "tests/tools/fit_dedupe.py on customers made by tests/tools/dedupe_world.py",
        **{kind: fit(found, kind, constrained=given.free is None) for kind in levels.TERMS},
    }
    (given.free or given.output).write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
