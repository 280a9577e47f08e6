"""A stock from what comes in and what goes out: the last count, plus starts, less ends.

Ends are forecast as the share of the stock that leaves in a period, so that a larger stock
loses more; starts as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.analysis._series import Coming, Counts
from pmf_analysis.forecasting import (
    LEVELS,
    Distribution,
    Forecast,
    ForecastRules,
    Series,
    forecast,
)
from pmf_analysis.register.models import Flows
from pmf_analysis.terms import MeasureKind, SeriesKind

Floats = NDArray[np.float64]

STARTS_AND_ENDS = "starts_and_ends"
"""What the rule set says to forecast stocks so."""

OF_FLOWS = "the last count with its starts added and its ends taken away"


def by_flows(
    ready: Sequence[Coming],
    made: Sequence[Forecast],
    wholes: Mapping[str, Forecast],
    counts: Counts,
    rules: ForecastRules,
    paths: int,
) -> tuple[Forecast, ...]:
    """Replace the forecasts of stocks whose indicator names its flows.

    Parameters
    ----------
    ready : sequence of Coming
    made : sequence of Forecast
        Of their values, in the same order.
    wholes : mapping of str to Forecast
        Of their denominators, by name.
    counts : Counts
    rules : ForecastRules
    paths : int
        Equally likely futures.

    Returns
    -------
    tuple of Forecast
        A stock of which a flow is not known over the same periods stays as it was made.
    """
    found, named = list(made), {one.values.name: one for one in ready}
    places, stocks, starts, ends = [], [], [], []
    for place, one in enumerate(ready):
        flows = one.history.indicator.flows
        of_unit = one.values.name.partition("|")[2]
        both = [named.get(f"{code}|{of_unit}") for code in _codes(flows)]
        events = [_counted(other, one, counts) for other in both if other is not None]
        if len(events) < 2 or any(part is None for part in events):
            continue
        coming, going = (part for part in events if part is not None)
        places.append(place)
        stocks.append(_own(one, counts))
        starts.append(
            replace(
                one.values,
                name=f"{one.values.name}|starts",
                values=coming,
                kind=SeriesKind.COUNT,
                lower=0.0,
                upper=np.nan,
                denominators=None,
            )
        )
        ends.append(going)
    drawn = from_flows(stocks, starts, ends, rules, paths) if places else []
    for place, distribution in zip(places, drawn, strict=True):
        if distribution is not None:
            found[place] = _replaced(ready[place], distribution, wholes)
    return tuple(found)


def _codes(flows: Flows | None) -> tuple[str, ...]:
    return (flows.starts, flows.ends) if flows else ()


def _own(one: Coming, counts: Counts) -> Floats:
    if one.history.indicator.kind is MeasureKind.COUNT:
        return counts.at("value", one.history.rows) / one.history.indicator.multiplier
    return counts.at("numerator", one.history.rows)


def _counted(events: Coming, stock: Coming, counts: Counts) -> Floats | None:
    """Events in the periods of a stock; None where they do not end in the same period."""
    ends = [counts.position[one.history.last] - one.history.behind for one in (events, stock)]
    if ends[0] != ends[1]:
        return None
    own, many = _own(events, counts), len(stock.history.rows)
    known = own[-many:]
    return np.concatenate([np.full(many - len(known), np.nan), known])


def _replaced(one: Coming, distribution: Distribution, wholes: Mapping[str, Forecast]) -> Forecast:
    """The forecast of the stock's figure, from that of its count."""
    whole = wholes.get(one.values.name)
    over = one.history.indicator.multiplier
    cases = whole.distribution.quantile(0.5) if whole and whole.distribution else 1.0
    table = distribution.table * over / cases
    points = int(np.sum(~np.isnan(one.values.values)))
    return Forecast(
        one.values.name,
        distribution=replace(distribution, table=table),
        points=points,
        method=OF_FLOWS,
    )


def leaving(stock: Floats, ends: Floats, starts: Series) -> Series:
    """The share of a stock that leaves in each period, as a series to forecast.

    Parameters
    ----------
    stock, ends : ndarray, shape (points,)
        Counts at the end of each period, and events in it; NaN where not known.
    starts : Series
        Of the same stock, over the same periods: gives season and horizon.

    Returns
    -------
    Series
        Percentages of the stock at the end of the period before.
    """
    before = np.concatenate([[np.nan], stock[:-1]])
    held = np.where(before > 0, before, np.nan)
    return replace(
        starts,
        name=f"{starts.name}|leaving",
        values=100 * np.minimum(ends / held, 1.0),
        kind=SeriesKind.PERCENT,
        lower=0.0,
        upper=100.0,
        denominators=before,
    )


def from_flows(
    stocks: Sequence[Floats],
    starts: Sequence[Series],
    ends: Sequence[Floats],
    rules: ForecastRules,
    paths: int,
) -> list[Distribution | None]:
    """What may come of stocks, from their starts and ends.

    Parameters
    ----------
    stocks, ends : sequence of ndarray, each of shape (points,)
    starts : sequence of Series
        Counts of what came in, over the same periods.
    rules : ForecastRules
    paths : int
        Equally likely futures.

    Returns
    -------
    list of Distribution or None
        Of the counts; None where the last stock is not known or a flow has no forecast.
    """
    shares = [
        leaving(stock, out, coming) for stock, out, coming in zip(stocks, ends, starts, strict=True)
    ]
    made = forecast([*starts, *shares], rules).of
    found: list[Distribution | None] = []
    for place, stock in enumerate(stocks):
        coming, going = made[place].distribution, made[place + len(stocks)].distribution
        if coming is None or going is None or np.isnan(stock[-1]):
            found.append(None)
            continue
        share = going.paths(paths, draw=1) / 100
        found.append(_distribution(_levels(float(stock[-1]), coming.paths(paths), share)))
    return found


def _levels(last: float, starts: Floats, share: Floats) -> Floats:
    """The stock at the end of each coming period, shape (paths, horizon)."""
    levels = np.empty_like(starts)
    level = np.full(len(starts), last)
    for step in range(starts.shape[1]):
        level = np.maximum(level + starts[:, step] - share[:, step] * level, 0.0)
        levels[:, step] = level
    return levels


def _distribution(paths: Floats) -> Distribution:
    spread = np.std(paths, axis=0)
    apart = (paths - np.mean(paths, axis=0)) / np.where(spread > 0, spread, 1.0)
    joined = apart.T @ apart / len(paths)
    np.fill_diagonal(joined, 1.0)
    return Distribution(np.quantile(paths, LEVELS, axis=0), joined)
