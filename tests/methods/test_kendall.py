"""Kendall's tau, Mann and Kendall's test and the median slope, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from pmf_analysis.methods.kendall import mann_kendall
from pmf_analysis.methods.theil_sen import theil_sen_slope

tied = hnp.arrays(np.float64, st.tuples(st.just(2), st.integers(2, 30)),
                  elements=st.integers(0, 9).map(float))  # fmt: skip
untied = st.integers(2, 30).flatmap(lambda n: st.permutations(range(n)))


@settings(max_examples=40)
@given(tied)
def test_tau_and_slope_with_ties(values):
    found, slope = mann_kendall(values), theil_sen_slope(values)
    time = np.arange(values.shape[1], dtype=float)
    for row, series in enumerate(values):
        assert slope[row] == pytest.approx(stats.theilslopes(series, time)[0])
        if len(set(series)) == 1:
            assert np.isnan(found.tau_b[row]) and found.p_value[row] == found.p_normal[row] == 1
        else:
            assert found.tau_b[row] == pytest.approx(stats.kendalltau(time, series).statistic)
        if len(set(series)) not in (1, len(series)):
            expected = stats.kendalltau(time, series, method="asymptotic").pvalue
            assert found.p_value[row] == pytest.approx(expected) and not found.exact[row]


@settings(max_examples=40)
@given(untied)
def test_the_exact_chance_without_ties(order):
    found = mann_kendall(np.array([order], dtype=float))
    expected = stats.kendalltau(range(len(order)), order, method="exact")
    assert found.exact[0] and found.p_value[0] == pytest.approx(expected.pvalue)


def test_fifty_figures_are_taken_as_normal():
    values = np.random.default_rng(4).standard_normal((1, 50))
    found = mann_kendall(values)
    expected = stats.kendalltau(range(50), values[0], method="asymptotic").pvalue
    assert not found.exact[0] and found.p_value[0] == pytest.approx(expected)


def test_a_gap_keeps_its_place_in_time_and_counts_for_no_pair():
    values = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan, 5.0, np.nan, np.nan], [np.nan] * 4])
    found, slope = mann_kendall(values), theil_sen_slope(values)
    assert found.points.tolist() == [3, 1, 0]
    assert found.s[0] == 1 and slope[0] == pytest.approx(1 / 3)
    for column in (found.s, found.variance, found.z, found.p_normal, found.p_value, slope):
        assert np.isnan(column[1:]).all()


def test_stable_series_seldom_pass():
    values = np.random.default_rng(9).standard_normal((3000, 24))
    assert 0.035 < (mann_kendall(values).p_normal < 0.05).mean() < 0.06
