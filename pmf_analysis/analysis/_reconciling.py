"""Forecasts of a unit and of the units below it, made to add up.

Numerators and denominators add up, percentages never do: cases and the rest of each denominator
are reconciled, so that a percentage made from them lies between 0 and 100. A unit is held
together with its parts only where their past figures add up; the rule set ``reconciliation``
says how exactly. What stays out says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats
from pmf_analysis.analysis import _columns
from pmf_analysis.forecasting import LEVELS, Distribution
from pmf_analysis.methods.reconciliation import ROOT, reconcile
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context, Register
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import MeasureKind, UnitKind

RULES = "reconciliation"

_PARTS = ("numerator", "denominator")

Floats = NDArray[np.float64]

_INNER = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.1, 0.9)]
_INNER_WIDTH = 2.563103131089201
"""Standard deviations of a normal distribution from its 10% to its 90% quantile."""

_HALF = 0.5
"""Added to each count before its logarithm is taken, so that none is infinite."""


@dataclass(frozen=True)
class Coming:
    """Coming figures of one series, by their parts.

    Attributes
    ----------
    row : int
        Place of the series' last row in the measure table.
    numerator, denominator : ndarray, shape (horizon,)
        Middles; of a count the numerator is the figure itself, and there is no denominator (NaN).
    distribution : Distribution
        Of the figure, in its unit.
    denominator_spread : ndarray, shape (horizon,), optional
        Standard deviation of the denominator; that of a Poisson count when not given.
    note : str
        What was done, or why nothing, as a clause; empty for a unit alone.
    """

    row: int
    numerator: Floats
    denominator: Floats
    distribution: Distribution
    denominator_spread: Floats | None = None
    note: str = ""


@dataclass(frozen=True)
class _Family:
    """Series of one indicator, cohort and last period: one a unit, with their past.

    Attributes
    ----------
    indicator : Indicator
    units : tuple of str
    members : dict of str to int
        Unit to place of its coming figures; units without a forecast are missing.
    past : ndarray, shape (parts of a figure, units, periods)
        The latest numerators and denominators; values alone of a count.
    """

    indicator: Indicator
    units: tuple[str, ...]
    members: dict[str, int]
    past: Floats


@dataclass(frozen=True)
class _Rules:
    label: str
    kinds: tuple[UnitKind, ...]
    periods: int
    least_periods: int
    remainder: float


def reconciled(coming: Sequence[Coming], measures: pd.DataFrame, context: Context) -> list[Coming]:
    """Make coming figures add up where past ones do.

    Parameters
    ----------
    coming : sequence of Coming
        One for each series that has a forecast, in any order.
    measures : pandas.DataFrame
        Measure table; the last vintage of each series and period stands.
    context : Context
        Its register says what is part of what at its date, and holds the rule set
        ``reconciliation``.

    Returns
    -------
    list of Coming
        In the order given. Middles add up; each distribution has moved with its middle, on
        the logit scale of a percentage and the log scale of other figures.
    """
    rules = _rules(context)
    found = list(coming)
    for family in _families(coming, measures, context, rules):
        parents, notes = _tree(family, context, rules)
        for unit, note in notes.items():
            place = family.members[unit]
            found[place] = replace(found[place], note=note)
        if any(parent != ROOT for parent in parents):
            _reconcile(family, parents, found)
    return found


def _rules(context: Context) -> _Rules:
    held = context.register.rule_set(RULES)
    return _Rules(
        label=held.label,
        kinds=tuple(UnitKind(kind) for kind in value_of(held, "kinds")),
        periods=int(value_of(held, "periods")),
        least_periods=int(value_of(held, "least_periods")),
        remainder=float(value_of(held, "remainder")),
    )


# --- what belongs together ----------------------------------------------------------------


def _families(
    coming: Sequence[Coming], measures: pd.DataFrame, context: Context, rules: _Rules
) -> Iterator[_Family]:
    """Series of one indicator, cohort and last period, with their latest figures."""
    held, last = context.register, measures.iloc[[one.row for one in coming]]
    last = last[["indicator", "cohort", "period", "service_area"]].assign(
        place=np.arange(len(coming))
    )
    known = [_kind(held, unit) in rules.kinds for unit in last["service_area"]]
    last = last[np.array(known, dtype=bool)]
    order = ["indicator", "cohort", "period", "vintage"]
    rows = measures[[*order, "service_area"]].assign(
        **{name: _columns.numbers(measures, name) for name in (*_PARTS, "value")}
    )
    rows = rows.sort_values(order, kind="stable")
    every = dict(iter(rows.groupby(["indicator", "cohort"], sort=True)))
    for (code, cohort, period), own in last.groupby(["indicator", "cohort", "period"], sort=True):
        indicator = held.indicators[code]
        if len(own) < 2 or indicator.kind is MeasureKind.MEDIAN:
            continue
        names = ["value"] if indicator.kind is MeasureKind.COUNT else [*_PARTS]
        past = every[(code, cohort)]
        past = past[past["period"] <= period]
        past = past[past["period"].isin(past["period"].unique()[-rules.periods :])]
        past = past.drop_duplicates(["service_area", "period"], keep="last")
        now = sorted(past.loc[past["period"] == period, "service_area"])
        units = tuple(unit for unit in now if _kind(held, unit) in rules.kinds)
        wide = past.set_index(["service_area", "period"])[names].unstack("period")
        figures = np.stack([wide[name].reindex(list(units)).to_numpy() for name in names])
        members = dict(zip(own["service_area"], own["place"].tolist(), strict=True))
        yield _Family(indicator, units, members, figures)


def _kind(register: Register, unit: str) -> UnitKind | None:
    return register.units[unit].kind if unit in register.units else None


def _tree(family: _Family, context: Context, rules: _Rules) -> tuple[list[int], dict[str, str]]:
    """The parent of each unit of a family where the past adds up, and what is said of each."""
    held, on = context.register, context.as_at
    place = {unit: at for at, unit in enumerate(family.units)}
    above = [place.get(held.parent_of(unit, on), ROOT) for unit in family.units]
    parents = [ROOT] * len(above)
    beside: dict[str, list[str]] = {}
    refused: dict[str, str] = {}
    for whole in sorted({one for one in above if one != ROOT}):
        told = family.units[whole]
        below = [at for at, one in enumerate(above) if one == whole]
        parts = _making_up(family, whole, below, held, rules)
        if why := _why_not(family, parts):
            refused[told] = f"not made to add up with its parts: {why}"
            continue
        for part in parts:
            parents[part] = whole
            beside.setdefault(family.units[part], []).append(f"that of {held.units[told].name}")
        parted = "its one part" if len(parts) == 1 else f"its {len(parts)} parts"
        beside.setdefault(told, []).append(f"those of {parted}")
    notes = {unit: [f"made to add up with {formats.listed(said)}"] for unit, said in beside.items()}
    for unit, why in refused.items():
        notes.setdefault(unit, []).append(why)
    return parents, {unit: "; ".join(notes[unit]) for unit in notes if unit in family.members}


def _making_up(
    family: _Family, whole: int, below: list[int], held: Register, rules: _Rules
) -> list[int]:
    """Units below that make up their whole: all of them, or those of one kind; none otherwise."""
    kinds = [_kind(held, family.units[at]) for at in below]
    alike = [[at for at, own in zip(below, kinds, strict=True) if own is kind] for kind in UnitKind]
    for parts in [below, *filter(None, alike)]:
        if _adds_up(family.past, whole, parts, rules):
            return parts
    return []


def _why_not(family: _Family, parts: list[int]) -> str:
    if not parts:
        return "their past figures do not add up to its own"
    without = sum(family.units[at] not in family.members for at in parts)
    return f"{without} of them {'has' if without == 1 else 'have'} no forecast" if without else ""


def _adds_up(past: Floats, whole: int, parts: list[int], rules: _Rules) -> bool:
    """Whether the parts leave nothing of the whole in every one of enough past periods."""
    total, own = past[:, parts].sum(axis=1), past[:, whole]
    known = np.isfinite(total) & np.isfinite(own)
    apart = np.abs(total - own) > rules.remainder * np.abs(own) + 1e-9
    return bool(known.all(axis=0).sum() >= rules.least_periods and not (apart & known).any())


# --- making them add up -------------------------------------------------------------------


def _reconcile(family: _Family, parents: list[int], found: list[Coming]) -> None:
    """Replace the coming figures of a family by those that add up."""
    kind = family.indicator.kind
    held = [(family.units.index(unit), place) for unit, place in sorted(family.members.items())]
    shape = (2, max(len(found[place].numerator) for _, place in held), len(family.units))
    middles, spreads = np.full(shape, np.nan), np.full(shape, np.nan)
    for node, place in held:
        one = found[place]
        middles[:, : len(one.numerator), node] = _parted(one, kind)
        spreads[:, : len(one.numerator), node] = _spreads(one, kind)
    made = reconcile(middles, spreads**2, parents).forecasts
    for node, place in held:
        if parents[node] == ROOT and node not in parents:
            continue
        count, other = made[:, : len(found[place].numerator), node]
        whole = count + other if kind is MeasureKind.PROPORTION else other
        moved = _moved(found[place], count, whole, kind)
        found[place] = replace(found[place], numerator=count, denominator=whole, distribution=moved)


def _parted(one: Coming, kind: MeasureKind) -> Floats:
    """What adds up: cases and the rest of a share, else numerator and denominator.

    Shape (2, horizon); the second of a count is NaN.
    """
    share = kind is MeasureKind.PROPORTION
    rest = np.maximum(one.denominator - one.numerator, 0.0) if share else one.denominator
    return np.stack([one.numerator, rest])


def _spreads(one: Coming, kind: MeasureKind) -> Floats:
    """Standard deviations of what adds up, shape (2, horizon); NaN of what a count lacks."""
    spread = np.subtract(*one.distribution.table[_INNER[::-1]]) / _INNER_WIDTH
    whole = one.denominator
    if kind is MeasureKind.COUNT:
        return np.stack([spread, np.full_like(spread, np.nan)])
    unsure = one.denominator_spread
    unsure = np.sqrt(np.maximum(whole, 0.0)) if unsure is None else unsure
    level = one.numerator / np.where(whole > 0, whole, np.inf)
    own = whole * spread / (100.0 if kind is MeasureKind.PROPORTION else 1.0)
    rest = np.hypot(own, (1 - level) * unsure) if kind is MeasureKind.PROPORTION else unsure
    return np.stack([np.hypot(own, level * unsure), rest])


def _moved(one: Coming, count: Floats, whole: Floats, kind: MeasureKind) -> Distribution:
    """The distribution with its middle moved as the figure has been; inside what can be."""
    table = one.distribution.table
    if kind is MeasureKind.PROPORTION:
        by = _log_odds(count, whole) - _log_odds(one.numerator, one.denominator)
        with np.errstate(divide="ignore"):
            bent = np.log(table) - np.log(100.0 - table)
        table = 100.0 * np.exp(-np.logaddexp(0.0, -(bent + by)))
    else:
        before, since = one.numerator + _HALF, count + _HALF
        if kind is not MeasureKind.COUNT:
            before, since = before / (one.denominator + _HALF), since / (whole + _HALF)
        table = table * since / before
    table = np.where(np.isfinite(table), table, one.distribution.table)
    table = np.rint(table) if one.distribution.whole else table
    return replace(one.distribution, table=np.maximum.accumulate(table, axis=0))


def _log_odds(count: Floats, whole: Floats) -> Floats:
    return np.log((count + _HALF) / (np.maximum(whole - count, 0.0) + _HALF))
