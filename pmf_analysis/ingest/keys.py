"""What each row of a table of figures is about: its area and its period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.columns import FigureColumn
from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.groups import Coded, coded, combined, read_groups
from pmf_analysis.ingest.left_out import rows_left_out
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.receipt import Refusal
from pmf_analysis.ingest.rows import (
    Area,
    FindsUnits,
    Span,
    area_of,
    period_of,
    places_of_area,
    places_of_period,
    printed_period,
)
from pmf_analysis.terms import State


@dataclass(frozen=True)
class Keys:
    """Area and period of the rows that have both, and the other rows.

    Attributes
    ----------
    kept : ndarray of int
        Places of these rows in the grid.
    service_area, printed, period : Coded
        Of the rows kept: unit code, the cell that named it, period code (empty where the
        columns hold it).
    stated : ndarray of int
        Of the rows kept: place in ``states``.
    states : tuple of State or None
        What the texts of periods say of the numbers.
    refused : tuple of Refusal
        With those of the grid, by line.
    not_in_register : frozenset of str
        Areas kept under their printed code.
    """

    kept: NDArray[np.intp]
    service_area: Coded
    printed: Coded
    period: Coded
    stated: NDArray[np.integer]
    states: tuple[State | None, ...]
    refused: tuple[Refusal, ...]
    not_in_register: frozenset[str]


def read_keys(
    match: Match, grid: Grid, columns: Sequence[FigureColumn], sheet: str, file_name: str,
    register: FindsUnits,
) -> Keys:  # fmt: skip
    """Read area and period of every row.

    Parameters
    ----------
    match : Match
    grid : Grid
    columns : sequence of FigureColumn
    sheet, file_name : str
        Names that may hold the period.
    register : FindsUnits

    Returns
    -------
    Keys
    """
    in_columns = all(column.span is not None for column in columns)
    of_period, spans = _spans(match, grid, sheet, file_name, in_columns)
    period = coded(of_period, [span.code for span in spans])
    of_area, areas = _areas(match, grid, period, register)
    left_out = rows_left_out(match, grid)
    kept = np.array([bool(area.code) for area in areas], dtype=bool)[of_area]
    kept &= np.array([not reason for reason in left_out], dtype=bool)
    if not in_columns:
        kept &= np.array([bool(span.code) for span in spans], dtype=bool)[of_period]
    rows = np.flatnonzero(kept)
    held = of_area[rows]
    stated, states = _states(of_period[rows], spans)
    return Keys(
        rows, coded(held, [area.code for area in areas]),
        coded(held, [area.printed for area in areas]), period.take(rows), stated, states,
        _refused(grid, np.flatnonzero(~kept), (of_area, areas), (of_period, spans), left_out),
        _not_in_register(held, areas),
    )  # fmt: skip


def _states(of_period: NDArray, spans: Sequence[Span]) -> tuple[NDArray, tuple[State | None, ...]]:
    """What the texts of periods say of the numbers, each state once."""
    states = tuple(dict.fromkeys(span.state for span in spans))
    places = np.array([states.index(span.state) for span in spans], dtype=np.int8)
    return places[of_period], states


def _not_in_register(held: NDArray, areas: Sequence[Area]) -> frozenset[str]:
    counts = np.bincount(held, minlength=len(areas))
    return frozenset(
        area.code for area, count in zip(areas, counts, strict=True)
        if count and not area.in_register
    )  # fmt: skip


def _spans(
    match: Match, grid: Grid, sheet: str, file_name: str, in_columns: bool
) -> tuple[NDArray, list[Span]]:
    rule = match.layout.period
    if rule.found_in == "column":
        columns = {place: grid.columns[place] for place in places_of_period(match)}
        return read_groups(columns, len(grid), lambda texts: period_of(match, texts))
    one = np.zeros(len(grid), dtype=np.intp)
    if rule.found_in == "header":
        reason = "" if in_columns else "no period in the names of the columns"
        return one, [Span("", reason=reason)]
    if rule.found_in == "above":
        places, where, name = grid.above, "what stands above the names of the columns", ""
    else:
        name = sheet if rule.found_in == "sheet_name" else file_name
        places, where = (name,), f"the name of the {rule.found_in.removesuffix('_name')}"
    found = next(filter(None, (re.search(rule.find, place) for place in places)), None)
    text = (found.groupdict().get("period") or "").strip() if found else ""
    return one, [printed_period(match, text or name, "", where)]


def _areas(
    match: Match, grid: Grid, period: Coded, register: FindsUnits
) -> tuple[NDArray, list[Area]]:
    """A name means the unit of its time, so areas are read for each period they stand beside."""
    columns = {place: grid.columns[place] for place in places_of_area(match)}
    if match.layout.area.always and not len(grid):
        return np.zeros(0, dtype=np.intp), []
    printed, _ = combined([column.codes for column in columns.values()], len(grid))
    both, rows = combined([printed, period.codes], len(grid))
    areas = []
    for row in rows:
        texts = {place: str(each.texts[each.codes[row]]) for place, each in columns.items()}
        areas.append(area_of(match, texts, register, period.texts[period.codes[row]]))
    return both, areas


def _refused(
    grid: Grid, rows: NDArray[np.intp], areas: tuple[NDArray, list[Area]],
    spans: tuple[NDArray, list[Span]], left_out: Sequence[str],
) -> tuple[Refusal, ...]:  # fmt: skip
    refused = list(grid.refused)
    for row in rows:
        area, span = areas[1][areas[0][row]], spans[1][spans[0][row]]
        reasons = (left_out[row], area.reason, span.reason)
        # a note or a heading is one, whatever else it lacks
        why = left_out[row] or "; ".join(reason for reason in reasons if reason)
        refused.append(Refusal(int(grid.lines[row]), why, grid.sheet))
    return tuple(sorted(refused, key=lambda refusal: refusal.line))
