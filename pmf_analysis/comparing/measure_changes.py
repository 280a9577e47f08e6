"""Measures of two states of knowledge, figure by figure, with their status."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis import status
from pmf_analysis.comparing.cells import read_values, same_numbers
from pmf_analysis.register import Context
from pmf_analysis.terms import State

MEASURED = ("indicator", "service_area", "cohort", "period")
VALUE, SHOWN = "value", "shown_value"
_PARTS_WITHHELD = f"parts {State.SUPPRESSED.label}"


def with_status(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The measure table with ``rag``, by the targets in force at the end of each period."""
    if measures.empty:
        return measures.assign(rag=pd.Series(dtype="str"))
    rated = status.analyse(measures, context)
    return measures.assign(rag=rated["rag"].to_numpy())


def as_figures(measures: pd.DataFrame) -> pd.DataFrame:
    """Two figures for each measure: its value, and the figure as shown and rated.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``rag``.

    Returns
    -------
    pandas.DataFrame
        ``MEASURED``, ``column`` (`VALUE` or `SHOWN`), ``period_end``, ``value``, ``state``,
        ``rag`` (of the shown figure, on both) and ``parts_withheld``.
    """
    shared = [*MEASURED, "period_end", "rag"]
    withheld = measures["method"].astype(str).str.contains(_PARTS_WITHHELD, regex=False)
    sides = [
        measures[shared].assign(
            column=column,
            value=measures[column].to_numpy(),
            state=measures[state].to_numpy(),
            parts_withheld=withheld.to_numpy(dtype=bool),
        )
        for column, state in ((VALUE, "state"), (SHOWN, "shown_state"))
    ]
    figures = pd.concat(sides, ignore_index=True)
    value, state = read_values(figures)
    return figures.assign(value=value, state=state)


def side_by_side(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The figures of several states of knowledge, one row for each figure that any holds.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
        Of `as_figures`; one row per figure in each.

    Returns
    -------
    pandas.DataFrame
        ``MEASURED``, ``column``, ``period_end``, and ``value_i``, ``state_i`` (empty where
        there is no row), ``rag_i``, ``withheld_i`` for table i.
    """
    keys = [*MEASURED, "column", "period_end"]
    joined: pd.DataFrame | None = None
    for number, table in enumerate(tables):
        held = table.rename(
            columns={"value": f"value_{number}", "state": f"state_{number}",
                     "rag": f"rag_{number}", "parts_withheld": f"withheld_{number}"}
        )  # fmt: skip
        joined = held if joined is None else joined.merge(held, on=keys, how="outer")
    assert joined is not None
    filled = {}
    for number in range(len(tables)):
        filled[f"state_{number}"] = joined[f"state_{number}"].fillna("").astype(object)
        filled[f"rag_{number}"] = joined[f"rag_{number}"].fillna("").astype(object)
        filled[f"withheld_{number}"] = joined[f"withheld_{number}"].eq(True)
    return joined.assign(**filled)


def figure_moved(joined: pd.DataFrame, old: int | str, new: int | str) -> NDArray[np.bool_]:
    """Where two of the tables give another figure: another number, or none for another reason."""
    before = joined[f"value_{old}"].to_numpy(dtype=float)
    after = joined[f"value_{new}"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        equal = same_numbers(before, after)
    none = np.isnan(before) & np.isnan(after)
    other = joined[f"state_{old}"].to_numpy() != joined[f"state_{new}"].to_numpy()
    return ~equal & ~(none & ~other)


def status_moved(joined: pd.DataFrame, old: int, new: int) -> NDArray[np.bool_]:
    """Where two of the tables give another status, where both have one."""
    before, after = joined[f"rag_{old}"].to_numpy(), joined[f"rag_{new}"].to_numpy()
    return (before != after) & (before != "") & (after != "")


def new_periods(joined: pd.DataFrame, old: int, new: int) -> NDArray[np.bool_]:
    """Rows of periods that one side does not have at all for the indicator."""
    alone = np.zeros(len(joined), dtype=bool)
    series = ["indicator", "period"]
    for side in (old, new):
        there = (joined[f"state_{side}"] != "").groupby([joined[name] for name in series])
        alone |= ~there.transform("any").to_numpy(dtype=bool)
    return alone


def one_figure_each(joined: pd.DataFrame, columns: Sequence[int]) -> pd.DataFrame:
    """Without shown figures that repeat the value in every table, and values that stood still.

    The status is that of the shown figure, and stands beside it alone where both are there.
    """
    keys = list(MEASURED)
    shown = joined["column"] == SHOWN
    value_of = joined[~shown].set_index(keys)
    asked = pd.MultiIndex.from_frame(joined.loc[shown, keys])
    repeats = np.ones(int(shown.sum()), dtype=bool)
    for number in columns:
        for name in (f"value_{number}", f"state_{number}"):
            here = joined.loc[shown, name].to_numpy(dtype=object)
            there = value_of[name].reindex(asked).to_numpy(dtype=object)
            both_none = pd.isna(here) & pd.isna(there)
            repeats &= (here == there) | both_none
    dropped = np.zeros(len(joined), dtype=bool)
    dropped[np.flatnonzero(shown.to_numpy())[repeats]] = True
    apart = pd.MultiIndex.from_frame(joined.loc[shown & ~dropped, keys])
    unrated = ~shown.to_numpy() & pd.MultiIndex.from_frame(joined[keys]).isin(apart)
    rags = {
        f"rag_{number}": joined[f"rag_{number}"].where(~unrated, "").astype(object)
        for number in columns
    }
    kept = joined.assign(**rags)[~dropped].reset_index(drop=True)
    first, last = columns[0], columns[-1]
    moved = figure_moved(kept, first, last) | status_moved(kept, first, last)
    return kept[moved].reset_index(drop=True)
