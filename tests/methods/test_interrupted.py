"""Segmented regression, held against reference cases and against other programs."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reference import interrupted as cases
from benchmarks.reference.cases import Cases
from pmf_analysis.errors import ParameterError, TableError
from pmf_analysis.methods import interrupted


def made(seed: int, points: int = 30, before: int = 18) -> tuple[np.ndarray, np.ndarray]:
    terms = interrupted.design(np.arange(1, points + 1), before)
    rng = np.random.default_rng(seed)
    return terms @ [60, 0.1, 6, -0.2] + rng.normal(0, 2, points), terms


@pytest.mark.shared
def test_every_reference_case_is_right(reference):
    tallies = list(cases.check(Cases(reference)))
    assert len(tallies) == 5
    assert not [(one.name, one.misses) for one in tallies if one.misses]


def test_the_terms_are_those_of_the_published_model():
    terms = interrupted.design([1, 2, 4, 5], 2)
    assert terms.tolist() == [[1, 1, 0, 0], [1, 2, 0, 0], [1, 4, 1, 2], [1, 5, 1, 3]]


def test_least_squares_and_robust_errors_agree_with_another_program():
    value, terms = made(1)
    theirs = sm.OLS(value, terms).fit()
    assert interrupted.ordinary(value, terms).errors == pytest.approx(theirs.bse)
    robust = theirs.get_robustcov_results("HAC", maxlags=3, use_correction=False)
    assert interrupted.newey_west(value, terms, 3).errors == pytest.approx(robust.bse)


def test_counts_agree_with_another_program_and_with_their_last_step():
    _, terms = made(2)
    rng = np.random.default_rng(2)
    whole = rng.integers(100, 900, 30)
    counts = rng.poisson(whole * np.exp(terms @ [-2.5, 0.01, 0.2, 0.0]))
    theirs = sm.GLM(counts, terms, family=sm.families.Poisson(), offset=np.log(whole)).fit(
        scale="X2", tol=1e-14
    )
    ours = interrupted.quasi_poisson(counts, whole, terms)
    assert ours.coefficients == pytest.approx(theirs.params)
    assert ours.errors == pytest.approx(theirs.bse, rel=1e-5)
    response, weights = interrupted.working_response(counts, whole, terms)
    root = np.sqrt(weights)
    again = interrupted.ordinary(response * root, terms * root[:, None])
    assert again.coefficients == pytest.approx(ours.coefficients)


def test_the_likeliest_autocorrelation_has_the_greatest_likelihood():
    value, terms = made(3)
    found = interrupted.gls_ar1(value, terms)

    def likelihood(rho: float) -> float:
        lags = np.abs(np.subtract.outer(np.arange(30), np.arange(30)))
        inside = np.linalg.inv(rho**lags)
        b = np.linalg.solve(terms.T @ inside @ terms, terms.T @ inside @ value)
        left = value - terms @ b
        return -15 * np.log(left @ inside @ left) + 0.5 * np.linalg.slogdet(inside)[1]

    best = likelihood(float(found.correlation))
    assert best >= max(likelihood(rho) for rho in np.linspace(-0.95, 0.95, 39))


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_many_series_at_once_are_the_same_as_one_by_one(seed):
    pairs = [made(seed + step) for step in range(3)]
    values, terms = np.stack([one[0] for one in pairs]), pairs[0][1]
    for method in (interrupted.ordinary, interrupted.newey_west, interrupted.gls_ar1):
        together = method(values, terms)
        for place, value in enumerate(values):
            alone = method(value, terms)
            assert together.coefficients[place] == pytest.approx(alone.coefficients, rel=1e-9)
            assert together.errors[place] == pytest.approx(alone.errors, rel=1e-9)


def test_the_statistic_of_durbin_and_watson_is_small_where_figures_hang_together():
    terms = interrupted.design(np.arange(40), 19)
    slow = np.sin(np.arange(40) / 3)
    assert (
        interrupted.durbin_watson(slow, terms)
        < 1
        < 3
        < interrupted.durbin_watson(np.arange(40) % 2, terms)
    )
    assert np.isnan(interrupted.durbin_watson(np.zeros(40), terms))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_figure_that_is_no_number_is_refused(wrong):
    value, terms = made(4)
    value[3] = wrong
    with pytest.raises(TableError, match="1 figures or terms"):
        interrupted.ordinary(value, terms)


def test_what_cannot_be_estimated_is_refused():
    value, terms = made(5)
    with pytest.raises(TableError, match="more figures than terms"):
        interrupted.ordinary(value[:4], terms[:4])
    with pytest.raises(TableError, match="as many of both"):
        interrupted.ordinary(value[:7], terms)
    with pytest.raises(ParameterError, match="lag of 30"):
        interrupted.newey_west(value, terms, 30)
    for counts, whole in (([-1.0] * 30, 1), ([1.0] * 30, 0), ([0.0] * 30, 1)):
        with pytest.raises(TableError):
            interrupted.quasi_poisson(counts, whole, terms)
