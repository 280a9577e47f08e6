"""The area and the period of each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from pmf_analysis import periods
from pmf_analysis.ingest.cells import marker_of
from pmf_analysis.ingest.matching import Match
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import Unit

_YEAR = re.compile(r"(?:19|20|21)\d\d", re.ASCII)
_TWO_YEARS = re.compile(r"((?:19|20|21)\d\d)[/-]?(\d\d)", re.ASCII)

Read = tuple[str, str]
"""A code, or an empty text and the reason why there is none."""


class FindsUnits(Protocol):
    """What reading needs of a register."""

    def find_unit(self, text: str) -> Unit | None:
        """The unit of a code, name or other spelling."""


def area_of(match: Match, row: Sequence[str], register: FindsUnits) -> Read:
    """The unit code of a row.

    Parameters
    ----------
    match : Match
    row : sequence of str
        The row's cells.
    register : FindsUnits

    Returns
    -------
    tuple of (str, str)
        Unit code and no reason, or no code and the reason, which names the area as printed.
    """
    rule = match.layout.area
    level = row[match.positions[rule.level]] if rule.level else ""
    columns = rule.columns.get(level.casefold())
    if columns is None:
        known = ", ".join(sorted(rule.columns))
        return "", f"{rule.level} {level!r} is not one of {known}"
    held = [row[match.positions[name]] for name in columns if name in match.positions]
    given = [text for text in held if text and marker_of(text, match.layout) is None]
    if not given:
        return "", f"no area in {', '.join(columns)}"
    unit = register.find_unit(given[0])
    if unit is None:
        printed = " ".join(dict.fromkeys(given))
        return "", f"area {printed!r} is not in the register"
    return unit.code, ""


def period_of(match: Match, row: Sequence[str]) -> Read:
    """The period code of a row, or the reason why it has none."""
    rule = match.layout.period
    text = row[match.positions[rule.column]]
    kind = row[match.positions[rule.kind_column]] if rule.kind_column else ""
    how = rule.kinds.get(" ".join(kind.split()).casefold())
    if how is None:
        return "", f"{rule.kind_column} {kind!r} is not known to layout {match.layout.name}"
    period = read_period(text, how)
    if period is None:
        words = f" ({kind})" if kind else ""
        return "", f"{rule.column} {text!r}{words} is no period"
    if match.layout.months_of and period.start.month == period.end.month:
        return "", f"{rule.column} {text!r} is no year, but the row holds twelve months"
    return period.code, ""


@lru_cache(maxsize=4096)
def read_period(text: str, how: str) -> ReportingPeriod | None:
    """Read a period by a rule of a layout.

    Parameters
    ----------
    text : str
        Four digits (the year it ends in), six digits (two years that follow each other,
        202425 or 2024/25), or a period code.
    how : str
        The rule, see ``register.layouts.PeriodRule``.

    Returns
    -------
    ReportingPeriod or None
        None where the text is no such period: an academic year needs six digits, a
        calendar year four.
    """
    if how == "code":
        return periods.try_parse(text)
    year = int(text) if _YEAR.fullmatch(text) else None
    ending = _ending(text)
    name, _, number = how.partition(" ")
    if name == "academic_year":
        return periods.academic_year(ending) if ending else None
    if name == "calendar_year":
        return periods.calendar_year(year) if year else None
    if name == "month":
        return periods.month(year, int(number)) if year else None
    if name == "day":
        month, day = map(int, number.split("-"))
        return _day(year, month, day) if year else None
    last = year or ending
    if last is None:
        return None
    if name == "financial_quarter":
        return periods.financial_quarter(last, int(number)) if ending else None
    return periods.financial_year(last)


def _ending(text: str) -> int | None:
    found = _TWO_YEARS.fullmatch(text)
    if not found:
        return None
    ending = int(found[1]) + 1
    return ending if ending % 100 == int(found[2]) else None


def _day(year: int, month: int, day: int) -> ReportingPeriod | None:
    try:
        return periods.day(date(year, month, day))
    except ValueError:
        return None
