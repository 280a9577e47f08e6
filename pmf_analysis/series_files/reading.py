"""A file of series: one row a figure, checked cell by cell before anything is forecast."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import TableError, harmless
from pmf_analysis.forecasting import Series
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.formats.wording import shown
from pmf_analysis.ingest.sheets import Column, Sheet
from pmf_analysis.terms import Frequency, SeriesKind

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Read = TypeVar("Read")

COLUMNS = ("series_id", "t", "value", "freq", "period", "h", "kind", "lower", "upper")
"""Columns that a file of series must have."""

OPTIONAL = ("denominator",)
"""What it may have besides: the whole that a percentage is a share of."""

FREQUENCIES = {
    "monthly": (Frequency.MONTH, 12),
    "quarterly": (Frequency.QUARTER, 4),
    "yearly": (Frequency.YEAR, 1),
}
"""Word of the column ``freq`` to the frequency, and how many periods a year has."""

MOST_PERIODS = 10_000
"""Periods from the first to the last of one series: no rule of the data, but a guard against one
mistyped ``t`` that asks for more memory than there is."""

MOST_AHEAD = 120
"""Periods ahead, for the same reason."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class SeriesFile:
    """Series of a file, checked.

    Attributes
    ----------
    series : tuple of Series
        In the order in which the file begins them.
    frequencies : tuple of Frequency
        One a series.
    not_read : tuple of str
        Columns that nothing is read from.
    """

    series: tuple[Series, ...]
    frequencies: tuple[Frequency, ...]
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cells:
    """The rows below the header, by column name."""

    name: str
    columns: Mapping[str, Column]
    lines: NDArray[np.int64]

    def fault(self, bad: NDArray[np.bool_], column: str, expected: str, do: str) -> TableError:
        """The error for the first bad cell, which says how many more there are."""
        row = int(np.argmax(bad))
        cell = str(self.columns[column].texts[self.columns[column].codes[row]])
        more = int(bad.sum()) - 1
        said = f", and {more:,} rows more like it" if more else ""
        given = f"is {shown(cell)!r}" if cell else "is empty"
        return TableError(
            f"{self.name}, line {self.lines[row]}, column {column} {given}{said}", expected, do
        )

    def read(
        self, column: str, reader: Callable[[str], Read | None], expected: str, do: str
    ) -> list[Read]:
        """What each row's cell is read as; ``reader`` gives None for what it cannot read."""
        held = self.columns[column]
        found = [reader(str(text)) for text in held.texts]
        bad = np.array([one is None for one in found])[held.codes]
        if bad.any():
            raise self.fault(bad, column, expected, do)
        return [found[code] for code in held.codes]  # type: ignore[misc]

    def numbers(self, column: str, empty: bool, whole: bool = False) -> Floats:
        """Numbers of a column; NaN for an empty cell where one may be empty."""
        expected = "a whole number" if whole else "a number such as 12 or 12.5"
        do = "Write digits and a point alone" + (", or leave it empty" if empty else "")

        def reader(text: str) -> float | None:
            if not text:
                return math.nan if empty else None
            found = float(text) if _NUMBER.fullmatch(text) else math.inf
            fits = math.isfinite(found) and (not whole or found == int(found))
            return found if fits else None

        return np.array(self.read(column, reader, expected, do), dtype=float)


def read_series(path: str | Path) -> SeriesFile:
    """Read a file of series.

    Parameters
    ----------
    path : str or Path
        A table in CSV, or in any other format that can be received, with the columns
        ``COLUMNS``: ``series_id`` (text), ``t`` (number of the period; one that is left out is
        a gap), ``value`` (empty where not known), ``freq`` (monthly, quarterly, yearly),
        ``period`` (12, 4, 1), ``h`` (periods ahead), ``kind`` (``terms.SeriesKind``), ``lower``
        and ``upper`` (bounds, empty without); it may have ``denominator``.

    Returns
    -------
    SeriesFile

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it cannot be read as a table.
    TableError
        If a column is missing or a cell means nothing; names file, line, column and cell.
    """
    cells, not_read = _cells(path)
    ids = cells.columns["series_id"]
    _check_ids(cells)
    first, of = _places(ids)
    told = {name: _one_each(cells, name, first, of) for name in ("freq", "period", "h", "kind")}
    periods = _periods(cells, of)
    values = cells.numbers("value", empty=True)
    lower, upper = _bounds(cells, values, first, of)
    wholes = _denominators(cells)
    known = np.bincount(of, ~np.isnan(wholes), len(first)) > 0
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(len(first) + 1))
    series = []
    for place, row in enumerate(first):
        rows = order[starts[place] : starts[place + 1]]
        at = periods[rows] - periods[rows].min()
        series.append(
            Series(
                name=str(ids.texts[ids.codes[row]]),
                values=_spread(values, rows, at),
                season=FREQUENCIES[told["freq"][place]][1],
                horizon=int(told["h"][place]),
                kind=SeriesKind(told["kind"][place]),
                lower=lower[place],
                upper=upper[place],
                denominators=_spread(wholes, rows, at) if known[place] else None,
            )
        )
    frequencies = tuple(FREQUENCIES[word][0] for word in told["freq"])
    return SeriesFile(tuple(series), frequencies, not_read)


