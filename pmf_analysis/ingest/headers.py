"""Where the names of a sheet's columns stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.sheets import Sheet
from pmf_analysis.register.layouts import HeaderRule, folded

SEARCHED = 50
"""Filled rows from the top that may be the header."""


@dataclass(frozen=True)
class Header:
    """Names of the columns, and where they stand.

    Attributes
    ----------
    names : tuple of str
        Without surrounding and repeated blanks, as printed.
    start : int
        Place of the first row of the header.
    rows : int
        How many there are; 0 where the format itself names the columns.
    """

    names: tuple[str, ...]
    start: int = 0
    rows: int = 0

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The names as they are compared."""
        return tuple(map(folded, self.names))

    @cached_property
    def told_apart(self) -> frozenset[str]:
        """The names as they are compared, and ``name (2)`` for one that stands again."""
        times = Counter(self.folded)
        again = {
            f"{name} ({time})" for name, count in times.items() for time in range(2, count + 1)
        }
        return frozenset(times) | again


def candidates(sheet: Sheet, rule: HeaderRule) -> Iterator[Header]:
    """Rows that may be the header, from the top.

    Parameters
    ----------
    sheet : Sheet
    rule : HeaderRule

    Yields
    ------
    Header
        The one of the sheet's format, or every filled row among the first as the topmost
        of as many rows as the rule says.
    """
    if sheet.header is not None:
        yield Header(tuple(_tidy(name) for name in sheet.header))
        return
    found = 0
    for start in range(len(sheet) - rule.rows + 1):
        if any(sheet.row(start)):
            found += 1
            yield _stacked(sheet, start, rule)
        if found == SEARCHED:
            return


def first_header(sheet: Sheet, rule: HeaderRule, name: str) -> Header:
    """The topmost candidate.

    Raises
    ------
    UnreadableFileError
        If the sheet holds nothing.
    """
    found = next(candidates(sheet, rule), None)
    if found is None:
        raise UnreadableFileError(
            f"{name} is empty", "a header line and at least one row",
            "Ask for the file again; nothing was stored",
        )  # fmt: skip
    return found


def _stacked(sheet: Sheet, start: int, rule: HeaderRule) -> Header:
    rows = [sheet.row(place) for place in range(start, start + rule.rows)]
    width = len(sheet.columns)
    if sheet.widths is not None:
        width = int(sheet.widths[start : start + rule.rows].max())
    rows = [[_tidy(cell) for cell in row[:width]] for row in rows]
    upper = [_filled_to_the_right(row) if rule.fill else row for row in rows[:-1]]
    names = zip(*upper, rows[-1], strict=True)
    return Header(tuple(rule.join.join(filter(None, parts)) for parts in names), start, rule.rows)


def _filled_to_the_right(row: list[str]) -> list[str]:
    filled, last = [], ""
    for cell in row:
        last = cell or last
        filled.append(last)
    return filled


def _tidy(text: str) -> str:
    return " ".join(text.split())
