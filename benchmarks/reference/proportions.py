"""Wilson's interval of a proportion, at three levels of confidence."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.intervals import wilson_interval

FILES = ("ci_proportion_wilson.csv",)

_LEVELS = {0.95: ("lower95_0cl_x1", "upper95_0cl_x1"), 0.998: ("lower99_8cl_x1", "upper99_8cl_x1"),
           0.90: ("lower90", "upper90")}  # fmt: skip


def check(cases: Cases) -> Iterator[Tally]:
    """Each row is right when both ends are, at every level."""
    rows = cases.read(FILES[0])
    right = close(rows["x"] / rows["n"], rows["value_x1"])
    for level, (lower, upper) in _LEVELS.items():
        found = wilson_interval(rows["x"], rows["n"], level)
        right &= close(found.lower, rows[lower]) & close(found.upper, rows[upper])
    tally = Tally("proportions (Wilson)")
    for case, good in zip(rows["case_id"], right, strict=True):
        tally.count(case, good)
    yield tally
