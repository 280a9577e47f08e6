"""Interrupted time series: segmented regression with a change of level and of slope.

``y = b0 + b1 time + b2 after + b3 since``, by the estimators that other programs use, to be held
against them. Their intervals are too narrow for short series; `autocorrelated.intervals` gives
those that hold. Every function takes many series at once: the last two axes are periods and
terms, and axes before them go together as numpy's do.

References
----------
Wagner AK, Soumerai SB, Zhang F, Ross-Degnan D (2002), J Clin Pharm Ther 27: 299-309 (the model).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError, TableError

Floats = NDArray[np.float64]

TERMS = ("intercept", "time", "level_change", "slope_change")
"""Terms of the segmented regression, in order of the columns of `design`."""

_ROUNDS = 40
_GRID = 41
_NEAR_ONE = 0.999


class Fit(NamedTuple):
    """Coefficients of a regression with their standard errors.

    Attributes
    ----------
    coefficients, errors : ndarray of float, shape (..., p)
    scale : ndarray of float, shape (...)
        Variance of the residuals; the Pearson dispersion of a quasi-Poisson fit.
    correlation : ndarray of float, shape (...)
        Of each residual with the one before, where the method estimates it; 0 otherwise.
    """

    coefficients: Floats
    errors: Floats
    scale: Floats
    correlation: Floats


def design(time: ArrayLike, last_before: ArrayLike) -> Floats:
    """The terms of the segmented regression.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Number of each period; gaps stay gaps.
    last_before : array_like of float, shape (...)
        Number of the last period before the change, one or many.

    Returns
    -------
    ndarray of float, shape (..., n, 4)
        Columns in the order of `TERMS`.
    """
    at = np.asarray(time, dtype=float)
    since = at - np.asarray(last_before, dtype=float)[..., np.newaxis]
    after = since > 0
    whole = np.broadcast_to(at, since.shape)
    return np.stack([np.ones_like(since), whole, after, np.where(after, since, 0.0)], axis=-1)


def ordinary(values: ArrayLike, terms: ArrayLike) -> Fit:
    """Ordinary least squares.

    Parameters
    ----------
    values : array_like of float, shape (..., n)
    terms : array_like of float, shape (..., n, p)

    Returns
    -------
    Fit

    Raises
    ------
    TableError
        If a figure is not a number, or there are no more figures than terms.
    """
    value, given = checked(values, terms)
    inverse, coefficients, residuals = _solved(value, given)
    free = given.shape[-2] - given.shape[-1]
    scale = (residuals**2).sum(axis=-1) / free
    spread = np.diagonal(inverse, axis1=-2, axis2=-1)
    errors = np.sqrt(scale[..., np.newaxis] * spread)
    return Fit(coefficients, errors, scale, np.zeros_like(scale))


def newey_west(values: ArrayLike, terms: ArrayLike, lag: int = 3) -> Fit:
    """Ordinary least squares with Newey and West's standard errors.

    Bartlett's weights up to a lag, no prewhitening, no factor for small samples.

    Parameters
    ----------
    values, terms
        As `ordinary`.
    lag : int
        Periods over which residuals may hang together.

    Returns
    -------
    Fit

    Raises
    ------
    TableError
        As `ordinary`.
    ParameterError
        If the lag is negative or reaches beyond the figures.

    References
    ----------
    Newey WK, West KD (1987), Econometrica 55: 703-708.
    """
    value, given = checked(values, terms)
    if not 0 <= lag < value.shape[-1]:
        raise ParameterError(
            f"A lag of {lag} for {value.shape[-1]} figures", "0 or more, and below their number"
        )
    inverse, coefficients, residuals = _solved(value, given)
    scores = given * residuals[..., np.newaxis]
    middle = _turned(scores) @ scores
    for step in range(1, lag + 1):
        crossed = _turned(scores[..., step:, :]) @ scores[..., :-step, :]
        middle = middle + (1 - step / (lag + 1)) * (crossed + _turned(crossed))
    covered = inverse @ middle @ inverse
    scale = (residuals**2).sum(axis=-1) / (given.shape[-2] - given.shape[-1])
    errors = np.sqrt(np.diagonal(covered, axis1=-2, axis2=-1))
    return Fit(coefficients, errors, scale, np.zeros_like(scale))


def quasi_poisson(counts: ArrayLike, denominators: ArrayLike, terms: ArrayLike) -> Fit:
    """Counts by a log-linear model with an offset, spread by Pearson's dispersion.

    Parameters
    ----------
    counts : array_like of float, shape (..., n)
        0 or more, in each series at least one above 0.
    denominators : array_like of float, shape (..., n)
        Above 0; 1 where there is none.
    terms : array_like of float, shape (..., n, p)

    Returns
    -------
    Fit
        Coefficients on the scale of logarithms.

    Raises
    ------
    TableError
        As `ordinary`; or if a count is negative, a series has none, or a denominator is not
        above 0.

    References
    ----------
    McCullagh P, Nelder JA (1989), Generalized Linear Models, 2nd ed., sections 2.5 and 6.2.
    """
    count, given = checked(counts, terms)
    offset = _offset(count, denominators)
    coefficients, mean = _log_linear(count, offset, given)
    inverse = np.linalg.inv(_turned(given) @ (given * mean[..., np.newaxis]))
    free = given.shape[-2] - given.shape[-1]
    scale = ((count - mean) ** 2 / mean).sum(axis=-1) / free
    spread = np.diagonal(inverse, axis1=-2, axis2=-1)
    errors = np.sqrt(scale[..., np.newaxis] * spread)
    return Fit(coefficients, errors, scale, np.zeros_like(scale))


def working_response(
    counts: ArrayLike, denominators: ArrayLike, terms: ArrayLike
) -> tuple[Floats, Floats]:
    """What a quasi-Poisson fit takes its last step of least squares on.

    Parameters
    ----------
    counts, denominators, terms
        As `quasi_poisson`.

    Returns
    -------
    tuple of ndarray of float, shape (..., n)
        The working response, less the offset, on the scale of logarithms; and its weights, the
        fitted counts. Weighted least squares of one on the terms gives the coefficients again.
    """
    count, given = checked(counts, terms)
    coefficients, mean = _log_linear(count, _offset(count, denominators), given)
    linear = (given @ coefficients[..., np.newaxis])[..., 0]
    return linear + (count - mean) / mean, mean


def gls_ar1(values: ArrayLike, terms: ArrayLike) -> Fit:
    """Generalised least squares with residuals of first-order autocorrelation, by likelihood.

    Parameters
    ----------
    values, terms
        As `ordinary`, the periods without gaps.

    Returns
    -------
    Fit
        Maximum likelihood; the variance over the figures less the terms.

    Raises
    ------
    TableError
        As `ordinary`.

    References
    ----------
    Pinheiro JC, Bates DM (2000), Mixed-Effects Models in S and S-PLUS, section 5.1.1.
    """
    value, given = checked(values, terms)
    shape = np.broadcast_shapes(value.shape[:-1], given.shape[:-2])
    correlation = _likeliest(value, given, shape)
    inverse, coefficients, residuals = _solved(*whitened(value, given, correlation))
    scale = (residuals**2).sum(axis=-1) / (given.shape[-2] - given.shape[-1])
    spread = np.diagonal(inverse, axis1=-2, axis2=-1)
    errors = np.sqrt(scale[..., np.newaxis] * spread)
    return Fit(coefficients, errors, scale, correlation)


def durbin_watson(values: ArrayLike, terms: ArrayLike) -> Floats:
    """Durbin and Watson's statistic of the residuals of ordinary least squares.

    Parameters
    ----------
    values, terms
        As `ordinary`.

    Returns
    -------
    ndarray of float, shape (...)
        From 0 to 4; about 2 without autocorrelation, NaN where every residual is 0.

    References
    ----------
    Durbin J, Watson GS (1950), Biometrika 37: 409-428.
    """
    _, _, residuals = _solved(*checked(values, terms))
    whole = (residuals**2).sum(axis=-1)
    steps = (np.diff(residuals, axis=-1) ** 2).sum(axis=-1)
    return np.divide(steps, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def whitened(
    values: Floats, terms: Floats, correlation: ArrayLike, steps: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Figures and terms freed of first-order autocorrelation.

    Parameters
    ----------
    values : ndarray of float, shape (..., n)
    terms : ndarray of float, shape (..., n, p)
    correlation : array_like of float, shape (...)
        Between -1 and 1, both excluded.
    steps : array_like of float, shape (n - 1,), optional
        Periods from each figure to the next; 1 where not given.

    Returns
    -------
    tuple of ndarray
        Both scaled so that the variance of every innovation is that of the series.
    """
    gaps = np.ones(values.shape[-1] - 1) if steps is None else np.asarray(steps, dtype=float)
    carried = np.power(np.asarray(correlation, dtype=float)[..., np.newaxis], gaps)
    room = np.sqrt(1 - carried**2)
    free = (values[..., 1:] - carried * values[..., :-1]) / room
    carried, room = carried[..., np.newaxis], room[..., np.newaxis]
    freed = (terms[..., 1:, :] - carried * terms[..., :-1, :]) / room
    first, top = np.broadcast_arrays(values[..., :1], free[..., :1])[0], terms[..., :1, :]
    top = np.broadcast_to(top, (*freed.shape[:-2], 1, freed.shape[-1]))
    return np.concatenate([first, free], axis=-1), np.concatenate([top, freed], axis=-2)


