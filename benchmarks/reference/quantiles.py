"""Bands by rank: fifths from the highest, tenths from the lowest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally
from pmf_analysis.methods.quantiles import quantile_bands

FILES = ("quantile_cases.csv",)

_COLUMNS = {"quintile_1_highest": (5, True), "decile_1_lowest": (10, False)}


def check(cases: Cases) -> Iterator[Tally]:
    """Each area is right when both of its bands are."""
    rows = cases.read(FILES[0])
    codes, _ = pd.factorize(rows["case_id"])
    right = np.ones(len(rows), dtype=bool)
    for column, (bands, highest_first) in _COLUMNS.items():
        found = quantile_bands(rows["value"], bands, highest_first, codes)
        right &= np.isclose(found, rows[column].to_numpy(dtype=float), equal_nan=True)
    tally = Tally("quantiles")
    for case, area, good in zip(rows["case_id"], rows["area"], right, strict=True):
        tally.count(f"{case} {area}", good)
    yield tally
