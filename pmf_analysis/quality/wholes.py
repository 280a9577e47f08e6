"""How far a whole lies from the sum of its parts, beyond what rounding explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pmf_analysis.counting import UNATTRIBUTED
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
    rest: tuple[pd.Series, pd.Series] | None = None,
    least_parts: int | pd.Series = 2,
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
    rest : tuple of Series of float, optional
        How much more than its parts a whole holds, at least and at most: what belongs to none
        of them. Nothing where not given.
    least_parts : int or Series of int
        With fewer parts nothing is said of a whole.

    Returns
    -------
    pandas.Series of float
        With the index of ``rows``; null for what is no whole, has too few parts, or
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
    more = held[number] - found["total"]
    if rest is not None:
        more = more - more.clip(*rest)
    beyond = more.abs() - explained
    return beyond.clip(lower=0.0).where(found["parts"] >= least_parts).round(9)


def unattributed(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """How many records of each indicator, unit, cohort and period name no unit, and count above.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``indicator``, ``service_area``, ``cohort`` and ``period``.
    sources : Sources
        With the figures, among which the count says so (`counting.count`).

    Returns
    -------
    pandas.Series of float
        With the index of ``rows``; 0 where there are none.
    """
    figures = sources.tables.get("figure")
    if figures is None or not {"breakdown", "column", *_KEPT_APART} <= set(figures):
        return pd.Series(0.0, index=rows.index)
    said = figures[(figures["column"] == UNATTRIBUTED).to_numpy(dtype=bool)]
    code = said["breakdown"].str.removesuffix(f" | {UNATTRIBUTED}").rename("indicator")
    counts = numbers(said, "value").groupby([code, *(said[name] for name in _KEPT_APART)]).sum()
    keys = pd.MultiIndex.from_frame(rows[["indicator", *_KEPT_APART]])
    return pd.Series(counts.reindex(keys).fillna(0.0).to_numpy(), index=rows.index)


_KEPT_APART = ["service_area", "cohort", "period"]


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
