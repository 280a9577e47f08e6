"""Series with what followed, in slices, and how ranges of forecasts did on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.forecasting import LEVELS, Distribution, ForecastRules, Series
from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.engine import batches_of
from pmf_analysis.forecasting.ranges import ranged
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

SLICES = ("full", "short", "public")
CUT, AHEAD = {12: 36, 4: 12, 1: 8}, {12: 12, 4: 4, 1: 3}
AT = {level: int(np.searchsorted(LEVELS, level)) for level in (0.025, 0.1, 0.5, 0.9, 0.975)}
PATHS = 1000


# --- series and what followed -------------------------------------------------------------


@dataclass(frozen=True)
class Set:
    """Series of one slice, with middles, and what followed each."""

    name: str
    batches: list[Batch]
    truth: dict[str, Floats]


def sets_of(folder: Path, rules: ForecastRules) -> list[Set]:
    """Every slice, forecast as shipped."""
    return [
        Set(name, batches_of([one for one, _ in pairs], rules), {o.name: t for o, t in pairs})
        for name in SLICES
        for pairs in [list(_slice(folder, name))]
    ]


def _slice(folder: Path, name: str) -> Iterator[tuple[Series, Floats]]:
    told = pd.read_csv(folder / "series.csv", dtype={"series_id": str}).set_index("series_id")
    told = told[told["block"].eq("public" if name == "public" else "bench")]
    before, after = (
        pd.read_csv(folder / f"{part}.csv.gz", dtype={"series_id": str})
        .groupby("series_id")["value"]
        .apply(lambda values: values.to_numpy(float))
        for part in ("insample", "outsample")
    )
    for one in told.sort_index().itertuples():
        values, truth = before[one.Index], after[one.Index]
        if name == "short":
            values, truth = values[-CUT[one.period] :], truth[: AHEAD[one.period]]
        yield (
            Series(one.Index, values, int(one.period), len(truth), SeriesKind(one.kind),
                   one.lower, one.upper),
            truth,
        )  # fmt: skip


# --- scores -------------------------------------------------------------------------------


def scored(sets: list[Set], rules: ForecastRules, only: set[str] | None = None) -> pd.DataFrame:
    """One row a coming figure: inside or not, and its scores in the scale of the series."""
    rows = []
    for one in sets:
        batches = one.batches
        if only is not None:
            batches = [part for part in (_part(batch, only) for batch in batches) if part]
        found, _ = ranged(batches, rules)
        for batch in batches:
            for series in batch.series:
                rows.append(_scores(one, series, found[series.name].distribution.table))
    return pd.concat(rows, ignore_index=True)


def _part(batch: Batch, only: set[str]) -> Batch | None:
    at = np.array([one.name in only for one in batch.series])
    return batch.rows(at) if at.any() else None


def _scores(one: Set, series: Series, table: Floats) -> pd.DataFrame:
    y = one.truth[series.name]
    middle, low80, high80, low95, high95 = (table[AT[a]] for a in (0.5, 0.1, 0.9, 0.025, 0.975))
    is80, is95 = _interval(y, low80, high80, 0.2), _interval(y, low95, high95, 0.05)
    scale = _mase_scale(series.values, series.season)
    return pd.DataFrame(
        {
            "slice": one.name,
            "season": series.season,
            "kind": series.kind.value,
            "name": series.name,
            "horizon": 1 + np.arange(len(y)),
            "in80": (y >= low80) & (y <= high80),
            "in95": (y >= low95) & (y <= high95),
            "mase": np.abs(y - middle) / scale,
            "msis": is95 / scale,
            "swis": (0.5 * np.abs(y - middle) + 0.1 * is80 + 0.025 * is95) / 2.5 / scale,
        }
    )


def _interval(y: Floats, low: Floats, high: Floats, alpha: float) -> Floats:
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    return np.asarray(high - low + 2 / alpha * outside)


def _mase_scale(values: Floats, season: int) -> float:
    for lag in (season, 1) if len(values) > season else (1,):
        size = float(np.mean(np.abs(values[lag:] - values[:-lag])))
        if size > 0:
            return size
    return np.nan


def told(rows: pd.DataFrame, by: list[str]) -> str:
    """Coverage by points and scores by series, of groups of rows."""
    each = rows.groupby([*by, "slice", "name"] if "slice" not in by else [*by, "name"])
    series = each[["mase", "msis", "swis"]].mean().groupby(level=list(range(len(by)))).mean()
    held = rows.groupby(by)[["in80", "in95"]].mean()
    return held.join(series).round(4).to_string()


def sums_held(sets: list[Set], rules: ForecastRules) -> str:
    """Coverage of the ranges of sums over a coming year, made from futures of each series."""
    rows = []
    for one in sets:
        found, _ = ranged(one.batches, rules)
        for series in (series for batch in one.batches for series in batch.series):
            year, truth = series.season, one.truth[series.name]
            if 1 < year <= len(truth):
                rows.append(_sum_held(one.name, series, found[series.name].distribution, truth))
    by = ["slice", "season", "kind"]
    return pd.DataFrame(rows).groupby(by).mean(numeric_only=True).round(3).to_string()


def _sum_held(name: str, series: Series, told: Distribution, truth: Floats) -> dict[str, object]:
    year = series.season
    paths = told.paths(PATHS)[:, :year]
    draws = np.random.default_rng(0)
    sums, apart = paths.sum(axis=1), draws.permuted(paths, axis=0).sum(axis=1)
    y, row = truth[:year].sum(), {"slice": name, "season": year, "kind": series.kind.value}
    for label, values in (("", sums), ("_if_independent", apart)):
        for level in (0.8, 0.95):
            low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
            row[f"in{100 * level:.0f}{label}"] = float(low <= y <= high)
    return row
