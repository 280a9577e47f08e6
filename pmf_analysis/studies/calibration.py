"""Past forecasts against what happened: whether chances and ranges can be believed.

Every series is forecast again from several past periods, by the same method and from what stood
before that period alone; each past forecast is then held against the figure that followed. The
figures are those known today: corrections made since are not undone. The rule set
``calibration`` says from which periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import forecast
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import Known
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, Rag, SeriesKind, State

RULE_SET = "calibration"

COLUMNS = (
    *SERIES,
    "period",        # of the figure
    "origin",        # last period known when it was forecast
    "horizon",       # periods from one to the other
    "frequency",     # terms.Frequency
    "kind",          # terms.SeriesKind
    "few_cases",     # whether it is a percentage of few cases
    "inside80", "inside95",              # 1 where the figure lay inside its range, 0 where not
    "shown_inside80", "shown_inside95",  # the same of the figure as shown
    "away",          # how far the forecast was off, in the indicator's unit
    "naive_away",    # the same of the last figure, and of that of the same period a year before
    "seasonal_away",
    "target_chance",  # said for the shown figure to meet the target; NaN without
    "target_met",     # 1 where it did, 0 where not; NaN where it is not rated
    "floor_chance",   # said for it to be worse than the floor
    "floor_missed",
    "rule_set",
)  # fmt: skip

_SETTLED = [str(state) for state in (State.FINAL, State.REVISED)]
_SAID = (
    "forecast", "forecast_lower80", "forecast_upper80", "forecast_lower95", "forecast_upper95",
    "shown_lower80", "shown_upper80", "shown_lower95", "shown_upper95",
    "forecast_target_chance", "forecast_floor_chance",
)  # fmt: skip
_NOTHING = pd.DataFrame(columns=[*SERIES, "period", "horizon", *_SAID])
_HAPPENED = ("value", "shown_value", "shown_state", "state", "rag", "target", "floor")
_TOUCH = 1e-9
"""Share of a figure that the end of a range may be off by binary noise."""


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Forecast every series again from past periods, and hold each forecast against the figure.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table. Held against are figures that are final.
    known : Known
        Not read.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each figure forecast and each period it was forecast from, with `COLUMNS`,
        in order of series, period and horizon.
    """
    del known
    rules = context.register.rule_set(RULE_SET)
    rows = _past(analysed, context)
    parts = [
        forecast.analyse_until(cut, context, last)
        for cut, last in _as_from(rows, rules)
        if len(cut)
    ]
    found = _held(pd.concat([part for part in parts if len(part)] or [_NOTHING]), rows)
    table = _with_kinds(_with_naive(found, rows), rows, rules, context)
    order = [*SERIES, "position", "horizon"]
    table = table.sort_values(order, kind="stable", ignore_index=True)
    return table.assign(rule_set=rules.label)[list(COLUMNS)]


# --- what stood when ----------------------------------------------------------------------


