"""Earlier figures moved to the level after a registered rebase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def at_last_level(z: Floats, level: NDArray[np.int64], season: int) -> Floats:
    """Move every earlier level of one series to its last one.

    Working back from the last level, each step is the mean difference between the first
    figures after a change and those of the same time of the year before; where these do not
    reach back a year, between the figures either side.

    Parameters
    ----------
    z : ndarray, shape (periods,)
        On the working scale; NaN where there is no figure.
    level : ndarray of int, shape (periods,)
        Number of the level that each figure belongs to.
    season : int
        Periods in a year.

    Returns
    -------
    ndarray, shape (periods,)
    """
    moved = np.array(z, dtype=float)
    changes = np.flatnonzero(np.diff(level)) + 1
    for change in changes[::-1]:
        after = int(np.sum(level == level[change]))
        before = int(np.sum(level == level[change - 1]))
        span = min(after, season)
        step = np.nan
        if season > 1 and before >= season:
            same_time = moved[change - season : change - season + span]
            step = _mean(moved[change : change + span] - same_time)
        if np.isnan(step):
            near = min(after, before, max(season, 3))
            step = _mean(moved[change : change + near]) - _mean(moved[change - near : change])
        moved[:change] += 0.0 if np.isnan(step) else step
    return moved


def _mean(figures: Floats) -> float:
    known = figures[~np.isnan(figures)]
    return float(np.mean(known)) if len(known) else np.nan
