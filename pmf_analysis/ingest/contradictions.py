"""Cells that two deliveries of one table give differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.ingest.groups import combined
from pmf_analysis.terms import State

_KEY = ("table", "service_area", "cohort", "breakdown", "period", "column")
_NUMBER = {state.value: "" for state in State if state.has_value}


@dataclass(frozen=True)
class Contradiction:
    """How many cells two deliveries give differently, and the first of them by its key."""

    cells: int
    table: str
    service_area: str
    breakdown: str
    period: str
    column: str


def contradiction(figures: pd.DataFrame, held: pd.DataFrame) -> Contradiction | None:
    """Cells that both of two sets of figures give, and not alike.

    Parameters
    ----------
    figures, held : pandas.DataFrame
        Columns ``tables.FIGURE``.

    Returns
    -------
    Contradiction or None
        None where every cell that both give is the same: its number, or why there is none.
        Whether a number is called provisional or final does not matter.
    """
    both = pd.concat([figures, held], ignore_index=True)
    keys, _ = combined([pd.factorize(both[name])[0] for name in _KEY], len(both))
    own = np.arange(len(both)) < len(figures)
    shared = _marked(keys, own) & _marked(keys, ~own)
    said, _ = combined([keys, *_said(both)], len(both))
    first = np.zeros(len(shared), dtype=np.intp)
    first[keys[::-1]] = said[::-1]
    differs = shared[keys] & (said != first[keys])
    if not differs.any():
        return None
    found = both.loc[np.flatnonzero(_marked(keys, differs)[keys]), list(_KEY)].drop_duplicates()
    least = found.sort_values(list(_KEY)).iloc[0]
    return Contradiction(
        len(found), least["table"], least["service_area"], least["breakdown"], least["period"],
        least["column"],
    )  # fmt: skip


def _marked(keys: NDArray[np.integer], where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each key whether any of its rows is marked."""
    found = np.zeros(int(keys.max(initial=-1)) + 1, dtype=bool)
    found[keys[where]] = True
    return found


def _said(figures: pd.DataFrame) -> list[NDArray[np.integer]]:
    """The number of each cell, and why it has none; counted from 0."""
    values, _ = pd.factorize(figures["value"], use_na_sentinel=False)
    codes, states = pd.factorize(figures["state"])
    reasons, _ = pd.factorize(np.array([_NUMBER.get(state, state) for state in states], object))
    return [values, reasons[codes] if len(reasons) else codes]
