"""Many series forecast together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.calibration import Calibration
from pmf_analysis.forecasting.combining import method_of
from pmf_analysis.forecasting.distribution import Distribution
from pmf_analysis.forecasting.filling import filled
from pmf_analysis.forecasting.origins import Past, forecasts_of
from pmf_analysis.forecasting.ranges import Ranged, ranged
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale, scale_of, to_working, unbend
from pmf_analysis.forecasting.seasons import indices_of
from pmf_analysis.forecasting.series import Series
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """What is known of the coming periods of one series.

    Attributes
    ----------
    name : str
    reason : str
        Why there is no forecast, as a clause; empty when there is one.
    distribution : Distribution or None
        None when there is no forecast.
    points : int
        Figures used.
    origins : int
        Past forecasts tried.
    skill : float
        1 - (mean absolute error of past forecasts) / (that of the better of naive and seasonal
        naive), in the series' unit: 0.1 is a tenth closer. NaN without past forecasts.
    better_naive : str
        ``naive`` or ``seasonal_naive``: the one that came closer on the past; empty without.
    coverage80, coverage95 : float
        Share of past figures inside ranges made as these, without the figure's own forecast.
    seasonal : bool
        Whether a season was found.
    before : tuple of float
        The forecast of the last period made one period before it: middle, lower and upper of
        the 80% range, lower and upper of the 95% range; empty when there was none.
    method : str
        In words, for a reader.
    """

    name: str
    reason: str = ""
    distribution: Distribution | None = None
    points: int = 0
    origins: int = 0
    skill: float = np.nan
    better_naive: str = ""
    coverage80: float = np.nan
    coverage95: float = np.nan
    seasonal: bool = False
    before: tuple[float, ...] = ()
    method: str = ""


@dataclass(frozen=True)
class Forecasts:
    """Results of one call.

    Attributes
    ----------
    of : tuple of Forecast
        In the order of the series given.
    calibration : tuple of Calibration
    """

    of: tuple[Forecast, ...]
    calibration: tuple[Calibration, ...] = ()


def forecast(series: Sequence[Series], rules: ForecastRules) -> Forecasts:
    """Forecast every series, with a distribution for each coming period.

    Parameters
    ----------
    series : sequence of Series
    rules : ForecastRules

    Returns
    -------
    Forecasts

    Raises
    ------
    ParameterError
        If two series have one name.
    """
    names = [one.name for one in series]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ParameterError(
            f"The series {twice} is given twice", "each series once", "Name each series differently"
        )
    found: dict[str, Forecast] = {}
    batches = batches_of(series, rules)
    ranges, calibration = ranged(batches, rules)
    for batch in batches:
        found |= {
            one.name: _one(one, ranges[one.name], batch, place, rules)
            for place, one in enumerate(batch.series)
        }
    nothing = "There is no figure to forecast from"
    of = tuple(found.get(name) or Forecast(name, nothing) for name in names)
    return Forecasts(of, calibration)


def batches_of(series: Sequence[Series], rules: ForecastRules) -> list[Batch]:
    """Middles and past forecasts of all series with a figure, those alike in one batch.

    Parameters
    ----------
    series : sequence of Series
    rules : ForecastRules

    Returns
    -------
    list of Batch
    """
    groups: dict[tuple[int, int, int, str, str], list[Series]] = {}
    for one in series:
        there = np.flatnonzero(~np.isnan(one.values))
        if len(there):
            scale = scale_of(one)
            kept = _from(one, int(there[0]))
            key = (one.season, len(kept.values), one.horizon, scale.value, one.kind.value)
            groups.setdefault(key, []).append(kept)
    return [_batch(key, groups[key], rules) for key in sorted(groups)]


def _from(one: Series, first: int) -> Series:
    """The series without what stands before its first figure."""
    if not first:
        return one
    whole = one.denominators
    return replace(
        one, values=one.values[first:], denominators=None if whole is None else whole[first:]
    )


def _batch(
    key: tuple[int, int, int, str, str], members: list[Series], rules: ForecastRules
) -> Batch:
    season, _, horizon = key[:3]
    scale = Scale(key[3])
    z = np.stack([to_working(one, scale) for one in members])
    middle, past = forecasts_of(z, season, horizon, scale, SeriesKind(key[4]), rules)
    told = rules.methods["season"]
    _, share = indices_of(filled(z, season, rules), season, told["decay"], told["penalty"])
    found = share >= told["found_share"]
    return Batch(tuple(members), season, horizon, scale, z, middle, past, found)


def _one(one: Series, ranges: Ranged, batch: Batch, place: int, rules: ForecastRules) -> Forecast:
    skill, better = _skill(batch.past, place, batch.scale)
    return Forecast(
        name=one.name,
        distribution=ranges.distribution,
        points=int(np.sum(~np.isnan(one.values))),
        origins=batch.past.actual.shape[1],
        skill=skill,
        better_naive=better,
        coverage80=ranges.coverage80,
        coverage95=ranges.coverage95,
        seasonal=bool(batch.seasonal[place]),
        before=ranges.before,
        method=method_of(one.kind, batch.past.actual.shape[1], rules),
    )


def _skill(past: Past, place: int, scale: Scale) -> tuple[float, str]:
    truth = unbend(past.actual[place], scale)
    known = ~np.isnan(truth)
    if not known.any():
        return np.nan, ""
    # as much as this is no error, but for the last bits of a float
    nothing = 1e-9 * float(np.abs(truth[known]).max())

    def off(guess: Floats) -> float:
        away = float(np.abs(truth - unbend(guess[place], scale))[known].mean())
        return away if away > nothing else 0.0

    own, naive, seasonal = off(past.combined), off(past.naive), off(past.seasonal_naive)
    best = min(naive, seasonal)
    better = "naive" if naive <= seasonal else "seasonal_naive"
    if best == 0:
        return (0.0 if own == 0 else -1.0), better
    return 1 - own / best, better
