"""Those who had no such action: the whole without the unit, or others of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.studies._action_log import Action
from pmf_analysis.studies._before_after import (
    ImpactRules,
    Points,
    events_both,
    measured,
    points_of,
    stepped,
)
from pmf_analysis.terms import MeasureKind

Series = Mapping[tuple[str, str], pd.DataFrame]

_ADDED = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.COUNT, MeasureKind.MEAN)


def compared(
    action: Action,
    log: Sequence[Action],
    series: Series,
    points: Points,
    rules: ImpactRules,
    context: Context,
    first_since: int,
) -> dict[str, object]:
    """The same change, of the difference from those who had no such action.

    Parameters
    ----------
    action : Action
    log : sequence of Action
        Whoever had an action for the same indicator in these periods is no comparison.
    series : mapping of (indicator, unit) to pandas.DataFrame
    points : Points
        Of the action's own unit.
    rules : ImpactRules
    context : Context
    first_since : int
        The first period that counts as since.

    Returns
    -------
    dict of str to object
        ``compared_with`` in words, ``compared_codes``, ``comparison_change`` and its ends; empty
        where there is nothing to compare with.
    """
    indicator = context.register.indicator(action.indicator)
    for named, codes, other in _candidates(action, log, series, indicator, points, context):
        shared = np.isin(points.step, other.index.to_numpy())
        beside = other.reindex(points.step[shared]).to_numpy(dtype=float)
        own = points.where(shared)
        after = own.step >= first_since
        enough = (~after).sum() >= rules.min_before and after.sum() >= rules.min_after
        if not enough or (own.counted and not (beside > 0).all()):
            continue
        held = own.less(beside)
        if not events_both(held, first_since) or np.ptp(held.value) == 0:
            continue
        found = stepped(held, first_since, rules)
        return {
            "compared_with": named,
            "compared_codes": ";".join(codes),
            "comparison_change": held.difference(found.value[2]),
            "comparison_lower": held.difference(found.lower[2]),
            "comparison_upper": held.difference(found.upper[2]),
        }
    return {}


def _candidates(
    action: Action,
    log: Sequence[Action],
    series: Series,
    indicator: Indicator,
    points: Points,
    context: Context,
) -> Iterator[tuple[str, list[str], pd.Series]]:
    """Those to compare with, the best first: words, unit codes, and figures by step."""
    held, on = context.register, context.as_at
    acted = {one.unit for one in log if one.indicator == action.indicator}
    above = _above(action.unit, context)
    whole = held.county
    if whole in above and acted <= {action.unit, whole, *above}:
        rest = _without(series, indicator, whole, action.unit)
        if rest is not None and _one_era(series, indicator, whole, points):
            yield f"the rest of {held.units[whole].name}", [whole], rest
    if action.unit not in held.units:
        return
    peers = [
        one
        for one in held.peers_of(action.unit, on)
        if one not in acted and _one_era(series, indicator, one, points)
    ]
    if peers:
        figures = pd.concat([_figures(series, indicator, one) for one in peers], axis=1)
        kind = held.units[action.unit].kind.label
        names = [held.units[one].name for one in peers]
        named = formats.listed(names) if len(names) <= 3 else f"{len(names)} other units ({kind})"
        yield named, peers, figures.dropna().mean(axis=1)


def _above(unit: str, context: Context) -> set[str]:
    """Every unit that one belongs to."""
    found: set[str] = set()
    while unit in context.register.units:
        unit = context.register.parent_of(unit, context.as_at)
        if not unit or unit in found:
            break
        found.add(unit)
    return found


def _rows(series: Series, indicator: Indicator, unit: str) -> pd.DataFrame | None:
    rows = series.get((indicator.code, unit))
    return None if rows is None else measured(rows, indicator)


def _one_era(series: Series, indicator: Indicator, unit: str, points: Points) -> bool:
    """Whether a unit has figures over the same periods, with no registered break among them."""
    rows = _rows(series, indicator, unit)
    if rows is None:
        return False
    held = rows[rows["step"].isin(points.step)]
    return len(held) >= 0.9 * len(points) and held["era"].nunique() == 1


def _figures(series: Series, indicator: Indicator, unit: str) -> pd.Series:
    rows = _rows(series, indicator, unit)
    assert rows is not None
    own = points_of(rows, indicator)
    return pd.Series(own.value, index=own.step, name=unit)


def _without(series: Series, indicator: Indicator, whole: str, unit: str) -> pd.Series | None:
    """The whole's figures without one unit's cases; None where they do not add up."""
    total, own = _rows(series, indicator, whole), _rows(series, indicator, unit)
    adds = indicator.adds_up is True and indicator.kind in _ADDED
    if not adds or total is None or own is None:
        return None
    both = total.merge(own, on="step", suffixes=("", "_own"))
    numerator = both["numerator"] - both["numerator_own"]
    factor = both["seasonal_factor"].where(both["seasonal_factor"] > 0, 1.0).fillna(1.0)
    if indicator.kind is MeasureKind.COUNT:
        rest = (both["value"] - both["value_own"]) / factor
    else:
        denominator = both["denominator"] - both["denominator_own"]
        rest = indicator.multiplier * numerator / denominator.where(denominator > 0) / factor
    rest = rest.where(rest >= 0)
    return pd.Series(rest.to_numpy(), index=both["step"].to_numpy()).dropna()
