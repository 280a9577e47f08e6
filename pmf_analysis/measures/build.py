"""Delivered figures into the measure table, for all indicators at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import tables
from pmf_analysis.measures.calendar import Placed, place
from pmf_analysis.measures.known import REASONS, Cells, KnownTable, known_tables
from pmf_analysis.measures.rolling import shown
from pmf_analysis.measures.values import Confidence, Values, values_of, with_printed
from pmf_analysis.register.models import Denominator, Indicator, Published
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import Frequency, MeasureKind, State, Verdict

TWICE = "delivered twice with different values"

_REASON_STATES = np.array(["", *(reason.value for reason in REASONS)], dtype=object)


@dataclass(frozen=True)
class _Parts:
    """Numerator and denominator of one indicator, over the same rows.

    ``supplier`` is the id of the denominator's delivery; ``yearly`` says that the
    denominator is a yearly figure that serves shorter periods.
    """

    rows: pd.DataFrame
    placed: Placed
    numerator: Cells
    denominator: Cells
    printed: Cells
    supplier: NDArray[np.object_]
    yearly: bool


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
    return tables.sort_by_key(_typed(pd.concat(held, ignore_index=True)))


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
    parts = _parts(indicator, known)
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


def _parts(indicator: Indicator, known: Mapping[str, KnownTable]) -> _Parts:
    published = indicator.source.published
    table = known[published.table]
    everywhere = place(table.rows["period"])
    mine = (table.rows["breakdown"] == published.breakdown).to_numpy()
    chosen = np.flatnonzero(mine & everywhere.of_frequency(indicator.frequency))
    rows = table.rows.iloc[chosen].reset_index(drop=True)
    placed = place(rows["period"])
    numerator = _added([table.cells(name).take(chosen) for name in published.numerator], len(rows))
    printed = table.cells(published.value).take(chosen)
    nobody = np.full(len(rows), "", dtype=object)
    absent = Cells.absent(len(rows))
    if published.denominator is None or indicator.kind is MeasureKind.COUNT:
        return _Parts(rows, placed, numerator, absent, printed, nobody, False)
    if not published.denominator.table and not published.denominator.period_shift:
        own = _own_row(published, table, chosen)
        if own is not None:
            return _Parts(rows, placed, numerator, own, printed, nobody, False)
    other = known.get(published.denominator.table or published.table)
    if other is None:
        return _Parts(rows, placed, numerator, absent, printed, nobody, False)
    found, yearly = _find_rows(rows, placed, other, published.denominator, indicator.frequency)
    supplier = np.where(found < 0, "", other.rows["delivery"].to_numpy(dtype=object)[found])
    denominator = other.cells(published.denominator.column).take(found)
    return _Parts(rows, placed, numerator, denominator, printed, supplier, yearly)


def _own_row(published: Published, table: KnownTable, chosen: NDArray[np.intp]) -> Cells | None:
    """The denominator that stands in the numerator's own row, when it does."""
    denominator = published.denominator
    if denominator is None or denominator.breakdown not in ("", published.breakdown):
        return None
    return table.cells(denominator.column).take(chosen)


def _added(columns: Sequence[Cells], count: int) -> Cells:
    """Columns added up; without a number where any of them has none."""
    if not columns:
        return Cells.absent(count)
    return Cells(
        value=np.sum([_sound(cells) for cells in columns], axis=0),
        reason=np.max([cells.reason for cells in columns], axis=0),
        provisional=np.any([cells.provisional for cells in columns], axis=0),
        clash=np.any([cells.clash for cells in columns], axis=0),
        revised=np.any([cells.revised for cells in columns], axis=0),
    )


def _sound(cells: Cells) -> NDArray[np.float64]:
    return np.where(cells.clash, np.nan, cells.value)


def _find_rows(
    rows: pd.DataFrame, placed: Placed, other: KnownTable, wanted: Denominator, frequency: Frequency
) -> tuple[NDArray[np.intp], bool]:
    """For each row the row of another table (or breakdown) that holds its denominator.

    Periods meet by their number in time, so that the population of 2024 with a shift of 1
    serves the year to March 2025; a yearly denominator serves each month of its year. A
    cohort without a denominator of its own takes that of all.
    """
    offered = np.flatnonzero((other.rows["breakdown"] == wanted.breakdown).to_numpy())
    candidates = other.rows.iloc[offered].reset_index(drop=True)
    place_there = place(candidates["period"])
    same = place_there.of_frequency(frequency)
    yearly = frequency is not Frequency.YEAR and not same.any()
    usable = place_there.of_frequency(Frequency.YEAR) if yearly else same
    when_there = (place_there.year if yearly else place_there.index) + wanted.period_shift
    when = placed.year if yearly else placed.index
    keys = dict(
        zip(
            zip(
                candidates["service_area"][usable],
                candidates["cohort"][usable],
                when_there[usable].tolist(),
                strict=True,
            ),
            offered[usable].tolist(),
            strict=True,
        )
    )
    areas, cohorts = rows["service_area"].tolist(), rows["cohort"].tolist()
    found = [
        keys.get((area, cohort, at), keys.get((area, "all", at), -1))
        for area, cohort, at in zip(areas, cohorts, when.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.intp), yearly


def _values(indicator: Indicator, parts: _Parts, rule: Confidence) -> Values:
    printed_only = (
        indicator.kind in (MeasureKind.MEAN, MeasureKind.MEDIAN)
        and indicator.source.published.value != ""
    )
    numerator, denominator = parts.numerator, parts.denominator
    if printed_only:
        return _as_delivered(parts.printed)
    reason = numerator.reason
    if indicator.kind is not MeasureKind.COUNT and indicator.source.published.denominator:
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
    return Values(_sound(printed), nothing, nothing, reason, method.astype(object))


def _not_final(
    indicator: Indicator, parts: _Parts, as_at: date
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
