"""Comparisons with a benchmark by five published rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.benchmark import (
    by_interval,
    by_limits,
    by_overlap,
    by_range,
    by_two_intervals,
)
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.terms import Comparison, Polarity

FILES = ("benchmark_cases.csv",)

_POLARITY = {
    "high_is_good": Polarity.HIGH, "low_is_good": Polarity.LOW, "neutral": Polarity.NEUTRAL,
}  # fmt: skip
_MUCH = {
    Comparison.BETTER.value: "best", Comparison.WORSE.value: "worst",
    Comparison.HIGHER.value: "much_higher", Comparison.LOWER.value: "much_lower",
}  # fmt: skip


def check(cases: Cases) -> Iterator[Tally]:
    """Each rule by itself: right where its label is, and the limits behind it are."""
    rows = cases.read(FILES[0], text=("polarity", "range_target"))
    way = rows["polarity"].map(_POLARITY).astype(str)
    own, wide = (wilson_interval(rows["x"], rows["n"], level) for level in (0.95, 0.998))
    whole = rows["bench_x"] / rows["bench_n"]
    theirs = wilson_interval(rows["bench_x"], rows["bench_n"])
    around = wilson_interval(whole * rows["n"], rows["n"])
    right = close(own.lower * 100, rows["lower95"]) & close(own.upper * 100, rows["upper95"])
    single = by_interval(whole, *own, way)
    yield _tally("single interval", rows, single == rows["single_ci95"], right)
    levels = by_two_intervals(whole, own, wide, way)
    words = np.where(
        levels.beyond_outer, [_MUCH.get(one, one) for one in levels.comparison], levels.comparison
    )
    yield _tally("two levels", rows, words == rows["two_level_95_998"], right)
    overlap = by_overlap(*own, *theirs, way)
    yield _tally("double overlap", rows, overlap == rows["double_overlap"], right)
    limits = by_limits(rows["x"] / rows["n"], *around, way)
    right = close(around.lower * 100, rows["spc_lower"])
    right &= close(around.upper * 100, rows["spc_upper"])
    yield _tally("control limits", rows, limits == rows["spc_proportion95"], right)
    ranged = by_range(rows["value"], rows["target_lower"], rows["target_upper"], way)
    ranged = np.where(ranged == Comparison.NOT_COMPARED.value, "none", ranged)
    wanted = rows["range_target"].replace("", "none")
    yield _tally("range of a target", rows, ranged == wanted, np.ones(len(rows), dtype=bool))


def _tally(name: str, rows: pd.DataFrame, label: pd.Series, limits: np.ndarray) -> Tally:
    tally = Tally(f"benchmark: {name}")
    for case, good in zip(rows["case_id"], np.asarray(label) & limits, strict=True):
        tally.count(str(case), bool(good))
    return tally