def _cells(path: str | Path) -> tuple[_Cells, tuple[str, ...]]:
    document = read_document(path)
    name = shown(document.name)
    sheets = [sheet for sheet in document.sheets if len(sheet)]
    if len(sheets) != 1:
        raise TableError(
            f"{name} has {len(sheets)} sheets with rows", "one table of series",
            "Save that sheet as a file of its own",
        )  # fmt: skip
    sheet = sheets[0]
    header = list(sheet.header) if sheet.header is not None else sheet.row(0)
    rows = _rows(sheet, len(header), name)
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise TableError(
            f"{name} has no column {', '.join(missing)}", f"columns {', '.join(COLUMNS)}",
            f"Its first line has {', '.join(shown(one) for one in header)}",
        )  # fmt: skip
    known = [*COLUMNS, *OPTIONAL]
    twice = next((column for column in known if header.count(column) > 1), "")
    if twice:
        raise TableError(f"{name} has two columns {twice}", "each column once", "Leave one out")
    columns = {
        column: sheet.columns[header.index(column)].take(rows)
        for column in known
        if column in header
    }
    others = tuple(one for one in header if one and one not in known)
    return _Cells(name, columns, sheet.lines[rows]), others


def _rows(sheet: Sheet, width: int, name: str) -> Whole:
    """Places of the rows below the header; blank ones are left out."""
    filled = np.zeros(len(sheet), dtype=bool)
    for column in sheet.columns:
        filled |= (column.texts != "")[column.codes]
    if sheet.header is None:
        filled[0] = False
    rows = np.flatnonzero(filled)
    if not len(rows):
        raise TableError(f"{name} has a header and no row", "a row for each figure of each series")
    if sheet.widths is not None:
        odd = rows[sheet.widths[rows] != width]
        if len(odd):
            raise TableError(
                f"{name}, line {sheet.lines[odd[0]]} has {sheet.widths[odd[0]]} cells",
                f"{width}, as the first line has",
                "Put a cell that holds a comma in quotes, and leave no cell out",
            )  # fmt: skip
    return rows


def _check_ids(cells: _Cells) -> None:
    def reader(text: str) -> str | None:
        formula = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
        return text if text and not formula and text == harmless(text) else None

    cells.read(
        "series_id", reader, "a name on one line that no spreadsheet takes for a formula",
        "Name each series, and begin no name with =, +, - or @",
    )  # fmt: skip


