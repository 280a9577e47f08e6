"""Charts of counts, shares, rates and rare events. Arrays in, arrays out.

All series are computed together, as in `xmr`: flat arrays, ``segment`` telling where limits
restart. One call may hold charts of every kind. The numbers come from the rule set
``attribute-charts``; screening of moving ranges and what counts as one prevailing value from
the control rules in force.

========  ========================  ===========================  ==============================
kind      value                     centre                       standard deviation
========  ========================  ===========================  ==============================
``i``     numerator                 mean                         mean moving range / 1.128
``p``     numerator / denominator   all events over all cases    sqrt(centre (1 - centre) / n)
``u``     numerator / denominator   all events over all exposed  sqrt(centre / n)
``pp``    as p (Laney P')           as p                         as p, times sigma of z
``up``    as u (Laney U')           as u                         as u, times sigma of z
``c``     numerator                 mean                         sqrt(centre)
``g``     cases between two events  median                       sqrt(mean (mean + 1))
``t``     time between two events   mean of the 3.6th root       as i, of the 3.6th root
========  ========================  ===========================  ==============================

z is a value's distance from the centre in standard deviations of p or u; sigma of z is its mean
moving range / 1.128. The limits of g lie about the mean, its runs about the median.

References
----------
Laney DB (2002), Quality Engineering 14: 531-537. Nelson LS (1994), J Qual Technol 26: 239-242.
Benneyan JC (2001), Health Care Manag Sci 4: 305-318. Anhoej J, qicharts2 0.8.1 (the rules as
computed; `docs/deviations.md` says where we differ).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pmf_analysis.errors import TableError
from pmf_analysis.methods import _series, xmr
from pmf_analysis.methods._series import Codes, Flags, Floats, Ints
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import ChartKind, SpecialCause

KINDS = tuple(kind for kind in ChartKind if kind not in (ChartKind.XMR, ChartKind.NONE))
"""The kinds of chart that are drawn here."""

OVER_CASES = (ChartKind.P, ChartKind.P_PRIME, ChartKind.U, ChartKind.U_PRIME)
"""Kinds whose value is a numerator over a denominator."""

_BY_RANGES = (ChartKind.I, ChartKind.P_PRIME, ChartKind.U_PRIME, ChartKind.T)
_SHARES = (ChartKind.P, ChartKind.P_PRIME)
_RATES = (ChartKind.U, ChartKind.U_PRIME)

# no count, and no number of people or days, lies outside; ratios of them stay numbers
_LARGEST, _SMALLEST = 1e50, 1e-50


@dataclass(frozen=True)
class AttributeRules:
    """The numbers of the rules; see ``data/reference/rules/attribute.yml`` for each."""

    sigmas: float
    near_sigmas: float
    range_to_sigma: float
    time_power: float
    label: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> AttributeRules:
        """Take the numbers from a rule set; a `RuleSetError` names what is missing."""
        return rule_values.read(cls, rule_set)


class Lines(NamedTuple):
    """Value and lines of every point, shape (n,) each.

    Attributes
    ----------
    value : ndarray of float
        What the chart shows; NaN without a denominator.
    centre, lower, upper, near_lower, near_upper : ndarray of float
        Centre line, limits at three and lines at two standard deviations. Never NaN where
        ``drawn``; limits are NaN where not.
    sigma : ndarray of float
        Standard deviation of the point, on the scale of the value (``t``: of its 3.6th root).
    z : ndarray of float
        Distance from the centre (``g``: from the mean; ``t``: on the scale of the root) in
        ``sigma``; 0 on the centre, NaN off it where ``sigma`` is 0.
    sigma_z : ndarray of float
        By what Laney's charts widen their limits; 1 for every other kind.
    points, ranges : ndarray of int
        Points that the lines of the segment rest on, and pairs of them in direct succession.
    one_value : ndarray of bool
        Whether only the limits are read and no runs, as `xmr.Limits` says.
    drawn : ndarray of bool
        Whether the point has limits: a denominator above 0 and, for kinds whose spread comes
        from moving ranges, at least one range in its segment.
    """

    value: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    sigma: Floats
    z: Floats
    sigma_z: Floats
    points: Ints
    ranges: Ints
    one_value: Flags
    drawn: Flags


def limits(
    kind: ArrayLike,
    numerator: ArrayLike,
    denominator: ArrayLike,
    segment: ArrayLike,
    rules: AttributeRules,
    control: xmr.XmrRules,
    *,
    follows: ArrayLike | None = None,
    fix_after: ArrayLike | None = None,
    clipped: bool = True,
) -> Lines:
    """Centre line and limits of every segment.

    Parameters
    ----------
    kind : array_like of str, shape (n,) or one word
        Codes of `terms.ChartKind` but ``xmr``; one kind within a segment.
    numerator : array_like of float, shape (n,)
        Events; for ``i``, ``g`` and ``t`` the value itself.
    denominator : array_like of float, shape (n,) or one number
        Cases or exposure; read for p, pp, u and up only. A point whose denominator is 0 is not
        drawn and moves nothing.
    segment : array_like of int, shape (n,)
        One number for each segment of each series, its points next to each other in order of
        time.
    rules : AttributeRules
    control : xmr.XmrRules
        ``screen``, ``screening_factor`` and ``one_value_share`` are read.
    follows : array_like of bool, shape (n,), optional
        Whether a point's period follows at once on the point before; every point when not given.
    fix_after : int or array_like of float, shape (n,), optional
        Take the lines from the first so many points with a denominator of each segment alone;
        where NaN, from all of them.
    clipped : bool
        Cut limits off at 0, and at 1 for shares; ``i`` is never cut off.

    Returns
    -------
    Lines

    Raises
    ------
    TableError
        If a number is missing or infinite, a count negative or beyond 1e50, a denominator
        between 0 and 1e-50, a share above 1, a kind unknown or a segment scattered.
    """
    number, above, below = _checked(kind, numerator, denominator)
    group, first = _series.grouped(segment, len(number))
    if len(number) and (number != number[first][group]).any():
        raise TableError("A segment has more than one kind of chart", "one kind for each segment")
    there = ~_one_of(number, *OVER_CASES) | (below > 0)
    kept = _Kept.of(number, above, below, group, there, follows, fix_after)
    lines = _lines(kept, rules, control)
    if clipped:
        lines = _clipped(lines, kept)
    return _spread_out(lines, there, group, len(first))


def special_causes(
    lines: Lines, segment: ArrayLike, control: xmr.XmrRules, *, follows: ArrayLike | None = None
) -> Codes:
    """Name the first rule that each point breaks, by the run rules of `xmr.special_causes`.

    Runs are read about the centre, closeness on each point's own lines, a trend on the values
    as shown.

    Parameters
    ----------
    lines : Lines
    segment, follows
        As given to `limits`.
    control : xmr.XmrRules

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of `terms.SpecialCause`; not tested where a point has no limits. No run is read
        across such a point.
    """
    found = np.full(len(lines.value), SpecialCause.NOT_TESTED.value, dtype=object)
    drawn, group = lines.drawn, np.asarray(segment)
    pairs = np.ones(len(drawn), dtype=bool) if follows is None else np.asarray(follows, dtype=bool)
    pairs = (pairs & np.concatenate([[True], drawn[:-1]]))[drawn] if len(drawn) else pairs
    shown = Lines(*(column[drawn] for column in lines))
    found[drawn] = xmr.special_causes(shown.value, group[drawn], shown, control, follows=pairs)
    return found


class _Kept(NamedTuple):
    # the points with a denominator, and the segments that they stand in
    kind: Ints
    above: Floats
    below: Floats
    value: Floats
    over: Flags
    group: Ints
    groups: int
    base: Flags
    pairs: Flags

    @classmethod
    def of(
        cls,
        kind: Ints,
        above: Floats,
        below: Floats,
        group: Ints,
        there: Flags,
        follows: ArrayLike | None,
        fix_after: ArrayLike | None,
    ) -> _Kept:
        own = group[there]
        groups = int(group[-1]) + 1 if len(group) else 0
        count = np.bincount(own, minlength=groups)
        place = np.arange(len(own)) - (np.cumsum(count) - count)[own]
        base = _series.baseline(place, fix_after, there)
        next_to = _series.joined(np.arange(len(group)), follows)
        next_to[1:] &= there[:-1]
        events, cases, over = above[there], below[there], _one_of(kind[there], *OVER_CASES)
        value = np.divide(events, cases, out=events.copy(), where=over)
        pairs = _series.joined(place, next_to[there])
        return cls(kind[there], events, cases, value, over, own, groups, base, pairs)

    def is_of(self, *kinds: ChartKind) -> Flags:
        return _one_of(self.kind, *kinds)

    def mean(self, values: Floats, weights: Floats | None = None) -> Floats:
        # of the base of each segment; every point gets that of its own
        above = _series.total(values, self.group, self.base, self.groups)
        ones = np.ones(len(values)) if weights is None else weights
        below = _series.total(ones, self.group, self.base, self.groups)
        return _series.ratio(above, below)[self.group]


def _one_of(number: Ints, *kinds: ChartKind) -> Flags:
    return np.array([kind in kinds for kind in KINDS])[number]


def _checked(
    kind: ArrayLike, numerator: ArrayLike, denominator: ArrayLike
) -> tuple[Ints, Floats, Floats]:
    # the place of each point's kind among KINDS, its numerator and its denominator
    above = _series.numbers(numerator, _LARGEST)
    given, names = pd.factorize(
        np.array(np.broadcast_to(np.asarray(kind, dtype=object), above.shape))
    )
    known = [str(one) for one in KINDS]
    if strange := [str(name) for name in names if str(name) not in known]:
        raise TableError(f"Charts of kind {', '.join(strange)}", ", ".join(known))
    number = np.array([known.index(str(name)) for name in names], dtype=np.int64)[given]
    over = _one_of(number, *OVER_CASES)
    below = np.ones(len(above))
    cases = np.broadcast_to(np.asarray(denominator, dtype=float), above.shape)
    below[over] = _series.numbers(cases[over], _LARGEST)
    counted = ~_one_of(number, ChartKind.I)
    for wrong, fault, right in (
        (counted & (above < 0), "a count below 0", "counts and times of 0 or more"),
        (below < 0, "a denominator below 0", "denominators of 0 or more"),
        ((below > 0) & (below < _SMALLEST), "a denominator near 0", f"0, or {_SMALLEST:g} or more"),
        (over & (below == 0) & (above != 0), "events among no cases", "0 where nothing is counted"),
        (_one_of(number, *_SHARES) & (above > below),
         "more events than cases", "numerators of at most their denominator"),
    ):  # fmt: skip
        if wrong.any():
            raise TableError(f"{int(wrong.sum())} of {len(above)} points have {fault}", right)
    return number, above, below


def _lines(kept: _Kept, rules: AttributeRules, control: xmr.XmrRules) -> Lines:
    # a chart of times is a chart of single values of their roots, turned back
    times, gaps = kept.is_of(ChartKind.T), kept.is_of(ChartKind.G)
    scaled = kept.value.copy()
    scaled[times] = kept.value[times] ** (1 / rules.time_power)
    mean = kept.mean(np.where(kept.over, kept.above, scaled), kept.below)
    room = _series.slack(scaled, kept.group)
    away = np.where(np.abs(scaled - mean) <= room, 0.0, scaled - mean)
    expected = _expected_sigma(kept, mean)
    z = np.divide(away, expected, out=np.zeros(len(away)), where=expected > 0)
    sigma_z, ranges, spiked = _sigma_z(kept, z, rules, control)
    sigma = expected * sigma_z
    drawn = ~np.isnan(sigma)

    far, near = rules.sigmas, rules.near_sigmas
    lines = mean + np.multiply.outer((-far, far, -near, near), sigma)
    lines[:, times] = np.sign(lines[:, times]) * np.abs(lines[:, times]) ** rules.time_power
    centre = np.where(gaps, _medians(kept, gaps), mean)
    centre[times] = mean[times] ** rules.time_power
    off = np.where(away == 0, 0.0, np.nan)
    return Lines(
        kept.value, centre, *lines, sigma,
        np.divide(away, sigma, out=off, where=drawn & (sigma > 0)),
        np.where(kept.is_of(ChartKind.P_PRIME, ChartKind.U_PRIME), sigma_z, 1.0),
        np.bincount(kept.group[kept.base], minlength=kept.groups)[kept.group],
        ranges,
        _series.prevails(kept.value, kept.group, kept.groups, control.one_value_share) | spiked,
        drawn,
    )  # fmt: skip


def _expected_sigma(kept: _Kept, mean: Floats) -> Floats:
    # what the counting alone lets a value vary; 1 where the values themselves must say
    spread = np.ones(len(mean))
    inside = np.clip(mean, 0, 1)
    for chosen, variance in (
        (kept.is_of(*_SHARES), inside * (1 - inside) / kept.below),
        (kept.is_of(*_RATES), mean / kept.below),
        (kept.is_of(ChartKind.C), mean),
        (kept.is_of(ChartKind.G), mean * (mean + 1)),
    ):
        spread[chosen] = np.sqrt(variance[chosen])
    return spread


def _sigma_z(
    kept: _Kept, z: Floats, rules: AttributeRules, control: xmr.XmrRules
) -> tuple[Floats, Ints, Flags]:
    # mean moving range of z as a standard deviation, for kinds that go by ranges; the ranges;
    # and where they hold a spike
    moving_range = _series.moving_ranges(z, kept.pairs & kept.base)
    ranges = _series.mean_range(moving_range, kept.group, kept.groups, control.screening_factor)
    reach = rules.sigmas * ranges.usual[kept.group] / rules.range_to_sigma
    by_ranges = kept.is_of(*_BY_RANGES)
    spiked = _series.spiked(z, reach, kept.group, kept.base, ranges, control.one_value_share)
    found = ranges.mean(control.screen, spiked) / rules.range_to_sigma
    return (
        np.where(by_ranges, found[kept.group], 1.0), ranges.count[kept.group].astype(np.int64),
        by_ranges & spiked[kept.group],
    )  # fmt: skip


def _medians(kept: _Kept, chosen: Flags) -> Floats:
    found = np.full(len(kept.value), np.nan)
    base = chosen & kept.base
    middle = pd.Series(kept.value[base]).groupby(kept.group[base]).median()
    found[chosen] = middle.reindex(kept.group[chosen]).to_numpy()
    return found


def _clipped(lines: Lines, kept: _Kept) -> Lines:
    least = np.where(kept.is_of(ChartKind.I), -np.inf, 0.0)
    most = np.where(kept.is_of(*_SHARES), 1.0, np.inf)
    names = ("lower", "upper", "near_lower", "near_upper")
    return lines._replace(**{n: np.clip(getattr(lines, n), least, most) for n in names})


def _spread_out(lines: Lines, there: Flags, group: Ints, groups: int) -> Lines:
    # back to all points: one that was left out has its segment's centre and no limits
    if there.all():
        return lines
    empty = {float: np.nan, np.int64: 0, bool: False}
    full = []
    for column in lines:
        kind = next(one for one in empty if np.issubdtype(column.dtype, one))
        whole = np.full(len(there), empty[kind], dtype=column.dtype)
        whole[there] = column
        full.append(whole)
    found = Lines(*full)
    for name in ("centre", "points", "ranges", "one_value"):
        of_segment = np.zeros(groups, dtype=getattr(found, name).dtype)
        if name == "centre":
            of_segment[:] = np.nan
        of_segment[group[there]] = getattr(found, name)[there]
        getattr(found, name)[~there] = of_segment[group[~there]]
    return found
