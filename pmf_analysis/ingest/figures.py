"""Rows of a file into figures, column by column: each different text is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.ingest.cells import SHOWN, marker_of, read_cell
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.receipt import UnreadCell
from pmf_analysis.register.layouts import Layout
from pmf_analysis.tables import FIGURE
from pmf_analysis.terms import State

_WORDS = {state.value: state for state in State} | {
    state.label.casefold(): state for state in State
}
_STATED = frozenset(State) - {State.FORECAST}


@dataclass(frozen=True)
class FigureColumn:
    """A column of the file that holds figures.

    Attributes
    ----------
    name : str
        Canonical name, as in the figures.
    printed : str
        As in the file's header, for the receipt.
    place : int
        Its place in the file.
    month : int
        1 to 12 for a column of one month of the row's financial year, else 0.
    """

    name: str
    printed: str
    place: int
    month: int = 0


@dataclass(frozen=True)
class RowKeys:
    """What every row read is about, shape (n,) each."""

    line: np.ndarray
    service_area: np.ndarray
    cohort: np.ndarray
    breakdown: np.ndarray
    period: np.ndarray


@dataclass(frozen=True)
class Figures:
    """Figures and the cells among them that could not be read."""

    table: pd.DataFrame
    unread: tuple[UnreadCell, ...]


@dataclass(frozen=True)
class _Cells:
    """Cells of all rows, one row after the other; reason is empty where a cell was read."""

    value: np.ndarray
    state: np.ndarray
    reason: np.ndarray
    text: np.ndarray


def figure_columns(
    match: Match, header: Sequence[str], measured: Sequence[int]
) -> list[FigureColumn]:
    """Columns of figures in the order of the file.

    Parameters
    ----------
    match : Match
    header : sequence of str
    measured : sequence of int
        Places of columns that the layout does not name but that hold figures.
    """
    layout = match.layout
    months = {name: 1 + (3 + step) % 12 for step, name in enumerate(layout.months)}
    named = [
        FigureColumn(
            layout.months_of if name in months else name, header[place], place, months.get(name, 0)
        )
        for name, place in match.positions.items()
        if name in months or name in (*layout.figures, *layout.optional_figures)
    ]  # fmt: skip
    others = [FigureColumn(header[place], header[place], place) for place in measured]
    return sorted([*named, *others], key=lambda column: column.place)


def holds_figures(texts: Sequence[str], layout: Layout) -> bool:
    """Whether a column that no layout names is one of figures.

    It is unless most of its filled cells are neither number nor marker; an empty column is.
    """
    codes, different = pd.factorize(np.array(texts, dtype=object))
    counts = np.bincount(codes, minlength=len(different))
    filled = sum(count for text, count in zip(different, counts, strict=True) if text)
    strange = sum(
        count
        for text, count in zip(different, counts, strict=True)
        if text and read_cell(text, layout).reason
    )
    return strange * 2 <= filled


def build_figures(
    delivery: str, table: str, match: Match, rows: Sequence[Sequence[str]], keys: RowKeys,
    columns: Sequence[FigureColumn],
) -> Figures:  # fmt: skip
    """Figures of the rows, in the order of the file.

    Parameters
    ----------
    delivery, table : str
    match : Match
    rows : sequence of sequence of str
        Cells of the rows read.
    keys : RowKeys
        Of the same rows.
    columns : sequence of FigureColumn

    Returns
    -------
    Figures
        A table with the columns ``tables.FIGURE``: rows times columns of them.
    """
    width = len(columns)
    names = np.tile(np.array([column.name for column in columns], dtype=object), len(rows))
    line = np.repeat(keys.line, width)
    read = _read_cells(rows, columns, match.layout)
    stated: list[UnreadCell] = []
    if match.layout.state and match.layout.state.column in match.positions:
        read, stated = _with_row_states(match, rows, keys, read, names)
    frame = pd.DataFrame(
        {
            "delivery": delivery, "table": table, "line": line,
            "service_area": np.repeat(keys.service_area, width),
            "cohort": np.repeat(keys.cohort, width),
            "breakdown": np.repeat(keys.breakdown, width),
            "period": _cell_periods(keys.period, columns),
            "column": names, "value": read.value, "state": read.state, "text": read.text,
        },
        columns=list(FIGURE),
    )  # fmt: skip
    words = [name for name in FIGURE if name not in ("line", "value")]
    unread = [
        UnreadCell(
            int(line[place]), columns[place % width].printed, read.reason[place],
            read.text[place][:SHOWN],
        )
        for place in np.flatnonzero(read.reason.astype(bool))
    ]  # fmt: skip
    ordered = sorted([*unread, *stated], key=lambda cell: (cell.line, cell.column))
    return Figures(frame.astype(dict.fromkeys(words, "str")), tuple(ordered))


def _read_cells(
    rows: Sequence[Sequence[str]], columns: Sequence[FigureColumn], layout: Layout
) -> _Cells:
    """Cells row by row; each different text is read once."""
    text = np.array([row[column.place] for row in rows for column in columns], dtype=object)
    codes, different = pd.factorize(text)
    cells = [read_cell(each, layout) for each in different]
    return _Cells(
        _taken([cell.value for cell in cells], codes, float),
        _taken([cell.state.value for cell in cells], codes, object),
        _taken([cell.reason for cell in cells], codes, object),
        text,
    )


def _taken(values: list, codes: np.ndarray, kind: type) -> np.ndarray:
    held = np.empty(len(values), dtype=kind)
    held[:] = values
    return held[codes]


def _cell_periods(period: np.ndarray, columns: Sequence[FigureColumn]) -> np.ndarray:
    """Period of each cell: the row's, or a month of the row's financial year."""
    codes, years = pd.factorize(period)
    by_year = np.empty((len(years), len(columns)), dtype=object)
    for row, year in enumerate(years):
        for place, column in enumerate(columns):
            by_year[row, place] = _month_code(year, column.month) if column.month else year
    return by_year[codes].ravel()


def _month_code(year: str, month: int) -> str:
    whole = periods.parse(year)
    in_year = whole.start.year if month >= whole.start.month else whole.end.year
    return periods.month(in_year, month).code


def _with_row_states(
    match: Match, rows: Sequence[Sequence[str]], keys: RowKeys, cells: _Cells, names: np.ndarray
) -> tuple[_Cells, list[UnreadCell]]:
    """Cells after the state that stands for their whole row, and states that are none."""
    rule, width = match.layout.state, len(names) // len(rows)
    words = np.array([row[match.positions[rule.column]] for row in rows], dtype=object)
    held = _Cells(*(part.copy() for part in (cells.value, cells.state, cells.reason, cells.text)))
    unknown = []
    for word in sorted(set(words) - {""}):
        stated = _state_of(word, match.layout)
        here = np.flatnonzero(words == word)
        places = (here[:, None] * width + np.arange(width)).ravel()
        number = places[~np.isnan(held.value[places])]
        if stated is None:
            unknown += [
                UnreadCell(int(keys.line[row]), rule.column, "no known state", word[:SHOWN])
                for row in here
            ]
        elif stated.has_value:
            held.state[number] = stated.value
        else:
            empty = (held.state[places] == State.NOT_GIVEN.value) & (held.reason[places] == "")
            held.state[places[empty]] = stated.value
            bound = number[np.isin(names[number], list(rule.applies_to))]
            held.value[bound], held.state[bound] = np.nan, stated.value
            held.reason[bound] = "a number beside a marker"
            held.text[bound] = word  # what is withheld is not passed on as text either
    return held, unknown


def _state_of(word: str, layout: Layout) -> State | None:
    state = marker_of(word, layout) or _WORDS.get(" ".join(word.split()).casefold())
    return state if state in _STATED else None


def states_of(figures: pd.DataFrame) -> dict[str, int]:
    """State to number of figures, sorted by state."""
    counts = figures["state"].value_counts()
    return {str(state): int(counts[state]) for state in sorted(counts.index)}
