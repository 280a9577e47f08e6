"""Rows of a sheet into figures, column by column: each different text is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.ingest.breakdowns import PARTED
from pmf_analysis.ingest.cells import SHOWN, CellReader
from pmf_analysis.ingest.columns import FigureColumn
from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.groups import Coded, coded, constant
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.receipt import UnreadCell
from pmf_analysis.ingest.stating import CellBlock, Stated, with_stated
from pmf_analysis.tables import FIGURE
from pmf_analysis.terms import State


@dataclass(frozen=True)
class RowKeys:
    """What every row read is about, n rows each.

    ``stated`` holds for each row the place in ``states`` of what the text of its period says
    of its numbers.
    """

    service_area: Coded
    cohort: Coded
    breakdown: Coded
    period: Coded
    stated: NDArray[np.integer]
    states: tuple[State | None, ...]


@dataclass(frozen=True)
class Figures:
    """Figures, the cells among them that could not be read, and the qualifiers beside them."""

    table: pd.DataFrame
    unread: tuple[UnreadCell, ...]
    qualifiers: dict[str, int]


def build_figures(
    delivery: str, table: str, match: Match, grid: Grid, keys: RowKeys,
    columns: Sequence[FigureColumn], cells: CellReader,
) -> Figures:  # fmt: skip
    """Figures of rows, in the order of the file.

    Parameters
    ----------
    delivery, table : str
    match : Match
    grid : Grid
        The rows read.
    keys : RowKeys
        Of the same rows.
    columns : sequence of FigureColumn
    cells : CellReader

    Returns
    -------
    Figures
        A table with the columns ``tables.FIGURE``: rows times columns of them.
    """
    stated = with_stated(read_cells(grid, columns, cells), match, grid, keys, columns)
    return Figures(
        _frame(delivery, table, grid, keys, columns, stated.block),
        _unread(grid, columns, stated), stated.qualifiers,
    )  # fmt: skip


def read_cells(grid: Grid, columns: Sequence[FigureColumn], cells: CellReader) -> CellBlock:
    """Cells of all rows and columns of figures."""
    shape = (len(grid), len(columns))
    value, state = np.empty(shape), np.empty(shape, dtype=np.int8)
    reason, text = np.empty(shape, dtype=np.int16), np.empty(shape, dtype=np.int32)
    texts: dict[str, int] = {}
    reasons: dict[str, int] = {"": 0}
    for place, column in enumerate(columns):
        source = grid.columns[column.place]
        read = [cells.read(str(each)) for each in source.texts]
        numbers = [reasons.setdefault(cell.reason, len(reasons)) for cell in read]
        known = [texts.setdefault(str(each), len(texts)) for each in source.texts]
        scaled = [cells.scaled(cell.value, str(text), column.name)
                  for cell, text in zip(read, source.texts, strict=True)]  # fmt: skip
        value[:, place] = np.array(scaled)[source.codes]
        state[:, place] = np.array([STATES[cell.state] for cell in read], np.int8)[source.codes]
        reason[:, place] = np.array(numbers, dtype=np.int16)[source.codes]
        text[:, place] = np.array(known, dtype=np.int32)[source.codes]
    return CellBlock(value, state, reason, text, tuple(reasons), tuple(texts))


STATES = {state: place for place, state in enumerate(State)}
"""Number of each state in a block of cells."""


def _frame(
    delivery: str, table: str, grid: Grid, keys: RowKeys, columns: Sequence[FigureColumn],
    block: CellBlock,
) -> pd.DataFrame:  # fmt: skip
    rows, width = block.value.shape

    def spread(row: Coded) -> pd.api.extensions.ExtensionArray:
        return Coded(np.repeat(row.codes, width), row.texts).column()

    names = coded(np.arange(width), [column.name for column in columns])
    held = {
        "delivery": constant(delivery, rows * width).column(),
        "table": constant(table, rows * width).column(),
        "line": np.repeat(grid.lines, width),
        "service_area": spread(keys.service_area),
        "cohort": spread(keys.cohort),
        "breakdown": _cell_labels(keys.breakdown, columns).column(),
        "period": cell_periods(keys.period, columns).column(),
        "column": Coded(np.tile(names.codes, rows), names.texts).column(),
        "value": block.value.ravel(),
        "state": Coded(block.state.ravel(), tuple(state.value for state in State)).column(),
        "text": Coded(block.text.ravel(), block.texts).column(),
    }
    return pd.DataFrame(held, columns=list(FIGURE), copy=False)


def cell_periods(row: Coded, columns: Sequence[FigureColumn]) -> Coded:
    """Period of each cell: the row's, a month of the row's year, or that of the column."""
    plain = not any(column.month or column.span for column in columns)
    if plain:
        return Coded(np.repeat(row.codes, len(columns)), row.texts)
    texts = [_period(text, column) for text in row.texts for column in columns]
    return _crossed(row, texts, len(columns))


def _period(row: str, column: FigureColumn) -> str:
    if column.span is not None:
        return column.span.code
    return _month_code(row, column.month) if column.month and row else row


def _cell_labels(row: Coded, columns: Sequence[FigureColumn]) -> Coded:
    if not any(column.breakdown for column in columns):
        return Coded(np.repeat(row.codes, len(columns)), row.texts)
    texts = [
        PARTED.join(label for label in (text, column.breakdown) if label)
        for text in row.texts
        for column in columns
    ]
    return _crossed(row, texts, len(columns))


def _crossed(row: Coded, texts: Sequence[str], width: int) -> Coded:
    """Texts of each cell, from those of each text of a row crossed with each column."""
    cells = row.codes[:, None].astype(np.int64) * width + np.arange(width)
    return coded(cells.ravel(), texts)


def _month_code(year: str, month: int) -> str:
    whole = periods.parse(year)
    in_year = whole.start.year if month >= whole.start.month else whole.end.year
    return periods.month(in_year, month).code


def _unread(grid: Grid, columns: Sequence[FigureColumn], stated: Stated) -> tuple[UnreadCell, ...]:
    block = stated.block
    found = [
        UnreadCell(
            int(grid.lines[row]), columns[place].printed, block.reasons[block.reason[row, place]],
            block.texts[block.text[row, place]][:SHOWN], grid.sheet,
        )
        for row, place in zip(*np.nonzero(block.reason), strict=True)
    ]  # fmt: skip
    return tuple(sorted([*found, *stated.unread], key=lambda cell: (cell.line, cell.column)))


def states_of(figures: pd.DataFrame) -> dict[str, int]:
    """State to number of figures, sorted by state."""
    counts = figures["state"].value_counts()
    return {str(state): int(counts[state]) for state in sorted(counts.index)}
