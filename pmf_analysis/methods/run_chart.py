"""Run charts by the Anhoej rules: unusually long runs, unusually few crossings of the median.

All series are computed together, as in `xmr`. A run chart needs no limits and fewer points
than a control chart; it finds persistent shifts, never a single extreme point. The numbers
come from the rule set ``anhoej``.

References
----------
Anhoej J, Olesen AV (2014), Run charts revisited, PLoS ONE 9: e113825. Longest run: Schilling
MF (2012), Am Stat 66: 117-122. Crossings: Chen Z (2010), J Qual Technol 42: 146-160. As
computed by qicharts2 0.8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import count
from math import comb
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pmf_analysis.methods import _series
from pmf_analysis.methods._series import Flags, Floats, Ints
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet

_LARGEST = 1e300


@dataclass(frozen=True)
class RunRules:
    """The numbers of the rules; see ``data/reference/rules/anhoej.yml`` for each."""

    longest_run_added: int
    crossings_chance: float
    min_useful: int
    label: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> RunRules:
        """Take the numbers from a rule set; a `RuleSetError` names what is missing."""
        return rule_values.read(cls, rule_set)


class Runs(NamedTuple):
    """What each segment shows, in the order in which the segments stand, shape (segments,).

    Attributes
    ----------
    median : ndarray of float
    points, useful : ndarray of int
        Points, and points that do not lie on the median.
    longest_run, longest_run_most : ndarray of int
        Useful points on one side in direct succession, and how many chance still gives.
    crossings, crossings_least : ndarray of int
        How often the series crosses its median, and how often it does by chance at least.
    tested : ndarray of bool
        Whether there are as many useful points as the rule set asks for.
    signal : ndarray of bool
        Whether a run is too long or crossings are too few; False where not tested.
    """

    median: Floats
    points: Ints
    useful: Ints
    longest_run: Ints
    longest_run_most: Ints
    crossings: Ints
    crossings_least: Ints
    tested: Flags
    signal: Flags


def runs(
    values: ArrayLike,
    segment: ArrayLike,
    rules: RunRules,
    *,
    follows: ArrayLike | None = None,
    freeze_after: ArrayLike | None = None,
    centre: ArrayLike | None = None,
) -> Runs:
    """Read the runs of every segment.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Finite, between -1e300 and 1e300, each segment's points next to each other in order of
        time.
    segment : array_like of int, shape (n,)
        One number for each segment of each series.
    rules : RunRules
    follows : array_like of bool, shape (n,), optional
        Whether a point's period follows at once on the point before: no run and no crossing
        bridges a gap, and fewer crossings are then asked for. Every point when not given.
    freeze_after : int or array_like of float, shape (n,), optional
        Take the median from the first so many points of each segment; where NaN, from all.
    centre : array_like of float, shape (n,), optional
        Read runs about these lines, such as those of a control chart, instead of the median.

    Returns
    -------
    Runs

    Raises
    ------
    TableError
        If a value is missing or infinite, or a segment is scattered.
    """
    value = _series.numbers(values, _LARGEST)
    group, first = _series.grouped(segment, len(value))
    groups, place = len(first), np.arange(len(value)) - first[group]
    base = _series.baseline(place, freeze_after)
    median = pd.Series(value[base]).groupby(group[base]).median().to_numpy(dtype=float)
    middle = median[group] if centre is None else np.asarray(centre, dtype=float)
    side = _series.sign(value - middle, _series.slack(value, group))

    # points on the median are left out; what stands on either side of them is in succession
    useful = side != 0
    stretch = np.cumsum(~_series.joined(place, follows))[useful]
    pairs = np.zeros(len(stretch), dtype=bool)
    pairs[1:] = stretch[1:] == stretch[:-1]
    left, owner = side[useful], group[useful]
    _, starts, length = _series.runs(left, pairs)
    longest = np.zeros(groups, dtype=np.int64)
    np.maximum.at(longest, owner[starts], length)
    crossed = pairs.copy()
    crossed[1:] &= left[1:] != left[:-1]

    number = np.bincount(owner, minlength=groups)
    most = np.zeros(groups, dtype=np.int64)
    some = number > 0
    most[some] = np.round(np.log2(number[some])).astype(np.int64) + rules.longest_run_added
    crossings = np.bincount(owner[crossed], minlength=groups)
    least = _fewest(np.bincount(owner[pairs], minlength=groups), rules.crossings_chance)
    tested = number >= max(rules.min_useful, 1)
    return Runs(
        median, np.bincount(group, minlength=groups), number, longest, most, crossings, least,
        tested, tested & ((longest > most) | (crossings < least)),
    )  # fmt: skip


def _fewest(pairs: Ints, chance: float) -> Ints:
    known, place = np.unique(pairs, return_inverse=True)
    return np.array([_binomial_quantile(int(n), chance) for n in known], dtype=np.int64)[place]


@cache
def _binomial_quantile(trials: int, chance: float) -> int:
    # the smallest number of heads that so many tosses stay at or below with that chance
    needed, reached = Fraction(str(chance)) * 2**trials, 0
    for heads in count():
        reached += comb(trials, heads)
        if reached >= needed:
            return heads
    raise AssertionError("unreachable: all outcomes together have the chance 1")
