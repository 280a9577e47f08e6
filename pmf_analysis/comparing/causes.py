"""The cause of each cell that differs, by what is known of it, its unit and its indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.comparing import directions
from pmf_analysis.comparing.directions import Moved
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register import Register
from pmf_analysis.register.models import Unit
from pmf_analysis.terms import Cause, State


@dataclass(frozen=True)
class Readers:
    """Which indicators read a table, and by which cells.

    Attributes
    ----------
    matures_after : dict
        (breakdown, column) to the longest wait, in days, of the indicators that read it.
    indicators : tuple of str
        Codes, sorted.
    """

    matures_after: Mapping[tuple[str, str], int]
    indicators: tuple[str, ...]


def readers_of(table: str, register: Register) -> Readers:
    """Find the indicators that a table feeds, whole or in part.

    Parameters
    ----------
    table : str
    register : Register

    Returns
    -------
    Readers
    """
    waits: dict[tuple[str, str], int] = {}
    found = set()
    for code, indicator in register.indicators.items():
        for published in indicator.source.all:
            for named, breakdown, column in published.reads:
                if named == table:
                    found.add(code)
                    cell = (breakdown, column)
                    waits[cell] = max(waits.get(cell, 0), indicator.matures_after)
    return Readers(waits, tuple(sorted(found)))


def add_cell_causes(
    cells: pd.DataFrame, readers: Readers, register: Register, published: date
) -> pd.DataFrame:
    """Say of each differing cell why it differs.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``CellDifferences.cells``.
    readers : Readers
    register : Register
        For the dates of units.
    published : date
        When the earlier of the two deliveries was published.

    Returns
    -------
    pandas.DataFrame
        With ``direction`` (Moved), ``cause`` (terms.Cause) and ``kind`` in words.
        Delivered alike but read differently is a definition; a mark for a unit that did not
        exist is structure; a figure whose indicator had not matured is late entry; all else,
        and what no indicator reads, is a correction.
    """
    spans = _spans(cells["period"])
    outside = _outside(cells, spans, register)
    na = State.NOT_APPLICABLE.value
    structural = outside & ((cells["old_state"] == na) | (cells["new_state"] == na)).to_numpy()
    late = _not_matured(cells, spans, readers, published)
    cause = np.where(late, Cause.LATE_ENTRY.value, Cause.CORRECTION.value)
    cause = np.where(structural, Cause.STRUCTURE.value, cause)
    cause = np.where(cells["same_text"].to_numpy(), Cause.DEFINITION.value, cause)
    direction = directions_of(cells)
    return cells.assign(
        direction=direction,
        cause=cause.astype(object),
        kind=_kinds(cells, direction, structural),
    )


def add_row_causes(
    rows: pd.DataFrame, readers: Readers, register: Register, published: date
) -> pd.DataFrame:
    """Say of each row that one side alone has why it came or went.

    Parameters and result as `add_cell_causes`; ``rows`` is ``CellDifferences.rows``. A row
    came or went by structure where its unit began or ended within, before or after its period.
    """
    spans = _spans(rows["period"])
    outside = _outside(rows, spans, register)
    waits: dict[str, int] = {}
    for (breakdown, _), days in readers.matures_after.items():
        waits[breakdown] = max(waits.get(breakdown, 0), days)
    days = rows["breakdown"].map(waits).to_numpy(dtype=float, na_value=np.nan)
    late = _younger_than(rows, spans, days, published)
    cause = np.where(late, Cause.LATE_ENTRY.value, Cause.CORRECTION.value)
    come = rows["come"].to_numpy(dtype=bool)
    words = np.where(come, directions.ADDED, directions.TAKEN_OUT)
    return rows.assign(
        direction=np.where(come, Moved.ROW_COME.value, Moved.ROW_GONE.value),
        cause=np.where(outside, Cause.STRUCTURE.value, cause),
        kind=np.where(outside, directions.UNIT_CHANGED, words),
    )


def directions_of(cells: pd.DataFrame) -> NDArray[np.object_]:
    """Which way each figure moved: codes of Moved, shape (n,)."""
    old = cells["old_value"].to_numpy(dtype=float)
    new = cells["new_value"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        moved = np.where(new > old, Moved.HIGHER.value, Moved.LOWER.value)
    no_old, no_new = np.isnan(old), np.isnan(new)
    old_state, new_state = cells["old_state"].to_numpy(), cells["new_state"].to_numpy()
    return np.select(
        [old_state == "", new_state == "", no_old & no_new, no_new, no_old],
        [Moved.ROW_COME.value, Moved.ROW_GONE.value, Moved.OTHER_REASON.value,
         Moved.WITHHELD.value, Moved.NOW_GIVEN.value],
        default=moved,
    ).astype(object)  # fmt: skip


def kind_of_move(direction: str, old_state: str, new_state: str) -> str:
    """What is said of a move that has no other words."""
    if direction in (Moved.WITHHELD, Moved.ROW_GONE):
        return directions.withdrawn(new_state)
    if direction == Moved.OTHER_REASON:
        return directions.other_reason(old_state, new_state)
    return {
        Moved.NOW_GIVEN: directions.NOW_GIVEN, Moved.ROW_COME: directions.ADDED,
    }.get(Moved(direction), directions.REVISED)  # fmt: skip


def kinds_of_moves(table: pd.DataFrame) -> NDArray[np.object_]:
    """`kind_of_move` of every row, by ``direction``, ``old_state`` and ``new_state``."""
    looked_at = table[["direction", "old_state", "new_state"]]
    codes = looked_at.groupby(list(looked_at), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(codes, return_index=True)
    words = [kind_of_move(*row) for row in looked_at.iloc[first].itertuples(index=False)]
    held = np.empty(len(words), dtype=object)
    held[:] = words
    return held[codes]


def _kinds(
    cells: pd.DataFrame, direction: NDArray[np.object_], structural: NDArray[np.bool_]
) -> NDArray[np.object_]:
    kinds = kinds_of_moves(cells.assign(direction=direction))
    kinds = np.where(cells["rounded"].to_numpy(), directions.ROUNDED, kinds)
    kinds = np.where(structural, directions.UNIT_CHANGED, kinds)
    return np.where(cells["same_text"].to_numpy(), directions.READ_DIFFERENTLY, kinds)


def _spans(codes: pd.Series) -> dict[str, ReportingPeriod]:
    return {str(code): periods.parse(str(code)) for code in codes.unique()}


def _outside(
    table: pd.DataFrame, spans: Mapping[str, ReportingPeriod], register: Register
) -> NDArray[np.bool_]:
    """Where the unit did not exist all through the period."""
    dated = {
        code: unit
        for code, unit in register.units.items()
        if unit.valid_from is not None or unit.valid_to is not None
    }
    found = np.zeros(len(table), dtype=bool)
    here = np.flatnonzero(table["service_area"].isin(list(dated)).to_numpy())
    if not len(here):
        return found
    pairs = table[["service_area", "period"]].iloc[here]
    codes = pairs.groupby(list(pairs), sort=False).ngroup().to_numpy()
    _, first = np.unique(codes, return_index=True)
    different = pairs.iloc[first].itertuples(index=False, name=None)
    found[here] = np.array([not _whole(dated[unit], spans[code]) for unit, code in different])[
        codes
    ]
    return found


def _whole(unit: Unit, span: ReportingPeriod) -> bool:
    return unit.holds_on(span.start) and unit.holds_on(span.end)


def _not_matured(
    cells: pd.DataFrame, spans: Mapping[str, ReportingPeriod], readers: Readers, published: date
) -> NDArray[np.bool_]:
    waits = pd.Series(readers.matures_after, dtype=float)
    if waits.empty:
        return np.zeros(len(cells), dtype=bool)
    keys = pd.MultiIndex.from_frame(cells[["breakdown", "column"]])
    return _younger_than(cells, spans, waits.reindex(keys).to_numpy(dtype=float), published)


def _younger_than(
    table: pd.DataFrame, spans: Mapping[str, ReportingPeriod], days: NDArray[np.float64],
    published: date,
) -> NDArray[np.bool_]:  # fmt: skip
    """Where a period had not been over for so many days when the delivery was published."""
    ends = {code: span.end.toordinal() for code, span in spans.items()}
    over = table["period"].map(ends).to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        return over + days > published.toordinal()
