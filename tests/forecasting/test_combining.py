"""The pool, and what each of its forecasts counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pmf_analysis.forecasting.combining import members_of, method_of, pool_of, weights_of
from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.terms import SeriesKind


def test_weights_are_past_errors_to_a_power():
    errors = np.array([[1.0, 2.0, 4.0]])
    never = weights_of(errors, np.array([5.0]), 2.0, 0.0)
    np.testing.assert_allclose(never, [[16 / 21, 4 / 21, 1 / 21]])
    # five past forecasts and one that all would have missed by 2
    drawn = (5 * errors + 2) / 6
    found = weights_of(errors, np.array([5.0]), 2.0, 1.0)
    np.testing.assert_allclose(found, drawn**-2.0 / (drawn**-2.0).sum())


@pytest.mark.parametrize("power", [0.0, 1.0, 4.0])
def test_without_a_past_forecast_all_count_alike(power):
    found = weights_of(np.zeros((2, 5)), np.zeros(2), power, 1.0)
    np.testing.assert_allclose(found, 0.2)


def test_a_method_that_was_never_wrong_takes_all_without_a_prior():
    found = weights_of(np.array([[0.0, 1.0]]), np.array([3.0]), 4.0, 0.0)
    np.testing.assert_array_equal(found, [[1.0, 0.0]])


def test_the_power_decides_how_much_the_closer_ones_count():
    errors = np.random.default_rng(1).uniform(1, 3, (20, 6))
    best = errors.argmin(axis=1)
    shares = [weights_of(errors, np.full(20, 6.0), power, 1.0) for power in (0.0, 1.0, 4.0)]
    own = [share[np.arange(20), best] for share in shares]
    assert (own[0] < own[1]).all()
    assert (own[1] < own[2]).all()
    for share in shares:
        np.testing.assert_allclose(share.sum(axis=1), 1)


@pytest.mark.parametrize("kind", list(SeriesKind))
def test_no_forecast_lies_far_outside_what_was_seen(forecast_rules, kind):
    z = np.cumsum(np.random.default_rng(2).normal(0.5, 1, (30, 20)), axis=1)
    names = members_of(kind, forecast_rules)
    found = pool_of(z, 4, 60, Scale.PLAIN, names, forecast_rules)
    beyond = forecast_rules.methods["most_beyond"] * np.ptp(z, axis=1)
    assert found.shape == (30, len(names), 60)
    assert (found >= (z.min(axis=1) - beyond)[:, None, None] - 1e-9).all()
    assert (found <= (z.max(axis=1) + beyond)[:, None, None] + 1e-9).all()


def test_on_the_root_a_straight_rise_of_roots_goes_on_straight(forecast_rules):
    roots = 10 + 0.5 * np.arange(40)
    found = pool_of(np.log(roots**2)[None], 1, 4, Scale.LOG, ["drift"], forecast_rules)
    np.testing.assert_allclose(np.exp(found[0, 0] / 2), 10 + 0.5 * np.arange(40, 44))


def test_words_say_whether_the_closer_ones_count_more(forecast_rules):
    assert "closer before counting more" in method_of(SeriesKind.LEVEL, 6, forecast_rules)
    assert "all counting alike" in method_of(SeriesKind.LEVEL, 0, forecast_rules)
    assert "all counting alike" in method_of(SeriesKind.PERCENT, 6, forecast_rules)
    pools = {**forecast_rules.methods["pools"], "count": {"power": 1, "members": ["a", "b"]}}
    rules = replace(forecast_rules, methods={**forecast_rules.methods, "pools": pools})
    assert method_of(SeriesKind.COUNT, 3, rules).startswith("mean of 2 simple forecasts")
