"""CSV: text with commas between cells, or with tabs, semicolons or bars where it plainly is so.

The ending ``.tsv`` says tabs. In other files the cells are parted by commas unless the lines
say otherwise beyond doubt: a first line such as ``sep=;``, as Excel writes it, or another mark
that cuts every line into the same number of cells while the first line holds no comma.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice

import numpy as np

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import empty
from pmf_analysis.ingest.sheets import Column, Sheet, sheet_of_rows
from pmf_analysis.store.csv_columns import cells_in_first_line, read_plain_columns

ENDINGS = (".csv", ".tsv", ".txt")
ALSO_NOTES = (".txt",)
"""Endings that notes beside the tables have too."""

KIND = "a CSV file"

_SAVE_AS = "Save it as CSV (UTF-8) and deliver it again"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes([*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F])
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_MARKS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 200
"""Filled lines from the top that say what parts the cells."""


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
    form = name[name.rindex(".") + 1 :].casefold()
    said = _SAID.match(text)
    mark = "\t" if form == "tsv" else said[1] if said else _mark_of(text)
    body, first = (text[said.end() :], 2) if said else (text, 1)
    sheet = _plain(body, mark, title, first, name, allowance)
    if sheet is None:
        lines: list[int] = []
        rows = _split(body, mark, name, lines, first)
        sheet = sheet_of_rows(title, _counted(rows, name, allowance), lines=_late(lines))
    if not any(any(column.texts) for column in sheet.columns):
        raise empty(name)
    return Contents(form, (sheet,), encoding, _remarks(form, mark))


def _mark_of(text: str) -> str:
    """What parts the cells: a comma, unless another mark does so beyond doubt."""
    lines = (line[0] for line in islice(_LINE.finditer(text), _LOOKED_AT))
    looked = [line for line in lines if line.strip()]
    if not looked or "," in looked[0]:
        return ","
    for mark in ("\t", ";", "|"):
        try:
            rows = [*csv.reader(looked, delimiter=mark, strict=True)]
        except csv.Error:
            continue
        widths = {len(row) for row in rows if row}
        if len(widths) == 1 and widths.pop() > 1:
            return mark
    return ","


def _remarks(form: str, mark: str) -> tuple[str, ...]:
    if mark == "," or (form, mark) == ("tsv", "\t"):
        return ()
    remark = f"Its cells are parted by {_MARKS.get(mark, repr(mark))}."
    if mark == ";":
        remark += " Numbers are read with a point before the decimals, and 1,234 as 1234."
    return (remark,)


def _plain(
    text: str, mark: str, title: str, first: int, name: str, allowance: Allowance
) -> Sheet | None:
    """A text without quotes, whose lines all have as many cells, column by column.

    None for any other, and for one that is too large, which is refused where rows are split.
    """
    rows, width = text.count("\n") + 1, cells_in_first_line(text, mark)
    if not allowance.holds(rows, width):
        return None
    held = read_plain_columns(text, mark)
    if held is None:
        return None
    count = len(held[0].codes)
    allowance.spend_cells(count, width, name)
    return Sheet(
        title, None, tuple(Column(column.codes, column.texts) for column in held),
        np.arange(first, first + count, dtype=np.int64), np.full(count, width, dtype=np.int32),
    )  # fmt: skip


def _late(lines: list[int]) -> Iterator[int]:
    # lines are known when the rows have been taken
    yield from lines


def _split(
    text: str, delimiter: str, name: str, lines: list[int], first: int
) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first
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
            line = reader.line_num + first
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
    found = _CONTROL.search(text) if _may_hold_control(plain, encoding) else None
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableFileError(
            f"{name} is not a text file: line {line} holds the control character "
            f"0x{ord(found[0]):02x}", "text in CSV", _SAVE_AS,
        )  # fmt: skip
    return text, encoding


def _may_hold_control(plain: bytes, encoding: str) -> bool:
    """Whether bytes hold some that stand for a control character and nothing else.

    In UTF-8 and Windows-1252 one look over the bytes tells; any other text is searched.
    """
    return encoding == "utf-16" or len(plain.translate(None, _CONTROL_BYTES)) < len(plain)


def _text_of(plain: bytes, name: str) -> tuple[str, str]:
    if plain.startswith(_UTF_16):
        try:
            return plain.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{name} begins as text in UTF-16, but byte {error.start:,} is none", "whole text",
                _SAVE_AS,
            ) from error  # fmt: skip
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
