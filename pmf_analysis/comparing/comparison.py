"""What came of a comparison: changes with their causes, sums by cause, and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.tables import CHANGE, require
from pmf_analysis.terms import Cause

PARTS = tuple(cause.value for cause in Cause)

_TEXT = (
    "table", "indicator", "service_area", "cohort", "breakdown", "period", "column",
    "old_state", "new_state", "direction", "cause", "kind", "old_rag", "new_rag", "hidden",
    "follows", "arithmetic",
)  # fmt: skip
_KEYS = ("table", "indicator", "service_area", "cohort", "breakdown", "period", "column")


@dataclass(frozen=True)
class Comparison:
    """Two deliveries, runs or dates, and what differs.

    Attributes
    ----------
    old, new : str
        What was compared, as a reader names it.
    changes : pandas.DataFrame
        ``tables.CHANGE``, by consequence: changes of status first, then by size. With
        ``arithmetic`` in words.
    effects : pandas.DataFrame
        ``tables.CHANGE`` too: what the changes of a delivery do to the measures. Empty where
        the changes are those of measures themselves.
    words : pandas.DataFrame
        Findings of one side alone or in other words: ``indicator, service_area, cohort,
        period, code, old_sentence, new_sentence``.
    notes : tuple of str
        What else differs, in sentences.
    sentences : tuple of str
        What happened, the most telling first.
    compared : int
        Figures that both sides hold.
    """

    old: str
    new: str
    changes: pd.DataFrame
    effects: pd.DataFrame
    words: pd.DataFrame
    notes: tuple[str, ...]
    sentences: tuple[str, ...]
    compared: int

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.changes.empty and self.effects.empty and self.words.empty

    def by_cause(self) -> pd.DataFrame:
        """How much each cause explains.

        Returns
        -------
        pandas.DataFrame
            One row per ``table``, ``indicator``, ``column`` and ``cause``: ``figures`` that
            moved by this cause alone or mostly, ``with_number`` of them whose change has a
            size, and ``change``, the sum of this cause's parts. The sums of all causes add up
            to the sum of all changes.
        """
        return summary_by_cause(self.changes)


def as_changes(table: pd.DataFrame, *, ordered: bool = True) -> pd.DataFrame:
    """A table of changes in the contract's columns, absent ones filled.

    Parameters
    ----------
    table : pandas.DataFrame
        Any of the columns of ``tables.CHANGE`` and ``arithmetic``; ``change`` and ``relative``
        are worked out, and the part of the cause where no parts are given.
    ordered : bool
        Whether rows are put in the order of consequence.

    Returns
    -------
    pandas.DataFrame
    """
    filled = table.reset_index(drop=True)
    filled = filled.fillna({name: "" for name in _TEXT if name in filled.columns})
    for name in (*CHANGE, "arithmetic"):
        if name not in filled.columns and name not in ("change", "relative", *PARTS):
            filled = filled.assign(**{name: "" if name in _TEXT else np.nan})
    old, new = (filled[name].astype(float) for name in ("old_value", "new_value"))
    change = new - old
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(old == 0, np.nan, change / old)
    filled = filled.assign(change=change, relative=relative)
    for part in PARTS:
        if part not in filled.columns:
            own = np.where(filled["cause"] == part, change, 0.0)
            filled = filled.assign(**{part: np.where(change.isna(), np.nan, own)})
    typed = filled[[*CHANGE, "arithmetic"]].astype(
        {name: "str" if name in _TEXT else "float64" for name in (*CHANGE, "arithmetic")}
    )
    require(typed, CHANGE, "change")
    return by_consequence(typed) if ordered else typed


def by_consequence(changes: pd.DataFrame) -> pd.DataFrame:
    """Changes of status first, then figures given or withheld, then by relative size."""
    status = (changes["old_rag"] != changes["new_rag"]).to_numpy()
    size = changes["relative"].abs().fillna(np.inf)
    ordered = changes.assign(
        _status=~status,
        _sized=changes["change"].notna(),
        _size=-size.where(changes["change"].notna(), 0.0),
        _absolute=-changes["change"].abs().fillna(0.0),
    )
    names = ["_status", "_sized", "_size", "_absolute"]
    ordered = ordered.sort_values([*names, *_KEYS], kind="stable", ignore_index=True)
    return ordered.drop(columns=names)


def summary_by_cause(changes: pd.DataFrame) -> pd.DataFrame:
    """See `Comparison.by_cause`."""
    keys = ["table", "indicator", "column"]
    counted = changes.groupby([*keys, "cause"], sort=True).agg(
        figures=("period", "size"), with_number=("change", "count")
    )
    untold = changes["change"].fillna(0.0) - changes[list(PARTS)].fillna(0.0).sum(axis=1)
    parts = changes.assign(**{"": untold.where(changes["cause"] == "", 0.0)})
    sums = parts.groupby(keys, sort=True)[[*PARTS, ""]].sum().stack().rename("change")
    sums.index.names = [*keys, "cause"]
    both = counted.join(sums, how="outer").fillna(0.0)
    both = both[(both["figures"] > 0) | (both["change"] != 0)].reset_index()
    return both.astype({"figures": "int64", "with_number": "int64"})


def nothing() -> pd.DataFrame:
    """An empty table of changes."""
    return as_changes(pd.DataFrame({name: [] for name in ("old_value", "new_value", "cause")}))
