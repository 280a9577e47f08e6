"""Learn how wide ranges of forecasts must be: ``python -m benchmarks.forecast_ranges FOLDER``.

The folder holds ``series.csv``, ``insample.csv.gz`` and ``outsample.csv.gz`` of series with what
followed. Every series is forecast as shipped; from what followed, the expected size of errors and
the factors of the ranges are learnt. Printed are coverage, interval scores and the weighted
interval score by slice, frequency, kind and horizon: as fitted, and cross-fitted (learnt on a
random half of the series, scored on the other half, both ways, several times). ``--write`` writes
the rule set ``forecast-ranges``; do so again whenever the middles change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from pmf_analysis import register
from pmf_analysis.forecasting import LEVELS, ForecastRules, Series, rules_of, spreads
from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.engine import batches_of
from pmf_analysis.forecasting.ranges import ranged, spread_parts
from pmf_analysis.forecasting.scales import bend, unbend
from pmf_analysis.settings import shipped
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]
Rules = dict[str, Any]

SLICES = ("full", "short", "public")
CUT, AHEAD = {12: 36, 4: 12, 1: 8}, {12: 12, 4: 4, 1: 3}
FREEDOM = 5.0
FOLDS, HALVES, SEED = 10, 6, 11
PULL = {"weights": 5.0, "slope": 1.0, "growth": 20.0, "length": 20.0}
SERIES_FOR_HALF = 40
REFERENCE = shipped() / "data" / "reference"
SEASONS = (12, 4, 1)
NUMBERS = ("typical", "shift", "slope", "growth", "factor80", "factor95")
AT = {level: int(np.searchsorted(LEVELS, level)) for level in (0.025, 0.1, 0.5, 0.9, 0.975)}


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


# --- learning -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """One row a coming figure: its error, and what told its size beforehand."""

    names: NDArray[np.str_]
    group: NDArray[np.int64]
    groups: list[str]
    error: Floats
    logs: Floats
    trust: Floats
    noise: Floats
    ahead: Floats
    length: Floats
    weight: Floats
    typical: Floats

    def of(self, at: NDArray[np.bool_]) -> Points:
        """Some of the rows."""
        rows = {name: getattr(self, name)[at] for name in
                ("names", "group", "error", "trust", "noise", "ahead", "length", "weight")}  # fmt: skip
        return replace(self, logs=self.logs[:, at], **rows)


def points_of(sets: list[Set], rules: Rules) -> Points:
    """Rows of every coming figure of every slice."""
    parts: list[dict[str, Any]] = []
    for one in sets:
        for batch in one.batches:
            for kind in sorted({series.kind for series in batch.series}):
                parts.append(_rows(batch.of_kind(kind), one.truth, rules))
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    groups = sorted(set(joined["group"]))
    place = np.searchsorted(groups, joined.pop("group"))
    typical = np.array(
        [[log[(place == at) & joined["usual"]].mean() for at in range(len(groups))]
         for log in joined["logs"]]
    )  # fmt: skip
    joined.pop("usual")
    return Points(group=place, groups=groups, typical=typical, **joined)


def _rows(batch: Batch, truth: dict[str, Floats], rules: Rules) -> dict[str, Any]:
    kind = batch.series[0].kind
    logs, noise = spread_parts(batch, rules)
    actual = np.stack([truth[one.name] for one in batch.series])
    if batch.scale.value == "logit":
        actual = np.clip(actual, 0.05, 99.95)
    shape = actual.shape
    ahead = np.tile(np.log(1.0 + np.arange(shape[1])), (shape[0], 1))
    steps = batch.points - 1
    usual = batch.scale is spreads.USUAL[kind]
    trust = steps / (steps + rules["spread"]["prior_steps"]) if usual else 1.0
    rows = {
        "names": np.repeat([one.name for one in batch.series], shape[1]),
        "group": np.full(actual.size, f"{batch.season} {kind.value}"),
        "usual": np.full(actual.size, usual),
        "error": (bend(actual, batch.scale) - batch.middle).ravel(),
        "logs": logs.reshape(len(logs), -1),
        "noise": noise.ravel(),
        "trust": np.full(actual.size, trust),
        "ahead": ahead.ravel(),
        "length": np.full(actual.size, np.log(batch.points / 36)),
        "weight": np.full(actual.size, 1 / shape[1]),
    }
    return rows


def log_size(points: Points, at: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the expected error without noise, and what was multiplied by the slope."""
    weights, shift, slope, growth, length = _named(points, at)
    typical = (weights @ points.typical)[points.group]
    away = (weights @ points.logs - typical) * points.trust
    slopes = np.where(points.trust < 1, slope[points.group], 1.0)
    size = typical + shift[points.group] + slopes * away
    return size + growth[points.group] * points.ahead + length * points.length, away