def checked(values: ArrayLike, terms: ArrayLike) -> tuple[Floats, Floats]:
    """Figures and terms as floats; refuses what no regression can be made of."""
    value, given = np.asarray(values, dtype=float), np.asarray(terms, dtype=float)
    if value.shape[-1] != given.shape[-2]:
        raise TableError(
            f"{value.shape[-1]} figures and terms for {given.shape[-2]}", "as many of both"
        )
    if given.shape[-2] <= given.shape[-1]:
        raise TableError(
            f"{given.shape[-2]} figures for {given.shape[-1]} terms", "more figures than terms"
        )
    wrong = int((~np.isfinite(value)).sum()) + int((~np.isfinite(given)).sum())
    if wrong:
        raise TableError(
            f"{wrong} figures or terms of a regression are not numbers",
            "numbers only; leave out the periods without one",
        )
    return value, given


def _turned(matrix: Floats) -> Floats:
    return np.swapaxes(matrix, -1, -2)


def _solved(value: Floats, given: Floats) -> tuple[Floats, Floats, Floats]:
    """Inverse of the cross products, coefficients and residuals of least squares."""
    # by an orthogonal basis, not by the normal equations: the last digits of the residuals count
    basis, triangle = np.linalg.qr(given)
    reach = _turned(basis) @ value[..., np.newaxis]
    undone = np.linalg.inv(triangle)
    residuals = value - (basis @ reach)[..., 0]
    return undone @ _turned(undone), (undone @ reach)[..., 0], residuals


