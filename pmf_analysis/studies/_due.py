"""When a target falls due, and which coming period speaks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pmf_analysis import periods
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import Level
from pmf_analysis.register.registry import Register


@dataclass(frozen=True)
class Due:
    """Where a target falls due among the coming periods of a series.

    Attributes
    ----------
    at : int
        Place of the last coming period that ends by the date.
    on : datetime.date
        The date: the end of the financial year that the first coming period ends in, or the
        last day on which the target in force at its end holds, where that comes earlier.
    beyond : bool
        Whether the forecast stops before it; ``at`` is then the last coming period.
    target, floor : float or None
        In force at that period's end.
    """

    at: int
    on: date
    beyond: bool
    target: float | None
    floor: float | None


def due(register: Register, indicator: str, unit: str, coming: Sequence[ReportingPeriod]) -> Due:
    """Find the date of the target, and the coming period nearest before it.

    Parameters
    ----------
    register : Register
    indicator, unit : str
        Codes.
    coming : sequence of ReportingPeriod
        One after the other, at least one.

    Returns
    -------
    Due
    """
    year_end = periods.containing_year(coming[0]).end
    first, floor = register.target_at(indicator, unit, coming[0].end)
    at = 0
    for place, period in enumerate(coming[1:], start=1):
        if period.end > year_end:
            break
        target, then = register.target_at(indicator, unit, period.end)
        if target is not None and _value(target) != _value(first):
            return Due(at, target.from_ - timedelta(days=1), False, _value(first), _value(floor))
        at, floor = place, then
    beyond = periods.shift(coming[-1], 1).end <= year_end
    return Due(at, year_end, beyond, _value(first), _value(floor))


def _value(level: Level | None) -> float | None:
    return None if level is None else level.value
