"""How well and how fast duplicates are found: ``python -m tests.bench.dedupe [--size N ...] [--peers]``.

Precision, recall and F1 of pairs at the product's own threshold and of guarded clusters, the automatic band,
look-alikes by kind in the automatic and the review band; processor time and memory. The sample and the real
pairs are read below CRM_TEST_DATA. ``--peers`` runs Splink and recordlinkage on the same parsed fields.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from crm_tui.dedupe import scoring
from crm_tui.dedupe.clusters import Pair, clusters
from crm_tui.dedupe.comparing import Frequency
from crm_tui.identity.features import Features, digest, features
from crm_tui.identity.keys import blocks, candidates, counts, keys
from tests.bench import dedupe_sets as sets

SEED = 990_017
"""Of the unseen sets: no weight was fitted on it."""
MIX = "usual"


class Quality(NamedTuple):
    """Precision and recall of a set of pairs."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def __str__(self) -> str:
        return f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}"


class Run(NamedTuple):
    """Scores (tenths made log-odds) and vetoes by pair, what they cost."""

    found: list[Features]
    scores: dict[tuple[int, int], tuple[float, str]]
    seconds: dict[str, float]


def quality(said: set[tuple[int, int]], truth: set[tuple[int, int]]) -> Quality:
    """Return how right a set of pairs is."""
    right = len(said & truth)
    return Quality(right / max(len(said), 1), right / max(len(truth), 1))


def run(labelled: sets.Labelled) -> Run:
    """Compare all candidates of a set."""
    seconds = {}
    start = time.process_time()
    found = [features(record) for record in labelled.records]
    seconds["features"] = time.process_time() - start
    start = time.process_time()
    of = blocks(enumerate(map(keys, found)))
    seconds["keys"] = time.process_time() - start
    start = time.process_time()
    pairs = sorted(candidates(of))
    seconds["blocking"] = time.process_time() - start
    frequency = Frequency(counts(of))
    del of
    start = time.process_time()
    scores = {}
    for a, b in pairs:
        score = scoring.quick(found[a], found[b], frequency)
        if score > -20:
            scores[a, b] = (score / 10, scoring.veto(found[a], found[b]))
    seconds["comparing"] = time.process_time() - start
    seconds["pairs"] = len(pairs)
    return Run(found, scores, seconds)


def together(made: Run) -> set[tuple[int, int]]:
    """Return the pairs inside the guarded clusters."""
    codes = {at: one.code for at, one in enumerate(made.found) if one.code_valid}
    pairs = [Pair(a, b, score, bool(veto)) for (a, b), (score, veto) in made.scores.items()]
    groups = clusters(pairs, codes, lambda one: digest(made.found[one]))
    return {(a, b) for group in groups.found for at, a in enumerate(group.ids) for b in group.ids[at + 1 :]}


def report(labelled: sets.Labelled, made: Run) -> None:
    """Print what a run found."""
    truth = labelled.truth
    bands: dict[str, set[tuple[int, int]]] = {}
    for pair, (score, veto) in made.scores.items():
        bands.setdefault(scoring.band_of(score, veto), set()).add(pair)
    merge, review = bands.get(scoring.MERGE, set()), bands.get(scoring.REVIEW, set())
    seconds = made.seconds
    size = len(labelled.records)
    print(f"\n== {labelled.name}: {size} records, {len(truth)} true pairs, {seconds['pairs']:.0f} compared")
    if truth:
        print(f"   pairs      {quality(merge | review, truth)}")
        print(f"   clusters   {quality(together(made), truth)}")
        print(f"   automatic  {quality(merge, truth)}")
    kinds, automatic, reviewed = Counter(), Counter(), Counter()
    for a, b, reason in labelled.alike:
        kinds[reason] += 1
        automatic[reason] += (a, b) in merge
        reviewed[reason] += (a, b) in review
    for reason, count in sorted(kinds.items()):
        print(
            f"   {reason:22} {count:6}  automatic {automatic[reason] / count:8.4%}"
            f"  review {reviewed[reason] / count:8.3%}"
        )
    each = 1e6 / max(size, 1)
    print(
        f"   CPU s: features {seconds['features']:.2f} ({seconds['features'] * each:.0f} us each),"
        f" keys {seconds['keys']:.2f}, blocking {seconds['blocking']:.2f},"
        f" comparing {seconds['comparing']:.2f}"
        f" ({seconds['comparing'] / max(seconds['pairs'], 1) * 1e6:.1f} us each)"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"   peak memory so far {peak:.0f} MB")


def main() -> None:
    """Run what is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--mix", default=MIX)
    arguments.add_argument("--weights", type=Path, help="other weights, such as those of fit_dedupe --free")
    arguments.add_argument("--peers", action="store_true", help="Splink and recordlinkage on the same fields")
    given = arguments.parse_args()
    if given.weights:
        scoring._WEIGHTS = given.weights
    folder = sets.data()
    if folder is None:
        print("CRM_TEST_DATA is not set: the sample and the real pairs are left out")
    else:
        for read in (sets.sample, sets.listed, sets.taiwan, sets.different):
            labelled = read(folder)
            report(labelled, run(labelled))
    for size in given.size:
        labelled = sets.made(given.seed, size, given.mix)
        made = run(labelled)
        report(labelled, made)
        if given.peers:
            from tests.bench import dedupe_peers

            dedupe_peers.report(labelled, made.found)


if __name__ == "__main__":
    main()
