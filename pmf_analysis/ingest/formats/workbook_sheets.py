"""Sheets of a workbook by the library that reads all its kinds (calamine).

Values are those stored; formulas are never worked out. The library keeps the whole
rectangle of a sheet in memory and ends the program where it does not fit, so a workbook
comes here only after its sheets have been measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits
from pmf_analysis.ingest.formats.limits import LONGEST_NAME, Allowance
from pmf_analysis.ingest.formats.wording import damaged, empty, locked, shown
from pmf_analysis.ingest.sheets import Sheet, sheet_of_rows

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_EXACT = 2**53
"""Whole floats are exact up to here."""


def read_sheets(
    content: bytes, name: str, allowance: Allowance
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Every sheet of a workbook that has a filled cell, and remarks on the others.

    Parameters
    ----------
    content : bytes
        A workbook whose sheets are known to fit in memory.
    name : str
        For messages.
    allowance : Allowance

    Returns
    -------
    tuple
        Sheets in the order of the workbook, hidden ones among them; lines are the rows of
        the sheet. Remarks.

    Raises
    ------
    UnreadableFileError
        If it is damaged, locked or has no filled cell.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return _read_each(workbook, name, allowance)
    except PasswordError as error:
        raise locked(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(name, "a whole workbook") from error
    except BaseException as error:
        # a fault inside the library is no Exception; its own kind cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name, "a whole workbook") from error


def _read_each(
    workbook: CalamineWorkbook, name: str, allowance: Allowance
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets, remarks = [], []
    for place, about in enumerate(workbook.sheets_metadata):
        title = shown(about.name, LONGEST_NAME)
        if about.typ != SheetTypeEnum.WorkSheet:
            remarks.append(f"The sheet {title} is no table and was not read.")
            continue
        sheet = _sheet_of(workbook.get_sheet_by_index(place), title, name, allowance)
        if sheet is None:
            remarks.append(f"The sheet {title} is empty.")
            continue
        sheets.append(sheet)
        if about.visible != SheetVisibleEnum.Visible:
            remarks.append(f"The sheet {title} is hidden in the workbook; it was read.")
    if not sheets:
        raise empty(name)
    return tuple(sheets), tuple(remarks)


def _sheet_of(held: CalamineSheet, title: str, name: str, allowance: Allowance) -> Sheet | None:
    allowance.check_grid(held.total_height, held.width, f"{name}, sheet {title}")
    sheet = sheet_of_rows(title, _filled_rows(held))
    last = max((place for place, each in enumerate(sheet.columns, 1) if any(each.texts)), default=0)
    if not last:
        return None
    allowance.spend_cells(len(sheet), last, f"{name}, sheet {title}")
    return replace(sheet, columns=sheet.columns[:last], widths=None)


def _filled_rows(held: CalamineSheet) -> Iterator[list[str]]:
    """Rows as text from the sheet's first to the last with a filled cell."""
    blank: list[list[str]] = []
    for row in held.iter_rows():
        cells = [cell if type(cell) is str else text_of(cell) for cell in row]
        if any(cells):
            yield from blank
            blank = []
            yield cells
        else:
            blank.append(cells)


def text_of(value: object) -> str:
    """A stored value as the text of a cell.

    Parameters
    ----------
    value : float, int, bool, date, datetime, time, timedelta or str

    Returns
    -------
    str
        The shortest text that reads back as the same number, whole ones without a point;
        dates as ``2024-03-31``, with the time where it is not midnight; a length of time
        as ``36:00:00``; ``TRUE`` and ``FALSE``.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) <= _EXACT
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _length_of(value)
    return str(value)


def _length_of(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{'-' if seconds < 0 else ''}{hours}:{minute:02d}:{second:02d}"


def check_box(rows: int, columns: int, name: str, allowance: Allowance) -> None:
    """Refuse a sheet whose rectangle of cells would not fit in memory.

    Raises
    ------
    UnreadableFileError
    """
    if columns <= limits.MOST_COLUMNS and rows * columns > limits.MOST_GRID:
        raise UnreadableFileError(
            f"{name} reaches over {rows:,} rows and {columns:,} columns, filled and empty",
            f"at most {limits.MOST_GRID // 10**6} million cells in a sheet of a workbook",
            "Clear far-off cells, or deliver it in parts",
        )  # fmt: skip
    allowance.check_grid(rows, columns, name)
