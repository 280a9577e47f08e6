"""Interrupted time series by five estimators: every term of a case must be right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close, each_case
from pmf_analysis.methods import interrupted

FILES = ("its_input.csv", "its_expected.csv")

LAG = 3
_LOOSER = 1e-6
"""Relative tolerance of quasi-Poisson and of generalised least squares."""
_LOOSE = ("qpois", "gls")
_OF_A_CORRELATION = 1e-5
"""Absolute tolerance of an autocorrelation: one near 0 has no more digits than the search of
the reference, which ends where the likelihood no longer changes by a part in 10**10."""


def check(cases: Cases) -> Iterator[Tally]:
    """One tally an estimator; a case is right when every number of every term is."""
    expected = dict(each_case(cases.read(FILES[1])))
    tallies: dict[str, Tally] = {}
    for name, rows in each_case(cases.read(FILES[0])):
        for estimator, found in _found(rows, expected[name]).items():
            tally = tallies.setdefault(estimator, Tally(f"interrupted series ({estimator})"))
            relative = _LOOSER if estimator in _LOOSE else 1e-8
            wrong = [
                column
                for column, numbers in found.items()
                if not close(numbers, expected[name][column], relative, _near(column)).all()
            ]
            tally.count(name, not wrong, ", ".join(wrong))
    yield from tallies.values()


def _near(column: str) -> float:
    return _OF_A_CORRELATION if column == "gls_ar1_phi" else 1e-10


def _found(rows: pd.DataFrame, expected: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """Every expected column, by estimator, in the order of the expected terms."""
    terms = interrupted.design(rows["idx"], expected["last_pre_idx"].iloc[0])
    order = [interrupted.TERMS.index(term) for term in expected["term"]]
    value = rows["value"].to_numpy()
    plain = interrupted.ordinary(value, terms)
    robust = interrupted.newey_west(value, terms, LAG)
    counted = interrupted.quasi_poisson(rows["count"], rows["denominator"], terms)
    related = interrupted.gls_ar1(value, terms)
    each = np.ones(len(order))
    return {
        "ols": {"ols_coef": plain.coefficients[order], "ols_se": plain.errors[order]},
        "newey-west": {"ols_nw_lag3_se": robust.errors[order]},
        "qpois": {
            "qpois_coef": counted.coefficients[order], "qpois_se": counted.errors[order],
            "qpois_dispersion": counted.scale * each,
        },
        "gls": {
            "gls_ar1_coef": related.coefficients[order], "gls_ar1_se": related.errors[order],
            "gls_ar1_phi": related.correlation * each,
        },
        "durbin-watson": {"durbin_watson": interrupted.durbin_watson(value, terms) * each},
    }  # fmt: skip
