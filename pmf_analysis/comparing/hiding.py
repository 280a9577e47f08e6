"""Earlier numbers that are not shown again, because a later publication withholds them.

A figure once printed and withheld since must not be printed by us: nor may another figure of
its row, or a total that gives it away by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WITHHELD_NOW = "published before, withheld now"
SAME_ROW = "stands in the row of a figure withheld now"
GIVES_AWAY = "would give away a figure withheld now"

_ROW = ("table", "indicator", "service_area", "cohort", "breakdown", "period")
_CELL = (*_ROW, "column")
_NUMBERS = ("change", "relative", "explained", "remainder",
            "late_entry", "correction", "definition", "structure", "code")  # fmt: skip


@dataclass(frozen=True)
class Order:
    """Which side was published first.

    Attributes
    ----------
    old_is_later, new_is_later : bool
        Neither where both were published on one day: then either may withhold.
    """

    old_is_later: bool
    new_is_later: bool


def hide(
    changes: pd.DataFrame, states: frozenset[str], order: Order, also: NDArray[np.bool_]
) -> pd.DataFrame:
    """Take out every number that a later publication withholds, or that gives one away.

    Parameters
    ----------
    changes : pandas.DataFrame
        Columns ``tables.CHANGE`` and ``arithmetic``; all figures that differ, of both sides.
    states : frozenset of str
        Which withhold.
    order : Order
    also : ndarray of bool, shape (n,)
        Where what is known in the end withholds the figure, whatever the two sides say.

    Returns
    -------
    pandas.DataFrame
        The same rows. Where something is hidden there is no old and no new number, no size
        of the change, no status and no part; ``hidden`` says why.
    """
    if changes.empty:
        return changes
    withheld = also | _withheld_by(changes, states, order)
    row = _in(changes, _ROW, changes[withheld]) & ~withheld
    total = _totals_of(changes, withheld) & ~withheld & ~row
    reason = np.select([withheld, row, total], [WITHHELD_NOW, SAME_ROW, GIVES_AWAY], default="")
    hidden = reason != ""
    gone = {name: np.where(hidden, np.nan, changes[name]) for name in _NUMBERS}
    # the later side of a row or total may be shown: it is what is published now
    keep_old = hidden & ~withheld & order.old_is_later
    keep_new = hidden & ~withheld & order.new_is_later
    return changes.assign(
        **gone,
        old_value=np.where(hidden & ~keep_old, np.nan, changes["old_value"]),
        new_value=np.where(hidden & ~keep_new, np.nan, changes["new_value"]),
        old_rag=np.where(hidden & ~keep_old, "", changes["old_rag"]),
        new_rag=np.where(hidden & ~keep_new, "", changes["new_rag"]),
        arithmetic=np.where(hidden, "", changes["arithmetic"]),
        hidden=reason.astype(object),
    )


def _withheld_by(changes: pd.DataFrame, states: frozenset[str], order: Order) -> NDArray[np.bool_]:
    marked = sorted(states)
    old, new = (changes[name].isin(marked).to_numpy() for name in ("old_state", "new_state"))
    old_counts, new_counts = order.old_is_later, order.new_is_later
    if not old_counts and not new_counts:
        return old | new
    return (old & old_counts) | (new & new_counts)


def _totals_of(changes: pd.DataFrame, withheld: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Totals that moved together with a member whose figure is withheld now."""
    found = np.zeros(len(changes), dtype=bool)
    following = np.flatnonzero((changes["follows"] != "").to_numpy())
    if not len(following) or not withheld.any():
        return found
    beside = [name for name in _CELL if name != "service_area"]
    members = changes.iloc[following][[*beside, "follows"]].assign(place=following)
    spread = members.assign(service_area=members["follows"].str.split(";")).explode("service_area")
    told = _in(spread, _CELL, changes[withheld])
    found[spread["place"].to_numpy()[told]] = True
    return found


def _in(table: pd.DataFrame, keys: Sequence[str], held: pd.DataFrame) -> NDArray[np.bool_]:
    names = list(keys)
    return pd.MultiIndex.from_frame(table[names].astype(str)).isin(
        pd.MultiIndex.from_frame(held[names].astype(str))
    )
