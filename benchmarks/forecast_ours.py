"""Our forecasts of a slice of series, and what forecasts cost; no program itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.forecast_scores import NUMBERS, Slice
from benchmarks.growth import timed
from pmf_analysis.forecasting import LEVELS, Forecast, ForecastRules, Series, forecast
from pmf_analysis.series_files import policy
from pmf_analysis.settings import shipped
from pmf_analysis.terms import SeriesKind

SHOWN = np.searchsorted(LEVELS, (0.5, 0.1, 0.9, 0.025, 0.975))
"""Places of the quantiles that ``NUMBERS`` are."""

COUNTS = (100, 1_000, 10_000)
MONTHS, AHEAD, SEED = 48, 12, 20261122
"""Of the series made for the cost: as many figures as Medwold's unit had after four years."""


def shipped_rules() -> ForecastRules:
    """The rule sets that the package ships."""
    return policy(shipped()).rules


def series_of(part: Slice, names: Iterable[str] | None = None) -> list[Series]:
    """Series as the engine takes them; those named, or all."""
    table = part.table
    return [
        Series(
            name, part.history[name], int(table.at[name, "period"]), len(part.truth[name]),
            SeriesKind(table.at[name, "kind"]), float(table.at[name, "lower"]),
            float(table.at[name, "upper"]),
        )
        for name in (part.truth if names is None else names)
    ]  # fmt: skip


def only(part: Slice, names: Sequence[str]) -> Slice:
    """Some of the series of a slice."""
    kept = {name: part.truth[name] for name in names}
    return replace(part, truth=kept, history={name: part.history[name] for name in names})


def rows_of(found: Sequence[Forecast]) -> pd.DataFrame:
    """Forecasts as a table: ``series_id``, ``horizon`` and ``NUMBERS``."""
    parts = [
        pd.DataFrame(one.distribution.table[SHOWN].T, columns=list(NUMBERS)).assign(
            series_id=one.name, horizon=np.arange(1, one.distribution.horizon + 1)
        )
        for one in found
        if one.distribution is not None
    ]
    return pd.concat(parts, ignore_index=True)


def ours(part: Slice, rules: ForecastRules) -> tuple[pd.DataFrame, dict[str, float]]:
    """Forecasts of every series of a slice in one call, and CPU seconds of each frequency alone."""
    found = forecast(series_of(part), rules).of
    seconds = {}
    for freq, some in part.table.groupby("freq"):
        series = series_of(part, [name for name in part.truth if name in some.index])
        seconds[str(freq)] = timed(lambda: forecast(series, rules))[1]  # noqa: B023
    return rows_of(found), seconds


# --- cost ---------------------------------------------------------------------------------


def made(count: int) -> list[Series]:
    """Monthly percentages, small counts and levels with a season and a slow drift, by seed."""
    draws = np.random.default_rng([SEED, count])
    months = np.arange(MONTHS)
    season = np.sin(2 * np.pi * (months + draws.integers(0, 12, (count, 1))) / 12)
    drift = np.cumsum(draws.normal(0, 0.05, (count, MONTHS)), axis=1)
    level = 0.3 * draws.random((count, 1)) * season + drift + draws.normal(0, 0.2, (count, MONTHS))
    kinds = (SeriesKind.PERCENT, SeriesKind.SMALL_COUNT, SeriesKind.COUNT, SeriesKind.LEVEL)
    series = []
    for place, row in enumerate(level):
        kind = kinds[place % len(kinds)]
        if kind is SeriesKind.PERCENT:
            values, upper = 100 / (1 + np.exp(-1 - row)), 100.0
        else:
            size = 8 if kind is SeriesKind.SMALL_COUNT else 200
            values, upper = np.round(size * np.exp(row)), np.nan
        lower = np.nan if kind is SeriesKind.LEVEL else 0.0
        series.append(Series(f"S{place:05}", values, 12, AHEAD, kind, lower, upper))
    return series


def cost(counts: Sequence[int] = COUNTS) -> pd.DataFrame:
    """CPU seconds of series made by seed: 48 months, 12 ahead, one process.

    Returns
    -------
    pandas.DataFrame
        By number of series: ``past forecasts`` (of each, made in the same call), ``CPU s in
        all``, ``CPU s of 1,000``, and ``growth``: cost of a series against the row before.
    """
    rules = shipped_rules()
    forecast(made(16), rules)  # loads what is loaded once
    rows: dict[str, dict[str, float]] = {}
    before = np.nan
    for count in counts:
        series = made(count)
        found, seconds = timed(lambda: forecast(series, rules))  # noqa: B023
        each = 1000 * seconds / count
        rows[f"{count:,}"] = {
            "past forecasts": max(one.origins for one in found.of), "CPU s in all": seconds,
            "CPU s of 1,000": each, "growth": each / before,
        }  # fmt: skip
        before = each
    return pd.DataFrame(rows).T
