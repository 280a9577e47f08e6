"""How the chain grows with the number of series: ``python -m benchmarks.prepare``.

Invented figures for the units of the shipped register, and for ten times as many units,
are made in memory and carried through the steps that look at every series. For each step
the CPU time of one series among ten times as many is held against that of one series among
the register's own: 1 is a step that grows with the data and no faster.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.growth import Ratios, by_step, measure_in_turn, report, timed
from pmf_analysis import analysis, findings, measures, periods, register
from pmf_analysis.register import Context, Register
from pmf_analysis.settings import shipped
from pmf_analysis.tables import FIGURE, SERIES
from pmf_analysis.terms import Frequency, State, UnitKind

MORE = 10
FIRST, LAST = 2012, 2025
SEED = 20
PUBLISHED = date(LAST, 10, 30)


def enlarged(held: Register, times: int) -> Register:
    """A register with each authority so many times, the copies with neighbours of their own."""
    own = [unit for unit in held.units.values() if unit.kind is UnitKind.AUTHORITY]
    units, models = dict(held.units), dict(held.neighbour_models)
    for copy in range(1, times):
        for unit in own:
            code = _copied(unit.code, copy)
            named = {"code": code, "name": f"{unit.name} {copy}", "aliases": ()}
            units[code] = unit.model_copy(update=named)
    for name, model in models.items():
        near = {
            _copied(unit, copy): tuple(_copied(code, copy) for code in codes)
            for unit, codes in model.neighbours.items()
            for copy in range(times)
        }
        models[name] = model.model_copy(update={"neighbours": near})
    return dataclasses.replace(held, units=units, neighbour_models=models)


def _copied(code: str, copy: int) -> str:
    return f"{code}-{copy}" if copy else code


def figures(held: Register) -> pd.DataFrame:
    """Invented figures for every authority, region and country, in each table of the register."""
    kinds = (UnitKind.AUTHORITY, UnitKind.REGION, UnitKind.COUNTRY)
    units = [code for code, unit in held.units.items() if unit.kind in kinds]
    chance = np.random.default_rng(SEED)
    parts = [
        _cells(units, *place, chance) for place in sorted(_places(held), key=lambda one: one[:3])
    ]
    return pd.concat(parts, ignore_index=True)[list(FIGURE)]


def _places(held: Register) -> Iterator[tuple[str, str, str, Frequency, int]]:
    """Table, breakdown, column, frequency and usual size of all that the indicators read."""
    found: dict[tuple[str, str, str], tuple[Frequency, int]] = {}
    for indicator in held.indicators.values():
        published = indicator.source.published
        for column in published.numerator:
            place = (published.table, published.breakdown, column)
            found.setdefault(place, (indicator.frequency, 200))
        below = published.denominator
        if below is not None:  # a count may be the denominator of another indicator
            other = below.table not in ("", published.table)
            breakdown = below.breakdown or ("" if other else published.breakdown)
            frequency = Frequency.YEAR if other else indicator.frequency
            place = (below.table or published.table, breakdown, below.column)
            found[place] = (frequency, 50_000 if other else 1_000)
    yield from ((*place, *what) for place, what in found.items())


def _cells(
    units: list[str], table: str, breakdown: str, column: str, frequency: Frequency, size: int,
    chance: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    years = (periods.financial_year(FIRST - 1), periods.financial_year(LAST))
    months = (periods.month(FIRST, 4), periods.month(LAST, 3))
    span = months if frequency is Frequency.MONTH else years
    codes = [period.code for period in periods.sequence(*span)]
    level = chance.uniform(0.5, 1.5, len(units))[:, None] * size
    values = chance.poisson(level, (len(units), len(codes))).ravel().astype(float)
    return pd.DataFrame(
        {
            "delivery": table, "table": table, "line": np.arange(2, len(values) + 2),
            "service_area": np.repeat(units, len(codes)), "cohort": "all",
            "breakdown": breakdown, "period": np.tile(codes, len(units)), "column": column,
            "value": values, "state": State.FINAL.value, "text": "",
        }
    )  # fmt: skip


def measure(times: int) -> dict[str, float]:
    """CPU seconds of each step for one series, with so many times the authorities."""
    held = register.load(shipped() / "data" / "reference")
    context = Context(enlarged(held, times), PUBLISHED)
    delivered = figures(context.register)
    receipts = [
        {"id": one, "published": PUBLISHED.isoformat()} for one in delivered["delivery"].unique()
    ]
    verdicts = pd.DataFrame(columns=["indicator", "service_area", "verdict", "reason"], dtype="str")
    measured, build = timed(lambda: measures.build(delivered, receipts, context))
    analysed, methods = timed(lambda: analysis.analyse_all(measured, context))
    _, words = timed(
        lambda: findings.judge(findings.latest_facts(analysed, verdicts, context), context)
    )
    series = len(measured.drop_duplicates(list(SERIES)))
    found = {"measures": build, "analysis": methods, "findings": words}
    return {name: seconds / series for name, seconds in found.items()}


def ratios(pairs: int) -> Ratios:
    """For each step its growth and its share of the time."""
    return by_step(measure_in_turn(lambda: measure(MORE), lambda: measure(1), pairs))


def main() -> int:
    """Print the ratios."""
    return report(__doc__.partition("\n")[0], "series", MORE, ratios)


if __name__ == "__main__":
    sys.exit(main())
