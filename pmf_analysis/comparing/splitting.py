"""A change split into parts, one for each ingredient exchanged, that add up to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.comparing.cells import same_numbers
from pmf_analysis.terms import Cause

DELIVERIES = "deliveries"
"""The step that exchanges what was delivered: late entry or correction, figure by figure."""

_CAUSES = [cause.value for cause in Cause]


def split(joined: pd.DataFrame, steps: Sequence[str], late: NDArray[np.bool_]) -> pd.DataFrame:
    """Split the change of every figure between the first and the last table.

    Parameters
    ----------
    joined : pandas.DataFrame
        ``measure_changes.side_by_side`` of len(steps) + 1 tables, each the one before with
        one ingredient exchanged.
    steps : sequence of str
        What was exchanged from each table to the next: `DELIVERIES` or a code of Cause.
    late : ndarray of bool, shape (n,)
        Which figures had not matured at the earlier date.

    Returns
    -------
    pandas.DataFrame
        The same index, with one column for each cause, adding up to the change where both
        ends are numbers (else null), and ``cause``: that of the largest part; of a change of
        state or of status alone, the step after which it was as it is in the end. Between
        two numbers, a table in the middle without one hands the earlier number on, so that
        the step that brings the number back carries the change.
    """
    last = len(steps)
    values = np.column_stack([joined[f"value_{place}"].to_numpy(dtype=float)
                              for place in range(last + 1)])  # fmt: skip
    numbers = ~np.isnan(values[:, 0]) & ~np.isnan(values[:, last])
    held = pd.DataFrame(values).ffill(axis=1).to_numpy()
    # what differs by the noise of binary fractions alone has not moved; the ends stay as they are
    moved = np.diff(held, axis=1)
    parts = {cause: np.zeros(len(joined)) for cause in _CAUSES}
    for place, step in enumerate(steps):
        for cause, share in _shares(step, late):
            parts[cause] = parts[cause] + np.where(share, moved[:, place], 0.0)
    table = pd.DataFrame(parts, index=joined.index)[_CAUSES]
    largest = table.abs().to_numpy().argmax(axis=1)
    sized = numbers & ~same_numbers(values[:, 0], values[:, last])
    by_size = np.array(_CAUSES, dtype=object)[largest]
    by_state = _last_turn(joined, steps, late, "state", values)
    by_status = _last_turn(joined, steps, late, "rag", values)
    still = numbers & ~sized
    cause = np.where(sized, by_size, np.where(still, by_status, by_state))
    table = table.where(np.repeat(numbers[:, None], len(_CAUSES), axis=1))
    return table.assign(cause=cause)


def _shares(step: str, late: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.bool_]]]:
    if step == DELIVERIES:
        return [(Cause.LATE_ENTRY.value, late), (Cause.CORRECTION.value, ~late)]
    return [(Cause(step).value, np.ones(len(late), dtype=bool))]


def _last_turn(
    joined: pd.DataFrame, steps: Sequence[str], late: NDArray[np.bool_], name: str,
    values: NDArray[np.float64],
) -> NDArray[np.object_]:  # fmt: skip
    """Cause of the last step at which a figure's state, or its status, turned."""
    found = np.full(len(joined), "", dtype=object)
    for place, step in enumerate(steps):
        before, after = (joined[f"{name}_{at}"].to_numpy(dtype=object) for at in (place, place + 1))
        turned = before != after
        if name == "state":
            # two states that carry a number are one here
            both = ~np.isnan(values[:, place]) & ~np.isnan(values[:, place + 1])
            turned = turned & ~both
        for cause, share in _shares(step, late):
            found[turned & share] = cause
    return found


def also_by(table: pd.DataFrame) -> NDArray[np.object_]:
    """Labels of the causes beside the main one that have a part in a change, shape (n,)."""
    held = table[_CAUSES].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        some = np.abs(held) > 1e-9
    main = table["cause"].to_numpy(dtype=object)[:, None]
    some &= main != np.array(_CAUSES, dtype=object)
    words = [[Cause(cause).label.split(":")[0] for cause in np.array(_CAUSES)[row]] for row in some]
    return np.array(["; ".join(row) for row in words], dtype=object)
