"""One series to forecast, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """The figures of one series, in order of time.

    Attributes
    ----------
    name : str
        Names the series in results; unique in one call.
    values : ndarray, shape (points,)
        In the series' unit, percentages from 0 to 100; NaN where there is no figure (a gap, a
        suppressed or partial period). The last place is the last period that is over.
    season : int
        Periods in a year: 12, 4 or 1.
    horizon : int
        Periods ahead, at least 1.
    kind : SeriesKind
    lower, upper : float
        What the quantity can never be below or above; NaN without such a bound.
    denominators : ndarray, shape (points,), optional
        Of a percentage: the whole that each figure is a share of; NaN where not known.
    coming_denominator : float
        The whole expected in a coming period; NaN: the mean of the last year.
    exposed : bool
        Whether an undeclared change was found near the end: its ranges are widened.
    summed : bool
        Whether figures over several of its periods are made: how errors of its periods go
        together is learnt with others of its kind.
    """

    name: str
    values: Floats
    season: int
    horizon: int
    kind: SeriesKind
    lower: float = np.nan
    upper: float = np.nan
    denominators: Floats | None = None
    coming_denominator: float = np.nan
    exposed: bool = False
    summed: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be a series.

        Raises
        ------
        ParameterError
            If the horizon or season is below 1, a figure is infinite or outside the bounds,
            or the denominators are of another length.
        """
        if self.horizon < 1 or self.season < 1:
            raise ParameterError(
                f"The series {self.name} has horizon {self.horizon} and season {self.season}",
                "both at least 1",
                "Ask for at least one period ahead, and name 12, 4 or 1 periods in a year",
            )
        values = np.asarray(self.values, dtype=float)
        known = values[~np.isnan(values)]
        outside = known[np.isinf(known) | (known < self.lower) | (known > self.upper)]
        if len(outside):
            raise ParameterError(
                f"The series {self.name} holds {outside[0]:g}",
                f"numbers from {self.lower:g} to {self.upper:g}",
                "Mend the figure, or leave it empty if it is not known",
            )
        if self.denominators is not None and len(self.denominators) != len(values):
            raise ParameterError(
                f"The series {self.name} has {len(values)} figures and "
                f"{len(self.denominators)} denominators",
                "as many of one as of the other",
                "Give each figure its denominator, empty where it is not known",
            )
