"""A delivered file into an ``Extract``: its figures, and the receipt that accounts for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.errors import (
    DeliveryError,
    ParameterError,
    UnknownLayoutError,
    UnreadableFileError,
)
from pmf_analysis.ingest.breakdowns import Breakdowns, read_breakdowns
from pmf_analysis.ingest.duplicates import find_duplicates
from pmf_analysis.ingest.figures import (
    FigureColumn,
    Figures,
    RowKeys,
    build_figures,
    figure_columns,
    holds_figures,
    states_of,
)
from pmf_analysis.ingest.files import TextFile, read_text
from pmf_analysis.ingest.grid import Grid, read_grid
from pmf_analysis.ingest.matching import Match, choose_layout, nearest_match
from pmf_analysis.ingest.names import published_on, table_of
from pmf_analysis.ingest.receipt import Receipt, Refusal
from pmf_analysis.ingest.rows import FindsUnits, Read, area_of, period_of
from pmf_analysis.register.layouts import Layout, load_layouts

ALL = "all"
"""The cohort of a row that names none."""


@dataclass(frozen=True)
class Extract:
    """A delivery, read: figures (``tables.FIGURE``) and the receipt for them."""

    receipt: Receipt
    figures: pd.DataFrame


@dataclass(frozen=True)
class _Columns:
    """Columns that hold figures, that split the table, and that are not read."""

    figures: tuple[FigureColumn, ...]
    dimensions: tuple[int, ...]
    not_read: tuple[str, ...]


def read_delivery(
    path: str | Path,
    register: FindsUnits,
    layouts: Mapping[str, Layout] | None = None,
    layout: str = "",
    published: date | str | None = None,
) -> Extract:
    """Read a delivered file by the layout that describes it.

    Parameters
    ----------
    path : str or Path
        A ``.csv`` or ``.csv.gz`` file.
    register : Register
        Finds the unit that an area's code or name means.
    layouts : mapping, optional
        Name to layout; those of the register's folder when not given.
    layout : str, optional
        The layout's name; found by the file's columns when empty.
    published : date or str, optional
        When the file was published; from its name or its periods when not given.

    Returns
    -------
    Extract
        Every row of the file is among the figures, or refused on the receipt with its
        line and reason.

    Raises
    ------
    UnreadableFileError
        If the file is empty, truncated, or not the kind of file it says.
    UnknownLayoutError
        If no layout, or more than one, describes it; names the nearest and what it lacks.
    ParameterError
        If ``layout`` or ``published`` means nothing.
    """
    file = read_text(Path(path))
    grid = read_grid(file.text, file.name)
    known = layouts if layouts is not None else _layouts_beside(register)
    match = choose_layout(grid.header, known, file.name, layout)
    columns = _sort_columns(match, grid, file.name)
    keys, kept, refused = _read_keys(match, grid, register)
    if not kept:
        raise _nothing_read(file.name, match, refused)
    rows = [grid.rows[row] for row in kept]
    breakdowns = read_breakdowns(match, rows, columns.dimensions, register)
    held = RowKeys(breakdown=breakdowns.labels, cohort=_cohorts(match, rows), **keys)
    table = match.layout.table or table_of(file.name) or match.layout.name
    figures = build_figures(file.sha256[:16], table, match, rows, held, columns.figures)
    remarks = _remarks(file, match, grid, known)
    receipt = _receipt(
        file, match, table, figures, refused, breakdowns, columns, remarks, len(kept), published
    )
    _check_accounts(receipt, len(grid.rows) + len(grid.refused), len(figures.table))
    return Extract(receipt, figures.table)


def _layouts_beside(register: FindsUnits) -> dict[str, Layout]:
    folder = getattr(register, "folder", None)
    if folder is None:
        raise ParameterError("No layouts are given", "layouts, or a register with a folder")
    return load_layouts(Path(folder) / "layouts")


def _sort_columns(match: Match, grid: Grid, file_name: str) -> _Columns:
    named = [place for place in match.others if grid.header[place]]
    nameless = [
        f"column {place + 1}, which has no name"
        for place in match.others
        if not grid.header[place] and any(row[place] for row in grid.rows)
    ]
    if match.layout.other_columns == "read":
        measured = [
            place
            for place in named
            if holds_figures([row[place] for row in grid.rows], match.layout)
        ]
        dimensions = tuple(place for place in named if place not in measured)
        figures = figure_columns(match, grid.header, measured)
        not_read = nameless
    else:
        dimensions = ()
        figures = figure_columns(match, grid.header, ())
        not_read = [*(grid.header[place] for place in named), *nameless]
    if not figures:
        raise UnknownLayoutError(
            f"{file_name} has no column of figures", "at least one column of numbers",
            "Look whether it is the right file",
        )  # fmt: skip
    return _Columns(tuple(figures), dimensions, tuple(not_read))


def _read_keys(
    match: Match, grid: Grid, register: FindsUnits
) -> tuple[dict[str, np.ndarray], list[int], list[Refusal]]:
    """Line, area and period of the rows that have both; their places; and the other rows."""
    areas = _once_each(grid.rows, _places_of_area(match), lambda row: area_of(match, row, register))
    spans = _once_each(grid.rows, _places_of_period(match), lambda row: period_of(match, row))
    kept, refused = [], list(grid.refused)
    for place, ((area, no_area), (period, no_period)) in enumerate(zip(areas, spans, strict=True)):
        reasons = [no_area, no_period, _no_label(match, grid.rows[place])]
        if area and period and not reasons[2]:
            kept.append(place)
        else:
            why = "; ".join(reason for reason in reasons if reason)
            refused.append(Refusal(grid.lines[place], why))
    keys = {
        "line": np.array([grid.lines[place] for place in kept], dtype=np.int64),
        "service_area": np.array([areas[place][0] for place in kept], dtype=object),
        "period": np.array([spans[place][0] for place in kept], dtype=object),
    }
    return keys, kept, sorted(refused, key=lambda refusal: refusal.line)


def _no_label(match: Match, row: Sequence[str]) -> str:
    rule = match.layout.breakdown
    if rule is None or not rule.indicators or row[match.positions[rule.column]]:
        return ""
    return f"no {rule.column}"


def _once_each(rows: Sequence[Sequence[str]], places: Sequence[int], read) -> list[Read]:
    """What a function reads from each row, called once for each different group of cells."""
    found: dict[tuple[str, ...], Read] = {}
    results = []
    for row in rows:
        cells = tuple([row[place] for place in places])
        if cells not in found:
            found[cells] = read(row)
        results.append(found[cells])
    return results


def _places_of_area(match: Match) -> list[int]:
    rule = match.layout.area
    names = {rule.level, *(name for columns in rule.columns.values() for name in columns)}
    return sorted(match.positions[name] for name in names if name in match.positions)


def _places_of_period(match: Match) -> list[int]:
    rule = match.layout.period
    return [match.positions[name] for name in (rule.column, rule.kind_column) if name]


def _cohorts(match: Match, rows: Sequence[Sequence[str]]) -> np.ndarray:
    place = match.positions.get(match.layout.cohort)
    return np.array([ALL if place is None else row[place] or ALL for row in rows], dtype=object)


def _nothing_read(file_name: str, match: Match, refused: Sequence[Refusal]) -> DeliveryError:
    first = refused[0]
    return UnreadableFileError(
        f"No row of {file_name} could be read as {match.layout.name}; "
        f"line {first.line}: {first.reason[:200]}",
        "rows whose area is in the register and whose period can be read",
        "Look at that line; nothing was stored",
    )


def _remarks(
    file: TextFile, match: Match, grid: Grid, layouts: Mapping[str, Layout]
) -> tuple[str, ...]:
    said = []
    if file.encoding == "windows-1252":
        said.append("The file is not UTF-8; it was read as Windows-1252.")
    if match.layout.any_table:
        near = nearest_match(grid.header, layouts, apart_from=match.layout.name)
        if near is not None:
            said.append(f"No table is described for these columns; nearest: {near.sentence}.")
    return tuple(said)


def _receipt(
    file: TextFile, match: Match, table: str, figures: Figures, refused: Sequence[Refusal],
    breakdowns: Breakdowns, columns: _Columns, remarks: tuple[str, ...], rows_read: int,
    published: date | str | None,
) -> Receipt:  # fmt: skip
    codes = figures.table["period"].unique()
    spans = sorted((periods.parse(code) for code in codes), key=lambda span: (span.end, span.code))
    on, basis = published_on(file.name, spans[-1].end, published)
    return Receipt(
        id=file.sha256[:16], file_name=file.name, sha256=file.sha256, bytes=file.size,
        encoding=file.encoding, layout=match.layout.name, layout_version=match.layout.label,
        table=table, published=on.isoformat(), published_basis=basis,
        rows_in_file=rows_read + len(refused), rows_read=rows_read, rows_refused=len(refused),
        refusals=tuple(refused), cells=len(figures.table), cells_unread=len(figures.unread),
        unread=figures.unread, duplicates=find_duplicates(figures.table),
        states=states_of(figures.table), first_period=spans[0].code, last_period=spans[-1].code,
        units=int(figures.table["service_area"].nunique()), columns_not_read=columns.not_read,
        labels_unknown=breakdowns.unknown, remarks=remarks,
    )  # fmt: skip


def _check_accounts(receipt: Receipt, rows: int, cells: int) -> None:
    # the promise that nothing is lost, held here and not only in a test
    whole = receipt.rows_in_file == rows == receipt.rows_read + receipt.rows_refused
    if not whole or sum(receipt.states.values()) != receipt.cells or receipt.cells != cells:
        raise DeliveryError(
            f"{receipt.file_name}: {rows} rows in the file, but {receipt.rows_read} read and "
            f"{receipt.rows_refused} refused", "every row read or refused",
            "This is a fault of the workbench: report it with the file; nothing was stored",
        )  # fmt: skip
