"""What the register says of each row of a measure table, as columns of equal length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.register.models import Indicator, Level
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import Polarity, State

_LEVEL_KEY = ("indicator", "service_area", "period_end")
_USABLE = [str(state) for state in State if state.has_value]


def numbers(measures: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as floating-point numbers; NaN where there is none."""
    return pd.to_numeric(measures[column]).to_numpy(dtype=float, na_value=np.nan)


def figures(measures: pd.DataFrame, shown: bool = False) -> NDArray[np.float64]:
    """Delivered or shown values; NaN where the state says that there is no number.

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
    carries = measures[state].astype(str).isin(_USABLE).to_numpy()
    return np.where(carries, numbers(measures, value), np.nan)


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
    held: dict[tuple[str, str, str], tuple[Level | None, Level | None]] = {}
    keys = list(zip(*(measures[name].tolist() for name in _LEVEL_KEY), strict=True))
    for key in keys:
        if key not in held:
            indicator, unit, end = key
            neutral = context.register.indicators[indicator].polarity is Polarity.NEUTRAL
            on = date.fromisoformat(end)
            held[key] = (None, None) if neutral else context.register.target_at(indicator, unit, on)
    return [held[key][0] for key in keys], [held[key][1] for key in keys]


def level_values(held: list[Level | None]) -> NDArray[np.float64]:
    """Values of levels; NaN where none is in force."""
    return np.array([np.nan if level is None else level.value for level in held], dtype=float)
