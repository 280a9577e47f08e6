"""Centre and limits of every charted row, by the kind of chart that its stretch gets.

Each stretch gives a centre and a reach from its final figures; every row, also one that is not
final yet, gets its own limits by its own number of cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrc, pdtrc

from pmf_analysis.analysis import _kinds
from pmf_analysis.methods import attribute, autocorrelation, xmr
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import ChartKind, MeasureKind, SpecialCause

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.object_]

_PLAIN = {ChartKind.P_PRIME: ChartKind.P, ChartKind.U_PRIME: ChartKind.U}
_OVER_CASES = tuple(str(kind) for kind in attribute.OVER_CASES)


@dataclass(frozen=True)
class Rules:
    """The rule sets that a chart goes by."""

    control: xmr.XmrRules
    choice: _kinds.ChartRules
    attribute: attribute.AttributeRules
    follow_on: autocorrelation.AutocorrelationRules

    @classmethod
    def of(cls, context: Context) -> Rules:
        """Read them; the workspace names the control rules."""
        named = context.register.rule_set
        return cls(
            xmr.XmrRules.of(named(context.register.workspace.control_rules)),
            _kinds.ChartRules.of(named("chart-choice")),
            attribute.AttributeRules.of(named("attribute-charts")),
            autocorrelation.AutocorrelationRules.of(named("autocorrelation")),
        )


class Lines(NamedTuple):
    """What is known of each charted row, shape (n,) each; NaN where its stretch has no limits.

    Attributes
    ----------
    centre, lower, upper, near_lower, near_upper : ndarray of float
        On the scale of the value, never cut off; by the row's own number of cases.
    points, ranges : ndarray of int
        Final figures of the stretch, and pairs of them in direct succession.
    one_value : ndarray of bool
        Whether only the limits are read and no runs.
    kind : ndarray of str
        Codes of `terms.ChartKind`.
    autocorrelation : ndarray of float
        The estimate of the stretch; NaN where there is none.
    shift_points : ndarray of int
        Length of a run that signals.
    long_gap : ndarray of int
        1 (-1) where rare cases without one (rare events) stayed away for longer than usual.
    follows_on : ndarray of bool
        Whether limits are wider, or the time between rare events may be longer, because figures
        follow on from one another.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    points: Ints
    ranges: Ints
    one_value: Flags
    kind: Codes
    autocorrelation: Floats
    shift_points: Ints
    long_gap: Ints
    follows_on: Flags

    def at(self, rows: NDArray) -> Lines:
        """The lines of some rows."""
        return Lines(*(column[rows] for column in self))


def lines_of(charted: pd.DataFrame, group: Ints, rules: Rules) -> Lines:
    """Lines of every charted row.

    Parameters
    ----------
    charted : pandas.DataFrame
        By series, segment and position: ``chart_value``, ``position``, ``waits``, ``baseline``
        (how many first final figures its limits rest on, NaN for all), and the
        columns of `_kinds.parts`.
    group : ndarray of int, shape (n,)
        Number of each row's series and segment, 0, 1, ... in order.
    rules : Rules

    Returns
    -------
    Lines
    """
    groups = int(group.max(initial=-1)) + 1
    final = ~charted["waits"].to_numpy(dtype=bool)
    points, own = charted[final], group[final]
    value = points["chart_value"].to_numpy(dtype=float)
    follows = (points["position"].diff() == 1).to_numpy()
    kept = points["baseline"].to_numpy(dtype=float)
    single = xmr.limits(value, own, rules.control, follows=follows, fix_after=kept)
    kind = _kinds.chosen(points, own, groups, rules.choice)
    over = _OverCases.of(points, own, groups, kind, follows, rules)

    base = ~(pd.Series(own).groupby(own).cumcount().to_numpy() >= kept)
    estimate = autocorrelation.lag_one(
        over.z_or(value)[base], own[base], rules.follow_on, follows=follows[base]
    )
    rho = _of_group(estimate, own[base], groups, np.nan)
    readable = (kind == ChartKind.G.value) | (_of_group(single.one_value, own, groups, 0) == 0)
    rho = np.where(readable, rho, np.nan)
    counted = autocorrelation.counted(rho, rules.follow_on)
    centre = np.where(over.chosen, over.centre, _of_group(single.centre, own, groups, np.nan))
    far = _of_group(single.upper - single.centre, own, groups, np.nan)
    far = far * autocorrelation.wider(counted)
    far = np.where(over.chosen, over.reach(counted, rules), far)

    events, cases = _kinds.parts(charted)
    roots = np.where(over.chosen[group], np.sqrt(np.where(cases > 0, cases, 1.0)), 1.0)
    reach = far[group] / roots
    close = rules.attribute.near_sigmas / rules.attribute.sigmas
    found = Lines(
        centre[group], centre[group] - reach, centre[group] + reach,
        centre[group] - close * reach, centre[group] + close * reach,
        _of_group(single.points, own, groups, 0)[group].astype(np.int64),
        _of_group(single.ranges, own, groups, 0)[group].astype(np.int64),
        _of_group(single.one_value, own, groups, 0)[group].astype(bool),
        kind[group], rho[group],
        autocorrelation.run_points(counted, rules.control.shift_points)[group],
        np.zeros(len(group), dtype=np.int64), (counted > 0)[group],
    )  # fmt: skip
    return _with_rare(found, charted, group, final, events, cases, counted, rules)


