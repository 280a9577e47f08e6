"""What is found of an action, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from pmf_analysis import formats, periods
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import Frequency, Impact, Variation

PERCENT_OF_BEFORE = "percent of the level before"

_PERIOD = {Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}
_ALIKE = {
    Impact.MADE_BETTER: (Variation.IMPROVEMENT_HIGH, Variation.IMPROVEMENT_LOW),
    Impact.MADE_WORSE: (Variation.CONCERN_HIGH, Variation.CONCERN_LOW),
}


def step_word(indicator: Indicator, count: int = 1) -> str:
    """``month`` or ``months``, by the indicator's frequency and a count."""
    return _PERIOD[indicator.frequency] + ("" if count == 1 else "s")


def too_few_before(count: int, needed: int, indicator: Indicator) -> str:
    """That the figures before an action do not reach far enough back."""
    return (
        f"Only {count} {step_word(indicator, count)} before the action {_have(count)} a figure to "
        f"compare with; {needed} are needed, and no waiting brings the other {needed - count}"
    )


def too_few_since(count: int, missing: int, waiting: int, indicator: Indicator, closed: str) -> str:
    """How many more figures are needed since an action, or that no more will come."""
    since = f"{_number(count)} final {step_word(indicator, count)} since the action"
    if closed:
        return f"Only {since} lie before {closed}, too few to judge it by"
    more = f"{missing} more {step_word(indicator, missing)} {'is' if missing == 1 else 'are'}"
    young = f"; {waiting} of them in already and not final yet" if waiting else ""
    return f"{more} needed before this can be judged ({since} so far{young})"


def reason(found: Mapping[str, Any], indicator: Indicator, held: tuple[bool, ...]) -> str:
    """What the verdict on an action rests on.

    Parameters
    ----------
    found : mapping
        The numbers of the study.
    indicator : Indicator
    held : tuple of bool
        Whether the change is clear, holds against the trend before, is rare among earlier
        dates, holds against others, and is more than the return of one extreme figure.
    """
    clear, trend, rare, alone, usual = held
    size = change_text(float(found["change"]), indicator, str(found["scale"]))
    across = range_text(found["change_lower"], found["change_upper"], indicator, found["scale"])
    before, since = (
        formats.with_unit(float(found[name]), indicator.unit, indicator.decimals)
        for name in ("level_before", "level_since")
    )
    then = f" {until(str(found['last_since']))}" if found.get("ended_by") else ""
    said = f"On average {before} before and {since} since{then}: {size} (95% range {across})"
    if all(held):
        others = "" if np.isnan(found.get("comparison_change", np.nan)) else ", nor what others did"
        doubts = "chance, nor the trend before" if others else "chance nor the trend before"
        return f"{said}. Neither {doubts}{others} explains it"
    why = [
        words
        for good, words in (
            (clear, "so small a difference can be chance"),
            (trend, "the trend before would have brought about as much"),
            (rare, "changes as large are found where nothing was done"),
            (alone, "held against others, so much of a difference is not seen"),
            (usual, "without the worst figure before the action it can be chance"),
        )
        if not good
    ]
    return f"{said}; {formats.listed(why if clear else why[:1])}"


def beside(
    found: Mapping[str, Any], indicator: Indicator, verdict: Impact, marks: Sequence[str]
) -> dict[str, object]:
    """What earlier dates, others and the control chart say beside the verdict."""
    return {
        "earlier_words": earlier_text(
            int(found["earlier_dates"]), int(found["earlier_as_large"]), indicator
        ),
        "comparison_words": comparison_text(found, indicator),
        "chart_words": chart_text(marks, verdict),
    }


def earlier_text(dates: int, as_large: int, indicator: Indicator) -> str:
    """How often as large a change is found on dates when nothing was done."""
    if not dates:
        return "There are too few earlier figures to look for such a change elsewhere"
    steps = f"{dates} earlier {step_word(indicator, dates)}"
    if not as_large:
        return f"In none of {steps} would such a change have been seen"
    return f"In {as_large} of {steps} such a change would have been seen, with nothing done"


