"""What the rules look at: a table with columns added that say what a check needs to know.

Rules compare columns with fixed limits; anything that needs the register, another row or
another table is worked out here first and stands in a column of its own ("how many
periods behind", "difference to the printed value"). Rows are never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pmf_analysis.register import Context
from pmf_analysis.register.models import RuleSet

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Sources:
    """What a column may be worked out from, beside its table."""

    context: Context
    rules: RuleSet
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Derived:
    """A column to add.

    Attributes
    ----------
    name : str
    needs : tuple of str
        Columns without which it cannot be made.
    make : callable
        ``(rows, sources) -> Series``, as long as ``rows``; null where there is
        nothing to say, so that no rule counts the row.
    """

    name: str
    needs: tuple[str, ...]
    make: Callable[[pd.DataFrame, Sources], pd.Series]


@dataclass(frozen=True)
class CheckedView:
    """A table as the rules see it.

    Attributes
    ----------
    rows : pandas.DataFrame
    groups : tuple of str
        Columns by which results are told apart.
    attributes : frozenset of str
        Columns that say what the indicator or the table *is*. A rule whose condition
        these alone rule out does not apply, and has no result at all.
    lacking : mapping
        Column that could not be added to the reason.
    weights : str
        Column with how many things a row stands for; empty where it is one.
    wholes : mapping
        Unit to all units whose results count it: itself and those above it. Empty where a
        row counts for its own unit alone.
    confidence : float
        With which a share of failures must lie beyond a limit; 0 where it is taken as it is.
    derived : frozenset of str
        Columns of records that are null where a question does not arise. Of a unit in whose
        records it arises nowhere a rule that asks it says nothing.
    """

    rows: pd.DataFrame
    groups: tuple[str, ...]
    attributes: frozenset[str] = frozenset()
    lacking: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    wholes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confidence: float = 0.0
    derived: frozenset[str] = frozenset()


def with_derived(
    table: pd.DataFrame, columns: Sequence[Derived], sources: Sources
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Add columns to a table, in order; one that cannot be made stops no other.

    Parameters
    ----------
    table : pandas.DataFrame
    columns : sequence of Derived
    sources : Sources

    Returns
    -------
    pandas.DataFrame
        With the columns added.
    dict of str to str
        The columns that could not be made, with the reason.
    """
    rows, lacking = table, {}
    for column in columns:
        missing = [name for name in column.needs if name not in rows.columns]
        if missing:
            lacking[column.name] = f"the column {missing[0]} is missing"
            continue
        try:
            made = column.make(rows, sources)
        except Exception as error:  # whatever a table holds, it ends as "could not run"
            lacking[column.name] = f"{column.name} could not be worked out ({_kind(error)})"
            continue
        rows = rows.assign(**{column.name: made})
    return rows, lacking


def yes_or_no(
    met: pd.Series | np.ndarray, asked: pd.Series | np.ndarray | None = None
) -> pd.Series:
    """Write a truth as yes or no; null where the question does not arise.

    Parameters
    ----------
    met : bool, shape (n,)
    asked : bool, shape (n,), optional

    Returns
    -------
    pandas.Series of str
    """
    index = met.index if isinstance(met, pd.Series) else None
    words = pd.Series(np.where(np.asarray(met, dtype=bool), YES, NO), index=index, dtype="str")
    return words if asked is None else words.where(np.asarray(asked, dtype=bool))


def numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    """Give a column as floats; all NaN where it holds anything but numbers."""
    found = rows[column]
    if pd.api.types.is_numeric_dtype(found) and not pd.api.types.is_bool_dtype(found):
        return found.astype("float64")
    return pd.Series(np.nan, index=rows.index, dtype="float64")


def filled(
    rows: pd.DataFrame, columns: Sequence[str], may_be_blank: Sequence[str] = ()
) -> pd.Series:
    """Whether every one of some columns holds something, row by row."""
    found = pd.Series(True, index=rows.index)
    for column in columns:
        found &= rows[column].notna()
        if column not in may_be_blank:
            found &= rows[column].astype("str").str.strip() != ""
    return found


def _kind(error: Exception) -> str:
    # the message of an error may quote a cell
    return type(error).__name__
