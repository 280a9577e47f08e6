"""Arguments of the methods, checked before anything is computed."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import MeasureError, ParameterError

Floats = NDArray[np.float64]


def counts_of(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Floats, Floats]:
    """Counts and what they are held over, of one shape.

    Parameters
    ----------
    numerator, denominator : array_like of float
        NaN where not known.

    Returns
    -------
    tuple of ndarray of float, shape (n,)

    Raises
    ------
    MeasureError
        If one is negative or infinite; names the rows.
    """
    events, total = np.broadcast_arrays(
        np.atleast_1d(np.asarray(numerator, dtype=float)),
        np.atleast_1d(np.asarray(denominator, dtype=float)),
    )
    refuse((events < 0) | (total < 0), events, total, "a count below 0")
    refuse(np.isinf(events) | np.isinf(total), events, total, "an infinite count")
    return events, total


def refuse(wrong: NDArray[np.bool_], events: Floats, total: Floats, what: str) -> None:
    """Raise a MeasureError that names the wrong rows, where there are any."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    events, total = np.ravel(events), np.ravel(total)
    shown = ", ".join(f"row {row} ({events[row]:g} of {total[row]:g})" for row in rows[:5])
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    raise MeasureError(
        f"There is {what} in {shown}{more}",
        "0 <= numerator <= denominator",
        "Correct the delivery, or check which columns the indicator names",
    )


def proportions_of(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Floats, Floats]:
    """As `counts_of`, and no numerator above its denominator."""
    events, total = counts_of(numerator, denominator)
    refuse(events > total, events, total, "a numerator above its denominator")
    return events, total


def normal_quantile(confidence: float) -> float:
    """Standard deviations of the normal distribution that hold a share of it, either way.

    Parameters
    ----------
    confidence : float
        In (0, 1).

    Returns
    -------
    float
        1.96 for 0.95.

    Raises
    ------
    ParameterError
        If it does not lie between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ParameterError(
            f"The confidence {confidence!r} is no share", "a number between 0 and 1, such as 0.95"
        )
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2)
