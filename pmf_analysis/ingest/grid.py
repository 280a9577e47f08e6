"""A sheet from its header downwards: columns of cells, and rows that are none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.headers import Header
from pmf_analysis.ingest.receipt import Refusal
from pmf_analysis.ingest.sheets import Column, Sheet


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet that can be read.

    Attributes
    ----------
    sheet : str
        Name of the sheet on the receipt; empty where the file has one only.
    header : tuple of str
        Column names as printed.
    columns : tuple of Column
        As many as the header has, shape (n,) each.
    lines : ndarray of int, shape (n,)
        The line each row starts on.
    refused : tuple of Refusal
        Rows that do not have the header's number of cells, or are blank.
    rows_before : int
        Rows above the header.
    above : tuple of str
        The filled cells of these.
    """

    sheet: str
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    refused: tuple[Refusal, ...]
    rows_before: int = 0
    above: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def with_columns(self, names: tuple[str, ...], columns: tuple[Column, ...]) -> Grid:
        """The grid with further columns behind its own."""
        return replace(self, header=(*self.header, *names), columns=(*self.columns, *columns))


def read_grid(sheet: Sheet, header: Header, name: str, shown: str = "") -> Grid:
    """The rows below a header.

    Parameters
    ----------
    sheet : Sheet
    header : Header
    name : str
        The file's name, with the sheet's where there are several; for messages.
    shown : str, optional
        Name of the sheet on the receipt.

    Returns
    -------
    Grid
        Blank rows at the end of the sheet are no rows; elsewhere they are refused.

    Raises
    ------
    UnreadableFileError
        If there is no row below the header.
    """
    width = len(header.names)
    filled = _filled(sheet)
    begin, end = header.start + header.rows, _end(sheet, filled)
    places = np.arange(begin, end)
    inside = _any(filled[:width], begin, end)
    extra = _any(filled[width:], begin, end)
    short = sheet.widths[begin:end] < width if sheet.widths is not None else np.zeros_like(extra)
    wrong = extra | short
    kept = places[~wrong & inside]
    odd = wrong | ~(inside | extra)
    refused = tuple(
        Refusal(int(sheet.lines[place]), _reason(sheet, place, width, bool(bad), bool(full)), shown)
        for place, bad, full in zip(places[odd], wrong[odd], (inside | extra)[odd], strict=True)
    )
    if not len(kept) and not refused:
        raise UnreadableFileError(
            f"{name} has a header and no row", "at least one row",
            "Ask for the file again; nothing was stored",
        )  # fmt: skip
    columns = tuple(column.take(kept) for column in sheet.columns[:width])
    above = tuple(text for place in range(header.start) for text in sheet.row(place) if text)
    return Grid(shown, header.names, columns, sheet.lines[kept], refused, header.start, above)


def _filled(sheet: Sheet) -> list[NDArray[np.bool_]]:
    """For each column whether each of its cells holds something."""
    return [column.texts.astype(bool)[column.codes] for column in sheet.columns]


def _any(filled: list[NDArray[np.bool_]], begin: int, end: int) -> NDArray[np.bool_]:
    found = np.zeros(max(end - begin, 0), dtype=bool)
    for column in filled:
        found |= column[begin:end]
    return found


def _end(sheet: Sheet, filled: list[NDArray[np.bool_]]) -> int:
    """Where the rows end; blank ones behind are left out, but not a line of commas."""
    blank = ~_any(filled, 0, len(sheet))
    if sheet.widths is not None:
        blank &= sheet.widths <= 1
    held = np.flatnonzero(~blank)
    return int(held[-1]) + 1 if len(held) else 0


def _reason(sheet: Sheet, place: int, width: int, wrong: bool, full: bool) -> str:
    if wrong and full:
        cells = int(sheet.widths[place]) if sheet.widths is not None else len(sheet.columns)
        return f"{cells} cells where the header has {width}"
    return "the line is blank" if wrong else "every cell is empty"