def comparison_text(found: Mapping[str, Any], indicator: Indicator) -> str:
    """Whether those without the action changed likewise, with caution where that is open."""
    change = found.get("comparison_change", np.nan)
    if change is None or np.isnan(change):
        return "There is nothing to compare it with, so whether the action is the reason stays open"
    size = change_text(float(change), indicator, str(found["scale"]))
    across = range_text(
        found["comparison_lower"], found["comparison_upper"], indicator, found["scale"]
    )
    held = f"Against {found['compared_with']} the difference is {size} ({across})"
    sign = np.sign(float(found["change"]))
    clear = found["comparison_lower"] > 0 or found["comparison_upper"] < 0
    if clear and np.sign(change) == sign:
        return f"{held}: there it did not change so, which speaks for the action"
    return f"{held}: that does not settle it, and something else may be the reason"


def chart_text(marks: Sequence[str], verdict: Impact) -> str:
    """Whether the control chart of the same figures agrees."""
    tested = [one for one in marks if one and one != Variation.NOT_TESTED.value]
    if not tested:
        return "There is no control chart to hold it against"
    last = Variation(tested[-1])
    special = [one for one in tested if one != Variation.COMMON_CAUSE.value]
    if verdict in _ALIKE:
        if set(special) & set(_ALIKE[verdict]):
            return "The control chart marks such a change since then too"
        return "The control chart marks no such change since then, so the two readings differ"
    if not special:
        return "The control chart agrees: it shows no more than usual variation since then"
    now = "still" if last is not Variation.COMMON_CAUSE else "no longer"
    return f"The control chart marks unusual figures since then, {now} at the latest one"


def came_back(
    begun: date | None, month: str, value: float, count: int, indicator: Indicator
) -> str:
    """That an action began after an extreme figure, and that such figures come back."""
    if begun is None:
        return ""
    label = periods.in_sentence(periods.parse(month).label)
    step = step_word(indicator)
    shown = formats.with_unit(value, indicator.unit, indicator.decimals)
    return (
        f"The action of {periods.format_date(begun)} began after the worst {step} of the {count} "
        f"before it ({label}, {shown}). The figures are back where they were before that {step}; "
        f"after such a {step} they usually come back by themselves, so this is no evidence that "
        "the action helped"
    )


def change_text(change: float, indicator: Indicator, scale: str) -> str:
    """A change with its direction: ``10.1 percentage points higher``."""
    places = 0 if scale == PERCENT_OF_BEFORE else indicator.decimals
    way = "higher" if change > 0 else "lower"
    if not formats.round_half_up(change, places):
        return "no difference as printed"
    return f"{size_text(change, indicator, scale)} {way}"


def size_text(change: float, indicator: Indicator, scale: str) -> str:
    """The size of a change, in the indicator's unit or as a share of the level before."""
    if scale == PERCENT_OF_BEFORE:
        return f"{formats.number(abs(change), 0)}%"
    return formats.difference(change, indicator.unit, indicator.decimals)


def range_text(lower: Any, upper: Any, indicator: Indicator, scale: object) -> str:
    """Both ends of a change's range, with a sign where they differ in it."""
    places = 0 if scale == PERCENT_OF_BEFORE else indicator.decimals
    ends = [float(lower), float(upper)]
    if ends[1] <= 0:
        ends = [-ends[1], -ends[0]]
    unit = "%" if scale == PERCENT_OF_BEFORE else ""
    return f"{formats.number(ends[0], places)}{unit} to {formats.number(ends[1], places)}{unit}"


def told(row: Any, indicator: Indicator) -> dict[str, object]:
    """The facts of a series, from a row of the study."""
    verdict = Impact(row.verdict)
    given = {
        "impact_verdict": verdict.value,
        "impact_date": periods.format_date(date.fromisoformat(row.action_date)),
        "impact_reason": row.reason,
    }
    if np.isnan(row.change):
        return given
    return given | {
        "impact_until": until(row.last_since) if row.ended_by else "",
        "impact_change": size_text(row.change, indicator, row.scale),
        "impact_range": range_text(row.change_lower, row.change_upper, indicator, row.scale),
        "impact_earlier": row.earlier_words,
        "impact_compared": row.comparison_words,
        "impact_chart": row.chart_words,
        "impact_effect": row.change,
        "impact_effect_lower": row.change_lower,
        "impact_effect_upper": row.change_upper,
    }


def until(period: str) -> str:
    """Up to when there are figures, where what follows is not read: ``(up to June 2025)``."""
    return f"(up to {periods.in_sentence(periods.parse(period).label)})"


def _number(count: int) -> str:
    return "no" if count == 0 else str(count)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
