"""The tables of records as they were known on a day: one row a record."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from pmf_analysis.synthetic import recording
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RecordTable

Tables = Mapping[str, pd.DataFrame]

_TYPES = {"date": "datetime64[s]", "whole": "Int64", "number": "float64"}


def as_known(
    versions: Tables, day: np.datetime64, names: Collection[str] = tuple(RECORD_TABLES)
) -> dict[str, pd.DataFrame]:
    """Tables as they were known on a day.

    Parameters
    ----------
    versions : mapping of str to DataFrame
        Tables of `RECORD_TABLES` with every version of every record; one that is not there
        counts as empty.
    day : datetime64[D]
    names : collection of str
        Of the tables wanted; all if not given.

    Returns
    -------
    dict of str to DataFrame
        The newest version of each record that was entered by then and not taken back.
    """
    return {
        name: _newest(versions[name], table, day) if name in versions else empty(name)
        for name, table in RECORD_TABLES.items()
        if name in names
    }


def _newest(versions: pd.DataFrame, table: RecordTable, day: np.datetime64) -> pd.DataFrame:
    known = recording.as_known(table, versions, day)[list(table.columns)]
    dates = {name: _TYPES["date"] for name, kind in table.columns.items() if kind == "date"}
    return known.astype(dates).sort_values(table.key, kind="stable", ignore_index=True)


def empty(name: str) -> pd.DataFrame:
    """A table without rows."""
    columns = RECORD_TABLES[name].columns
    return pd.DataFrame(
        {column: pd.Series([], dtype=_TYPES.get(kind, "str")) for column, kind in columns.items()}
    )
