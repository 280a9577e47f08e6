"""Whether places lie outside their funnel: proportions, ratios and rates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods.funnel import baselines, beyond_proportion, beyond_rate

FILES = ("funnel_input.csv", "funnel_phe_expected_significance.csv")

_LABELS = {
    -2: "Low (0.001)", -1: "Low (0.025)", 0: "Not significant", 1: "High (0.025)",
    2: "High (0.001)",
}  # fmt: skip


def check(cases: Cases) -> Iterator[Tally]:
    """Each place is right when its label is; all funnels of a kind are one call."""
    given, expected = (cases.read(name) for name in FILES)
    codes, _ = pd.factorize(given["case_id"])
    keys = ["case_id", "area"]
    wanted = expected.set_index(keys).reindex(pd.MultiIndex.from_frame(given[keys]))
    whole = baselines(given["num"], given["den"], codes)[codes]
    rate = baselines(given["obs"], given["den"], codes)[codes] * given["den"].to_numpy(float)
    found = {
        "proportion": [
            beyond_proportion(given["num"], given["den"], whole, level) for level in (0.95, 0.998)
        ],
        "ratio": [beyond_rate(given["obs"], given["exp"], level) for level in (0.95, 0.998)],
        "crude_rate": [beyond_rate(given["obs"], rate, level) for level in (0.95, 0.998)],
    }
    for kind, (inner, outer) in found.items():
        labels = np.array([_LABELS[int(step)] for step in inner + outer])
        right = labels == wanted[f"{kind}_significance"].to_numpy()
        if kind == "crude_rate":
            right &= close(given["obs"] / given["den"] * 1000, wanted["crude_rate_per_1000"])
        tally = Tally(f"funnel significance: {kind.replace('_', ' ')}")
        for (case, area), good in zip(wanted.index, right, strict=True):
            tally.count(f"{case} {area}", bool(good))
        yield tally
