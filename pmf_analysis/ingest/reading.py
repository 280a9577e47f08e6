"""A delivered file into an ``Extract``: its figures and records, and the receipt for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis.errors import (
    DeliveryError,
    ParameterError,
    UnknownLayoutError,
    UnreadableFileError,
)
from pmf_analysis.ingest.accounts import receipt_of
from pmf_analysis.ingest.blocks import cut_blocks, without_blocks
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.matching import choose_for_sheet, said_layouts
from pmf_analysis.ingest.receipt import Receipt, SheetAccount
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheet_reading import Place, SheetExtract, read_sheet
from pmf_analysis.ingest.sheets import Document, Sheet
from pmf_analysis.ingest.taking import with_taken
from pmf_analysis.register.layouts import Layout, load_layouts
from pmf_analysis.tables import FIGURE
from pmf_analysis.terms import Holds

_NAMED = 3


@dataclass(frozen=True)
class Extract:
    """A delivery, read.

    Attributes
    ----------
    receipt : Receipt
    figures : pandas.DataFrame
        Columns ``tables.FIGURE``; no row where the delivery holds none.
    records : mapping of str to pandas.DataFrame
        Name of a table of records or a reference table to its rows: ``delivery``, ``sheet``,
        ``line`` and the fields of its layout.
    """

    receipt: Receipt
    figures: pd.DataFrame
    records: Mapping[str, pd.DataFrame]


def read_delivery(
    path: str | Path,
    register: FindsUnits,
    layouts: Mapping[str, Layout] | None = None,
    layout: str = "",
    published: date | str | None = None,
    origin: str = "",
    undated: date | None = None,
) -> Extract:
    """Read a delivered file by the layouts that describe its sheets.

    Parameters
    ----------
    path : str or Path
        A file of any format that ``documents.read_document`` knows.
    register : Register
        Finds the unit that an area's code or name means.
    layouts : mapping, optional
        Name to layout; those of the register's folder when not given.
    layout : str, optional
        The layout's name, or that of a file with parts; found by the columns when empty.
    published : date or str, optional
        When the file was published; from its name or its periods when not given.
    origin : str, optional
        Where the file was fetched, for the receipt.
    undated : date, optional
        When it was published, if neither name nor content say so.

    Returns
    -------
    Extract
        Every row of every sheet that a layout describes is read, or refused on the receipt
        with its line and reason; the other sheets are named there with their rows.

    Raises
    ------
    UnreadableFileError
        If the file is empty, truncated, or not the kind of file it says.
    UnknownLayoutError
        If no layout, or more than one, describes it; names the nearest and what it lacks.
    DeliveryError
        If nothing says when it was published.
    ParameterError
        If ``layout`` or ``published`` means nothing.
    """
    known = layouts if layouts is not None else _layouts_beside(register)
    if layout:
        said_layouts(known, layout)
    document = read_document(Path(path))
    reads, accounts = _read_sheets(document, register, known, layout)
    figures = _together([one.figures for one in reads if one.figures is not None])
    receipt = receipt_of(document, reads, accounts, figures, published, origin, undated)
    return Extract(receipt, figures, _records(reads))


def _layouts_beside(register: FindsUnits) -> dict[str, Layout]:
    folder = getattr(register, "folder", None)
    if folder is None:
        raise ParameterError("No layouts are given", "layouts, or a register with a folder")
    return load_layouts(Path(folder) / "layouts")


def _read_sheets(
    document: Document, register: FindsUnits, layouts: Mapping[str, Layout], layout: str
) -> tuple[list[SheetExtract], list[SheetAccount]]:
    """The sheets that were read, and the account of every sheet."""
    reads: list[SheetExtract] = []
    results: list[SheetExtract | tuple[Sheet, DeliveryError]] = []
    pieces = cut_blocks(document, said_layouts(layouts, layout) if layout else layouts)
    several = len(pieces) > 1
    for piece in pieces:
        sheet, known = piece.sheet, layouts if piece.layout else without_blocks(layouts)
        try:
            read = _read(sheet, document, several, register, known, piece.layout or layout)
        except (UnknownLayoutError, UnreadableFileError) as error:
            if not several:
                raise
            results.append((sheet, error))
        else:
            reads.append(read)
            results.append(read)
    if not reads:
        raise _no_sheet(document, [error for _, error in results])
    if not any(read.account.read for read in reads):
        raise _no_row(document, reads)
    private = any(read.layout.holds is Holds.RECORDS for read in reads)
    return reads, [
        one.account if isinstance(one, SheetExtract) else _left(*one, document, private)
        for one in results
    ]


def _read(
    sheet: Sheet, document: Document, several: bool, register: FindsUnits,
    layouts: Mapping[str, Layout], layout: str,
) -> SheetExtract:  # fmt: skip
    match = choose_for_sheet(sheet, layouts, document.name, several, layout)
    if match.layout.take:
        sheet = with_taken(sheet, document.sheets, match.layout.take)
        match = choose_for_sheet(
            sheet, {match.layout.name: match.layout}, document.name, several, match.layout.name
        )
    place = Place(document.sha256[:16], document.name, sheet.name if several else "")
    return read_sheet(sheet, match, place, register, layouts)


def _left(sheet: Sheet, error: DeliveryError, document: Document, private: bool) -> SheetAccount:
    """The account of a sheet that no layout describes."""
    blank = np.ones(len(sheet), dtype=bool)
    for column in sheet.columns:
        blank &= (column.texts == "")[column.codes]
    reason = error.given.removeprefix(f"{document.name}, sheet {sheet.name}").strip(": ")
    if private and "nearest:" not in reason:
        reason = "no layout describes it"  # its first row may hold what nobody may see
    return SheetAccount(sheet.name, "", "", int((~blank).sum()), 0, 0, 0, reason)


def _no_sheet(document: Document, errors: Sequence[DeliveryError]) -> DeliveryError:
    said = "; ".join(error.given for error in errors[:_NAMED])
    more = f"; and {len(errors) - _NAMED} more" if len(errors) > _NAMED else ""
    if not errors:
        return UnreadableFileError(f"{document.name} is empty", "at least one sheet with rows")
    return UnknownLayoutError(
        f"No sheet of {document.name} could be read: {said}{more}",
        "at least one sheet with every required column of a layout", errors[0].do,
    )  # fmt: skip


def _no_row(document: Document, reads: Sequence[SheetExtract]) -> DeliveryError:
    read = next((read for read in reads if read.refused), reads[0])
    why = f"; line {read.refused[0].line}: {read.refused[0].reason[:200]}" if read.refused else ""
    return UnreadableFileError(
        f"No row of {document.name} could be read as {read.layout.name}{why}",
        "rows whose area is in the register and whose period can be read",
        "Look at that line; nothing was stored",
    )


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if len(parts) == 1:
        return parts[0]
    if parts:
        return pd.concat(parts, ignore_index=True)
    kinds = {"line": "int64", "value": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "str")) for name in FIGURE})


def _records(reads: Sequence[SheetExtract]) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    for read in reads:
        if read.records is not None:
            found.setdefault(read.account.table, []).append(read.records)
    return {
        table: pd.concat(found[table], ignore_index=True) if len(found[table]) > 1
        else found[table][0]
        for table in sorted(found)
    }  # fmt: skip
