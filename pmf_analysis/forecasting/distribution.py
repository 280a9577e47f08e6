"""What may come, for one series: a table of quantiles for each period ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = np.array(
    [0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    + [0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.995, 0.999]
)  # fmt: skip
"""Probabilities at which every distribution is tabled."""


@dataclass(frozen=True)
class Distribution:
    """Coming figures of one series.

    Attributes
    ----------
    table : ndarray, shape (levels, horizon)
        Quantiles at ``LEVELS``, in the series' unit, never falling from one to the next, never
        outside the bounds.
    correlation : ndarray, shape (horizon, horizon)
        Of forecast errors of different horizons.
    whole : bool
        Whether only whole numbers can occur; the table then holds whole numbers.
    """

    table: Floats
    correlation: Floats
    whole: bool = False

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return self.table.shape[1]

    def quantile(self, level: float) -> Floats:
        """Value that is not passed with this probability, shape (horizon,)."""
        from scipy.special import ndtri

        at, known = ndtri(level), ndtri(LEVELS)
        found = np.array([np.interp(at, known, column) for column in self.table.T])
        return np.ceil(found) if self.whole else found

    def chance_at_most(self, value: float) -> Floats:
        """Probability of a figure of at most this value, shape (horizon,)."""
        from scipy.special import ndtr, ndtri

        known = ndtri(LEVELS)
        at = [np.interp(value, column, known, -np.inf, np.inf) for column in self.table.T]
        return np.asarray(ndtr(np.array(at)))

    def paths(self, count: int) -> Floats:
        """Equally likely futures, shape (count, horizon); the same ones at each call."""
        from scipy.special import ndtri
        from scipy.stats import qmc

        uniform = qmc.Halton(self.horizon, scramble=False).random(count + 1)[1:]
        mixed = ndtri(uniform) @ np.linalg.cholesky(self.correlation).T
        known = ndtri(LEVELS)
        columns = [np.interp(mixed[:, at], known, self.table[:, at]) for at in range(self.horizon)]
        found = np.stack(columns, axis=1)
        return np.rint(found) if self.whole else found
