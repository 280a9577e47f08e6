"""Reporting periods: parse, label, order, step.

A period has one code, which sorts within its frequency and reads without a key:

=================  =======================================  =====================
code               what it is                               label
=================  =======================================  =====================
``2025-03``        calendar month                           March 2025
``2024/25-Q4``     quarter of the financial year            January to March 2025
``2024/25``        financial year, April to March           year to March 2025
``AY2024/25``      academic year, September to August       school year 2024 to 2025
``CY2025``         calendar year                            year to December 2025
``2025-09-30``     one day, the date of a yearly count      30 September 2025
``2013/14-2015/16``  financial years pooled                 3 years to March 2016
``CY2014-2016``    calendar years pooled                    3 years to December 2016
=================  =======================================  =====================

The financial year ends on 31 March; the school year on 31 August.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pmf_analysis.errors import ParameterError
from pmf_analysis.terms import Frequency

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})/(\d{2})-Q([1-4])")
_YEAR = re.compile(r"(AY)?(\d{4})/(\d{2})")
_CALENDAR = re.compile(r"CY(\d{4})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_POOLED = re.compile(r"(AY)?(\d{4})/(\d{2})-(\d{4})/(\d{2})")
_POOLED_CALENDAR = re.compile(r"CY(\d{4})-(\d{4})")

_TAKES_ARTICLE = ("year ", "school year ", "12 months ", "3 years ")

_EXPECTED = (
    "a month such as 2025-03, a financial year such as 2024/25, a quarter such as "
    "2024/25-Q4, a school year such as AY2024/25, a calendar year such as CY2025 "
    "or a day such as 2025-09-30"
)


@dataclass(frozen=True, order=True)
class ReportingPeriod:
    """A stretch of time that figures are reported for.

    Attributes
    ----------
    end, start : date
        Last and first day, both inside the period.
    code : str
        As in the table above.
    frequency : Frequency
        How often such periods come.
    label : str
        As a reader sees it.
    """

    end: date
    start: date
    code: str
    frequency: Frequency
    label: str

    def __str__(self) -> str:
        return self.code


def month(year: int, number: int) -> ReportingPeriod:
    """Calendar month ``number`` (1 to 12) of ``year``."""
    start = date(year, number, 1)
    return ReportingPeriod(
        _month_end(start), start, f"{year:04d}-{number:02d}", Frequency.MONTH,
        f"{MONTHS[number - 1]} {year}",
    )  # fmt: skip


def financial_year(ending: int) -> ReportingPeriod:
    """Financial year that ends on 31 March of ``ending``."""
    return ReportingPeriod(
        date(ending, 3, 31), date(ending - 1, 4, 1), f"{ending - 1:04d}/{ending % 100:02d}",
        Frequency.YEAR, f"year to March {ending}",
    )  # fmt: skip


def academic_year(ending: int) -> ReportingPeriod:
    """School year that ends on 31 August of ``ending``."""
    return ReportingPeriod(
        date(ending, 8, 31), date(ending - 1, 9, 1), f"AY{ending - 1:04d}/{ending % 100:02d}",
        Frequency.YEAR, f"school year {ending - 1} to {ending}",
    )  # fmt: skip


def calendar_year(year: int) -> ReportingPeriod:
    """Calendar year."""
    return ReportingPeriod(
        date(year, 12, 31), date(year, 1, 1), f"CY{year:04d}", Frequency.YEAR,
        f"year to December {year}",
    )  # fmt: skip


def financial_quarter(ending: int, quarter: int) -> ReportingPeriod:
    """Quarter 1 (April to June) to 4 of the financial year that ends in ``ending``."""
    first = {1: 4, 2: 7, 3: 10, 4: 1}[quarter]
    year = ending if quarter == 4 else ending - 1
    start, last = date(year, first, 1), date(year, first + 2, 1)
    return ReportingPeriod(
        _month_end(last), start, f"{ending - 1:04d}/{ending % 100:02d}-Q{quarter}",
        Frequency.QUARTER, f"{MONTHS[first - 1]} to {MONTHS[first + 1]} {year}",
    )  # fmt: skip


def pooled(first: ReportingPeriod, last: ReportingPeriod) -> ReportingPeriod:
    """Several years of one kind taken together: a rolling pool, one a year.

    Parameters
    ----------
    first, last : ReportingPeriod
        Years of one kind (financial, academic, calendar), the last not before the first.

    Raises
    ------
    ParameterError
        If they are no years of one kind, or the last comes before the first.
    """
    years = last.end.year - first.end.year + 1
    same = first.code[:2].isalpha() == last.code[:2].isalpha() and (
        first.end.month == last.end.month and first.start.day == last.start.day == 1
    )
    if not same or years < 2 or first.frequency is not Frequency.YEAR:
        raise ParameterError(
            f"{first.code} to {last.code} is no pool of years",
            "two years of one kind, the later one last",
        )
    code = f"{first.code}-{last.code.removeprefix('CY').removeprefix('AY')}"
    return ReportingPeriod(
        last.end, first.start, code, Frequency.YEAR,
        f"{years} years to {MONTHS[last.end.month - 1]} {last.end.year}",
    )  # fmt: skip


def day(on: date) -> ReportingPeriod:
    """One day on which a yearly count is taken."""
    return ReportingPeriod(on, on, on.isoformat(), Frequency.YEAR, format_date(on))


@lru_cache(maxsize=4096)
def parse(code: str) -> ReportingPeriod:
    """Read a period's code.

    Parameters
    ----------
    code : str
        As in the table at the top of this module.

    Returns
    -------
    ReportingPeriod

    Raises
    ------
    ParameterError
        If the text is no code, or its two years do not follow each other.
    """
    try:
        if found := _MONTH.fullmatch(code):
            return month(int(found[1]), int(found[2]))
        if found := _QUARTER.fullmatch(code):
            return financial_quarter(_ending(found[1], found[2], code), int(found[3]))
        if found := _YEAR.fullmatch(code):
            ending = _ending(found[2], found[3], code)
            return academic_year(ending) if found[1] else financial_year(ending)
        if found := _CALENDAR.fullmatch(code):
            return calendar_year(int(found[1]))
        if found := _POOLED.fullmatch(code):
            year = academic_year if found[1] else financial_year
            return pooled(
                year(_ending(found[2], found[3], code)), year(_ending(found[4], found[5], code))
            )
        if found := _POOLED_CALENDAR.fullmatch(code):
            return pooled(calendar_year(int(found[1])), calendar_year(int(found[2])))
        if found := _DAY.fullmatch(code):
            return day(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError as error:
        raise ParameterError(f"The period {code!r} is no date", _EXPECTED) from error
    raise ParameterError(f"The period {code!r} cannot be read", _EXPECTED)


def try_parse(code: str) -> ReportingPeriod | None:
    """The period of a code, or None when the text is no code."""
    try:
        return parse(code)
    except ParameterError:
        return None


def shift(period: ReportingPeriod, steps: int) -> ReportingPeriod:
    """The period ``steps`` later (earlier when negative) of the same frequency.

    Parameters
    ----------
    period : ReportingPeriod
    steps : int

    Returns
    -------
    ReportingPeriod
    """
    if period.frequency is Frequency.MONTH:
        index = period.start.year * 12 + period.start.month - 1 + steps
        return month(index // 12, index % 12 + 1)
    if period.frequency is Frequency.QUARTER:
        quarter = int(period.code[-1]) - 1 + steps
        ending = int(period.code[:4]) + 1 + quarter // 4
        return financial_quarter(ending, quarter % 4 + 1)
    if _POOLED.fullmatch(period.code) or _POOLED_CALENDAR.fullmatch(period.code):
        first, last = _ends_of_pool(period)
        return pooled(shift(first, steps), shift(last, steps))
    if period.code.startswith("AY"):
        return academic_year(period.end.year + steps)
    if period.code.startswith("CY"):
        return calendar_year(period.end.year + steps)
    if period.start == period.end:
        return day(_same_day(period.end, period.end.year + steps))
    return financial_year(period.end.year + steps)


def steps_between(earlier: ReportingPeriod, later: ReportingPeriod) -> int:
    """How many periods of their frequency lie from one to the other."""
    if earlier.frequency is Frequency.MONTH:
        return _months(earlier.end, later.end)
    if earlier.frequency is Frequency.QUARTER:
        return _months(earlier.end, later.end) // 3
    return later.end.year - earlier.end.year


def step_number(period: ReportingPeriod) -> int:
    """Count of periods of this frequency since the year 0; neighbours in time differ by 1."""
    if period.frequency is Frequency.YEAR:
        return period.end.year
    months = period.end.year * 12 + period.end.month - 1
    return months if period.frequency is Frequency.MONTH else months // 3


def sequence(first: ReportingPeriod, last: ReportingPeriod) -> list[ReportingPeriod]:
    """All periods from the first to the last, both included."""
    return [shift(first, step) for step in range(steps_between(first, last) + 1)]


def season_length(frequency: Frequency) -> int:
    """Periods in a year: 12, 4 or 1."""
    return {Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.YEAR: 1}[Frequency(frequency)]


def containing_year(period: ReportingPeriod) -> ReportingPeriod:
    """The financial year that holds the last day of a period."""
    ending = period.end.year + (1 if period.end.month > 3 else 0)
    return financial_year(ending)


def parse_date(text: str) -> date | None:
    """A date typed as YYYY-MM-DD; None for an empty text.

    Raises
    ------
    ParameterError
        If the text is no date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ParameterError(
            f"The date {text!r} cannot be read", "a date such as 2026-11-06", "Write YYYY-MM-DD"
        ) from error


def in_sentence(label: object) -> str:
    """A label inside a sentence: ``the year to March 2025``, ``March 2025``."""
    text = str(label or "")
    return f"the {text}" if text.startswith(_TAKES_ARTICLE) else text


def format_date(on: date) -> str:
    """A date as a reader sees it: ``6 November 2026``."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def _ends_of_pool(period: ReportingPeriod) -> tuple[ReportingPeriod, ReportingPeriod]:
    year = (
        calendar_year if period.code.startswith("CY")
        else academic_year if period.code.startswith("AY") else financial_year
    )  # fmt: skip
    first_end = period.start.year + (0 if period.code.startswith("CY") else 1)
    return year(first_end), year(period.end.year)


def _months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _month_end(start: date) -> date:
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _same_day(on: date, year: int) -> date:
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February
        return on.replace(year=year, day=28)


def _ending(first: str, second: str, code: str) -> int:
    ending = int(first) + 1
    if ending % 100 != int(second):
        raise ParameterError(
            f"The period {code!r} names two years that do not follow each other",
            _EXPECTED,
        )
    return ending
