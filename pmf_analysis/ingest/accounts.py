"""The receipt of a delivery, put together from what came of its sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest.duplicates import find_duplicates
from pmf_analysis.ingest.figures import states_of
from pmf_analysis.ingest.names import published_on
from pmf_analysis.ingest.printed_areas import merged_areas
from pmf_analysis.ingest.receipt import Receipt, SheetAccount
from pmf_analysis.ingest.sheet_reading import SheetExtract
from pmf_analysis.ingest.sheets import Document
from pmf_analysis.terms import DataClass, Holds


def receipt_of(
    document: Document,
    reads: Sequence[SheetExtract],
    accounts: Sequence[SheetAccount],
    figures: pd.DataFrame,
    published: date | str | None,
    origin: str = "",
    undated: date | None = None,
) -> Receipt:
    """The receipt of a delivery.

    Parameters
    ----------
    document : Document
    reads : sequence of SheetExtract
        Of the sheets that were read.
    accounts : sequence of SheetAccount
        Of all sheets.
    figures : pandas.DataFrame
        Of all sheets, in this order.
    published : date or str or None
        As said by whoever delivers.
    origin : str, optional
        Where it was fetched, if it is no file.
    undated : date, optional
        As said for a file that says no date itself.

    Returns
    -------
    Receipt

    Raises
    ------
    DeliveryError
        If nothing says when it was published; or if a row was lost on the way.
    """
    spans = sorted(
        (periods.parse(str(code)) for code in figures["period"].unique()),
        key=lambda span: (span.end, span.code),
    )
    on, basis = published_on(
        document.name,
        spans[-1].end if spans else None,
        published,
        _date_inside(reads),
        undated,
    )
    read, refused = (
        sum(getattr(one.account, name) for one in reads) for name in ("read", "refused")
    )
    tables = sorted({one.account.table for one in reads})
    name, version = _layout_of(reads)
    receipt = Receipt(
        id=document.sha256[:16], file_name=document.name, sha256=document.sha256,
        bytes=document.size, encoding=document.encoding, layout=name, layout_version=version,
        table=tables[0] if len(tables) == 1 else name.replace(".", "_"),
        published=on.isoformat(), published_basis=basis,
        rows_in_file=sum(one.account.rows for one in reads), rows_read=read, rows_refused=refused,
        refusals=_all(one.refused for one in reads), cells=len(figures),
        cells_unread=sum(len(one.unread) for one in reads),
        unread=_all(one.unread for one in reads),
        duplicates=find_duplicates(figures, _sheet_names(reads, len(document.sheets))),
        states=states_of(figures), first_period=spans[0].code if spans else "",
        last_period=spans[-1].code if spans else "",
        units=int(figures["service_area"].nunique()),
        columns_not_read=_each_once(one.columns_not_read for one in reads),
        labels_unknown=tuple(sorted({label for one in reads for label in one.labels_unknown})),
        remarks=_remarks(document, reads), format=document.format, origin=origin,
        holds=_holds(reads).value, data_class=_data_class(reads).value, tables=tuple(tables),
        sheets=tuple(accounts), areas=merged_areas(_all(one.areas for one in reads)),
        areas_not_in_register=len(
            frozenset().union(*(one.areas_not_in_register for one in reads))
        ),
        qualifiers=_counts(reads),
    )  # fmt: skip
    _check(receipt, reads)
    return receipt


def _all(parts: Iterable[Sequence]) -> tuple:
    return tuple(each for part in parts for each in part)


def _each_once(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_all(parts)))


def _date_inside(reads: Sequence[SheetExtract]) -> tuple[date, str] | None:
    found = [(one.published, one.layout.published_from) for one in reads if one.published]
    if not found:
        return None
    on, field = max(found)
    return on, f"latest {field} inside"


def _layout_of(reads: Sequence[SheetExtract]) -> tuple[str, str]:
    """Name and version of the layout; of the file of layouts where several parts were used."""
    layouts = list({one.layout.name: one.layout for one in reads}.values())
    versions = "; ".join(dict.fromkeys(layout.label for layout in layouts))
    if len(layouts) == 1:
        return layouts[0].name, versions
    files = {layout.part_of or layout.name for layout in layouts}
    return ", ".join(sorted(files)), versions


def _sheet_names(reads: Sequence[SheetExtract], sheets: int) -> np.ndarray | None:
    if sheets == 1:
        return None
    counts = [len(one.figures) if one.figures is not None else 0 for one in reads]
    return np.repeat(np.array([one.account.name for one in reads], dtype=object), counts)


def _remarks(document: Document, reads: Sequence[SheetExtract]) -> tuple[str, ...]:
    said = list(document.remarks)
    if document.encoding == "windows-1252":
        said.append("The file is not UTF-8; it was read as Windows-1252.")
    return tuple(dict.fromkeys([*said, *_all(one.remarks for one in reads)]))


def _holds(reads: Sequence[SheetExtract]) -> Holds:
    held = {one.layout.holds for one in reads}
    return next(each for each in (Holds.RECORDS, Holds.FIGURES, Holds.REFERENCE) if each in held)


def _data_class(reads: Sequence[SheetExtract]) -> DataClass:
    held = {one.layout.data_class for one in reads}
    return next(each for each in DataClass if each in held)


def _counts(reads: Sequence[SheetExtract]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in reads:
        for mark, count in one.qualifiers.items():
            counts[mark] = counts.get(mark, 0) + count
    return dict(sorted(counts.items()))


def _check(receipt: Receipt, reads: Sequence[SheetExtract]) -> None:
    # the promise that nothing is lost, held here and not only in a test
    accounts = [one.account for one in reads]
    whole = all(one.rows == one.read + one.refused for one in accounts)
    whole &= len(receipt.refusals) == receipt.rows_refused
    whole &= receipt.rows_in_file == receipt.rows_read + receipt.rows_refused
    if not whole or sum(receipt.states.values()) != receipt.cells:
        raise DeliveryError(
            f"{receipt.file_name}: {receipt.rows_in_file} rows in the file, but "
            f"{receipt.rows_read} read and {receipt.rows_refused} refused",
            "every row read or refused",
            "This is a fault of the workbench: report it with the file; nothing was stored",
        )
