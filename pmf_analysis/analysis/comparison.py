"""Comparison with target and floor, England, the region and the statistical neighbours.

In a county's own register the county takes England's place: the benchmark is always the
unit that the register's county page speaks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._printed import last_digits, median_of_printed
from pmf_analysis.methods.benchmark import by_two_intervals
from pmf_analysis.methods.intervals import Interval, byars_interval, wilson_interval
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, require
from pmf_analysis.terms import Comparison, MeasureKind

RULES = "comparison"
INTERVALS = "intervals"

NOT_REACHED = {
    "comparison_reason": "A forecast is not compared.",
    "vs_target": Comparison.NOT_COMPARED,
    "vs_floor": Comparison.NOT_COMPARED,
}
"""What stands on the rows of coming periods."""


@dataclass(frozen=True)
class _Grid:
    """Values by occasion (indicator, cohort and period) and unit, for look-ups.

    The last column of ``values`` is empty and stands for any unit that is not there.
    """

    occasion: NDArray[np.int64]
    """Occasion of each row of the measure table."""
    column: dict[str, int]
    """Column of each unit."""
    values: NDArray[np.float64]

    def of(self, units: list[str], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each row of the measure table, the value of its chosen unit on the same occasion."""
        columns = np.array([self.column.get(unit, -1) for unit in units], dtype=int)
        return self.values[self.occasion, columns[chosen]]


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Hold every figure against its benchmarks.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table. Benchmarks are figures of the same indicator, cohort and period, in
        their latest vintage.
    context : Context
        Its register says which benchmarks the workspace uses, and holds the rule set
        ``comparison``, which says ``summary``, ``neighbours``, ``minimum_neighbours`` and
        ``outer_confidence``.

    Returns
    -------
    pandas.DataFrame
        Key columns with ``england`` (the value of the register's county unit), ``region``,
        ``neighbour_median``, ``neighbours_compared`` (``9 of 10``; empty without neighbours),
        ``neighbour_model``, ``vs_target``, ``vs_floor``, ``vs_england``, ``vs_region``,
        ``vs_neighbours`` (terms.Comparison), each with its ``..._level`` (``95%``, or ``99.8%``
        where that interval misses the benchmark too; empty where similar or not compared),
        ``comparison_rule`` and ``comparison_reason`` (what was not compared, and why).

    References
    ----------
    Department for Education (2025), children's social care dashboard (neighbour median).
    """
    require(measures, MEASURE, "measure")
    rules = context.register.rule_set(RULES)
    comparable = _comparable(measures, context, rules)
    grid = _grid(measures, comparable)
    england, region = _england(measures, grid, context), _region(measures, grid, context)
    near, compared = _neighbours(measures, grid, context, rules)
    targets, floors = map(_columns.level_values, _columns.levels(measures, context))
    held = {
        "vs_target": np.where(comparable, targets, np.nan),
        "vs_floor": np.where(comparable, floors, np.nan),
        "vs_england": england.values,
        "vs_region": region.values,
        "vs_neighbours": near.values,
    }
    return measures[list(KEY)].assign(
        england=england.values,
        region=region.values,
        neighbour_median=near.values,
        neighbours_compared=compared,
        neighbour_model=_model(context),
        **_verdicts(measures, held, context, rules),
        comparison_rule=_rule_words(rules, context),
        comparison_reason=_reasons(measures, comparable, (england, region, near)),
    )


def neighbour_medians(
    values: NDArray[np.float64], decimals: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Median of neighbours' values by the Department's rule.

    Each value is rounded half up to the printed precision, the median of those is taken and
    is itself rounded half up; values that are missing are left out.

    Parameters
    ----------
    values : ndarray of float, shape (n, k)
        Values of k neighbours; NaN where one has no number.
    decimals : ndarray of int, shape (n,)
        Decimals as printed.

    Returns
    -------
    median : ndarray of float, shape (n,)
        In the indicator's unit; NaN where no neighbour has a number.
    count : ndarray of int, shape (n,)
        Neighbours with a number.

    References
    ----------
    Department for Education (2025), children's social care dashboard.
    """
    places = np.asarray(decimals, dtype=int)
    median, count = median_of_printed(last_digits(values, places[:, None]))
    return median / 10.0**places, count


@dataclass(frozen=True)
class _Benchmark:
    """What each row is held against, and why it cannot be where it cannot."""

    values: NDArray[np.float64]
    absent: NDArray
    """A sentence where there is no benchmark; empty where there is one, or none is used."""


def _england(measures: pd.DataFrame, grid: _Grid, context: Context) -> _Benchmark:
    """The unit that the county page speaks for."""
    register = context.register
    if "county" not in register.workspace.benchmarks:
        return _unused(measures)
    unit = register.units.get(register.county)
    name = unit.name if unit else register.county
    values = grid.of([register.county], np.zeros(len(measures), dtype=int))
    itself = (measures["service_area"] == register.county).to_numpy()
    absent = np.select(
        [itself, np.isnan(values)],
        [f"{name} is not compared with itself.", f"{name} has no figure for this period."],
        default="",
    )
    return _Benchmark(np.where(itself, np.nan, values), absent)


def _region(measures: pd.DataFrame, grid: _Grid, context: Context) -> _Benchmark:
    """The nearest region above each unit."""
    register = context.register
    if "region" not in register.workspace.benchmarks:
        return _unused(measures)
    numbers, units = pd.factorize(measures["service_area"])
    above = [register.region_of(unit) or "" for unit in units]
    values = grid.of(above, numbers)
    nowhere = np.array(
        [region in ("", unit) for unit, region in zip(units, above, strict=True)], dtype=bool
    )[numbers]
    absent = np.select(
        [nowhere, np.isnan(values)],
        ["No region stands above this unit.", "The region has no figure for this period."],
        default="",
    )
    return _Benchmark(np.where(nowhere, np.nan, values), absent)


def _neighbours(
    measures: pd.DataFrame, grid: _Grid, context: Context, rules: RuleSet
) -> tuple[_Benchmark, NDArray[np.object_]]:
    """Median of each row's neighbours, and how many of them had a number."""
    register = context.register
    if "neighbours" not in register.workspace.benchmarks:
        return _unused(measures), np.full(len(measures), "", dtype=object)
    codes, order = pd.factorize(measures["service_area"])
    near = [register.neighbours(unit, _model(context)) for unit in order]
    columns = np.full((len(near), max([1, *map(len, near)])), -1)
    for row, units in enumerate(near):
        columns[row, : len(units)] = [grid.column.get(unit, -1) for unit in units]
    listed = np.array([len(units) for units in near], dtype=int)[codes]
    decimals = _columns.of_indicator(measures, context, lambda one: one.decimals)
    values = grid.values[grid.occasion[:, None], columns[codes]]
    median, count = neighbour_medians(values, decimals)
    few = count < max(int(value_of(rules, "minimum_neighbours")), 1)
    absent = np.select(
        [listed == 0, few],
        ["No neighbours are registered.", "Too few neighbours have a figure for this period."],
        default="",
    )
    pairs, row_of = np.unique(np.column_stack([count, listed]), axis=0, return_inverse=True)
    compared = [f"{some} of {most}" if most else "" for some, most in pairs.tolist()]
    held = np.array(compared, dtype=object)[row_of]
    return _Benchmark(np.where(few, np.nan, median), absent), held


def _unused(measures: pd.DataFrame) -> _Benchmark:
    return _Benchmark(np.full(len(measures), np.nan), np.full(len(measures), "", dtype=object))


def _verdicts(
    measures: pd.DataFrame,
    held: dict[str, NDArray[np.float64]],
    context: Context,
    rules: RuleSet,
) -> dict[str, NDArray]:
    """Each row against what it is held against, by its own intervals, and how sure that is."""
    inner = Interval(
        _columns.numbers(measures, "shown_lower"), _columns.numbers(measures, "shown_upper")
    )
    missing = np.isnan(_columns.figures(measures, shown=True))
    confidence = float(value_of(rules, "outer_confidence"))
    outer = _wider(measures, inner, context, confidence)
    plain = float(value_of(context.register.rule_set(INTERVALS), "confidence"))
    polarity = _columns.polarities(measures, context)
    columns = {}
    for name, benchmark in held.items():
        found = by_two_intervals(np.where(missing, np.nan, benchmark), inner, outer, polarity)
        settled = (found.comparison != Comparison.SIMILAR.value) & (
            found.comparison != Comparison.NOT_COMPARED.value
        )
        columns[name] = found.comparison
        columns[f"{name}_level"] = np.select(
            [found.beyond_outer, settled],
            [f"{confidence * 100:g}%", f"{plain * 100:g}%"],
            default="",
        )
    return columns


def _wider(
    measures: pd.DataFrame, inner: Interval, context: Context, confidence: float
) -> Interval:
    """The interval of a higher confidence, of rows that have one and both of their counts."""
    exact_below = float(value_of(context.register.rule_set(INTERVALS), "exact_below"))
    kinds = _columns.of_indicator(measures, context, lambda one: str(one.kind))
    scale = _columns.of_indicator(measures, context, lambda one: one.multiplier)
    given = ~np.isnan(inner.lower)
    above, below = (
        np.where(given, _columns.numbers(measures, f"shown_{part}"), np.nan)
        for part in ("numerator", "denominator")
    )
    lower, upper = np.full(len(measures), np.nan), np.full(len(measures), np.nan)
    share, rate = (kinds == kind.value for kind in (MeasureKind.PROPORTION, MeasureKind.RATE))
    lower[share], upper[share] = wilson_interval(above[share], below[share], confidence)
    lower[rate], upper[rate] = byars_interval(above[rate], below[rate], confidence, exact_below)
    return Interval(lower * scale, upper * scale)


def _reasons(
    measures: pd.DataFrame, comparable: NDArray[np.bool_], benchmarks: tuple[_Benchmark, ...]
) -> NDArray[np.object_]:
    """Why a row was not compared with some benchmark; empty when it was with all in use."""
    value = _columns.figures(measures, shown=True)
    no_interval = np.isnan(_columns.numbers(measures, "shown_lower")) | np.isnan(
        _columns.numbers(measures, "shown_upper")
    )
    own = np.select(
        [~comparable, np.isnan(value), no_interval],
        [
            "Counts of places that differ in size are not compared.",
            "This period has no number.",
            "This figure has no interval.",
        ],
        default="",
    )
    parts = [own, *(benchmark.absent for benchmark in benchmarks)]
    known = [pd.factorize(np.asarray(part, dtype=object)) for part in parts]
    cases, row_of = np.unique(
        np.column_stack([numbers for numbers, _ in known]), axis=0, return_inverse=True
    )
    said = []
    for case in cases.tolist():
        first, *rest = (texts[number] for (_, texts), number in zip(known, case, strict=True))
        said.append(first or " ".join(reason for reason in rest if reason))
    return np.array(said, dtype=object)[row_of]


def _model(context: Context) -> str:
    workspace = context.register.workspace
    return workspace.neighbour_model if "neighbours" in workspace.benchmarks else ""


def _rule_words(rules: RuleSet, context: Context) -> str:
    words = f"{rules.label}: {value_of(rules, 'summary')}"
    model = _model(context)
    return f"{words}. Neighbours: {model}; {value_of(rules, 'neighbours')}" if model else words


def _comparable(measures: pd.DataFrame, context: Context, rules: RuleSet) -> NDArray[np.bool_]:
    """Whether each row is of a kind that can stand beside another place's."""
    kinds = _columns.of_indicator(measures, context, lambda one: str(one.kind))
    return np.isin(kinds, value_of(rules, "kinds"))


def _grid(measures: pd.DataFrame, comparable: NDArray[np.bool_]) -> _Grid:
    """Lay the values out for look-ups; of several vintages the latest stands."""
    occasion = measures.groupby(["indicator", "cohort", "period"], sort=True).ngroup().to_numpy()
    codes, units = pd.factorize(measures["service_area"])
    values = np.full((int(occasion.max(initial=-1)) + 1, len(units) + 1), np.nan)
    oldest_first = measures["vintage"].reset_index(drop=True).sort_values(kind="stable").index
    number = np.where(comparable, _columns.figures(measures, shown=True), np.nan)
    values[occasion[oldest_first], codes[oldest_first]] = number[oldest_first]
    column = {unit: place for place, unit in enumerate(units)}
    return _Grid(occasion, column, values)
