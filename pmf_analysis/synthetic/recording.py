"""What is true into what was recorded: versions of every record, each from the day it was known.

A first version stands without what only comes later (`RecordTable.closes`), a second one tells
that; mistakes are put right, doubles taken back (`amending`), and some is entered late (`entry`).
Read as at any day, the latest version of each record is what the case system said then.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.amending import Amended, Doubled, amended, doubled
from pmf_analysis.synthetic.entry import Days, Entered, entered
from pmf_analysis.synthetic.extracts import last_taken
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RecordTable
from pmf_analysis.synthetic.setting import Setting

Tables = Mapping[str, pd.DataFrame]

DOUBLE_MARK = "9"
"""Stands before the digits in the id of a record that was entered twice."""


def recorded(setting: Setting, true: Tables) -> dict[str, pd.DataFrame]:
    """Turn true tables into recorded ones.

    Parameters
    ----------
    setting : Setting
    true : mapping of str to pandas.DataFrame
        By name of a record table: one row a record, without the columns `RECORDED`.

    Returns
    -------
    dict of str to pandas.DataFrame
        The same tables with one row a version, and `RECORDED` as last columns; the versions of
        a record follow each other in the order in which they were known. Nothing is known
        after the last extract.
    """
    found: dict[str, pd.DataFrame] = {}
    parents: dict[str, pd.Series] = {}
    for name, table in RECORD_TABLES.items():
        if name in true:
            rows = _with_nothing_missing_as_null(true[name])
            known = entered(setting, table, rows, parents)
            parents[name] = pd.Series(known.first, index=rows[table.key].array)
            found[name] = _versions(setting, table, rows, known)
    return found


def as_known(table: RecordTable, versions: pd.DataFrame, on: np.datetime64) -> pd.DataFrame:
    """The records of a table as they were known on a day: of each the latest version.

    Parameters
    ----------
    table : RecordTable
    versions : pandas.DataFrame
        As `recorded` gives them.
    on : numpy.datetime64

    Returns
    -------
    pandas.DataFrame
        One row a record, without those taken back, in the order of the first versions.
    """
    until = versions[versions["changed_at"] <= pd.Timestamp(on)]
    latest = until.drop_duplicates(table.key, keep="last")
    return latest[latest["withdrawn"] == "no"].reset_index(drop=True)


def _with_nothing_missing_as_null(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty texts as missing ones, as they are read from an extract."""
    empty = {
        column: rows[column].mask(rows[column] == "")
        for column in rows
        if isinstance(rows[column].dtype, pd.StringDtype) and (rows[column] == "").any()
    }
    return rows.assign(**empty).reset_index(drop=True)


def _versions(
    setting: Setting, table: RecordTable, rows: pd.DataFrame, known: Entered
) -> pd.DataFrame:
    """Every version of a table's records that was known by the last extract."""
    amendments = amended(setting, table.name, rows, known)
    before = _with_values(rows, [(each, each.before) for each in amendments])
    after = _with_values(rows, [(each, each.after) for each in amendments])
    whole = np.arange(len(rows))
    later = np.flatnonzero(~np.isnat(known.closed))
    parts = [
        _part(_opened(before, known), whole, known.first, known.first),
        _part(before.take(later), later, known.first, known.closed),
        *(_part(after.take(each.rows), each.rows, known.first, each.on, True)
          for each in amendments),
        *_doubles(table, _opened(before, known), doubled(setting, table.name, rows, known)),
    ]  # fmt: skip
    together = pd.concat(parts, ignore_index=True)
    together = together[together["changed_at"] <= pd.Timestamp(last_taken(setting))]
    ordered = together.sort_values(["place", "changed_at"], kind="stable", ignore_index=True)
    return ordered.drop(columns="place")


def _with_values(rows: pd.DataFrame, changes: list[tuple[Amended, object]]) -> pd.DataFrame:
    """The rows with other values in single cells."""
    for each, values in changes:
        column = rows[each.column].copy()
        column.iloc[each.rows] = values
        rows = rows.assign(**{each.column: column})
    return rows


def _opened(rows: pd.DataFrame, known: Entered) -> pd.DataFrame:
    """The rows without what a later version tells."""
    open_still = ~np.isnat(known.closed)
    return rows.assign(**{column: rows[column].mask(open_still) for column in known.closes})


def _part(
    rows: pd.DataFrame, places: np.ndarray, first: Days, changed: Days, picked: bool = False
) -> pd.DataFrame:
    """One version of each of some records.

    Parameters
    ----------
    rows : pandas.DataFrame, shape (k, ...)
    places : ndarray of int, shape (k,)
        Of the records in their table.
    first : ndarray of datetime64[D], shape (n,)
        When each record of the table was entered first.
    changed : ndarray of datetime64[D], shape (n,) or (k,)
        When each became known.
    picked : bool
        Whether ``changed`` holds the versions' own days alone.
    """
    return rows.assign(
        entered_at=first[places].astype("datetime64[s]"),
        changed_at=(changed if picked else changed[places]).astype("datetime64[s]"),
        withdrawn=_said("no", len(rows)),
        place=places,
    )


def _doubles(table: RecordTable, rows: pd.DataFrame, twice: Doubled) -> list[pd.DataFrame]:
    """The first version of each double, and the one that takes it back."""
    if not len(twice.rows):
        return []
    copies = rows.take(twice.rows)
    ids = copies[table.key].str
    copies = copies.assign(
        **{table.key: ids.extract(r"^(\D+)")[0] + DOUBLE_MARK + ids.extract(r"(\d+)$")[0]},
        entered_at=twice.entered.astype("datetime64[s]"), place=len(rows) + twice.rows,
    )  # fmt: skip
    return [
        copies.assign(
            changed_at=days.astype("datetime64[s]"), withdrawn=_said(withdrawn, len(copies))
        )
        for days, withdrawn in ((twice.entered, "no"), (twice.taken_back, "yes"))
    ]


def _said(word: str, count: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([word], dtype="str").take(np.zeros(count, dtype=np.intp))
