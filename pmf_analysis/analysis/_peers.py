"""Which units stand beside each other: for each row, the number of its peers' group."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.register.registry import Context, Register


def peer_groups(measures: pd.DataFrame, context: Context) -> NDArray[np.int64]:
    """Number the groups of peers: rows of one indicator, cohort and period, of peers then.

    Parameters
    ----------
    measures : pandas.DataFrame
    context : Context

    Returns
    -------
    ndarray of int, shape (n,)
        From 0. A unit that the register does not know, or that does not exist on the period's
        last day, stands alone.
    """
    units, unit_names = pd.factorize(measures["service_area"])
    days, day_names = pd.factorize(measures["period_end"])
    asked, place = np.unique(days * max(len(unit_names), 1) + units, return_inverse=True)
    kinds = np.empty(len(asked), dtype=object)
    on_day, of_unit = np.divmod(asked, max(len(unit_names), 1))
    for day in range(len(day_names)):
        here = np.flatnonzero(on_day == day)
        present = [unit_names[number] for number in of_unit[here]]
        first = _first_peers(present, context.register, date.fromisoformat(day_names[day]))
        kinds[here] = [first[unit] for unit in present]
    # the peers of two days may be called by one name: the period tells them apart
    occasion = measures.groupby(["indicator", "cohort", "period"], sort=False).ngroup().to_numpy()
    kind_of, _ = pd.factorize(kinds)
    width = int(kind_of.max(initial=0)) + 1
    _, groups = np.unique(occasion * width + kind_of[place], return_inverse=True)
    return groups.astype(np.int64)


def _first_peers(present: list[str], register: Register, on: date) -> dict[str, str]:
    """For each unit, the first unit of its group of peers, as the group's name."""
    found: dict[str, str] = {}
    for unit in sorted(present):
        if unit in found:
            continue
        found[unit] = unit
        if unit in register.units and register.units[unit].holds_on(on):
            for peer in register.peers_of(unit, on):
                found.setdefault(peer, unit)
    return found
