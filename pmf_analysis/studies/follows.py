"""What rose before an indicator worsened: one followed the other, and no more is said.

Of every series whose chart says that it worsened, the indicators that stand beside the work
(vacant posts, open cases, referrals) are looked at in the same unit, and in the whole that it
belongs to. One that rose beyond chance within some periods before is named. An indicator with a
chart rose where its own chart says so; a snapshot, which gets none, where it grew by far more in
one period than it usually does, and stayed. The rule set ``follows`` has the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register import lineage
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import read, value_of
from pmf_analysis.studies import Known
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Frequency, Polarity, SpecialCause, State, Variation

RULE_SET = "follows"

COLUMNS = (
    *SERIES, "worsened_from", "driver", "driver_unit", "rose_in", "before", "after",
    "periods_before", "words", "rule_set",
)  # fmt: skip

FACTS = {"follows": ""}
"""What rose before a worsening, in words; empty where nothing did, or nothing worsened."""

_READ = (
    *SERIES, "period", "period_end", "era", "segment", "numerator", "value", "chart_value",
    "seasonal_factor", "centre", "lower_limit", "upper_limit", "special_cause", "variation",
)  # fmt: skip
_CONCERN = (Variation.CONCERN_HIGH.value, Variation.CONCERN_LOW.value)
_HIGH = frozenset(
    one.value
    for one in SpecialCause
    if one.value.endswith(("_high", "_up")) or one is SpecialCause.ABOVE_LIMIT
)
_RUNS = frozenset(
    (
        SpecialCause.SHIFT_HIGH,
        SpecialCause.SHIFT_LOW,
        SpecialCause.TREND_UP,
        SpecialCause.TREND_DOWN,
    )
)
_COUNTS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_STEPS = {Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}


@dataclass(frozen=True)
class Rules:
    """The numbers of the rule set."""

    within: int
    units_above: int
    usual_changes: float
    least_change: int
    least_history: int
    label: str


@dataclass(frozen=True)
class Rise:
    """A figure that grew beyond chance: its period's number, and the values before and after."""

    step: int
    period: str
    before: float
    after: float


@dataclass(frozen=True)
class _Held:
    """The rows of each indicator that is watched, by indicator and unit."""

    rows: pd.DataFrame
    places: Mapping[tuple[str, str], np.ndarray]

    def of(self, indicator: str, unit: str) -> pd.DataFrame | None:
        found = self.places.get((indicator, unit))
        return None if found is None else self.rows.iloc[found]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """For each series that worsened, what had risen before in its unit or in its whole.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each rise, the latest first: ``worsened_from`` (period in which the run of
        figures on the wrong side began), ``driver`` and ``driver_unit`` (codes),
        ``rose_in``, ``before``, ``after``, ``periods_before``, ``words`` and ``rule_set``.
    """
    del known
    rules = read(Rules, context.register.rule_set(RULE_SET))
    watched = _drivers(context)
    there = (analysed["state"] != State.FORECAST.value) & (analysed["cohort"] == "all")
    measured = analysed.loc[there, list(_READ)].reset_index(drop=True)
    beside = measured[measured["indicator"].isin(watched)]
    places = beside.groupby(list(SERIES[:2])).indices
    held = _Held(beside, places)
    rows = [
        found
        for series, part in _worsened(measured)
        for found in _found(series, part, held, watched, rules, context)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1])).assign(rule_set=rules.label)
    numbers = {"before": float, "after": float, "periods_before": int}
    return table.astype({name: numbers.get(name, "str") for name in COLUMNS})


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """For the latest row of each series, the latest rise before it worsened."""
    del context
    first = table.drop_duplicates(list(SERIES)).set_index(list(SERIES))["words"]
    keys = pd.MultiIndex.from_frame(latest[list(SERIES)])
    words = first.reindex(keys).fillna("").astype("str")
    return pd.DataFrame({"follows": words.to_numpy()}, index=latest.index)


def _drivers(context: Context) -> Mapping[str, Indicator]:
    """Indicators that stand beside the work, by code."""
    also = value_of(context.register.rule_set(RULE_SET), "also")
    return {
        code: one
        for code, one in context.register.indicators.items()
        if (one.context and one.polarity is not Polarity.HIGH) or code in also
    }


