"""The scan for a change of level: its chance holds, and it finds what is there."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.level_change import LevelChange, level_change

STEPS = {"most_latest": 12, "least_before": 12, "least_slide": 6}


def series(number: int, length: int, follow: float = 0.0, seed: int = 3) -> np.ndarray:
    draws = np.random.default_rng(seed).standard_normal((number, length))
    for place in range(1, length):
        draws[:, place] = follow * draws[:, place - 1] + np.sqrt(1 - follow**2) * draws[:, place]
    return draws


@pytest.mark.parametrize("follow", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("length", [24, 48])
def test_the_chance_holds_where_nothing_changes(follow, length):
    found = level_change(series(1500, length, follow), autocorrelation=follow, **STEPS)
    for level in (0.05, 0.01):
        spread = np.sqrt(level / 1500)
        assert level * 0.3 < (found.p_value <= level).mean() < level + 2.5 * spread
    assert found.lag_one.mean() == pytest.approx(follow, abs=0.04)


def test_the_largest_t_is_that_of_least_squares():
    values = series(1, 24)[0]
    values[-5:] += 2
    found = level_change(values, **STEPS)
    fits = {}
    for latest in range(1, 13):
        shape = (np.arange(24) >= 24 - latest).astype(float)
        fits[latest, False] = sm.OLS(values, sm.add_constant(shape)).fit()
    for latest in range(6, 13):
        shape = np.maximum(np.arange(24) - (23 - latest), 0) / latest
        fits[latest, True] = sm.OLS(values, sm.add_constant(shape)).fit()
    best = max(fits, key=lambda key: abs(fits[key].tvalues[1]))
    fit = fits[best]
    assert (found.latest[0], found.slides[0]) == best
    assert found.tried[0] == len(fits)
    assert found.statistic[0] == pytest.approx(fit.tvalues[1])
    assert found.before[0] == pytest.approx(fit.params[0])
    assert found.after[0] == pytest.approx(fit.params.sum())
    assert fit.pvalues[1] < found.p_value[0] < len(fits) * fit.pvalues[1] + 1e-12


@settings(max_examples=20)
@given(st.integers(1, 12), st.sampled_from([-3.0, 3.0]), st.booleans())
def test_a_clear_step_is_found_where_it_is(latest, size, gaps):
    values = series(1, 40, seed=latest) * 0.3
    values[0, -latest:] += size
    if gaps:
        values[0, [5, 17]] = np.nan
    found = level_change(values, **STEPS)
    assert found.p_value[0] < 1e-4 and not found.slides[0]
    assert found.latest[0] == latest
    assert found.after[0] - found.before[0] == pytest.approx(size, abs=0.8)


def test_a_slide_is_told_from_a_step():
    values = series(1, 36) * 0.2
    values[0, -10:] += np.arange(1, 11) * 0.4
    found = level_change(values, **STEPS)
    assert found.slides[0] and 8 <= found.latest[0] <= 12
    assert found.after[0] == pytest.approx(4, abs=0.5)


def test_figures_of_few_cases_weigh_little():
    values, variance = series(1, 30) * 0.1, np.full((1, 30), 0.01)
    values[0, -1], variance[0, -1] = 3.0, 9.0
    assert level_change(values, **STEPS).p_value[0] < 0.001
    assert level_change(values, variance, **STEPS).p_value[0] > 0.2


def test_figures_that_vary_less_than_chance_are_judged_by_chance():
    values = np.full((1, 30), 5.0)
    values[0, ::7] += 0.001
    values[0, -3:] += 0.01
    assert level_change(values, **STEPS).p_value[0] < 0.001
    assert level_change(values, np.full((1, 30), 1.0), **STEPS).p_value[0] > 0.9


def test_what_cannot_be_tried_has_no_answer():
    short, constant, nothing = np.full((3, 24), np.nan)
    short[-12:] = series(1, 12)[0]
    constant[:] = 100.0
    step = np.repeat([0.0, 1.0], [20, 4])
    found = level_change(np.stack([short, constant, nothing, step]), **STEPS)
    assert found.points.tolist() == [12, 24, 0, 24]
    assert found.tried[0] == found.tried[2] == 0 and np.isnan(found.p_value[[0, 2]]).all()
    assert found.p_value[1] == 1 and found.statistic[1] == 0
    # the one contrast that leaves nothing to judge it by is not tried
    assert 0 < found.p_value[3] < 0.01 and found.tried[3] < found.tried[1]
    assert level_change(np.ones((0, 24)), **STEPS).points.tolist() == []


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)),
        elements=st.one_of(
            st.just(np.nan), st.integers(0, 3).map(float), st.floats(-1e12, 1e12), st.floats(0, 1)
        ),
    ),
    st.floats(0, 0.9),
)  # fmt: skip
def test_every_series_has_an_answer_or_none(values, follow):
    found = level_change(values, autocorrelation=follow, **STEPS)
    _complete(found)


def _complete(found: LevelChange) -> None:
    tried = found.tried > 0
    for column in (found.statistic, found.p_value, found.before, found.after, found.lag_one):
        assert np.isfinite(column[tried]).all() and np.isnan(column[~tried]).all()
    assert ((found.p_value[tried] >= 0) & (found.p_value[tried] <= 1)).all()
    assert ((found.latest > 0) == tried).all()


def test_a_constant_series_shorter_than_the_look_back_has_an_answer():
    short = np.full((1, 60), np.nan)
    short[0, -20:] = 7.0
    found = level_change(short, **(STEPS | {"most_latest": 60}))
    _complete(found)
    assert found.p_value[0] == 1 and 1 <= found.latest[0] <= 8


def test_what_cannot_be_is_refused():
    with pytest.raises(ParameterError, match="infinite"):
        level_change(np.array([[1.0, np.inf]]), **STEPS)
    with pytest.raises(ParameterError, match="shape"):
        level_change(np.ones((1, 9)), np.ones((1, 8)), **STEPS)
    with pytest.raises(ParameterError, match="autocorrelation"):
        level_change(np.ones((1, 9)), autocorrelation=1.0, **STEPS)
