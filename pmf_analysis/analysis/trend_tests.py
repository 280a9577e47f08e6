"""Two published tests of a trend: the recent trend over five periods, and Mann and Kendall's.

Both end at the latest final figure and read one era; neither is reached where successive figures
share months or children. They know nothing of the time of year or of figures that follow on from
one another: each has a share of false alarms of its own, which `docs/method.md` tells, so no
sentence claims a change by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis import _columns, _waiting
from pmf_analysis.analysis._calendar import CalendarGrid, grid_of
from pmf_analysis.analysis._travel import NAMES, labels
from pmf_analysis.methods.kendall import mann_kendall
from pmf_analysis.methods.recent_trend import PERIODS, RecentTrend, proportion_trend, rate_trend
from pmf_analysis.methods.theil_sen import theil_sen_slope
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, require
from pmf_analysis.terms import DirectionOfTravel, MeasureKind

RULES = "direction"

NOT_REACHED = {
    "dot_recent": DirectionOfTravel.NOT_TESTED,
    "dot_recent_reason": "A forecast is not tested.",
    "dot_kendall": DirectionOfTravel.NOT_TESTED,
    "dot_kendall_reason": "A forecast is not tested.",
}
"""What stands on the rows of coming periods."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# a change that has a direction and no size
_LEAST = 1e-6


@dataclass(frozen=True)
class _Rows:
    """A measure table, and for each row the row of the final figure that it is judged at."""

    measures: pd.DataFrame
    context: Context
    grid: CalendarGrid
    era: Floats
    settled: NDArray[np.bool_]
    judged_at: Ints
    reasons: NDArray
    """Why a row is not tested by either; empty where it may be."""

    def windows(self, column: str, chosen: Ints, width: int) -> Floats:
        """Final figures of the window that ends where each of some rows is judged."""
        values = np.where(self.settled, _columns.numbers(self.measures, column), np.nan)
        laid, eras = self.grid.lay_out(values), self.grid.lay_out(self.era)
        at = self.judged_at[chosen]
        series, step = self.grid.series[at][:, None], self.grid.step[at][:, None]
        places = step - np.arange(width - 1, -1, -1)
        inside = np.maximum(places, 0)
        same = (places >= 0) & (eras[series, inside] == self.era[at][:, None])
        return np.where(same, laid[series, inside], np.nan)

    def words(self, chosen: Ints, way: Floats, size: Floats) -> NDArray:
        """A direction in words: which way, and how far, up to the figure judged."""
        targets, _ = _columns.levels(self.measures, self.context)
        end = _columns.numbers(self.measures, "value")[self.judged_at[chosen]]
        change = way * np.maximum(np.nan_to_num(np.abs(size)), _LEAST)
        polarity = _columns.polarities(self.measures, self.context)[chosen]
        target = _columns.level_values(targets)[chosen]
        found = labels(polarity, target, end - change, end, change)
        return np.where(way == 0, DirectionOfTravel.NO_CLEAR_TREND.value, found)

    def ends(self, reasons: NDArray) -> NDArray:
        """Period of the figure that each row is judged at; empty where it is not."""
        codes = self.measures["period"].to_numpy(dtype=object)
        return np.where(reasons == "", codes[np.maximum(self.judged_at, 0)], "")


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Test every row for a recent trend, and the latest of each series by Mann and Kendall.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``era``.
    context : Context
        Its register holds the rule set ``direction``, which says ``recent.words``,
        ``recent.chi_squared``, ``kendall.words``, ``kendall.significance``, ``kendall.window``
        and ``kendall.minimum_points`` (by frequency).

    Returns
    -------
    pandas.DataFrame
        Key columns with ``dot_recent``, ``dot_recent_chi_squared``, ``dot_recent_period``,
        ``dot_recent_reason``, ``dot_rule_recent``; ``dot_kendall``, ``dot_kendall_slope``
        (median change for one period), ``dot_kendall_points``, ``dot_kendall_p``,
        ``dot_kendall_period``, ``dot_kendall_reason``, ``dot_rule_kendall``. A reason is empty
        where the rule gave a direction; a period is that of the figure it ends at.
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    measures = measures.reset_index(drop=True)
    rules = context.register.rule_set(RULES)
    rows = _rows(measures, context)
    return measures[list(KEY)].assign(**_recent(rows, rules), **_kendall(rows, rules))


def _rows(measures: pd.DataFrame, context: Context) -> _Rows:
    grid, era = grid_of(measures), _columns.numbers(measures, "era")
    given = ~np.isnan(_columns.figures(measures))
    settled = given & grid.latest & ~_waiting.waiting(measures, context)
    judged_at = _latest_settled(grid, era, settled)
    overlapping = _columns.of_indicator(measures, context, lambda one: one.overlapping)
    reasons = np.select(
        [~grid.latest, ~given, overlapping.astype(bool), judged_at < 0],
        [
            "An earlier version of this figure.",
            "This period has no number.",
            "Successive figures share months or children, so no test applies.",
            "No figure since the last registered break is final yet.",
        ],
        default="",
    ).astype(object)
    return _Rows(measures, context, grid, era, settled, judged_at, reasons)


