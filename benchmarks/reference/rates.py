"""Rates with Byar's or the exact interval, at three levels of confidence."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.intervals import byars_interval, interval_method

FILES = ("ci_rate_byars_exact.csv",)

_LEVELS = {0.95: ("lower95_0cl", "upper95_0cl"), 0.998: ("lower99_8cl", "upper99_8cl"),
           0.90: ("lower90", "upper90")}  # fmt: skip
_NAMES = {"Byars": "Byar 95%", "Exact": "exact Poisson 95%"}


def check(cases: Cases) -> Iterator[Tally]:
    """Each row is right when value, method and both ends are, at every level."""
    rows = cases.read(FILES[0])
    scale = rows["multiplier"].to_numpy(dtype=float)
    right = close(rows["x"] / rows["n"] * scale, rows["value"])
    right &= interval_method("rate", rows["x"]) == rows["method"].map(_NAMES).to_numpy()
    for level, (lower, upper) in _LEVELS.items():
        if lower in rows:
            found = byars_interval(rows["x"], rows["n"], level)
            right &= close(found.lower * scale, rows[lower])
            right &= close(found.upper * scale, rows[upper])
    tally = Tally("rates (Byar, exact)")
    for case, good in zip(rows["case_id"], right, strict=True):
        tally.count(str(case), good)
    yield tally
