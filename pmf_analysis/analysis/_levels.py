"""Earlier figures moved to the level after a registered rebase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def at_last_level(
    z: NDArray[np.float64], level: NDArray[np.int64], season: int
) -> NDArray[np.float64]:
    """Move every earlier level of one series to its last one.

    Working back from the last level, each step is the mean difference between the first
    figures after a change and those of the same time of the year before; where these do not
    reach back a year, between the figures either side.

    Parameters
    ----------
    z : ndarray, shape (periods,)
        On the working scale.
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
        if season > 1 and before >= season:
            same_time = moved[change - season : change - season + span]
            step = np.mean(moved[change : change + span] - same_time)
        else:
            near = min(after, before, max(season, 3))
            step = np.mean(moved[change : change + near]) - np.mean(moved[change - near : change])
        moved[:change] += step
    return moved
