"""How often the interval of a change holds it: ours beside the estimators of other programs.

``python -m benchmarks.impact`` makes short autocorrelated series with a known change of level
and of slope, by a seed, and prints for each length and autocorrelation how many in a hundred
95% intervals hold the truth, and how wide they are beside those of ordinary least squares.
``--counts`` makes counts with a denominator instead, read by the log-linear model.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from pmf_analysis import register
from pmf_analysis.methods import autocorrelated, interrupted
from pmf_analysis.register import rule_values

Floats = NDArray[np.float64]

SEED = 20260401
SPLITS = ((12, 12), (16, 8), (8, 16), (24, 12), (36, 24))
CORRELATIONS = (-0.2, 0.0, 0.2, 0.4, 0.6)
TRUTH = np.array([60.0, 0.1, 6.0, -0.2])
"""Intercept, slope, change of level and of slope of the series that are made."""
_LOG_TRUTH = np.array([-2.5, 0.005, 0.2, 0.005])
_CASES = 300.0
_NOISE = 0.15
_RULES = Path(__file__).parents[1] / "data" / "reference"


@dataclass(frozen=True)
class Expected:
    """Where the autocorrelation is expected beforehand: of the rule set ``impact``."""

    correlation_centre: float
    correlation_spread: float


class Row(NamedTuple):
    """One estimator in one setting: shares in 0 to 1, widths beside ordinary least squares."""

    before: int
    after: int
    correlation: float
    estimator: str
    level: float
    slope: float
    level_width: float
    slope_width: float


def expected() -> Expected:
    """The values of the shipped rule set."""
    return rule_values.read(Expected, register.load(_RULES).rule_set("impact"))


def noise(trials: int, points: int, correlation: float, rng: np.random.Generator) -> Floats:
    """Series of first-order autocorrelation, innovations of standard deviation 1."""
    drawn = rng.standard_normal((trials, points))
    made = np.empty_like(drawn)
    made[:, 0] = drawn[:, 0] / np.sqrt(1 - correlation**2)
    for place in range(1, points):
        made[:, place] = correlation * made[:, place - 1] + drawn[:, place]
    return made


def coverage(
    before: int, after: int, correlation: float, trials: int, rng: np.random.Generator
) -> list[Row]:
    """How often each estimator's 95% interval holds the truth, of figures."""
    terms = interrupted.design(np.arange(1, before + after + 1), before)
    values = terms @ TRUTH + noise(trials, before + after, correlation, rng)
    free = before + after - terms.shape[1]
    ends = {
        "ols": _around(interrupted.ordinary(values, terms), float(stdtrit(free, 0.975))),
        "newey-west": _around(interrupted.newey_west(values, terms), float(ndtri(0.975))),
        "gls": _around(interrupted.gls_ar1(values, terms), float(stdtrit(free, 0.975))),
        "ours": _ours(values, terms),
    }
    return list(_rows((before, after, correlation), ends, TRUTH))


def coverage_of_counts(
    before: int, after: int, correlation: float, trials: int, rng: np.random.Generator
) -> list[Row]:
    """How often each estimator's 95% interval holds the truth, of counts over a denominator."""
    terms = interrupted.design(np.arange(1, before + after + 1), before)
    spread = np.sqrt(1 - correlation**2)
    lasting = _NOISE * spread * noise(trials, before + after, correlation, rng)
    whole = rng.poisson(_CASES, (trials, before + after)).astype(float)
    counts = rng.poisson(whole * np.exp(terms @ _LOG_TRUTH + lasting)).astype(float)
    free = before + after - terms.shape[1]
    response, weights = interrupted.working_response(counts, whole, terms)
    ends = {
        "quasi-poisson": _around(
            interrupted.quasi_poisson(counts, whole, terms), float(stdtrit(free, 0.975))
        ),
        "ours": _ours(response, terms, weights),
    }
    return list(_rows((before, after, correlation), ends, _LOG_TRUTH))


def _ours(values: Floats, terms: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    bell = expected()
    found = autocorrelated.intervals(
        values, terms, np.eye(4)[2:], weights=weights,
        centre=bell.correlation_centre, spread=bell.correlation_spread,
    )  # fmt: skip
    return found.lower, found.upper


def _around(fit: interrupted.Fit, quantile: float) -> tuple[Floats, Floats]:
    middle, error = fit.coefficients[..., 2:], fit.errors[..., 2:]
    return middle - quantile * error, middle + quantile * error


def _rows(
    setting: tuple[int, int, float], ends: dict[str, tuple[Floats, Floats]], truth: Floats
) -> Iterator[Row]:
    plain = next(iter(ends.values()))
    usual = (plain[1] - plain[0]).mean(axis=0)
    for name, (lower, upper) in ends.items():
        held = ((lower <= truth[2:]) & (truth[2:] <= upper)).mean(axis=0)
        width = (upper - lower).mean(axis=0) / usual
        yield Row(*setting, name, *map(float, held), *map(float, width))


def table(rows: Sequence[Row]) -> str:
    """The rows as lines of text."""
    lines = ["before after   rho estimator      level  slope   width of level, of slope"]
    lines += [
        f"{row.before:6} {row.after:5} {row.correlation:5.1f} {row.estimator:13} "
        f"{100 * row.level:5.1f}% {100 * row.slope:5.1f}%   "
        f"{row.level_width:.2f} {row.slope_width:.2f}"
        for row in rows
    ]
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> int:
    """Read the command line, make the series, print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=4000, help="series for each setting")
    parser.add_argument("--counts", action="store_true", help="counts with a denominator")
    options = parser.parse_args(given)
    measure = coverage_of_counts if options.counts else coverage
    rng = np.random.default_rng(SEED)
    rows = [
        row
        for before, after in SPLITS
        for correlation in CORRELATIONS
        for row in measure(before, after, correlation, options.trials, rng)
    ]
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
