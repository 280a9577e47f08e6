"""Series of one season, length, horizon and scale, worked on as one array."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.origins import Past
from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.forecasting.series import Series
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """Series forecast together, with their middles and past forecasts.

    Attributes
    ----------
    series : tuple of Series
    season, horizon : int
    scale : Scale
    z : ndarray, shape (series, points)
        Figures on the working scale; NaN where there is none.
    middle : ndarray, shape (series, horizon)
        On the working scale.
    past : Past
    seasonal : ndarray of bool, shape (series,)
        Whether a season was found.
    """

    series: tuple[Series, ...]
    season: int
    horizon: int
    scale: Scale
    z: Floats
    middle: Floats
    past: Past
    seasonal: NDArray[np.bool_]

    @property
    def points(self) -> int:
        """Periods of each series, with or without a figure."""
        return self.z.shape[1]

    def of_kind(self, kind: SeriesKind) -> Batch:
        """The series of one kind alone."""
        return self.rows(np.array([one.kind is kind for one in self.series]))

    def rows(self, at: NDArray[np.bool_]) -> Batch:
        """Some of the series; ``at`` has shape (series,)."""
        past = self.past
        return replace(
            self,
            series=tuple(one for one, kept in zip(self.series, at, strict=True) if kept),
            z=self.z[at],
            middle=self.middle[at],
            seasonal=self.seasonal[at],
            past=Past(past.actual[at], past.combined[at], past.naive[at], past.seasonal_naive[at]),
        )
