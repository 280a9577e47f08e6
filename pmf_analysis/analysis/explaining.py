"""The forecast of one series explained: level, season, steps at known dates, working days.

Made for one series at a time, when someone looks into it; the usual forecasts of all series are
those of the method ``forecast``. Both start from the same figures on the same scale. Rule set:
``explained``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._history import History, histories
from pmf_analysis.analysis._series import series_of
from pmf_analysis.errors import TableError
from pmf_analysis.forecasting.scales import Scale, scale_of, to_working, unbend
from pmf_analysis.forecasting.series import Series
from pmf_analysis.methods.structural import Coefficient, Structural, structural
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import DataPeriod, MeasureKind, State
from pmf_analysis.working_days import RULE_SET as HOLIDAYS
from pmf_analysis.working_days import WorkingDays

Floats = NDArray[np.float64]

RULES = "explained"

_FORECAST_RULES = "forecast"
_NOTHING = np.empty(0)
_DAYS = "one working day more"
_LEVELS = {"lower80": 0.1, "upper80": 0.9, "lower95": 0.025, "upper95": 0.975}


@dataclass(frozen=True)
class Step:
    """A date from which the level may have been another.

    Attributes
    ----------
    day : datetime.date
    words : str
    """

    day: date
    words: str


@dataclass(frozen=True)
class Effect:
    """What the model attributes to one cause, in the indicator's unit, at the present level.

    Attributes
    ----------
    words : str
    period : str
        Code of the first period with it; empty of the working days.
    value, low, high : float
        Estimate, and its 95% interval.
    """

    words: str
    period: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Explained:
    """An explained forecast, or why there is none. Figures in the indicator's unit.

    Attributes
    ----------
    reason : str
        Why there is none, as a clause; the rest is then empty.
    label : str
        Rule set.
    model, scale : str
        In words.
    periods, coming : tuple of str
        Codes of the periods of the history, and of those that are forecast.
    values, level, fitted : ndarray, shape (periods,)
        Figures (NaN where there is none), the level with its steps, and all components.
    season : ndarray, shape (up to a year,)
        What the time of year adds in each of the first coming periods; zeros without a season.
    middle, lower80, upper80, lower95, upper95 : ndarray, shape (coming,)
    effects : tuple of Effect
        Of the steps, in order of time, and of the working days.
    left_out : tuple of str
        Steps too near an end of the figures to be estimated, in words.
    residual_p, largest_residual : float
        See `methods.structural`.
    """

    reason: str = ""
    label: str = ""
    model: str = ""
    scale: str = ""
    periods: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    values: Floats = field(default_factory=lambda: _NOTHING)
    level: Floats = field(default_factory=lambda: _NOTHING)
    fitted: Floats = field(default_factory=lambda: _NOTHING)
    season: Floats = field(default_factory=lambda: _NOTHING)
    middle: Floats = field(default_factory=lambda: _NOTHING)
    lower80: Floats = field(default_factory=lambda: _NOTHING)
    upper80: Floats = field(default_factory=lambda: _NOTHING)
    lower95: Floats = field(default_factory=lambda: _NOTHING)
    upper95: Floats = field(default_factory=lambda: _NOTHING)
    effects: tuple[Effect, ...] = ()
    left_out: tuple[str, ...] = ()
    residual_p: float = np.nan
    largest_residual: float = np.nan


@dataclass(frozen=True)
class _Terms:
    """What the model is told, one column each: steps first, then the working days."""

    names: tuple[str, ...]
    starts: tuple[str, ...]
    before: Floats
    coming: Floats
    left_out: tuple[str, ...]
    one_day: float = 0.0
    """What one working day more adds to the term of the working days; 0 without it."""


def explain(rows: pd.DataFrame, context: Context, actions: Sequence[Step] = ()) -> Explained:
    """Explain the figures and the forecast of one series.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one series, its forecast among them.
    context : Context
        Its register holds the registered changes and the rule sets ``explained``,
        ``forecast`` and ``bank-holidays``.
    actions : sequence of Step
        What was done for the figure, besides the registered changes.

    Returns
    -------
    Explained

    Raises
    ------
    TableError
        If the rows are of no series or of several.
    """
    if len(rows[[*SERIES]].drop_duplicates()) != 1:
        raise TableError(
            f"{len(rows)} rows of {len(rows[[*SERIES]].drop_duplicates())} series",
            "rows of one series",
            "Choose the rows of one indicator, unit and cohort",
        )
    rules, usual = context.register.rule_set(RULES), context.register.rule_set(_FORECAST_RULES)
    forecast = rows["state"].astype(str) == State.FORECAST.value
    measures = rows[~forecast].sort_values("period_end", kind="stable").reset_index(drop=True)
    if measures.empty or not forecast.any():
        return Explained(_why_none(rows))
    (history,) = histories(measures, context, usual)
    if history.reason:
        return Explained(history.reason)
    ahead = int(forecast.sum()) + history.behind
    series = series_of(measures, [history], usual)[0].values
    raw = np.where(history.rows >= 0, _columns.figures(measures)[history.rows], np.nan)
    series = replace(series, values=raw)
    used = _periods_of(history, str(measures["period"].iloc[history.last]))
    coming = [periods.shift(used[-1], step) for step in range(1, ahead + 1)]
    scale = scale_of(series)
    unit = str(measures["service_area"].iloc[0])
    terms = _terms(used, coming, history.indicator, unit, actions, scale, context)
    found = structural(
        to_working(series, scale),
        ahead,
        history.season if len(used) >= _season_years(rules) * history.season else 1,
        damping=float(value_of(rules, "damping")),
        terms=terms.before,
        coming_terms=terms.coming,
        names=terms.names,
        choices=[str(choice) for choice in value_of(rules, "choices")],
    )
    return _explained(found, history, series, scale, terms, (used, coming), rules)


def _why_none(rows: pd.DataFrame) -> str:
    told = rows.get("forecast_reason", pd.Series(dtype="str")).dropna().astype(str)
    reasons = [reason for reason in told if reason]
    return reasons[-1] if reasons else "There is no forecast to explain"


def _periods_of(history: History, last: str) -> list[ReportingPeriod]:
    """The periods in use, counted back from the series' last row."""
    end = periods.parse(last)
    places = range(history.start, history.stop)
    return [periods.shift(end, place - len(history.era) + 1) for place in places]


