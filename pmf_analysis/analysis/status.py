"""Status: Red, Amber or Green against the target and floor in force at the period's end.

The rule set ``rag`` says what decides; every row says why in plain words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._printed import printed
from pmf_analysis.register.models import Indicator, Level, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, require
from pmf_analysis.terms import Polarity, Rag, State

RULES = "rag"

NOT_REACHED = {"rag_reason": "A forecast is not rated."}
"""What stands on the rows of coming periods."""

_CELLS = ("indicator", "service_area", "period_end", "shown_state")

# The same distance from a target, worked out in binary from either side, may differ by this.
_NOISE = 1e-9


@dataclass(frozen=True)
class Rated:
    """One figure, ready to be rated."""

    indicator: Indicator
    unit_kind: str
    period_end: date
    value: float
    """As printed, in the indicator's unit; NaN when there is none."""
    denominator: float
    state: str
    target: Level | None
    floor: Level | None
    unit: str = ""
    """Code of the unit; its expected range is looked up by it."""

    def text(self, value: float) -> str:
        """A value of the indicator with its unit."""
        return formats.with_unit(value, self.indicator.unit, self.indicator.decimals)

    def level(self, value: float) -> str:
        """A level with its unit, in as many decimals as it was agreed with."""
        return formats.with_unit(value, self.indicator.unit, _decimals(value))

    def apart(self, distance: float) -> str:
        """A distance from the target with its unit."""
        return formats.difference(distance, self.indicator.unit, _decimals(distance))


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rate every shown figure.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table.
    context : Context
        Its register holds the rule set ``rag``, which says ``summary``, ``close_to_target``
        and ``small_numbers``.

    Returns
    -------
    pandas.DataFrame
        Key columns with ``target`` and ``floor`` (NaN when none is in force), ``rag``
        (terms.Rag), ``rag_rule`` and ``rag_reason`` in words.

    References
    ----------
    Kent County Council (2020), Quarterly Performance Report, Quarter 1 2020/21, key.
    """
    require(measures, MEASURE, "measure")
    rules = context.register.rule_set(RULES)
    targets, floors = _columns.levels(measures, context)
    decimals = _columns.of_indicator(measures, context, lambda indicator: indicator.decimals)
    values = printed(_columns.figures(measures, shown=True), decimals)
    denominators = _columns.numbers(measures, "shown_denominator")
    case_of, first = _cases(measures, context, values, denominators, targets, floors)
    cells = [measures[name].iloc[first].tolist() for name in _CELLS]
    verdicts = [
        rate(
            Rated(
                indicator=context.register.indicators[code],
                unit_kind=_kind(unit, context),
                period_end=date.fromisoformat(end),
                value=values[place],
                denominator=denominators[place],
                state=state,
                target=targets[place],
                floor=floors[place],
                unit=unit,
            ),
            rules,
        )
        for place, code, unit, end, state in zip(first.tolist(), *cells, strict=True)
    ]
    rags = pd.Series([str(rag) for rag, _ in verdicts], dtype="str")
    reasons = pd.Series([reason for _, reason in verdicts], dtype="str")
    return measures[list(KEY)].assign(
        target=_columns.level_values(targets),
        floor=_columns.level_values(floors),
        rag=rags.take(case_of).array,
        rag_rule=f"{rules.label}: {value_of(rules, 'summary')}",
        rag_reason=reasons.take(case_of).array,
    )


def _cases(
    measures: pd.DataFrame,
    context: Context,
    values: NDArray[np.float64],
    denominators: NDArray[np.float64],
    targets: list[Level | None],
    floors: list[Level | None],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that are alike in all that their verdict looks at, and the first row of each kind.

    Without a number only the state counts; without a level only the end of the period.
    """
    pairs = zip(targets, floors, strict=True)
    levels = np.array([not (one is None and other is None) for one, other in pairs], dtype=bool)
    neutral = _columns.polarities(measures, context) == Polarity.NEUTRAL.value
    number = ~np.isnan(values)
    rated = number & levels
    looked_at = pd.DataFrame(
        {
            "indicator": measures["indicator"].array,
            "period_end": measures["period_end"].array,
            "state": measures["shown_state"].where(~number, "").array,
            "value": np.where(rated | (number & neutral), values, np.where(number, 0.0, np.nan)),
            "unit": measures["service_area"].where(rated | (number & neutral), "").array,
            "denominator": np.where(rated, denominators, 0.0),
        }
    )
    kinds = looked_at.groupby(list(looked_at), sort=False, dropna=False).ngroup().to_numpy()
    _, first, case_of = np.unique(kinds, return_index=True, return_inverse=True)
    return case_of, first


