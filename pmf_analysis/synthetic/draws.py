"""Draws that come out the same on every machine.

Only uniform numbers are drawn; they are compared, scaled and looked up. No logarithm or
exponential, whose last bits differ between machines, stands between the seed and a record.

Every function takes as many uniforms as it gives values, whatever the chances: a story that
changes a chance leaves what is drawn after it as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Lags = Sequence[tuple[float, float]]
"""Cumulative share and days, from share 0 to share 1; straight lines between."""

WEEKDAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
"""Weights of Monday to Sunday for work that is done in the week."""

_REACH = 12
"""Standard deviations beyond which a count does not fall."""


def events(rng: np.random.Generator, expected: float) -> int:
    """A Poisson count, by one uniform: with the same one it can only grow with ``expected``."""
    return int(events_by_month(rng, np.array([expected]))[0])


def events_by_month(rng: np.random.Generator, expected: ArrayLike) -> NDArray[np.int64]:
    """Poisson counts, one uniform each.

    Parameters
    ----------
    rng : numpy.random.Generator
    expected : array_like of float, shape (n,)
        Mean numbers of events, 0 or more.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    means = np.asarray(expected, dtype=float)
    found = [_count(mean, drawn) for mean, drawn in zip(means, rng.random(len(means)), strict=True)]
    return np.array(found, dtype=np.int64)


def _count(mean: float, drawn: float) -> int:
    """The smallest count whose cumulative Poisson chance exceeds ``drawn``."""
    if mean <= 0:
        return 0
    first, heights = _heights(mean)
    return first + int(np.searchsorted(heights, drawn * heights[-1], side="right"))


@lru_cache(maxsize=4096)
def _heights(mean: float) -> tuple[int, NDArray[np.float64]]:
    """The first count of those that can be, and the heights of their cumulative chances."""
    middle = int(mean)
    reach = int(_REACH * np.sqrt(mean)) + _REACH
    first = max(0, middle - reach)
    down = np.cumprod(np.arange(middle, first, -1) / mean)[::-1]
    up = np.cumprod(mean / np.arange(middle + 1, middle + reach))
    return first, np.cumsum(np.concatenate([down, [1.0], up]))


def pick(rng: np.random.Generator, n: int, shares: ArrayLike) -> NDArray[np.int64]:
    """Which of several kinds each of ``n`` is.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
    shares : array_like of float, shape (k,)
        Weights; they need not add up to 1.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to k - 1.
    """
    return choose(rng.random(n), shares)


def choose(drawn: ArrayLike, shares: ArrayLike) -> NDArray[np.int64]:
    """`pick`, by uniforms drawn before."""
    heights = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(heights[:-1], np.asarray(drawn) * heights[-1], side="right")


def lags(rng: np.random.Generator, n: int, table: Lags) -> NDArray[np.int64]:
    """Whole days waited by each of ``n``.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
    table : sequence of (float, float)
        Cumulative share and days, such as ``((0, 0), (0.5, 10), (1, 40))``: half of them wait
        0 to 9 days, the other half 10 to 39.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return days_at(rng.random(n), table)


def days_at(drawn: ArrayLike, table: Lags) -> NDArray[np.int64]:
    """`lags`, by uniforms drawn before."""
    shares, days = np.array(table, dtype=float).T
    at = np.asarray(drawn, dtype=float)
    step = np.clip(np.searchsorted(shares, at, side="right") - 1, 0, len(shares) - 2)
    share = (at - shares[step]) / (shares[step + 1] - shares[step])
    found = days[step] + share * (days[step + 1] - days[step])
    return np.floor(found).astype(np.int64)


def chances(table: Lags) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The days that `lags` can give, and the chance of each."""
    shares, days = np.array(table, dtype=float).T
    each = np.arange(int(days[0]), int(days[-1]))
    reached = np.interp(np.arange(int(days[0]), int(days[-1]) + 1), days, shares)
    return each, np.diff(reached)


def days_in_months(
    rng: np.random.Generator,
    starts: NDArray[np.datetime64],
    counts: ArrayLike,
    weekdays: Sequence[float] = WEEKDAYS,
) -> NDArray[np.datetime64]:
    """Dates inside months, by weekday.

    Parameters
    ----------
    rng : numpy.random.Generator
    starts : ndarray of datetime64[D], shape (n + 1,)
        First days of the months, and the day after the last (`Setting.starts`).
    counts : array_like of int, shape (n,)
        Dates wanted in each month.
    weekdays : sequence of float, length 7
        Weights of Monday to Sunday.

    Returns
    -------
    ndarray of datetime64[D], shape (counts.sum(),)
        Month by month, in no order within a month.
    """
    found = [np.array([], dtype="datetime64[D]")]
    weights = np.asarray(weekdays, dtype=float)
    for first, after, count in zip(starts[:-1], starts[1:], np.asarray(counts), strict=True):
        days = np.arange(first, after)
        found.append(days[pick(rng, int(count), weights[weekday(days)])])
    return np.concatenate(found)


def weekday(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Monday 0 to Sunday 6."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def codes(letter: str, n: int, first: int = 1, digits: int = 7) -> list[str]:
    """Record ids in a row, such as R0000001."""
    return [f"{letter}{number:0{digits}d}" for number in range(first, first + n)]
