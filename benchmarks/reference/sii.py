"""Slope index of inequality and relative index.

The reference's intervals come from 20,000 random draws; they are held to 3% of their width.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.reference.cases import Cases, Tally, close, each_case
from pmf_analysis.methods.inequality import slope_index

FILES = ("sii_input.csv", "sii_expected.csv")

_DRAWN = 0.03
"""Share of an interval's width by which drawn ends may miss, of the folder's README."""


def check(cases: Cases) -> Iterator[Tally]:
    """Each case is right when both indices are, and both intervals within their slack."""
    given, expected = (cases.read(name) for name in FILES)
    tally = Tally("slope index of inequality")
    bands = dict(each_case(given))
    for row in expected.to_dict("records"):
        own = bands[str(row["case_id"])].sort_values("quintile")
        found = slope_index(own["pop"], own["value"], own["lowercl"], own["uppercl"])
        right = close(found.slope[0], row["sii"]) & close(found.ratio[0], row["rii"])
        for name, ends in (("sii", found.slope_interval), ("rii", found.ratio_interval)):
            wanted = np.array([row[f"{name}_lower95_0cl"], row[f"{name}_upper95_0cl"]])
            missed = np.abs(np.array([ends.lower[0], ends.upper[0]]) - wanted)
            right &= bool((missed <= _DRAWN * np.ptp(wanted)).all())
        tally.count(str(row["case_id"]), bool(right))
    yield tally