def _named(points: Points, at: Floats) -> tuple[Floats, Floats, Floats, Floats, float]:
    measures, groups = len(points.logs), len(points.groups)
    weights, rest = at[:measures], at[measures:-1].reshape(3, groups)
    return weights, rest[0], rest[1], rest[2], float(at[-1])


def learnt(points: Points) -> Floats:
    """Weights, shifts, slopes and growth of the expected error.

    Greatest likelihood under Student's t distribution, each series one weight, slopes and growth
    drawn towards those of all groups.
    """
    measures, groups = len(points.logs), len(points.groups)
    start = np.concatenate(
        [np.full(measures, 1 / measures), np.zeros(groups), np.full(groups, 0.7),
         np.zeros(groups), [0.0]]
    )  # fmt: skip
    found = minimize(_loss, start, (points,), method="L-BFGS-B", jac=True)
    return np.asarray(found.x)


def _loss(at: Floats, points: Points) -> tuple[float, Floats]:
    weights, _, slope, growth, length = _named(points, at)
    size, away = log_size(points, at)
    whole = np.logaddexp(2 * size, 2 * np.log(np.maximum(points.noise, 1e-12)))
    ratio = points.error**2 / FREEDOM * np.exp(-whole)
    loss = np.sum(points.weight * (whole / 2 + (FREEDOM + 1) / 2 * np.log1p(ratio)))
    pull = points.weight * (1 - (FREEDOM + 1) * ratio / (1 + ratio)) * np.exp(2 * size - whole)
    per = [np.bincount(points.group, pull * factor, len(points.groups))
           for factor in (1.0, np.where(points.trust < 1, away, 0.0), points.ahead)]  # fmt: skip
    slopes = np.where(points.trust < 1, slope[points.group], 1.0) * points.trust
    typical = points.typical[:, points.group]
    by_weight = np.sum(pull * (typical + slopes * (points.logs - typical)), axis=1)
    gradient = np.concatenate([by_weight, *per, [np.sum(pull * points.length)]])
    return _drawn(loss, gradient, (weights, slope, growth, length))


def _drawn(
    loss: float, gradient: Floats, named: tuple[Floats, Floats, Floats, float]
) -> tuple[float, Floats]:
    """Loss and gradient with what draws numbers together."""
    weights, slope, growth, length = named
    even, groups = weights - 1 / len(weights), len(slope)
    over = weights.sum() - 1
    loss += PULL["weights"] * np.sum(even**2) + 1000 * over**2 + PULL["length"] * length**2
    gradient[: len(weights)] += 2 * PULL["weights"] * even + 2000 * over
    for name, place, values in (("slope", 1, slope), ("growth", 2, growth)):
        apart = values - values.mean()
        first = len(weights) + place * groups
        loss += PULL[name] * np.sum(apart**2)
        gradient[first : first + groups] += 2 * PULL[name] * apart
    gradient[-1] += 2 * PULL["length"] * length
    return float(loss), gradient


def rules_learnt(points: Points, before: Rules) -> Rules:
    """The values of the rule set, learnt from these points."""
    at = learnt(points)
    weights, shift, slope, growth, length = _named(points, at)
    factors = _factors(points)
    typical = weights @ points.typical
    groups = {
        name: dict(zip(NUMBERS, map(float, numbers), strict=True))
        for name, *numbers in zip(
            points.groups, typical, shift, slope, growth, *factors, strict=True
        )
    }
    spread = before["spread"] | {
        "weights": dict(zip(spreads.MEASURES, map(float, weights), strict=True)),
        "length": length,
    }
    return before | {"spread": spread, "groups": _completed(groups)}


def _factors(points: Points) -> list[Floats]:
    """80% and 95% points of errors in expected sizes, learnt without the series they are of."""
    names = np.unique(points.names)
    fold = dict(zip(np.random.default_rng(SEED).permutation(names),
                    np.arange(len(names)) % FOLDS, strict=True))  # fmt: skip
    of = np.array([fold[name] for name in points.names])
    ratio = np.empty(len(of))
    for number in range(FOLDS):
        at = learnt(points.of(of != number))
        out = points.of(of == number)
        ratio[of == number] = np.abs(out.error) / np.hypot(np.exp(log_size(out, at)[0]), out.noise)
    found = []
    for level in (0.8, 0.95):
        pooled = np.log(np.quantile(ratio, level))
        own = np.array([_own(ratio, points, at, level) for at in range(len(points.groups))])
        found.append(np.exp(pooled + own[:, 1] * (own[:, 0] - pooled)))
    return found


