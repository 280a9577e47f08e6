"""Directly and indirectly standardised rates and ratios."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.intervals import interval_method
from pmf_analysis.methods.standardised import directly_standardised, indirectly_standardised

FILES = (
    "std_input.csv", "std_expected_dsr.csv", "std_expected_israte.csv", "std_expected_isratio.csv",
)  # fmt: skip

_LEVELS = {0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl")}
_METHODS = {"Byars": "Byar 95%", "Exact": "exact Poisson 95%"}


def check(cases: Cases) -> Iterator[Tally]:
    """Each area is right when value and both intervals are, or are both withheld."""
    given, direct, rate, ratio = (cases.read(name) for name in FILES)
    bands = {
        name: given.pivot(index="area", columns="ageband", values=name).sort_index()
        for name in ("count", "pop", "stdpop", "ref_count", "ref_pop")
    }
    areas = bands["count"].index
    parts = {name: table.to_numpy(dtype=float) for name, table in bands.items()}
    yield _direct(direct.set_index("area").reindex(areas), parts)
    overall = parts["ref_count"].sum(axis=1) / parts["ref_pop"].sum(axis=1)
    for name, expected, scale in (
        ("indirectly standardised rate", rate, overall * 10_000),
        ("indirectly standardised ratio", ratio, np.full(len(areas), 100.0)),
    ):
        yield _indirect(name, expected.set_index("area").reindex(areas), parts, scale)


def _direct(rows: pd.DataFrame, parts: dict[str, np.ndarray]) -> Tally:
    right = np.ones(len(rows), dtype=bool)
    for level, (lower, upper) in _LEVELS.items():
        found = directly_standardised(parts["count"], parts["pop"], parts["stdpop"], level)
        right &= close(found.value * 10_000, rows["value"])
        right &= close(found.interval.lower * 10_000, rows[lower])
        right &= close(found.interval.upper * 10_000, rows[upper])
        right &= close(found.observed, rows["total_count"])
    return _tally("directly standardised rate", rows, right)


def _indirect(
    name: str, rows: pd.DataFrame, parts: dict[str, np.ndarray], scale: np.ndarray
) -> Tally:
    right = np.ones(len(rows), dtype=bool)
    given = [parts[one] for one in ("count", "pop", "ref_count", "ref_pop")]
    for level, (lower, upper) in _LEVELS.items():
        found = indirectly_standardised(*given, level)
        right &= close(found.value * scale, rows["value"])
        right &= close(found.interval.lower * scale, rows[lower])
        right &= close(found.interval.upper * scale, rows[upper])
        right &= close(found.observed, rows["observed"]) & close(found.expected, rows["expected"])
    right &= interval_method("rate", rows["observed"]) == rows["method"].map(_METHODS).to_numpy()
    return _tally(name, rows, right)


def _tally(name: str, rows: pd.DataFrame, right: np.ndarray) -> Tally:
    tally = Tally(name)
    for area, good in zip(rows.index, right, strict=True):
        tally.count(str(area), good)
    return tally
