"""What comes next if nothing changes: the measure table's series through the forecasting engine.

The rule set ``forecast`` says from which figures and how far. No forecast is made across a
registered break or a long gap, nor from figures that overlap; the reason is then given in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import forecasting, periods
from pmf_analysis.analysis._as_shown import Shown, futures, is_summed, shown_paths
from pmf_analysis.analysis._chances import Below, below_of, chance_of_floor, chance_of_target
from pmf_analysis.analysis._history import History, histories
from pmf_analysis.analysis._reconciling import Member, reconciled
from pmf_analysis.analysis._series import Coming, Counts, series_of
from pmf_analysis.analysis._stocks import STARTS_AND_ENDS, by_flows
from pmf_analysis.analysis._told import method_words, skill_words
from pmf_analysis.analysis._unsettled import with_unsettled
from pmf_analysis.forecasting import Distribution, Forecast, ForecastRules
from pmf_analysis.forecasting.rules import FACTORS
from pmf_analysis.forecasting.rules import RULES as METHODS
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, SERIES, require
from pmf_analysis.terms import MeasureKind, State

Floats = NDArray[np.float64]

RULES = "forecast"

_LIMITS = {"lower80": 0.1, "upper80": 0.9, "lower95": 0.025, "upper95": 0.975}

_COLUMNS = {
    "period_end": "str", "state": "str", "horizon": "int64",
    "forecast": "float64", **{f"forecast_{name}": "float64" for name in _LIMITS},
    "forecast_numerator": "float64", "forecast_denominator": "float64",
    "shown_forecast": "float64", **{f"shown_{name}": "float64" for name in _LIMITS},
    "forecast_target_chance": "float64", "forecast_floor_chance": "float64",
    "forecast_skill": "float64", "forecast_naive": "str", "forecast_reason": "str",
    "forecast_method": "str", "forecast_points": "int64", "forecast_origins": "int64",
    "forecast_coverage": "float64", "forecast_coverage80": "float64",
    "forecast_before": "float64", **{f"forecast_before_{name}": "float64" for name in _LIMITS},
    "forecast_before_period": "str", "forecast_break": "str",
}  # fmt: skip

_NOTHING = {"str": "", "int64": 0, "float64": np.nan}

_BLANK = {name: _NOTHING[kind] for name, kind in _COLUMNS.items()}

_COMING = (
    *KEY, "period_end", "state", "horizon", "forecast", *(f"forecast_{name}" for name in _LIMITS),
    "shown_forecast", *(f"shown_{name}" for name in _LIMITS),
    "forecast_target_chance", "forecast_floor_chance",
)  # fmt: skip

READ = (
    *KEY, "period_end", "state", "value", "numerator", "denominator", "shown_denominator", *SEGMENTS
)  # fmt: skip
"""Columns of the measure table that a forecast is made from."""

_FUTURES = 64
"""Enough for a mean: futures follow a distribution in equal shares."""

Cells = dict[str, NDArray[np.object_]]
"""Columns of the measure table as arrays, for quick look-ups."""


@dataclass(frozen=True)
class _Result:
    """What is known of the coming periods of one series, from its last row on."""

    one: Coming
    found: Forecast
    member: Member
    """Its distributions from the period after the last settled one on, made to add up."""
    coming: list[ReportingPeriod]
    shown: Shown | None
    """The coming figures as shown; None where they are as delivered."""

    @property
    def history(self) -> History:
        return self.one.history

    def quantiles(self, level: float, shown: bool = False) -> Floats:
        """Of the coming periods, shape (horizon,)."""
        if shown and self.shown is not None:
            return self.shown.quantile(level)
        return self.member.values.quantile(level)[self.history.behind :]

    def below(self) -> Below:
        """Chances of the figure as shown, counted from the first coming period."""
        if self.shown is not None:
            return self.shown.chance_below
        single, behind = below_of(self.member.values), self.history.behind
        return lambda value, step: single(value, step + behind)


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Forecast every series that has enough comparable history.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``era`` and ``segment``.
    context : Context
        Its register holds the rule sets ``forecast``, ``forecast-methods`` and
        ``forecast-ranges``; see their files for the values.

    Returns
    -------
    pandas.DataFrame
        Rows of state ``forecast`` for coming periods: key columns (with the vintage of the
        series' last row), ``period_end``, ``state``, ``horizon``; ``forecast`` with its 80% and
        95% limits, of the single period in the indicator's unit, and its
        ``forecast_numerator`` and ``forecast_denominator``; ``shown_forecast`` with its limits,
        of the figure as shown and rated; ``forecast_target_chance`` and
        ``forecast_floor_chance`` (that the shown figure, as printed, meets the target in force
        then, or is worse than the floor; NaN without one). And the last row of each series,
        and its last with a number, with the columns that docs/data-dictionary.md lists: the
        chances of the last coming period, skill, coverage, reason, method, and the forecast
        made for the last settled period one period before it.
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    rules, engine = context.register.rule_set(RULES), _engine(context)
    cells = _cells(measures)
    found, results = _forecast(measures, cells, context, engine)
    rows: list[dict[str, object]] = []
    for history in found:
        result = results.get(history.last)
        coming = _full_rows(cells, result, context) if result else []
        rows += _told_rows(cells, history, result, coming, rules, engine)
        rows += coming
    table = pd.DataFrame(rows, columns=[*KEY, *_COLUMNS])
    return table.astype({**dict.fromkeys(KEY, "str"), **_COLUMNS})


def analyse_until(measures: pd.DataFrame, context: Context, last: date) -> pd.DataFrame:
    """Forecast every series as `analyse` does, but give its nearest coming periods alone.

    Parameters
    ----------
    measures : pandas.DataFrame
        The columns `READ` of the measure table.
    context : Context
    last : datetime.date
        Coming periods that end later are left out.

    Returns
    -------
    pandas.DataFrame
        The rows of state ``forecast``, in the same order, without numerators and denominators.
    """
    require(measures, READ, "measure")
    cells = _cells(measures)
    found, results = _forecast(measures, cells, context, _engine(context), last)
    rows: list[dict[str, object]] = []
    for history in found:
        if history.last in results:
            rows += _coming_rows(cells, results[history.last], context)
    kinds = {**_COLUMNS, **dict.fromkeys(KEY, "str")}
    return pd.DataFrame(rows, columns=list(_COMING)).astype({name: kinds[name] for name in _COMING})


def _engine(context: Context) -> ForecastRules:
    held = context.register
    return forecasting.rules_of(held.rule_set(METHODS), held.rule_set(FACTORS))


def _cells(measures: pd.DataFrame) -> Cells:
    needed = (*KEY, "period_end", "state")
    return {name: measures[name].to_numpy(dtype=object) for name in needed}


# --- forecasting --------------------------------------------------------------------------


def _forecast(
    measures: pd.DataFrame,
    cells: Cells,
    context: Context,
    engine: ForecastRules,
    until: date = date.max,
) -> tuple[list[History], dict[int, _Result]]:
    """Every series, and the results of those that can be forecast, by the place of their last row.

    Coming periods that end after ``until`` are left out.
    """
    rules = context.register.rule_set(RULES)
    found = histories(measures, context, rules) if len(measures) else []
    ready = series_of(measures, [one for one in found if not one.reason], rules)
    return found, _results(ready, measures, cells, context, engine, until)


def _results(
    ready: Sequence[Coming],
    measures: pd.DataFrame,
    cells: Cells,
    context: Context,
    engine: ForecastRules,
    until: date,
) -> dict[int, _Result]:
    """The results by the place of each series' last row."""
    parted = [one for one in ready if one.denominators is not None]
    wholes = dict(
        zip(
            (one.values.name for one in parted),
            forecasting.forecast([one.denominators for one in parted], engine).of,
            strict=True,
        )
    )
    series = [_with_cases(one, wholes.get(one.values.name)) for one in ready]
    counts = Counts.of(measures)
    count = int(value_of(context.register.rule_set(RULES), "paths"))
    made = forecasting.forecast(series, engine).of
    if value_of(context.register.rule_set(RULES), "stocks") == STARTS_AND_ENDS:
        made = by_flows(ready, made, wholes, counts, engine, count)
    told = with_unsettled(ready, made, measures, context, float(engine.ranges["exposed"]))
    found = [pair for pair in told if pair[1].distribution is not None]
    members = reconciled(
        [_member(one, own, wholes.get(own.name)) for one, own in found], measures, context
    )
    return {
        one.history.last: _result(one, own, member, counts, cells, count, until)
        for (one, own), member in zip(found, members, strict=True)
    }


