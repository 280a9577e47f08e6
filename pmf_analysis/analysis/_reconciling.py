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
Flags = NDArray[np.bool_]

_INNER = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.1, 0.9)]
_MIDDLE = int(np.flatnonzero(LEVELS == 0.5)[0])
_INNER_WIDTH = 2.563103131089201
"""Standard deviations of a normal distribution from its 10% to its 90% quantile."""

_SHARES = np.diff(np.r_[0.0, (LEVELS[1:] + LEVELS[:-1]) / 2, 1.0])
"""What each quantile of a table stands for, as a share of all that may come."""

_HALF = 0.5
"""Added to each count before its logarithm is taken, so that none is infinite."""


@dataclass(frozen=True)
class Member:
    """What may come of one series, and its parts.

    Attributes
    ----------
    row : int
        Place of the series' last row in the measure table.
    behind : int
        Newest periods of the series that are forecast as well.
    values : Distribution
        Of the figure, in its unit, from the first period that is forecast.
    wholes : Distribution or None
        Of its denominator, over the same periods; None of a count, or where not known.
    numerator, denominator : ndarray, shape (horizon,), or None
        Middles that add up; None while nothing was done. A count has no denominator (NaN).
    note : str
        What was done, or why nothing, as a clause; empty of a unit alone.
    """

    row: int
    behind: int
    values: Distribution
    wholes: Distribution | None = None
    numerator: Floats | None = None
    denominator: Floats | None = None
    note: str = ""


