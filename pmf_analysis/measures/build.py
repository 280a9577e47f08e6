"""Delivered figures into the measure table, for all indicators at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import tables
from pmf_analysis.measures.calendar import place
from pmf_analysis.measures.known import REASONS, KnownTable, known_tables
from pmf_analysis.measures.parts import Parts, parts_of
from pmf_analysis.measures.rolling import cut_at_breaks, shown
from pmf_analysis.measures.settling import settled
from pmf_analysis.measures.sources import WITHHELD, first_with_number
from pmf_analysis.measures.structure import under_structure
from pmf_analysis.measures.values import (
    AS_PUBLISHED,
    TWICE,
    WITHOUT_PARTS,
    Confidence,
    Values,
    as_delivered,
    values_of,
    with_printed,
)
from pmf_analysis.register.models import Indicator, Published
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import MeasureKind, State, Verdict

_AVERAGES = (MeasureKind.MEAN, MeasureKind.MEDIAN)
_REASON_STATES = np.array(["", *(reason.value for reason in REASONS)], dtype=object)


def build(
    figures: pd.DataFrame, receipts: Sequence[Mapping[str, object]], context: Context
) -> pd.DataFrame:
    """Make the measure table from the figures known on a date.

    Every indicator, unit, cohort and period that its tables hold gets a row, with a value
    or with the reason why there is none. For each row of a table the newest delivery
    published by ``context.as_at`` wins as a whole. Where an indicator has several tables,
    the first with a number wins as a whole, see ``sources.first_with_number``.

    Parameters
    ----------
    figures : pandas.DataFrame
        ``tables.FIGURE``, of any number of deliveries.
    receipts : sequence of mapping
        One for each delivery: ``id``, ``published`` (ISO date), ``file_name`` where known.
    context : Context
        Register and date.

    Returns
    -------
    pandas.DataFrame
        ``tables.MEASURE``, by series and time. ``quality`` is not assessed yet.

    Raises
    ------
    TableError
        If the figures lack a column.
    DeliveryError
        If a delivery has no publication date, or two of one day contradict each other.
    RuleSetError
        If the register lacks the rule set ``intervals``.
    """
    tables.require(figures, tables.FIGURE, "figure")
    indicators = list(context.register.indicators.values())
    rule = Confidence.of(context.register.rule_set("intervals"))
    known = known_tables(figures, receipts, context.as_at, _wanted(indicators))
    held = [
        _measures(indicator, known, rule, context)
        for indicator in indicators
        if any(source.table in known for source in indicator.source.all)
    ]
    held = [part for part in held if len(part)]
    if not held:
        return _typed(pd.DataFrame(columns=list(tables.MEASURE)))
    return cut_at_breaks(tables.sort_by_key(_typed(pd.concat(held, ignore_index=True))), context)


def _wanted(indicators: Iterable[Indicator]) -> dict[str, set[str]]:
    """Tables and columns that the indicators read."""
    wanted: dict[str, set[str]] = {}
    for indicator in indicators:
        for source in indicator.source.all:
            for table, _, column in source.reads:
                wanted.setdefault(table, set()).add(column)
    return wanted


def _measures(
    indicator: Indicator, known: Mapping[str, KnownTable], rule: Confidence, context: Context
) -> pd.DataFrame:
    sources = [source for source in indicator.source.all if source.table in known]
    parts = [parts_of(indicator, source, known) for source in sources]
    given = [
        _of_source(indicator, source, held, rule, context.as_at)
        for source, held in zip(sources, parts, strict=True)
    ]
    measures = first_with_number([one.drop(columns="printed") for one in given], context.register)
    measures = settled(measures, given, indicator, context.register)
    measures = under_structure(measures, indicator, context, rule)
    placed = place(measures["period"])
    yearly = any(held.yearly for held in parts)
    seen = shown(measures, indicator, placed, rule, yearly=yearly)
    return pd.concat([measures.assign(period_end=placed.end), seen], axis=1)


def _of_source(
    indicator: Indicator, source: Published, parts: Parts, rule: Confidence, as_at: date
) -> pd.DataFrame:
    """Measures as one of the indicator's tables gives them, without the ``shown_`` columns."""
    values = _values(indicator, source, parts, rule)
    clash = parts.numerator.clash | parts.denominator.clash
    rows = parts.rows
    return pd.DataFrame(
        {
            "indicator": indicator.code,
            "service_area": rows["service_area"].to_numpy(),
            "cohort": rows["cohort"].to_numpy(),
            "period": rows["period"].to_numpy(),
            "vintage": rows["published"].to_numpy(),
            "numerator": parts.numerator.value,
            "denominator": parts.denominator.value,
            "value": values.value,
            "state": _states(indicator, parts, values, as_at),
            "lower": values.lower,
            "upper": values.upper,
            "method": np.where(clash, TWICE, values.method),
            "quality": Verdict.NOT_ASSESSED.value,
            "deliveries": _joined(rows["delivery"].to_numpy(dtype=object), parts.supplier),
            "withheld": np.isin(parts.printed.reason, WITHHELD),
            "printed": np.where(parts.printed.clash, np.nan, parts.printed.value),
        }
    )


