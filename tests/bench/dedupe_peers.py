"""Splink and recordlinkage on the same parsed fields as the product, each at its best threshold.

They are measured, never shipped: what is not installed is left out, and said. Both learn from 30,000 labelled
customers of another mix, as our weights do, and their threshold is the best one that the answers allow, which
flatters them.
"""

from __future__ import annotations

import importlib.util
import logging
import resource
import time
import warnings
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.identity.features import PERSON, Features, features
from tests.bench import dedupe_sets as sets

LEARNT = (777, 30_000, "messy")
FIELDS = ("kind", "brand", "sound", "trade", "branch", "ordinal", "city", "code", "mobile", "landline",
          "mail", "domain", "road", "number", "room", "contact")  # fmt: skip
BLOCKS = (
    ("code",), ("mobile",), ("landline",), ("mail",), ("domain",), ("brand", "city"),
    ("sound", "city"), ("sound", "trade"),
    ("road", "number", "room"), ("contact", "city"), ("brand",),
)  # fmt: skip
LARGEST_BLOCK = 60


class Found(NamedTuple):
    """Scores by pair; wall seconds of finding them, and of learning before."""

    scores: dict[tuple[int, int], float]
    seconds: float
    learning: float


def row(at: int, found: Features) -> dict[str, Any]:
    """Return the fields of one customer as one row, None where empty."""
    street = (found.streets[0] if found.streets else "||").split("|")
    values = (
        found.kind, found.brand, found.sound, found.trade, found.branch, found.ordinal, found.city,
        found.code,
        *[one[0] if one else "" for one in (found.mobiles, found.landlines, found.mails, found.domains)],
        *street, found.brand if found.kind == PERSON else (found.contacts[0] if found.contacts else ""),
    )  # fmt: skip
    return {"unique_id": at, **{name: value or None for name, value in zip(FIELDS, values, strict=True)}}


def table(found: Iterable[Features]) -> Any:
    """Return the rows of all customers as a frame of pandas."""
    return import_module("pandas").DataFrame([row(at, one) for at, one in enumerate(found)])


