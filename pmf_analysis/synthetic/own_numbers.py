"""Uniform numbers that belong to one child: nobody else's records can shift them.

A stream hands its numbers out in turn, so that one child more moves every number after. Where
children come and go with the stories planted, each child's numbers are worked out from its
number and the turn instead. Only whole numbers are multiplied and shifted; the same on every
machine.

References
----------
Steele GL, Lea D, Flood CH (2014), Fast splittable pseudorandom number generators, OOPSLA 2014:
453-472 (the mixing steps of SplitMix64).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic.setting import Setting

_STEP = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(0xD1B54A32D192ED03)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def own(
    setting: Setting, purpose: str, children: ArrayLike, turn: ArrayLike = 0
) -> NDArray[np.float64]:
    """One uniform number for each child and turn.

    Parameters
    ----------
    setting : Setting
    purpose : str
        What the numbers are for; every purpose has its own.
    children : array_like of int, shape (n,)
        See `numbers_of`.
    turn : array_like of int, shape (n,) or ()
        Which of a child's numbers: a month, or a placement's place in a row.

    Returns
    -------
    ndarray of float, shape (n,)
        In [0, 1).
    """
    salt = np.uint64(setting.stream(purpose, "own").random() * 2**53)
    keys = np.atleast_1d(np.asarray(children)).astype(np.uint64)
    turns = np.atleast_1d(np.asarray(turn)).astype(np.uint64)
    mixed = _mixed(_mixed(keys * _STEP + salt) + turns * _TURN)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    first = (numbers ^ (numbers >> np.uint64(30))) * _MIX[0]
    second = (first ^ (first >> np.uint64(27))) * _MIX[1]
    return second ^ (second >> np.uint64(31))


def numbers_of(ids: pd.Series) -> NDArray[np.int64]:
    """The number in ids such as C2000017."""
    return ids.str.slice(1).astype("int64").to_numpy()
