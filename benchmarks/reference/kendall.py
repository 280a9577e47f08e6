"""Kendall's tau with R's chance, Mann and Kendall's test, and the median slope."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.reference.cases import Cases, Tally, close, each_case
from pmf_analysis.methods.kendall import mann_kendall
from pmf_analysis.methods.theil_sen import theil_sen_slope

FILES = ("kendall_input.csv", "kendall_expected.csv")


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when every statistic is."""
    held = {
        name: rows.sort_values("idx", kind="stable")["value"].to_numpy(float)
        for name, rows in each_case(cases.read(FILES[0]))
    }
    expected = cases.read(FILES[1], text=("r_exact",))
    laid = np.full((len(expected), max(map(len, held.values()))), np.nan)
    for place, name in enumerate(expected["case_id"]):
        laid[place, : len(held[name])] = held[name]
    found = mann_kendall(laid)
    pairs = {
        "kendall_tau_b": found.tau_b, "r_p_value": found.p_value, "mk_S": found.s,
        "mk_var_S": found.variance, "mk_z_continuity": found.z, "mk_p_normal": found.p_normal,
        "theil_sen_slope": theil_sen_slope(laid),
    }  # fmt: skip
    right = np.where(found.exact, "TRUE", "FALSE") == expected["r_exact"].to_numpy(dtype=object)
    for column, values in pairs.items():
        right &= close(values, expected[column], absolute=1e-13)
    tally = Tally("Kendall, Mann-Kendall, Theil-Sen")
    for case, good in zip(expected["case_id"], right, strict=True):
        tally.count(case, good)
    yield tally
