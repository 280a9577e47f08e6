"""Control charts of all series: usual variation, signals, and assurance.

XmR charts by the rule set ``nhs-making-data-count`` on values adjusted for the
time of year. What makes a chart untrustworthy takes its verdict away and is
said in words:

- figures that overlap (stocks, rolling periods) get no limits;
- fewer figures since the last restart than the rule set's minimum: no limits;
- a period without a figure is no value; neither a run nor a moving range
  bridges it;
- a figure that is not final yet moves no limit, and is judged only where its best
  and its worst case give the same verdict.

Limits stand on the scale of ``chart_value`` and are stored as computed: a
percentage may have a limit above 100 or below 0, which a chart cuts off when it
draws. The last row of a series that was judged carries its current verdict; rows of earlier
segments are held against the limits of their own segment. A target is that of
the row's own period.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _calendar, _waiting, seasonal
from pmf_analysis.analysis._columns import level_values, levels, numbered, of_indicator, polarities
from pmf_analysis.methods import xmr
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, require
from pmf_analysis.terms import (
    DataPeriod,
    Frequency,
    Polarity,
    SpecialCause,
    State,
)

RULE_SET = "nhs-making-data-count"

COLUMNS = (
    "chart_value", "seasonal_factor", "seasonal_note", "centre", "lower_limit", "upper_limit",
    "special_cause", "variation", "assurance", "chart_reason", "chart_points", "rule_set",
    "chart_waits",
)  # fmt: skip

NOT_REACHED = {"chart_reason": "A forecast is not held against limits."}
"""What stands on the rows of coming periods."""

_FIGURES = {
    Frequency.MONTH.value: ("monthly figure", "month"),
    Frequency.QUARTER.value: ("quarterly figure", "quarter"),
    Frequency.YEAR.value: ("yearly figure", "year"),
}

_NO_ASSURANCE = {
    "no target": "No target holds, so nothing is said about meeting one.",
    "close": "Being close to the target is best, so nothing is said about passing it.",
    "neutral": "Neither way is good by itself, so nothing is said about meeting a target.",
}


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Chart every series.

    Parameters
    ----------
    measures : pandas.DataFrame
        The measure table with ``era`` and ``segment``. Charts show ``value``,
        never the rolling figure in ``shown_value``.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each of ``measures``, in its order: the key and

        - ``chart_value`` : the value, adjusted for the time of year
        - ``seasonal_factor`` : value = chart_value x factor; 1 where not adjusted
        - ``seasonal_note`` : what was done about the time of year, in words
        - ``centre``, ``lower_limit``, ``upper_limit`` : of the row's segment
        - ``special_cause`` : code of `terms.SpecialCause`
        - ``variation`` : code of `terms.Variation`
        - ``assurance`` : code of `terms.Assurance`
        - ``chart_reason`` : what the verdict rests on, or why there is none
        - ``chart_points`` : charted figures in the row's segment that are final
        - ``rule_set`` : name and version
        - ``chart_waits`` : that the figure is not final and therefore not judged yet, and where
          it lies so far; empty otherwise
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    measures = measures.reset_index(drop=True)
    rules = xmr.XmrRules.of(context.register.rule_set(RULE_SET))
    adjusted = seasonal.adjust(measures, context)
    rows = _rows(measures, adjusted, context)
    charted = rows[rows["charted"]].sort_values(["series", "segment", "position"])
    chart = _Chart.of(charted, measures, rules, context)

    targets, _ = levels(measures, context)
    goal, way = level_values(targets), polarities(measures, context)
    lines = pd.DataFrame(np.nan, measures.index, ["centre", "lower", "upper"])
    lines.loc[chart.tested_rows] = chart.lines
    causes = pd.Series(SpecialCause.NOT_TESTED.value, measures.index, dtype=object)
    causes.loc[chart.tested_rows] = chart.causes
    held = xmr.assurance(goal, lines["lower"], lines["upper"], way)
    settled = rows["charted"] & ~rows["waits"]

    return measures[[*KEY]].assign(
        chart_value=adjusted["adjusted"],
        seasonal_factor=adjusted["seasonal_factor"],
        seasonal_note=adjusted["seasonal_note"],
        centre=lines["centre"],
        lower_limit=lines["lower"],
        upper_limit=lines["upper"],
        special_cause=causes.astype("str"),
        variation=pd.Series(xmr.variation(causes, way)).astype("str"),
        assurance=pd.Series(held).astype("str"),
        chart_reason=_reasons(rows, chart, goal, way).astype("str"),
        chart_points=settled.groupby([rows["series"], rows["segment"]])
        .transform("sum")
        .astype(int),
        rule_set=rules.label,
        chart_waits=_waits(rows, causes, lines, measures, context).astype("str"),
    )[[*KEY, *COLUMNS]]


class _Chart(NamedTuple):
    """What came of the charted rows; ``basis`` is in words, by series and segment."""

    tested_rows: NDArray[np.int64]
    lines: NDArray[np.float64]
    causes: NDArray[np.object_]
    basis: dict[tuple[int, int], str]

    @classmethod
    def of(
        cls, charted: pd.DataFrame, measures: pd.DataFrame, rules: xmr.XmrRules, context: Context
    ) -> _Chart:
        settled = charted[~charted["waits"]]
        value = settled["chart_value"].to_numpy(dtype=float)
        group = settled.groupby(["series", "segment"], sort=False).ngroup().to_numpy()
        follows = (settled["position"].diff() == 1).to_numpy()
        lines = xmr.limits(value, group, rules, follows=follows)
        causes = xmr.special_causes(value, group, lines, rules, follows=follows)
        enough = (lines.points >= rules.min_points) & (lines.ranges >= rules.min_moving_ranges)
        young = _waiting.judged(charted, measures, lines, rules, context)
        settled = settled.assign(
            points=lines.points, ranges=lines.ranges, one_value=lines.one_value,
            constant=lines.upper == lines.lower,
        )  # fmt: skip
        stacked = np.column_stack([lines.centre, lines.lower, lines.upper])
        held = enough[young.places]
        return cls(
            np.concatenate([settled.index.to_numpy()[enough], young.rows[held]]),
            np.vstack([stacked[enough], stacked[young.places[held]]]),
            np.concatenate([causes[enough], young.causes[held]]),
            _bases(settled, rules),
        )


def _rows(measures: pd.DataFrame, adjusted: pd.DataFrame, context: Context) -> pd.DataFrame:
    # what the charts need of each row
    codes = of_indicator(measures, context, _overlap)
    rows = _calendar.places(measures["period"]).assign(
        series=_calendar.series_numbers(measures),
        era=measures["era"],
        segment=measures["segment"],
        state=measures["state"].astype(str),
        overlap=codes,
        chart_value=adjusted["adjusted"],
        is_adjusted=adjusted["is_adjusted"],
        factor=adjusted["seasonal_factor"],
        superseded=_calendar.superseded(measures),
        period=measures["period"],
        waits=_waiting.waiting(measures, context),
    )
    usable = _calendar.usable(measures)
    return rows.assign(usable=usable, charted=usable & (rows["overlap"] == ""))


def _overlap(indicator: Indicator) -> str:
    # why the successive figures of an indicator are not independent; empty when they are
    if not indicator.overlapping:
        return ""
    if indicator.stock:
        return (
            "No control chart: each figure counts mostly what the one before it counted, "
            "so the figures move together even when nothing has changed."
        )
    covers = indicator.source.published.covers or DataPeriod.ROLLING_12_MONTHS
    return (
        f"No control chart: each figure covers a {covers.label}, so successive figures share "
        "months and move together even when nothing has changed."
    )


def _bases(charted: pd.DataFrame, rules: xmr.XmrRules) -> dict[tuple[int, int], str]:
    restarted = charted["segment"] > charted.groupby("series")["segment"].transform("min")
    parts = charted.assign(restarted=restarted).groupby(["series", "segment"], sort=False)
    last = parts.tail(1)[["period", "position"]]
    segments = parts.head(1).assign(
        until=last["period"].to_numpy(),
        periods_held=last["position"].to_numpy() + 1 - parts.head(1)["position"].to_numpy(),
    )
    return {(row.series, row.segment): _basis(row, rules) for row in segments.itertuples()}


def _basis(first: Any, rules: xmr.XmrRules) -> str:
    # why a segment has no limits, or what its limits rest on, from its first row
    figure, step = _FIGURES[first.frequency]
    count, start = first.points, periods.parse(first.period).label
    since = (
        f" since {periods.in_sentence(start)}, where the limits restart" if first.restarted else ""
    )
    if count < rules.min_points:
        return (
            f"Only {count} {_plural(figure, count)}{since}: a control chart needs at least "
            f"{rules.min_points} before it can tell usual variation from a real change."
        )
    if first.ranges < rules.min_moving_ranges:
        return (
            f"Too many {step}s are missing{since}: only {first.ranges} of {count} figures follow "
            f"directly on the one before, and a control chart needs at least "
            f"{rules.min_moving_ranges}."
        )
    until = periods.parse(first.until).label
    kind = " adjusted for the time of year" if first.is_adjusted else ""
    sentences = [f"Limits from {count} {_plural(figure, count)}{kind}, {start} to {until}."]
    if first.constant:
        sentences.append("All are the same, so both limits lie on the average.")
    elif first.one_value:
        sentences.append("Most are the same, so only the limits are read and no runs.")
    if gaps := first.periods_held - count:
        sentences.append(
            f"{gaps} {_plural(step, gaps)} between {'has' if gaps == 1 else 'have'} no figure; "
            "no run is read across."
        )
    return " ".join(sentences)


def _reasons(
    rows: pd.DataFrame, chart: _Chart, goal: NDArray[np.float64], way: NDArray[Any]
) -> pd.Series:
    part_of, parts = numbered(rows, ["series", "segment"])
    nothing = "Not tested: no figure of this stretch is final yet."
    texts = np.array([chart.basis.get(part, nothing) for part in parts], dtype=object)
    basis = texts[part_of] if len(parts) else np.array([], dtype=object)
    tested = np.zeros(len(rows), dtype=bool)
    tested[chart.tested_rows] = True
    no_figure = {
        str(state): f"No figure to test: {state.label}." for state in State if not state.has_value
    }
    missing = rows["state"].map(no_figure).fillna("No figure to test.").to_numpy(dtype=object)
    rated = (way == Polarity.HIGH.value) | (way == Polarity.LOW.value)
    close = way == Polarity.CLOSE_TO_TARGET.value
    untargeted = np.where(close, _NO_ASSURANCE["close"], _NO_ASSURANCE["neutral"])
    untargeted = np.where(rated, _NO_ASSURANCE["no target"], untargeted)
    silent = tested & (np.isnan(goal) | ~rated)
    basis = np.where(silent, basis + " " + untargeted.astype(object), basis)
    superseded = "Not tested: a later figure for the same period replaces this one."
    reason = np.where(rows["usable"], basis, missing)
    reason = np.where(rows["superseded"], superseded, reason)
    return pd.Series(np.where(rows["overlap"] != "", rows["overlap"], reason), index=rows.index)


def _waits(
    rows: pd.DataFrame,
    causes: pd.Series,
    lines: pd.DataFrame,
    measures: pd.DataFrame,
    context: Context,
) -> pd.Series:
    """That a figure is not judged yet, and where it lies so far; empty where it is, or never is."""
    unjudged = rows["charted"] & rows["waits"] & (causes == SpecialCause.NOT_TESTED.value)
    placed = lines.assign(period=rows["period"], value=rows["chart_value"])
    young = placed[unjudged & lines["centre"].notna()]
    left = _waiting.days_left(measures.loc[young.index], context)
    said = [
        _waiting.words(row.period, int(days), row.value, row.lower, row.upper)
        for row, days in zip(young.itertuples(), left, strict=True)
    ]
    return pd.Series(said, young.index, dtype="str").reindex(rows.index, fill_value="")


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
