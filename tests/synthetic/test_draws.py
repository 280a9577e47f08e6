"""Draws: right on average, the same everywhere, and as many uniforms as values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.synthetic import draws


def _rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize("mean", [0.05, 1.0, 3.7, 40.0, 170.0])
def test_counts_are_poisson(mean: float) -> None:
    """Mean and variance are the mean, and the chance of 0 is exp(-mean) (Poisson 1837)."""
    found = draws.events_by_month(_rng(), np.full(20_000, mean))
    assert found.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / 20_000))
    assert found.var() == pytest.approx(mean, rel=0.06)
    assert (found == 0).mean() == pytest.approx(np.exp(-mean), abs=0.01)


@given(st.floats(0, 300), st.floats(0, 50), st.integers(0, 1000))
def test_more_expected_is_never_fewer(mean: float, more: float, seed: int) -> None:
    assert draws.events(_rng(seed), mean + more) >= draws.events(_rng(seed), mean)


@given(st.integers(0, 50), st.floats(0.1, 5))
def test_a_chance_changes_nothing_drawn_after_it(n: int, weight: float) -> None:
    one, two = _rng(), _rng()
    draws.events_by_month(one, np.full(n, 3.0))
    draws.pick(one, n, [1, 2, 3])
    draws.events_by_month(two, np.full(n, 3.0 + weight))
    draws.pick(two, n, [weight, 2])
    assert one.random() == two.random()


def test_nothing_expected_is_nothing() -> None:
    assert draws.events(_rng(), 0.0) == 0


def test_kinds_come_in_their_shares() -> None:
    found = np.bincount(draws.pick(_rng(), 40_000, [1, 0, 3]), minlength=3) / 40_000
    assert found == pytest.approx([0.25, 0, 0.75], abs=0.01)


def test_days_lie_on_the_lines_of_the_table() -> None:
    table = ((0.0, 0.0), (0.5, 10.0), (1.0, 40.0))
    assert draws.days_at([0.0, 0.25, 0.4999, 0.5, 0.75, 0.9999], table).tolist() == [
        0, 5, 9, 10, 25, 39,
    ]  # fmt: skip
    found = draws.lags(_rng(), 20_000, table)
    assert (found < 10).mean() == pytest.approx(0.5, abs=0.015)
    assert found.max() == 39


def test_days_fall_in_their_month_and_in_the_week() -> None:
    starts = np.array(["2026-01-01", "2026-02-01", "2026-03-01"], dtype="datetime64[D]")
    found = draws.days_in_months(_rng(), starts, [300, 200])
    assert (found[:300] < starts[1]).all()
    assert (found[300:] >= starts[1]).all()
    assert np.is_busday(found).all()


def test_weekdays_begin_on_monday() -> None:
    days = np.array(["2026-10-05", "2026-10-11"], dtype="datetime64[D]")
    assert draws.weekday(days).tolist() == [0, 6]


def test_record_ids_stand_in_a_row() -> None:
    assert draws.codes("R", 3, 9) == ["R0000009", "R0000010", "R0000011"]
