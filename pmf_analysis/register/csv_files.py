"""Reference CSV files as rows that remember their line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis.errors import RegisterError


@dataclass(frozen=True)
class CsvRow:
    """One row: the file's name, the line it starts on (the header being line 1), its cells."""

    name: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, expected: str) -> str:
        """One fault in the usual words: file, line, column, what was given, what was expected."""
        where = f"{self.name}, line {self.line}, column {column}"
        return f"{where}: given {self.cells[column]!r}, expected {expected}"


def read_rows(
    path: Path, name: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> list[CsvRow]:
    """Rows of a reference CSV file.

    Parameters
    ----------
    path : Path
    name : str
        How messages name the file.
    columns : sequence of str
        Columns that must be there, in any order.
    optional : sequence of str
        Columns that may be there; empty text where they are not.

    Returns
    -------
    list of CsvRow
        Cells without surrounding blanks. Blank lines are left out.

    Raises
    ------
    RegisterError
        If the file is not UTF-8 text, is empty, lacks a column, has an unknown or repeated
        one, or has a row whose cells do not match the header.
    """
    header, lines = _table(path, name)
    _check_header(header, name, columns, optional)
    rows, faults = [], []
    for line, cells in lines:
        if len(cells) != len(header):
            faults.append(
                f"{name}, line {line}: given {len(cells)} cells, expected {len(header)} "
                "(put quotes around a text that holds a comma)"
            )
            continue
        held = dict.fromkeys(optional, "")
        held.update(zip(header, cells, strict=True))
        rows.append(CsvRow(name, line, held))
    if faults:
        raise RegisterError("; ".join(faults))
    return rows


def _table(path: Path, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise RegisterError(f"{name} is missing", "a CSV file") from error
    except UnicodeDecodeError as error:
        raise RegisterError(f"{name}: not UTF-8 text", "a CSV file in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise RegisterError(f"{name}, line {reader.line_num}: {error}", "CSV") from error
    if not lines:
        raise RegisterError(f"{name} is empty", "a header line at least")
    return lines[0][1], lines[1:]


def _check_header(
    header: list[str], name: str, columns: Sequence[str], optional: Sequence[str]
) -> None:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in (*columns, *optional)]
    twice = sorted({column for column in header if header.count(column) > 1})
    parts = [
        f"{words} {', '.join(map(repr, found))}"
        for words, found in (("lacks", missing), ("unknown", unknown), ("twice", twice))
        if found
    ]
    if parts:
        raise RegisterError(
            f"{name}, line 1: column names do not fit ({'; '.join(parts)})",
            f"columns {', '.join((*columns, *optional))}",
        )
