"""Funnel limits and verdicts: they say the same, and places do not disturb each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.funnel import (
    baselines,
    beyond_proportion,
    beyond_rate,
    limits_at_events,
    proportion_limits,
    rate_limits,
)

LEVELS = (0.95, 0.998)


def test_the_baseline_is_what_all_have_together():
    found = baselines([1, 3, np.nan, 5, 7], [10, 10, 10, 0, np.nan], [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(found, [0.2, np.nan])


@given(
    st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.02, 0.98),
    st.sampled_from(LEVELS),
)
def test_a_proportion_is_outside_its_limits_when_its_interval_misses_the_baseline(
    counts, baseline, level
):
    events, whole = counts
    limits = proportion_limits(baseline, [whole], level)
    side = int(events / whole > limits.upper[0]) - int(events / whole < limits.lower[0])
    near = np.isclose(events / whole, [limits.upper[0], limits.lower[0]], atol=1e-9).any()
    assert near or beyond_proportion([events], [whole], baseline, level)[0] == side


@given(st.integers(0, 2000), st.floats(0.01, 2000), st.sampled_from(LEVELS))
def test_events_are_outside_their_limits_when_their_interval_misses_the_expected(
    events, expected, level
):
    limits = rate_limits([expected], level)
    ratio = events / expected
    side = int(ratio > limits.upper[0]) - int(ratio < limits.lower[0])
    near = np.isclose(ratio, [limits.upper[0], limits.lower[0]], rtol=1e-6).any()
    assert near or beyond_rate([events], [expected], level)[0] == side


def test_limits_are_finite_and_hold_what_is_expected():
    sizes = np.array([1e-6, 0.5, 3, 4.8, 5, 9.9, 10, 18, 18.5, 100, 1e5])
    for level in LEVELS:
        found = rate_limits(sizes, level)
        assert np.isfinite(found.upper).all()
        assert (found.lower < 1).all()
        assert (found.upper > 1).all()
    assert np.isnan(rate_limits([0, np.nan], 0.95).upper).all()


def test_limits_at_events_are_chi_squared():
    found = limits_at_events([0, 1, 24], 0.95)
    assert found.lower[0] == 0
    assert found.upper[0] == np.inf
    np.testing.assert_allclose(
        found.upper[1:], [1 / (stats.chi2.ppf(0.025, 2) / 2), 24 / (stats.chi2.ppf(0.025, 48) / 2)]
    )


def test_one_place_without_anyone_leaves_the_others_alone():
    assert beyond_proportion([0, 90], [0, 100], 0.5, 0.998).tolist() == [0, 1]
    assert beyond_rate([0, 90], [0, 45], 0.998).tolist() == [0, 1]
    assert np.isnan(proportion_limits(0.5, [0, 10], 0.95).lower).tolist() == [True, False]


def test_nothing_at_all_is_inside():
    assert beyond_proportion([0, 0], [10, 1000], 0.0, 0.95).tolist() == [0, 0]
    assert proportion_limits([0.0, 1.0], [10, 10], 0.95).upper.tolist() == [0, 1]


def test_what_is_wrong_is_refused():
    with pytest.raises(MeasureError, match="above its denominator"):
        proportion_limits(1.2, [10], 0.95)
    with pytest.raises(ParameterError, match="confidence"):
        rate_limits([10], 95)
    with pytest.raises(ParameterError, match="one for each row"):
        baselines([1, 2], [3, 4], [0, -1])
