"""Receipts as the rules see them: one row for each table of each delivery."""

from __future__ import annotations

from datetime import date

import pandas as pd

from pmf_analysis.quality.views import (
    CheckedView,
    Derived,
    Sources,
    numbers,
    with_derived,
    yes_or_no,
)
from pmf_analysis.terms import Holds

RECEIPT = (
    "delivery",           # id of the delivery
    "table",              # name of the table, from the layout
    "file_name",
    "layout",             # name of the layout that described the file
    "rows_in_file",       # rows below the header
    "rows_read",
    "rows_refused",       # rows that could not be read, each with a reason on the receipt
    "cells",              # cells read into figures
    "cells_unread",       # of these, cells with a text that is neither number nor marker
    "duplicates",         # figures whose key another figure of the delivery has too
    "latest_period_end",  # ISO date, last day of the latest period inside
    "published",          # ISO date, or empty
)  # fmt: skip
"""Columns of the receipt table; ``published_basis`` (given, file name, latest period inside)
says where the date comes from, ``holds`` what the rows are (``terms.Holds``); these two may
be left out."""

RECORDS = "records"
"""Name under which deliveries of records stand, whatever tables are inside."""

_TEXTS = ("table", "layout", "latest_period_end", "published")
_FROM_THE_PERIODS = "latest period inside"


def receipt_view(table: pd.DataFrame, sources: Sources) -> CheckedView:
    """Receipts with rows left over and days from period to publication.

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns of ``RECEIPT``.
    sources : Sources

    Returns
    -------
    CheckedView
    """
    known = [name for name in _TEXTS if name in table]
    blank_is_null = {name: table[name].where(table[name] != "") for name in known}
    rows = _of_records(table.assign(**blank_is_null).reset_index(drop=True))
    rows, lacking = with_derived(rows, _DERIVED, sources)
    return CheckedView(rows, ("table",), frozenset({"dated"}), lacking)


def _of_records(rows: pd.DataFrame) -> pd.DataFrame:
    """Deliveries of records: they hold rows, not cells, and reach to the day they are dated."""
    needed = {"holds", "table", "cells", "rows_read", "latest_period_end", "published"}
    if not needed <= set(rows):
        return rows
    other = (rows["holds"] != Holds.RECORDS.value).to_numpy(dtype=bool)
    return rows.assign(
        table=rows["table"].where(other, RECORDS),
        cells=rows["cells"].where(other, rows["rows_read"]),
        latest_period_end=rows["latest_period_end"].where(other, rows["published"]),
    )


def _rows_unaccounted(rows: pd.DataFrame, _: Sources) -> pd.Series:
    read, refused = numbers(rows, "rows_read"), numbers(rows, "rows_refused")
    return numbers(rows, "rows_in_file") - read - refused


def _dated(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Whether the date of publication is known from elsewhere than the periods inside."""
    stated = rows["published"].map(_day).notna()
    if "published_basis" in rows:
        stated &= rows["published_basis"] != _FROM_THE_PERIODS
    return yes_or_no(stated)


def _days_after_period(rows: pd.DataFrame, _: Sources) -> pd.Series:
    pairs = zip(rows["published"].map(_day), rows["latest_period_end"].map(_day), strict=True)
    days = [
        float((published - end).days) if published and end else None for published, end in pairs
    ]
    return pd.Series(days, index=rows.index, dtype="float64")


def _day(text: object) -> date | None:
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


_DERIVED = (
    Derived("rows_unaccounted", ("rows_in_file", "rows_read", "rows_refused"), _rows_unaccounted),
    Derived("dated", ("published",), _dated),
    Derived("days_after_period", ("published", "latest_period_end"), _days_after_period),
)
