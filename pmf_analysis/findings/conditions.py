"""Conditions as data: column, operator, value. Nothing is ever evaluated as text.

==============  ==================================================
operator        holds where the column
==============  ==================================================
``is``          equals the value
``is_not``      is given and differs from the value
``in``          equals one of the values
``above``       is a number above the value; ``below`` likewise
``at_least``    is a number at or above it; ``at_most`` likewise
``given``       is there (``true``) or is not (``false``)
==============  ==================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from pmf_analysis.errors import TableError

Mask = Callable[[pd.Series, object], pd.Series]


def _given(column: pd.Series) -> pd.Series:
    return column.notna() & (column.astype("str") != "")


def _number(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce")


OPERATORS: Mapping[str, Mask] = {
    "is": lambda column, value: column.isin([value]),
    "is_not": lambda column, value: _given(column) & ~column.isin([value]),
    "in": lambda column, value: column.isin(list(value)),  # type: ignore[call-overload]
    "above": lambda column, value: _number(column) > value,
    "below": lambda column, value: _number(column) < value,
    "at_least": lambda column, value: _number(column) >= value,
    "at_most": lambda column, value: _number(column) <= value,
    "given": lambda column, value: _given(column) == bool(value),
}


def holds(table: pd.DataFrame, conditions: Sequence[Mapping[str, object]]) -> pd.Series:
    """Rows on which every condition holds.

    Parameters
    ----------
    table : pandas.DataFrame, n rows
    conditions : sequence of mapping
        Each with ``column`` and one operator.

    Returns
    -------
    pandas.Series of bool, n rows

    Raises
    ------
    TableError
        If a condition names a column that the table lacks.
    """
    mask = pd.Series(True, index=table.index)
    for condition in conditions:
        column = str(condition["column"])
        if column not in table.columns:
            raise TableError(
                f"A condition names the column {column!r}, which the table lacks",
                f"one of {', '.join(table.columns)}",
            )
        for operator, value in condition.items():
            if operator != "column":
                mask &= OPERATORS[operator](table[column], value)
    return mask