@dataclass(frozen=True)
class _Family:
    """Series of one indicator and cohort: one a unit, with their past.

    Attributes
    ----------
    indicator : Indicator
    units : tuple of str
    members : dict of str to int
        Unit to place of its member; units without a forecast are missing.
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


def reconciled(members: Sequence[Member], measures: pd.DataFrame, context: Context) -> list[Member]:
    """Make coming figures add up where past ones do.

    Parameters
    ----------
    members : sequence of Member
        One for each series that has a forecast, in any order.
    measures : pandas.DataFrame
        Measure table; the last vintage of each series and period stands.
    context : Context
        Its register says what is part of what at its date, and holds the rule set
        ``reconciliation``.

    Returns
    -------
    list of Member
        In the order given. Where ``numerator`` is set, it adds up, as does ``denominator``;
        the distributions have moved with their middles, on the logit scale of a percentage and
        the log scale of other figures.
    """
    rules = _rules(context)
    found = list(members)
    for family in _families(members, measures, context, rules):
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
    members: Sequence[Member], measures: pd.DataFrame, context: Context, rules: _Rules
) -> Iterator[_Family]:
    """Series of one indicator and cohort that are forecast from the same period on."""
    held, last = context.register, measures.iloc[[one.row for one in members]]
    last = last[["indicator", "cohort", "period", "service_area"]].assign(
        place=np.arange(len(members)), behind=[one.behind for one in members]
    )
    known = [
        _kind(held, unit) in rules.kinds and _has_parts(one, held.indicators[code])
        for one, unit, code in zip(members, last["service_area"], last["indicator"], strict=True)
    ]
    last = last[np.array(known, dtype=bool)]
    order = ["indicator", "cohort", "period", "vintage"]
    rows = measures[[*order, "service_area"]].assign(
        **{name: _columns.numbers(measures, name) for name in (*_PARTS, "value")}
    )
    rows = rows.sort_values(order, kind="stable")
    every = dict(iter(rows.groupby(["indicator", "cohort"], sort=True)))
    alike = ["indicator", "cohort", "period", "behind"]
    for (code, cohort, period, _), own in last.groupby(alike, sort=True):
        indicator = held.indicators[code]
        if len(own) < 2:
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
        places = dict(zip(own["service_area"], own["place"].tolist(), strict=True))
        yield _Family(indicator, units, places, figures)


def _has_parts(one: Member, indicator: Indicator) -> bool:
    """Whether a figure can be taken to parts that are never below 0."""
    parts = [one.values, *([] if one.wholes is None else [one.wholes])]
    share = indicator.kind is MeasureKind.PROPORTION
    beyond = share and one.values.table.max() > indicator.multiplier
    return (
        indicator.kind is not MeasureKind.MEDIAN
        and (indicator.kind is MeasureKind.COUNT or one.wholes is not None)
        and min(float(part.table.min()) for part in parts) >= 0
        and not beyond
    )


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
            refused[told] = f"not made to add up with its parts ({rules.label}): {why}"
            continue
        for part in parts:
            parents[part] = whole
            beside.setdefault(family.units[part], []).append(f"that of {held.units[told].name}")
        parted = "its one part" if len(parts) == 1 else f"its {len(parts)} parts"
        beside.setdefault(told, []).append(f"those of {parted}")
    notes = {
        unit: [f"made to add up with {formats.listed(said)} ({rules.label})"]
        for unit, said in beside.items()
    }
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


def _reconcile(family: _Family, parents: list[int], found: list[Member]) -> None:
    """Replace the members of a family by those that add up."""
    indicator = family.indicator
    held = [(family.units.index(unit), place) for unit, place in sorted(family.members.items())]
    shape = (2, max(found[place].values.horizon for _, place in held), len(family.units))
    middles, spreads = np.full(shape, np.nan), np.full(shape, np.nan)
    for node, place in held:
        ahead = found[place].values.horizon
        middles[:, :ahead, node], spreads[:, :ahead, node] = _parted(found[place], indicator)
    made = reconcile(middles, spreads**2, parents).forecasts
    for node, place in held:
        if parents[node] == ROOT and node not in parents:
            continue
        count, other = made[:, : found[place].values.horizon, node]
        whole = count + other if indicator.kind is MeasureKind.PROPORTION else other
        found[place] = _moved(found[place], count, whole, indicator)


def _parted(one: Member, indicator: Indicator) -> tuple[Floats, Floats]:
    """What adds up, and its standard deviations, each of shape (2, horizon).

    Cases and the rest of a share, else numerator and denominator; the second of a count is NaN.
    """
    level, spread = _level(one.values) / indicator.multiplier, _spread(one.values)
    spread = spread / indicator.multiplier
    nothing = np.full_like(level, np.nan)
    if indicator.kind is MeasureKind.COUNT or one.wholes is None:
        return np.stack([level, nothing]), np.stack([spread, nothing])
    whole, unsure = _middle(one.wholes), _spread(one.wholes)
    own = whole * spread
    count = np.hypot(own, level * unsure)
    if indicator.kind is MeasureKind.PROPORTION:
        rest = np.hypot(own, (1 - level) * unsure)
        return np.stack([level * whole, (1 - level) * whole]), np.stack([count, rest])
    return np.stack([level * whole, whole]), np.stack([count, unsure])


def _drawn_from(distribution: Distribution) -> Floats:
    """Quantiles before they were rounded to whole numbers, shape (levels, horizon)."""
    return distribution.table if distribution.smooth is None else distribution.smooth


def _middle(distribution: Distribution) -> Floats:
    return _drawn_from(distribution)[_MIDDLE]


def _stepped(distribution: Distribution) -> Flags:
    """Periods in which only few values can occur, as in a share of few cases, shape (horizon,)."""
    table = _drawn_from(distribution)
    equal = np.diff(table, axis=0) <= 0
    # at its ends a table may be cut to what can be; the middle is not
    within = equal & (table[1:] > table[0]) & (table[1:] < table[-1])
    return within.any(axis=0) | equal[_MIDDLE - 1] | equal[_MIDDLE]


def _level(distribution: Distribution) -> Floats:
    """The middle; where only few values can occur, the mean, since such middles do not add up."""
    table = _drawn_from(distribution)
    return np.where(_stepped(distribution), _SHARES @ table, table[_MIDDLE])


def _spread(distribution: Distribution) -> Floats:
    lower, upper = _drawn_from(distribution)[_INNER]
    return (upper - lower) / _INNER_WIDTH


def _moved(one: Member, count: Floats, whole: Floats, indicator: Indicator) -> Member:
    """The member with its middles, and its distributions moved as they have been."""
    if indicator.kind is MeasureKind.COUNT or one.wholes is None:
        values = _stretched(one.values, count * indicator.multiplier)
        return replace(one, values=values, numerator=count, denominator=whole)
    level = indicator.multiplier * count / np.where(whole > 0, whole, np.nan)
    # few values can occur: they stay those, and the cases expected add up
    stay = np.isnan(level) | _stepped(one.values)
    level = np.where(stay, _middle(one.values), level)
    share = indicator.kind is MeasureKind.PROPORTION
    return replace(
        one,
        values=(_odds_stretched if share else _stretched)(one.values, level),
        wholes=_stretched(one.wholes, whole),
        numerator=count,
        denominator=whole,
    )


def _stretched(distribution: Distribution, middle: Floats) -> Distribution:
    """All quantiles times what takes the middle to its new place; what is 0 stays 0."""
    before = _middle(distribution)
    plain = (before > 0) & (middle > 0)
    times = np.where(plain, middle, middle + _HALF) / np.where(plain, before, before + _HALF)
    return _with_table(distribution, _drawn_from(distribution) * times)


def _odds_stretched(distribution: Distribution, middle: Floats) -> Distribution:
    """As `_stretched`, of the odds of a percentage, so that it stays one."""
    before, table = _middle(distribution), _drawn_from(distribution)
    inside = (np.minimum(before, middle) > 0) & (np.maximum(before, middle) < 100)
    near = [
        np.where(inside, level, np.clip(level, _HALF, 100 - _HALF)) for level in (before, middle)
    ]
    by = np.log(near[1] / (100 - near[1])) - np.log(near[0] / (100 - near[0]))
    with np.errstate(divide="ignore"):
        bent = np.log(table) - np.log(100.0 - table)
    return _with_table(distribution, 100.0 * np.exp(-np.logaddexp(0.0, -(bent + by))))


def _with_table(distribution: Distribution, moved: Floats) -> Distribution:
    """The distribution with other quantiles, in order, whole where only whole ones can be."""
    kept = np.where(np.isfinite(moved), moved, _drawn_from(distribution))
    ordered = np.maximum.accumulate(kept, axis=0)
    table = np.rint(ordered) if distribution.whole else ordered
    smooth = None if distribution.smooth is None else ordered
    return replace(distribution, table=table, smooth=smooth)
