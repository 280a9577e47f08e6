"""Text in CSV into a header and rows that know their line."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.receipt import Refusal


@dataclass(frozen=True)
class Grid:
    """A CSV file as cells.

    Attributes
    ----------
    header : tuple of str
        Column names without surrounding blanks, as printed.
    rows : list of list of str
        Cells without surrounding blanks, as many as the header has.
    lines : list of int
        The line each row starts on; the first line of the file is 1.
    refused : tuple of Refusal
        Rows that do not have the header's number of cells, or are blank.
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    refused: tuple[Refusal, ...]


def read_grid(text: str, name: str) -> Grid:
    """Split CSV text into rows.

    Parameters
    ----------
    text : str
        Commas between cells, quotes around cells that hold a comma, quote or new line.
    name : str
        The file's name, for messages.

    Returns
    -------
    Grid
        Blank lines at the end of the file are no rows; elsewhere they are refused rows.

    Raises
    ------
    UnreadableFileError
        If quotes do not close, a column name stands twice, or there is no row.
    """
    numbered = _split(text, name)
    if not numbered:
        raise UnreadableFileError(f"{name} is empty", "a header line and at least one row")
    header_line, header = numbered[0]
    _check_header(header, header_line, name)
    rows, lines, refused = [], [], []
    for line, cells in numbered[1:]:
        extra = cells[len(header) :]
        if len(cells) < len(header) or any(extra):
            refused.append(Refusal(line, _wrong_width(cells, header)))
        elif not any(cells):
            refused.append(Refusal(line, "every cell is empty"))
        else:
            rows.append(cells[: len(header)])
            lines.append(line)
    if not rows and not refused:
        raise UnreadableFileError(
            f"{name} has a header and no row", "at least one row",
            "Ask for the file again; nothing was stored",
        )  # fmt: skip
    return Grid(tuple(header), rows, lines, tuple(refused))


def _split(text: str, name: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    numbered: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            numbered.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(
            f"{name}: the row that starts on line {line} cannot be split into cells ({error})",
            'quotes that open and close around a whole cell, a quote inside written twice ("")',
            "Mend that row and deliver the file again",
        ) from error
    while numbered and not any(numbered[-1][1]) and len(numbered[-1][1]) <= 1:
        numbered.pop()
    while numbered and not any(numbered[0][1]):
        numbered.pop(0)
    return numbered


def _check_header(header: list[str], line: int, name: str) -> None:
    folded = [column.casefold() for column in header if column]
    twice = sorted({column for column in folded if folded.count(column) > 1})
    if twice:
        raise UnreadableFileError(
            f"{name}, line {line}: column name twice: {', '.join(twice)}",
            "every column named once", "Rename or remove one of them and deliver the file again",
        )  # fmt: skip


def _wrong_width(cells: list[str], header: list[str]) -> str:
    if not any(cells):
        return "the line is blank"
    return f"{len(cells)} cells where the header has {len(header)}"
