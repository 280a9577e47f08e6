"""Candidate dates: the same as another program finds, exact, and defined for every input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods import change_points

PENALTY, SIZE = 12.0, 6


def found(values, weights=None, penalty: float = PENALTY, size: int = SIZE) -> list[list[int]]:
    starts = change_points.candidates(values, weights, penalty=penalty, min_size=size)
    return [np.flatnonzero(row).tolist() for row in starts]


def levels(rng, *parts: tuple[int, float]) -> np.ndarray:
    return np.concatenate([level + rng.standard_normal(length) for length, level in parts])


def test_the_dates_are_those_of_ruptures():
    import ruptures

    rng = np.random.default_rng(7)
    rows = [levels(rng, (12, 0), (12, size), (12, size / 3)) for size in np.linspace(0, 6, 12)]
    for row, ours in zip(rows, found(rows), strict=True):
        sigma = np.median(np.abs(np.diff(row))) / np.sqrt(2) / 0.6744897501960817
        theirs = ruptures.Pelt(model="l2", min_size=SIZE, jump=1).fit(row[:, None] / sigma)
        assert ours == theirs.predict(pen=PENALTY)[:-1]


def test_the_partition_is_the_best_of_all():
    rng = np.random.default_rng(3)
    values, weights = levels(rng, (5, 0), (6, 3), (5, 1)), rng.uniform(0.5, 2, 16)
    weights /= weights.mean()
    sizes = np.abs(np.diff(values)) / np.sqrt(1 / weights[1:] + 1 / weights[:-1])
    sigma = np.median(sizes) / 0.6744897501960817

    def cost(cuts: tuple[int, ...]) -> float:
        edges = [0, *cuts, 16]
        parts = [slice(a, b) for a, b in itertools.pairwise(edges)]
        squares = [
            (weights[p] * (values[p] - np.average(values[p], weights=weights[p])) ** 2).sum()
            for p in parts
        ]
        return sum(squares) / sigma**2 + 2.0 * len(cuts)

    one = [(a,) for a in range(3, 14)]
    two = [(a, b) for a in range(3, 11) for b in range(a + 3, 14)]
    three = [(a, b, c) for a, b in two for c in range(b + 3, 14)]
    best = min([(), *one, *two, *three], key=cost)
    assert found([values], [weights], penalty=2.0, size=3) == [list(best)]


def test_a_gap_is_no_figure_and_moves_no_date():
    rng = np.random.default_rng(5)
    whole = levels(rng, (15, 0), (15, 5))
    gaps = np.insert(whole, [4, 15, 20], np.nan)
    assert found([whole]) == [[15]]
    assert found([gaps]) == [[17]]  # the gap before the new level is no part of it
    assert np.isfinite(gaps[17])


def test_shift_and_scale_of_figures_and_weights_change_nothing():
    rng = np.random.default_rng(11)
    values, weights = levels(rng, (12, 0), (12, 3)), rng.uniform(1, 3, 24)
    first = found([values], [weights])
    assert first == found([1e6 + 1e3 * values], [50 * weights]) == [[12]]


@pytest.mark.parametrize(
    "row",
    [
        [5.0] * 30,
        [np.nan] * 30,
        [0.0] * 29 + [1.0],
        [1.0] * 11,
        [np.nan] * 29 + [1.0],
    ],
)
def test_what_has_no_two_levels_has_no_date(row):
    assert found([row]) == [[]]


def test_no_series_at_all_gives_nothing():
    assert change_points.candidates(np.empty((0, 0)), penalty=1, min_size=6).shape == (0, 0)
    assert len(change_points.steps(np.empty((2, 0)), np.empty((2, 0), bool)).series) == 0


def test_the_size_of_a_step_and_its_error_by_hand():
    values = [[1, 3, 1, 3, 11, 13, 11, 13]]
    starts = np.zeros((1, 8), bool)
    starts[0, 4] = True
    step = change_points.steps(values, starts)
    assert (step.series[0], step.column[0], step.before[0], step.after[0]) == (0, 4, 2, 12)
    assert (step.points_before[0], step.points_after[0], step.freedom[0]) == (4, 4, 6)
    assert step.sigma[0] == pytest.approx(np.sqrt(8 / 6))
    assert step.lag_one[0] == 0  # figures that alternate get no credit for it
    assert step.error[0] == pytest.approx(np.sqrt(8 / 6 * (1 / 4 + 1 / 4)))
    assert change_points.reach(step, 0.95)[0] == pytest.approx(2.446912 * step.error[0], rel=1e-6)


def test_what_is_not_clear_is_dropped_and_the_rest_measured_anew():
    rng = np.random.default_rng(2)
    values = levels(rng, (20, 0), (20, 0.4), (20, 6))
    starts = np.zeros((1, 60), bool)
    starts[0, [20, 40]] = True
    left = change_points.kept([values], starts, least_errors=4, least_sigmas=0.75)
    assert np.flatnonzero(left[0]).tolist() == [40]
    assert change_points.steps([values], left).points_before[0] == 40
    none = change_points.kept([values], starts, least_errors=1000, least_sigmas=0.75)
    assert not none.any()


def test_levels_without_any_spread_are_clear():
    values = np.array([[0.0, 1.0] * 4 + [0.0] * 8 + [9.0] * 8])
    starts = np.zeros((1, 24), bool)
    starts[0, 16] = True
    exact = np.where(np.arange(24) < 16, 0.0, 9.0)[None]
    step = change_points.steps(exact, starts)
    assert (step.sigma[0], step.error[0]) == (0, 0)
    assert change_points.kept(exact, starts, least_errors=4, least_sigmas=1).sum() == 1
    assert change_points.kept(values, starts, least_errors=4, least_sigmas=1).sum() == 1


@pytest.mark.parametrize(
    ("values", "weights", "penalty", "size"),
    [
        ([1.0, 2.0], None, 12, 6),
        ([[1.0, np.inf]], None, 12, 6),
        ([[1.0, 2.0]], [[1.0, 0.0]], 12, 6),
        ([[1.0, 2.0]], [[1.0]], 12, 6),
        ([[1.0, 2.0]], None, -1, 6),
        ([[1.0, 2.0]], None, np.nan, 6),
        ([[1.0, 2.0]], None, 12, 0),
    ],
)
def test_what_cannot_be_is_refused(values, weights, penalty, size):
    with pytest.raises(ParameterError):
        change_points.candidates(values, weights, penalty=penalty, min_size=size)


def test_a_level_that_starts_at_a_gap_is_refused():
    with pytest.raises(ParameterError, match="no figure"):
        change_points.steps([[1.0, np.nan, 2.0]], [[False, True, False]])


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        float,
        st.tuples(st.integers(0, 4), st.integers(0, 40)),
        elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(-1e9, 1e9)),
    )
)
def test_any_series_gets_stretches_long_enough_and_finite_numbers(values):
    starts = change_points.candidates(values, penalty=2.0, min_size=3)
    for row, begun in zip(values, starts, strict=True):
        there = np.isfinite(row)
        assert not (begun & ~there).any()
        edges = [0, *np.flatnonzero(begun[there]), there.sum()]
        assert not begun.any() or min(np.diff(edges)) >= 3
    step = change_points.steps(values, starts)
    assert all(np.isfinite(part).all() for part in step)
    left = change_points.kept(values, starts, least_errors=3, least_sigmas=0.5)
    assert not (left & ~starts).any()


@pytest.mark.parametrize(("follows", "most"), [(0.0, 0.008), (0.3, 0.035)])
def test_a_stable_series_seldom_has_a_date(follows, most):
    """The shares that the rule set states, with room for 3,000 series."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((3000, 80))
    values = noise.copy()
    for at in range(1, 80):
        values[:, at] = follows * values[:, at - 1] + np.sqrt(1 - follows**2) * noise[:, at]
    values = values[:, 20:]
    starts = change_points.candidates(values, penalty=PENALTY, min_size=SIZE)
    left = change_points.kept(values, starts, least_errors=4.0, least_sigmas=0.75)
    assert left.any(axis=1).mean() <= most
