"""Exact (Clopper-Pearson) intervals of proportions."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.intervals import clopper_pearson_interval

FILES = ("ci_proportion_wilson.csv",)

_ENDS = ("clopper95_lower", "clopper95_upper")


def check(cases: Cases) -> Iterator[Tally]:
    """Each row is right when both ends are."""
    rows = cases.read(FILES[0])
    tally = Tally("proportions (Clopper-Pearson)")
    if set(_ENDS) <= set(rows):
        found = clopper_pearson_interval(rows["x"], rows["n"])
        right = close(found.lower, rows[_ENDS[0]]) & close(found.upper, rows[_ENDS[1]])
        for case, good in zip(rows["case_id"], right, strict=True):
            tally.count(str(case), good)
    yield tally
