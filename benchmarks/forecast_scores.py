"""Scores of forecasts with ranges against what followed; no program itself.

A folder of series holds ``series.csv`` (series_id, block, source, freq, period, kind, lower,
upper), ``insample.csv.gz`` (series_id, t, value) and ``outsample.csv.gz`` (series_id, horizon,
value). The measures are those of the M4 competition (Makridakis S, Spiliotis E, Assimakopoulos V
(2020), Int J Forecast 36: 54-74), and the weighted interval score (Bracher J and others (2021),
PLoS Comput Biol 17: e1008618). y is the actual, f the middle, m the season, x the history:

- sMAPE: mean of 200|y-f| / (|y|+|f|); scale: mean |x_t - x_(t-m)|, lag 1 where there is no year of
  history or the scale is 0; MASE: mean |y-f| / scale.
- OWA: half of sMAPE and MASE, each over that of Naive2, on averages over series.
- MSIS, MSIS80: mean interval score of the 95% and 80% range, over the scale; sWIS: mean of
  (0.5|y-f| + 0.1 IS80 + 0.025 IS95) / 2.5, over the scale.
- relMAE: geometric mean of the absolute error over that of Naive2; beats: share of series with a
  lower one, ties half.
- impossible: points outside the bounds; crossed: limits out of order; missing: points without all
  five numbers, scored as Naive2 without a range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLICES = ("full", "short", "public")
CUT = {"monthly": 36, "quarterly": 12, "yearly": 8}
AHEAD = {"monthly": 12, "quarterly": 4, "yearly": 3}
"""Of the slice ``short``: the figures that it keeps, and the periods ahead."""

NUMBERS = ("mean", "lo80", "hi80", "lo95", "hi95")
_SEASONAL = 1.645
"""Of the M4 competition's test for a season: a 90% limit of the lag-m autocorrelation."""

_LEAST = 1e-2
"""Absolute errors below this share of the scale count as this share, in relMAE."""


@dataclass(frozen=True)
class Slice:
    """Series to forecast, and what followed.

    Attributes
    ----------
    name : str
    table : pandas.DataFrame
        By ``series_id``: ``freq``, ``period``, ``kind``, ``source``, ``lower``, ``upper``.
    history, truth : dict of str to ndarray
        By ``series_id``, in its order.
    """

    name: str
    table: pd.DataFrame
    history: Mapping[str, Floats]
    truth: Mapping[str, Floats]

    def rows(self) -> pd.DataFrame:
        """What a forecaster may see, as ``pmf forecast`` reads it."""
        held = ["freq", "period", "kind", "lower", "upper"]
        parts = [
            pd.DataFrame({
                "series_id": name, "t": np.arange(1, len(values) + 1), "value": values,
                **self.table.loc[name, held].to_dict(), "h": len(self.truth[name]),
            })
            for name, values in self.history.items()
        ]  # fmt: skip
        order = ["series_id", "t", "value", "freq", "period", "h", "kind", "lower", "upper"]
        return pd.concat(parts, ignore_index=True)[order]


def load(folder: Path, name: str) -> Slice:
    """Read a slice of a folder of series.

    Parameters
    ----------
    folder : Path
    name : {"full", "short", "public"}
        Competition series whole, the same cut to what a council has, or public services.
    """
    table = pd.read_csv(folder / "series.csv", dtype={"series_id": str})
    table = table[table["block"].eq("public") == (name == "public")].set_index("series_id")

    def values(file: str, order: str) -> dict[str, Floats]:
        read = pd.read_csv(folder / file, dtype={"series_id": str})
        read = read[read["series_id"].isin(table.index)].sort_values(["series_id", order])
        return {one: some["value"].to_numpy(float) for one, some in read.groupby("series_id")}

    history, truth = values("insample.csv.gz", "t"), values("outsample.csv.gz", "horizon")
    if name == "short":
        freq = table["freq"]
        history = {one: found[-CUT[freq[one]] :] for one, found in history.items()}
        truth = {one: found[: AHEAD[freq[one]]] for one, found in truth.items()}
    return Slice(name, table, history, truth)


