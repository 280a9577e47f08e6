"""One sheet of a file, read by the layout that describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis.ingest.breakdowns import read_breakdowns
from pmf_analysis.ingest.cells import CellReader
from pmf_analysis.ingest.columns import not_read, sort_columns
from pmf_analysis.ingest.figures import RowKeys, build_figures
from pmf_analysis.ingest.grid import Grid, read_grid
from pmf_analysis.ingest.groups import Coded, coded
from pmf_analysis.ingest.json_cells import NOT_READ, with_json_columns
from pmf_analysis.ingest.keys import Keys, read_keys
from pmf_analysis.ingest.matching import Match, nearest_match
from pmf_analysis.ingest.names import table_of
from pmf_analysis.ingest.printed_areas import printed_areas
from pmf_analysis.ingest.receipt import PrintedArea, Refusal, SheetAccount, UnreadCell
from pmf_analysis.ingest.records import latest_date, read_records
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheets import Sheet
from pmf_analysis.register.layouts import Layout
from pmf_analysis.terms import Holds

ALL = "all"
"""The cohort of a row that names none."""


@dataclass(frozen=True)
class SheetExtract:
    """A sheet, read: its rows as figures or as records, and the account of it."""

    account: SheetAccount
    layout: Layout
    figures: pd.DataFrame | None = None
    records: pd.DataFrame | None = None
    refused: tuple[Refusal, ...] = ()
    unread: tuple[UnreadCell, ...] = ()
    columns_not_read: tuple[str, ...] = ()
    labels_unknown: tuple[str, ...] = ()
    areas: tuple[PrintedArea, ...] = ()
    areas_not_in_register: frozenset[str] = frozenset()
    qualifiers: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    published: date | None = None


@dataclass(frozen=True)
class Place:
    """Where a sheet stands: for its figures, its table's name and the messages.

    ``shown`` is the sheet's name on the receipt, empty where the file has one only.
    """

    delivery: str
    file_name: str
    shown: str

    @property
    def title(self) -> str:
        """The file's name, with the sheet's where there are several."""
        return f"{self.file_name}, sheet {self.shown}" if self.shown else self.file_name

    @property
    def table(self) -> str:
        """A table's name, where the layout gives none."""
        return table_of(self.shown.rpartition("/")[2] if self.shown else self.file_name)


def read_sheet(
    sheet: Sheet, match: Match, place: Place, register: FindsUnits, layouts: Mapping[str, Layout]
) -> SheetExtract:
    """Read a sheet by its layout.

    Parameters
    ----------
    sheet : Sheet
    match : Match
    place : Place
    register : FindsUnits
    layouts : mapping
        All layouts, to name the nearest table where only the kind of file is known.

    Returns
    -------
    SheetExtract
        Every row below the header is read, or refused with its line and reason.

    Raises
    ------
    DeliveryError
        If there is no row, or no column of figures.
    """
    grid = read_grid(sheet, match.header, place.title, place.shown)
    if match.layout.holds is Holds.FIGURES:
        return _figures(sheet, match, place, register, layouts, grid)
    return _records(sheet, match, place, grid)


def _figures(
    sheet: Sheet, match: Match, place: Place, register: FindsUnits,
    layouts: Mapping[str, Layout], grid: Grid,
) -> SheetExtract:  # fmt: skip
    grid, broken = with_json_columns(grid, match)
    cells = CellReader(match.layout)
    columns = sort_columns(match, grid, cells, place.title)
    keys = read_keys(match, grid, columns.figures, sheet.name, place.file_name, register)
    rows = _rows(grid, keys.kept)
    labels = read_breakdowns(match, rows, columns.dimensions, register)
    table = match.layout.table or place.table or match.layout.name.replace(".", "_")
    held = RowKeys(
        keys.service_area, _cohorts(match, rows), labels.labels, keys.period, keys.stated,
        keys.states,
    )  # fmt: skip
    read = build_figures(place.delivery, table, match, rows, held, columns.figures, cells)
    unread = (*read.unread, *_broken_json(grid, broken, keys))
    return SheetExtract(
        _account(sheet, match, table, grid, len(keys.kept), len(keys.refused)), match.layout,
        figures=read.table, refused=keys.refused,
        unread=tuple(sorted(unread, key=lambda cell: (cell.line, cell.column))),
        columns_not_read=columns.not_read,
        labels_unknown=tuple(sorted({*labels.unknown, *columns.labels_unknown})),
        areas=printed_areas(keys, columns.figures), areas_not_in_register=keys.not_in_register,
        qualifiers=read.qualifiers, remarks=_remarks(match, layouts),
    )  # fmt: skip


def _records(sheet: Sheet, match: Match, place: Place, grid: Grid) -> SheetExtract:
    read = read_records(place.delivery, sheet.name, match, grid)
    refused = tuple(sorted((*grid.refused, *read.refused), key=lambda each: each.line))
    table = match.layout.table or place.table or match.layout.name.replace(".", "_")
    dated = match.layout.published_from
    return SheetExtract(
        _account(sheet, match, table, grid, len(read.table), len(refused)), match.layout,
        records=read.table, refused=refused, unread=read.unread,
        columns_not_read=not_read(match, grid),
        published=latest_date(read.table, dated) if dated else None,
    )  # fmt: skip


def _account(
    sheet: Sheet, match: Match, table: str, grid: Grid, read: int, refused: int
) -> SheetAccount:
    rows = len(grid) + len(grid.refused)
    return SheetAccount(sheet.name, match.layout.name, table, rows, read, refused, grid.rows_before)


def _rows(grid: Grid, kept: np.ndarray) -> Grid:
    columns = tuple(column.take(kept) for column in grid.columns)
    return replace(grid, columns=columns, lines=grid.lines[kept])


def _cohorts(match: Match, rows: Grid) -> Coded:
    place = match.positions.get(match.layout.cohort)
    if place is None:
        return Coded(np.zeros(len(rows), dtype=np.int8), (ALL,))
    column = rows.columns[place]
    return coded(column.codes, [str(text) or ALL for text in column.texts])


def _broken_json(grid: Grid, broken: Mapping[int, np.ndarray], keys: Keys) -> Sequence[UnreadCell]:
    kept = set(keys.kept.tolist())
    return [
        UnreadCell(
            int(grid.lines[row]), grid.header[place], NOT_READ,
            "", grid.sheet,
        )
        for place, rows in broken.items()
        for row in rows.tolist()
        if row in kept
    ]  # fmt: skip


def _remarks(match: Match, layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    if not match.layout.any_table or match.layout.unpivot:
        return ()
    near = nearest_match(match.header.names, layouts, apart_from=match.layout.name)
    if near is None:
        return ()
    return (f"No table is described for these columns; nearest: {near.sentence}.",)