def _member(one: Coming, found: Forecast, whole: Forecast | None) -> Member:
    """The series with its denominator, to be made to add up with its whole and its parts."""
    assert found.distribution is not None
    cases = whole.distribution if whole else None
    return Member(one.history.last, one.history.behind, found.distribution, cases)


def _with_cases(one: Coming, whole: Forecast | None) -> forecasting.Series:
    if one.values.denominators is None or whole is None or whole.distribution is None:
        return one.values
    # where there is a figure, at least one case stands behind it
    expected = float(np.mean(np.maximum(whole.distribution.quantile(0.5), 1.0)))
    return replace(one.values, coming_denominator=expected)


def _expected(distribution: Distribution) -> Floats:
    """Means of coming figures, shape (horizon,); these add up, as middles of few cases do not."""
    return np.mean(distribution.paths(_FUTURES), axis=0)


def _result(
    one: Coming,
    found: Forecast,
    member: Member,
    counts: Counts,
    cells: Cells,
    count: int,
    until: date,
) -> _Result:
    own, cases = member.values, member.wholes
    last = periods.parse(cells["period"][one.history.last])
    ahead = own.horizon - one.history.behind
    coming = [periods.shift(last, step) for step in range(1, ahead + 1)]
    near = [period for period in coming if period.end <= until]
    shown = None
    if near and is_summed(one.history.indicator, coming):
        alone = one.history.indicator.kind is MeasureKind.COUNT
        paths = np.full((1, len(near)), np.nan)
        if alone or cases is not None:
            paths = shown_paths(one, counts, futures(one, own, cases, count), near)
        shown = Shown.of(paths)
    return _Result(one, found, member, near, shown)


