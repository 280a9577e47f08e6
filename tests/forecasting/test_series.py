"""Series: what cannot be one is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.forecasting import Series
from pmf_analysis.terms import SeriesKind

KNOWN = np.array([1.0, np.nan, 3.0])


def one(values=KNOWN, season=12, horizon=3, kind=SeriesKind.COUNT, **fields) -> Series:
    return Series("REF, North", np.asarray(values, dtype=float), season, horizon, kind, **fields)


def test_a_series_may_have_gaps_and_no_bounds():
    assert np.isnan(one().values[1])
    assert np.isnan(one().lower)


def test_a_series_may_be_empty():
    assert len(one([]).values) == 0


def test_figures_may_stand_on_a_bound():
    assert one([0.0, 100.0], kind=SeriesKind.PERCENT, lower=0.0, upper=100.0).upper == 100


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([1.0, np.inf], {}),
        ([1.0, -np.inf], {}),
        ([-1.0, 2.0], {"lower": 0.0}),
        ([50.0, 100.1], {"lower": 0.0, "upper": 100.0}),
    ],
)
def test_a_figure_that_cannot_be_is_refused(values, bounds):
    with pytest.raises(ParameterError, match="REF, North holds") as told:
        one(values, **bounds)
    assert "Mend the figure" in str(told.value)


@pytest.mark.parametrize("wrong", [{"season": 0}, {"horizon": 0}, {"horizon": -1}])
def test_no_period_ahead_is_refused(wrong):
    with pytest.raises(ParameterError, match="at least 1"):
        one(**wrong)


def test_denominators_of_another_length_are_refused():
    with pytest.raises(ParameterError, match="3 figures and 2 denominators"):
        one(denominators=np.array([1.0, 2.0]))
