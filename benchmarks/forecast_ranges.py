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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls
from scipy.special import ndtri, stdtr

from benchmarks.ranges_scored import Set, scored, sets_of, sums_held, told
from pmf_analysis import register
from pmf_analysis.forecasting import ForecastRules, rules_of, spreads
from pmf_analysis.forecasting.batches import Batch
from pmf_analysis.forecasting.origins import origins_of
from pmf_analysis.forecasting.ranges import noise_share, spread_parts
from pmf_analysis.forecasting.scales import Scale, bend
from pmf_analysis.settings import shipped
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]
Rules = dict[str, Any]

FREEDOM = 4.0
FOLDS, HALVES, SEED = 10, 6, 11
PAST = 0.2
"""Weight of the past forecasts of a series against that of what followed it."""
PULL = {"weights": 5.0, "slope": 1.0, "growth": 20.0, "length": 20.0}
SERIES_FOR_HALF = 50
REFERENCE = shipped() / "data" / "reference"
SEASONS = (12, 4, 1)
NUMBERS = ("shift", "slope", "growth", "factor80", "factor95")


# --- learning -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """One row a figure: the error of its forecast, and what told its size beforehand.

    A figure that really came after the series (``real``), or one of its past, forecast from what
    stood before.
    """

    names: NDArray[np.str_]
    real: NDArray[np.bool_]
    group: NDArray[np.int64]
    groups: list[str]
    error: Floats
    logs: Floats
    trust: Floats
    noise: Floats
    noisy: Floats
    ahead: Floats
    length: Floats
    weight: Floats
    typical: Floats

    def of(self, at: NDArray[np.bool_]) -> Points:
        """Some of the rows."""
        rows = {name: getattr(self, name)[at] for name in
                ("names", "real", "group", "error", "trust", "noise", "noisy",
                 "ahead", "length", "weight")}  # fmt: skip
        return replace(self, logs=self.logs[:, at], **rows)


def points_of(sets: list[Set], rules: ForecastRules) -> Points:
    """Rows of every coming figure of every slice, and of every past forecast."""
    parts: list[dict[str, Any]] = []
    for one in sets:
        for batch in one.batches:
            actual = np.stack([one.truth[series.name] for series in batch.series])
            if batch.scale is Scale.LOGIT:
                actual = np.clip(actual, 0.05, 99.95)
            parts.append(_rows(batch, bend(actual, batch.scale) - batch.middle, None, rules))
            origins = origins_of(batch.points, batch.season, batch.horizon, rules)
            for place, origin in enumerate(origins):
                part = _rows(batch, batch.past.errors[:, place], origin, rules)
                parts.append(part | {"weight": PAST * part["weight"] / len(origins)})
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    groups = sorted(set(joined["group"]))
    place = np.searchsorted(groups, joined.pop("group"))
    counted = joined.pop("usual") & joined["real"]
    typical = np.array(
        [[log[(place == at) & counted].mean() for at in range(len(groups))]
         for log in joined["logs"]]
    )  # fmt: skip
    return Points(group=place, groups=groups, typical=typical, **joined)


def _rows(batch: Batch, error: Floats, origin: int | None, rules: ForecastRules) -> dict[str, Any]:
    kind = batch.series[0].kind
    logs, noise = spread_parts(batch, rules, origin)
    known = ~np.isnan(error)
    points = batch.points if origin is None else origin
    usual = batch.scale is spreads.USUAL[kind]
    trust = (points - 1) / (points - 1 + rules.ranges["spread"]["prior_steps"]) if usual else 1.0
    number = np.maximum(known.sum(axis=1, keepdims=True), 1)

    def each(values: Any) -> NDArray[Any]:
        return np.broadcast_to(values, error.shape)[known]

    return {
        "names": each(np.array([[one.name] for one in batch.series])),
        "group": each(np.array(f"{batch.season} {kind.value}")),
        "real": each(np.array(origin is None)),
        "usual": each(np.array(usual)),
        "error": error[known],
        "logs": logs[:, known],
        "noise": noise[known],
        "noisy": each(noise_share(batch, rules)[:, None]),
        "trust": each(trust),
        "ahead": each(np.log(1.0 + np.arange(error.shape[1]))),
        "length": each(np.log(points / 36)),
        "weight": each(1 / number),
    }


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
    loss += PULL["weights"] * np.sum(even**2) + 1e5 * over**2 + PULL["length"] * length**2
    gradient[: len(weights)] += 2 * PULL["weights"] * even + 2e5 * over
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
    ratio = _ratios(points)
    real = points.of(points.real)
    factors = _factors(real, ratio[points.real])
    groups = {
        name: {
            "typical": typical.tolist(),
            "of_error": dict(zip(NUMBERS, map(float, numbers), strict=True)),
        }
        for name, typical, *numbers in zip(
            points.groups, points.typical.T, shift, slope, growth, *factors, strict=True
        )
    }
    spread = before["spread"] | {
        "weights": dict(zip(spreads.MEASURES, map(float, weights), strict=True)),
        "length": length,
    }
    return before | {
        "spread": spread,
        "past": _usual_of_past(points, ratio, factors),
        "correlation": _correlations(real, (ratio / factors[0][points.group])[points.real]),
        "groups": _completed(groups),
    }


def _ratios(points: Points) -> Floats:
    """Errors in expected sizes, each size learnt without the series that it is of."""
    names = np.unique(points.names)
    fold = dict(zip(np.random.default_rng(SEED).permutation(names),
                    np.arange(len(names)) % FOLDS, strict=True))  # fmt: skip
    of = np.array([fold[name] for name in points.names])
    ratio = np.empty(len(of))
    for number in range(FOLDS):
        at = learnt(points.of(of != number))
        out = points.of(of == number)
        ratio[of == number] = out.error / np.hypot(np.exp(log_size(out, at)[0]), out.noise)
    return ratio


def _factors(points: Points, ratio: Floats) -> list[Floats]:
    """80% and 95% points of the size of errors in expected sizes."""
    found = []
    ratio = np.abs(ratio)
    for level in (0.8, 0.95):
        pooled = np.log(np.quantile(ratio, level))
        own = np.array([_own(ratio, points, at, level) for at in range(len(points.groups))])
        found.append(np.exp(pooled + own[:, 1] * (own[:, 0] - pooled)))
    return found


def _own(ratio: Floats, points: Points, at: int, level: float) -> tuple[float, float]:
    here = points.group == at
    series = len(np.unique(points.names[here]))
    return float(np.log(np.quantile(ratio[here], level))), series / (series + SERIES_FOR_HALF)


def _usual_of_past(points: Points, ratio: Floats, factors: list[Floats]) -> dict[str, list[float]]:
    """How far past errors exceeded ranges that fit what followed, by frequency."""
    found = {}
    for season in SEASONS:
        names = [name.startswith(f"{season} ") for name in points.groups]
        here = np.array(names)[points.group] & ~points.real
        found[f"{season}"] = [
            float(np.quantile(np.abs(ratio[here]) / factor[points.group[here]], level))
            for factor, level in zip(factors, (0.8, 0.95), strict=True)
        ]
    return found


def _correlations(points: Points, ratio: Floats) -> dict[str, dict[str, float]]:
    """How errors of different horizons of one series go together, by frequency.

    A part that all horizons share and one that fades with the distance, by least squares over
    all pairs of horizons of errors as normal scores; what is left is each horizon's own.
    """
    wide = stdtr(FREEDOM, ratio * 1.533)  # the 90% point of Student's t with that freedom
    scores = ndtri(np.clip(wide, 1e-4, 1 - 1e-4))
    starts = np.flatnonzero(points.ahead == 0)
    found = {}
    for season in SEASONS:
        total, number = np.zeros((18, 18)), np.zeros((18, 18))
        for first, last in zip(starts, np.append(starts[1:], len(scores)), strict=True):
            if points.groups[points.group[first]].startswith(f"{season} "):
                own, many = scores[first:last], last - first
                total[:many, :many] += np.outer(own, own) * (1 - points.noisy[first]) ** -1
                number[:many, :many] += 1
        found[f"{season}"] = _parts(total, number, scores.std() ** 2)
    return found


def _parts(total: Floats, number: Floats, size: float) -> dict[str, float]:
    apart = np.abs(np.subtract.outer(np.arange(len(total)), np.arange(len(total))))
    pairs = (apart > 0) & (number > 0)
    mean, weight = total[pairs] / number[pairs] / size, np.sqrt(number[pairs])
    best: tuple[float, float, Floats] = (np.inf, 0.0, np.zeros(2))
    for fading in np.arange(0.3, 0.99, 0.05):
        both = np.stack([np.ones(pairs.sum()), fading ** apart[pairs]], axis=1)
        parts, left = nnls(both * weight[:, None], mean * weight)
        best = min(best, (left, float(fading), parts), key=lambda one: one[0])
    parts = best[2] / max(1.0, best[2].sum())
    return {
        "shared": float(parts[0]),
        "own": float(1 - parts.sum()),
        "fading": best[1],
    }


def _completed(groups: dict[str, Rules]) -> dict[str, Rules]:
    """Every frequency and kind: one without series has the mean of its kind at others."""
    found = {}
    for kind in SeriesKind:
        there = [told for name, told in groups.items() if name.split()[1] == kind.value]
        errors = [told["of_error"] for told in there]
        mean = {
            "typical": np.mean([told["typical"] for told in there], axis=0).tolist(),
            "of_error": {key: float(np.mean([told[key] for told in errors])) for key in NUMBERS},
        }
        for season in SEASONS:
            found[f"{season} {kind.value}"] = groups.get(f"{season} {kind.value}", mean)
    return found


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


# --- writing ------------------------------------------------------------------------------


def write(path: Path, values: Rules) -> None:
    """Put learnt numbers in their places in the file, and leave its words as they are."""
    lines = path.read_text(encoding="utf-8").splitlines()
    past = [
        f'    "{season}": [{one[0]:.3f}, {one[1]:.3f}]' for season, one in values["past"].items()
    ]
    correlation = [
        f'    "{season}": {{' + ", ".join(f"{key}: {one[key]:.2f}" for key in one) + "}"
        for season, one in values["correlation"].items()
    ]
    start = next(at for at, line in enumerate(lines) if line.startswith("  # learnt"))
    weights = ", ".join(f"{k}: {v:.3f}" for k, v in values["spread"]["weights"].items())
    made = [
        "  past:",
        *past,
        "  correlation:",
        *correlation,
        "  spread:",
        f"    weights: {{{weights}}}",
        f"    length: {values['spread']['length']:.3f}",
        f"    prior_steps: {values['spread']['prior_steps']}",
        "  groups:",
    ]
    for name, numbers in values["groups"].items():
        typical = ", ".join(f"{number:.2f}" for number in numbers["typical"])
        error = numbers["of_error"]
        inside = ", ".join(f"{key}: {error[key]:.3f}" for key in NUMBERS)
        made += [f"    {name}:", f"      typical: [{typical}]", f"      of_error: {{{inside}}}"]
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
    points = points_of(sets, rules)
    taught = rules_learnt(points, rules.ranges)
    rules_taught = replace(rules, ranges=taught)
    fitted = scored(sets, rules_taught)
    crossed = cross_fitted(points, sets, rules, given.times)
    for title, rows in (("Fitted", fitted), ("Cross-fitted", crossed)):
        for by in (["slice"], ["slice", "season", "kind"]):
            print(f"\n{title}, by {', '.join(by)}\n{told(rows, by)}")
    print(f"\nCross-fitted, by frequency and horizon\n{told(crossed, ['season', 'horizon'])}")
    print(f"\nSums over a year, by slice, frequency and kind\n{sums_held(sets, rules_taught)}")
    if given.write:
        write(REFERENCE / "rules" / "forecast-ranges.yml", taught)
    return 0


if __name__ == "__main__":
    sys.exit(main())