def causes(value: Floats, group: Ints, lines: Lines, rules: xmr.XmrRules, follows: Flags) -> Codes:
    """Special cause of every point, by the run length of its stretch."""
    found = np.full(len(value), SpecialCause.NONE.value, dtype=object)
    for length in np.unique(lines.shift_points):
        here = lines.shift_points == length
        own = replace(rules, shift_points=int(length))
        found[here] = xmr.special_causes(
            value[here], group[here], lines.at(here), own, follows=follows[here]
        )
    quiet = found == SpecialCause.NONE.value
    found[quiet & (lines.long_gap < 0)] = SpecialCause.RARE_LOW.value
    found[quiet & (lines.long_gap > 0)] = SpecialCause.RARE_HIGH.value
    return found


class _OverCases(NamedTuple):
    """Stretches charted over their cases: centre and reach for a single case, by stretch."""

    chosen: Flags
    centre: Floats
    single: Floats
    spread: Floats
    widened: Flags
    rows: Flags
    z: Floats

    @classmethod
    def of(
        cls, points: pd.DataFrame, own: Ints, groups: int, kind: Codes, follows: Flags, rules: Rules
    ) -> _OverCases:
        chosen = np.isin(kind, [*_OVER_CASES, ChartKind.C.value])
        rows = chosen[own]
        events, cases = (part[rows] for part in _kinds.parts(points))
        primed = kind[own][rows]
        plain = np.array([str(_PLAIN.get(ChartKind(one), one)) for one in primed], dtype=object)
        given = (events, cases, own[rows], rules.attribute, rules.control)
        options = {"follows": follows[rows], "clipped": False,
                   "fix_after": points["baseline"].to_numpy(dtype=float)[rows]}  # fmt: skip
        expected = attribute.limits(plain, *given, **options)
        widened = attribute.limits(primed, *given, **options)
        # a whole by which the value is multiplied: 100 for a percentage
        count = (points["measure_kind"] == MeasureKind.COUNT.value).to_numpy()[rows]
        scale = np.where(count, 1.0, points["multiplier"].to_numpy(dtype=float)[rows])
        return cls(
            chosen,
            _of_group(expected.centre * scale, own[rows], groups, np.nan),
            _of_group(expected.sigma * np.sqrt(cases) * scale, own[rows], groups, np.nan),
            _of_group(np.nan_to_num(widened.sigma_z, nan=1.0), own[rows], groups, 1.0),
            np.isin(kind, [str(one) for one in _PLAIN]),
            rows,
            np.nan_to_num(expected.z),
        )

    def z_or(self, value: Floats) -> Floats:
        """Distance from the centre in what chance alone gives, and the value elsewhere."""
        found = value.copy()
        found[self.rows] = self.z
        return found

    def reach(self, counted: Floats, rules: Rules) -> Floats:
        """How far the limits lie from the centre at one case, by stretch."""
        wide = np.maximum(
            self.spread * autocorrelation.wider(counted), rules.choice.least_spread
        )  # fmt: skip
        return rules.attribute.sigmas * self.single * np.where(self.widened, wide, 1.0)


