"""Draws: the same everywhere, with the mean and spread that they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pmf_analysis.synthetic import chance


def cells(number):
    return [chance.stream(7, "CP-VISIT", "lathe", month) for month in range(number)]


def test_a_stream_is_the_same_everywhere():
    # the first uniform number of this cell, as numpy 2.4's PCG64 gives it
    drawn = chance.stream(3, "REREF", "lathe", 24_000).random()
    assert drawn == pytest.approx(0.1354327, abs=1e-7)


@pytest.mark.parametrize(
    "other", [(4, "REREF", "lathe", 1), (3, "REF", "lathe", 1), (3, "REREF", "marwick", 1),
              (3, "REREF", "lathe", 2)]
)  # fmt: skip
def test_every_cell_has_a_stream_of_its_own(other):
    assert chance.stream(3, "REREF", "lathe", 1).random() != chance.stream(*other).random()


def test_events_are_nearly_poisson():
    drawn = np.array([chance.events(rng, 30.0) for rng in cells(2000)])
    assert drawn.mean() == pytest.approx(30, abs=0.4)
    assert drawn.var() == pytest.approx(28.5, rel=0.1)


def test_successes_are_binomial():
    drawn = np.array([chance.successes(rng, 50, 0.8) for rng in cells(2000)])
    assert drawn.mean() == pytest.approx(40, abs=0.25)
    assert drawn.var() == pytest.approx(8, rel=0.1)


@given(some.integers(0, 300), some.floats(0, 1), some.floats(0, 1), some.integers(0, 10**6))
def test_a_higher_share_never_gives_fewer_successes(trials, one, other, seed):
    low, high = sorted((one, other))
    few = chance.successes(chance.stream(seed, "A", "b", 0), trials, low)
    many = chance.successes(chance.stream(seed, "A", "b", 0), trials, high)
    assert 0 <= few <= many <= trials


def test_families_move_together():
    sizes = (0.5, 0.25, 0.15, 0.1)
    drawn = np.array([chance.families(rng, 20.0, 0.25, sizes) for rng in cells(3000)])
    assert drawn[:, 1].mean() == pytest.approx(20, abs=0.4)
    assert drawn[:, 0].sum() / drawn[:, 1].sum() == pytest.approx(0.25, abs=0.01)
    # children one by one would vary by about 20 * 0.25 = 5; families vary by 2.4 times that
    assert drawn[:, 0].var() > 9


def test_waits_have_the_mean_aimed_at():
    drawn = np.array([chance.waits(rng, 5, 230, 800) for rng in cells(2000)])
    assert drawn.mean() / 5 == pytest.approx(230 + 800 / 4, rel=0.02)
