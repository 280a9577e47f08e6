"""What comes next of one series, read from its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.marks import Floats
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.trend import past
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import Frequency, MeasureKind, State

HISTORY = 48
"""Periods of history that are drawn."""
LIKELY, NEARLY = "4 chances in 5", "19 in 20"
"""What the two ranges promise, as every text says it."""


@dataclass(frozen=True)
class Fan:
    """A middle with its ranges, one entry for each period of an axis; NaN where there is none."""

    middle: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame, middle: str, prefix: str) -> Fan:
        """From columns: the middle's name, and what those of its ranges begin with."""
        ranges = (f"{prefix}{edge}{level}" for level in (80, 95) for edge in ("lower", "upper"))
        return cls(marks.floats(rows, middle), *(marks.floats(rows, name) for name in ranges))

    @property
    def places(self) -> np.ndarray:
        """Periods that have one."""
        return np.flatnonzero(np.isfinite(self.middle))

    def within(self, bounds: tuple[float, float]) -> Fan:
        """The same within what is possible; the stored numbers are not clipped."""
        return Fan(*(np.clip(part, *bounds) for part in self.parts))

    @property
    def parts(self) -> tuple[Floats, ...]:
        """Middle, 80% range, 95% range."""
        return self.middle, self.low80, self.high80, self.low95, self.high95


@dataclass(frozen=True)
class Record:
    """How forecasts of the series did on past figures.

    Attributes
    ----------
    reason : str
        What that means, or why there is no forecast.
    unusual : str
        An undeclared change near the end, in words; empty without.
    origins : int
        Past forecasts tried.
    coverage80, coverage95 : float
        Share of past figures inside such ranges; NaN where that is not known.
    cases : float
        Denominator expected in the last coming period; NaN without.
    """

    reason: str
    unusual: str
    origins: int
    coverage80: float
    coverage95: float
    cases: float


@dataclass(frozen=True)
class Coming:
    """A series and its forecast, one entry for each period of the axis.

    Attributes
    ----------
    timeline : Timeline
    values : ndarray
        Figures in front: as shown and rated.
    single : ndarray
        The single figures behind a rolling one; NaN elsewhere.
    fan : Fan
        What may come, of the figures in front.
    single_fan : Fan
        The same of the single figures behind a rolling one.
    meets, falls : ndarray
        Chance of meeting the target, and of a figure worse than the floor.
    target, floor : ndarray
    before : Fan
        What was forecast for the last settled period one period before it; of a single figure.
    parts : ndarray, shape (2, periods)
        Numerator and denominator of a single figure: known, then expected.
    era : list of str
    states : tuple of State
        Of the history.
    record : Record
    rolls : bool
        Whether the figures in front add up several single ones.
    due : int
        Place of the period that chances and title speak of; -1 where nothing is forecast.
    """

    timeline: Timeline
    values: Floats
    single: Floats
    fan: Fan
    single_fan: Fan
    meets: Floats
    falls: Floats
    target: Floats
    floor: Floats
    before: Fan
    parts: Floats
    era: list[str]
    states: tuple[State, ...]
    record: Record
    rolls: bool
    due: int

    @classmethod
    def of(cls, series: pd.DataFrame, indicator: Indicator, area: str, due: str = "") -> Coming:
        """Read a series and its forecast.

        Parameters
        ----------
        series : pandas.DataFrame
            Rows of the analysis table of one series, those of state ``forecast`` among them.
        indicator : Indicator
        area : str
            The unit's name, for messages.
        due : str
            Code of the coming period at which the target falls due; the last one when empty
            or not forecast.

        Raises
        ------
        TableError
            If the table lacks period, period_end, value or state.
        ParameterError
            If the table holds no history.
        """
        history = past(series, indicator, area).drop_duplicates("period", keep="last").tail(HISTORY)
        future = series[series["state"] == State.FORECAST.value].sort_values("period_end")
        rolls = rolls_in_front(series, indicator)
        timeline = Timeline.of([*history["period"], *future["period"]])
        seen, ahead = timeline.spread_out(history), timeline.spread_out(future)
        known, planned = (
            [marks.floats(rows, name) for name in ("target", "floor")] for rows in (seen, ahead)
        )
        target, floor = (
            marks.held(np.where(np.isnan(old), new, old))
            for old, new in zip(known, planned, strict=True)
        )
        nothing = np.full(len(timeline), np.nan)
        last = int(timeline.place(str(history["period"].iloc[-1])))
        single_fan = Fan.of(ahead, "forecast", "forecast_").within(indicator.bounds)
        shown_fan = Fan.of(ahead, "shown_forecast", "shown_").within(indicator.bounds)
        fan = shown_fan if rolls else single_fan
        told = _told(history)
        return cls(
            timeline=timeline,
            values=marks.floats(seen, "shown_value" if rolls else "value"),
            single=marks.floats(seen, "value") if rolls else nothing,
            fan=fan,
            single_fan=single_fan if rolls else Fan(*[nothing] * 5),
            meets=marks.floats(ahead, "forecast_target_chance"),
            falls=marks.floats(ahead, "forecast_floor_chance"),
            target=target,
            floor=floor,
            before=Fan.of(timeline.spread_out(_dated(told)), "forecast_before", "forecast_before_"),
            parts=_parts(seen, ahead),
            era=marks.texts(seen, "era"),
            states=tuple(marks.states(seen, "shown_state" if rolls else "state"))[: last + 1],
            record=_record(told, future),
            rolls=rolls,
            due=_place_of(due, timeline, fan),
        )

    @property
    def last(self) -> int:
        """Place of the last known figure in front; -1 where there is none."""
        known = np.flatnonzero(np.isfinite(self.values))
        return int(known[-1]) if len(known) else -1


