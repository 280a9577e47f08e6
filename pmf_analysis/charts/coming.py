"""What comes next of one series, read from its rows; and what it says in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.marks import Floats
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.trend import past
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_label
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
        What was forecast for the last period one period before it; of a single figure.
    parts : ndarray, shape (2, periods)
        Numerator and denominator of a single figure: known, then expected.
    era : list of str
    states : tuple of State
        Of the history.
    record : Record
    rolls : bool
        Whether the figures in front add up several single ones.
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

    @classmethod
    def of(cls, series: pd.DataFrame, indicator: Indicator, area: str) -> Coming:
        """Read a series and its forecast.

        Parameters
        ----------
        series : pandas.DataFrame
            Rows of the analysis table of one series, those of state ``forecast`` among them.
        indicator : Indicator
        area : str
            The unit's name, for messages.

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
        single_fan = _fan(ahead, "forecast", "forecast_").within(indicator.bounds)
        told = _told(history)
        return cls(
            timeline=timeline,
            values=marks.floats(seen, "shown_value" if rolls else "value"),
            single=marks.floats(seen, "value") if rolls else nothing,
            fan=_fan(ahead, "shown_forecast", "shown_").within(indicator.bounds)
            if rolls
            else single_fan,
            single_fan=single_fan if rolls else Fan(*[nothing] * 5),
            meets=marks.floats(ahead, "forecast_target_chance"),
            falls=marks.floats(ahead, "forecast_floor_chance"),
            target=target,
            floor=floor,
            before=_fan(timeline.spread_out(told), "forecast_before", "forecast_before_"),
            parts=_parts(seen, ahead),
            era=marks.texts(seen, "era"),
            states=tuple(marks.states(seen, "shown_state" if rolls else "state"))[: last + 1],
            record=_record(told, future),
            rolls=rolls,
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


def expected(rows: pd.DataFrame, indicator: Indicator) -> str:
    """What the forecast says of its last period, and how sure it is; or that there is none.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one series.
    indicator : Indicator
    """
    coming = rows[rows["state"] == State.FORECAST.value].sort_values("period_end").tail(1)
    shown = rolls_in_front(rows, indicator)
    fan = _fan(
        coming, "shown_forecast" if shown else "forecast", "shown_" if shown else "forecast_"
    )
    fan = fan.within(indicator.bounds)
    if not len(fan.places):
        return "no forecast"
    period = periods.parse(str(coming["period"].iloc[0]))
    when = when_words(period, indicator, single=not shown)
    between = range_words(fan.low80[0], fan.high80[0], indicator)
    sure = f" ({LIKELY}: {between})" if between else ""
    return f"about {words.shown(fan.middle[0], indicator)} {when} if nothing changes{sure}"


def when_words(
    period: periods.ReportingPeriod, indicator: Indicator, *, single: bool = False
) -> str:
    """A period after its preposition: ``in June 2025``, ``in the 12 months to June 2025``."""
    if indicator.stock and not single:
        return f"on {shown_label(period, indicator)}"
    return f"in {periods.in_sentence(period.label if single else shown_label(period, indicator))}"


def range_words(low: float, high: float, indicator: Indicator) -> str:
    """A range as every text of the chart prints it; empty where there is none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    return formats.interval(low, high, indicator.unit, indicator.decimals)


def said_of_record(coming: Coming, indicator: Indicator) -> str:
    """How such ranges held on past figures, and what else a reader must know of the forecast."""
    record, held = coming.record, ""
    shares = (record.coverage80, record.coverage95)
    if len(coming.fan.places) and np.isfinite(shares).all():
        single = f" of single {_PERIODS[indicator.frequency]}" if coming.rolls else ""
        first, second = (formats.with_unit(100 * share, "percent") for share in shares)
        tried = f"in {record.origins} past forecasts" if record.origins else "in past forecasts"
        held = (
            f"Tried {tried}{single}, the darker range held {first} of what came, "
            f"the lighter one {second}; 80% and 95% are promised"
        )
    return words.sentences(held, record.unusual, _said_of_cases(record.cases, indicator))


def said_of_before(coming: Coming, indicator: Indicator) -> str:
    """What was forecast for the last period one period before it, beside what came."""
    places = coming.before.places
    if not len(places):
        return ""
    at = places[-1]
    came = (coming.single if coming.rolls else coming.values)[at]
    label = words.within_period(coming.timeline.periods[at].label)
    ranges = (
        f"{chances}: {text}"
        for chances, low, high in (
            (LIKELY, coming.before.low80[at], coming.before.high80[at]),
            (NEARLY, coming.before.low95[at], coming.before.high95[at]),
        )
        if (text := range_words(low, high, indicator))
    )
    told = "; ".join(ranges)
    foretold = words.shown(coming.before.middle[at], indicator) + (f" ({told})" if told else "")
    since = f"; it came to {words.shown(came, indicator)}" if np.isfinite(came) else ""
    alone = f"{label} alone" if coming.rolls else label
    return (
        f"One {STEP[indicator.frequency]} before, the forecast for {alone} was {foretold}{since}."
    )


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
_PERIODS = {step: formats.plural(word) for step, word in STEP.items()}


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


def _fan(rows: pd.DataFrame, middle: str, prefix: str) -> Fan:
    ranges = (f"{prefix}{edge}{level}" for level in (80, 95) for edge in ("lower", "upper"))
    return Fan(marks.floats(rows, middle), *(marks.floats(rows, name) for name in ranges))


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


def _said_of_cases(cases: float, indicator: Indicator) -> str:
    """What one case weighs in a coming period, where that is a percentage point or more."""
    share = indicator.kind is MeasureKind.PROPORTION and indicator.unit == "percent"
    if not share or not cases >= 1:
        return ""
    weight = formats.round_half_up(100 / round(cases))
    if weight < 1:
        return ""
    step, count = STEP[indicator.frequency], formats.number(cases)
    moved = formats.difference(weight, "percent")
    return f"A coming {step} counts about {count}, so that one case moves it by about {moved}"