def _past(analysed: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rows of periods that are over, with their frequency and place in time."""
    rows = analysed[analysed["state"] != State.FORECAST.value]
    needed = [*forecast.READ, *_HAPPENED]
    rows = rows.loc[:, list(dict.fromkeys([*needed, *(c for c in rows if c in _LATE)]))]
    frequency = {code: str(one.frequency) for code, one in context.register.indicators.items()}
    place = {code: _position(code) for code in rows["period"].unique()}
    return rows.assign(
        frequency=rows["indicator"].map(frequency).to_numpy(dtype=object),
        position=rows["period"].map(place).to_numpy(),
    )


_LATE = ("late_share", "late_cases", "late_periods")
"""Columns of measures that are not promised and may be read."""


def _position(code: str) -> int:
    """A number that grows by one from period to period of a frequency."""
    period = periods.parse(code)
    months = period.end.year * 12 + period.end.month - 1
    return months * periods.season_length(period.frequency) // 12


def _as_from(rows: pd.DataFrame, rules: RuleSet) -> Iterator[tuple[pd.DataFrame, date]]:
    """What stood at each past origin, the first of every frequency together, and so on.

    With it the last day of the latest period that is over.
    """
    if rows.empty:
        return
    origins: dict[str, list[int]] = value_of(rules, "origins")
    newest = rows.groupby("frequency")["position"].max().to_dict()
    last_day = date.fromisoformat(rows["period_end"].max())
    read = rows[[*forecast.READ, *(name for name in rows if name in _LATE)]]
    for number in range(max(map(len, origins.values()))):
        last = {
            one: at - origins[one][number]
            for one, at in newest.items()
            if number < len(origins.get(one, ()))
        }
        limit = rows["frequency"].map(last).to_numpy(dtype=float)
        then = rows["position"].to_numpy() <= limit
        yield read[then].reset_index(drop=True), last_day


# --- what was said, and what happened -----------------------------------------------------


def _held(made: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Past forecasts beside the final figures of their periods."""
    told = rows[rows["state"].isin(_SETTLED)].sort_values("vintage", kind="stable")
    told = told.drop_duplicates([*SERIES, "period"], keep="last")
    told = told[[*SERIES, "period", "position", "frequency", *_HAPPENED]]
    both = made[[*SERIES, "period", "horizon", *_SAID]]
    both = both.merge(told, on=[*SERIES, "period"], how="inner", suffixes=("", "_held"))
    numbers = {name: _numbers(both, name) for name in (*_SAID, "value", "shown_value", "horizon")}
    rated = both["rag"].isin([Rag.GREEN.value, Rag.AMBER.value, Rag.RED.value]).to_numpy()
    rag = both["rag"].to_numpy(dtype=object)
    target, floor = rated & _given(both, "target"), rated & _given(both, "floor")
    value, shown = numbers["value"], numbers["shown_value"]
    shown = np.where(both["shown_state"].isin(_SETTLED), shown, np.nan)
    return both[[*SERIES, "period", "position", "frequency"]].assign(
        horizon=numbers["horizon"].astype(np.int64),
        inside80=_inside(value, numbers, "forecast", 80),
        inside95=_inside(value, numbers, "forecast", 95),
        shown_inside80=_inside(shown, numbers, "shown", 80),
        shown_inside95=_inside(shown, numbers, "shown", 95),
        value=value,
        away=np.abs(value - numbers["forecast"]),
        target_chance=np.where(target, numbers["forecast_target_chance"], np.nan),
        target_met=np.where(target, rag == Rag.GREEN.value, np.nan),
        floor_chance=np.where(floor, numbers["forecast_floor_chance"], np.nan),
        floor_missed=np.where(floor, rag == Rag.RED.value, np.nan),
    )


def _numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return pd.to_numeric(table[name]).to_numpy(dtype=float, na_value=np.nan)


def _given(table: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    return ~np.isnan(_numbers(table, name))


def _inside(
    value: NDArray[np.float64], numbers: dict[str, NDArray[np.float64]], of: str, level: int
) -> NDArray[np.float64]:
    """1 where a figure lies inside its range, 0 where not, NaN where one of them is missing."""
    lower, upper = numbers[f"{of}_lower{level}"], numbers[f"{of}_upper{level}"]
    slack = _TOUCH * np.maximum(np.abs(value), 1.0)
    inside = (value >= lower - slack) & (value <= upper + slack)
    return np.where(np.isnan(value + lower + upper), np.nan, inside.astype(float))


# --- what the simplest forecasts would have been ------------------------------------------


def _with_naive(found: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """How far off the last figure was, and that of the same period a year before."""
    known = rows[rows["state"].isin(_SETTLED)].sort_values("vintage", kind="stable")
    known = known.drop_duplicates([*SERIES, "period"], keep="last")
    key = [*SERIES, "position"]
    figures = known.set_index(key)["value"].astype(float)
    season = found["frequency"].map(periods.season_length).astype("int64")
    origin = found["position"] - found["horizon"]
    value = found["value"].to_numpy(dtype=float)

    def away(position: pd.Series) -> NDArray[np.float64]:
        index = pd.MultiIndex.from_frame(found[list(SERIES)].assign(position=position))
        return np.abs(value - figures.reindex(index).to_numpy(dtype=float))

    back = season * np.ceil(found["horizon"] / season).astype("int64")
    codes = known.drop_duplicates(["frequency", "position"]).set_index(["frequency", "position"])
    names = pd.MultiIndex.from_arrays([found["frequency"], origin])
    return found.assign(
        origin=codes["period"].reindex(names).fillna("").to_numpy(dtype=object),
        naive_away=away(origin),
        seasonal_away=away(found["position"] - back),
    )


def _with_kinds(
    found: pd.DataFrame, rows: pd.DataFrame, rules: RuleSet, context: Context
) -> pd.DataFrame:
    """What the figures of each series are, by the indicator and their size in the last year."""
    few = float(value_of(rules, "few_cases"))
    newest = rows.groupby(list(SERIES))["position"].transform("max")
    season = rows["frequency"].map(periods.season_length)
    recent = rows[rows["position"] > newest - season]
    size = recent.groupby(list(SERIES))[["value", "denominator"]].mean()
    index = pd.MultiIndex.from_frame(found[list(SERIES)])
    at = size.reindex(index).astype(float).reset_index(drop=True)
    share = found["indicator"].map(
        {c: one.kind is MeasureKind.PROPORTION for c, one in context.register.indicators.items()}
    )
    count = found["indicator"].map(
        {c: one.kind is MeasureKind.COUNT for c, one in context.register.indicators.items()}
    )
    small = count.to_numpy(bool) & (at["value"] < few).to_numpy()
    kind = np.select(
        [share.to_numpy(bool), small, count.to_numpy(bool)],
        [SeriesKind.PERCENT.value, SeriesKind.SMALL_COUNT.value, SeriesKind.COUNT.value],
        SeriesKind.LEVEL.value,
    )
    of_few = share.to_numpy(bool) & (at["denominator"] < few).to_numpy()
    return found.assign(kind=kind, few_cases=of_few)
