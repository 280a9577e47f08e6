"""Control charts of all series: usual variation, signals, and assurance.

Each stretch of a series gets the chart that fits what is known of it (`_kinds`), read by the
control rules that the workspace names, on values adjusted for the time of year. What makes a
chart untrustworthy takes its verdict away and is said in words:

- figures that overlap (stocks, rolling periods) get no limits;
- fewer figures since the last restart than the rule set's minimum: no limits, and what the runs
  about the middle show is told in words;
- a period without a figure is no value; neither a run nor a moving range
  bridges it;
- figures that follow on from one another get wider limits and longer runs;
- a figure that is not final yet moves no limit, and is judged only where its best
  and its worst case give the same verdict.

Limits stand on the scale of ``chart_value`` and are stored as computed: a
percentage may have a limit above 100 or below 0, which a chart cuts off when it
draws. They may differ from row to row, by the number of cases. The last row of a series that was
judged carries its current verdict; rows of earlier segments are held against the limits of their
own segment. A target is that of the row's own period, and held against the row's own limits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _calendar, _kinds, _lines, _waiting, seasonal
from pmf_analysis.analysis._columns import (
    level_values,
    levels,
    numbered,
    numbers,
    of_indicator,
    polarities,
)
from pmf_analysis.analysis.segments import baselines
from pmf_analysis.methods import run_chart, xmr
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, require
from pmf_analysis.terms import (
    ChartKind,
    DataPeriod,
    Frequency,
    Polarity,
    SpecialCause,
    State,
)

COLUMNS = (
    "chart_value", "seasonal_factor", "seasonal_note", "centre", "lower_limit", "upper_limit",
    "special_cause", "variation", "assurance", "chart_reason", "chart_points", "rule_set",
    "chart_waits", "chart_kind", "chart_kind_reason", "autocorrelation",
)  # fmt: skip

NOT_REACHED = {
    "chart_reason": "A forecast is not held against limits.",
    "chart_kind": ChartKind.NONE,
}
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


_UNUSUAL_RUN = (
    " The figures so far stay on one side of their middle for longer than chance usually gives."
)
_NO_RUN = " The figures so far show no unusual run above or below their middle."


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
        - ``centre``, ``lower_limit``, ``upper_limit`` : of the row, by its segment's final figures
          and its own number of cases
        - ``special_cause`` : code of `terms.SpecialCause`
        - ``variation`` : code of `terms.Variation`
        - ``assurance`` : code of `terms.Assurance`
        - ``chart_reason`` : what the verdict rests on, or why there is none
        - ``chart_points`` : charted figures in the row's segment that are final
        - ``rule_set`` : name and version
        - ``chart_waits`` : that the figure is not final and therefore not judged yet, and where
          it lies so far; empty otherwise
        - ``chart_kind`` : code of `terms.ChartKind`
        - ``chart_kind_reason`` : why the stretch is charted so, in words
        - ``autocorrelation`` : of the stretch's figures; NaN where it was not estimated
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    measures = measures.reset_index(drop=True)
    rules = _lines.Rules.of(context)
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
    final = rows["charted"] & ~rows["waits"]

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
        chart_points=final.groupby([rows["series"], rows["segment"]]).transform("sum").astype(int),
        rule_set=rules.control.label,
        chart_waits=_waits(rows, causes, lines, measures, context).astype("str"),
        **_kind_columns(rows, chart),
    )[[*KEY, *COLUMNS]]


class _Chart(NamedTuple):
    """What came of the charted rows; ``basis`` is in words, by series and segment.

    ``stretches`` has a row for each series and segment with a final figure: its kind of chart,
    why, and its autocorrelation.
    """

    tested_rows: NDArray[np.int64]
    lines: NDArray[np.float64]
    causes: NDArray[np.object_]
    basis: dict[tuple[int, int], str]
    stretches: pd.DataFrame

    @classmethod
    def of(
        cls, charted: pd.DataFrame, measures: pd.DataFrame, rules: _lines.Rules, context: Context
    ) -> _Chart:
        control = rules.control
        group = charted.groupby(["series", "segment"], sort=False).ngroup().to_numpy()
        lines = _lines.lines_of(charted, group, rules)
        final = np.flatnonzero(~charted["waits"].to_numpy(dtype=bool))
        points, own = charted.iloc[final], lines.at(final)
        value = points["chart_value"].to_numpy(dtype=float)
        follows = (points["position"].diff() == 1).to_numpy()
        causes = np.full(len(charted), SpecialCause.NOT_TESTED.value, dtype=object)
        causes[final] = _lines.causes(value, group[final], own, control, follows)
        young = _waiting.judged(charted, group, measures, lines, control, context)
        causes[young.rows] = young.causes
        enough = (lines.points >= control.min_points) & (lines.ranges >= control.min_moving_ranges)
        held = np.zeros(len(charted), dtype=bool)
        held[final], held[young.rows] = True, True
        held &= enough
        points = points.assign(
            points=own.points, ranges=own.ranges, one_value=own.one_value, kind=own.kind,
            constant=own.upper == own.lower, enough=enough[final], follows_on=own.follows_on,
            run=own.shift_points, autocorrelation=own.autocorrelation,
            runs_said=_runs_said(value, group[final], follows, enough[final], context),
        )  # fmt: skip
        stacked = np.column_stack([lines.centre, lines.lower, lines.upper])
        firsts = points.groupby(["series", "segment"], sort=False).head(1)
        return cls(
            charted.index.to_numpy()[held], stacked[held], causes[held],
            _bases(points, control), firsts.set_index(["series", "segment"]),
        )  # fmt: skip


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
        numerator=numbers(measures, "numerator"),
        denominator=numbers(measures, "denominator"),
        measure_kind=of_indicator(measures, context, lambda found: str(found.kind)),
        multiplier=of_indicator(measures, context, lambda found: found.multiplier),
        baseline=baselines(measures, context),
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
    place = charted.groupby(["series", "segment"], sort=False).cumcount()
    later = place >= charted["baseline"]
    kept = later.groupby([charted["series"], charted["segment"]]).transform("any")
    rest = charted.assign(restarted=restarted, kept=kept)[~later]
    parts = rest.groupby(["series", "segment"], sort=False)
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
    if first.kept and count < rules.min_points:
        return (
            f"The limits are to rest on the first {count} {_plural(figure, count)}{since}, and a "
            f"control chart needs at least {rules.min_points}."
        )
    if count < rules.min_points:
        return (
            f"Only {count} {_plural(figure, count)}{since}: a control chart needs at least "
            f"{rules.min_points} before it can tell usual variation from a real change. "
            f"{_more(rules.min_points - count)}.{first.runs_said}"
        )
    if first.ranges < rules.min_moving_ranges:
        return (
            f"Too many {step}s are missing{since}: only {first.ranges} of {count} figures follow "
            f"directly on the one before, and a control chart needs at least "
            f"{rules.min_moving_ranges}."
        )
    until = periods.parse(first.until).label
    kind = " adjusted for the time of year" if first.is_adjusted else ""
    held = ", and kept since" if first.kept else ""
    sentences = [f"Limits from {count} {_plural(figure, count)}{kind}, {start} to {until}{held}."]
    if first.constant:
        sentences.append("All are the same, so both limits lie on the average.")
    elif first.one_value and first.kind != ChartKind.G.value:
        sentences.append("Most are nearly the same, so only the limits are read and no runs.")
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


def _kind_columns(rows: pd.DataFrame, chart: _Chart) -> dict[str, NDArray[Any]]:
    """Kind of chart, why, and autocorrelation of each row, by its stretch."""
    keys = pd.MultiIndex.from_frame(rows[["series", "segment"]])
    said = chart.stretches.reindex(keys)
    drawn = said["enough"].eq(True).to_numpy() & (rows["overlap"] == "").to_numpy()
    kind = np.where(drawn, said["kind"].to_numpy(dtype=object), ChartKind.NONE.value)
    why = [
        _kinds.words(one.kind, one.measure_kind, one.frequency, one.follows_on, one.run)
        for one in chart.stretches.itertuples()
    ]
    words = pd.Series(why, chart.stretches.index, dtype=object).reindex(keys).to_numpy()
    none = np.where(rows["overlap"] != "", "successive figures overlap", "too few figures so far")
    nothing = np.array([f"No control chart: {reason}." for reason in none], dtype=object)
    return {
        "chart_kind": pd.Series(kind, rows.index).astype("str"),
        "chart_kind_reason": pd.Series(np.where(drawn, words, nothing), rows.index).astype("str"),
        "autocorrelation": np.where(drawn, said["autocorrelation"].to_numpy(dtype=float), np.nan),
    }


def _runs_said(
    value: NDArray[np.float64],
    group: NDArray[np.int64],
    follows: NDArray[np.bool_],
    enough: NDArray[np.bool_],
    context: Context,
) -> NDArray[np.object_]:
    """What the runs of a stretch without limits show, on each of its points; no verdict."""
    said = np.full(len(value), "", dtype=object)
    short = ~enough
    if not short.any():
        return said
    rules = run_chart.RunRules.of(context.register.rule_set("anhoej"))
    _, places = np.unique(group[short], return_inverse=True)
    found = run_chart.runs(value[short], group[short], rules, follows=follows[short])
    words = np.array(
        [
            "" if not tested else _UNUSUAL_RUN if signal else _NO_RUN
            for tested, signal in zip(found.tested, found.signal, strict=True)
        ],
        dtype=object,
    )
    said[short] = words[places]
    return said


def _more(count: int) -> str:
    return "1 more is needed" if count == 1 else f"{count} more are needed"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
