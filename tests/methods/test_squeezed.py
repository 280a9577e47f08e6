"""Variances drawn towards those of their group: by as much as the group knows better."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import polygamma

from pmf_analysis.methods.squeezed import _freedom, prior_variance


def variances(number: int, freedom: float, shared: float, seed: int = 1) -> np.ndarray:
    """Estimates of variances that are themselves drawn, by degrees of freedom of the group."""
    draws = np.random.default_rng(seed)
    true = 2.0 * shared / draws.chisquare(shared, number)
    return true * draws.chisquare(freedom, number) / freedom


def test_how_far_a_group_differs_is_found():
    own = variances(20_000, 22, 8)
    found = prior_variance(own, np.full(20_000, 22.0), np.zeros(20_000))
    assert found.freedom[0] == pytest.approx(8, rel=0.06)
    assert found.variance[0] == pytest.approx(2.0, rel=0.02)


def test_a_group_that_does_not_differ_is_known_well():
    draws = np.random.default_rng(3)
    own = np.concatenate([draws.chisquare(22, 400) / 22, 5 * draws.chisquare(22, 400) / 22])
    group = np.repeat(["a", "b"], 400)
    found = prior_variance(own, np.full(800, 22.0), group)
    assert found.variance[0] == pytest.approx(1, rel=0.04)
    assert found.variance[-1] == pytest.approx(5, rel=0.04)
    assert (found.freedom > 50).all()


def test_few_series_and_what_is_not_known_say_nothing():
    own = np.array([1.0, 2.0, np.nan, 0.0, 1.5, 1.2])
    found = prior_variance(own, np.full(6, 9.0), np.zeros(6))
    assert (found.freedom == 0).all() and np.isnan(found.variance).all()
    assert len(prior_variance([], [], []).variance) == 0


@pytest.mark.parametrize("half", [0.3, 1.0, 4.0, 60.0])
def test_degrees_of_freedom_from_the_variance_of_a_logarithm(half):
    assert _freedom(float(polygamma(1, half))) == pytest.approx(2 * half)
