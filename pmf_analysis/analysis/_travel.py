"""Words for a change between two figures, by polarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.terms import DirectionOfTravel, Polarity

NAMES = {"month": "months", "quarter": "quarters", "year": "years"}
"""Periods of each frequency, in words."""


def labels(
    polarity: NDArray,
    target: NDArray[np.float64],
    before: NDArray[np.float64],
    now: NDArray[np.float64],
    change: NDArray[np.float64],
) -> NDArray:
    """Better or worse by polarity; higher or lower where no way is good.

    Parameters
    ----------
    polarity : ndarray of str, shape (n,)
    target : ndarray of float, shape (n,)
        NaN where none is in force.
    before, now, change : ndarray of float, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of `terms.DirectionOfTravel`.
    """
    up = change > 0
    to_target = (polarity == Polarity.CLOSE_TO_TARGET.value) & ~np.isnan(target)
    # distances from one target may differ by binary noise only
    nearer = np.round(np.abs(before - target) - np.abs(now - target), 9)
    good = np.select(
        [polarity == Polarity.HIGH.value, polarity == Polarity.LOW.value, to_target],
        [up, ~up, nearer > 0],
        default=False,
    )
    # as near as before on the other side of the target is neither better nor worse
    judged = np.isin(polarity, [Polarity.HIGH.value, Polarity.LOW.value])
    judged = judged | (to_target & (nearer != 0))
    words = DirectionOfTravel
    return np.select(
        [change == 0, judged & good, judged, up],
        [words.SAME.value, words.BETTER.value, words.WORSE.value, words.HIGHER.value],
        default=words.LOWER.value,
    )