def _with_rare(
    lines: Lines,
    charted: pd.DataFrame,
    group: Ints,
    final: Flags,
    events: Floats,
    cases: Floats,
    counted: Floats,
    rules: Rules,
) -> Lines:
    # rare events: limits by the chance of so many in one period, and the gaps between them
    rows = lines.kind == ChartKind.G.value
    if not rows.any():
        return lines
    groups = int(group.max()) + 1
    kinds = charted["measure_kind"].to_numpy(dtype=object)
    known = rows & final
    turned = _kinds.rarer(
        events[known], cases[known], kinds[known], group[known], groups, rules.choice
    )[1][group]
    rare = np.where(turned, cases - events, events)
    # one that waits without its number of cases has the widest limits, those of a single case
    cases = np.where(np.isnan(cases), 1.0, cases)
    place = pd.Series(group[final]).groupby(group[final]).cumcount()
    base = known.copy()
    base[final] &= ~(place.to_numpy() >= charted["baseline"].to_numpy(dtype=float)[final])
    # a frozen baseline without any event does not say that there can be none
    above = np.maximum(np.bincount(group[base], weights=rare[base], minlength=groups), 1.0)
    below = np.bincount(group[base], weights=cases[base], minlength=groups)
    mean = np.divide(above, below, out=np.zeros(groups), where=below > 0)[group]
    share = kinds == MeasureKind.PROPORTION.value
    most = _most(mean, cases, share, rows, rules.choice.rare_chance)

    scale = np.where(kinds == MeasureKind.COUNT.value, 1.0, charted["multiplier"].to_numpy(float))
    top = most / np.where(cases > 0, cases, 1.0)
    centre = np.where(turned, 1 - mean, mean) * scale
    lower = np.where(turned, 1 - top, 0.0) * scale
    # a full share that is adjusted for the time of year may lie above the whole
    full = np.maximum(1.0, 1 / charted["factor"].to_numpy(dtype=float))
    upper = np.where(turned, full, top) * scale
    longer = autocorrelation.longer(counted)
    gap = _long_gaps(np.round(rare), cases, share, group, known, longer, rules)
    of_rare = lines._replace(
        centre=centre, lower=lower, upper=upper, near_lower=lower, near_upper=upper,
        one_value=rows, long_gap=np.where(turned, gap, -gap),
    )  # fmt: skip
    return Lines(*(np.where(rows, new, old) for new, old in zip(of_rare, lines, strict=True)))


def _most(mean: Floats, cases: Floats, share: Flags, rows: Flags, chance: float) -> Floats:
    # the largest number of events that chance still gives in a period of so many cases
    most = np.zeros(len(mean))
    cast = np.where(rows & share, np.clip(cases, 1, _kinds.MOST_AMONG), 1).astype(np.int32)
    open_ = rows.copy()
    for count in range(_kinds.MOST_RARE):
        here = np.flatnonzero(open_)
        if not len(here):
            break
        among, rate = cases[here], np.clip(mean[here], 0, None)
        likely = np.where(
            share[here],
            bdtrc(np.minimum(count, among), cast[here], np.clip(rate, 0, 1)),
            pdtrc(count, rate * among),
        )
        more = (likely > chance) & ~(share[here] & (count >= among))
        most[here[more]] = count + 1
        open_[here[~more]] = False
    return most


def _long_gaps(
    rare: Floats,
    cases: Floats,
    share: Flags,
    group: Ints,
    known: Flags,
    longer: Floats,
    rules: Rules,
) -> Ints:
    """1 where the cases (or periods) since the last event are more than the g chart allows.

    Events of one period are taken to lie evenly among its cases. ``longer`` is by how much the
    limit of each stretch is longer because its figures follow on from one another.
    """
    found = np.zeros(len(rare), dtype=np.int64)
    rows = np.flatnonzero(known)
    own, number = group[rows], rare[rows].astype(np.int64)
    size = np.where(share[rows], cases[rows], 1.0)
    ends = np.cumsum(size)
    event = np.repeat(np.arange(len(rows)), number)
    within = np.arange(len(event)) - np.repeat(np.cumsum(number) - number, number) + 1
    at = ends[event] - size[event] + size[event] * within / (number[event] + 1)
    same = own[event][1:] == own[event][:-1]
    gaps, whose = np.diff(at)[same], own[event][1:][same]
    groups = int(group.max()) + 1
    if not len(gaps):
        return found
    drawn = attribute.limits(
        ChartKind.G, gaps, np.ones(len(gaps)), whose, rules.attribute, rules.control
    )
    limit = np.full(groups, np.inf)
    allowed = drawn.upper * longer[whose]
    limit[whose] = np.where(drawn.points >= rules.choice.min_gaps, allowed, np.inf)
    # from the event before to the first one of the row, or to its end where it has none
    before = np.searchsorted(event, np.arange(len(rows)), side="left")
    earlier = np.maximum(before - 1, 0)
    has = (before > 0) & (own[event[earlier]] == own)
    until = np.where(number > 0, at[np.minimum(before, len(at) - 1)], ends)
    found[rows] = has & (until - at[earlier] > limit[own])
    return found


def _of_group(column: NDArray, own: Ints, groups: int, empty: float) -> Floats:
    found = np.full(groups, empty, dtype=float)
    found[own] = column
    return found
