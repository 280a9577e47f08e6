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
_STRETCH = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)/(\d{4}-\d{2}(?:-\d{2})?)")

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
def stretch(start: date, end: date) -> ReportingPeriod:
    """Any days on end, such as a term, half a year or a week; it comes once a year.

    Parameters
    ----------
    start, end : date
        First and last day. Where they are those of a month, a quarter of the financial year
        or a year, that is the period.

    Raises
    ------
    ParameterError
        If the last day comes before the first, or it is longer than a year.
    """
    if start > end or end >= _same_day(start, start.year + 1):
        raise ParameterError(
            f"{start} to {end} is no stretch of days", "a first and a last day within one year"
        )
    whole = start.day == 1 and end == _month_end(end.replace(day=1))
    known = _usual_period(start, end) if whole else day(start) if start == end else None
    if known is not None:
        return known
    code = f"{start:%Y-%m}/{end:%Y-%m}" if whole else f"{start}/{end}"
    return ReportingPeriod(end, start, code, Frequency.YEAR, _stretch_label(start, end, whole))


def _usual_period(start: date, end: date) -> ReportingPeriod | None:
    months = _months(start, end) + 1
    if months == 1:
        return month(start.year, start.month)
    if months == 3 and start.month % 3 == 1:
        ending = end.year + (1 if end.month > 3 else 0)
        return financial_quarter(ending, (end.month // 3 + 2) % 4 + 1)
    years = {1: calendar_year, 4: financial_year, 9: academic_year}
    return years[start.month](end.year) if months == 12 and start.month in years else None


def _stretch_label(start: date, end: date, whole: bool) -> str:
    last = f"{MONTHS[end.month - 1]} {end.year}" if whole else format_date(end)
    parts = ["" if whole else str(start.day)]
    if whole or (start.year, start.month) != (end.year, end.month):
        parts.append(MONTHS[start.month - 1])
    if start.year != end.year:
        parts.append(str(start.year))
    return f"{' '.join(filter(None, parts))} to {last}"


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
        if found := _STRETCH.fullmatch(code):
            return _parsed_stretch(found[1], found[2], code)
        if found := _DAY.fullmatch(code):
            return day(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError as error:
        raise ParameterError(f"The period {code!r} is no date", _EXPECTED) from error
    raise ParameterError(f"The period {code!r} cannot be read", _EXPECTED)


def _parsed_stretch(first: str, last: str, code: str) -> ReportingPeriod:
    if len(first) != len(last):
        raise ParameterError(f"The period {code!r} cannot be read", _EXPECTED)
    if len(first) == 7:
        first, last = f"{first}-01", _month_end(date.fromisoformat(f"{last}-01")).isoformat()
    found = stretch(date.fromisoformat(first), date.fromisoformat(last))
    if found.code != code:  # one code for one period
        raise ParameterError(f"The period {code!r} is written {found.code!r}", _EXPECTED)
    return found


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
    if _STRETCH.fullmatch(period.code):
        return _shifted_stretch(period, steps)
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


def _shifted_stretch(period: ReportingPeriod, years: int) -> ReportingPeriod:
    start = _same_day(period.start, period.start.year + years)
    end = _same_day(period.end, period.end.year + years)
    whole_months = period.code.count("-") == 2
    return stretch(start, _month_end(end.replace(day=1)) if whole_months else end)


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
