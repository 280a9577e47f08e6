"""A delivered file as sheets of text cells, whatever it was written in.

Every format gives the same: a table of text, column by column, each different text kept
once. So a marker, a number or an area is read once, however often it stands in the file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray

_BATCH = 1024
"""Rows that are turned into columns at once."""


@dataclass(frozen=True)
class Column:
    """One column of cells.

    Attributes
    ----------
    codes : ndarray of int32, shape (n,)
        For each row the place of its text in ``texts``.
    texts : ndarray of object, shape (m,)
        The different texts, without surrounding blanks; an empty cell is an empty text.
    """

    codes: NDArray[np.int32]
    texts: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> NDArray[np.object_]:
        """Text of every row, shape (n,)."""
        return self.texts[self.codes]

    def take(self, rows: NDArray[np.intp] | slice) -> Column:
        """The column of some rows."""
        return Column(self.codes[rows], self.texts)


@dataclass(frozen=True)
class Sheet:
    """One table of cells in a delivered file.

    Attributes
    ----------
    name : str
        Title of the sheet of a workbook, path of the elements of an XML document
        (``Message/Children/Child/CINdetails``), or the file's name without its ending;
        in a zip archive with the member's name before it.
    header : tuple of str or None
        Names of the columns, where the format itself gives them (Parquet, XML); None where
        they stand among the rows (CSV, workbooks).
    columns : tuple of Column
        All of one length n; header rows and blank rows are still among them.
    lines : ndarray of int, shape (n,)
        Line of the file, row of the sheet, or number of the element, each counted from 1.
    widths : ndarray of int, shape (n,), or None
        How many cells each row was delivered with, where rows may differ (CSV).
    """

    name: str
    header: tuple[str, ...] | None
    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    widths: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, place: int) -> list[str]:
        """Texts of one row."""
        return [str(column.texts[column.codes[place]]) for column in self.columns]


@dataclass(frozen=True)
class Document:
    """A delivered file, unpacked and split into sheets.

    Attributes
    ----------
    name : str
        The file's name, without its folder.
    sha256 : str
        Of the bytes as delivered.
    size : int
        Bytes as delivered.
    format : str
        Such as ``csv``, ``csv in gz``, ``xlsx``, ``ods``, ``parquet``, ``xml``, ``zip``.
    encoding : str
        As today: ``utf-8``, ``utf-8 with byte-order mark``, ``windows-1252``; empty for
        formats that say it themselves.
    sheets : tuple of Sheet
        In the order of the file.
    remarks : tuple of str
        What a reader should know about how it was unpacked, in sentences.
    """

    name: str
    sha256: str
    size: int
    format: str
    encoding: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...] = ()


def sheet_of_rows(
    name: str,
    rows: Iterable[Sequence[str]],
    lines: Iterable[int] | None = None,
    header: Sequence[str] | None = None,
) -> Sheet:
    """A sheet from rows of text, in one pass.

    Parameters
    ----------
    name : str
    rows : iterable of sequence of str
        Rows may differ in length; what is missing is an empty cell.
    lines : iterable of int, optional
        Line of each row; counted from 1 when not given.
    header : sequence of str, optional
        Names of the columns, where they do not stand among the rows.

    Returns
    -------
    Sheet
    """
    known = [_Places() for _ in header or ()]
    codes = [array("i") for _ in known]
    widths = array("i")
    taken = iter(rows)
    while batch := list(islice(taken, _BATCH)):
        found = [*zip_longest(*batch, fillvalue="")]
        for _ in range(len(known), len(found)):
            known.append(_Places([""] if widths else []))
            codes.append(array("i", bytes(4 * len(widths))))
        # columns that no row of the batch reaches are empty in all of them
        found += [("",) * len(batch)] * (len(known) - len(found))
        for places, held, cells in zip(known, codes, found, strict=True):
            held.extend(map(places.__getitem__, cells))
        widths.extend(map(len, batch))
    columns = tuple(
        Column(np.array(held, dtype=np.int32), _objects(places.texts))
        for held, places in zip(codes, known, strict=True)
    )
    count = len(widths)
    numbers = np.arange(1, count + 1) if lines is None else np.fromiter(lines, np.int64, count)
    return Sheet(
        name, tuple(header) if header is not None else None, columns,
        numbers.astype(np.int64), np.array(widths, dtype=np.int32),
    )  # fmt: skip


class _Places(dict[str, int]):
    """Cell to its place; a text that is looked up for the first time gets the next one.

    Blanks around a text do not matter: they are cut off once for each way of writing it.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = [*texts]
        super().__init__((text, place) for place, text in enumerate(self.texts))

    def __missing__(self, cell: str) -> int:
        text = cell.strip()
        place = self.get(text)
        if place is None:
            place = self[text] = len(self.texts)
            self.texts.append(text)
        self[cell] = place
        return place


def _objects(texts: Sequence[str]) -> NDArray[np.object_]:
    held = np.empty(len(texts), dtype=object)
    held[:] = texts
    return held