def best(scored: list[tuple[float, bool]], truth: int) -> tuple[float, float, float, float]:
    """Return F1, precision, recall and the threshold at which F1 is best."""
    scored.sort(key=lambda one: -one[0])
    top, right = (0.0, 0.0, 0.0, 0.0), 0
    for said, (score, same) in enumerate(scored, 1):
        right += same
        if said < len(scored) and scored[said][0] == score:
            continue
        precision, recall = right / said, right / max(truth, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        if f1 > top[0]:
            top = (f1, precision, recall, score)
    return top


def report(labelled: sets.Labelled, found: list[Features]) -> None:
    """Print how the others do on a set whose features are given."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    learnt = sets.made(*LEARNT)
    known = [features(record) for record in learnt.records]
    for name, run in (("splink", splink), ("recordlinkage", recordlinkage)):
        if importlib.util.find_spec(name) is None:
            print(f"   {name}: not installed, left out")
            continue
        made = run(table(found), table(known), learnt.truth)
        pairs = [(score, pair in labelled.truth) for pair, score in made.scores.items()]
        f1, precision, recall, at = best(pairs, len(labelled.truth))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"   {name:14} P {precision:.4f}  R {recall:.4f}  F1 {f1:.4f}  best threshold {at:.2f},"
            f" {len(pairs)} pairs, {made.seconds:.1f} s beside {made.learning:.1f} s of learning,"
            f" peak memory so far {peak:.0f} MB"
        )


def splink(frame: Any, known: Any, truth: set[tuple[int, int]]) -> Found:
    """Return match weights by pair; m-probabilities learnt from labels, u from random pairs."""
    began = time.perf_counter()
    model = splink_learnt(known, truth)
    learnt = time.perf_counter()
    library = import_module("splink")
    linker = library.Linker(library.DuckDBAPI().register(frame), model, None)
    made = linker.inference.predict(threshold_match_weight=-10).as_pandas_dataframe()
    took = time.perf_counter() - learnt
    scores = {
        (min(a, b), max(a, b)): weight
        for a, b, weight in zip(made.unique_id_l, made.unique_id_r, made.match_weight, strict=True)
    }
    return Found(scores, took, learnt - began)


def splink_scan(path: Path, model: dict[str, Any]) -> tuple[int, float]:
    """Return how many pairs Splink keeps of a Parquet file, and wall seconds; they stay in DuckDB."""
    connection, library = import_module("duckdb").connect(), import_module("splink")
    began = time.perf_counter()
    connection.execute(f"CREATE TABLE customers AS SELECT * FROM read_parquet('{path}')")
    linker = library.Linker(library.DuckDBAPI(connection).register("customers"), model, None)
    made = linker.inference.predict(threshold_match_weight=-10)
    count = connection.execute(f"SELECT count(*) FROM {made.physical_name}").fetchone()[0]
    return count, time.perf_counter() - began


def splink_learnt(known: Any, truth: set[tuple[int, int]]) -> dict[str, Any]:
    """Return Splink's model of labelled customers."""
    compare, library = import_module("splink.comparison_library"), import_module("splink")
    block_on = library.block_on
    exact = ["trade", "branch", "ordinal", "code", "mobile", "landline", "domain", "road", "number", "room"]
    settings = library.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("brand", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.ExactMatch("sound"),
            compare.ExactMatch("city"), compare.ExactMatch("contact"),
            compare.LevenshteinAtThresholds("mail", 1),
            *[compare.ExactMatch(one) for one in exact],
        ],
        blocking_rules_to_generate_predictions=[
            block_on("kind", *one) for one in BLOCKS if one != ("brand",)
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    owner: dict[int, int] = {}
    for a, b in sorted(truth):
        owner[b] = owner.setdefault(a, a)
    known = known.assign(entity=[owner.get(at, at) for at in range(len(known))])
    trainer = library.Linker(library.DuckDBAPI().register(known), settings, None)
    trainer.training.estimate_probability_two_random_records_match([block_on("entity")], recall=1.0)
    trainer.training.estimate_u_using_random_sampling(max_pairs=2_000_000, seed=1)
    trainer.training.estimate_m_from_label_column("entity")
    return trainer.misc.save_model_to_json()


def recordlinkage(frame: Any, known: Any, truth: set[tuple[int, int]]) -> Found:
    """Return probabilities by pair: its own comparisons and its logistic regression, learnt from labels."""
    pandas, link = import_module("pandas"), import_module("recordlinkage")
    began = time.perf_counter()
    compared = _compared(known)
    same = pandas.MultiIndex.from_tuples([pair for pair in compared.index if tuple(sorted(pair)) in truth])
    model = link.LogisticRegressionClassifier()
    model.fit(compared, same)
    learnt = time.perf_counter()
    compared = _compared(frame)
    chances = model.prob(compared).to_numpy().tolist()
    took = time.perf_counter() - learnt
    scores = {(min(a, b), max(a, b)): chance for (a, b), chance in zip(compared.index, chances, strict=True)}
    return Found(scores, took, learnt - began)


def _compared(frame: Any) -> Any:
    """Return what recordlinkage compares of each pair of its blocks; a missing value agrees with none."""
    link = import_module("recordlinkage")
    indexed = frame.set_index("unique_id")
    pairs = None
    for block in BLOCKS:
        filled = indexed.dropna(subset=list(block))
        sizes = filled.groupby(list(block))["kind"].transform("size")
        filled = filled[sizes <= LARGEST_BLOCK]
        if len(filled) > 1:
            index = link.Index()
            index.block(["kind", *block])
            made = index.index(filled)
            pairs = made if pairs is None else pairs.union(made)
    comparer = link.Compare()
    comparer.string("brand", "brand", method="jarowinkler", label="brand")
    comparer.string("mail", "mail", method="levenshtein", threshold=0.9, label="mail")
    for one in FIELDS[2:]:
        if one != "mail":
            comparer.exact(one, one, label=one)
    return comparer.compute(pairs, indexed)
