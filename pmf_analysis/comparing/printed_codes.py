"""Units that a later delivery names by another code: the same figures under another key."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.comparing import directions
from pmf_analysis.comparing.cells import ROW
from pmf_analysis.comparing.directions import Moved
from pmf_analysis.markup import plain
from pmf_analysis.terms import Cause

_SHOWN = 40
_Printed = dict[str, list[Mapping[str, object]]]
"""Unit to the ways in which a file names it."""


def changed_codes(
    old_receipt: Mapping[str, object],
    new_receipt: Mapping[str, object],
    old: pd.DataFrame,
    new: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of both deliveries whose unit each names by a different code.

    Parameters
    ----------
    old_receipt, new_receipt : mapping
        With ``areas``: for each unit the text that named it, from its first period to its last.
    old, new : pandas.DataFrame
        Figures of the two deliveries.

    Returns
    -------
    pandas.DataFrame
        ``ROW``, ``direction``, ``cause`` (structure) and ``kind``, which names both codes.
    """
    before, after = _printed(old_receipt), _printed(new_receipt)
    units = [
        unit
        for unit in sorted(before.keys() & after.keys())
        if len(before[unit]) > 1 or _names(before[unit]) != _names(after[unit])
    ]
    shared = pd.merge(_rows(old, units), _rows(new, units), on=list(ROW))
    kinds = [
        _kind(before[unit], after[unit], period)
        for unit, period in zip(shared["service_area"], shared["period"], strict=True)
    ]
    found = shared.assign(
        direction=Moved.CODE_CHANGED.value,
        cause=Cause.STRUCTURE.value,
        kind=pd.Series(kinds, index=shared.index, dtype="str"),
    )
    return found[found["kind"] != ""].reset_index(drop=True)


def tells_codes(receipt: Mapping[str, object]) -> bool:
    """Whether a receipt says by which code each unit was named."""
    return bool(receipt.get("areas"))


def _printed(receipt: Mapping[str, object]) -> _Printed:
    found: _Printed = {}
    for entry in receipt.get("areas") or ():
        found.setdefault(str(entry["service_area"]), []).append(entry)
    return found


def _names(entries: list[Mapping[str, object]]) -> set[str]:
    return {str(entry["printed"]) for entry in entries}


def _rows(figures: pd.DataFrame, units: list[str]) -> pd.DataFrame:
    return figures.loc[figures["service_area"].isin(units), list(ROW)].drop_duplicates()


def _kind(
    before: list[Mapping[str, object]], after: list[Mapping[str, object]], period: str
) -> str:
    """Both codes of a unit in a period, in words; empty where one of them is the same."""
    old, new = _in_period(before, period), _in_period(after, period)
    if not old or not new or old & new:
        return ""
    return f"{directions.CODE_CHANGED}: {_listed(old)} to {_listed(new)}"


def _in_period(entries: list[Mapping[str, object]], period: str) -> set[str]:
    on = periods.parse(period).end
    return {
        str(entry["printed"])
        for entry in entries
        if periods.parse(str(entry["first_period"])).end <= on
        and on <= periods.parse(str(entry["last_period"])).end
    }


def _listed(texts: set[str]) -> str:
    return " / ".join(plain(text)[:_SHOWN] for text in sorted(texts))