def is_seasonal(values: Floats, season: int) -> bool:
    """The M4 competition's test: three years or more, autocorrelated at lag m beyond chance."""
    if season <= 1 or len(values) < 3 * season:
        return False
    away = values - values.mean()
    total = float(away @ away)
    if total == 0:
        return False
    lags = np.array([float(away[lag:] @ away[:-lag]) for lag in range(1, season + 1)]) / total
    limit = _SEASONAL * np.sqrt((1 + 2 * np.sum(lags[:-1] ** 2)) / len(values))
    return bool(abs(lags[-1]) > limit)


def naive2(values: Floats, season: int, horizon: int) -> Floats:
    """The last figure without its season, with the season of each coming period put back.

    Classical decomposition, multiplicative where every figure is above 0, else additive.
    """
    if not is_seasonal(values, season):
        return np.repeat(values[-1], horizon)
    weights = np.ones(season + 1 - season % 2)
    if season % 2 == 0:
        weights[[0, -1]] = 0.5
    half = len(weights) // 2
    trend = np.full(len(values), np.nan)
    trend[half:-half] = np.convolve(values, weights / weights.sum(), "valid")
    times = bool((values > 0).all())
    away = values / trend if times else values - trend
    figures = np.array([np.nanmean(away[start::season]) for start in range(season)])
    figures = figures / figures.mean() if times else figures - figures.mean()
    last = figures[(len(values) - 1) % season]
    coming = figures[(len(values) + np.arange(horizon)) % season]
    return values[-1] / last * coming if times else values[-1] - last + coming