def _offset(count: Floats, denominators: ArrayLike) -> Floats:
    whole = np.broadcast_to(np.asarray(denominators, dtype=float), count.shape)
    if (count < 0).any() or not (whole > 0).all():
        raise TableError(
            f"{int((count < 0).sum())} negative counts, {int((~(whole > 0)).sum())} denominators "
            "that are not above 0",
            "counts of 0 or more over denominators above 0",
        )
    if not (count > 0).any(axis=-1).all():
        raise TableError("A series of counts without a single event", "at least one event")
    return np.log(whole)


def _log_linear(count: Floats, offset: Floats, given: Floats) -> tuple[Floats, Floats]:
    """Coefficients and fitted counts, by reweighted least squares."""
    linear = np.log(np.maximum(count, 0.1))
    coefficients = np.zeros(given.shape[-1])
    for _ in range(_ROUNDS):
        mean = np.exp(linear)
        response = linear - offset + (count - mean) / mean
        root = np.sqrt(mean)
        _, found, _ = _solved(response * root, given * root[..., np.newaxis])
        linear = np.clip((given @ found[..., np.newaxis])[..., 0] + offset, -30.0, 30.0)
        if np.allclose(found, coefficients, rtol=1e-13, atol=1e-13):
            break
        coefficients = found
    return found, np.exp(linear)


def _likeliest(value: Floats, given: Floats, shape: tuple[int, ...]) -> Floats:
    """The autocorrelation of the greatest likelihood: a grid, then halving around its best."""
    grid = np.linspace(-_NEAR_ONE, _NEAR_ONE, _GRID)
    tried = np.stack([_likelihood(value, given, np.full(shape, one)) for one in grid])
    best = np.clip(tried.argmax(axis=0), 1, _GRID - 2)
    low, high = grid[best - 1], grid[best + 1]
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(_ROUNDS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        rising = _likelihood(value, given, left) < _likelihood(value, given, right)
        low, high = np.where(rising, left, low), np.where(rising, high, right)
    return (low + high) / 2


def _likelihood(value: Floats, given: Floats, correlation: Floats) -> Floats:
    """The logarithm of the likelihood of an autocorrelation, less a constant."""
    _, _, residuals = _solved(*whitened(value, given, correlation))
    size = value.shape[-1]
    left = np.maximum((residuals**2).sum(axis=-1), np.finfo(float).tiny)
    return -0.5 * size * np.log(left) - 0.5 * (size - 1) * np.log1p(-(correlation**2))
