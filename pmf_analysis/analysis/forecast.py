"""What comes next if nothing changes: a mean of simple forecasts, with honest ranges.

The rule set ``forecast`` says how far, from how many figures, and with what. No forecast is
made across a registered break, a gap, or from figures that overlap; the reason is then given
in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _backtest, _pool
from pmf_analysis.analysis._backtest import Backtest, BacktestRules
from pmf_analysis.analysis._history import History, histories
from pmf_analysis.analysis._levels import at_last_level
from pmf_analysis.analysis._pool import Floats, PoolRules
from pmf_analysis.analysis._scale import Scale, Working, bend, to_working, unbend
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, SERIES, require
from pmf_analysis.terms import Polarity, State

RULES = "forecast"

_COLUMNS = {
    "period_end": "str", "state": "str", "horizon": "int64",
    "forecast": "float64", "forecast_lower80": "float64", "forecast_upper80": "float64",
    "forecast_lower95": "float64", "forecast_upper95": "float64",
    "forecast_skill": "float64", "forecast_reason": "str", "forecast_method": "str",
    "forecast_points": "int64", "forecast_coverage": "float64",
    "forecast_target_chance": "float64",
}  # fmt: skip

Cells = dict[str, NDArray[np.object_]]
"""Columns of the measure table as arrays, for quick look-ups."""

_NAIVE = {
    "month": "last month's figure, or that of the same month a year before",
    "quarter": "last quarter's figure, or that of the same quarter a year before",
    "year": "last year's figure",
}


@dataclass(frozen=True)
class _Batch:
    """Series of one frequency, length and scale, forecast together."""

    histories: list[History]
    scale: Scale
    z: Floats
    floor: Floats
    horizon: int
    pool: PoolRules
    past: BacktestRules

    @property
    def season(self) -> int:
        return self.histories[0].season

    @property
    def frequency(self) -> str:
        return str(self.histories[0].indicator.frequency)


@dataclass(frozen=True)
class _Result:
    """What is known of the coming periods of one series, on its working scale."""

    history: History
    scale: Scale
    centre: Floats
    error: Floats
    freedom: int
    skill: float
    coverage: float
    tried: int
    seasonal: bool


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Forecast every series that has enough comparable history.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``era`` and ``segment``.
    context : Context
        Its register holds the rule set ``forecast``; see its file for the values.

    Returns
    -------
    pandas.DataFrame
        Rows of state ``forecast`` for coming periods: key columns (with the vintage of the
        series' last row), ``period_end``, ``state``, ``horizon``, ``forecast`` and its
        ``forecast_lower80``, ``forecast_upper80``, ``forecast_lower95`` and
        ``forecast_upper95``, in the indicator's unit. And the last row of each series, and
        its last with a number, with ``forecast_skill`` (share by which past forecasts came
        closer than the better naive one), ``forecast_reason`` (what that means, or why there
        is no forecast), ``forecast_method``, ``forecast_points`` (figures used),
        ``forecast_coverage`` (share of past figures inside their 95% range) and
        ``forecast_target_chance`` (that the last coming figure meets the target in force
        then; NaN without one, or where the rated figure spans several delivered ones).
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    rules = context.register.rule_set(RULES)
    found = histories(measures, context, rules) if len(measures) else []
    results = {
        result.history.last: result
        for batch in _batches(measures, [one for one in found if not one.reason], rules)
        for result in _forecast(batch)
    }
    needed = (*KEY, "period_end", "state")
    cells = {name: measures[name].to_numpy(dtype=object) for name in needed}
    rows: list[dict[str, object]] = []
    for history in found:
        result = results.get(history.last)
        rows += _told_rows(cells, history, result, context, rules)
        rows += _coming_rows(cells, result) if result else []
    table = pd.DataFrame(rows, columns=[*KEY, *_COLUMNS])
    return table.astype({**dict.fromkeys(KEY, "str"), **_COLUMNS})


# --- grouping -----------------------------------------------------------------------------


def _batches(measures: pd.DataFrame, found: list[History], rules: RuleSet) -> list[_Batch]:
    """Group series that can be worked on as one array."""
    columns = {
        name: pd.to_numeric(measures[name]).to_numpy(dtype=float, na_value=np.nan)
        for name in ("value", "numerator", "denominator")
    }
    ratio = float(value_of(rules, "scale.log_up_to_ratio"))
    groups: dict[tuple[str, int, str], list[tuple[History, Working]]] = {}
    for history in found:
        working = to_working(
            *(columns[name][history.rows] for name in columns), history.indicator, ratio
        )
        key = (str(history.indicator.frequency), len(history.rows), working.scale.value)
        groups.setdefault(key, []).append((history, working))
    return [_batch(*key[:2], groups[key], rules) for key in sorted(groups)]


def _batch(
    frequency: str, points: int, members: list[tuple[History, Working]], rules: RuleSet
) -> _Batch:
    share = int(points * float(value_of(rules, "longest_share_of_history")))
    z = [at_last_level(working.z, one.level, one.season) for one, working in members]
    pool, past = value_of(rules, "pool"), value_of(rules, "backtest")
    return _Batch(
        histories=[history for history, _ in members],
        scale=members[0][1].scale,
        z=np.stack(z),
        floor=np.array([working.floor for _, working in members]),
        horizon=max(min(int(value_of(rules, "horizons")[frequency]), share), 1),
        pool=PoolRules(
            weights={name: float(weight) for name, weight in pool["weights"].items()},
            alphas=tuple(float(alpha) for alpha in pool["alphas"]),
            start_points=int(pool["start_points"]),
            seasonal_cycles=int(pool["seasonal_cycles"]),
            seasonal_z=float(pool["seasonal_z"]),
        ),
        past=BacktestRules(
            first_origin=int(past["first_origin"][frequency]),
            most_origins=int(past["most_origins"][frequency]),
            shrink=float(value_of(rules, "intervals.shrink_to_all_horizons")),
            least_freedom=int(value_of(rules, "intervals.least_freedom")),
        ),
    )


# --- forecasting --------------------------------------------------------------------------


def _forecast(batch: _Batch) -> list[_Result]:
    """Forecasts, standard errors, skill and coverage of one batch."""
    centre = _pool.combined(batch.z, batch.season, batch.horizon, batch.pool)
    tried = _backtest.past_forecasts(batch.z, batch.season, batch.horizon, batch.pool, batch.past)
    squared, counts = _backtest.squared_errors(tried.errors)
    error = _backtest.standard_errors(squared, counts, batch.floor, batch.past.shrink)
    covered = _backtest.coverage(tried, batch.floor, batch.past)
    skill = _skill(batch, tried)
    pattern = _pool.seasonal_pattern(batch.z, batch.season, batch.pool)
    return [
        _Result(
            history=history,
            scale=batch.scale,
            centre=centre[place],
            error=error[place],
            freedom=_backtest.freedom(tried.origins, batch.past.least_freedom),
            skill=float(skill[place]),
            coverage=float(covered[place]),
            tried=tried.origins,
            seasonal=bool(np.any(pattern[place] != 0)),
        )
        for place, history in enumerate(batch.histories)
    ]


def _skill(batch: _Batch, tried: Backtest) -> Floats:
    """Skill in the indicator's unit, against the naive and the seasonal naive forecast."""
    rivals = [tried.naive] + ([tried.seasonal_naive] if batch.season > 1 else [])
    return _backtest.skill(
        unbend(tried.actual, batch.scale),
        unbend(tried.combined, batch.scale),
        [unbend(rival, batch.scale) for rival in rivals],
    )


