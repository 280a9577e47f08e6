"""Rows of a table of records or a reference table, each field read as its type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.ingest.cells import SHOWN, marker_of, number_of
from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.receipt import Refusal, UnreadCell
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.register.layouts import Layout, RecordField
from pmf_analysis.terms import Holds

_NO_DAY = date(1899, 12, 30)
_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LAST_SERIAL = 2_958_465  # 9999-12-31
_YES = {"y": True, "yes": True, "true": True, "1": True, "t": True}
_NO = {"n": False, "no": False, "false": False, "0": False, "f": False}
_REASONS = {
    "date": "no date as the layout writes them", "whole": "no whole number",
    "number": "no number", "yes_no": "neither yes nor no",
}  # fmt: skip

FIRST = ("delivery", "sheet", "line")
"""Columns of every table of records before its fields."""


@dataclass(frozen=True)
class Records:
    """Rows with typed fields, the cells among them that could not be read, and other rows."""

    table: pd.DataFrame
    unread: tuple[UnreadCell, ...]
    refused: tuple[Refusal, ...]


def read_records(delivery: str, sheet: str, match: Match, grid: Grid) -> Records:
    """Read the rows of a grid by the fields of a layout.

    Parameters
    ----------
    delivery : str
    sheet : str
        Name of the sheet.
    match : Match
    grid : Grid

    Returns
    -------
    Records
        A table with ``delivery``, ``sheet``, ``line`` and every field of the layout: text and
        codes as text, dates as ``datetime64[s]``, whole numbers as ``Int64``, yes and no as
        ``boolean``. Empty cells, markers and cells that cannot be read as their type are null;
        the last are named, without their text where the layout holds records. Rows that lack
        a field which every row must have are refused.
    """
    kept, refused = _filled(match, grid)
    held: dict[str, object] = {
        "delivery": _constant(delivery, len(kept)), "sheet": _constant(sheet, len(kept)),
        "line": grid.lines[kept],
    }  # fmt: skip
    unread: list[UnreadCell] = []
    for name, field in match.layout.fields.items():
        place = match.positions.get(name)
        if place is None:
            held[name] = _absent(field, len(kept))
            continue
        values, bad = _read(grid.columns[place].take(kept), field, match.layout)
        held[name] = values
        unread += _named(bad, kept, grid, place, field, match.layout)
    unread.sort(key=lambda cell: (cell.line, cell.column))
    return Records(pd.DataFrame(held, copy=False), tuple(unread), refused)


def _filled(match: Match, grid: Grid) -> tuple[NDArray[np.intp], tuple[Refusal, ...]]:
    """Places of the rows that hold all they must, and the refusals of the others."""
    lacking: dict[int, list[str]] = {}
    for name, field in match.layout.fields.items():
        place = match.positions.get(name)
        if not field.filled or place is None:
            continue
        column = grid.columns[place]
        for row in np.flatnonzero(~column.texts.astype(bool)[column.codes]):
            lacking.setdefault(int(row), []).append(name)
    refused = tuple(
        Refusal(int(grid.lines[row]), f"no {', '.join(names)}", grid.sheet)
        for row, names in sorted(lacking.items())
    )
    kept = np.ones(len(grid), dtype=bool)
    kept[list(lacking)] = False
    return np.flatnonzero(kept), refused


def _read(column: Column, field: RecordField, layout: Layout) -> tuple[object, NDArray[np.intp]]:
    """The typed values of a column, and the rows whose cell could not be read."""
    if field.type in ("text", "code"):
        held = np.where(column.texts.astype(bool), column.texts, None)
        whole = pd.array(held if len(held) else [None], dtype="str")
        return _taken(whole, column.codes), np.empty(0, dtype=np.intp)
    reads = _reader(field, layout)
    cells = [_cell(str(text), reads, layout) for text in column.texts]
    bad = np.array([cell is _UNREADABLE for cell in cells], dtype=bool)
    values = [None if cell is _UNREADABLE else cell for cell in cells]
    return _typed(values, field)[column.codes], np.flatnonzero(bad[column.codes])


def _taken(
    texts: pd.api.extensions.ExtensionArray, codes: NDArray[np.integer]
) -> pd.api.extensions.ExtensionArray:
    """The text of each row; nothing is copied where every row has one of its own, in order."""
    if len(codes) and codes[-1] - codes[0] == len(codes) - 1 and (np.diff(codes) == 1).all():
        return texts[codes[0] : codes[-1] + 1]
    return texts.take(codes)


_UNREADABLE = object()


def _cell(text: str, reads: Callable[[str], object], layout: Layout) -> object:
    if not text:
        return None
    value = reads(text)
    if value is not None:
        return value
    return None if marker_of(text, layout) is not None else _UNREADABLE


def _reader(field: RecordField, layout: Layout) -> Callable[[str], object]:
    if field.type == "date":
        formats = field.formats or layout.date_formats
        return lambda text: _date(text, formats)
    if field.type == "yes_no":
        return lambda text: (_YES | _NO).get(text.casefold())
    if field.type == "whole":
        return lambda text: _whole(number_of(text, layout))
    return lambda text: number_of(text, layout)


def _whole(number: float | None) -> int | None:
    return int(number) if number is not None and number.is_integer() else None


@lru_cache(maxsize=2**16)
def _date(text: str, formats: tuple[str, ...]) -> date | None:
    """A date by the layout's ways of writing one, or as ISO 8601 writes it."""
    for form in (*formats, *_ISO):
        if form == "excel":
            found = _day_number(text)
            if found is not None:
                return found
            continue
        try:
            return _day_as(text, form)
        except ValueError:
            continue
    return None


