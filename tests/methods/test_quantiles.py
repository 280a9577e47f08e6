"""Bands by rank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.quantiles import quantile_bands


def test_fifths_of_ten():
    found = quantile_bands([3, 1, 10, 8, 2, 9, 4, 7, 5, 6], 5)
    assert found.tolist() == [4, 5, 1, 2, 5, 1, 4, 2, 3, 3]


def test_equal_values_stand_in_one_band():
    assert quantile_bands([1, 1, 1, 1], 4, highest_first=False).tolist() == [1, 1, 1, 1]
    assert quantile_bands([1, 2, 2, 3], 4, highest_first=False).tolist() == [1, 2, 2, 4]


def test_gaps_and_small_groups_have_none():
    found = quantile_bands([1, np.nan, 2, 9, 8], 2, group=[0, 0, 0, 1, 2])
    np.testing.assert_array_equal(found, [2, np.nan, 1, np.nan, np.nan])
    assert quantile_bands([], 5).shape == (0,)


def test_no_bands_are_refused():
    with pytest.raises(ParameterError, match="0 bands"):
        quantile_bands([1], 0)


@given(st.lists(st.integers(0, 10**6), min_size=10, max_size=60, unique=True), st.integers(1, 10))
def test_bands_are_as_even_as_they_can_be_and_mirror(values, bands):
    found = quantile_bands(values, bands)
    counts = np.bincount(found.astype(int), minlength=bands + 1)[1:]
    assert counts.max() - counts.min() <= 1
    upside_down = quantile_bands([-value for value in values], bands, highest_first=False)
    np.testing.assert_array_equal(found, upside_down)