def _limits(result: _Result) -> dict[str, Floats]:
    """Centre and limits in the indicator's unit, in order by construction."""
    from scipy.special import stdtrit

    inner = stdtrit(result.freedom, 0.9) * result.error
    outer = stdtrit(result.freedom, 0.975) * result.error
    bent = {
        "forecast": result.centre,
        "forecast_lower80": result.centre - inner,
        "forecast_upper80": result.centre + inner,
        "forecast_lower95": result.centre - outer,
        "forecast_upper95": result.centre + outer,
    }
    return {name: unbend(z, result.scale) for name, z in bent.items()}


def _target_chance(result: _Result, series: tuple[str, ...], end: date, context: Context) -> float:
    """Chance that the figure at the last horizon, as printed, meets the target in force then."""
    indicator = result.history.indicator
    if indicator.data_period.overlaps or indicator.polarity is Polarity.NEUTRAL:
        return np.nan
    target, _ = context.register.target_at(series[0], series[1], end)
    if target is None:
        return np.nan
    half = 0.5 * 10.0**-indicator.decimals
    below = _chance_below(result)
    if indicator.polarity is Polarity.HIGH:
        return 1 - below(target.value - half)
    if indicator.polarity is Polarity.LOW:
        return below(target.value + half)
    reach = float(indicator.tolerance or 0.0) + half
    return max(below(target.value + reach) - below(target.value - reach), 0.0)


