"""Intervals against the reference tables, and the laws they keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.intervals import (
    byars_interval,
    clopper_pearson_interval,
    count_interval,
    interval_method,
    wilson_interval,
)
from pmf_analysis.terms import MeasureKind

CONFIDENCES = {"95_0cl": 0.95, "99_8cl": 0.998}


@pytest.mark.shared
def test_wilson_reference(shared: Path):
    cases = pd.read_csv(shared / "reference" / "methods" / "ci_proportion_wilson.csv")
    assert len(cases) == 100
    for name, confidence in CONFIDENCES.items():
        found = wilson_interval(cases["x"], cases["n"], confidence)
        for end in ("lower", "upper"):
            expected = cases[f"{end}{name}_x1"]
            np.testing.assert_allclose(getattr(found, end), expected, rtol=1e-8, atol=1e-15)
    found = wilson_interval(cases["x"], cases["n"], 0.90)
    np.testing.assert_allclose(found.lower, cases["lower90"], rtol=1e-8, atol=1e-15)
    np.testing.assert_allclose(found.upper, cases["upper90"], rtol=1e-8)


@pytest.mark.shared
def test_rate_reference(shared: Path):
    cases = pd.read_csv(shared / "reference" / "methods" / "ci_rate_byars_exact.csv")
    assert set(cases["method"]) == {"Byars", "Exact"}
    columns = {**{f"{{}}{name}": level for name, level in CONFIDENCES.items()}, "{}90": 0.90}
    for column, confidence in columns.items():
        found = byars_interval(cases["x"], cases["n"], confidence)
        for end in ("lower", "upper"):
            np.testing.assert_allclose(
                getattr(found, end) * cases["multiplier"], cases[column.format(end)], rtol=1e-8
            )
    named = interval_method("rate", cases["x"])
    assert (np.char.startswith(named.astype(str), "exact") == (cases["method"] == "Exact")).all()


def test_exact_limits_are_chi_squared_quantiles():
    chi2 = pytest.importorskip("scipy.stats").chi2
    counts = np.array([0, 1, 3, 9, 9.5, 25, 80])
    found = count_interval(counts, 0.95, exact_below=100)
    lower = np.where(counts > 0, chi2.ppf(0.025, 2 * np.maximum(counts, 0.1)) / 2, 0)
    np.testing.assert_allclose(found.lower, lower, rtol=1e-11)
    np.testing.assert_allclose(found.upper, chi2.ppf(0.975, 2 * counts + 2) / 2, rtol=1e-11)


def test_ends_are_exact():
    found = wilson_interval([0, 7], [9, 7])
    assert found.lower[0] == 0.0
    assert found.upper[1] == 1.0
    assert byars_interval([0], [100]).lower[0] == 0.0


def test_nothing_known_gives_no_interval():
    found = wilson_interval([0, np.nan, 1], [0, 5, np.nan])
    assert np.isnan(found.lower).all()
    assert np.isnan(found.upper).all()
    assert np.isnan(byars_interval([3, np.nan], [0, 10]).upper).all()
    assert wilson_interval([], []).lower.shape == (0,)


@pytest.mark.parametrize("interval", [wilson_interval, byars_interval])
def test_a_negative_count_names_its_row(interval):
    with pytest.raises(MeasureError, match=r"row 1 \(-1 of 5\)"):
        interval([1, -1], [5, 5])


def test_a_numerator_above_its_denominator_names_its_row():
    with pytest.raises(MeasureError, match=r"row 2 \(6 of 5\)"):
        wilson_interval([1, 5, 6, np.nan], [5, 5, 5, 5])
    with pytest.raises(MeasureError, match="and 2 more"):
        wilson_interval([2] * 7, [1] * 7)
    with pytest.raises(MeasureError, match="infinite"):
        byars_interval([np.inf], [1])


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ParameterError, match="confidence"):
        wilson_interval([1], [2], confidence)


def test_methods_name_themselves():
    assert interval_method(MeasureKind.PROPORTION, [3, np.nan]).tolist() == [
        "Wilson score 95%", ""
    ]  # fmt: skip
    assert interval_method("count", [9, 10], 0.998).tolist() == [
        "exact Poisson 99.8%", "Byar 99.8%"
    ]  # fmt: skip
    assert interval_method("rate", [9], exact_below=5).tolist() == ["Byar 95%"]
    assert interval_method("median", [9]).tolist() == [""]


def test_the_exact_interval_of_a_proportion_is_that_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    events, total = np.array([0, 1, 7, 20, 20, 0]), np.array([1, 9, 20, 20, 300, 0])
    found = clopper_pearson_interval(events, total, 0.9)
    lower, upper = proportion.proportion_confint(events[:-1], total[:-1], 0.1, "beta")
    np.testing.assert_allclose(found.lower[:-1], lower, rtol=1e-11)
    np.testing.assert_allclose(found.upper[:-1], upper, rtol=1e-11)
    assert np.isnan([found.lower[-1], found.upper[-1]]).all()


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_the_value(counts):
    events, total = counts
    share = events / total
    for interval in (wilson_interval, byars_interval):
        narrow, wide = interval([events], [total], 0.95), interval([events], [total], 0.998)
        assert narrow.lower[0] <= share + 1e-15
        assert share <= narrow.upper[0] + 1e-15
        assert wide.lower[0] <= narrow.lower[0]
        assert narrow.upper[0] <= wide.upper[0]
    wilson = wilson_interval([events], [total])
    assert wilson.lower[0] >= 0
    assert wilson.upper[0] <= 1


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_of_the_rest_is_the_mirror_image(events, rest):
    one, other = (
        wilson_interval([events], [events + rest]),
        wilson_interval([rest], [events + rest]),
    )
    np.testing.assert_allclose(one.lower, 1 - other.upper, atol=1e-12)
