"""How far successive points of a chart follow on from one another, and what limits do about it.

Where a high figure tends to be followed by a high one, the moving range is too small for the
spread of the series and runs come by themselves: a stable series then signals far too often. A
lasting change of level, or a steady drift, looks much the same, and must not be explained away.
So three shapes are held against each other for every segment, by Schwarz's criterion: one level
with points that follow on, a single step, and a straight line. Where a step or a line tells the
points better, the autocorrelation is that of what is left once it is taken out.

References
----------
Kendall MG (1954), Biometrika 41: 403-404, and Marriott FHC, Pope JA (1954), Biometrika 41:
390-402 (bias of the estimate). Schwarz G (1978), Annals of Statistics 6: 461-464. Maragah HD,
Woodall WH (1992), J Stat Comput Simul 40: 29-42 (moving ranges of such a series). Sheppard WF
(1899), Phil Trans R Soc A 192: 101-167 (chance that two normal values have one sign).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import RuleSetError
from pmf_analysis.methods import _series
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LARGEST = 1e100


@dataclass(frozen=True)
class AutocorrelationRules:
    """The numbers of the method; see ``data/reference/rules/autocorrelation.yml`` for each."""

    min_points: int
    least: float
    most: float
    least_side: int
    step_cost: float
    line_cost: float
    label: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> AutocorrelationRules:
        """Take the numbers from a rule set.

        Raises
        ------
        RuleSetError
            Naming the values that are missing or cannot be.
        """
        rules = rule_values.read(cls, rule_set)
        if not 0 <= rules.least <= rules.most < 1:
            raise RuleSetError(
                f"The rule set {rule_set.label} gives least {rules.least} and most {rules.most}",
                "0 or more, in this order, and below 1",
            )
        return rules


class Shape(NamedTuple):
    """What is left of the points once a shape is taken out, and how well that shape fits.

    Attributes
    ----------
    left : ndarray of float, shape (n,)
    lag_one : ndarray of float, shape (s,)
        Autocorrelation of what is left, as computed.
    badness : ndarray of float, shape (s,)
        Schwarz's criterion; the smallest is the best.
    """

    left: Floats
    lag_one: Floats
    badness: Floats


def lag_one(
    values: ArrayLike,
    segment: ArrayLike,
    rules: AutocorrelationRules,
    *,
    follows: ArrayLike | None = None,
) -> Floats:
    """Autocorrelation of successive points, corrected for the bias of short series.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Without NaN, each segment's points next to each other in order of time.
    segment : array_like of int, shape (n,)
    rules : AutocorrelationRules
    follows : array_like of bool, shape (n,), optional
        Whether a point's period follows at once on the point before. Every point when not given.

    Returns
    -------
    ndarray of float, shape (n,)
        The estimate of each point's segment, between -1 and 1; NaN where it has fewer points
        than the rules' minimum or all are the same.

    Raises
    ------
    TableError
        If a value is not a number or a segment is scattered.
    """
    value = _series.numbers(values, _LARGEST)
    group, first = _series.grouped(segment)
    count = np.bincount(group).astype(float)
    place = np.arange(len(value)) - (first[group] if len(group) else 0)
    pairs = _series.joined(place, follows)
    offset = value - (value[first][group] if len(group) else 0)
    level = offset - (_sum(offset, group) / count)[group]
    flat = _spread(level, group) <= 1e-20 * count * _largest(value, group) ** 2

    one = _shape(level, group, pairs, count, 0.0)
    follow_on = one.badness + count * np.log(np.clip(1 - one.lag_one**2, 0.02, 1)) + np.log(count)
    step = _shape(_without_step(level, group, place, count, rules), group, pairs, count,
                  rules.step_cost)  # fmt: skip
    line = _shape(_without_line(level, group, place, count), group, pairs, count, rules.line_cost)
    with np.errstate(divide="ignore", invalid="ignore"):
        as_level = (count * one.lag_one + 1) / (count - 3)
        as_step = (count * step.lag_one + 2) / (count - 6)
        as_line = (count * line.lag_one + 2) / (count - 4)
    found = np.where(line.badness < follow_on, as_line, as_level)
    found = np.where((step.badness < follow_on) & (step.badness <= line.badness), as_step, found)
    enough = (count >= max(rules.min_points, 2 * rules.least_side, 7)) & ~flat
    return np.where(enough, np.clip(found, -1, 1), np.nan)[group]


def counted(estimate: ArrayLike, rules: AutocorrelationRules) -> Floats:
    """The estimate that limits are drawn by: 0 below the rules' least, and never above their most.

    Parameters
    ----------
    estimate : array_like of float, shape (n,)
        From `lag_one`.
    rules : AutocorrelationRules

    Returns
    -------
    ndarray of float, shape (n,)
    """
    given = np.nan_to_num(np.asarray(estimate, dtype=float), nan=0.0)
    return np.where(given < rules.least, 0.0, np.minimum(given, rules.most))


def wider(counted_estimate: ArrayLike) -> Floats:
    """How many times the spread of a series is what its moving ranges say.

    Successive values with correlation r differ by ``sqrt(2 (1 - r))`` standard deviations.

    Parameters
    ----------
    counted_estimate : array_like of float, shape (n,)
        In [0, 1).

    Returns
    -------
    ndarray of float, shape (n,)
    """
    return 1 / np.sqrt(1 - np.asarray(counted_estimate, dtype=float))


def longer(counted_estimate: ArrayLike) -> Floats:
    """How many times as long the time without a rare event lasts until it is as unlikely.

    Where successive periods, with an event or without one, have correlation r, an event comes
    after a period without one ``1 - r`` times as often as it does in the mean.

    Parameters
    ----------
    counted_estimate : array_like of float, shape (n,)
        In [0, 1).

    Returns
    -------
    ndarray of float, shape (n,)
    """
    return 1 / (1 - np.asarray(counted_estimate, dtype=float))


def run_points(counted_estimate: ArrayLike, points: int) -> Ints:
    """How many points on one side are as rare as so many where nothing follows on.

    The next point stays on its side with chance ``1/2 + asin(r) / pi`` (Sheppard).

    Parameters
    ----------
    counted_estimate : array_like of float, shape (n,)
        In [0, 1).
    points : int
        Length of the run where successive points are independent.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    stays = 0.5 + np.arcsin(np.asarray(counted_estimate, dtype=float)) / np.pi
    steps = (points - 1) * np.log(0.5) / np.log(stays)
    return 1 + np.ceil(steps - 1e-9).astype(np.int64)


