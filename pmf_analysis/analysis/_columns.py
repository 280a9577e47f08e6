"""What the register says of each row of a measure table, as columns of equal length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.register.models import Indicator, Level
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import Polarity, State

_USABLE = [str(state) for state in State if state.has_value]

# no figure of a service is larger; an infinite one is none
_LARGEST = 1e50


def numbers(measures: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as floating-point numbers; NaN where there is none."""
    return pd.to_numeric(measures[column]).to_numpy(dtype=float, na_value=np.nan)


def carries_number(measures: pd.DataFrame, column: str = "state") -> NDArray[np.bool_]:
    """Whether each row's state is one that carries a number."""
    return measures[column].astype(str).isin(_USABLE).to_numpy()


def figures(measures: pd.DataFrame, shown: bool = False) -> NDArray[np.float64]:
    """Delivered or shown values; NaN where the state says that there is no number, or none can be.

    Parameters
    ----------
    measures : pandas.DataFrame
    shown : bool
        Whether to read the figure as shown and rated.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    value, state = ("shown_value", "shown_state") if shown else ("value", "state")
    found = numbers(measures, value)
    possible = carries_number(measures, state) & (np.abs(found) <= _LARGEST)
    return np.where(possible, found, np.nan)


def numbered(
    table: pd.DataFrame, columns: Sequence[str]
) -> tuple[NDArray[np.int64], list[tuple[Any, ...]]]:
    """Number the rows by what stands in some columns.

    Parameters
    ----------
    table : pandas.DataFrame
    columns : sequence of str

    Returns
    -------
    numbers : ndarray of int, shape (n,)
        The same for rows that are equal in all of the columns.
    contents : list of tuple
        What stands in the columns, by number, in order.
    """
    numbers = table.groupby(list(columns), sort=True).ngroup().to_numpy(dtype=np.int64)
    _, first = np.unique(numbers, return_index=True)
    contents = zip(*(table[name].iloc[first].tolist() for name in columns), strict=True)
    return numbers, list(contents)


def of_indicator(
    measures: pd.DataFrame, context: Context, read: Callable[[Indicator], Any]
) -> NDArray[Any]:
    """A property of each row's indicator, looked up once for each code."""
    codes, order = pd.factorize(measures["indicator"])
    found = [read(context.register.indicators[code]) for code in order]
    return np.array(found)[codes] if found else np.array([], dtype=object)


def polarities(measures: pd.DataFrame, context: Context) -> NDArray[Any]:
    """Code of each row's polarity, as text."""
    return of_indicator(measures, context, lambda indicator: str(indicator.polarity))


def levels(measures: pd.DataFrame, context: Context) -> tuple[list[Level | None], ...]:
    """Target and floor in force at the end of each row's period.

    Neutral indicators have neither. Levels of past periods are those that held then, so a
    changed target restates no past colour.

    Parameters
    ----------
    measures : pandas.DataFrame
    context : Context

    Returns
    -------
    targets, floors : list of Level or None
        One for each row.
    """
    register = context.register
    own = {(row.indicator, row.unit) for row in register.target_rows}
    pair_of, pairs = numbered(measures, ["indicator", "service_area"])
    # units without a target of their own share the indicator's
    shared = [(code, unit if (code, unit) in own else "") for code, unit in pairs]
    share_of, sharing = pd.factorize(pd.Index(shared, tupleize_cols=False))
    day_of, days = pd.factorize(measures["period_end"])
    asked, row_of = np.unique(share_of[pair_of] * len(days) + day_of, return_inverse=True)
    found = np.empty((2, len(asked)), dtype=object)
    for place, (share, day) in enumerate(zip(*np.divmod(asked, max(len(days), 1)), strict=True)):
        code, unit = sharing[share]
        if register.indicators[code].polarity is not Polarity.NEUTRAL:
            found[:, place] = register.target_at(code, unit, date.fromisoformat(days[day]))
    return found[0][row_of].tolist(), found[1][row_of].tolist()


def level_values(held: list[Level | None]) -> NDArray[np.float64]:
    """Values of levels; NaN where none is in force."""
    return np.array([np.nan if level is None else level.value for level in held], dtype=float)
