"""Limits as the R package prints them, and where ours differ on purpose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.funnelplotr import exact_ratio_limits, limits
from pmf_analysis.methods.overdispersion import overdispersed_limits

Z = 1.959964


def test_ratio_limits_are_chi_squared_over_the_expected():
    found = exact_ratio_limits([50.09, 0], 0.95)
    np.testing.assert_allclose(found.lower[0], stats.chi2.ppf(0.025, 100.18) / 2 / 50.09)
    np.testing.assert_allclose(found.upper[0], stats.chi2.ppf(0.975, 102.18) / 2 / 50.09)
    assert np.isnan(found.lower[1])
    with pytest.raises(ParameterError, match="confidence"):
        exact_ratio_limits([1], 95)


@pytest.mark.parametrize("scale", ["proportion", "log_ratio"])
def test_where_the_package_turns_its_limits_back_ours_are_the_same(scale):
    baseline = 0.8 if scale == "proportion" else 1.0
    theirs = limits([100.0, 900.0], baseline, scale, 0.01, Z)
    ours = overdispersed_limits([100.0, 900.0], baseline, scale, 0.01, 0.95)
    np.testing.assert_allclose(np.ravel(theirs), np.ravel(ours), rtol=1e-7)


def test_where_it_does_not_ours_differ():
    small = limits([4.0], 0.02, "proportion", 0.0, Z)
    assert small.lower[0] > 0.05  # above the baseline: it has risen again
    assert overdispersed_limits([4.0], 0.02, "proportion", 0.0, 0.95).lower[0] == 0
    rates = limits([1000.0], [0.01, 0.5], "log_rate", 0.0, Z)
    np.testing.assert_allclose(rates.upper[0] / 0.01, rates.upper[1] / 0.5)
    ours = overdispersed_limits([1000.0], [0.01, 0.5], "log_rate", 0.0, 0.95)
    assert ours.upper[0] / 0.01 > ours.upper[1] / 0.5