def _places(ids: Column) -> tuple[Whole, Whole]:
    """The first row of each series, in the order of the file, and for each row its series."""
    _, first, of = np.unique(ids.codes, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[of]


def _one_each(cells: _Cells, column: str, first: Whole, of: Whole) -> list[str]:
    """What a column says of each series, the same in all of its rows."""
    checks: dict[str, tuple[Callable[[str], str | None], str, str]] = {
        "freq": _among(FREQUENCIES), "kind": _among([kind.value for kind in SeriesKind]),
        "h": (_horizon, f"a whole number from 1 to {MOST_AHEAD}", "Say how far to look ahead"),
        "period": _among(["12", "4", "1"]),
    }  # fmt: skip
    reader, expected, do = checks[column]
    found = np.array(cells.read(column, reader, expected, do), dtype=object)
    _same(cells, column, found != found[first][of], first, of)
    told = found[first]
    if column == "period":
        freq = cells.columns["freq"]
        years = np.array([str(FREQUENCIES.get(str(word), ("", ""))[1]) for word in freq.texts])
        bad = years[freq.codes] != found
        if bad.any():
            raise cells.fault(
                bad, column, "12 with monthly, 4 with quarterly, 1 with yearly figures",
                "Correct freq or period in that row",
            )  # fmt: skip
    return [str(one) for one in told]


def _among(words: Mapping[str, object] | list[str]) -> tuple[Callable[[str], str | None], str, str]:
    known = [*words]
    return (
        lambda text: text if text in known else None,
        f"{', '.join(known[:-1])} or {known[-1]}",
        "Write one of these words" if len(known[0]) > 2 else "Write one of these numbers",
    )


def _horizon(text: str) -> str | None:
    number = float(text) if _NUMBER.fullmatch(text) else 0.0
    fits = 1 <= number <= MOST_AHEAD and number == int(number)
    return str(int(number)) if fits else None


def _same(cells: _Cells, column: str, differs: NDArray[np.bool_], first: Whole, of: Whole) -> None:
    if not differs.any():
        return
    row = int(np.argmax(differs))
    held = cells.columns[column]
    before = str(held.texts[held.codes[first[of[row]]]])
    raise cells.fault(
        differs, column,
        f"{shown(before)!r}, as in line {cells.lines[first[of[row]]]}, where its series begins",
        "Say the same in every row of a series",
    )  # fmt: skip


def _periods(cells: _Cells, of: Whole) -> NDArray[np.int64]:
    """Numbers of the periods; no series has one twice."""
    numbers = cells.numbers("t", empty=False, whole=True)
    wide = np.abs(numbers) > 1e15
    low = np.full(of.max() + 1, np.inf)
    np.minimum.at(low, of, numbers)
    wide |= numbers - low[of] >= MOST_PERIODS
    if wide.any():
        raise cells.fault(
            wide, "t", f"at most {MOST_PERIODS:,} periods in a series",
            "Number the periods one after another",
        )  # fmt: skip
    periods = numbers.astype(np.int64)
    order = np.lexsort((periods, of))
    again = (np.diff(periods[order]) == 0) & (np.diff(of[order]) == 0)
    if again.any():
        place = int(np.argmax(again))
        lines = sorted(int(cells.lines[row]) for row in order[place : place + 2])
        ids = cells.columns["series_id"]
        named = shown(str(ids.texts[ids.codes[order[place]]]))
        raise TableError(
            f"{cells.name}, lines {lines[0]} and {lines[1]}, column t: the series {named} has two "
            f"values for {periods[order[place]]}",
            "one row for each period of a series", "Leave one out",
        )  # fmt: skip
    return periods


def _bounds(cells: _Cells, values: Floats, first: Whole, of: Whole) -> tuple[Floats, Floats]:
    """Bounds of each series; every value lies between them."""
    lower, upper = (cells.numbers(name, empty=True) for name in ("lower", "upper"))
    for name, bound in (("lower", lower), ("upper", upper)):
        held = bound[first][of]
        _same(cells, name, (bound != held) & ~(np.isnan(bound) & np.isnan(held)), first, of)
    if (crossed := lower > upper).any():
        raise cells.fault(crossed, "lower", "a lower bound below the upper one", "Exchange them")
    outside = (values < lower) | (values > upper)
    if outside.any():
        row = int(np.argmax(outside))
        ends = [f"{bound[row]:g}" for bound in (lower, upper) if not np.isnan(bound[row])]
        held = " to ".join(ends) if len(ends) > 1 else f"nothing beyond {ends[0]}"
        raise cells.fault(
            outside, "value", f"within the bounds of its series, {held}",
            "Correct the value or the bound, or leave the value empty if it is not known",
        )  # fmt: skip
    return lower[first], upper[first]


def _denominators(cells: _Cells) -> Floats:
    """The whole of each row; NaN where it is not known."""
    if "denominator" not in cells.columns:
        return np.full(len(cells.lines), np.nan)
    found = cells.numbers("denominator", empty=True)
    if (below := found < 0).any():
        raise cells.fault(
            below, "denominator", "a number that is not below 0", "Leave it empty if not known"
        )
    return found


def _spread(values: Floats, rows: Whole, at: NDArray[np.int64]) -> Floats:
    """Values of one series in order of time, NaN for the periods that are left out."""
    spread = np.full(int(at.max()) + 1, np.nan)
    spread[at] = values[rows]
    return spread
