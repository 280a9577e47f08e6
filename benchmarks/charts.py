"""The statistics of all control charts in one go against a loop over series.

Invented monthly shares: 2,400 series of 60 months, some with a step, a spike, ties or a
ceiling. Both sides compute, by the same rule sets, the XmR chart with every point's special cause
and what it means, whether the target is met, the same on Laney's P' chart, and the run chart
by the Anhøj rules. Their answers are held to be equal; then both are timed in turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from itertools import groupby
from math import comb, log2
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.growth import timed
from benchmarks.reference.shipped import rule_set
from pmf_analysis.methods import attribute, run_chart, xmr

SERIES, MONTHS, SEED = 2_400, 60, 20_260
TARGET, ON_THE_LINE = 80.0, 1e-10

XMR = xmr.XmrRules.of(rule_set("xmr.yml"))
ATTRIBUTE = attribute.AttributeRules.of(rule_set("attribute.yml"))
RUNS = run_chart.RunRules.of(rule_set("anhoej.yml"))

LINES = ("centre", "lower", "upper", "near_lower", "near_upper")
WORDS = ("cause", "variation", "assurance")
COUNTS = ("useful", "longest_run", "crossings", "signal")


def invented(series: int) -> pd.DataFrame:
    """Cases and events of every series and month, with its target and polarity."""
    draws = np.random.default_rng(SEED)
    level = draws.uniform(60, 95, series)[:, None] * np.ones(MONTHS)
    level[::5, MONTHS // 2 :] -= 8  # a step
    level[1::7, MONTHS - 3] = 40  # a spike
    level[2::9] = 99.6  # a ceiling
    cases = draws.integers(30, 400, (series, MONTHS))
    events = draws.binomial(cases, level / 100)
    number = np.repeat(np.arange(series), MONTHS)
    return pd.DataFrame({
        "series": number, "events": events.ravel(), "cases": cases.ravel(),
        "value": 100 * events.ravel() / cases.ravel(), "target": TARGET,
        "polarity": np.where(number % 3 == 0, "low", "high"),
    })  # fmt: skip


# -- all series at once: the package ---------------------------------------------------------


def at_once(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By the package's methods."""
    series = points["series"].to_numpy()
    goal, way = points["target"].to_numpy(), points["polarity"].to_numpy()
    value = points["value"].to_numpy()
    single = xmr.limits(value, series, XMR)
    shares = attribute.limits("pp", points["events"], points["cases"], series, ATTRIBUTE, XMR)
    found = {}
    for name, lines, causes, scale in (
        ("xmr", single, xmr.special_causes(value, series, single, XMR), 1.0),
        ("pp", shares, attribute.special_causes(shares, series, XMR), 100.0),
    ):
        found[name] = pd.DataFrame({line: getattr(lines, line) * scale for line in LINES}).assign(
            cause=causes,
            variation=xmr.variation(causes, way),
            assurance=xmr.assurance(goal, lines.lower * scale, lines.upper * scale, way),
        )
    runs = run_chart.runs(value, series, RUNS)
    found["runs"] = pd.DataFrame({count: getattr(runs, count) for count in COUNTS})
    return found


# -- one series after another: the same rules, plainly ---------------------------------------


class Chart(NamedTuple):
    """Lines of one series."""

    centre: pd.Series
    lower: pd.Series
    upper: pd.Series
    near_lower: pd.Series
    near_upper: pd.Series
    only_limits: bool


