"""The spread between places beyond chance, and the limits that allow for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.methods.overdispersion import overdispersed_limits, spread
from pmf_analysis.terms import FunnelScale

SCALES = list(FunnelScale)


def test_places_that_differ_by_chance_are_not_overdispersed():
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(300), 40)
    size = rng.integers(50, 500, len(group))
    chance = spread(rng.binomial(size, 0.7), size, "proportion", group)
    # 0.679 is the mean square of a normal deviate whose outer tenths are brought in
    assert abs(np.mean(chance.phi) - 0.679) < 0.02
    assert chance.overdispersed.mean() < 0.1
    wide = rng.beta(28, 12, len(group))
    spread_out = spread(rng.binomial(size, wide), size, "proportion", group)
    assert spread_out.overdispersed.mean() > 0.99
    # on the arcsine scale the variance of a proportion is that of it over 4 p (1 - p)
    wanted = 0.7 * 0.3 / 41 / (4 * 0.7 * 0.3)
    assert 0.4 * wanted < np.mean(spread_out.tau2) < 1.2 * wanted


@pytest.mark.parametrize("scale", SCALES)
def test_groups_at_once_are_the_same_as_each_alone(scale):
    rng = np.random.default_rng(3)
    size = rng.integers(20, 400, 36).astype(float)
    events = rng.binomial(size.astype(int), 0.3).astype(float)
    group = np.repeat([0, 1, 2], 12)
    every = spread(events, size, scale, group)
    for number in range(3):
        own = spread(events[group == number], size[group == number], scale)
        np.testing.assert_allclose(every.phi[number], own.phi[0])
        np.testing.assert_allclose(every.tau2[number], own.tau2[0])
        np.testing.assert_allclose(every.z[group == number], own.z)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("events", "size"),
    [
        ([5], [10]), ([5, 5, 5], [10, 10, 10]), ([0, 0, 0], [10, 20, 30]), ([0, 4, 10], [5, 9, 10]),
        ([1, np.nan], [2, 3]), ([0, 3, 4], [0, 9, 10]), ([], []),
    ],
)  # fmt: skip
def test_whatever_is_given_tau2_is_a_number(scale, events, size):
    found = spread(events, size, scale)
    assert np.isfinite(found.tau2).all()
    assert (found.tau2 >= 0).all()
    assert not np.isinf(found.z).any()


@given(st.sampled_from(SCALES), st.floats(0.01, 0.99), st.floats(0, 0.5))
def test_more_spread_means_wider_limits_around_the_baseline(scale, share, tau2):
    baseline = share if scale in ("proportion", "log_rate") else 1.0
    size = np.array([3.0, 30, 300, 30_000])
    plain = overdispersed_limits(size, baseline, scale, 0.0, 0.95)
    wide = overdispersed_limits(size, baseline, scale, tau2, 0.95)
    assert (wide.lower <= plain.lower + 1e-12).all()
    assert (plain.upper <= wide.upper + 1e-12).all()
    assert (plain.lower <= baseline + 1e-12).all()
    assert (baseline <= plain.upper + 1e-12).all()
    assert (wide.lower >= 0).all()
    assert scale != "proportion" or (wide.upper <= 1).all()


def test_limits_without_spread_are_close_to_those_of_chance():
    found = overdispersed_limits([400.0], 0.6, "proportion", 0.0, 0.95)
    wilson = wilson_interval([240], [400])
    np.testing.assert_allclose([found.lower[0], found.upper[0]], np.ravel(wilson), atol=2e-3)


def test_what_is_wrong_is_refused():
    with pytest.raises(MeasureError, match="above its denominator"):
        spread([3], [2], "proportion")
    with pytest.raises(ParameterError, match="trimmed"):
        spread([1], [2], "proportion", trim=0.5)
