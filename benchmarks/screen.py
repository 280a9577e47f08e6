"""How often the screen and the county page speak where nothing happened, and where it did.

``python -m benchmarks.screen`` makes 40 indicators of 60 units with 24 months each, shares of few
and of many cases and counts, and carries them through measures, analysis, screen and findings,
once for each autocorrelation. It prints the share of stable series that reach the screen's front
page, the county page's exceptions, and each test of the direction of travel; exits with 1 where a
bound is passed. ``--changed`` plants changes in some series, and prints how many are found and
which share of what stands out is false.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import binom, poisson

from benchmarks.false_alarms import following
from benchmarks.stories import CHANGES
from pmf_analysis import analysis, findings, measures, periods, register, studies
from pmf_analysis.present.summary import exceptions
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.settings import shipped
from pmf_analysis.studies import screen
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import ScreenVerdict, State, Verdict

Floats = NDArray[np.float64]

SEED = 20
LAST = "2025-12"
BOUNDS = {0.0: 0.02, 0.3: 0.04}
"""The largest share of stable series on the front page, by autocorrelation."""

SIZES = (12, 30, 80, 300)
SHARES = (0.93, 0.80, 0.55)
RATES = (8, 25, 120)
"""Cases of a share, shares, and events of a count in a usual month."""


@dataclass(frozen=True)
class Trial:
    """Series carried through the chain.

    Attributes
    ----------
    table : pandas.DataFrame
        Of the screen, with ``changed`` (whether a change was planted), ``said`` (a sentence of a
        change is on the county page) and the two tests of a trend.
    """

    table: pd.DataFrame

    def shares(self) -> dict[str, float]:
        """The share of series without a planted change that each speaks of."""
        calm = self.table[~self.table["changed"]]
        quiet = ["not_tested", "no_clear_trend"]
        return {
            "screen": float(calm["screen_rank"].notna().mean()),
            "chance below 5%": float((calm["chance"] <= 0.05).mean()),
            "county page": float(calm["said"].mean()),
            "recent trend": float((~calm["dot_recent"].isin(quiet)).mean()),
            "Mann and Kendall": float((~calm["dot_kendall"].isin(quiet)).mean()),
            "regression": float((~calm["dot_regression"].isin(quiet)).mean()),
        }

    def found(self) -> tuple[float, float]:
        """The share of planted changes that stand out, and the false share of what does."""
        flagged = self.table["screen_rank"].notna()
        changed = self.table["changed"]
        false = float((flagged & ~changed).sum()) / max(int(flagged.sum()), 1)
        return float(flagged[changed].mean()), false


def _indicator(number: int) -> Indicator:
    counts = number % 4 == 3
    given = {
        "code": f"I{number:02}", "name": f"Indicator {number}", "objective": "o",
        "source": {"published": {"table": f"t{number:02}", "numerator": ["n"], **(
            {} if counts else {"denominator": {"column": "d"}}
        )}},
        "kind": "count" if counts else "proportion", "unit": "count" if counts else "percent",
        "polarity": ("high", "low")[number % 2], "frequency": "month", "data_period": "M",
        "applies_to": ["district"], "owner": "role", "origin": "invented",
    }  # fmt: skip
    return Indicator(**given)


def _context(indicators: int, units: int) -> Context:
    shipped_register = register.load(shipped() / "data" / "reference")
    held = Register(
        workspace=Workspace(
            title="Trial", register_name="trial", county="WHOLE", report_kinds=["district"]
        ),
        indicators={one.code: one for one in map(_indicator, range(indicators))},
        units={
            "WHOLE": Unit(code="WHOLE", name="Whole", kind="county"),
            **{
                f"U{n:02}": Unit(code=f"U{n:02}", name=f"Unit {n}", kind="district", parent="WHOLE")
                for n in range(units)
            },
        },
        rule_sets=shipped_register.rule_sets,
    )
    return Context(held, periods.shift(periods.parse(LAST), 3).end)


def _figures(
    number: int, units: int, months: int, follow: float, change: Floats, draws: np.random.Generator
) -> dict[str, Floats]:
    """Numerators, and denominators of shares; ``change`` is on the logit or the log scale."""
    chance = ndtr(following(units, months, follow, draws))
    if number % 4 == 3:
        events = RATES[number // 4 % len(RATES)] * np.exp(change)
        return {"n": poisson.ppf(chance, events)}
    size = SIZES[number % len(SIZES)] * draws.uniform(0.6, 1.6, (units, 1))
    cases = np.maximum(draws.poisson(size, (units, months)), 1)
    level = SHARES[number % len(SHARES)]
    logit = np.log(level / (1 - level)) + change
    return {"n": binom.ppf(chance, cases, 1 / (1 + np.exp(-logit))), "d": cases.astype(float)}


def _changes(
    units: int, months: int, share: float, draws: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Steps of half a logit in some units, 3 to 12 months before the end."""
    change = np.zeros((units, months))
    changed = draws.random(units) < share
    latest = draws.integers(3, 13, units)
    size = np.where(draws.random(units) < 0.5, -0.6, 0.6)
    after = np.arange(months) >= months - latest[:, None]
    return np.where(changed[:, None] & after, size[:, None], change), changed