def _season_years(rules: RuleSet) -> int:
    return int(value_of(rules, "season_years"))


def most_at_once(context: Context) -> int:
    """Indicators that may be explained at once."""
    return int(value_of(context.register.rule_set(RULES), "most_indicators"))


def steps_of(actions: pd.DataFrame) -> list[Step]:
    """Steps of rows of the study ``impact``: each action with a date, once."""
    each = actions[["action_date", "words"]].drop_duplicates().itertuples(index=False)
    dated = [(periods.parse_date(str(day)), str(words)) for day, words in each if day]
    return [Step(day, words) for day, words in dated if day is not None]


# --- what the model is told ---------------------------------------------------------------


def _terms(
    used: list[ReportingPeriod],
    coming: list[ReportingPeriod],
    indicator: Indicator,
    unit: str,
    actions: Sequence[Step],
    scale: Scale,
    context: Context,
) -> _Terms:
    """Steps by registered changes and actions, and working days where events are counted."""
    registered = [
        Step(periods.parse(one.period).start, one.reason)
        for one in context.register.breaks_of(indicator.code, unit)
        if not one.kind.stops_comparison
    ]
    steps, left_out = _steps(used, [*registered, *actions], context.register.rule_set(RULES))
    every = [*used, *coming]
    columns = [[float(period.start >= used[at].start) for period in every] for at in steps]
    names, starts = list(steps.values()), [used[at].code for at in steps]
    one_day = 0.0
    if indicator.kind is MeasureKind.COUNT and indicator.data_period is DataPeriod.MONTH:
        days = _working_days(every, context)
        usual = float(days.mean())
        columns.append((np.log(days / usual) if scale is Scale.LOG else days - usual).tolist())
        one_day = float(np.log1p(1 / usual)) if scale is Scale.LOG else 1.0
        names, starts = [*names, _DAYS], [*starts, ""]
    table = np.array(columns, dtype=float).reshape(len(columns), len(every)).T
    return _Terms(
        tuple(names), tuple(starts), table[: len(used)], table[len(used) :], left_out, one_day
    )


