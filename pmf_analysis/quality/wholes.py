"""How far a whole lies from the sum of its parts, beyond what rounding explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pmf_analysis.measures.totals import Membership, add_up
from pmf_analysis.quality.views import Sources, numbers
from pmf_analysis.register import Register
from pmf_analysis.terms import UnitKind


def rounded_to(kind: UnitKind, table: str, sources: Sources) -> float:
    """To the nearest how many a table's counts are published for a kind of unit; 0: exact."""
    rules = sources.rules.values
    stated = rules.get("rounded_in", {}).get(table)
    return float(rules["rounded_to"].get(kind.value, 0) if stated is None else stated)


def beyond_rounding(
    rows: pd.DataFrame,
    keys: Sequence[str],
    number: str,
    membership: Membership,
    sources: Sources,
    tables: pd.Series,
    *,
    all_registered: bool,
    parts_are: UnitKind | None = None,
) -> pd.Series:
    """Difference of each whole to the sum of its parts, less what their rounding explains.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of wholes and parts, with ``service_area``, ``period``, ``keys`` and the number.
    keys, number, membership, all_registered
        See ``measures.totals.add_up``.
    sources : Sources
        For the register, and for ``rounded_to`` and ``rounded_in`` of the rule set ``quality``.
    tables : pandas.Series of str
        Table of each row, with the index of ``rows``.
    parts_are : UnitKind, optional
        What the parts are, where they do not stand directly below the whole.

    Returns
    -------
    pandas.Series of float
        With the index of ``rows``; null for what is no whole, has fewer than two parts, or
        has a part without a number: there nothing can be said.
    """
    register = sources.context.register
    held = rows[[*dict.fromkeys((*keys, "service_area", "period"))]]
    held = held.assign(**{number: numbers(rows, number)})
    sums = add_up(held, keys, number, membership, register, all_registered=all_registered)
    if sums.empty:
        return pd.Series(float("nan"), index=rows.index, dtype="float64")
    found = sums.reindex(pd.MultiIndex.from_frame(held[[*keys, "service_area"]]))
    found = found.set_axis(rows.index)
    explained = _half_steps(held["service_area"], tables, found["parts"], sources, parts_are)
    beyond = (held[number] - found["total"]).abs() - explained
    return beyond.clip(lower=0.0).where(found["parts"] > 1).round(9)


def _half_steps(
    units: pd.Series, tables: pd.Series, parts: pd.Series, sources: Sources,
    parts_are: UnitKind | None,
) -> pd.Series:  # fmt: skip
    """How far the rounding of a whole and of its parts may have moved their difference."""
    register = sources.context.register
    pairs = pd.MultiIndex.from_arrays([tables.to_numpy(), units.to_numpy()])
    own, below = {}, {}
    for table, code in pairs.unique():
        if code in register.units:
            kinds = {parts_are} if parts_are else _kinds_below(code, register)
            own[table, code] = rounded_to(register.units[code].kind, table, sources) / 2
            steps = (rounded_to(kind, table, sources) / 2 for kind in kinds)
            below[table, code] = max(steps, default=0.0)
    half, each = (
        np.array([steps.get(pair, 0.0) for pair in pairs], dtype=float) for steps in (own, below)
    )
    return pd.Series(half + each * parts.to_numpy(dtype=float), index=units.index)


def _kinds_below(code: str, register: Register) -> set[UnitKind]:
    return {register.units[one].kind for one in register.children_of(code)}
