"""What the changes of one delivery do to the measures that it feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis import measures
from pmf_analysis.comparing import measure_changes
from pmf_analysis.comparing.causes import directions_of, kinds_of_moves
from pmf_analysis.comparing.directions import LEVELS_CHANGED, Moved
from pmf_analysis.comparing.reads import read_figures, tables_read
from pmf_analysis.register import Context, Register
from pmf_analysis.store import Store
from pmf_analysis.terms import Cause

Receipt = Mapping[str, object]


def effects_of(
    store: Store, old: Receipt, new: Receipt, figures: Sequence[pd.DataFrame], register: Register,
    indicators: Sequence[str],
) -> pd.DataFrame:  # fmt: skip
    """Measures by one delivery and by the other, where they differ.

    All other tables are taken as known on the later of the two publication dates, and the
    targets as in force at the end of each period.

    Parameters
    ----------
    store : Store
    old, new : mapping
        Receipts of two deliveries of one table.
    figures : sequence of pandas.DataFrame
        Their figures.
    register : Register
    indicators : sequence of str
        Codes of the indicators that the table feeds.

    Returns
    -------
    pandas.DataFrame
        ``measure_changes.side_by_side`` of the figures that differ, with ``old_value``,
        ``new_value``, ``old_state``, ``new_state``, ``old_rag``, ``new_rag``, ``direction``,
        ``cause`` and ``kind``, and ``parts_withheld`` by the later side.
    """
    later = max(date.fromisoformat(str(one["published"])) for one in (old, new))
    fed = replace(register, indicators={code: register.indicators[code] for code in indicators})
    context = Context(fed, later)
    others, beside = _other_tables(store, fed, str(old["table"]), later)
    others = read_figures(others, fed)
    sides = []
    for receipt, own in zip((old, new), figures, strict=True):
        filled = [one for one in (read_figures(own, fed), others) if len(one)]
        if not filled:
            return _nothing()
        built = measures.build(pd.concat(filled, ignore_index=True), [receipt, *beside], context)
        rated = measure_changes.with_status(built, context)
        sides.append(measure_changes.as_figures(rated))
    joined = measure_changes.side_by_side(sides)
    return _differing(joined, fed, str(old["published"]), str(new["published"]))


def _other_tables(
    store: Store, register: Register, table: str, later: date
) -> tuple[pd.DataFrame, list[Receipt]]:
    wanted = set(tables_read(register)) - {table}
    beside = [
        one
        for one in store.deliveries()
        if one["table"] in wanted and date.fromisoformat(str(one["published"])) <= later
    ]
    return store.figures([str(one["id"]) for one in beside], tables=sorted(wanted)), beside


def _nothing() -> pd.DataFrame:
    return pd.DataFrame()


def _differing(joined: pd.DataFrame, register: Register, one: str, other: str) -> pd.DataFrame:
    moved = measure_changes.figure_moved(joined, 0, 1) | measure_changes.status_moved(joined, 0, 1)
    moved &= ~measure_changes.new_periods(joined, 0, 1)
    figures = measure_changes.one_figure_each(joined[moved].reset_index(drop=True), (0, 1))
    sides = {"value": "value", "state": "state", "rag": "rag"}
    named = {
        f"{old_or_new}_{name}": figures[f"{column}_{number}"]
        for number, old_or_new in enumerate(("old", "new"))
        for name, column in sides.items()
    }
    table = figures.assign(**named)
    late = not_matured(table, register, min(date.fromisoformat(one), date.fromisoformat(other)))
    table = with_direction(table)
    return table.assign(cause=np.where(late, Cause.LATE_ENTRY.value, Cause.CORRECTION.value))


def with_direction(table: pd.DataFrame) -> pd.DataFrame:
    """Figures with ``direction`` and ``kind``, where only the status moved as well."""
    direction = directions_of(table)
    still = ~measure_changes.figure_moved(
        table.rename(columns={"old_value": "value_o", "new_value": "value_n",
                              "old_state": "state_o", "new_state": "state_n"})
        [["value_o", "value_n", "state_o", "state_n"]], "o", "n"
    )  # fmt: skip
    direction = np.where(still, Moved.STATUS_ONLY.value, direction).astype(object)
    table = table.assign(direction=direction)
    return table.assign(kind=np.where(still, LEVELS_CHANGED, kinds_of_moves(table)))


def not_matured(table: pd.DataFrame, register: Register, on: date) -> np.ndarray:
    """Where a figure's indicator had not matured on a date: bool, shape (n,)."""
    waits = {code: one.matures_after for code, one in register.indicators.items()}
    ends = [day.toordinal() for day in pd.to_datetime(table["period_end"])]
    days = [waits.get(code) or 0 for code in table["indicator"]]
    return np.array(ends, dtype=float) + np.array(days, dtype=float) > on.toordinal()
