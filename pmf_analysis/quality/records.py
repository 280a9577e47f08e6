"""Tables of records as the checks need them: every version, and the records as known.

A record is known by its latest version; one that was withdrawn is not known. A row without
a key is a record of its own, so that nothing is lost to a missing key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import TableError
from pmf_analysis.quality.suites import RECORD, RecordColumns, Suite
from pmf_analysis.quality.views import NO, YES, Sources
from pmf_analysis.register.models import RuleSet
from pmf_analysis.working_days import RULE_SET as HOLIDAYS
from pmf_analysis.working_days import WorkingDays

RULE_SET = "records"
OPEN = np.datetime64("2999-12-31", "D")
"""The end of what has not ended."""
_TYPES_OF_TRUTH = ("bool", "boolean")


@dataclass(frozen=True)
class RecordRows:
    """One table of records.

    Attributes
    ----------
    name : str
        Of the table.
    columns : RecordColumns
    versions : pandas.DataFrame
        Every version delivered, by record and, of one record, by time.
    record : numpy.ndarray of int
        For each version the number of its row in ``known``; -1 where it is withdrawn.
    known : pandas.DataFrame
        One row for each record that is known, numbered from 0.
    """

    name: str
    columns: RecordColumns
    versions: pd.DataFrame
    record: NDArray[np.int64]
    known: pd.DataFrame

    def __len__(self) -> int:
        return len(self.known)

    def days(self, column: str) -> NDArray[np.datetime64]:
        """A column of dates of the records as known; NaT where there is none."""
        return days(self.known, column)

    @cached_property
    def units(self) -> pd.Series:
        """Code of the unit that answers for each record; empty where none is named."""
        if not self.columns.unit:
            return pd.Series("", index=self.known.index, dtype="str")
        return column_of(self.known, self.columns.unit).astype("str").fillna("")

    @cached_property
    def keyed(self) -> tuple[pd.Index, NDArray[np.intp]]:
        """The keys of the records as known, each once, and the row of each."""
        held = pd.Index(column_of(self.known, self.columns.key))
        first = np.flatnonzero(~held.duplicated())
        return (held if len(first) == len(held) else held[first]), first

    def first(self, chosen: NDArray[np.bool_], column: str) -> NDArray[np.datetime64]:
        """Date in the first of each record's chosen versions; NaT where none is chosen."""
        found = np.full(len(self), np.datetime64("NaT"), dtype="datetime64[D]")
        at = np.flatnonzero(chosen & (self.record >= 0))[::-1]
        found[self.record[at]] = days(self.versions, column)[at]
        return found


@dataclass(frozen=True)
class RecordSources(Sources):
    """What a column of records may be worked out from: the register and the other tables.

    Attributes
    ----------
    described : mapping of str to RecordColumns
        By table, from the suites.
    """

    described: Mapping[str, RecordColumns] = field(default_factory=dict)
    _read: dict[str, RecordRows] = field(default_factory=dict)

    def records(self, name: str) -> RecordRows:
        """One table of records, read once.

        Raises
        ------
        TableError
            If it was not given, or no suite describes it.
        """
        if name not in self._read:
            table, columns = self.tables.get(RECORD + name), self.described.get(name)
            if table is None or columns is None:
                raise TableError(f"No table of records {name!r} was given")
            self._read[name] = record_rows(name, table, columns)
        return self._read[name]

    @cached_property
    def policy(self) -> RuleSet:
        """The rule set ``records``."""
        return self.context.register.rule_set(RULE_SET)

    @cached_property
    def working_days(self) -> WorkingDays:
        """By the register's bank holidays."""
        return WorkingDays.of(dict(self.context.register.rule_set(HOLIDAYS).values))

    def days_ago(self, count: int) -> np.datetime64:
        """The day so many days before the as-at date."""
        return np.datetime64(self.context.as_at, "D") - np.timedelta64(count, "D")

    @cached_property
    def wholes(self) -> Mapping[str, tuple[str, ...]]:
        """Each unit to itself and every unit above it on the as-at date, the county last."""
        register, on = self.context.register, self.context.as_at
        found = {}
        for code in register.units:
            line = [code]
            while (above := register.parent_of(line[-1], on)) and above in register.units:
                if above in line:
                    break
                line.append(above)
            found[code] = tuple(line if register.county in line else [*line, register.county])
        return found

    def answering(self, units: pd.Series) -> pd.Series:
        """The unit directly above each: a team's district or service; else itself."""
        lines = self.wholes
        above = {code: line[1] if len(line) > 1 else code for code, line in lines.items()}
        return units.map(above).astype("str").fillna("")


def described(suites: list[Suite]) -> dict[str, RecordColumns]:
    """Each table of records to what its suite says of it."""
    return {
        suite.table_kind.removeprefix(RECORD): suite.records
        for suite in suites
        if suite.records is not None
    }


def record_rows(name: str, table: pd.DataFrame, columns: RecordColumns) -> RecordRows:
    """Tell records and their versions apart.

    Parameters
    ----------
    name : str
    table : pandas.DataFrame
        Every version that was delivered, in the order of delivery.
    columns : RecordColumns

    Returns
    -------
    RecordRows
    """
    worded = _in_words(table.reset_index(drop=True))
    keys, _ = pd.factorize(column_of(worded, columns.key))
    keys = np.where(keys < 0, keys.max(initial=-1) + 1 + np.arange(len(keys)), keys)
    order = np.lexsort((days(worded, columns.changed).astype("int64"), keys))
    versions, keys = worded.iloc[order].reset_index(drop=True), keys[order]
    last = np.append(keys[1:] != keys[:-1], True) if len(keys) else np.zeros(0, dtype=bool)
    held = last & (column_of(versions, columns.withdrawn) != YES).to_numpy(dtype=bool)
    number = np.full(keys.max(initial=-1) + 1, -1, dtype=np.int64)
    number[keys[held]] = np.arange(held.sum())
    known = versions[held].reset_index(drop=True)
    return RecordRows(name, columns, versions, number[keys], known)


def column_of(rows: pd.DataFrame, column: str) -> pd.Series:
    """A column that must be there.

    Raises
    ------
    TableError
        Naming it.
    """
    if column not in rows.columns:
        raise TableError(f"The column {column} is missing")
    return rows[column]


def days(rows: pd.DataFrame, column: str) -> NDArray[np.datetime64]:
    """A column of dates as days; NaT where there is none, or no date.

    Parameters
    ----------
    rows : pandas.DataFrame, n rows
    column : str

    Returns
    -------
    ndarray of datetime64[D], shape (n,)
    """
    found = column_of(rows, column)
    if not pd.api.types.is_datetime64_any_dtype(found):
        found = pd.to_datetime(found, errors="coerce", format="ISO8601")
    return found.to_numpy(dtype="datetime64[D]")


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Truths as yes and no, as the suites write them."""
    truths = [name for name in table if _holds_truths(table[name])]
    words = {name: table[name].astype("boolean").map({True: YES, False: NO}) for name in truths}
    return table.assign(**{name: found.astype("str") for name, found in words.items()})


def _holds_truths(column: pd.Series) -> bool:
    """Whether a column holds true and false; one with gaps has no type of its own."""
    if column.dtype != object:
        return str(column.dtype) in _TYPES_OF_TRUTH
    return pd.api.types.infer_dtype(column, skipna=True) == "boolean"