def _own(ratio: Floats, points: Points, at: int, level: float) -> tuple[float, float]:
    here = points.group == at
    series = len(np.unique(points.names[here]))
    return float(np.log(np.quantile(ratio[here], level))), series / (series + SERIES_FOR_HALF)


def _completed(groups: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Every frequency and kind: one without series has the mean of its kind at others."""
    found = {}
    for kind in SeriesKind:
        there = [name for name in groups if name.split()[1] == kind.value]
        mean = {key: float(np.mean([groups[name][key] for name in there])) for key in NUMBERS}
        for season in SEASONS:
            name = f"{season} {kind.value}"
            found[name] = groups.get(name, mean)
    return found


# --- scores -------------------------------------------------------------------------------


def scored(sets: list[Set], rules: ForecastRules, only: set[str] | None = None) -> pd.DataFrame:
    """One row a coming figure: inside or not, and its scores in the scale of the series."""
    rows = []
    for one in sets:
        batches = one.batches if only is None else [b for b in map(_part(only), one.batches) if b]
        found, _ = ranged(batches, rules)
        for batch in batches:
            for series in batch.series:
                rows.append(_scores(one, series, found[series.name].distribution.table))
    return pd.concat(rows, ignore_index=True)


def _part(only: set[str]) -> Any:
    def part(batch: Batch) -> Batch | None:
        at = np.array([one.name in only for one in batch.series])
        return batch.rows(at) if at.any() else None

    return part


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


def cross_fitted(
    points: Points, sets: list[Set], rules: ForecastRules, times: int = HALVES
) -> pd.DataFrame:
    """Scores of each half by what the other half taught, several times."""
    names = np.unique(points.names)
    draws = np.random.default_rng(SEED)
    found = []
    for _ in range(times):
        order = draws.permutation(names)
        halves = set(order[: len(order) // 2]), set(order[len(order) // 2 :])
        for learn, test in (halves, halves[::-1]):
            taught = rules_learnt(points.of(np.isin(points.names, list(learn))), rules.ranges)
            found.append(scored(sets, replace(rules, ranges=taught), test))
    return pd.concat(found, ignore_index=True)


def told(rows: pd.DataFrame, by: list[str]) -> str:
    """Coverage by points and scores by series, of groups of rows."""
    each = rows.groupby([*by, "slice", "name"] if "slice" not in by else [*by, "name"])
    series = each[["mase", "msis", "swis"]].mean().groupby(level=list(range(len(by)))).mean()
    held = rows.groupby(by)[["in80", "in95"]].mean()
    return held.join(series).round(4).to_string()


# --- writing ------------------------------------------------------------------------------


def write(path: Path, values: Rules) -> None:
    """Put learnt numbers in their places in the file, and leave its words as they are."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("  # learnt"))
    weights = ", ".join(f"{k}: {v:.3f}" for k, v in values["spread"]["weights"].items())
    made = [
        "  spread:",
        f"    weights: {{{weights}}}",
        f"    length: {values['spread']['length']:.3f}",
        f"    prior_steps: {values['spread']['prior_steps']}",
        "  groups:",
    ]
    for name, numbers in values["groups"].items():
        inside = ", ".join(f"{key}: {numbers[key]:.3f}" for key in NUMBERS)
        made += [f"    {name}: {{{inside}}}"]
    path.write_text("\n".join([*lines[: start + 1], *made]) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Learn, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="write the rule set")
    parser.add_argument("--times", type=int, default=HALVES, help="random halves")
    given = parser.parse_args(arguments)
    held = register.load(REFERENCE).rule_sets
    rules = rules_of(held["forecast-methods"], held["forecast-ranges"])
    sets = sets_of(given.folder, rules)
    points = points_of(sets, rules.ranges)
    taught = rules_learnt(points, rules.ranges)
    fitted = scored(sets, replace(rules, ranges=taught))
    crossed = cross_fitted(points, sets, rules, given.times)
    for title, rows in (("Fitted", fitted), ("Cross-fitted", crossed)):
        for by in (["slice"], ["slice", "season", "kind"]):
            print(f"\n{title}, by {', '.join(by)}\n{told(rows, by)}")
    print(f"\nCross-fitted, by frequency and horizon\n{told(crossed, ['season', 'horizon'])}")
    if given.write:
        write(REFERENCE / "rules" / "forecast-ranges.yml", taught)
    return 0


if __name__ == "__main__":
    sys.exit(main())
