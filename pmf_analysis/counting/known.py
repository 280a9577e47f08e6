"""Records as they were known on a date: one row each, from all the versions delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.counting.columns import days_of, yes
from pmf_analysis.errors import TableError
from pmf_analysis.register.layouts import RecordRule

_NEVER = np.iinfo(np.int64).min


def known_records(
    tables: Mapping[str, pd.DataFrame], rules: Mapping[str, RecordRule], as_at: date
) -> dict[str, pd.DataFrame]:
    """Every table with one row a record: its newest version known on a date.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Versions of records by table, with ``delivery`` and, where lines were kept, ``line``.
        The deliveries come in the order of their publication.
    rules : mapping of str to RecordRule
        Of each table that keeps versions, what tells records and versions apart.
    as_at : date
        Versions from later days are left out.

    Returns
    -------
    dict of str to pandas.DataFrame
        The same columns; records in the order in which they first came, with a fresh index. Of
        versions of one day the one delivered last is taken, and in one delivery the one in the
        later line.
        A record that its newest version withdraws is left out. A version without a date counts
        from the record's first entry, or where that is missing too, from the beginning; rows
        without a key are each a record of its own. Tables without a rule come as they are.

    Raises
    ------
    TableError
        If a table lacks a column that its rule names.
    """
    return {
        name: _newest(name, table, rules[name], as_at) if _versioned(rules.get(name)) else table
        for name, table in tables.items()
    }


def _versioned(rule: RecordRule | None) -> bool:
    return rule is not None and bool(rule.key)


def _newest(name: str, table: pd.DataFrame, rule: RecordRule, as_at: date) -> pd.DataFrame:
    missing = [column for column in rule.named if column not in table.columns]
    if missing:
        raise TableError(
            f"The table {name} lacks {', '.join(missing)}",
            f"columns {', '.join(rule.named)}, by which its layout tells versions apart",
        )
    day = _known_from(table, rule)
    there = np.flatnonzero(day <= np.datetime64(as_at, "D").astype(np.int64))
    record, keys = pd.factorize(table[rule.key].iloc[there])
    record = np.where(record < 0, len(keys) + np.arange(len(record)), record)
    order = np.lexsort((*_in_delivery(table, there), day[there], record))
    last = np.append(record[order][1:] != record[order][:-1], True)[: len(order)]
    kept = there[order[last]]
    if rule.withdrawn:
        kept = kept[~yes(table[rule.withdrawn].iloc[kept])]
    return table.take(kept).reset_index(drop=True)


def _known_from(table: pd.DataFrame, rule: RecordRule) -> NDArray[np.int64]:
    """Day from which each version was known, as a number; the least where nothing says."""
    found = np.full(len(table), np.datetime64("NaT"), dtype="datetime64[D]")
    for column in (rule.changed, rule.entered):
        if column:
            found = np.where(np.isnat(found), days_of(table[column]), found)
    return np.where(np.isnat(found), _NEVER, found.astype(np.int64))


def _in_delivery(table: pd.DataFrame, rows: NDArray[np.intp]) -> tuple[NDArray, NDArray]:
    """What decides between versions of one day, the weaker first: line, then delivery."""
    line = table["line"].to_numpy(np.int64)[rows] if "line" in table.columns else rows
    if "delivery" not in table.columns:
        return line, np.zeros(len(rows), dtype=np.int64)
    return line, pd.factorize(table["delivery"])[0][rows]