def _cases(one: Coming, member: Member) -> tuple[Floats, Floats]:
    """Expected numerators and denominators, each of shape (horizon,); NaN without.

    A numerator without a denominator of its own is the middle of the count.
    """
    if member.numerator is not None and member.denominator is not None:
        return member.numerator, member.denominator
    multiplier, nothing = one.history.indicator.multiplier, np.full(member.values.horizon, np.nan)
    if one.history.indicator.kind is MeasureKind.COUNT:
        return member.values.quantile(0.5) / multiplier, nothing
    if member.wholes is None:
        return nothing, nothing
    whole = _expected(member.wholes)
    return _expected(member.values) / multiplier * whole, whole


# --- rows ---------------------------------------------------------------------------------


def _key(cells: Cells, row: int) -> dict[str, object]:
    return {name: cells[name][row] for name in KEY}


def _coming_rows(cells: Cells, result: _Result, context: Context) -> list[dict[str, object]]:
    """One row for each coming period."""
    numbers = _ranges(result)
    chances = _chances(cells, result, context)
    key, rows = _key(cells, result.history.last), []
    for step, period in enumerate(result.coming):
        rows.append(
            key
            | {"period": period.code, "period_end": period.end.isoformat()}
            | {"state": str(State.FORECAST), "horizon": step + 1}
            | {name: values[step] for name, values in numbers.items()}
            | {name: _short(values[step]) for name, values in chances.items()}
        )
    return rows


