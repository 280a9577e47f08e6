"""What a chart shows, in sentences: for alternative text and captions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmf_analysis import formats
from pmf_analysis.charts.timeline import Timeline, stretches
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

Floats = NDArray[np.float64]


def shown(value: float, indicator: Indicator) -> str:
    """A value with its unit and the indicator's decimals."""
    return formats.with_unit(value, indicator.unit, indicator.decimals)


def short(value: float, indicator: Indicator) -> str:
    """A value beside its line: the number, and a per cent sign where it is one."""
    sign = "%" if indicator.unit == "percent" else ""
    return formats.number(value, indicator.decimals) + sign


def short_level(value: float, indicator: Indicator) -> str:
    """A target or a floor beside its line, without needless decimals."""
    decimals = 0 if float(value).is_integer() else max(1, indicator.decimals)
    return formats.number(value, decimals) + ("%" if indicator.unit == "percent" else "")


def within_period(label: str) -> str:
    """A period in a sentence: ``the year to March 2025``, ``March 2025``."""
    return f"the {label}" if label.startswith(("year", "school year")) else label


def measured_in(indicator: Indicator) -> str:
    """The unit in words, for a subtitle or a header."""
    known = {"percent": "per cent", "per_10000": "per 10,000 children", "count": "number"}
    return known.get(indicator.unit, indicator.unit)


def rolling_name(indicator: Indicator) -> str:
    """What a figure that adds up several single ones covers: ``12 months``."""
    return {"R12M": "12 months", "R3Y": "3 years", "YTD": "year so far"}.get(
        indicator.data_period.value, indicator.data_period.label
    )


def subtitle(indicator: Indicator, *more: str) -> str:
    """Name and unit of the measure, once each, and what else there is to say."""
    unit = measured_in(indicator)
    named = unit.casefold() in indicator.name.casefold()
    measure = indicator.name if named else f"{indicator.name}, {unit}"
    return ". ".join(part[0].upper() + part[1:] for part in (measure, *more) if part)


def level(value: float, indicator: Indicator) -> str:
    """A target or a floor with its unit, without needless decimals."""
    decimals = 0 if float(value).is_integer() else max(1, indicator.decimals)
    return formats.with_unit(value, indicator.unit, decimals)


def first_last_range(
    values: Floats, timeline: Timeline, indicator: Indicator, era: Sequence[str] = ()
) -> str:
    """First and last value and the range, or that there is no value.

    No sentence spans a break: with several eras, only the last one is told.
    """
    parts = stretches(era)
    if len(parts) > 1:
        first = parts[-1][0]
        since = Timeline(timeline.periods[first:])
        told = first_last_range(values[first:], since, indicator)
        return f"Since the break at {_named(timeline, first)}: {told[0].lower()}{told[1:]}"
    given = np.flatnonzero(~np.isnan(values))
    if not len(given):
        return "No figure is published."
    first, last = given[0], given[-1]
    if first == last:
        return f"One figure: {shown(values[first], indicator)} in {_named(timeline, first)}."
    low, high = given[np.argmin(values[given])], given[np.argmax(values[given])]
    return (
        f"It starts at {shown(values[first], indicator)} in {_named(timeline, first)} and ends at "
        f"{shown(values[last], indicator)} in {_named(timeline, last)}; the lowest is "
        f"{shown(values[low], indicator)} in {_named(timeline, low)}, the highest "
        f"{shown(values[high], indicator)} in {_named(timeline, high)}."
    )


def special_causes(kinds: Sequence[str], timeline: Timeline) -> str:
    """Which points are unlikely to be chance, by meaning, the last one named."""
    chance = ", unlikely to be chance"
    words = {
        "improvement": f"improvement{chance}",
        "concern": f"concern{chance}",
        "neutral": f"something unusual{chance}",
        "doubted": "in doubt until it is explained",
    }
    sentences = []
    for kind, word in words.items():
        found = [place for place, given in enumerate(kinds) if given == kind]
        if found:
            points = f"{len(found)} point{'s' if len(found) > 1 else ''}"
            latest = "the latest " if len(found) > 1 else ""
            sentences.append(f"{points} marked as {word}, {latest}in {_named(timeline, found[-1])}")
    if not sentences:
        return ""
    joined = "; ".join(sentences)
    return joined[0].upper() + joined[1:] + "."


def usual_range(centre: Floats, lower: Floats, upper: Floats, indicator: Indicator) -> str:
    """The limits at the end of the series, or nothing where there are none."""
    given = np.flatnonzero(~np.isnan(centre) & ~np.isnan(lower) & ~np.isnan(upper))
    if not len(given):
        return ""
    last = given[-1]
    between = formats.interval(lower[last], upper[last], indicator.unit, indicator.decimals)
    return f"The usual range is now {between}, around {shown(centre[last], indicator)}."


def targets(target: Floats, floor: Floats, indicator: Indicator) -> str:
    """The latest target and floor, and whether the target changed."""
    held = target[~np.isnan(target)]
    if not len(held):
        return ""
    words = f"The target is {level(held[-1], indicator)}"
    changed = len(np.unique(held)) > 1
    words += f", and was {level(held[0], indicator)} at first" if changed else ""
    floors = floor[~np.isnan(floor)]
    words += f"; the {indicator.bound} is {level(floors[-1], indicator)}" if len(floors) else ""
    return f"{words}."


def gaps(states: Sequence[State], timeline: Timeline) -> str:
    """Which periods have no figure and why, by reason."""
    reasons: dict[State, list[int]] = {}
    for place, state in enumerate(states):
        if not state.has_value:
            reasons.setdefault(state, []).append(place)
    parts = []
    for state, places in reasons.items():
        where = _named(timeline, places[0])
        where += f" and {len(places) - 1} more" if len(places) > 1 else ""
        parts.append(f"{state.label} ({where})")
    return f"Without a figure: {'; '.join(parts)}." if parts else ""


def published(values: Floats, timeline: Timeline, indicator: Indicator) -> str:
    """Which figures are other ones than those published on closing, the last one named."""
    places = np.flatnonzero(np.isfinite(values))
    if not len(places):
        return ""
    last = places[-1]
    figures = "1 figure has" if len(places) == 1 else f"{len(places)} figures have"
    latest = "" if len(places) == 1 else "the latest, "
    return (
        f"{figures} changed since publication: {latest}{_named(timeline, last)}, published as "
        f"{shown(float(values[last]), indicator)}."
    )


def sentences(*parts: str) -> str:
    """The parts that say something, each a sentence, in one text."""
    return " ".join(part.strip().rstrip(".") + "." for part in parts if part.strip(" ."))


def _named(timeline: Timeline, place: int) -> str:
    return within_period(timeline.periods[int(place)].label)