def rolls_in_front(series: pd.DataFrame, indicator: Indicator) -> bool:
    """Whether what comes is told of a figure that adds up several single ones.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of the analysis table of one series.
    indicator : Indicator
    """
    shown, value = marks.floats(series, "shown_value"), marks.floats(series, "value")
    both = np.isfinite(shown) & np.isfinite(value)
    differ = bool((np.abs(shown - value)[both] > 1e-9).any())
    told, alone = (
        bool(np.isfinite(marks.floats(series, name)).any())
        for name in ("shown_forecast", "forecast")
    )
    return indicator.data_period.overlaps and differ and (told or not alone)


def table(coming: Coming, indicator: Indicator) -> pd.DataFrame:
    """Every number that is drawn, a row for each period; only the columns that hold any."""
    decimals = indicator.decimals
    unit = words.measured_in(indicator)
    name = (
        f"Figure for {words.rolling_name(indicator)}, {unit}" if coming.rolls else f"Figure, {unit}"
    )
    single = f"Single {STEP[indicator.frequency]}"
    count = "Count" if indicator.kind is MeasureKind.COUNT else "Numerator"
    figures = {
        name: coming.values,
        **_columns("Forecast", coming.fan),
        **_columns(f"Forecast one {STEP[indicator.frequency]} before", coming.before),
        single: coming.single,
        **_columns(f"{single}, forecast", coming.single_fan),
    }
    columns = {
        "Period": [period.label for period in coming.timeline.periods],
        **{title: np.round(part, decimals) for title, part in figures.items()},
        **_counts(coming, count),
        "Target": coming.target,
        indicator.bound.capitalize(): coming.floor,
        "Chance of meeting the target": _percents(coming.meets),
        f"Chance of a figure worse than the {indicator.bound}": _percents(coming.falls),
        "State": [
            coming.states[place].label if place < len(coming.states) else State.FORECAST.label
            for place in range(len(coming.timeline))
        ],
    }
    return pd.DataFrame(columns).dropna(axis="columns", how="all")


STEP = {Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}


def _columns(name: str, fan: Fan) -> dict[str, Floats]:
    return {
        name: fan.middle,
        f"{name}: {LIKELY}, from": fan.low80,
        f"{name}: {LIKELY}, to": fan.high80,
        f"{name}: {NEARLY}, from": fan.low95,
        f"{name}: {NEARLY}, to": fan.high95,
    }


def _counts(coming: Coming, count: str) -> dict[str, Floats]:
    """Parts of single figures; a count has none but itself."""
    numerator, denominator = np.round(coming.parts, 1)
    if not np.isfinite(denominator).any():
        return {}
    return {count: numerator, "Denominator": denominator}


def _percents(chances: Floats) -> list[str | float]:
    return [formats.chance_share(one) if one == one else np.nan for one in chances]


def _place_of(due: str, timeline: Timeline, fan: Fan) -> int:
    given = fan.places
    if not len(given):
        return -1
    asked = int(timeline.place(due)) if due else -1
    return asked if asked in given else int(given[-1])


def _parts(seen: pd.DataFrame, ahead: pd.DataFrame) -> Floats:
    return np.array(
        [
            np.where(np.isnan(known), planned, known)
            for known, planned in (
                (marks.floats(seen, name), marks.floats(ahead, f"forecast_{name}"))
                for name in ("numerator", "denominator")
            )
        ]
    )


def _told(history: pd.DataFrame) -> pd.DataFrame:
    """The row that carries the record: the last that says something of a forecast."""
    said = pd.Series(marks.texts(history, "forecast_reason"), history.index).ne("")
    return (history[said] if said.any() else history).tail(1)


def _dated(told: pd.DataFrame) -> pd.DataFrame:
    """The same row under the period that its earlier forecast was made for."""
    period = marks.texts(told, "forecast_before_period")[0]
    return told.assign(period=period) if period else told


def _record(told: pd.DataFrame, future: pd.DataFrame) -> Record:
    origins = marks.floats(told, "forecast_origins")[0]
    cases = marks.floats(future, "forecast_denominator")
    return Record(
        reason=marks.texts(told, "forecast_reason")[0],
        unusual=marks.texts(told, "forecast_break")[0],
        origins=int(origins) if np.isfinite(origins) else 0,
        coverage80=marks.floats(told, "forecast_coverage80")[0],
        coverage95=marks.floats(told, "forecast_coverage")[0],
        cases=cases[-1] if len(cases) else np.nan,
    )
