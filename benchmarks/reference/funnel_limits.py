"""Funnel limits of proportions, ratios and rates, by funnel.

The reference cuts the upper limit of a proportion off at 100 whatever its multiplier is; so it
is cut off here before it is held against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close, each_case
from pmf_analysis.methods.funnel import baselines, limits_at_events, proportion_limits

FILES = ("funnel_input.csv", "funnel_phe_expected_limits.csv")

_BISECTED = 1e-4
"""Relative tolerance of limits that the package finds by bisection, of the folder's README."""


def check(cases: Cases) -> Iterator[Tally]:
    """Each position of each funnel is right when its four limits and the baseline are."""
    given, expected = (cases.read(name) for name in FILES)
    tallies: dict[str, Tally] = {}
    areas = dict(each_case(given))
    for case, rows in each_case(expected):
        for statistic, own in rows.groupby("statistic", sort=False):
            kind = str(statistic).partition("_")[0]
            tally = tallies.setdefault(kind, Tally(f"funnel limits: {kind}"))
            right = _right(kind, str(statistic), areas[case], own)
            for place, good in zip(own["x"], right, strict=True):
                tally.count(f"{case} {statistic} at {place}", bool(good))
    yield from tallies.values()


def _right(kind: str, statistic: str, areas: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    scale = float(re.sub(r".*_x", "", statistic))
    proportion = kind == "proportion"
    if kind == "ratio":
        middle = 1.0
    else:
        (middle,) = baselines(areas["num" if proportion else "obs"], areas["den"])
    right = close(middle * scale, rows["baseline"])
    for level, name in ((0.95, "2s"), (0.998, "3s")):
        if proportion:
            limits = proportion_limits(middle, rows["x"], level)
            lower, upper = limits.lower * scale, np.minimum(limits.upper * scale, 100)
        else:
            limits = limits_at_events(rows["x"], level)
            lower, upper = (end * middle * scale for end in limits)
        tolerance = 1e-8 if proportion else _BISECTED
        right &= close(lower, rows[f"lower_{name}"], tolerance)
        right &= close(upper, rows[f"upper_{name}"], tolerance)
    return right
