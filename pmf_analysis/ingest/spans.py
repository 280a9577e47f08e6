"""The text of a period, with more around it than the period itself, by a layout's patterns."""

from __future__ import annotations

import re

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError
from pmf_analysis.ingest.written_periods import month_number, read_period
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.layouts import PeriodRule
from pmf_analysis.terms import State


def read_span(text: str, how: str, rule: PeriodRule) -> tuple[ReportingPeriod | None, State | None]:
    """Read a period as a layout says.

    Parameters
    ----------
    text : str
    how : str
        The rule of texts that no pattern describes; may be empty.
    rule : PeriodRule

    Returns
    -------
    tuple of (ReportingPeriod or None, State or None)
        None where the text is no period; and the state of numbers that the text itself
        tells, such as provisional for ``2025 (prov)``.
    """
    for pattern in rule.patterns:
        found = re.fullmatch(pattern.match, text)
        if found:
            held = {name: each.strip() for name, each in found.groupdict().items() if each}
            return _of_groups(held, pattern.rule or how), pattern.state
    return (read_period(text, how) if how else None), None


def _of_groups(held: dict[str, str], how: str) -> ReportingPeriod | None:
    if "year" in held and "month" in held:
        return _dated(held["year"], held["month"], held.get("day", ""))
    if not how:
        return None
    if "first" in held and "last" in held:
        return _pooled(held["first"], held["last"], how)
    return read_period(held.get("period", ""), how)


def _dated(year: str, month: str, day: str) -> ReportingPeriod | None:
    number = int(month) if month.isdigit() else month_number(month)
    whole = f"20{year}" if len(year) == 2 else year
    return read_period(f"{whole}-{number:02d}-{int(day or 1):02d}", "day" if day else "month")


def _pooled(first: str, last: str, how: str) -> ReportingPeriod | None:
    start = read_period(first, how)
    end = read_period(last, how) or read_period(first[:2] + last, how)
    if start is None or end is None:
        return None
    try:
        return periods.pooled(start, end)
    except ParameterError:
        return None