def rate(figure: Rated, rules: RuleSet) -> tuple[Rag, str]:
    """Colour of one figure, and why.

    Parameters
    ----------
    figure : Rated
    rules : RuleSet
        The rule set ``rag``.

    Returns
    -------
    tuple of (Rag, str)
    """
    if np.isnan(figure.value):
        state = State(figure.state)
        words = "no number" if state.has_value else state.label
        return Rag.NOT_RATED, f"There is no figure to rate: {words}."
    if figure.indicator.polarity is Polarity.NEUTRAL:
        return Rag.NOT_RATED, _against_range(figure)
    if figure.target is None and figure.floor is None:
        on = periods.format_date(figure.period_end)
        return Rag.NOT_RATED, f"No target was in force on {on}."
    if reason := _too_few(figure, rules):
        return Rag.NOT_RATED, reason
    if figure.indicator.polarity is Polarity.CLOSE_TO_TARGET:
        return _by_distance(figure, value_of(rules, "close_to_target.amber_within_tolerances"))
    return _by_levels(figure)


def _too_few(figure: Rated, rules: RuleSet) -> str:
    """Why a figure over few cases has no colour; empty where it may have one."""
    small: dict[str, Any] = value_of(rules, "small_numbers")
    if figure.unit_kind not in small["unit_kinds"]:
        return ""
    shown = str(figure.indicator.data_period)
    count = formats.number(figure.denominator)
    rolling: dict[str, Any] = value_of(rules, "small_numbers.rolling")
    if shown in small["data_periods"] and figure.denominator < small["below"]:
        return (
            f"Shown without colour: one month counts only {count}, and below "
            f"{small['below']} chance alone can change the colour."
        )
    if shown in rolling["data_periods"] and figure.denominator < rolling["below"]:
        return (
            f"Shown without colour: it counts only {count} in all, and below "
            f"{rolling['below']} a single one can change the colour."
        )
    return ""


def _by_levels(figure: Rated) -> tuple[Rag, str]:
    """Green, amber or red for an indicator of which more, or less, is better."""
    high = figure.indicator.polarity is Polarity.HIGH
    value, target, floor = figure.value, figure.target, figure.floor
    at = "at least" if high else "at most"

    def met(level: Level) -> bool:
        return value >= level.value if high else value <= level.value

    found = figure.text(value)
    if target is not None and met(target):
        return Rag.GREEN, f"{found} meets the target of {at} {_level(figure, target)}."
    if floor is None:
        return Rag.AMBER, (
            f"{found} does not meet the target of {at} {_level(figure, target)}; no floor is set."
        )
    if not met(floor):
        return Rag.RED, f"{found} misses the floor of {at} {_level(figure, floor)}."
    if target is None:
        on = periods.format_date(figure.period_end)
        return Rag.NOT_RATED, (
            f"{found} meets the floor of {at} {_level(figure, floor)}, "
            f"but no target was in force on {on}."
        )
    return Rag.AMBER, (
        f"{found} meets the floor of {at} {_level(figure, floor)} "
        f"but not the target of {at} {_level(figure, target)}."
    )


def _by_distance(figure: Rated, amber_tolerances: float) -> tuple[Rag, str]:
    """Green, amber or red by distance from the target, either side."""
    if figure.target is None:
        on = periods.format_date(figure.period_end)
        return Rag.NOT_RATED, f"No target was in force on {on}."
    tolerance = float(figure.indicator.tolerance or 0.0)
    target = figure.target.value
    reach = tolerance * amber_tolerances
    if figure.floor is not None:
        reach = max(abs(figure.floor.value - target), tolerance)
    distance = abs(figure.value - target)
    away = "at" if distance < _NOISE else f"{figure.apart(distance)} from"
    found = f"{figure.text(figure.value)} is {away} the target of {_level(figure, figure.target)}"
    within = figure.apart(tolerance)
    if distance <= tolerance + _NOISE:
        return Rag.GREEN, f"{found}, within the tolerance of {within}."
    limit = figure.apart(reach)
    if distance <= reach + _NOISE:
        return Rag.AMBER, f"{found}: beyond the tolerance of {within} but within {limit}."
    return Rag.RED, f"{found}: more than {limit} away."


def _against_range(figure: Rated) -> str:
    """Words for an activity indicator: its expected range, and no colour."""
    expected = figure.indicator.range_of(figure.unit, figure.period_end)
    if expected is None:
        return "Neither way is better by itself, so the figure has no colour."
    if figure.value < expected.lower:
        place = "below"
    elif figure.value > expected.upper:
        place = "above"
    else:
        place = "within"
    lower, upper = figure.level(expected.lower), figure.level(expected.upper)
    return f"{figure.text(figure.value)} is {place} the expected range of {lower} to {upper}."


def _decimals(value: float) -> int:
    """Decimals that a level was agreed with: 2 for 85.25, none for 85."""
    return max((d for d in range(5) if round(value, d) != round(value, 5)), default=-1) + 1


def _level(figure: Rated, level: Level) -> str:
    return figure.level(level.value) + (" (provisional)" if level.provisional else "")


def _kind(unit: str, context: Context) -> str:
    found = context.register.units.get(unit)
    return str(found.kind) if found else ""