def _shape(left: Floats, group: Ints, pairs: NDArray, count: Floats, cost: float) -> Shape:
    # a gap between two points takes their product away, and the rest stands for it
    spread = _spread(left, group)
    products = np.zeros(len(left))
    products[1:] = left[1:] * left[:-1]
    known = np.bincount(group[pairs], minlength=len(count))
    together = _series.total(products, group, pairs, len(count))
    found = np.divide(together, spread, out=np.zeros(len(count)), where=spread > 0)
    found = found * count / (known + 1)
    tiny = np.finfo(float).tiny
    return Shape(left, found, count * np.log(np.maximum(spread, tiny)) + cost * np.log(count))


def _without_step(
    level: Floats, group: Ints, place: Ints, count: Floats, rules: AutocorrelationRules
) -> Floats:
    # the one step that takes out most, with enough points on either side of it
    before, size = place + 1.0, count[group]
    after = size - before
    running = np.cumsum(level)
    running = running - np.concatenate([[0.0], running])[np.arange(len(level)) - place]
    allowed = (before >= rules.least_side) & (after >= rules.least_side)
    gain = np.where(allowed, running**2 * size / (before * np.maximum(after, 1)), -1.0)
    order = np.lexsort((-place, gain, group))
    ends = np.cumsum(count).astype(np.int64) - 1
    split = place[order[ends]] if len(order) else place
    side = 2 * group + (place > split[group])
    means = _series.ratio(_sum(level, side), np.bincount(side))
    return np.where(_best(gain, group) > 0, level - means[side], level)


def _without_line(level: Floats, group: Ints, place: Ints, count: Floats) -> Floats:
    time = place - ((count - 1) / 2)[group]
    slope = _series.ratio(_sum(level * time, group), _spread(time, group))
    return level - np.nan_to_num(slope)[group] * time


def _best(gain: Floats, group: Ints) -> Floats:
    most = np.full(group[-1] + 1 if len(group) else 0, -1.0)
    np.maximum.at(most, group, gain)
    return most[group]


def _sum(values: Floats, group: Ints) -> Floats:
    return np.bincount(group, weights=values)


def _spread(values: Floats, group: Ints) -> Floats:
    return np.bincount(group, weights=values**2)


def _largest(values: Floats, group: Ints) -> Floats:
    most = np.zeros(group[-1] + 1 if len(group) else 0)
    np.maximum.at(most, group, np.abs(values))
    return most