def _latest_settled(grid: CalendarGrid, era: Floats, settled: NDArray[np.bool_]) -> Ints:
    """For each row, that of the latest final figure of its era up to it; -1 where none is."""
    order = np.lexsort((grid.step, grid.series))
    own = pd.Series(np.where(settled, np.arange(len(settled), dtype=float), np.nan)[order])
    held = own.groupby([grid.series[order], era[order]]).ffill().fillna(-1)
    found = np.full(len(settled), -1)
    found[order] = held.to_numpy(dtype=np.int64)
    return found


def _recent(rows: _Rows, rules: RuleSet) -> dict[str, object]:
    """The recent trend: a share by its cases, a rate or a count by its events."""
    chosen = np.flatnonzero(rows.reasons == "")
    kind = _columns.of_indicator(rows.measures, rows.context, lambda one: str(one.kind))[chosen]
    events = rows.windows("numerator", chosen, PERIODS)
    total = rows.windows("denominator", chosen, PERIODS)
    found = _of_kinds(kind, events, total)
    limit = float(value_of(rules, "recent.chi_squared"))
    value = rows.windows("value", chosen, PERIODS)
    words = rows.words(chosen, found.direction(limit).astype(float), value[:, -1] - value[:, 0])

    reasons = rows.reasons.copy()
    counted = np.isin(kind, [MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.COUNT])
    reasons[chosen] = np.select(
        [found.calculated, ~counted],
        ["", "The rule is for shares, rates and counts."],
        default="The latest five periods of one era do not all have their number of cases.",
    )
    verdict = np.full(len(reasons), DirectionOfTravel.NOT_TESTED.value, dtype=object)
    verdict[chosen] = np.where(found.calculated, words, DirectionOfTravel.NOT_TESTED.value)
    chi_squared = np.full(len(reasons), np.nan)
    chi_squared[chosen] = found.chi_squared
    said = str(value_of(rules, "recent.words")).format(limit=f"{limit:.2f}")
    return {
        "dot_recent": verdict,
        "dot_recent_chi_squared": chi_squared,
        "dot_recent_period": rows.ends(reasons),
        "dot_recent_reason": reasons,
        "dot_rule_recent": f"{rules.label}: {said}",
    }


def _of_kinds(kind: NDArray, events: Floats, total: Floats) -> RecentTrend:
    share, count = kind == MeasureKind.PROPORTION.value, kind == MeasureKind.COUNT.value
    total = np.where(count[:, None], np.where(np.isfinite(events), 1.0, np.nan), total)
    known = share | count | (kind == MeasureKind.RATE.value)
    possible = (events >= 0) & (total > 0) & (~share[:, None] | (events <= total))
    events = np.where(known[:, None] & possible, events, np.nan)
    parts = (
        proportion_trend(events[share], total[share]),
        rate_trend(events[~share], total[~share]),
    )
    columns = []
    for of_share, of_rate in zip(*parts, strict=True):
        column = np.empty(len(kind), dtype=of_share.dtype)
        column[share], column[~share] = of_share, of_rate
        columns.append(column)
    return RecentTrend(*columns)


def _kendall(rows: _Rows, rules: RuleSet) -> dict[str, object]:
    """Mann and Kendall's test with the median slope, at the latest row of each series."""
    reasons = rows.reasons.copy()
    step = pd.Series(rows.grid.step)
    past = (step < step.groupby(rows.grid.series).transform("max")).to_numpy()
    reasons[(reasons == "") & past] = "Tested at the latest period of a series alone."
    frequency = _columns.of_indicator(rows.measures, rows.context, lambda one: str(one.frequency))
    verdict = np.full(len(reasons), DirectionOfTravel.NOT_TESTED.value, dtype=object)
    slope, p_value = np.full((2, len(reasons)), np.nan)
    points = np.zeros(len(reasons), dtype=np.int64)
    said = np.full(len(reasons), "", dtype=object)
    level = float(value_of(rules, "kendall.significance"))
    for name in sorted(set(frequency)):
        window = int(value_of(rules, "kendall.window")[name])
        least = int(value_of(rules, "kendall.minimum_points")[name])
        spelt = f"{window} {NAMES[name]}"
        words = str(value_of(rules, "kendall.words")).format(window=spelt, level=f"{level:.0%}")
        said[frequency == name] = f"{rules.label}: {words}"
        chosen = np.flatnonzero((reasons == "") & (frequency == name))
        figures = rows.windows("value", chosen, window)
        found, median = mann_kendall(figures), theil_sen_slope(figures)
        enough = found.points >= least
        way = np.where(found.p_normal < level, np.sign(found.s), 0.0)
        tested = rows.words(chosen, way, median * window)
        verdict[chosen] = np.where(enough, tested, DirectionOfTravel.NOT_TESTED.value)
        slope[chosen], points[chosen] = median, found.points
        p_value[chosen] = np.where(enough, found.p_normal, np.nan)
        reasons[chosen[~enough]] = [
            f"Figures in the window: {held}; at least {least} are needed."
            for held in found.points[~enough]
        ]
    return {
        "dot_kendall": verdict,
        "dot_kendall_slope": slope,
        "dot_kendall_points": points,
        "dot_kendall_p": p_value,
        "dot_kendall_period": rows.ends(reasons),
        "dot_kendall_reason": reasons,
        "dot_rule_kendall": said,
    }
