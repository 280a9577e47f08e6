"""Bands of equal numbers of places, such as fifths, by rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods._arguments import Floats
from pmf_analysis.methods._grouped import group_codes, ranks, sizes


def quantile_bands(
    values: ArrayLike,
    bands: int = 10,
    highest_first: bool = True,
    group: ArrayLike | None = None,
) -> Floats:
    """The band of each value among those of its group.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        NaN where there is none.
    bands : int
        How many; 5 for fifths.
    highest_first : bool
        Whether band 1 holds the highest values.
    group : array_like of int, shape (n,), optional
        Numbers of the groups, from 0; all are one group when not given.

    Returns
    -------
    ndarray of float, shape (n,)
        1 to ``bands``. Equal values stand in one band, that of the first of them; which bands
        are larger by one is settled by the ranks. NaN where there is no value, and where a
        group has fewer values than bands.

    Raises
    ------
    ParameterError
        If there are no bands, or not one group for each value.

    References
    ----------
    Public Health England (2018), Technical Guide: assigning deprivation quintiles.
    """
    if bands < 1:
        raise ParameterError(f"{bands} bands", "a whole number from 1")
    given = np.atleast_1d(np.asarray(values, dtype=float))
    codes, groups = group_codes(group, len(given))
    least, _ = ranks(-given if highest_first else given, codes)
    many = sizes(~np.isnan(given), codes, groups)[codes]
    enough = (many >= bands) & ~np.isnan(least)
    place = np.where(enough, least - 1, 0).astype(np.int64)
    return np.where(enough, place * bands // np.maximum(many, 1) + 1, np.nan)