def _day_as(text: str, form: str) -> date:
    """The date of a text written in one way; the most usual way of all is read ten times faster.

    Raises
    ------
    ValueError
        If it is not written so.
    """
    if form == _ISO[0] and _PLAIN_DAY.fullmatch(text):
        return date.fromisoformat(text)
    return datetime.strptime(text, form).date()


def _day_number(text: str) -> date | None:
    """The date of a spreadsheet's day number; 1 is the first day of 1900."""
    try:
        number = math.floor(float(text)) if text[:1].isdigit() else 0
    except (ValueError, OverflowError):
        return None
    # before March 1900 spreadsheets count a day that never was
    return _NO_DAY + timedelta(days=number) if 60 < number <= _LAST_SERIAL else None


def _typed(values: list, field: RecordField) -> pd.api.extensions.ExtensionArray | NDArray:
    if field.type == "date":
        return np.array(values or [None], dtype="datetime64[s]")
    kinds = {"whole": "Int64", "yes_no": "boolean"}
    if field.type in kinds:
        return pd.array(values or [None], dtype=kinds[field.type])
    return np.array([math.nan if each is None else each for each in values] or [math.nan])


def _absent(field: RecordField, count: int) -> object:
    """The column of a field that the file does not have."""
    kinds = {"whole": "Int64", "yes_no": "boolean", "text": "str", "code": "str"}
    if field.type in kinds:
        return pd.array([None] * count, dtype=kinds[field.type])
    return _typed([None] * count, field)[:count]


def _constant(text: str, count: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([text], dtype="str").take(np.zeros(count, dtype=np.intp))


def _named(
    bad: NDArray[np.intp], kept: NDArray[np.intp], grid: Grid, place: int, field: RecordField,
    layout: Layout,
) -> list[UnreadCell]:  # fmt: skip
    """Cells that could not be read; of a table of records never the text."""
    column = grid.columns[place]
    shown = layout.holds is not Holds.RECORDS
    found = []
    for row in kept[bad]:
        text = str(column.texts[column.codes[row]])[:SHOWN] if shown else ""
        found.append(
            UnreadCell(
                int(grid.lines[row]), grid.header[place], _REASONS[field.type], text, grid.sheet
            )
        )
    return found


def latest_date(records: pd.DataFrame, field: str) -> date | None:
    """The latest date of a field; None where no row holds one."""
    latest = records[field].max()
    return None if pd.isna(latest) else latest.date()
