"""Intervals of a regression that hold in short series whose figures hang together.

Of 24 figures neither how strongly each follows the one before nor the spread is known well, and
an interval that takes an estimate of both for the truth is too narrow. Here the residuals are of
first-order autocorrelation; for each value that it may have, the coefficient has Student's
distribution by generalised least squares; and these are mixed by how well each value fits the
figures (restricted likelihood) and how likely it was beforehand (a normal bell, cut off at -1
and 1). `benchmarks.impact` measures how often such an interval holds the truth.

References
----------
Zellner A, Tiao GC (1964), J Am Stat Assoc 59: 763-778 (regression with autocorrelated errors).
Patterson HD, Thompson R (1971), Biometrika 58: 545-554 (restricted likelihood).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods import interrupted

Floats = NDArray[np.float64]

_GRID = np.linspace(-0.9, 0.95, 38)
"""Values of the autocorrelation between which nothing that matters changes."""
_HALVINGS = 60
_WIDEST = 400.0
"""Standard errors within which every end of an interval lies."""


class Estimate(NamedTuple):
    """Contrasts of the coefficients, each of shape (..., k).

    Attributes
    ----------
    value, lower, upper : ndarray of float
        The mean of the mixture, and the ends of the interval.
    chance : ndarray of float
        Share of the mixture on the other side of 0 from the value, twice: near 0 where the
        contrast can hardly be 0.
    correlation : ndarray of float, shape (...)
        Mean autocorrelation, weighted alike.
    """

    value: Floats
    lower: Floats
    upper: Floats
    chance: Floats
    correlation: Floats


class _Mixture(NamedTuple):
    """Student's distributions of each contrast: the first axis is that of the grid."""

    middle: Floats
    error: Floats
    share: Floats
    free: int

    def mean(self) -> Floats:
        """Mean of the mixture."""
        return (self.share[..., np.newaxis] * self.middle).sum(axis=0)

    def below(self, limit: Floats) -> Floats:
        """Share of the mixture below a limit."""
        held = stdtr(self.free, (limit - self.middle) / self.error)
        return (self.share[..., np.newaxis] * held).sum(axis=0)

    def quantile(self, share: float) -> Floats:
        """Where a share of the mixture lies below, by halving."""
        low = (self.middle - _WIDEST * self.error).min(axis=0)
        high = (self.middle + _WIDEST * self.error).max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return (low + high) / 2


def intervals(
    values: ArrayLike,
    terms: ArrayLike,
    contrasts: ArrayLike,
    *,
    centre: float,
    spread: float,
    confidence: float = 0.95,
    weights: ArrayLike | None = None,
    steps: ArrayLike | None = None,
) -> Estimate:
    """Contrasts of regression coefficients, with intervals for short autocorrelated series.

    Parameters
    ----------
    values : array_like of float, shape (..., n)
    terms : array_like of float, shape (..., n, p)
    contrasts : array_like of float, shape (..., k, p)
        Each a sum of coefficients with these factors.
    centre, spread : float
        Middle and standard deviation of the bell in which the autocorrelation is expected.
    confidence : float
        Share of such intervals that hold the truth, in (0, 1).
    weights : array_like of float, shape (..., n), optional
        The inverse of each figure's variance, to a factor; all alike where not given.
    steps : array_like of float, shape (n - 1,), optional
        Periods from each figure to the next; 1 where not given.

    Returns
    -------
    Estimate
        With an interval of no width where the terms tell every figure exactly.

    Raises
    ------
    TableError
        If a figure is not a number, or there are no more figures than terms.
    ParameterError
        If the confidence or the spread cannot be.
    """
    if not 0 < confidence < 1:
        raise ParameterError(
            f"The confidence {confidence!r} is no share", "a number between 0 and 1, such as 0.95"
        )
    mixture = _mixture(values, terms, contrasts, (centre, spread), weights, steps)
    least = (1 - confidence) / 2
    middle = mixture.mean()
    nothing = mixture.below(np.zeros_like(middle))
    return Estimate(
        middle,
        mixture.quantile(least),
        mixture.quantile(1 - least),
        2 * np.minimum(nothing, 1 - nothing),
        np.tensordot(_GRID, mixture.share, axes=(0, 0)),
    )


def means(
    values: ArrayLike,
    terms: ArrayLike,
    contrasts: ArrayLike,
    *,
    centre: float,
    spread: float,
    weights: ArrayLike | None = None,
    steps: ArrayLike | None = None,
) -> Floats:
    """The values of `intervals` without their ends, for where many are only ranked.

    Parameters
    ----------
    values, terms, contrasts, centre, spread, weights, steps
        As `intervals`.

    Returns
    -------
    ndarray of float, shape (..., k)

    Raises
    ------
    TableError, ParameterError
        As `intervals`.
    """
    return _mixture(values, terms, contrasts, (centre, spread), weights, steps).mean()


def _mixture(
    values: ArrayLike,
    terms: ArrayLike,
    contrasts: ArrayLike,
    expected: tuple[float, float],
    weights: ArrayLike | None,
    steps: ArrayLike | None,
) -> _Mixture:
    if expected[1] <= 0:
        raise ParameterError(
            f"An autocorrelation expected within {expected[1]!r}", "a spread above 0"
        )
    value, given = interrupted.checked(values, terms)
    if weights is not None:
        root = np.sqrt(np.asarray(weights, dtype=float))
        value, given = value * root, given * root[..., np.newaxis]
    return _mixed(value, given, np.asarray(contrasts, dtype=float), expected, steps)


def _mixed(
    value: Floats,
    given: Floats,
    contrasts: Floats,
    expected: tuple[float, float],
    steps: ArrayLike | None,
) -> _Mixture:
    size = np.abs(given).max(axis=-2, keepdims=True)
    scaled, wanted = given / size, contrasts / size
    free = given.shape[-2] - given.shape[-1]
    least = np.finfo(float).tiny + (1e-13 * np.abs(value).max(axis=-1)) ** 2
    parts = [_at(one, value, scaled, wanted, steps, least) for one in _GRID]
    middle, error, fits = (np.stack(each) for each in zip(*parts, strict=True))
    bell = -0.5 * ((_GRID - expected[0]) / expected[1]) ** 2
    fits = fits + bell.reshape((-1,) + (1,) * (fits.ndim - 1))
    share = np.exp(fits - fits.max(axis=0))
    return _Mixture(middle, error, share / share.sum(axis=0), free)


def _at(
    correlation: float,
    value: Floats,
    given: Floats,
    wanted: Floats,
    steps: ArrayLike | None,
    least: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Contrasts, their errors, and how well one value of the autocorrelation fits."""
    freed, terms = interrupted.whitened(value, given, np.array(correlation), steps)
    turned = np.swapaxes(terms, -1, -2)
    crossed = turned @ terms
    inverse = np.linalg.inv(crossed)
    found = inverse @ (turned @ freed[..., np.newaxis])
    left = ((freed - (terms @ found)[..., 0]) ** 2).sum(axis=-1)
    left = np.maximum(left, least)
    free = given.shape[-2] - given.shape[-1]
    spread = ((wanted @ inverse) * wanted).sum(axis=-1)
    error = np.sqrt(spread * (left / free)[..., np.newaxis])
    gaps = np.ones(value.shape[-1] - 1) if steps is None else np.asarray(steps, dtype=float)
    room = np.log1p(-(np.power(correlation, gaps) ** 2)).sum()
    fits = -0.5 * (room + np.linalg.slogdet(crossed)[1] + free * np.log(left))
    return (wanted @ found)[..., 0], error, fits
