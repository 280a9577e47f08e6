"""Means and Student's interval, held against scipy and their laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.means import mean_interval, means


def test_the_interval_is_that_of_students_t():
    values = np.array([25.2, 27.4, 23.1, 26.0, 25.7])
    found = means(values)
    ends = mean_interval(found.value, found.count, found.deviation)
    expected = stats.t.interval(0.95, 4, loc=values.mean(), scale=stats.sem(values))
    np.testing.assert_allclose([ends.lower[0], ends.upper[0]], expected, rtol=1e-12)


def test_groups_are_apart_and_gaps_left_out():
    found = means([1, 5, np.nan, 3, 9], [0, 1, 1, 0, 3])
    np.testing.assert_array_equal(found.total, [4, 5, 0, 9])
    np.testing.assert_array_equal(found.count, [2, 1, 0, 1])
    np.testing.assert_array_equal(found.value, [2, 5, np.nan, 9])
    np.testing.assert_allclose(found.deviation, [np.sqrt(2), np.nan, np.nan, np.nan])


def test_one_value_and_none_have_no_interval():
    ends = mean_interval([3, np.nan], [1, 0], [np.nan, np.nan])
    assert np.isnan([ends.lower, ends.upper]).all()


def test_what_is_wrong_is_refused():
    with pytest.raises(MeasureError, match="Row 1 holds an infinite value"):
        means([1, np.inf])
    with pytest.raises(ParameterError, match="one for each row"):
        means([1, 2], [0])
    with pytest.raises(ParameterError, match="confidence"):
        mean_interval([1], [2], [1], 95)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.floats(-1e3, 1e3))
def test_moving_all_values_moves_the_interval(values, step):
    here, there = means(values), means(np.array(values) + step)
    one, other = (mean_interval(m.value, m.count, m.deviation) for m in (here, there))
    np.testing.assert_allclose(one.lower + step, other.lower, rtol=1e-6, atol=1e-3)
    assert one.lower[0] <= here.value[0] <= one.upper[0]