def _steps(
    used: list[ReportingPeriod], given: Sequence[Step], rules: RuleSet
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Place of each step's first period to its words, and those that cannot be estimated."""
    least = int(value_of(rules, "least_around_step"))
    found: dict[int, list[str]] = {}
    left_out = []
    for step in sorted(given, key=lambda one: (one.day, one.words)):
        at = next((at for at, period in enumerate(used) if period.start >= step.day), len(used))
        words = step.words.rstrip(".")
        if least <= at <= len(used) - least:
            found.setdefault(at, []).append(words)
        elif at > 0:
            left_out.append(words)
    return (
        {at: "; ".join(dict.fromkeys(words)) for at, words in sorted(found.items())},
        tuple(dict.fromkeys(left_out)),
    )


def _working_days(every: list[ReportingPeriod], context: Context) -> Floats:
    calendar = WorkingDays.of(context.register.rule_set(HOLIDAYS).values)
    before = np.array([period.start - timedelta(days=1) for period in every], "datetime64[D]")
    return calendar.between(before, np.array([period.end for period in every], "datetime64[D]"))


# --- what the model says ------------------------------------------------------------------


def _explained(
    found: Structural,
    history: History,
    series: Series,
    scale: Scale,
    terms: _Terms,
    spans: tuple[list[ReportingPeriod], list[ReportingPeriod]],
    rules: RuleSet,
) -> Explained:
    """The model's components and forecast in the indicator's unit."""
    if found.reason:
        return Explained(found.reason, rules.label)
    used, coming = spans
    stepped = sum(bool(start) for start in terms.starts)
    sizes = np.array([one.value for one in found.coefficients])
    level = found.level + terms.before[:, :stepped] @ sizes[:stepped]
    now = float(level[-1])

    def plain(z: Floats) -> Floats:
        return np.fmin(np.fmax(unbend(np.asarray(z), scale), series.lower), series.upper)

    limits = {
        name: plain(found.middle + _quantile(found.freedom, share) * found.error)
        for name, share in _LEVELS.items()
    }
    after = slice(history.behind, None)
    year = found.coming_season[: series.season]
    return Explained(
        label=rules.label,
        model=found.model,
        scale=scale.value,
        periods=tuple(period.code for period in used),
        coming=tuple(period.code for period in coming[after]),
        values=series.values,
        level=plain(level),
        fitted=plain(found.fitted),
        season=plain(now + year) - plain(np.full(len(year), now)),
        middle=plain(found.middle)[after],
        effects=tuple(
            _effect(one, start, now, terms.one_day, scale, found.freedom)
            for one, start in zip(found.coefficients, terms.starts, strict=True)
        ),
        left_out=terms.left_out,
        residual_p=found.residual_p,
        largest_residual=found.largest_residual,
        **{name: limit[after] for name, limit in limits.items()},
    )


def _effect(
    one: Coefficient, start: str, now: float, one_day: float, scale: Scale, freedom: int
) -> Effect:
    """A step against the level without it; working days against the level as it is."""
    reach = _quantile(freedom, _LEVELS["upper95"]) * one.error
    sizes = np.array([one.value, one.value - reach, one.value + reach])
    here = unbend(np.full(3, now), scale)
    moved = (
        here - unbend(now - sizes, scale) if start else unbend(now + sizes * one_day, scale) - here
    )
    return Effect(one.name, start, *(float(size) for size in moved))


def _quantile(freedom: int, share: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))