def naive2_rows(part: Slice) -> pd.DataFrame:
    """Naive2 as forecasts with normal ranges, which grow with the root of the seasons ahead."""
    rows = []
    for name, truth in part.truth.items():
        values, season, ahead = part.history[name], int(part.table.at[name, "period"]), len(truth)
        lag = season if is_seasonal(values, season) else 1
        steps = values[lag:] - values[:-lag] if len(values) > lag else np.zeros(1)
        wide = np.sqrt(np.mean(steps**2)) * np.sqrt(np.arange(ahead) // lag + 1)
        middle = naive2(values, season, ahead)
        rows.append(pd.DataFrame({
            "series_id": name, "horizon": np.arange(1, ahead + 1), "mean": middle,
            "lo80": middle - 1.2816 * wide, "hi80": middle + 1.2816 * wide,
            "lo95": middle - 1.96 * wide, "hi95": middle + 1.96 * wide,
        }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def scale_of(values: Floats, season: int) -> float:
    """Mean step from the same period a year before; NaN where no figure differs from another."""
    for lag in (season, 1):
        steps = np.abs(values[lag:] - values[:-lag]) if len(values) > lag else np.zeros(1)
        if steps.mean() > 0:
            return float(steps.mean())
    return np.nan


def interval_score(truth: Floats, low: Floats, high: Floats, outside: float) -> Floats:
    """Width and 2/``outside`` times what the truth lies beyond it (Gneiting and Raftery 2007)."""
    beyond = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return high - low + 2 / outside * beyond


def score(forecasts: pd.DataFrame, part: Slice) -> pd.DataFrame:
    """Measures of each series.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        ``series_id``, ``horizon`` (from 1) and ``NUMBERS``.
    part : Slice

    Returns
    -------
    pandas.DataFrame
        By ``series_id``, sorted, with ``freq``, ``source`` and ``kind``.
    """
    names = sorted(part.truth)
    places = [(name, 1 + step) for name in names for step in range(len(part.truth[name]))]
    held = forecasts.set_index(["series_id", "horizon"])[list(NUMBERS)]
    found = held.reindex(pd.MultiIndex.from_tuples(places)).to_numpy(float)
    ends = np.cumsum([len(part.truth[name]) for name in names])
    rows = [
        {"series_id": name} | _measures(some, part.truth[name], part, name)
        for name, some in zip(names, np.split(found, ends[:-1]), strict=True)
    ]
    return pd.DataFrame(rows).set_index("series_id").join(part.table[["freq", "source", "kind"]])


def _measures(found: Floats, truth: Floats, part: Slice, name: str) -> dict[str, float]:
    season = int(part.table.at[name, "period"])
    naive = naive2(part.history[name], season, len(truth))
    scale = scale_of(part.history[name], season)
    lacking = ~np.isfinite(found).all(axis=1)
    middle, low80, high80, low95, high95 = np.where(lacking[:, None], naive[:, None], found).T
    away, away_naive = np.abs(truth - middle), np.abs(truth - naive)
    is80 = interval_score(truth, low80, high80, 0.2)
    is95 = interval_score(truth, low95, high95, 0.05)
    own, other = float(away.mean()), float(away_naive.mean())
    least = _LEAST * scale if np.isfinite(scale) else 1e-12
    near = 1e-7 * (np.abs(middle) + 1)
    low, high = part.table.at[name, "lower"], part.table.at[name, "upper"]
    under, over = np.minimum(middle, low95) < low - 1e-9, np.maximum(middle, high95) > high + 1e-9
    crossed = (low95 > low80 + near) | (low80 > high80 + near) | (high80 > high95 + near)
    return {
        "points": len(truth), "missing": int(lacking.sum()),
        "sMAPE": _smape(truth, middle), "sMAPE naive2": _smape(truth, naive),
        "MASE": own / scale, "MASE naive2": other / scale,
        "MSIS": is95.mean() / scale, "MSIS80": is80.mean() / scale,
        "sWIS": np.mean(0.5 * away + 0.1 * is80 + 0.025 * is95) / 2.5 / scale,
        "inside80": int(((truth >= low80) & (truth <= high80)).sum()),
        "inside95": int(((truth >= low95) & (truth <= high95)).sum()),
        "relative": float(np.log(max(own, least) / max(other, least))),
        "beats": 0.5 if np.isclose(own, other, rtol=1e-6) else float(own < other),
        "impossible": int((under | over).sum()), "crossed": int(crossed.sum()),
    }  # fmt: skip


def _smape(truth: Floats, middle: Floats) -> float:
    size = np.abs(truth) + np.abs(middle)
    away = 200 * np.abs(truth - middle)
    return float(np.divide(away, size, out=np.zeros_like(size), where=size > 0).mean())


def summary(scores: pd.DataFrame) -> dict[str, float]:
    """Measures over all series of a table of `score`."""
    points = scores["points"].sum()
    mean = scores[["sMAPE", "MASE", "sMAPE naive2", "MASE naive2", "MSIS", "sWIS"]].mean()
    ratios = [mean[name] / mean[f"{name} naive2"] for name in ("sMAPE", "MASE")]
    cover = {share: scores[f"inside{share}"].sum() / points for share in ("80", "95")}
    return {
        "series": len(scores), "sMAPE": mean["sMAPE"], "MASE": mean["MASE"],
        "OWA": float(np.mean(ratios)), "cov80": cover["80"], "cov95": cover["95"],
        "MSIS": mean["MSIS"], "sWIS": mean["sWIS"], "relMAE": np.exp(scores["relative"].mean()),
        "beats": scores["beats"].mean(),
        **{name: int(scores[name].sum()) for name in ("impossible", "crossed", "missing")},
    }  # fmt: skip


def differences(
    own: pd.DataFrame, other: pd.DataFrame, draws: int = 1000, seed: int = 7
) -> dict[str, tuple[float, float, float]]:
    """OWA and sWIS of one forecaster less those of another: a paired bootstrap over series.

    Parameters
    ----------
    own, other : pandas.DataFrame
        Of `score`, over the same series.
    draws, seed : int

    Returns
    -------
    dict of str to tuple of float
        ``OWA`` and ``sWIS``: mean over the draws, and the ends of its 95% interval.
    """
    other = other.loc[own.index]
    places = np.random.default_rng(seed).integers(0, len(own), (draws, len(own)))

    def mean(scores: pd.DataFrame, column: str) -> Floats:
        return np.asarray(np.nanmean(scores[column].to_numpy(float)[places], axis=1))

    def owa(scores: pd.DataFrame) -> Floats:
        return 0.5 * sum(
            mean(scores, name) / mean(own, f"{name} naive2") for name in ("sMAPE", "MASE")
        )

    found = {"OWA": owa(own) - owa(other), "sWIS": mean(own, "sWIS") - mean(other, "sWIS")}
    return {
        name: (float(less.mean()), *(float(end) for end in np.quantile(less, [0.025, 0.975])))
        for name, less in found.items()
    }
