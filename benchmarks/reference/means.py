"""Means with Student's interval."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.means import mean_interval, means

FILES = ("ci_mean_input.csv", "ci_mean_expected.csv")

_LEVELS = {0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}


def check(cases: Cases) -> Iterator[Tally]:
    """Each case is right when total, count, deviation, mean and both intervals are."""
    given, expected = (cases.read(name) for name in FILES)
    codes, order = pd.factorize(given["case_id"])
    found = means(given["x"], codes)
    rows = expected.set_index("case_id").reindex(order)
    right = close(found.total, rows["value_sum"]) & close(found.count, rows["value_count"])
    right &= close(found.deviation, rows["stdev"]) & close(found.value, rows["value"])
    for level, (lower, upper) in _LEVELS.items():
        ends = mean_interval(found.value, found.count, found.deviation, level)
        right &= close(ends.lower, rows[lower]) & close(ends.upper, rows[upper])
    tally = Tally("means (Student)")
    for case, good in zip(order, right, strict=True):
        tally.count(str(case), good)
    yield tally