def one_by_one(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By a loop over series."""
    parts: dict[str, list[pd.DataFrame]] = {"xmr": [], "pp": [], "runs": []}
    for _, rows in points.groupby("series", sort=False):
        value, target, polarity = rows["value"], rows["target"].iloc[0], rows["polarity"].iloc[0]
        share = rows["events"] / rows["cases"]
        parts["xmr"].append(_judged(value, _single(value), target, polarity, 1.0))
        parts["pp"].append(_judged(share, _shares(rows), target, polarity, 100.0))
        parts["runs"].append(_runs(value))
    return {name: pd.concat(found, ignore_index=True) for name, found in parts.items()}


def _single(value: pd.Series) -> Chart:
    mean = value.mean()
    away = value - mean
    spread, spiked = _mean_range(value, away, XMR.limit_factor)
    reach = pd.Series(XMR.limit_factor * spread, value.index)
    return _lines(value, mean, reach, spiked)


def _shares(rows: pd.DataFrame) -> Chart:
    share, mean = rows["events"] / rows["cases"], rows["events"].sum() / rows["cases"].sum()
    expected = (mean * (1 - mean) / rows["cases"]) ** 0.5
    z = ((share - mean) / expected).fillna(0.0)
    factor = ATTRIBUTE.sigmas / ATTRIBUTE.range_to_sigma
    spread, spiked = _mean_range(z, z, factor)
    found = _lines(share, mean, factor * expected * spread, spiked)
    cut = [line.clip(0, 1) for line in found[1:5]]
    return Chart(found.centre, *cut, found.only_limits)


def _mean_range(value: pd.Series, away: pd.Series, factor: float) -> tuple[float, bool]:
    ranges = value.diff().abs().dropna()
    mean = ranges.mean()
    kept = ranges[ranges < XMR.screening_factor * mean]
    if not len(kept) or kept.mean() == 0:
        return mean, False
    for way in (1, -1):
        beyond = (way * away > factor * kept.mean()).sum()
        opposite = (way * away < 0).sum()
        if beyond > XMR.one_value_share * len(value) and opposite <= len(ranges) - len(kept):
            return mean, True
    return kept.mean(), False


def _lines(value: pd.Series, mean: float, reach: pd.Series, spiked: bool) -> Chart:
    prevails = value.value_counts().iloc[0] > XMR.one_value_share * len(value)
    centre = pd.Series(mean, value.index)
    near = 2 / 3 * reach
    return Chart(centre, mean - reach, mean + reach, mean - near, mean + near, prevails or spiked)


def _judged(
    value: pd.Series, chart: Chart, target: float, polarity: str, scale: float
) -> pd.DataFrame:
    cause = _causes(value, chart)
    table = pd.DataFrame({line: getattr(chart, line) * scale for line in LINES})
    table["cause"] = cause
    table["variation"] = [_meaning(one, polarity) for one in cause]
    table["assurance"] = [
        _assurance(target, low, high, polarity)
        for low, high in zip(table["lower"], table["upper"], strict=True)
    ]
    return table


def _causes(value: pd.Series, chart: Chart) -> list[str]:
    room = ON_THE_LINE * value.abs().max()
    side = _signs(value - chart.centre, room)
    above, below = value > chart.upper + room, value < chart.lower - room
    near_above = (value > chart.near_upper + room) & ~above
    near_below = (value < chart.near_lower - room) & ~below
    close = [int(up) - int(down) for up, down in zip(near_above, near_below, strict=True)]
    cause = ["none"] * len(value)
    if not chart.only_limits:
        _mark(cause, _in_runs(side, XMR.shift_points), "shift_high", "shift_low")
        _mark(cause, _two_in_three(side, close), "two_in_three_high", "two_in_three_low")
        steps = _signs(value.diff().iloc[1:], room)
        _mark(cause, _in_trends(steps, XMR.trend_points), "trend_up", "trend_down")
    outside = [int(up) - int(down) for up, down in zip(above, below, strict=True)]
    _mark(cause, outside, "above_limit", "below_limit")
    return cause


def _signs(away: pd.Series, room: float) -> list[int]:
    return [1 if one > room else -1 if one < -room else 0 for one in away]


def _mark(cause: list[str], found: list[int], high: str, low: str) -> None:
    for place, way in enumerate(found):
        if way:
            cause[place] = high if way > 0 else low


def _in_runs(side: list[int], points: int) -> list[int]:
    marked: list[int] = []
    for way, run in groupby(side):
        length = len(list(run))
        marked += [way if length >= points else 0] * length
    return marked


def _in_trends(steps: list[int], points: int) -> list[int]:
    marked, place = [0] * (len(steps) + 1), 0
    for way, run in groupby(steps):
        length = len(list(run))
        if way and length >= points - 1:
            marked[place : place + length + 1] = [way] * (length + 1)
        place += length
    return marked


def _two_in_three(side: list[int], close: list[int]) -> list[int]:
    marked = [0] * len(side)
    for start in range(len(side) - 2):
        three = range(start, start + 3)
        if len({side[place] for place in three}) == 1:
            near = [place for place in three if close[place]]
            if len(near) >= 2:
                for place in near:
                    marked[place] = close[place]
    return marked


def _meaning(cause: str, polarity: str) -> str:
    if cause == "none":
        return "common_cause"
    high = cause in ("above_limit", "trend_up", "two_in_three_high", "shift_high")
    better = high == (polarity == "high")
    return f"{'improvement' if better else 'concern'}_{'high' if high else 'low'}"


def _assurance(target: float, low: float, high: float, polarity: str) -> str:
    room = ON_THE_LINE * max(abs(low), abs(high))
    above, below = target > high + room, target < low - room
    if not above and not below:
        return "consistent_pass" if high - low <= room else "inconsistent"
    return "consistent_pass" if above == (polarity == "low") else "consistent_fail"


def _runs(value: pd.Series) -> pd.DataFrame:
    side = [one for one in _signs(value - value.median(), ON_THE_LINE * value.abs().max()) if one]
    lengths = [len(list(run)) for _, run in groupby(side)]
    useful, longest, crossings = len(side), max(lengths, default=0), max(len(lengths) - 1, 0)
    tested = useful >= RUNS.min_useful
    signal = tested and (
        longest > round(log2(useful)) + RUNS.longest_run_added
        or crossings < FEWEST[useful - 1]
    )  # fmt: skip
    return pd.DataFrame([dict(zip(COUNTS, (useful, longest, crossings, signal), strict=True))])


def _fewest(trials: int) -> int:
    reached = np.cumsum([comb(trials, heads) for heads in range(trials + 1)])
    return int(np.argmax(reached >= RUNS.crossings_chance * 2**trials))


FEWEST = [_fewest(trials) for trials in range(MONTHS)]

# -- the two held against each other ---------------------------------------------------------


def differing(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Points, or series, on which the two sides do not agree, by chart."""
    found = {}
    for name, table in one.items():
        unlike: NDArray[np.bool_] = np.zeros(len(table), dtype=bool)
        for column in table:
            ours, theirs = table[column].to_numpy(), other[name][column].to_numpy()
            if column in LINES:
                unlike |= ~np.isclose(ours, theirs, rtol=1e-8, atol=1e-10)
            else:
                unlike |= ours != theirs
        found[name] = int(unlike.sum())
    return found


def measured(points: pd.DataFrame, pairs: int) -> dict[str, float]:
    """Medians over pairs of runs in turn: CPU seconds of each side, and their ratio."""
    sides: tuple[Callable[[pd.DataFrame], object], ...] = (at_once, one_by_one)
    at_once(points)  # loads what is loaded once
    found = [[timed(lambda side=side: side(points))[1] for side in sides] for _ in range(pairs)]
    return {
        "ratio": statistics.median(ours / loop for ours, loop in found),
        "at_once": statistics.median(ours for ours, _ in found),
        "loop": statistics.median(loop for _, loop in found),
    }


def main() -> int:
    """Compare, measure and print; 1 where an answer differs or the ratio is above a tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    points = invented(given.series)
    unlike = differing(at_once(points), one_by_one(points))
    found = measured(points, given.pairs)
    if given.json:
        sys.stdout.write(json.dumps({**found, "differing": unlike}, indent=1) + "\n")
    else:
        sys.stdout.write(
            f"{given.series} series of {MONTHS} months: all at once in {found['ratio']:.3f} of the "
            f"CPU time of a loop over series (1/{1 / found['ratio']:.0f}); "
            f"answers that differ: {sum(unlike.values())}\n"
        )
    return int(any(unlike.values()) or found["ratio"] > 0.1)


if __name__ == "__main__":
    sys.exit(main())
