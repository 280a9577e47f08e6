"""The recent trend over five periods: its rule, and what has no answer."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.intervals import byars_interval
from pmf_analysis.methods.recent_trend import proportion_trend, rate_trend

LIMIT = 9.5495

cases = hnp.arrays(np.float64, (3, 5), elements=st.integers(20, 400).map(float))
shares = hnp.arrays(np.float64, (3, 5), elements=st.floats(0, 1))


@settings(max_examples=25)
@given(shares, cases)
def test_a_share_is_tested_as_by_a_line_through_ones_and_noughts(share, total):
    events = np.round(share * total)
    found = proportion_trend(events, total)
    for row in range(3):
        pairs = zip(events[row].astype(int), total[row].astype(int), strict=True)
        y = np.concatenate([np.repeat([1.0, 0.0], [e, n - e]) for e, n in pairs])
        x = np.repeat(np.arange(5.0), total[row].astype(int))
        spread = y.std() * x.std()
        expected = len(y) * (np.cov(x, y, ddof=0)[0, 1] / spread) ** 2 if spread else 0.0
        assert found.chi_squared[row] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=25)
@given(hnp.arrays(np.float64, (2, 5), elements=st.integers(0, 200).map(float)), cases)
def test_a_rate_is_tested_as_by_weighted_least_squares(events, total):
    found = rate_trend(events, total[:2], multiplier=100)
    for row in range(2):
        ends = byars_interval(events[row], total[row])
        weight = ((ends.upper - ends.lower) / 3.92) ** -2.0
        line = sm.WLS(events[row] / total[row], sm.add_constant(np.arange(5.0)), weight)
        fit = line.fit(cov_type="fixed scale")
        assert found.chi_squared[row] == pytest.approx(fit.tvalues[1] ** 2, rel=1e-6, abs=1e-9)


def test_only_the_latest_five_count_and_none_may_be_missing():
    rising = np.array([[900, 10, 20, 40, 60, 90]], dtype=float)
    total = np.full((1, 6), 1000.0)
    assert proportion_trend(rising, total).direction(LIMIT).tolist() == [1]
    assert proportion_trend(rising[:, 1:], total[:, 1:]).chi_squared == pytest.approx(
        proportion_trend(rising, total).chi_squared
    )
    gap = rising.copy()
    gap[0, 3] = np.nan
    for found in (
        proportion_trend(gap, total), rate_trend(gap, total),
        proportion_trend(rising[:, :4], total[:, :4]), proportion_trend(rising, total * 0 + np.nan),
    ):  # fmt: skip
        assert not found.calculated[0] and np.isnan(found.chi_squared[0])
        assert found.direction(LIMIT).tolist() == [0]


def test_a_slope_that_one_period_makes_is_no_trend():
    jump = np.array([[100, 100, 100, 100, 190]], dtype=float)
    wavering = np.array([[100, 130, 100, 110, 105]], dtype=float)
    total = np.full((1, 5), 1000.0)
    assert rate_trend(jump, total).chi_squared[0] > LIMIT
    assert not proportion_trend(wavering, total).consistent[0]
    assert proportion_trend(wavering, total).direction(0.0).tolist() == [0]


@pytest.mark.parametrize("value", [0.0, 7.0, 50.0])
def test_equal_figures_noughts_and_full_shares_are_no_trend(value):
    events, total = np.full((1, 5), value), np.full((1, 5), 50.0)
    for found in (proportion_trend(events, total), rate_trend(events, total)):
        assert found.calculated[0] and found.chi_squared[0] == 0 and found.p_value[0] == 1
        assert found.direction(LIMIT).tolist() == [0]


def test_noughts_among_figures_have_an_answer():
    events = np.array([[0, 0, 6, 15, 50]], dtype=float)
    found = proportion_trend(events, np.full((1, 5), 50.0))
    assert found.direction(LIMIT).tolist() == [1]


def test_what_cannot_be_is_refused():
    with pytest.raises(ParameterError, match="above its denominator"):
        proportion_trend(np.full((1, 5), 9.0), np.full((1, 5), 8.0))
    with pytest.raises(ParameterError, match="below 0"):
        rate_trend(np.full((1, 5), -1.0), np.full((1, 5), 8.0))
    with pytest.raises(ParameterError, match="one shape"):
        rate_trend(np.ones((1, 5)), np.ones((1, 4)))


def test_no_series_gives_no_answer():
    assert len(proportion_trend(np.ones((0, 5)), np.ones((0, 5))).chi_squared) == 0
