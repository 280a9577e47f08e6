"""Units that a later delivery names by another code: the same figures under another key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.comparing import directions
from pmf_analysis.comparing.cells import ROW
from pmf_analysis.comparing.directions import Moved
from pmf_analysis.markup import plain
from pmf_analysis.terms import Cause

_SHOWN = 40


def changed_codes(
    old_receipt: Mapping[str, object],
    new_receipt: Mapping[str, object],
    old: pd.DataFrame,
    new: pd.DataFrame,
    table: str,
) -> pd.DataFrame:
    """Units and periods that two deliveries hold under different codes.

    Parameters
    ----------
    old_receipt, new_receipt : mapping
        With ``areas``: for each unit the text that named it, and the periods.
    old, new : pandas.DataFrame
        Figures of the two deliveries; of their keys, those of a changed code are returned.
    table : str
        Name of the table, where a delivery holds several.

    Returns
    -------
    pandas.DataFrame
        ``ROW``, ``direction``, ``cause`` (structure) and ``kind``, which names both codes.
    """
    before, after = _named(old_receipt, table), _named(new_receipt, table)
    words = {
        key: f"{directions.CODE_CHANGED}: {_listed(before[key])} to {_listed(after[key])}"
        for key in sorted(before.keys() & after.keys())
        if not before[key] & after[key]
    }
    shared = pd.merge(_rows(old, words), _rows(new, words), on=list(ROW))
    keys = zip(shared["service_area"], shared["period"], strict=True)
    return shared.assign(
        direction=Moved.CODE_CHANGED.value,
        cause=Cause.STRUCTURE.value,
        kind=[words[key] for key in keys],
    )


def tells_codes(receipt: Mapping[str, object]) -> bool:
    """Whether a receipt says by which code each unit was named."""
    return bool(receipt.get("areas"))


def _rows(figures: pd.DataFrame, words: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    named = figures["service_area"].isin(sorted({unit for unit, _ in words}))
    rows = figures.loc[named, list(ROW)].drop_duplicates()
    keys = zip(rows["service_area"], rows["period"], strict=True)
    return rows[np.array([key in words for key in keys], dtype=bool)]


def _named(receipt: Mapping[str, object], table: str) -> dict[tuple[str, str], set[str]]:
    """Unit and period to the texts that named it."""
    found: dict[tuple[str, str], set[str]] = {}
    for entry in receipt.get("areas") or ():
        if str(entry.get("table") or table) != table:
            continue
        for period in _periods(entry):
            key = (str(entry["service_area"]), period)
            found.setdefault(key, set()).add(str(entry["printed"]))
    return found


def _periods(entry: Mapping[str, object]) -> Iterable[str]:
    return [str(code) for code in entry["periods"] if periods.try_parse(str(code))]


def _listed(texts: set[str]) -> str:
    return " / ".join(plain(text)[:_SHOWN] for text in sorted(texts))
