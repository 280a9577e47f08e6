"""XmR charts by the rules of NHS "Making Data Count". Arrays in, arrays out.

All series are computed together: their points stand in one array, one series
after another in order of time, and ``segment`` tells where limits restart. The
numbers of the rules come from the rule set ``nhs-making-data-count``, which
gives every field of `XmrRules` but ``label``.

References
----------
NHS England (2019 on), Making Data Count. NHS-R Community, NHSRplotthedots 0.2.2
(the rules as computed; `docs/deviations.md` says where we differ).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pmf_analysis.errors import RuleSetError
from pmf_analysis.methods import _series
from pmf_analysis.methods._series import Codes, Flags, Floats, Ints
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import Assurance, Polarity, SpecialCause, Variation

_LARGEST = 1e300


@dataclass(frozen=True)
class XmrRules:
    """The numbers of the rules; see ``data/reference/rules/xmr.yml`` for each."""

    limit_factor: float
    screen: bool
    screening_factor: float
    shift_points: int
    trend_points: int
    two_in_three: str
    min_points: int
    min_moving_ranges: int
    one_value_share: float
    label: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> XmrRules:
        """Take the numbers from a rule set.

        Raises
        ------
        RuleSetError
            Naming the values that are missing or cannot be.
        """
        rules = rule_values.read(cls, rule_set)
        if rules.two_in_three not in ("close", "beyond"):
            raise RuleSetError(
                f"The rule set {rule_set.label} gives two_in_three {rules.two_in_three!r}",
                "close or beyond",
            )
        return rules


class Lines(Protocol):
    """Lines of any chart that the rules for its points can be read on, one value a point."""

    centre: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    points: Ints
    ranges: Ints
    one_value: Flags


class Limits(NamedTuple):
    """Lines of an XmR chart, one value a point; NaN in a segment of a single point.

    Attributes
    ----------
    moving_range : ndarray of float, shape (n,)
        Distance from the point before; NaN for the first of a run of periods
        and after the fixed points.
    centre, lower, upper, near_lower, near_upper : ndarray of float, shape (n,)
        Mean, limits, and two thirds of the way to them. Never cut off at 0 or 100.
    unscreened_range, mean_range : ndarray of float, shape (n,)
        Mean moving range before and after extreme ones were left out.
    points, ranges : ndarray of int, shape (n,)
        Points and moving ranges that the lines rest on.
    one_value : ndarray of bool, shape (n,)
        Whether only the limits are read and no runs: more than the rule's share of the
        segment's figures is one value, or all but a spike are nearly so. Its mean is not its
        middle then.
    """

    moving_range: Floats
    centre: Floats
    unscreened_range: Floats
    mean_range: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    points: Ints
    ranges: Ints
    one_value: Flags


def limits(
    values: ArrayLike,
    segment: ArrayLike,
    rules: XmrRules,
    *,
    follows: ArrayLike | None = None,
    fix_after: ArrayLike | None = None,
) -> Limits:
    """Centre line and limits of every segment.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Finite, between -1e300 and 1e300, each segment's points next to each other in order of
        time.
    segment : array_like of int, shape (n,)
        One number for each segment of each series.
    rules : XmrRules
    follows : array_like of bool, shape (n,), optional
        Whether a point's period follows at once on the point before; a moving
        range and a run do not bridge a gap. Every point when not given.
    fix_after : int or array_like of float, shape (n,), optional
        Take the lines from the first so many points of each segment alone; where NaN, from all.

    Returns
    -------
    Limits

    Raises
    ------
    TableError
        If a value is missing, infinite or larger, a segment is scattered, or a baseline has
        fewer than one point.
    """
    value = _series.numbers(values, _LARGEST)
    group, first = _series.grouped(segment, len(value))
    count = np.bincount(group)
    place = np.arange(len(value)) - first[group]
    base = _series.baseline(place, fix_after)
    joined = _series.joined(place, follows)

    # deviations from the first value keep a constant series free of rounding
    offset = value - value[first[group]]
    points = np.bincount(group, weights=base, minlength=len(count))
    centre = value[first] + _series.total(offset, group, base, len(count)) / points

    moving_range = _series.moving_ranges(value, joined & base)
    ranges = _series.mean_range(moving_range, group, len(count), rules.screening_factor)
    spiked = _series.spiked(
        value - centre[group], rules.limit_factor * ranges.usual[group], group, base, ranges,
        rules.one_value_share,
    )  # fmt: skip
    mean_range = ranges.mean(rules.screen, spiked)

    reach = rules.limit_factor * mean_range
    lines = (centre, ranges.every, mean_range, centre - reach, centre + reach,
             centre - 2 / 3 * reach, centre + 2 / 3 * reach)  # fmt: skip
    return Limits(
        moving_range,
        *(line[group] for line in lines),
        points=points[group].astype(np.int64),
        ranges=ranges.count[group].astype(np.int64),
        one_value=_series.prevails(value, group, len(count), rules.one_value_share) | spiked[group],
    )


def special_causes(
    values: ArrayLike,
    segment: ArrayLike,
    lines: Lines,
    rules: XmrRules,
    *,
    follows: ArrayLike | None = None,
) -> Codes:
    """Name the first rule that each point breaks.

    In order: outside the limits, part of a trend, two in three close to a
    limit, part of a shift. In a segment where one value prevails only the
    limits are read: its mean is not its middle, so runs come by themselves.

    Parameters
    ----------
    values, segment, rules, follows
        As given to `limits`.
    lines : Limits, or the lines of another chart
        Limits and near lines may differ from point to point.

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of `terms.SpecialCause`.
    """
    value = _series.numbers(values, _LARGEST)
    group, first = _series.grouped(segment, len(value))
    place = np.arange(len(value)) - first[group]
    joined = _series.joined(place, follows)
    slack = _series.slack(value, group)

    side = _series.sign(value - lines.centre, slack)
    outside = np.where(value > lines.upper + slack, 1, 0) - (value < lines.lower - slack)
    beyond = np.where(value > lines.near_upper + slack, 1, 0) - (value < lines.near_lower - slack)
    close = np.where(outside == 0, beyond, 0) if rules.two_in_three == "close" else beyond

    readable = ~lines.one_value
    trend = _trend(value, joined, slack, rules.trend_points) * readable
    two_in_three = _two_in_three(close, side, joined) * readable
    shift = _long_runs(side, joined, rules.shift_points) * readable

    named = np.full(len(value), SpecialCause.NONE.value, dtype=object)
    for signal, up, down in (  # the last written comes first in order
        (shift, SpecialCause.SHIFT_HIGH, SpecialCause.SHIFT_LOW),
        (two_in_three, SpecialCause.TWO_IN_THREE_HIGH, SpecialCause.TWO_IN_THREE_LOW),
        (trend, SpecialCause.TREND_UP, SpecialCause.TREND_DOWN),
        (outside, SpecialCause.ABOVE_LIMIT, SpecialCause.BELOW_LIMIT),
    ):
        named[signal > 0] = up.value
        named[signal < 0] = down.value
    return named


def run_so_far(
    values: ArrayLike,
    segment: ArrayLike,
    centre: ArrayLike,
    *,
    follows: ArrayLike | None = None,
) -> Ints:
    """How many points in succession, up to each, lie on its side of the centre.

    Parameters
    ----------
    values, segment, follows
        As given to `limits`.
    centre : array_like of float, shape (n,)

    Returns
    -------
    ndarray of int, shape (n,)
        Above 0 for a run above the centre, below 0 for one below; 0 on it.
    """
    value = _series.numbers(values, _LARGEST)
    group, first = _series.grouped(segment, len(value))
    joined = _series.joined(np.arange(len(value)) - first[group], follows)
    side = _series.sign(value - np.asarray(centre, dtype=float), _series.slack(value, group))
    run, start, _ = _series.runs(side, joined)
    return side * (np.arange(len(value)) - start[run] + 1) if len(run) else side


def enough(lines: Lines, rules: XmrRules) -> Flags:
    """Whether the lines of each point rest on as many points and ranges as a verdict needs."""
    return (lines.points >= rules.min_points) & (lines.ranges >= rules.min_moving_ranges)


def variation(causes: ArrayLike, polarity: ArrayLike) -> Codes:
    """What each point's special cause means, given which way is good.

    Parameters
    ----------
    causes : array_like of str, shape (n,)
        Codes of `terms.SpecialCause`.
    polarity : array_like of str, shape (n,)
        Codes of `terms.Polarity`; close-to-target counts as neutral.

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of `terms.Variation`.
    """
    rows, causes_known = pd.factorize(_texts(causes))
    columns, ways_known = pd.factorize(_texts(polarity))
    meaning = np.array(
        [
            [_meaning(SpecialCause(cause), Polarity(way)).value for way in ways_known]
            for cause in causes_known
        ],
        dtype=object,
    )
    return meaning[rows, columns] if len(rows) else np.array([], dtype=object)


def assurance(target: ArrayLike, lower: ArrayLike, upper: ArrayLike, polarity: ArrayLike) -> Codes:
    """Whether a series, as it stands, will meet its target.

    A target beyond a limit is always or never met. Where all figures are the
    same the limits fall together, and a target on them is met.

    Parameters
    ----------
    target : array_like of float, shape (n,)
        NaN where there is none.
    lower, upper : array_like of float, shape (n,)
        Limits; NaN where there are none.
    polarity : array_like of str, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of `terms.Assurance`; not tested without a target, without limits,
        or where neither way is good by itself.
    """
    goal, low, high = (np.asarray(given, dtype=float) for given in (target, lower, upper))
    way = _texts(polarity)
    upward, downward = way == Polarity.HIGH.value, way == Polarity.LOW.value
    decided = (upward | downward) & ~np.isnan(goal) & ~np.isnan(low) & ~np.isnan(high)
    room = _series.ON_THE_LINE * np.maximum(np.abs(low), np.abs(high))
    above, below = goal > high + room, goal < low - room
    met = (upward & below) | (downward & above) | ((high - low <= room) & ~above & ~below)
    missed = (upward & above) | (downward & below)

    verdict = np.full(len(goal), Assurance.NOT_TESTED.value, dtype=object)
    verdict[decided] = Assurance.INCONSISTENT.value
    verdict[decided & met] = Assurance.CONSISTENT_PASS.value
    verdict[decided & missed] = Assurance.CONSISTENT_FAIL.value
    return verdict


def _meaning(cause: SpecialCause, polarity: Polarity) -> Variation:
    if cause is SpecialCause.NOT_TESTED:
        return Variation.NOT_TESTED
    if cause is SpecialCause.NONE:
        return Variation.COMMON_CAUSE
    high = cause in (
        SpecialCause.ABOVE_LIMIT, SpecialCause.TREND_UP,
        SpecialCause.TWO_IN_THREE_HIGH, SpecialCause.SHIFT_HIGH,
        SpecialCause.RARE_HIGH,
    )  # fmt: skip
    if polarity not in (Polarity.HIGH, Polarity.LOW):
        return Variation.NEUTRAL_HIGH if high else Variation.NEUTRAL_LOW
    if high == (polarity is Polarity.HIGH):
        return Variation.IMPROVEMENT_HIGH if high else Variation.IMPROVEMENT_LOW
    return Variation.CONCERN_HIGH if high else Variation.CONCERN_LOW


def _long_runs(sign: Ints, joined: Flags, at_least: int) -> Ints:
    run, _, length = _series.runs(sign, joined)
    return np.where(length[run] >= at_least, sign, 0) if len(run) else sign


def _trend(value: Floats, joined: Flags, slack: Floats, points: int) -> Ints:
    step = np.zeros(len(value), dtype=np.int64)
    step[1:] = _series.sign(np.diff(value), slack[1:])
    step[~joined] = 0
    # a step belongs to its later point; a break in time parts the steps by its zero
    run, start, length = _series.runs(step, np.ones(len(value), dtype=bool))
    if not len(run):
        return step
    long = (length >= points - 1) & (step[start] != 0)
    trend = np.where(long[run], step, 0)
    # the point a trend starts from is in it; in two trends, the later one counts
    trend[start[long] - 1] = step[start[long]]
    return trend


def _two_in_three(close: Ints, side: Ints, joined: Flags) -> Ints:
    flagged = np.zeros(len(close), dtype=np.int64)
    if len(close) < 3:
        return flagged
    one_side = (side[:-2] == side[1:-1]) & (side[1:-1] == side[2:]) & joined[1:-1] & joined[2:]
    near = close != 0
    two = one_side & (near[:-2].astype(int) + near[1:-1] + near[2:] >= 2)
    for lag in range(3):
        window = slice(lag, len(close) - 2 + lag)
        flagged[window] = np.where(two & near[window], close[window], flagged[window])
    return flagged


def _texts(codes: ArrayLike) -> Codes:
    # plain text, where a term may stand
    given, known = pd.factorize(np.asarray(codes, dtype=object))
    return np.array([str(code) for code in known], dtype=object)[given]
