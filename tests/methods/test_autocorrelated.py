"""Intervals for short autocorrelated series: laws, plain cases, and how often they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from benchmarks.impact import TRUTH, coverage, coverage_of_counts, expected, noise
from pmf_analysis.errors import ParameterError
from pmf_analysis.methods import autocorrelated, interrupted

BELL = {"centre": 0.2, "spread": 0.4}
TERMS = interrupted.design(np.arange(1, 25), 12)
LEVEL = np.eye(4)[2:3]


def figures(seed: int, correlation: float = 0.2) -> np.ndarray:
    return TERMS @ TRUTH + noise(1, 24, correlation, np.random.default_rng(seed))[0]


def test_a_correlation_known_beforehand_gives_students_interval():
    value = figures(1)
    found = autocorrelated.intervals(value, TERMS, LEVEL, centre=0.0, spread=1e-6)
    plain = interrupted.ordinary(value, TERMS)
    reach = t.ppf(0.975, 20) * plain.errors[2]
    assert found.value[0] == pytest.approx(plain.coefficients[2])
    assert found.upper[0] - found.value[0] == pytest.approx(reach, rel=1e-6)
    chance = 2 * t.sf(abs(plain.coefficients[2] / plain.errors[2]), 20)
    assert found.chance[0] == pytest.approx(chance, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    factor=st.floats(0.01, 1000),
    shift=st.floats(-1e4, 1e4),
)
def test_the_interval_moves_with_the_scale_and_not_with_the_level(seed, factor, shift):
    value = figures(seed)
    one = autocorrelated.intervals(value, TERMS, LEVEL, **BELL)
    other = autocorrelated.intervals(factor * value + shift, TERMS, LEVEL, **BELL)
    for name in ("value", "lower", "upper"):
        held = getattr(other, name)
        assert held == pytest.approx(factor * getattr(one, name), rel=1e-4, abs=1e-5 * factor)
    assert (one.lower <= one.value).all() and (one.value <= one.upper).all()


def test_more_confidence_is_wider_and_a_hanging_together_is_seen():
    value = figures(2, 0.6)
    narrow = autocorrelated.intervals(value, TERMS, LEVEL, **BELL, confidence=0.8)
    wide = autocorrelated.intervals(value, TERMS, LEVEL, **BELL, confidence=0.99)
    assert wide.lower < narrow.lower < narrow.upper < wide.upper
    assert -0.9 < float(narrow.correlation) < 0.95


def test_weights_of_one_and_steps_of_one_change_nothing_and_gaps_do():
    value = figures(3)
    plain = autocorrelated.intervals(value, TERMS, LEVEL, **BELL)
    same = autocorrelated.intervals(
        value, TERMS, LEVEL, **BELL, weights=np.full(24, 7.0), steps=np.ones(23)
    )
    assert same.lower == pytest.approx(plain.lower)
    far = autocorrelated.intervals(value, TERMS, LEVEL, **BELL, steps=np.full(23, 5))
    assert far.lower != pytest.approx(plain.lower)


def test_means_are_those_of_the_intervals_for_many_dates_at_once():
    value = figures(4)
    terms = interrupted.design(np.arange(1, 25), np.arange(8, 16))
    found = autocorrelated.means(value, terms, LEVEL, **BELL)
    assert found.shape == (8, 1)
    alone = autocorrelated.intervals(value, terms[3], LEVEL, **BELL)
    assert found[3] == pytest.approx(alone.value)


def test_a_series_that_the_terms_tell_exactly_has_no_width_and_no_warning():
    found = autocorrelated.intervals(TERMS @ TRUTH, TERMS, LEVEL, **BELL)
    assert found.value[0] == pytest.approx(6.0)
    assert found.upper[0] - found.lower[0] < 1e-6
    nothing = autocorrelated.intervals(np.zeros(24), TERMS, LEVEL, **BELL)
    assert nothing.lower[0] <= 0 <= nothing.upper[0]


@pytest.mark.parametrize("wrong", [{"confidence": 1.0}, {"confidence": 0.0}, {"spread": 0.0}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ParameterError):
        autocorrelated.intervals(figures(5), TERMS, LEVEL, **{**BELL, **wrong})


def test_the_shipped_bell_is_read_from_the_rule_set():
    held = expected()
    assert -1 < held.correlation_centre < 1 and held.correlation_spread > 0


@pytest.mark.parametrize("correlation", [0.0, 0.4])
def test_intervals_at_24_points_hold_at_least_92_in_100(correlation):
    rows = coverage(12, 12, correlation, 250, np.random.default_rng(7))
    held = {row.estimator: row for row in rows}
    # three standard errors of the simulation below the bound
    assert min(held["ours"].level, held["ours"].slope) > 0.92 - 3 * 0.0172
    assert held["newey-west"].level < 0.85


def test_intervals_of_counts_hold_as_well():
    rows = coverage_of_counts(12, 12, 0.2, 200, np.random.default_rng(8))
    held = {row.estimator: row for row in rows}
    assert min(held["ours"].level, held["ours"].slope) > 0.92 - 3 * 0.0192


@pytest.mark.soak
@pytest.mark.parametrize("split", [(12, 12), (16, 8), (36, 24)])
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
def test_intervals_hold_in_long_trials(split, correlation):
    rng = np.random.default_rng(9)
    for measure in (coverage, coverage_of_counts):
        (ours,) = [r for r in measure(*split, correlation, 3000, rng) if r.estimator == "ours"]
        assert min(ours.level, ours.slope) >= 0.92