def _worsened(measured: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Each series whose last verdict in its present stretch is a worsening, with that stretch."""
    tested = measured["variation"] != Variation.NOT_TESTED.value
    judged = measured[tested].drop_duplicates(list(SERIES), keep="last")
    worse = judged[judged["variation"].isin(_CONCERN)].set_index(list(SERIES))
    keys = worse.index.to_frame(index=False)
    for series, part in measured.merge(keys, on=list(SERIES)).groupby(list(SERIES), sort=True):
        segment, end = worse.loc[series, ["segment", "period_end"]]
        if part["segment"].iloc[-1] == segment:
            yield series, part[(part["segment"] == segment) & (part["period_end"] <= end)]


def _began(part: pd.DataFrame) -> str:
    """First period of the run that ends with the last figure, on its side.

    Of a long run or a steady fall it is every figure on that side of the average; of a single
    figure that stands out, those that lie at least a third of the way to the limit.
    """
    value, centre, lower, upper = (
        part[name].to_numpy(dtype=float)
        for name in ("chart_value", "centre", "lower_limit", "upper_limit")
    )
    low = value[-1] < centre[-1]
    away = (centre - value) if low else (value - centre)
    room = (centre - lower) if low else (upper - centre)
    runs = part["special_cause"].iloc[-1] in _RUNS
    least = np.zeros(len(part)) if runs else room / 3
    steps = np.array([periods.step_number(periods.parse(one)) for one in part["period"]])
    first = len(part) - 1
    while first and away[first - 1] > least[first - 1] and steps[first - 1] == steps[first] - 1:
        first -= 1
    return str(part["period"].iloc[first])


def _found(
    series: tuple[str, ...],
    part: pd.DataFrame,
    held: _Held,
    watched: Mapping[str, Indicator],
    rules: Rules,
    context: Context,
) -> list[tuple[object, ...]]:
    began = _began(part)
    start = periods.parse(began)
    rows: list[tuple[object, ...]] = []
    for code, driver in watched.items():
        if code == series[0] or driver.frequency is not start.frequency:
            continue
        for unit in _units(series[1], start, rules, context):
            rise = _rise(held.of(code, unit), driver, periods.step_number(start), rules)
            if rise is not None:
                ahead = periods.step_number(start) - rise.step
                words = _words(driver, unit == series[1], unit, rise, ahead, context)
                rows.append(
                    (*series, began, code, unit, rise.period, rise.before, rise.after, ahead, words)
                )
                break
    return sorted(rows, key=lambda row: (row[8], row[4]))


def _units(
    unit: str, start: periods.ReportingPeriod, rules: Rules, context: Context
) -> tuple[str, ...]:
    """The unit, and those above it that are looked at, the nearest first; never the county."""
    held = context.register
    above = lineage.ancestors(unit, held.moves_of, held.units, start.end)
    near = [one for one in above[: rules.units_above] if one != held.county]
    return (unit, *near)


def _rise(part: pd.DataFrame | None, driver: Indicator, began: int, rules: Rules) -> Rise | None:
    """The last rise beyond chance within the periods before; None where there is none."""
    if part is None:
        return None
    part = part[part["era"] == part["era"].iloc[-1]].dropna(subset=["value"])
    steps = np.array([periods.step_number(periods.parse(one)) for one in part["period"]])
    near = (steps >= began - rules.within) & (steps < began)
    if driver.overlapping:
        return _jump(part, steps, near, rules)
    high = part["special_cause"].isin(_HIGH).to_numpy()
    first = np.flatnonzero(near & high & ~np.concatenate([[False], high[:-1]]))
    if not len(first):
        return None
    at = first[-1]
    factor = float(part["seasonal_factor"].iloc[at])
    usual = float(part["centre"].iloc[at]) * (factor if np.isfinite(factor) else 1.0)
    return Rise(int(steps[at]), part["period"].iloc[at], usual, float(part["value"].iloc[at]))


def _jump(part: pd.DataFrame, steps: np.ndarray, near: np.ndarray, rules: Rules) -> Rise | None:
    """A snapshot that grew by far more than it usually does from one period to the next."""
    counts = part["numerator"].to_numpy(dtype=float)
    change = np.diff(counts, prepend=np.nan)
    change[np.diff(steps, prepend=steps[0]) != 1] = np.nan
    usual = change[np.isfinite(change) & (steps < steps[near].min(initial=steps[-1]))]
    if len(usual) < rules.least_history or not near.any():
        return None
    size = max(1.0, float(np.sqrt(np.mean(usual**2))))
    enough = max(rules.usual_changes * size, float(rules.least_change))
    value = part["value"].to_numpy(dtype=float)
    for at in np.flatnonzero(near & (change >= enough))[::-1]:
        kept = counts[at:][steps[at:] <= steps[near].max()].min()
        if value[at] > value[at - 1] and kept >= counts[at] - change[at] / 2:
            return Rise(int(steps[at]), part["period"].iloc[at], value[at - 1], value[at])
    return None


def _words(
    driver: Indicator, here: bool, unit: str, rise: Rise, ahead: int, context: Context
) -> str:
    place = "here" if here else f"in {context.register.units[unit].name}"
    low, high = (
        formats.with_unit(one, driver.unit, driver.decimals) for one in (rise.before, rise.after)
    )
    label = periods.in_sentence(periods.parse(rise.period).label)
    step = _STEPS[driver.frequency] + ("" if ahead == 1 else "s")
    many = _COUNTS[ahead] if ahead < len(_COUNTS) else str(ahead)
    return (
        f"{driver.label} {place} rose from {low} to {high} in {label}, {many} {step} before this "
        "began. One followed the other; that alone does not show that one caused the other"
    )