def _long(number: int, found: dict[str, Floats], months: int) -> pd.DataFrame:
    """Figures of one indicator as delivered cells."""
    last = periods.parse(LAST)
    codes = [periods.shift(last, step).code for step in range(1 - months, 1)]
    units = len(found["n"])
    parts = [
        pd.DataFrame({
            "service_area": np.repeat([f"U{n:02}" for n in range(units)], months),
            "period": np.tile(codes, units), "column": column, "value": values.ravel(),
        })
        for column, values in found.items()
    ]  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    return table.assign(
        delivery="one", table=f"t{number:02}", cohort="all", breakdown="",
        line=np.arange(len(table)) + 2, state=State.FINAL.value,
        text=table["value"].astype("int64").astype("str"),
    )  # fmt: skip


def trial(
    follow: float, planted: float = 0.0, seed: int = SEED, indicators: int = 40, units: int = 60,
    months: int = 24,
) -> Trial:  # fmt: skip
    """Make the series and carry them through the chain.

    Parameters
    ----------
    follow : float
        Lag-1 autocorrelation.
    planted : float
        Share of the series of which the level changes.
    seed, indicators, units, months : int
    """
    draws = np.random.default_rng([seed, round(100 * follow)])
    context = _context(indicators, units)
    figures, truth = [], {}
    for number in range(indicators):
        change, changed = _changes(units, months, planted, draws)
        figures.append(
            _long(number, _figures(number, units, months, follow, change, draws), months)
        )
        truth |= {(f"I{number:02}", f"U{n:02}"): bool(changed[n]) for n in range(units)}
    receipts = [{"id": "one", "published": context.as_at.isoformat()}]
    measured = measures.build(pd.concat(figures, ignore_index=True), receipts, context)
    analysed = analysis.analyse_all(measured.assign(quality=Verdict.GREEN.value), context)
    return Trial(_told(analysed, truth, context))


def _told(
    analysed: pd.DataFrame, truth: dict[tuple[str, str], bool], context: Context
) -> pd.DataFrame:
    pairs = analysed[["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict=Verdict.GREEN.value, reason="not checked here")
    table = screen.study(analysed, studies.Known(verdicts=verdicts), context)
    facts = findings.latest_facts(analysed, verdicts, context, studied={"screen": table})
    found = findings.judge(facts, context)
    lines = exceptions(facts, found, context)
    said = {(one.indicator, one.service_area) for one in lines if one.code in CHANGES}
    latest = facts[[*SERIES, "dot_recent", "dot_kendall", "dot_regression"]]
    table = table.merge(latest, on=list(SERIES), validate="1:1")
    keys = list(zip(table["indicator"], table["service_area"], strict=True))
    return table.assign(changed=[truth[key] for key in keys], said=[key in said for key in keys])


def main(given: Sequence[str] | None = None) -> int:
    """Print what came of it; 1 where a bound is passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--changed", action="store_true", help="plant changes in some series")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--units", type=int, default=60)
    parser.add_argument("--indicators", type=int, default=40)
    parser.add_argument("--months", type=int, default=24)
    options = parser.parse_args(given)
    failed = False
    for follow in (0.0, 0.3, 0.6):
        came = trial(
            follow, 0.04 if options.changed else 0.0, options.seed, options.indicators,
            options.units, options.months,
        )  # fmt: skip
        tested = int((came.table["screen_verdict"] != ScreenVerdict.NOT_TESTED).sum())
        shares = ", ".join(f"{name} {share:.2%}" for name, share in came.shares().items())
        print(f"autocorrelation {follow:g}: {len(came.table)} series, {tested} tested: {shares}")
        if options.changed:
            found, false = came.found()
            planted = int(came.table["changed"].sum())
            print(
                f"  of {planted} planted changes {found:.0%} stand out; {false:.0%} of those false"
            )
        bound = BOUNDS.get(follow, 1.0)
        failed |= came.shares()["screen"] > bound
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
