"""The bounds of ``tests.bench.terminal``: our own numbers, and ratios to others of the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.bench.key_presses import MODALS

Found = Mapping[str, Mapping[str, float]]
PEOPLE = ("rep", "manager")
SIZES = ("", "80x24 ", "120x40 ", "200x60 ")
# Key, what of it, at most.
KEYS = (
    *(("step", what, most) for what, most in (("p50_ms", 10), ("p99_ms", 30), ("bytes", 450), ("cpu_ms", 5))),
    ("edge", "bytes", 600),
    ("page", "p50_ms", 30),
    ("end", "p50_ms", 50),
    ("home", "p50_ms", 50),
    ("search", "bytes", 400),
    ("escape", "p50_ms", 40),
    *((f"modal {modal}", "most_bytes", 5_000) for modal in MODALS),
)
# What holds at the other sizes, too.
EVERYWHERE = ("edge", *(f"modal {modal}" for modal in MODALS))


def judged(found: Found) -> list[tuple[bool, str]]:
    """Return a verdict and a sentence for each bound of which something was measured."""
    return [
        (value <= most, f"{text}: {value:,.2f}, at most {most:,.2f}") for text, value, most in _bounds(found)
    ]


def _bounds(found: Found) -> Iterator[tuple[str, float, float]]:
    def value(name: str, what: str) -> float | None:
        return found.get(name, {}).get(what)

    for who in PEOPLE:
        for case in ("today", "customers"):
            for what in ("first_row_ms", "cpu_ms"):
                ours, least = value(f"start {who} {case}", what), value("start minimal", what)
                if ours is not None and least:
                    yield f"{who}, first row of {case}, {what}, in minimal programs", ours / least, 1.5
        for size in SIZES:
            for key, what, most in KEYS:
                ours = value(f"{size}key {who} {key}", what)
                if ours is not None and (not size or key in EVERYWHERE):
                    yield f"{size}{who}, {key}, {what}", ours, most
            page, vim = value(f"{size}key {who} page", "bytes"), value(f"{size}key vim page", "bytes")
            if page is not None and vim:
                yield f"{size}{who}, bytes of a page, in pages of vim", page / vim, 1.15
        if (ours := value(f"idle {who}", "bytes_a_second")) is not None:
            yield f"{who}, idle, bytes a second", ours, 0
            yield f"{who}, idle, percent of a processor", found[f"idle {who}"]["cpu_percent"], 0.05
    if (lag := value("held rep page", "lag_ms")) is not None:
        yield "page key held at 20 kB/s, lag in ms", lag, 1000
        for peer in ("vim", "less"):
            if theirs := value(f"held {peer} page", "lag_ms"):
                yield f"page key held, lag in lags of {peer}", lag / theirs, 1 / 6
    if (lag := value("held rep down", "lag_ms")) is not None:
        yield "cursor key held at 20 kB/s, lag in ms", lag, 800
    if (ours := value("memory rep", "rss")) is not None:
        yield "resident megabytes after Today, list, file and form", ours, 55
    if (ours := value("memory six at once", "pss")) is not None:
        yield "proportional megabytes of each of six", ours, 35
