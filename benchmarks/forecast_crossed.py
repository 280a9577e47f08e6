"""What was learnt on a random half of the series, scored on the other half; no program itself.

Learnt anew on each half: the pool and the power of its weights for each kind, how much earlier
years count in a season (all among the choices below, the lowest OWA wins), and then every number
of the ranges. What is written in the rule sets has no part in it, but for the methods themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import forecast_ranges
from benchmarks.forecast_ours import SEED, only, rows_of, series_of, shipped_rules
from benchmarks.forecast_scores import NUMBERS, SLICES, Slice, load, score, summary
from pmf_analysis.forecasting import ForecastRules, forecast
from pmf_analysis.forecasting.engine import batches_of
from pmf_analysis.forecasting.scales import unbend

Names = NDArray[np.str_]

POWERS = (0, 1, 4)
DECAYS = (0.7, 0.85, 1.0)
"""Choices of what stands in the rule set as ``power`` and ``season.decay``."""


@dataclass(frozen=True)
class Choice:
    """Values of the rule set of methods for every kind alike, and how well each series then did.

    Attributes
    ----------
    decay : float
    pool : dict
        ``power`` and ``members``.
    losses : pandas.DataFrame
        A row a series and slice: ``slice``, ``kind`` and the parts of OWA.
    """

    decay: float
    pool: Mapping[str, Any]
    losses: pd.DataFrame


def halves(names: Names, times: int, seed: int) -> Iterator[tuple[Names, Names]]:
    """Random halves: to learn on and to score on, each way, so many times."""
    draws = np.random.default_rng(seed)
    for _ in range(times):
        order = draws.permutation(names)
        yield order[::2], order[1::2]
        yield order[1::2], order[::2]


def cross_fitted(folder: Path, times: int, seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Scores of each half of the series by what the other half taught.

    Parameters
    ----------
    folder : Path
        Of series, as `forecast_scores.load` reads it.
    times : int
        Random halvings, each scored both ways.
    seed : int

    Returns
    -------
    dict of str to pandas.DataFrame
        Slice to a row of measures for each halving.
    """
    rules = shipped_rules()
    parts = {name: load(folder, name) for name in SLICES}
    choices = list(_choices(parts, rules))
    points: dict[str, forecast_ranges.Points] = {}
    names = np.array(sorted({name for part in parts.values() for name in part.truth}))
    came: dict[str, list[dict[str, float]]] = {name: [] for name in SLICES}
    scores: dict[str, list[pd.DataFrame]] = {name: [] for name in SLICES}
    for number, (learn, test) in enumerate(halves(names, times, seed), start=1):
        chosen = replace(rules, methods=best(choices, learn, rules.methods))
        key = repr(chosen.methods)
        if key not in points:
            sets = forecast_ranges.sets_of(folder, chosen)
            points[key] = forecast_ranges.points_of(sets, chosen)
        seen = points[key].of(np.isin(points[key].names, learn))
        taught = replace(chosen, ranges=forecast_ranges.rules_learnt(seen, rules.ranges))
        for name, part in parts.items():
            kept = only(part, [one for one in part.truth if one in set(test)])
            scores[name].append(score(rows_of(forecast(series_of(kept), taught).of), kept))
        if number % 2 == 0:
            for name, both in scores.items():
                came[name].append(summary(pd.concat(both).sort_index()))
                both.clear()
    return {name: pd.DataFrame(rows) for name, rows in came.items()}


def best(choices: Sequence[Choice], learn: Names, methods: Mapping[str, Any]) -> dict[str, Any]:
    """The methods with the pool of each kind, and the decay, that did best on some series."""
    found: dict[float, dict[str, tuple[float, int, Mapping[str, Any]]]] = {}
    for choice in choices:
        held = choice.losses[choice.losses.index.isin(learn)]
        kinds = found.setdefault(choice.decay, {})
        for kind, some in held.groupby("kind"):
            loss = float(np.mean([_owa(one) for _, one in some.groupby("slice")]))
            if kind not in kinds or loss < kinds[str(kind)][0]:
                kinds[str(kind)] = loss, len(some), choice.pool
    decay = min(found, key=lambda one: sum(loss * count for loss, count, _ in found[one].values()))
    pools = methods["pools"] | {kind: dict(pool) for kind, (*_, pool) in found[decay].items()}
    return dict(methods) | {"season": methods["season"] | {"decay": decay}, "pools": pools}


def _owa(losses: pd.DataFrame) -> float:
    mean = losses[["sMAPE", "MASE", "sMAPE naive2", "MASE naive2"]].mean()
    return float(0.5 * sum(mean[name] / mean[f"{name} naive2"] for name in ("sMAPE", "MASE")))


def _choices(parts: Mapping[str, Slice], rules: ForecastRules) -> Iterator[Choice]:
    methods = rules.methods
    pools = {tuple(pool["members"]) for pool in methods["pools"].values()}
    for decay in DECAYS:
        for members in sorted(pools):
            for power in POWERS:
                pool = {"power": power, "members": list(members)}
                tried = methods | {
                    "season": methods["season"] | {"decay": decay},
                    "pools": dict.fromkeys(methods["pools"], pool),
                }
                yield Choice(decay, pool, _losses(parts, replace(rules, methods=tried)))


def _losses(parts: Mapping[str, Slice], rules: ForecastRules) -> pd.DataFrame:
    tables = []
    for name, part in parts.items():
        rows = []
        for batch in batches_of(series_of(part), rules):
            middle = unbend(batch.middle, batch.scale)
            for one, values in zip(batch.series, middle, strict=True):
                rows.append(pd.DataFrame({
                    "series_id": one.name, "horizon": np.arange(1, one.horizon + 1),
                    **dict.fromkeys(NUMBERS, values),
                }))  # fmt: skip
        tables.append(score(pd.concat(rows, ignore_index=True), part).assign(slice=name))
    return pd.concat(tables)
