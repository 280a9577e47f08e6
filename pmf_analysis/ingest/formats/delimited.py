"""CSV: text with commas between cells, or with tabs (``.tsv``)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import empty
from pmf_analysis.ingest.sheets import sheet_of_rows

ENDINGS = (".csv", ".tsv")
KIND = "a CSV file"

_SAVE_AS = "Save it as CSV (UTF-8) and deliver it again"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read CSV.

    Blank lines at the end of the file are no rows; others are rows without a cell.

    Raises
    ------
    UnreadableFileError
        If nothing is filled, the bytes are no text, or quotes do not close.
    """
    if not content.strip(b"\xef\xbb\xbf\r\n\t ,"):
        raise empty(name)
    text, encoding = _decoded(content, name)
    form = "tsv" if name.casefold().endswith(".tsv") else "csv"
    lines: list[int] = []
    rows = _split(text, "\t" if form == "tsv" else ",", name, lines)
    sheet = sheet_of_rows(title, _counted(rows, name, allowance), lines=_late(lines))
    if not any(any(column.texts) for column in sheet.columns):
        raise empty(name)
    return Contents(form, (sheet,), encoding)


def _late(lines: list[int]) -> Iterator[int]:
    # lines are known when the rows have been taken
    yield from lines


def _split(text: str, delimiter: str, name: str, lines: list[int]) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    blank: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if len(cells) <= 1 and not (cells and cells[0].strip()):
                blank.append((line, cells))
            else:
                for each_line, each in blank:
                    lines.append(each_line)
                    yield each
                blank = []
                lines.append(line)
                yield cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(
            f"{name}: the row that starts on line {line} cannot be split into cells ({error})",
            'quotes that open and close around a whole cell, a quote inside written twice ("")',
            "Mend that row and deliver the file again",
        ) from error


def _counted(rows: Iterator[list[str]], name: str, allowance: Allowance) -> Iterator[list[str]]:
    # one wide row makes every other as wide, so both are watched while reading
    count = width = 0
    for row in rows:
        count += 1
        if len(row) > width:
            width = len(row)
            allowance.check_grid(count, width, name)
        elif count * width > allowance.cells:
            allowance.check_grid(count, width, name)
        yield row
    allowance.spend_cells(count, width, name)


def _decoded(plain: bytes, name: str) -> tuple[str, str]:
    text, encoding = _text_of(plain, name)
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFileError(
            f"{name} is not a text file: line {line} holds the control character "
            f"0x{ord(found[0]):02x}", "text in CSV", _SAVE_AS,
        )  # fmt: skip
    return text, encoding


def _text_of(plain: bytes, name: str) -> tuple[str, str]:
    try:
        if plain.startswith(b"\xef\xbb\xbf"):
            return plain.decode("utf-8-sig"), "utf-8 with byte-order mark"
        return plain.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as utf8_error:
        at = utf8_error.start
    try:
        return plain.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, at) + 1
        raise UnreadableFileError(
            f"{name}, line {line}: the byte 0x{plain[at]:02x} is neither UTF-8 nor Windows-1252",
            "text in UTF-8", _SAVE_AS,
        ) from error  # fmt: skip
