"""The records as a council delivers them: a zip of the history, then one a month.

A zip holds a file for each table, with the versions of records that were known since the one
before. Its name says when it is published: the day after it was taken.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.store import atomic_write, canonical_json
from pmf_analysis.synthetic.extracts import MonthlyExtract, monthly_extracts
from pmf_analysis.synthetic.making import Records, within
from pmf_analysis.synthetic.setting import Setting

TRUTH = "truth.json"
_MADE = (1980, 1, 1, 0, 0, 0)
"""The one time that every file in a zip bears: the earliest that the format can say."""
_LEVEL = 6


def write_deliveries(
    folder: Path, setting: Setting, records: Records, monthly: int = 12
) -> list[Path]:
    """Write the extracts of a county and, beside them, the truth about it.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    setting : Setting
        That the records were made from.
    records : Records
    monthly : int
        How many of the last months have an extract of their own, at least 1; the first zip
        holds all before them.

    Returns
    -------
    list of Path
        ``medwold_records_<date of publication>.zip``, by date.

    Raises
    ------
    ParameterError
        If ``monthly`` means nothing.
    WorkspaceError
        If the folder cannot be written to.
    """
    if isinstance(monthly, bool) or not isinstance(monthly, int) or monthly < 1:
        raise ParameterError(f"monthly is {monthly!r}", "a whole number, 1 or more")
    changed = {
        name: rows["changed_at"].to_numpy().astype("datetime64[D]")
        for name, rows in records.tables.items()
    }
    written = []
    for extract, since in _delivered(setting, monthly):
        held = {
            name: rows[within(extract, name, changed[name], since)]
            for name, rows in records.tables.items()
        }
        path = Path(folder) / f"medwold_records_{extract.published}.zip"
        written.append(atomic_write(path, _zipped(held)))
    told = {**records.truth, "deliveries": [path.name for path in written]}
    atomic_write(Path(folder) / TRUTH, canonical_json(told))
    return written


def _delivered(setting: Setting, monthly: int) -> Iterator[tuple[MonthlyExtract, np.datetime64]]:
    """The extracts delivered, and the day after which each one's versions were known."""
    taken = monthly_extracts(setting)
    months = [month.code for month in setting.counted[-monthly:]]
    before = [each for each in taken if each.month not in months and not each.again]
    if before:
        yield before[-1], np.datetime64("NaT", "D")
    for each in taken:
        if each.month in months:
            yield each, each.since


def _zipped(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables with rows as one zip; the same tables give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, rows in tables.items():
            if len(rows):
                member = zipfile.ZipInfo(f"{name}.csv", _MADE)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                member.create_system = 3  # as on Unix, wherever it is made
                archive.writestr(member, _csv(rows))
    return packed.getvalue()


def _csv(rows: pd.DataFrame) -> bytes:
    """A table as comma-separated text with ISO dates; missing values are empty."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(rows.columns)
    lines.writerows(zip(*(_texts(rows[column]) for column in rows), strict=True))
    return written.getvalue().encode()


def _texts(column: pd.Series) -> NDArray[np.object_]:
    """A column as texts: each different date or number is written once."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.to_numpy(dtype=object, na_value="")
    values = column.to_numpy()
    if values.dtype.kind == "M":
        values = values.astype("datetime64[D]")
    codes, held = pd.factorize(values)
    texts = np.array([*(str(each) for each in held), ""], dtype=object)
    return texts[codes]  # -1, for a missing value, is the last one
