"""The records as a council delivers them: the history in one zip, then a zip a month.

A zip holds a file for each table, with the versions of records that were known since the one
before. Its name says when it is published: the day after it was taken. The history of a county
too large for one delivery comes in several, each of as many months as it can hold.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
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
_LEVEL = 4
"""How hard the zip packs: a tenth larger than at 6, in a third of the time."""
MOST_CELLS = 30_000_000
"""Cells of one zip of the history, some 300 MB unpacked: what may be received holds more."""


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
        How many of the last months have an extract of their own, at least 1; the zip before
        them holds all the others, or several do where it would hold more than `MOST_CELLS`.

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
    check_monthly(monthly)
    changed = {
        name: rows["changed_at"].to_numpy().astype("datetime64[D]")
        for name, rows in records.tables.items()
    }
    cells = _cells_by_day(records, changed)
    written = []
    for extract, since in _delivered(setting, monthly, cells):
        held = {
            name: rows[within(extract, name, changed[name], since)]
            for name, rows in records.tables.items()
        }
        path = Path(folder) / f"medwold_records_{extract.published}.zip"
        written.append(atomic_write(path, _zipped(held)))
    told = {**records.truth, "deliveries": [path.name for path in written]}
    atomic_write(Path(folder) / TRUTH, canonical_json(told))
    return written


def check_monthly(monthly: int) -> None:
    """Refuse a number of months that have an extract of their own if it means nothing.

    Raises
    ------
    ParameterError
    """
    if isinstance(monthly, bool) or not isinstance(monthly, int) or monthly < 1:
        raise ParameterError(f"monthly is {monthly!r}", "a whole number, 1 or more")


def _cells_by_day(records: Records, changed: Mapping[str, NDArray[np.datetime64]]) -> pd.Series:
    """How many cells had become known by each day on which some did, of all tables."""
    found = [
        pd.Series(days).value_counts() * records.tables[name].shape[1]
        for name, days in changed.items()
    ]
    return pd.concat(found).groupby(level=0).sum().sort_index().cumsum()


def _delivered(
    setting: Setting, monthly: int, cells: pd.Series
) -> Iterator[tuple[MonthlyExtract, np.datetime64]]:
    """The extracts delivered, and the day after which each one's versions were known."""
    taken = monthly_extracts(setting)
    months = [month.code for month in setting.counted[-monthly:]]
    before = [each for each in taken if each.month not in months and not each.again]
    since = np.datetime64("NaT", "D")
    for each in _ends_of_history(before, cells):
        yield each, since
        since = each.taken
    for each in taken:
        if each.month in months:
            yield each, each.since


def _ends_of_history(
    before: Sequence[MonthlyExtract], cells: pd.Series
) -> Iterator[MonthlyExtract]:
    """The extracts with which each zip of the history ends: as few as hold no more than may be."""
    days = np.array([each.taken for each in before], dtype="datetime64[s]")
    known = np.append(0, cells.to_numpy())[cells.index.searchsorted(days, side="right")]
    begun = 0
    for place, each in enumerate(before):
        last = place + 1 == len(before)
        if last or known[place + 1] - begun > MOST_CELLS:
            yield each
            begun = known[place]


def _zipped(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables with rows as one zip; the same tables give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, rows in tables.items():
            if len(rows):
                member = zipfile.ZipInfo(f"{name}.csv", _MADE)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                member.create_system = 3  # as on Unix, wherever it is made
                archive.writestr(member, _csv(rows), compresslevel=_LEVEL)
    return packed.getvalue()


def _csv(rows: pd.DataFrame) -> bytes:
    """A table as comma-separated text with ISO dates; missing values are empty."""
    header, columns = list(rows.columns), [_texts(rows[column]) for column in rows]
    plain = "\n".join(map(",".join, zip(*columns, strict=True)))
    marks = len(rows) * (len(header) - 1), len(rows) - 1
    if (plain.count(","), plain.count("\n")) == marks and '"' not in plain:
        return f"{','.join(header)}\n{plain}\n".encode()
    written = io.StringIO()  # some text has to be quoted
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(header)
    lines.writerows(zip(*columns, strict=True))
    return written.getvalue().encode()


def _texts(column: pd.Series) -> NDArray[np.object_]:
    """A column as texts: each different date or number is written once."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.to_numpy(dtype=object, na_value="")
    codes, held = pd.factorize(column.to_numpy())
    dates = column.dtype.kind == "M"
    written = np.datetime_as_string(held, unit="D").tolist() if dates else map(str, held)
    return np.array([*written, ""], dtype=object)[codes]  # -1, for a missing value, is the last
