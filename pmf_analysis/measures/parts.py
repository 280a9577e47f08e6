"""Numerator and denominator of an indicator, row by row, from the tables that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.measures.calendar import Placed, place
from pmf_analysis.measures.known import Cells, KnownTable
from pmf_analysis.register.models import Denominator, Indicator, Published
from pmf_analysis.terms import Frequency, MeasureKind

ALL = "all"


@dataclass(frozen=True)
class Parts:
    """What an indicator's values are made of, every attribute over the same n rows.

    Attributes
    ----------
    rows : pandas.DataFrame
        Keys, ``delivery`` and ``published`` of the numerators.
    placed : Placed
        Their periods.
    numerator, denominator, printed : Cells
        ``printed`` is the value as published.
    supplier : ndarray of str
        Id of the denominator's delivery, where that is another row.
    yearly : bool
        Whether the denominators are yearly figures that serve shorter periods.
    """

    rows: pd.DataFrame
    placed: Placed
    numerator: Cells
    denominator: Cells
    printed: Cells
    supplier: NDArray[np.object_]
    yearly: bool


@dataclass(frozen=True)
class _Below:
    """Denominators for the rows of an indicator; see ``Parts``."""

    cells: Cells
    supplier: NDArray[np.object_]
    yearly: bool = False


def parts_of(indicator: Indicator, published: Published, known: Mapping[str, KnownTable]) -> Parts:
    """Find numerator, denominator and printed value of every row that a source has.

    Parameters
    ----------
    indicator : Indicator
    published : Published
        One of its sources, whose table must be among the known ones.
    known : mapping of str to KnownTable

    Returns
    -------
    Parts
        Rows of the source's breakdown and periods, of the indicator's frequency, in the
        order of their keys. What is not there is *not given*; no row is left out for it.
    """
    table = known[published.table]
    breakdown = (table.rows["breakdown"] == published.breakdown).to_numpy()
    when = place(table.rows["period"])
    wanted = when.of_frequency(indicator.frequency) & _in_span(when, published)
    chosen = np.flatnonzero(breakdown & wanted)
    rows = table.rows.iloc[chosen].reset_index(drop=True)
    placed = place(rows["period"])
    below = _denominators(indicator, published, known, chosen, rows, placed)
    return Parts(
        rows=rows,
        placed=placed,
        numerator=_columns_of(table, published.numerator, chosen),
        denominator=below.cells,
        printed=table.cells(published.value).take(chosen),
        supplier=below.supplier,
        yearly=below.yearly,
    )


def _in_span(when: Placed, published: Published) -> NDArray[np.bool_]:
    """Which rows lie in the periods that are taken from a table, its first and last included."""
    first = periods.parse(published.from_period).end if published.from_period else date.min
    last = periods.parse(published.to_period).end if published.to_period else date.max
    return when.each(lambda period: first <= period.end <= last, bool)


def _columns_of(table: KnownTable, names: Sequence[str], rows: NDArray[np.intp]) -> Cells:
    """Columns of some rows added up; without a number where any of them has none."""
    columns = [table.cells(name).take(rows) for name in names]
    if len(columns) < 2:
        return columns[0] if columns else Cells.absent(len(rows))
    return Cells(
        value=np.sum([cells.value for cells in columns], axis=0),
        reason=np.max([cells.reason for cells in columns], axis=0),
        provisional=np.any([cells.provisional for cells in columns], axis=0),
        clash=np.any([cells.clash for cells in columns], axis=0),
        revised=np.any([cells.revised for cells in columns], axis=0),
        low_reliability=np.any([cells.low_reliability for cells in columns], axis=0),
    )


def _denominators(
    indicator: Indicator, published: Published, known: Mapping[str, KnownTable],
    chosen: NDArray[np.intp], rows: pd.DataFrame, placed: Placed,
) -> _Below:  # fmt: skip
    wanted = published.denominator
    nobody = np.full(len(rows), "", dtype=object)
    if wanted is None or indicator.kind is MeasureKind.COUNT:
        return _Below(Cells.absent(len(rows)), nobody)
    own_row = (
        not wanted.table
        and not wanted.period_shift
        and wanted.breakdown in ("", published.breakdown)
    )
    if own_row:
        return _Below(_columns_of(known[published.table], wanted.columns, chosen), nobody)
    other = known.get(wanted.table or published.table)
    if other is None:
        return _Below(Cells.absent(len(rows)), nobody)
    found, yearly = _find_rows(rows, placed, other, wanted, indicator.frequency)
    delivery = np.append(other.rows["delivery"].to_numpy(dtype=object), "")
    return _Below(_columns_of(other, wanted.columns, found), delivery[found], yearly)


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
                candidates["service_area"].to_numpy(dtype=object)[usable],
                candidates["cohort"].to_numpy(dtype=object)[usable],
                when_there[usable].tolist(),
                strict=True,
            ),
            offered[usable].tolist(),
            strict=True,
        )
    )
    areas, cohorts = (rows[name].to_numpy(dtype=object) for name in ("service_area", "cohort"))
    found = [
        keys.get((area, cohort, at), keys.get((area, ALL, at), -1))
        for area, cohort, at in zip(areas, cohorts, when.tolist(), strict=True)
    ]
    return np.array(found, dtype=np.intp), yearly