def _chance_below(result: _Result) -> Callable[[float], float]:
    from scipy.special import stdtr

    def below(value: float) -> float:
        at = bend(np.array([value]), result.scale)[0]
        return float(stdtr(result.freedom, (at - result.centre[-1]) / result.error[-1]))

    return below


# --- rows and words -----------------------------------------------------------------------


def _key(cells: Cells, row: int) -> dict[str, object]:
    return {name: cells[name][row] for name in KEY}


def _coming_rows(cells: Cells, result: _Result) -> list[dict[str, object]]:
    """One row for each coming period."""
    last = periods.parse(cells["period"][result.history.last])
    limits = _limits(result)
    rows = []
    for step in range(1, len(result.centre) + 1):
        period = periods.shift(last, step)
        numbers = {name: _short(values[step - 1]) for name, values in limits.items()}
        rows.append(
            _key(cells, result.history.last)
            | _blank()
            | {"period": period.code, "period_end": period.end.isoformat()}
            | {"state": str(State.FORECAST), "horizon": step}
            | numbers
        )
    return rows


def _told_rows(
    cells: Cells,
    history: History,
    result: _Result | None,
    context: Context,
    rules: RuleSet,
) -> list[dict[str, object]]:
    """The series' last row, and its last with a number, with what is to be said of it."""
    said: dict[str, object] = {"forecast_reason": history.reason}
    if result is not None:
        series = tuple(cells[name][history.last] for name in SERIES)
        last = periods.parse(cells["period"][history.last])
        end = periods.shift(last, len(result.centre)).end
        said = {
            "forecast_reason": _skill_words(result),
            "forecast_method": _method_words(result, rules),
            "forecast_points": len(history.rows),
            "forecast_skill": _short(result.skill),
            "forecast_coverage": _short(result.coverage),
            "forecast_target_chance": _short(_target_chance(result, series, end, context)),
        }
    return [
        _key(cells, row)
        | _blank()
        | {"period_end": cells["period_end"][row], "state": cells["state"][row]}
        | said
        for row in history.told
    ]


def _blank() -> dict[str, object]:
    empty = {"str": "", "int64": 0, "float64": np.nan}
    return {name: empty[kind] for name, kind in _COLUMNS.items()}


def _short(value: float) -> float:
    """Twelve significant digits, which carry any figure and drop binary noise."""
    return float(f"{value:.12g}")


def _skill_words(result: _Result) -> str:
    naive = _NAIVE[str(result.history.indicator.frequency)]
    if result.skill <= 0:
        return f"On past figures the forecast is no better than {naive}"
    share = round(100 * result.skill)
    closer = f"{share}%" if share else "less than 1%"
    return f"On past figures the forecast came {closer} closer than {naive}"


def _method_words(result: _Result, rules: RuleSet) -> str:
    history: History = result.history
    indicator: Indicator = history.indicator
    yearly = history.season == 1
    pool = "the last figure" + ("" if yearly else ", the same period a year before")
    parts = [
        f"{rules.label}: mean of {pool} and simple smoothing",
        f"{result.scale.value} scale",
        f"ranges from {result.tried} past forecasts",
    ]
    if not yearly:
        parts.append("season found" if result.seasonal else "no season found")
    if len(set(history.level.tolist())) > 1:
        parts.append("earlier figures moved to the level after a registered change")
    if indicator.polarity is not Polarity.NEUTRAL and indicator.data_period.overlaps:
        parts.append("no chance of meeting the target: it is rated on a longer stretch")
    return "; ".join(parts)
