"""Chances adjusted for many tests, and what they cost: false discoveries, and power."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.multiplicity import METHODS, adjusted

FILES = ("multiplicity.csv",)

LEVEL = 0.05
MOST_FALSE = 0.10


def check(cases: Cases) -> Iterator[Tally]:
    """Each row is right when every adjustment is; then the share of false discoveries."""
    rows = cases.read(FILES[0], text=("truly_different",))
    right = np.ones(len(rows), dtype=bool)
    for method in METHODS:
        right &= close(adjusted(rows["p"], method), rows[method], absolute=0.0)
    tally = Tally("multiplicity (adjusted chances)")
    for area, indicator, good in zip(rows["area"], rows["indicator"], right, strict=True):
        tally.count(f"{area} {indicator}", good)
    yield tally

    differs = (rows["truly_different"] == "TRUE").to_numpy()
    flagged, theirs = adjusted(rows["p"], "BH") <= LEVEL, rows["BH"].to_numpy() <= LEVEL
    false = float(flagged[~differs].sum()) / max(int(flagged.sum()), 1)
    outcome = Tally("multiplicity (false discoveries, power)")
    outcome.count("false discoveries", false <= MOST_FALSE, f"{false:.1%} of those flagged")
    found, least = int(flagged[differs].sum()), int(theirs[differs].sum())
    outcome.count("power", found >= least, f"{found} found, {least} by the reference")
    yield outcome
