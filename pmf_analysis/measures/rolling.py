"""The figure as shown and rated: rolling twelve months, year to date, or as delivered.

A shown figure that spans several delivered ones is the sum of their numerators over the
sum of their denominators, never a mean of rates. It needs every one of them.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.measures.calendar import Placed
from pmf_analysis.measures.known import REASONS
from pmf_analysis.measures.values import Confidence, values_of
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import ANY
from pmf_analysis.register.spans import shown_label, shown_span
from pmf_analysis.terms import DataPeriod, MeasureKind, State

# the least binding first; a sum is no more final than its least final part
_ORDER = (State.FINAL, State.REVISED, State.PROVISIONAL, State.LOW_RELIABILITY, *REASONS)
_CODES = {state.value: code for code, state in enumerate(_ORDER)}
_NAMES = np.array([state.value for state in _ORDER], dtype=object)
_FIRST_REASON = len(_ORDER) - len(REASONS)
_NOT_GIVEN = _ORDER.index(State.NOT_GIVEN)


def shown(
    measures: pd.DataFrame,
    indicator: Indicator,
    placed: Placed,
    rule: Confidence,
    yearly: bool = False,
) -> pd.DataFrame:
    """Figures as shown, for every row of one indicator.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure rows of one indicator, without the ``shown_`` columns, in any order.
    indicator : Indicator
    placed : Placed
        The periods of these rows.
    rule : Confidence
        For the intervals.
    yearly : bool
        Whether the denominators are yearly figures that serve shorter periods, such as a
        population: then a sum of months stands over their mean, not over their sum.

    Returns
    -------
    pandas.DataFrame
        The ``shown_`` columns of ``tables.MEASURE``, with the index of ``measures``. Where a
        part is missing there is no value; ``shown_state`` is the reason of the worst part,
        or *not given* where a period is absent.
    """
    spans = _spans(indicator, placed)
    labels = placed.each(lambda period: shown_label(period, indicator), object)
    if spans is None:
        return _as_delivered(measures, labels)
    return _summed(measures, indicator, placed, spans, rule, yearly).assign(shown_label=labels)


def cut_at_breaks(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Take out shown figures that would add up the two sides of a registered break.

    Parameters
    ----------
    measures : pandas.DataFrame
        The whole measure table.
    context : Context

    Returns
    -------
    pandas.DataFrame
        Where a break that stops comparison lies inside the months of a shown figure, there is
        no value, and ``shown_state`` is ``break_inside``.
    """
    inside = np.zeros(len(measures), dtype=bool)
    for found in context.register.breaks:
        if not found.kind.stops_comparison:
            continue
        start = periods.parse(found.period).start
        named = measures["indicator"].eq(found.indicator) | (found.indicator == ANY)
        there = measures["service_area"].eq(found.unit) | (found.unit == ANY)
        after = measures["period_end"] >= start.isoformat()
        for index in np.flatnonzero((named & there & after).to_numpy()):
            inside[index] |= _first_day(measures.iloc[index], context) < start
    numbers = [f"shown_{name}" for name in ("numerator", "denominator", "value", "lower", "upper")]
    cut = measures.copy()
    cut.loc[inside, numbers] = np.nan
    cut.loc[inside, "shown_state"] = State.BREAK_INSIDE.value
    return cut


def _first_day(row: pd.Series, context: Context) -> date:
    """First day of the months that a row's shown figure adds up."""
    indicator = context.register.indicators[row["indicator"]]
    period = periods.parse(row["period"])
    if indicator.stock or indicator.source.published.covers is not None:
        return period.start
    if indicator.data_period is DataPeriod.YEAR_TO_DATE:
        return periods.containing_year(period).start
    return periods.shift(period, 1 - shown_span(indicator, period)).start


def _spans(indicator: Indicator, placed: Placed) -> NDArray[np.int64] | None:
    """How many delivered figures each shown one spans; None where it is as delivered."""
    if indicator.stock or indicator.source.published.covers is not None:
        return None
    spans = placed.each(lambda period: shown_span(indicator, period), np.int64)
    return spans if indicator.data_period is DataPeriod.YEAR_TO_DATE or any(spans > 1) else None


def _as_delivered(measures: pd.DataFrame, labels: NDArray[np.object_]) -> pd.DataFrame:
    names = ("numerator", "denominator", "value", "lower", "upper", "state")
    held = {f"shown_{name}": measures[name] for name in names}
    return pd.DataFrame({**held, "shown_label": labels}, index=measures.index)


def _summed(
    measures: pd.DataFrame, indicator: Indicator, placed: Placed, spans: NDArray[np.int64],
    rule: Confidence, yearly: bool,
) -> pd.DataFrame:  # fmt: skip
    index = placed.index
    series = measures.groupby(["service_area", "cohort"], sort=False).ngroup().to_numpy()
    order = np.lexsort((index, series))
    series, index, spans = series[order], index[order], spans[order]
    numerator = measures["numerator"].to_numpy(dtype=float)[order]
    denominator = measures["denominator"].to_numpy(dtype=float)[order]
    states = measures["state"].map(_CODES).to_numpy(dtype=np.int64)[order]
    # a figure published without its parts cannot be added to others
    counts = indicator.kind is MeasureKind.COUNT
    parted = ~np.isnan(numerator) & (counts | ~np.isnan(denominator))
    states = np.where(~parted & (states < _FIRST_REASON), _NOT_GIVEN, states)
    # a month in which nothing happened has no value of its own, and adds nothing to a sum
    states = np.where((numerator == 0) & (denominator == 0), _ORDER.index(State.FINAL), states)
    top, bottom, worst = (np.full(len(order), np.nan) for _ in range(3))
    for span in np.unique(spans):
        ends = np.flatnonzero(spans == span)
        ends = ends[ends >= span - 1]
        first = ends - span + 1
        whole = (series[first] == series[ends]) & (index[ends] - index[first] == span - 1)
        ends = ends[whole]
        window = ends[:, None] - np.arange(span)[::-1]
        top[ends] = numerator[window].sum(axis=1)
        bottom[ends] = denominator[window].sum(axis=1) / (span if yearly else 1)
        worst[ends] = states[window].max(axis=1)
    worst = np.where(np.isnan(worst), _NOT_GIVEN, worst).astype(np.int64)
    reason = np.where(worst >= _FIRST_REASON, worst - _FIRST_REASON + 1, 0).astype(np.int8)
    values = values_of(indicator, top, bottom, reason, rule)
    sound = values.reason == 0
    state = np.where(sound, _NAMES[worst], _NAMES[values.reason + _FIRST_REASON - 1])
    back = np.argsort(order)
    columns = {
        "shown_numerator": np.where(reason == 0, top, np.nan),
        "shown_denominator": np.where((reason == 0) & (not counts), bottom, np.nan),
        "shown_value": values.value,
        "shown_lower": values.lower,
        "shown_upper": values.upper,
        "shown_state": state,
    }
    return pd.DataFrame(
        {name: column[back] for name, column in columns.items()}, index=measures.index
    )