def _values(indicator: Indicator, source: Published, parts: Parts, rule: Confidence) -> Values:
    numerator, denominator = parts.numerator, parts.denominator
    if indicator.kind in _AVERAGES and source.value:
        return as_delivered(parts.printed, AS_PUBLISHED)
    if not source.numerator:
        return as_delivered(parts.printed, WITHOUT_PARTS)
    reason = numerator.reason
    if indicator.kind is not MeasureKind.COUNT:
        reason = np.maximum(reason, denominator.reason)
    clash = numerator.clash | denominator.clash
    reason = np.where(clash, np.int8(1), reason)
    values = values_of(indicator, numerator.value, denominator.value, reason, rule)
    usable = ~clash & ~parts.printed.clash & (reason > 0)
    return with_printed(values, parts.printed.value, usable)


def _states(indicator: Indicator, parts: Parts, values: Values, as_at: date) -> NDArray[np.object_]:
    """State of each value: what the cells it rests on say of it, or why there is none."""
    late = timedelta(days=indicator.matures_after)
    young = parts.placed.each(lambda period: period.end + late > as_at, bool)
    # a value rests on its parts, or where they have no number on the printed cell
    counts = indicator.kind is MeasureKind.COUNT
    whole = (parts.numerator.reason == 0) & (counts | (parts.denominator.reason == 0))
    on_print = ~whole if indicator.kind not in _AVERAGES else np.ones_like(whole)

    def said(name: str) -> NDArray[np.bool_]:
        of_parts = getattr(parts.numerator, name) | getattr(parts.denominator, name)
        return of_parts | (on_print & getattr(parts.printed, name))

    number = np.select(
        [said("low_reliability"), young | said("provisional"), said("revised")],
        [State.LOW_RELIABILITY.value, State.PROVISIONAL.value, State.REVISED.value],
        default=State.FINAL.value,
    )
    return np.where(values.reason == 0, number, _REASON_STATES[values.reason]).astype(object)


def _joined(delivery: NDArray[np.object_], supplier: NDArray[np.object_]) -> NDArray[np.object_]:
    """Ids of both deliveries in their order, each once, with ``;`` between them."""
    pairs = {
        pair: ";".join(sorted({one for one in pair if one}))
        for pair in set(zip(delivery, supplier, strict=True))
    }
    return np.array([pairs[pair] for pair in zip(delivery, supplier, strict=True)], dtype=object)


def _typed(measures: pd.DataFrame) -> pd.DataFrame:
    numbers = ("numerator", "denominator", "value", "lower", "upper")
    floats = [*numbers, *(f"shown_{name}" for name in numbers)]
    return measures.loc[:, list(tables.MEASURE)].astype(
        {name: "float64" if name in floats else "str" for name in tables.MEASURE}
    )
