"""How often charts signal where nothing happened: ``python -m benchmarks.false_alarms``.

Stable series of several kinds, seeded, go through the charts of the analysis. For each kind,
length and autocorrelation it prints the share of series with any figure flagged and with the last
one flagged: by the rules as shipped, and as they would be if every series were charted by single
figures and nothing were done about figures that follow on from one another (*plain*).
``--changed`` prints the same of series in which the last figures did change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import binom, poisson

from pmf_analysis import analysis, periods, register
from pmf_analysis.analysis import spc
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator
from pmf_analysis.settings import shipped
from pmf_analysis.tables import MEASURE, SERIES
from pmf_analysis.terms import SpecialCause, State

Floats = NDArray[np.float64]

SEED = 5
LENGTHS = (24, 36, 60)
CORRELATIONS = (0.0, 0.3, 0.6)
LAST = "2025-12"
CHANGED = 9
"""Figures at the end of a changed series that lie at the other level."""
_QUIET = (SpecialCause.NONE.value, SpecialCause.NOT_TESTED.value)


@dataclass(frozen=True)
class Kind:
    """Stable series of one kind, from normal values with the wanted autocorrelation."""

    name: str
    indicator: dict[str, Any]
    make: Callable[[Floats, np.random.Generator], tuple[Floats, Floats | None]]
    """Normal values, shape (series, periods), into numerators and denominators."""


def _share(cases: float, chance: float, **more: Any) -> Kind:
    def make(normal: Floats, draws: np.random.Generator) -> tuple[Floats, Floats]:
        size = np.maximum(draws.poisson(cases, normal.shape), 1).astype(float)
        return binom.ppf(ndtr(normal), size, chance), size

    name = f"shares, {cases:g} cases, {100 * chance:g}%"
    return Kind(name, {"kind": "proportion", "unit": "percent", **more}, make)


def _count(mean: float) -> Kind:
    return Kind(
        f"counts, mean {mean:g}", {"kind": "count", "unit": "count"},
        lambda normal, _: (poisson.ppf(ndtr(normal), mean), None),
    )  # fmt: skip


def _normal(pattern: float = 0.0, name: str = "normal figures") -> Kind:
    def make(normal: Floats, _: np.random.Generator) -> tuple[Floats, None]:
        months = np.arange(normal.shape[1]) % 12
        return (50 + 5 * normal) * (1 + pattern * np.sin(2 * np.pi * months / 12)), None

    return Kind(name, {"kind": "mean", "unit": "days"}, make)


KINDS = (
    _normal(),
    _normal(0.15, "normal, with a pattern of the year"),
    _share(400, 0.85),
    _share(40, 0.85),
    _share(6, 0.9),
    _count(40),
    _count(4),
    _count(0.4),
)


def context(changed: dict[str, dict[str, object]] | None = None, **given: Any) -> Context:
    """A context of one indicator under the shipped rule sets, some of their values changed."""
    held = register.load(shipped() / "data" / "reference")
    rules = dict(held.rule_sets)
    for name, values in (changed or {}).items():
        rules[name] = rules[name].model_copy(update={"values": {**rules[name].values, **values}})
    indicator = Indicator(
        **{
            "code": "T", "name": "Made series", "objective": "none", "polarity": "neutral",
            "frequency": "month", "data_period": "M", "applies_to": ["authority"],
            "owner": "none", "origin": "made",
            "source": {"published": {"table": "t", "numerator": ["n"],
                                     "denominator": {"column": "d"}}},
            **given,
        }
    )  # fmt: skip
    made = replace(
        held, indicators={"T": indicator}, breaks=(), target_rows=(), rule_sets=rules
    )  # fmt: skip
    return Context(made, date(2026, 2, 1))


PLAIN = {
    "chart-choice": {"proportion": "xmr", "rate": "xmr", "rare_below": 0.0, "rare_zero_share": 1.0},
    "autocorrelation": {"least": 0.9, "most": 0.9},
}
"""Every series charted by single figures, whatever follows on from what."""


def following(series: int, length: int, correlation: float, draws: np.random.Generator) -> Floats:
    """Normal values of mean 0 and spread 1, each correlated with the one before."""
    fresh = draws.normal(size=(series, length))
    found = fresh.copy()
    for step in range(1, length):
        found[:, step] = correlation * found[:, step - 1] + (
            np.sqrt(1 - correlation**2) * fresh[:, step]
        )
    return found


def measures_of(top: Floats, bottom: Floats | None, scale: float) -> pd.DataFrame:
    """The measure table of made series, shape (series, periods), up to the last month."""
    series, length = top.shape
    last = periods.parse(LAST)
    spans = [periods.shift(last, step) for step in range(1 - length, 1)]
    value = top if bottom is None else top / bottom * scale
    table = pd.DataFrame(
        {
            "indicator": "T",
            "service_area": np.repeat([f"U{place:05d}" for place in range(series)], length),
            "cohort": "all", "period": np.tile([one.code for one in spans], series), "vintage": "",
            "period_end": np.tile([one.end.isoformat() for one in spans], series),
            "numerator": top.ravel(),
            "denominator": np.nan if bottom is None else bottom.ravel(),
            "value": value.ravel(), "state": State.FINAL.value, "lower": np.nan, "upper": np.nan,
            "method": "", "quality": "not_assessed", "deliveries": "d",
        }
    )  # fmt: skip
    for name in ("numerator", "denominator", "value", "lower", "upper", "state"):
        table[f"shown_{name}"] = table[name]
    return table.assign(shown_label=table["period"])[[*MEASURE]]


def flagged(table: pd.DataFrame, held: Context) -> tuple[float, float]:
    """Share of the series with any figure flagged, and with the last."""
    charted = spc.analyse(add_segments(table, held), held)
    signal = ~charted["special_cause"].isin(_QUIET)
    each = signal.groupby([charted[name] for name in SERIES], sort=False)
    return float(each.any().mean()), float(each.last().mean())


def _rows(series: int, change: float, only: str) -> Iterator[tuple[str, ...]]:
    for kind in KINDS:
        if not kind.name.startswith(only):
            continue
        shipped_rules, plain = (context(given, **kind.indicator) for given in (None, PLAIN))
        scale = shipped_rules.register.indicators["T"].multiplier
        for length in LENGTHS:
            for correlation in CORRELATIONS:
                draws = np.random.default_rng([SEED, length, int(10 * correlation)])
                normal = following(series, length, correlation, draws)
                normal[:, -CHANGED:] += change
                table = measures_of(*kind.make(normal, draws), scale)
                shares = [*flagged(table, shipped_rules), *flagged(table, plain)]
                written = (f"{100 * share:.1f}" for share in shares)
                yield kind.name, str(length), f"{correlation:g}", *written


def rolling_flagged(series: int = 100, length: int = 60) -> float:
    """Share of stable series, delivered as rolling twelve months, with any chart or trend verdict.

    The same figures as single months would flag their last point in more than half of the series.
    """
    held = context(
        kind="proportion", unit="percent",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"},
                              "covers": "R12M"}},
    )  # fmt: skip
    draws = np.random.default_rng(SEED)
    month = draws.binomial(400, 0.85, (series, length + 11)).astype(float)
    rolled = np.lib.stride_tricks.sliding_window_view(month, 12, axis=1).sum(axis=2)
    table = analysis.analyse_all(measures_of(rolled, np.full(rolled.shape, 4800.0), 100), held)
    table = table[table["state"] != State.FORECAST.value]
    tested = ~table["special_cause"].isin(_QUIET) | (table["dot_regression"] != "not_tested")
    return float(tested.groupby(table["service_area"]).any().mean())


def main(given: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=400, help="series of each line")
    parser.add_argument("--changed", type=float, default=0.0, metavar="SDS",
                        help="by how many standard deviations the last figures change")  # fmt: skip
    parser.add_argument("--only", default="", help="kinds whose name begins so")
    options = parser.parse_args(given)
    print(f"{options.series} series a line; % with any figure flagged, and with the last")
    print("| Series | figures | autocorrelation | any | last | plain: any | plain: last |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in _rows(options.series, options.changed, options.only):
        print(f"| {' | '.join(row)} |", flush=True)
    print(f"rolling twelve months: {100 * rolling_flagged():.1f}% with any verdict")
    return 0


if __name__ == "__main__":
    sys.exit(main())