def _full_rows(cells: Cells, result: _Result, context: Context) -> list[dict[str, object]]:
    """The same with expected numerators and denominators, in all columns."""
    rows = _coming_rows(cells, result, context)
    return [_BLANK | row | cases for row, cases in zip(rows, _expected_rows(result), strict=True)]


def _ranges(result: _Result) -> dict[str, list[float]]:
    """Middles and limits of the coming periods, single and as shown."""
    levels = {"": 0.5, **{f"_{name}": level for name, level in _LIMITS.items()}}
    many = len(result.coming)
    single = {end: _shorts(result.quantiles(at)[:many]) for end, at in levels.items()}
    shown = single
    if result.shown is not None:
        shown = {end: _shorts(result.quantiles(at, True)[:many]) for end, at in levels.items()}
    return {f"forecast{end}": values for end, values in single.items()} | {
        f"shown{end or '_forecast'}": values for end, values in shown.items()
    }


def _expected_rows(result: _Result) -> list[dict[str, float]]:
    """Expected numerators and denominators of the coming periods, of each a row."""
    behind, names = result.history.behind, ("forecast_numerator", "forecast_denominator")
    parts = (_shorts(part[behind:]) for part in _cases(result.one, result.member))
    pairs = zip(*parts, strict=True)
    return [dict(zip(names, pair, strict=True)) for pair in pairs]


def _chances(cells: Cells, result: _Result, context: Context) -> dict[str, list[float]]:
    """Of meeting the target and of falling below the floor, for each coming period."""
    code, unit, _ = (cells[name][result.history.last] for name in SERIES)
    indicator, below = result.history.indicator, result.below()
    levels = [context.register.target_at(code, unit, period.end) for period in result.coming]
    return {
        "forecast_target_chance": [
            chance_of_target(below, step, indicator, target)
            for step, (target, _) in enumerate(levels)
        ],
        "forecast_floor_chance": [
            chance_of_floor(below, step, indicator, target, least)
            for step, (target, least) in enumerate(levels)
        ],
    }


def _told_rows(
    cells: Cells,
    history: History,
    result: _Result | None,
    coming: list[dict[str, object]],
    rules: RuleSet,
    engine: ForecastRules,
) -> list[dict[str, object]]:
    """The series' last row, and its last with a number, with what is to be said of it."""
    said: dict[str, object] = {"forecast_reason": history.reason}
    if result is not None:
        said = _said(cells, result, rules, engine)
        said |= {name: coming[-1][name] for name in _CHANCES}
    return [
        _key(cells, row)
        | _BLANK
        | {"period_end": cells["period_end"][row], "state": cells["state"][row]}
        | said
        for row in history.told
    ]


_CHANCES = ("forecast_target_chance", "forecast_floor_chance")


def _said(
    cells: Cells, result: _Result, rules: RuleSet, engine: ForecastRules
) -> dict[str, object]:
    found = result.found
    frequency = str(result.history.indicator.frequency)
    said: dict[str, object] = {
        "forecast_reason": skill_words(found, frequency),
        "forecast_method": method_words(
            result.one,
            found,
            (rules.label, engine.label),
            result.shown is not None,
            result.member.note,
        ),
        "forecast_points": found.points,
        "forecast_origins": found.origins,
        "forecast_skill": _short(found.skill),
        "forecast_naive": found.better_naive,
        "forecast_coverage": _short(found.coverage95),
        "forecast_coverage80": _short(found.coverage80),
        "forecast_break": result.one.change,
    }
    if found.before:
        names = ("forecast_before", *(f"forecast_before_{name}" for name in _LIMITS))
        said |= {name: _short(value) for name, value in zip(names, found.before, strict=True)}
        last = periods.parse(cells["period"][result.history.last])
        said["forecast_before_period"] = periods.shift(last, -result.history.behind).code
    return said


def _shorts(values: Floats) -> list[float]:
    return [_short(value) for value in values.tolist()]


def _short(value: float) -> float:
    """Twelve significant digits, which carry any figure and drop binary noise."""
    return float(f"{value:.12g}")
