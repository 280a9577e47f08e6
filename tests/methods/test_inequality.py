"""The slope index of inequality, held against a drawn one and its laws."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.errors import MeasureError
from pmf_analysis.methods.inequality import slope_index

PEOPLE = np.array([4608, 7598, 3343, 4231, 3745])
VALUE = np.array([891.9, 798.9, 574.3, 581.4, 331.1])
HALF = np.array([87.3, 64.0, 81.3, 73.8, 59.7])


def test_a_straight_line_is_found():
    share = PEOPLE / PEOPLE.sum()
    middle = np.cumsum(share) - share / 2
    found = slope_index(PEOPLE, 900 - 600 * middle, VALUE - HALF, VALUE + HALF)
    np.testing.assert_allclose([found.slope[0], found.ratio[0]], [-600, 300 / 900], rtol=1e-12)


def test_the_intervals_are_those_of_many_draws():
    found = slope_index(PEOPLE, VALUE, VALUE - HALF, VALUE + HALF)
    rng = np.random.default_rng(5)
    drawn = VALUE + rng.normal(size=(200_000, 5)) * HALF / 1.959964
    share = PEOPLE / PEOPLE.sum()
    middle = np.cumsum(share) - share / 2
    design = np.column_stack([np.ones(5), middle]) * np.sqrt(share)[:, None]
    fitted = drawn * np.sqrt(share) @ np.linalg.pinv(design).T
    for ends, values in (
        (found.slope_interval, fitted[:, 1]),
        (found.ratio_interval, fitted.sum(axis=1) / fitted[:, 0]),
    ):
        wanted = np.quantile(values, [0.025, 0.975])
        np.testing.assert_allclose(
            [ends.lower[0], ends.upper[0]], wanted, atol=0.01 * np.ptp(wanted)
        )


def test_many_at_once_are_the_same_as_each_alone():
    both = slope_index(
        np.array([PEOPLE, PEOPLE[::-1]]), np.array([VALUE, VALUE]),
        np.array([VALUE - HALF] * 2), np.array([VALUE + HALF] * 2),
    )  # fmt: skip
    alone = slope_index(PEOPLE[::-1], VALUE, VALUE - HALF, VALUE + HALF)
    assert both.slope[1] == alone.slope[0]
    assert both.ratio_interval.upper[1] == alone.ratio_interval.upper[0]


def test_what_cannot_be_said_is_not_said():
    one_band = slope_index([100, 0], [5, 6], [4, 5], [6, 7])
    assert np.isnan([one_band.slope[0], one_band.ratio[0], one_band.slope_interval.lower[0]]).all()
    nobody = slope_index([0, 0], [5, 6], [4, 5], [6, 7])
    assert np.isnan(nobody.slope[0])
    # the lower end may be 0: the ratio has no interval
    unsure = slope_index([50, 50], [1, 6], [-4, 5], [6, 7])
    assert np.isfinite(unsure.slope_interval.upper[0])
    assert np.isnan([unsure.ratio_interval.lower[0], unsure.ratio_interval.upper[0]]).all()


def test_what_does_not_fit_is_refused():
    with pytest.raises(MeasureError, match="one shape"):
        slope_index([1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3])
