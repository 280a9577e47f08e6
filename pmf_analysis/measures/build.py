"""Delivered figures into the measure table, for all indicators at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import tables
from pmf_analysis.measures.known import REASONS, Cells, KnownTable, known_tables
from pmf_analysis.measures.parts import Parts, parts_of
from pmf_analysis.measures.rolling import cut_at_breaks, shown
from pmf_analysis.measures.values import Confidence, Values, values_of, with_printed
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import MeasureKind, State, Verdict

TWICE = "delivered twice with different values"

_REASON_STATES = np.array(["", *(reason.value for reason in REASONS)], dtype=object)


def build(
    figures: pd.DataFrame, receipts: Sequence[Mapping[str, object]], context: Context
) -> pd.DataFrame:
    """Make the measure table from the figures known on a date.

    Every indicator, unit, cohort and period that its table holds gets a row, with a value
    or with the reason why there is none. For each row of a table the newest delivery
    published by ``context.as_at`` wins as a whole.

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
        _measures(indicator, known, rule, context.as_at)
        for indicator in indicators
        if indicator.source.published.table in known
    ]
    held = [part for part in held if len(part)]
    if not held:
        return _typed(pd.DataFrame(columns=list(tables.MEASURE)))
    return cut_at_breaks(tables.sort_by_key(_typed(pd.concat(held, ignore_index=True))), context)


def _wanted(indicators: Iterable[Indicator]) -> dict[str, set[str]]:
    """Tables and columns that the indicators read."""
    wanted: dict[str, set[str]] = {}
    for indicator in indicators:
        published = indicator.source.published
        columns = wanted.setdefault(published.table, set())
        columns.update((*published.numerator, published.value))
        if published.denominator is not None:
            table = published.denominator.table or published.table
            wanted.setdefault(table, set()).add(published.denominator.column)
    return wanted


def _measures(
    indicator: Indicator, known: Mapping[str, KnownTable], rule: Confidence, as_at: date
) -> pd.DataFrame:
    parts = parts_of(indicator, known)
    values = _values(indicator, parts, rule)
    clash = parts.numerator.clash | parts.denominator.clash
    provisional, revised = _not_final(indicator, parts, as_at)
    state = _states(values.reason, provisional, revised)
    rows = parts.rows
    measures = pd.DataFrame(
        {
            "indicator": indicator.code,
            "service_area": rows["service_area"].to_numpy(),
            "cohort": rows["cohort"].to_numpy(),
            "period": rows["period"].to_numpy(),
            "vintage": rows["published"].to_numpy(),
            "period_end": parts.placed.end,
            "numerator": parts.numerator.value,
            "denominator": parts.denominator.value,
            "value": values.value,
            "state": state,
            "lower": values.lower,
            "upper": values.upper,
            "method": np.where(clash, TWICE, values.method),
            "quality": Verdict.NOT_ASSESSED.value,
            "deliveries": _joined(rows["delivery"].to_numpy(dtype=object), parts.supplier),
        }
    )
    seen = shown(measures, indicator, parts.placed, rule, yearly=parts.yearly)
    return pd.concat([measures, seen], axis=1)


def _values(indicator: Indicator, parts: Parts, rule: Confidence) -> Values:
    printed_only = (
        indicator.kind in (MeasureKind.MEAN, MeasureKind.MEDIAN)
        and indicator.source.published.value != ""
    )
    numerator, denominator = parts.numerator, parts.denominator
    if printed_only:
        return _as_delivered(parts.printed)
    reason = numerator.reason
    if indicator.kind is not MeasureKind.COUNT:
        reason = np.maximum(reason, denominator.reason)
    clash = numerator.clash | denominator.clash
    reason = np.where(clash, np.int8(1), reason)
    values = values_of(indicator, numerator.value, denominator.value, reason, rule)
    usable = ~clash & ~parts.printed.clash & (reason > 0)
    return with_printed(values, parts.printed.value, usable)


def _as_delivered(printed: Cells) -> Values:
    """A mean or median that stands as it was delivered."""
    nothing = np.full(len(printed.value), np.nan)
    reason = np.where(printed.clash, np.int8(1), printed.reason)
    method = np.where(printed.clash, TWICE, np.where(reason == 0, "as published", ""))
    return Values(printed.value, nothing, nothing, reason, method.astype(object))


def _not_final(
    indicator: Indicator, parts: Parts, as_at: date
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows may still change, and which have changed since they were first given."""
    late = timedelta(days=indicator.matures_after)
    young = parts.placed.each(lambda period: period.end + late > as_at, bool)
    cells = (parts.numerator, parts.denominator, parts.printed)
    provisional = young | np.any([one.provisional for one in cells[:2]], axis=0)
    if indicator.kind in (MeasureKind.MEAN, MeasureKind.MEDIAN):
        provisional = provisional | parts.printed.provisional
        return provisional, np.any([one.revised for one in cells], axis=0)
    withheld = (parts.numerator.reason > 0) | (parts.denominator.reason > 0)
    revised = parts.numerator.revised | parts.denominator.revised
    return provisional, revised | (withheld & parts.printed.revised)


def _states(
    reason: NDArray[np.int8], provisional: NDArray[np.bool_], revised: NDArray[np.bool_]
) -> NDArray[np.object_]:
    number = np.where(
        provisional,
        State.PROVISIONAL.value,
        np.where(revised, State.REVISED.value, State.FINAL.value),
    )
    return np.where(reason == 0, number, _REASON_STATES[reason]).astype(object)


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
