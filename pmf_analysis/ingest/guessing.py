"""Where the header of a table stands that no layout describes: a guess, for a proposal."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pmf_analysis.ingest.sheets import Sheet
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.ingest.written_periods import read_period

LOOKED_AT = 200
"""Rows of a sheet among which the header is looked for."""

MOST_HEADER_ROWS = 4

_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_JOIN = " | "


def guess_table(sheet: Sheet, file_name: str, sheets: int) -> Table | None:
    """The table of a sheet: names of its columns and the rows below them.

    Parameters
    ----------
    sheet : Sheet
    file_name : str
    sheets : int
        How many sheets the file has; of one only, the name does not matter.

    Returns
    -------
    Table or None
        None where nothing looks like a table, as on a cover sheet.
    """
    title = sheet.name if sheets > 1 else ""
    if sheet.header is not None:
        rows = np.arange(len(sheet), dtype=np.intp)
        return Table(title, file_name, 1, 1, sheet.header, sheet.columns, rows)
    looked = [sheet.row(place) for place in range(min(len(sheet), LOOKED_AT))]
    body = _first_row_of_figures(looked)
    first, last = _header_above(looked, body) if body is not None else _row_of_names(looked)
    if last < first:
        return None
    names = joined_names(looked[first : last + 1])
    rows = _rows_below(sheet, last)
    if len(rows) and _is_data(looked[last], sheet.row(int(rows[0]))):
        return None
    if len(rows) == 0 or sum(map(bool, names)) < 2:
        return None
    above = tuple(text for row in looked[:first] for text in row if text)
    return Table(title, file_name, last - first + 1, int(sheet.lines[first]), names,
                 sheet.columns, rows, above)  # fmt: skip


def joined_names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Names of columns that stand on each other, upper ones filled to the right.

    A blank in an upper row means the name to its left; the last row is taken as it stands.
    """
    filled = [_filled_right(row) for row in rows[:-1]]
    names = []
    for place, name in enumerate(rows[-1]):
        above = [row[place] for row in filled if row[place]]
        names.append(_JOIN.join(filter(None, [*above, name])) if name or above else "")
    return tuple(names)


def _filled_right(row: Sequence[str]) -> list[str]:
    held, latest = [], ""
    for cell in row:
        latest = cell or latest
        held.append(latest)
    return held


def _is_data(names: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row of names holds what the row below it holds: then it is no header.

    So a table of people without a header shows nobody.
    """
    run = _is_run([name for name in names if _is_number(name)])
    for name, cell in zip(names, below, strict=True):
        if _is_number(name) and not _YEAR.fullmatch(name) and not run:
            return True
        if name and _is_day(name) and _is_day(cell):
            return True
    return False


def _is_day(text: str) -> bool:
    return read_period(text, "day") is not None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _first_row_of_figures(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row with two filled cells or more and a number that is no year of a header."""
    for place, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        numbers = [cell for cell in filled if _is_number(cell)]
        if place == 0 or len(filled) < 2 or not numbers:
            continue
        years = [cell for cell in numbers if _YEAR.fullmatch(cell)]
        if len(years) == len(numbers) > 1 and len(set(years)) == len(years):
            continue  # years side by side are names of columns
        if _names_in_numbers(rows, place):
            continue
        return place
    return None


def _names_in_numbers(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether numbers of a row name columns: one year beside words, or ages one by one.

    Nothing as wide stands above it, and the rows below it hold other numbers there.
    """
    row = rows[place]
    width = sum(map(bool, row))
    if any(sum(map(bool, above)) >= width for above in rows[:place]):
        return False
    at = [here for here, cell in enumerate(row) if _is_number(cell)]
    is_run = _is_run([row[here] for here in at])
    if not is_run and not all(_YEAR.fullmatch(row[here]) for here in at):
        return False
    below = next((each for each in rows[place + 1 :] if sum(map(bool, each)) > 1), None)
    if below is None:
        return False
    held = [below[here] for here in at]
    other = held != [row[here] for here in at] and not all(map(_YEAR.fullmatch, held))
    return other and all(held) and len(at) < width


def _is_run(cells: Sequence[str]) -> bool:
    """Whether numbers follow each other one by one, such as ages, three of them or more."""
    if len(cells) < 3 or not all(cell.isdigit() for cell in cells):
        return False
    return [int(cell) for cell in cells] == list(range(int(cells[0]), int(cells[0]) + len(cells)))


def _header_above(rows: Sequence[Sequence[str]], body: int) -> tuple[int, int]:
    last = body - 1
    while last >= 0 and sum(map(bool, rows[last])) < 2:
        last -= 1
    first = last
    # a title stands in the first column; a name over several columns does not
    while first > 0 and last - first + 1 < MOST_HEADER_ROWS and any(rows[first - 1][1:]):
        first -= 1
    if 0 <= first < last and _names_all(rows[first : last + 1]):
        return first, first
    return (first, last) if last >= 0 else (1, 0)


def _names_all(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the topmost row alone gives every column a name of its own."""
    top = [cell for cell, *below in zip(*rows, strict=True) if cell or any(below)]
    return all(top) and len({cell.casefold() for cell in top}) == len(top)


def _row_of_names(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Where no row holds a number: the first of the fullest rows, if its cells differ."""
    counts = [sum(map(bool, row)) for row in rows]
    most = max(counts, default=0)
    if most < 2:
        return 1, 0
    place = counts.index(most)
    filled = [cell for cell in rows[place] if cell]
    return (place, place) if len(set(filled)) == len(filled) else (1, 0)


def _rows_below(sheet: Sheet, last: int) -> np.ndarray:
    filled = np.zeros(len(sheet), dtype=np.int32)
    for column in sheet.columns:
        has_text = np.array([bool(text) for text in column.texts], dtype=np.int32)
        filled += has_text[column.codes]
    places = np.arange(len(sheet), dtype=np.intp)
    return places[(places > last) & (filled > 1)]
