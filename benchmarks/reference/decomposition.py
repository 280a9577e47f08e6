"""Change of overall proportions split into rate and mix effects (Kitagawa)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.decomposition import decompose

FILES = ("decomposition_areas.csv", "decomposition_expected.csv")

_OF_AREA = {"rate_effect": "rate", "mix_effect": "mix", "mix_effect_centred": "mix_centred"}
_OF_CASE = {
    "overall0": "before", "overall1": "after", "total_change": "change",
    "rate_effect": "rate_total", "mix_effect": "mix_total",
}  # fmt: skip
_ADDS_UP = 1e-12


def check(cases: Cases) -> Iterator[Tally]:
    """An area is right when its effects are; a case when its totals are, and all adds up."""
    areas, expected = (cases.read(name, text=("case_id", "area")) for name in FILES)
    group, order = pd.factorize(areas["case_id"])
    found = decompose(areas["x0"], areas["n0"], areas["x1"], areas["n1"], group)
    right = np.ones(len(areas), dtype=bool)
    for column, name in _OF_AREA.items():
        right &= close(getattr(found, name), areas[column], absolute=_ADDS_UP)
    tally = Tally("decomposition, areas")
    for case, area, good in zip(areas["case_id"], areas["area"], right, strict=True):
        tally.count(f"{case} {area}", good)
    yield tally
    given = expected.set_index("case_id").reindex(order)
    whole = np.abs(found.rate_total + found.mix_total - found.change) <= _ADDS_UP
    centred = np.bincount(group, found.mix_centred)
    whole &= np.abs(centred - found.mix_total) <= _ADDS_UP
    for column, name in _OF_CASE.items():
        whole &= close(getattr(found, name), given[column], absolute=_ADDS_UP)
    tally = Tally("decomposition, totals")
    for case, good in zip(order, whole, strict=True):
        tally.count(str(case), good)
    yield tally
