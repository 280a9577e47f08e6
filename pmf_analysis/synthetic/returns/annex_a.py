"""The Annex A-shaped workbook: eleven lists of the six months to a date."""

from __future__ import annotations

import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis.store import atomic_write
from pmf_analysis.synthetic.returns.annex_a_children import Window
from pmf_analysis.synthetic.returns.annex_a_lists import annex_a_lists
from pmf_analysis.synthetic.returns.known import Tables, as_known
from pmf_analysis.synthetic.setting import Setting

MONTHS = 6
TABLES = (
    "child", "allocation", "referral", "assessment", "enquiry", "conference", "plan", "visit",
    "care_episode", "placement", "review", "health", "leaver_contact", "adoption",
)  # fmt: skip
"""Tables of records that the workbook is made from."""

_CREATED = datetime.datetime(2000, 1, 1)  # constant: a workbook says when it was made
_FIRST_DAY = np.datetime64("1899-12-30")
"""Day 0 of a workbook's dates."""
_PLAIN = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "in_memory": True,
}  # fmt: skip
"""Text stays text, whatever it looks like; nothing is written beside the workbook."""
_WIDEST = 28


def annex_a_window(setting: Setting) -> Window:
    """The six months to the county's last day."""
    last = np.datetime64(setting.last_day, "M")
    return Window((last - np.timedelta64(MONTHS - 1, "M")).astype("datetime64[D]"),
                  np.datetime64(setting.last_day, "D"))  # fmt: skip


def write_annex_a(folder: Path, setting: Setting, versions: Tables, made_on: np.datetime64) -> Path:
    """Write the workbook.

    Parameters
    ----------
    folder : Path
    setting : Setting
    versions : mapping of str to DataFrame
        Tables of `RECORD_TABLES` with every version of every record.
    made_on : datetime64[D]
        What was entered later is not in it.

    Returns
    -------
    Path
        ``annex_a_<date>.xlsx`` in ``folder``.
    """
    window = annex_a_window(setting)
    lists = annex_a_lists(setting, as_known(versions, made_on, TABLES), window)
    path = folder / f"annex_a_{made_on}.xlsx"
    atomic_write(path, workbook(lists))
    return path


def workbook(lists: dict[str, pd.DataFrame]) -> bytes:
    """Tables as a workbook with a sheet each: names of columns, then values, no formulas."""
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream, _PLAIN) as book:
        book.set_properties({"title": "Annex A", "author": "Medwold", "created": _CREATED})
        bold = book.add_format({"bold": True, "text_wrap": True})
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in lists.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(rows):
                sheet.set_column(place, place, min(_WIDEST, max(12, len(column))))
                sheet.write_string(0, place, column, bold)
                _write_column(sheet, place, rows[column], dated)
    return stream.getvalue()


def _write_column(sheet: object, place: int, values: pd.Series, dated: object) -> None:
    """Values under the name of their column; a missing one leaves its cell empty."""
    filled = np.flatnonzero(values.notna().to_numpy() & (values != "").fillna(False).to_numpy())
    held = values.iloc[filled]
    lines = (filled + 1).tolist()
    if pd.api.types.is_datetime64_dtype(values):
        days = (held.to_numpy().astype("datetime64[D]") - _FIRST_DAY).astype(int).tolist()
        for line, day in zip(lines, days, strict=True):
            sheet.write_number(line, place, day, dated)
    elif pd.api.types.is_numeric_dtype(values):
        for line, number in zip(lines, held.tolist(), strict=True):
            sheet.write_number(line, place, number)
    else:
        for line, text in zip(lines, held.astype("str").tolist(), strict=True):
            sheet.write_string(line, place, text)
