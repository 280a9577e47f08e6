"""Columns of records as arrays, made once: dates, texts as codes, numbers, and joins."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import TableError, nearest
from pmf_analysis.working_days import WorkingDays

CHILD = "child_id"
"""Field with the child that a record is about."""

Made = TypeVar("Made")

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Texts:
    """A column of texts.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        Which of ``labels`` each row holds; -1 where it holds nothing.
    labels : tuple of str
    """

    codes: NDArray[np.int64]
    labels: tuple[str, ...]

    def chosen(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Rows whose label is wanted; an empty cell never is."""
        held = np.array([*map(wanted, self.labels), False], dtype=bool)
        return held[self.codes]


@dataclass(frozen=True)
class Records:
    """Tables of records as known on a date, one row a record.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
    working_days : callable
        Gives the working days when they are asked for.
    """

    tables: Mapping[str, pd.DataFrame]
    working_days: Callable[[], WorkingDays]
    _made: dict[Hashable, object] = field(default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under a key before, or make it now."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # type: ignore[return-value]

    def has(self, table: str, name: str) -> bool:
        """Whether a table is there and has a column."""
        return table in self.tables and name in self.tables[table].columns

    def column(self, table: str, name: str) -> pd.Series:
        """One column of one table.

        Raises
        ------
        TableError
            If the table or the column is not there; says what is.
        """
        if table not in self.tables:
            raise TableError(
                f"There are no records {table}", "a delivered table", nearest(table, self.tables)
            )
        held = self.tables[table]
        if name not in held.columns:
            raise TableError(
                f"The table {table} has no column {name}",
                "a field of its layout",
                nearest(name, map(str, held.columns)),
            )
        return held[name]

    def size(self, table: str) -> int:
        """How many records a table holds."""
        return len(self.tables[table])

    def dates(self, table: str, name: str) -> NDArray[np.datetime64]:
        """A field as days; NaT where it is empty."""
        found = self._joined("dates", table, name, self._reading(days_of, "dates"))
        return found  # type: ignore[return-value]

    def numbers(self, table: str, name: str) -> NDArray[np.float64]:
        """A field as numbers; NaN where it is empty."""
        found = self._joined("numbers", table, name, self._reading(numbers_of, "numbers"))
        return found  # type: ignore[return-value]

    def texts(self, table: str, name: str) -> Texts:
        """A field as texts; a field of yes and no says one of these words."""
        other, below = split(name)
        if other:
            held, rows = self.texts(other, below), self.rows_of(table, other)
            return Texts(np.append(held.codes, -1)[rows], held.labels)
        return self.once(("texts", table, name), lambda: texts_of(self.column(table, name)))

    def filled(self, table: str, name: str) -> NDArray[np.bool_]:
        """Where a field is not empty."""
        found = self._joined(
            "filled", table, name, lambda t, n: self.column(t, n).notna().to_numpy(bool)
        )
        return found.astype(bool)

    def rows_of(self, table: str, other: str) -> NDArray[np.intp]:
        """For each record of a table the row of another table that it names; -1 for none."""

        def find() -> NDArray[np.intp]:
            named = f"{other}_id"
            keys = self.entities(other, named)
            wanted = self.entities(table, named)
            place = np.full(max(keys.max(initial=-1), wanted.max(initial=-1)) + 2, -1)
            place[keys] = np.arange(len(keys))
            return np.where(wanted < 0, -1, place[wanted])

        return self.once(("rows", table, other), find)

    def entities(self, table: str, name: str) -> NDArray[np.int64]:
        """What a field names, numbered alike in all tables; -1 where it is empty."""

        def number() -> NDArray[np.int64]:
            held = self.texts(table, name)
            seen: dict[str, int] = self.once(("numbers of", name), dict)
            codes = [seen.setdefault(label, len(seen)) for label in held.labels]
            return np.array([*codes, -1], dtype=np.int64)[held.codes]

        return self.once(("entities", table, name), number)

    def _reading(
        self, read: Callable[[pd.Series], NDArray], what: str
    ) -> Callable[[str, str], NDArray]:
        def column(table: str, name: str) -> NDArray:
            held = self.column(table, name)
            try:
                return read(held)
            except (TableError, TypeError, ValueError):
                # without the error below, since that one shows what a cell holds
                raise TableError(
                    f"The field {name} of the table {table} holds no {what}",
                    f"a field of {what}, as the indicator's definition takes it",
                    "`pmf register validate` says which definition it is",
                ) from None

        return column

    def _joined(
        self, what: str, table: str, name: str, read: Callable[[str, str], NDArray]
    ) -> NDArray:
        """A column of the table, or of the record of another table that each row belongs to."""
        other, below = split(name)
        if not other:
            return self.once((what, table, name), lambda: read(table, name))
        held = self.once((what, other, below), lambda: read(other, below))
        empty = np.zeros(1, dtype=held.dtype) if held.dtype == bool else [_EMPTY[what]]
        return np.append(held, np.array(empty, dtype=held.dtype))[self.rows_of(table, other)]


_EMPTY = {"dates": np.datetime64("NaT"), "numbers": np.nan}


def split(name: str) -> tuple[str, str]:
    """Table and field of a name such as ``child.uasc``; no table where it is the record's own."""
    other, _, below = name.rpartition(".")
    return other, below


def days_of(column: pd.Series) -> NDArray[np.datetime64]:
    """Dates as days; NaT where there is none.

    Raises
    ------
    TableError
        If the column holds something else.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.to_numpy().astype("datetime64[D]")
    if column.notna().any():
        raise TableError(f"The field {column.name} holds no dates", "a field of type date")
    return np.full(len(column), np.datetime64("NaT"), dtype="datetime64[D]")


def numbers_of(column: pd.Series) -> NDArray[np.float64]:
    """Numbers as floats; NaN where there is none."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts_of(column: pd.Series) -> Texts:
    """Texts as codes; yes and no in words."""
    codes, labels = pd.factorize(column)
    return Texts(codes.astype(np.int64), tuple(map(word, labels.tolist())))


def yes(column: pd.Series) -> NDArray[np.bool_]:
    """Where a column of yes and no says yes."""
    return texts_of(column).chosen(lambda word: word == YES)


def word(label: object) -> str:
    """A value as the text that it is compared by."""
    if isinstance(label, bool):
        return YES if label else NO
    return str(label)
