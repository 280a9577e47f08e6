"""What a chart of a forecast says in words: title, alternative text, caption."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.charts import words
from pmf_analysis.charts.coming import LIKELY, NEARLY, STEP, Coming, Fan, rolls_in_front
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_label
from pmf_analysis.terms import MeasureKind, State

_PERIODS = {step: formats.plural(word) for step, word in STEP.items()}


def expected(rows: pd.DataFrame, indicator: Indicator, due: str = "") -> str:
    """What the forecast says of one period, and how sure it is; or that there is none.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one series.
    indicator : Indicator
    due : str
        Code of the coming period; the last one when empty or not forecast.
    """
    coming = rows[rows["state"] == State.FORECAST.value].sort_values("period_end")
    asked = coming[coming["period"] == due]
    coming = (coming if asked.empty else asked).tail(1)
    shown = rolls_in_front(rows, indicator)
    fan = Fan.of(
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
    if indicator.stock:
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
        single = "single " if coming.rolls else ""
        first, second = (formats.with_unit(100 * share, "percent") for share in shares)
        dates = f", from {record.origins} earlier dates" if record.origins > 1 else ""
        held = (
            f"Tried on past {single}{_PERIODS[indicator.frequency]}{dates}: the darker range held "
            f"{first} of what came, the lighter one {second}; 80% and 95% are promised"
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


def alt(coming: Coming, title: str, indicator: Indicator, area: str, breaks: str) -> str:
    """What the picture shows, in sentences.

    Parameters
    ----------
    coming : Coming
    title : str
        The message.
    indicator : Indicator
    area : str
        The unit's name.
    breaks : str
        Sentences that spell out breaks.
    """
    what = f" for {words.rolling_name(indicator)}" if coming.rolls else ""
    return words.sentences(
        title,
        f"Line chart with forecast of {indicator.name}{what} for {area}, {coming.timeline.words}",
        words.first_last_range(coming.values, coming.timeline, indicator, coming.era),
        _said_of_due(coming, indicator),
        words.targets(coming.target, coming.floor, indicator),
        _said_of_chances(coming, indicator),
        said_of_before(coming, indicator),
        breaks.replace("Dotted upright lines", "Breaks"),
        words.gaps(coming.states, coming.timeline),
    )


def _said_of_due(coming: Coming, indicator: Indicator) -> str:
    """The forecast of the period asked for with its ranges, or why there is none."""
    fan, at = coming.fan, coming.due
    if at < 0:
        reason = coming.record.reason
        return f"No forecast: {reason}" if reason else "There is no forecast"
    name = _named(coming, indicator, at)
    said = [f"The forecast for {name} is {words.shown(fan.middle[at], indicator)}"]
    if between := range_words(fan.low80[at], fan.high80[at], indicator):
        said.append(f"{LIKELY} that it lies within {between}")
    if between := range_words(fan.low95[at], fan.high95[at], indicator):
        said.append(f"{NEARLY} within {between}")
    last = fan.places[-1]
    later = ""
    if last != at:
        figure = words.shown(fan.middle[last], indicator)
        later = f"For {_named(coming, indicator, last)} it is {figure}"
    return words.sentences("; ".join(said), later)


def _named(coming: Coming, indicator: Indicator, at: int) -> str:
    period = coming.timeline.periods[at]
    return when_words(period, indicator, single=not coming.rolls).partition(" ")[2]


def _said_of_chances(coming: Coming, indicator: Indicator) -> str:
    if coming.due < 0:
        return ""
    meets, falls = coming.meets[coming.due], coming.falls[coming.due]
    said = []
    if np.isfinite(meets):
        target = words.level(coming.target[coming.due], indicator)
        chance = formats.chance(meets)
        said.append(f"the chance that it then meets the target of {target} is {chance}")
    if np.isfinite(falls):
        worse = f"worse than the {indicator.bound}"
        said.append(f"the chance that it is {worse} is {formats.chance(falls)}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


def caption(coming: Coming, indicator: Indicator, beyond: int, breaks: str, scale: str) -> str:
    """How to read the picture, and how far to trust it.

    Parameters
    ----------
    coming : Coming
    indicator : Indicator
    beyond : int
        Single figures that lie beyond the axis.
    breaks, scale : str
        Sentences that spell out breaks, and where the axis starts.
    """
    reason = coming.record.reason
    if not len(coming.fan.places):
        return words.sentences(f"No forecast: {reason}" if reason else "No forecast", breaks, scale)
    how = (
        f"If nothing changes, there are about {LIKELY} that a figure falls into the darker range, "
        f"{NEARLY} for the lighter one; the dashed line is the middle"
    )
    step = STEP[indicator.frequency]
    edge = (
        f"Beyond the axis, marked at its edge: {beyond} single "
        f"{formats.plural(step) if beyond > 1 else step}"
        if beyond
        else ""
    )
    chances = [one[coming.due] for one in (coming.meets, coming.falls)]
    then = f"The chances are those of {_named(coming, indicator, coming.due)}"
    return words.sentences(
        how,
        then if np.isfinite(chances).any() else "",
        said_of_record(coming, indicator),
        edge,
        breaks,
        scale,
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
