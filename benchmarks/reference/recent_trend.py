"""The recent trend over five periods, of proportions and of rates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.reference.cases import Cases, Tally, close, each_case
from pmf_analysis.methods.recent_trend import RecentTrend, proportion_trend, rate_trend

FILES = ("trend_input.csv", "trend_expected_fingertips.csv")

LIMIT = 9.54953570608324
"""Chi-squared above which the folder's README calls a change significant."""

_WORDS = {1: "increasing", -1: "decreasing", 0: "no_significant_change"}


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when chi-squared, chance, consistency and word are."""
    held = {name: _columns(rows) for name, rows in each_case(cases.read(FILES[0]))}
    longest = max(len(numerator) for numerator, _ in held.values())
    expected = cases.read(FILES[1], text=("prop_loo_consistent", "prop_trend",
                                          "rate_loo_consistent", "rate_trend"))  # fmt: skip
    laid = np.full((2, len(expected), longest), np.nan)
    for place, name in enumerate(expected["case_id"]):
        numerator, denominator = held[name]
        laid[0, place, longest - len(numerator) :] = numerator
        laid[1, place, longest - len(denominator) :] = denominator
    yield _held("recent trend (proportions)", proportion_trend(*laid), expected, "prop")
    yield _held("recent trend (rates)", rate_trend(*laid), expected, "rate")


def _columns(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ordered = rows.sort_values("idx", kind="stable")
    return ordered["numerator"].to_numpy(float), ordered["denominator"].to_numpy(float)


def _held(name: str, found: RecentTrend, expected: pd.DataFrame, kind: str) -> Tally:
    words = np.array([_WORDS[one] for one in found.direction(LIMIT)], dtype=object)
    words[~found.calculated] = "cannot_be_calculated"
    right = close(found.chi_squared, expected[f"{kind}_chi2"])
    if f"{kind}_p" in expected:
        right &= close(found.p_value, expected[f"{kind}_p"], absolute=0.0)
    consistent = np.where(found.calculated, np.where(found.consistent, "TRUE", "FALSE"), "")
    right &= consistent == expected[f"{kind}_loo_consistent"].to_numpy(dtype=object)
    right &= words == expected[f"{kind}_trend"].to_numpy(dtype=object)
    tally = Tally(name)
    for case, good, word in zip(expected["case_id"], right, words, strict=True):
        tally.count(case, good, f"found {word}")
    return tally
