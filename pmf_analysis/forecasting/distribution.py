"""What may come, for one series: a table of quantiles for each period ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BELOW = [0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4]
LEVELS = np.array([*_BELOW, 0.5, *(round(1 - level, 3) for level in reversed(_BELOW))])
"""Probabilities at which every distribution is tabled."""

_SEED = 20
"""Of the fixed points that futures are drawn at: any number would do, but always the same."""


@dataclass(frozen=True)
class Distribution:
    """Coming figures of one series.

    Attributes
    ----------
    table : ndarray, shape (levels, horizon)
        Quantiles at ``LEVELS``, in the series' unit, never falling from one to the next, never
        outside the bounds.
    correlation : ndarray, shape (horizon, horizon)
        Of forecast errors of different horizons, as normal scores.
    whole : bool
        Whether only whole numbers can occur; the table then holds whole numbers.
    smooth : ndarray, shape (levels, horizon), optional
        Of whole numbers: the table before it was rounded, from which chances are read.
    shift : ndarray, shape (horizon,), optional
        Of percentages: how far, on the logit, the share of the cases of many periods is expected
        from the mean of single ones; see ``sums``.
    stretch : float
        Of percentages: times that cases lie further off that share, over many periods, than
        single ones tell; see ``sums``.
    """

    table: Floats
    correlation: Floats
    whole: bool = False
    smooth: Floats | None = None
    shift: Floats | None = None
    stretch: float = 1.0

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return self.table.shape[1]

    @property
    def _drawn_from(self) -> Floats:
        return self.table if self.smooth is None else self.smooth

    def quantile(self, level: float) -> Floats:
        """Value that is not passed with this probability, shape (horizon,)."""
        from scipy.special import ndtri

        tabled = int(np.searchsorted(LEVELS, level))
        if tabled < len(LEVELS) and LEVELS[tabled] == level:
            return self._as_can_be(self._drawn_from[tabled].copy())
        return self._as_can_be(_between(np.array([ndtri(level)]), self._drawn_from)[0])

    def moments(self) -> tuple[Floats, Floats]:
        """Expected figures and their standard deviations, each of shape (horizon,)."""
        drawn = _between(_even_scores(), self._drawn_from)
        return drawn.mean(axis=0), drawn.std(axis=0)

    def chance_at_most(self, value: float) -> Floats:
        """Probability of a figure of at most this value, shape (horizon,).

        Of whole numbers, all that would be rounded to the value or less counts.
        """
        from scipy.special import ndtr

        passed = np.floor(value + 1e-9) + 0.5 if self.whole else value
        chance = np.asarray(ndtr(_scores_of(passed, self._drawn_from)))
        chance = np.where(value >= self.table[-1], np.maximum(chance, LEVELS[-1]), chance)
        return np.where(value < self.table[0], np.minimum(chance, LEVELS[0]), chance)

    def paths(self, count: int, draw: int = 0) -> Floats:
        """Equally likely futures, shape (count, horizon); the same ones at each call.

        The figures of each period follow its distribution exactly, in equal shares, and periods
        go together as forecast errors do.

        Parameters
        ----------
        count : int
        draw : int
            Series drawn with different numbers are independent of one another; with the same
            number they rise and fall together.

        References
        ----------
        Iman RL, Conover WJ (1982), Communications in Statistics B11: 311-334.
        """
        ranks = _ranks(count, self.horizon, draw, self.correlation.tobytes())
        from scipy.special import ndtri

        at = ndtri((np.arange(count) + 0.5) / count)
        ordered = _between(at, self._drawn_from)
        return self._as_can_be(np.take_along_axis(ordered, ranks, axis=0))

    def _as_can_be(self, found: Floats) -> Floats:
        return np.clip(np.rint(found), self.table[0], self.table[-1]) if self.whole else found


def _between(at: Floats, table: Floats) -> Floats:
    """Values at normal scores, on straight lines between those tabled, (scores, horizon)."""
    known = _scores()
    low = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 2)
    slopes = np.diff(table, axis=0) / np.diff(known)[:, None]
    found = slopes[low] * (at - known[low])[:, None] + table[low]
    found = np.where((at <= known[0])[:, None], table[0], found)
    return np.where((at >= known[-1])[:, None], table[-1], found)


def _scores_of(value: float, table: Floats) -> Floats:
    """Normal scores of a value among quantiles, of which several may be equal, (horizon,)."""
    known, columns = _scores(), np.arange(table.shape[1])
    above = np.clip((table <= value).sum(axis=0), 1, len(known) - 1)
    low, high = table[above - 1, columns], table[above, columns]
    rise = np.where(high > low, high - low, 1.0)
    at = known[above - 1] + (value - low) / rise * (known[above] - known[above - 1])
    at = np.where(value < table[0], -np.inf, at)
    return np.where(value >= table[-1], np.inf, at)


@lru_cache(maxsize=1)
def _scores() -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(LEVELS))


@lru_cache(maxsize=1)
def _even_scores() -> Floats:
    """Normal scores of the middles of equal shares, enough of them for a mean and a spread."""
    from scipy.special import ndtri

    return np.asarray(ndtri((np.arange(64) + 0.5) / 64))


@lru_cache(maxsize=64)
def _ranks(count: int, horizon: int, draw: int, correlation: bytes) -> NDArray[np.intp]:
    """Place of each path among all, for each horizon: one order for each, joined as told."""
    wanted = np.frombuffer(correlation).reshape(horizon, horizon)
    normal = np.random.default_rng([_SEED, draw]).standard_normal((count, horizon))
    normal -= normal.mean(axis=0)
    if count > horizon:
        normal = _uncorrelated(normal)
    values, vectors = np.linalg.eigh(wanted)
    mixed = normal @ ((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
    ranks = mixed.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    ranks.setflags(write=False)
    return ranks


def _uncorrelated(normal: Floats) -> Floats:
    """The same points, turned and stretched until nothing is left of chance correlation."""
    spread = normal.T @ normal / len(normal)
    return np.asarray(np.linalg.solve(np.linalg.cholesky(spread), normal.T).T)
