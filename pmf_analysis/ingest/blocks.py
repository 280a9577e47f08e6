"""Several tables on one sheet: each part that a layout describes becomes a sheet of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest.matching import choose_for_sheet
from pmf_analysis.ingest.sheets import Column, Document, Sheet
from pmf_analysis.register.layouts import BlockRule, Layout


@dataclass(frozen=True)
class Piece:
    """A sheet to be read, and the layout that its place on the sheet says; empty: any."""

    sheet: Sheet
    layout: str = ""


def cut_blocks(document: Document, layouts: Mapping[str, Layout]) -> tuple[Piece, ...]:
    """The sheets of a document, those that hold several described tables cut into these.

    Parameters
    ----------
    document : Document
    layouts : mapping
        Name to layout. Only those with ``block`` cut.

    Returns
    -------
    tuple of Piece
        In the order of the document. What no layout describes remains of the sheet under
        its own name; every row stays in one of its pieces, with its line.
    """
    cutting = {name: each for name, each in layouts.items() if each.block}
    pieces: list[Piece] = []
    for sheet in document.sheets:
        found = _blocks(sheet, document, cutting) if cutting and sheet.header is None else []
        pieces += [Piece(each, name) for name, each, _, _ in found]
        rest = _rest(sheet, [(rows, columns) for _, _, rows, columns in found])
        pieces += [Piece(rest)] if rest is not None else []
    return tuple(pieces)


def without_blocks(layouts: Mapping[str, Layout]) -> dict[str, Layout]:
    """Layouts of whole sheets."""
    return {name: each for name, each in layouts.items() if not each.block}


def _blocks(
    sheet: Sheet, document: Document, cutting: Mapping[str, Layout]
) -> list[tuple[str, Sheet, slice, slice]]:
    """Name of the layout, the part of the sheet, and its rows and columns, in their order."""
    found = []
    for name, layout in cutting.items():
        rows, columns = _rows_of(sheet, layout.block), _columns_of(layout.block)
        if rows is None:
            continue
        part = _part(sheet, rows, columns)
        try:
            choose_for_sheet(part, {name: layout}, document.name, len(document.sheets) > 1)
        except DeliveryError:
            continue
        title = f"{sheet.name}: {name.rpartition('.')[2]}"
        found.append((name, replace(part, name=title), rows, columns))
    return sorted(found, key=lambda each: (each[2].start, each[3].start or 0, each[0]))


def _rows_of(sheet: Sheet, block: BlockRule) -> slice | None:
    start = _first(sheet, block.begins, 0) if block.begins else 0
    if start is None:
        return None
    end = _first(sheet, block.ends, start + 1) if block.ends else None
    return slice(start, len(sheet) if end is None else end)


def _first(sheet: Sheet, pattern: str, at: int) -> int | None:
    """The first row from a place on with a cell that a pattern describes."""
    shape = re.compile(pattern, re.IGNORECASE)
    hit = np.zeros(len(sheet), dtype=bool)
    for column in sheet.columns:
        hit |= np.array([bool(shape.fullmatch(text)) for text in column.texts])[column.codes]
    places = np.flatnonzero(hit[at:])
    return at + int(places[0]) if len(places) else None


def _columns_of(block: BlockRule) -> slice:
    if not block.columns:
        return slice(0, None)
    first, last = map(_number, block.columns.split(":"))
    return slice(first - 1, last)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _part(sheet: Sheet, rows: slice, columns: slice) -> Sheet:
    kept = tuple(column.take(rows) for column in sheet.columns[columns])
    whole = columns == slice(0, None)
    widths = sheet.widths[rows] if sheet.widths is not None and whole else None
    return Sheet(sheet.name, None, kept, sheet.lines[rows], widths)


def _rest(sheet: Sheet, taken: list[tuple[slice, slice]]) -> Sheet | None:
    """What remains of a sheet; None where that is nothing."""
    if not taken:
        return sheet
    held = np.zeros((len(sheet), len(sheet.columns)), dtype=bool)
    for rows, columns in taken:
        held[rows, columns] = True
    filled = np.stack([(each.texts != "")[each.codes] for each in sheet.columns], axis=1) & ~held
    rows = np.flatnonzero(filled.any(axis=1))
    columns = np.flatnonzero(filled.any(axis=0))
    if not len(rows):
        return None
    return Sheet(
        sheet.name, None, tuple(_blanked(sheet, place, held, rows) for place in columns),
        sheet.lines[rows], None,
    )  # fmt: skip


def _blanked(sheet: Sheet, place: int, held: NDArray[np.bool_], rows: NDArray[np.intp]) -> Column:
    column = sheet.columns[place]
    texts = np.append(column.texts, "").astype(object)
    codes = np.where(held[:, place], len(texts) - 1, column.codes)[rows]
    return replace(column, codes=codes.astype(np.int32), texts=texts)
