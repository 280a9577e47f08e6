"""Periods as they are written in files, by the rules of layouts."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError
from pmf_analysis.periods import MONTHS, ReportingPeriod

_YEAR = re.compile(r"(?:19|20|21)\d\d", re.ASCII)
_TWO_YEARS = re.compile(r"((?:19|20|21)\d\d) ?[/-]? ?((?:19|20|21)?\d\d)", re.ASCII)
_QUARTER = re.compile(r"q(?:uarter|tr)? ?([1-4])", re.ASCII)
_YEAR_AND_MONTH = re.compile(r"((?:19|20|21)\d\d)[-/m ]?(0?[1-9]|1[0-2])", re.ASCII)
_NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?[- ,]*((?:19|20|21)?\d\d)", re.ASCII)
_YEAR_THEN_NAME = re.compile(r"((?:19|20|21)\d\d)[- ]([a-z]{3,9})", re.ASCII)
_MONTHS_OF_QUARTER = re.compile(r"([a-z]{3,9}) ?(?:-|–|to) ?([a-z]{3,9}) ((?:19|20|21)\d\d)")
_STRETCH = re.compile(r"(\d\d)-(\d\d) to (\d\d)-(\d\d) of (\w+)")
_DAYS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y", "%d/%m/%y", "%d %B %Y",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d.%m.%Y",
)  # fmt: skip
_DIGITS = {8: ("%Y%m%d",)}


@lru_cache(maxsize=16384)
def read_period(text: str, how: str) -> ReportingPeriod | None:
    """Read a period by a rule of a layout.

    Parameters
    ----------
    text : str
        Such as ``2025``, ``202425``, ``2024/25``, ``March 2025``, ``2024-25;Q1``.
    how : str
        The rule, see ``register.layouts.PeriodKind``.

    Returns
    -------
    ReportingPeriod or None
        None where the text is no such period: a school year needs two years (or the rule
        that says which one stands there), a calendar year one.
    """
    bare = " ".join(text.split())
    name, _, part = how.partition(" ")
    if found := _STRETCH.fullmatch(how):
        return _stretch(bare, *map(int, found.groups()[:4]), found[5])
    if not part:
        return _WHOLE[name](bare)
    year = _one_year(bare)
    if name == "financial_quarter":
        return _quarter(_two_years(bare), int(part))
    if year is None:
        return None
    if name == "calendar_quarter":
        return _calendar_quarter(year, int(part))
    if name == "month":
        return periods.month(year, int(part))
    if name == "week":
        return _week(year, int(part))
    month, day = map(int, part.split("-"))
    return _day(year, month, day)


def _one_year(text: str) -> int | None:
    return int(text) if _YEAR.fullmatch(text) else None


def _two_years(text: str) -> int | None:
    """The second of two years that follow each other."""
    found = _TWO_YEARS.fullmatch(text)
    if not found:
        return None
    ending = int(found[1]) + 1
    return ending if str(ending).endswith(found[2]) else None


def _financial_year(text: str) -> ReportingPeriod | None:
    ending = _one_year(text) or _two_years(text)
    return periods.financial_year(ending) if ending else None


def _academic_year(text: str) -> ReportingPeriod | None:
    ending = _two_years(text)
    return periods.academic_year(ending) if ending else None


def _academic_year_ending(text: str) -> ReportingPeriod | None:
    ending = _one_year(text) or _two_years(text)
    return periods.academic_year(ending) if ending else None


def _calendar_year(text: str) -> ReportingPeriod | None:
    year = _one_year(text)
    return periods.calendar_year(year) if year else None


def _month(text: str) -> ReportingPeriod | None:
    if found := _YEAR_AND_MONTH.fullmatch(text.casefold()):
        return periods.month(int(found[1]), int(found[2]))
    if on := _date(text):
        return periods.month(on.year, on.month)
    if found := _NAMED_MONTH.fullmatch(text.casefold()):
        name, year = found[1], found[2]
    elif found := _YEAR_THEN_NAME.fullmatch(text.casefold()):
        name, year = found[2], found[1]
    else:
        return None
    number = month_number(name)
    if not number:
        return None
    return periods.month(int(year) if len(year) == 4 else 2000 + int(year), number)


def month_number(name: str) -> int:
    """1 to 12 for a month's English name, or its first three letters or more; otherwise 0."""
    folded = name.strip().casefold()
    if len(folded) < 3:
        return 0
    starts = [place for place, month in enumerate(MONTHS, 1) if month.casefold().startswith(folded)]
    return 9 if folded == "sept" else starts[0] if starts else 0


def _date(text: str) -> date | None:
    for form in _DAYS if not text.isdigit() else _DIGITS.get(len(text), ()):
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return found if found.year >= 1900 else None
    return None


def _day_of_text(text: str) -> ReportingPeriod | None:
    on = _date(text)
    return periods.day(on) if on else None


def _day(year: int, month: int, day: int) -> ReportingPeriod | None:
    try:
        return periods.day(date(year, month, day))
    except ValueError:
        return None


def _quarter(ending: int | None, number: int) -> ReportingPeriod | None:
    return periods.financial_quarter(ending, number) if ending else None


def _calendar_quarter(year: int, number: int) -> ReportingPeriod:
    return periods.financial_quarter(year if number == 1 else year + 1, (number + 2) % 4 + 1)


def _split_quarter(text: str) -> tuple[str, int] | None:
    """What stands beside the quarter in a text, and its number."""
    folded = text.casefold()
    found = _QUARTER.findall(folded)
    if len(found) != 1:
        return None
    return _QUARTER.sub("", folded).strip(" -–;:,()/_"), int(found[0])


def _financial_quarter_of_text(text: str) -> ReportingPeriod | None:
    if split := _split_quarter(text):
        return _quarter(_two_years(split[0]), split[1])
    return _named_quarter(text)


def _calendar_quarter_of_text(text: str) -> ReportingPeriod | None:
    if split := _split_quarter(text):
        year = _one_year(split[0])
        return _calendar_quarter(year, split[1]) if year else None
    return _named_quarter(text)


def _named_quarter(text: str) -> ReportingPeriod | None:
    """``January to March 2025``, which means the same whatever the year begins with."""
    found = _MONTHS_OF_QUARTER.fullmatch(text.casefold())
    first, last = (month_number(found[1]), month_number(found[2])) if found else (0, 0)
    if first not in (1, 4, 7, 10) or last != first + 2:
        return None
    return _calendar_quarter(int(found[3]), first // 3 + 1)


def _week(year: int, number: int) -> ReportingPeriod | None:
    try:
        start = date.fromisocalendar(year, number, 1)
    except ValueError:  # a week 53 in a year of 52
        return None
    return periods.stretch(start, date.fromisocalendar(year, number, 7))


def _stretch(
    text: str, from_month: int, from_day: int, to_month: int, to_day: int, year_rule: str
) -> ReportingPeriod | None:
    year = _WHOLE[year_rule](text)
    if year is None:
        return None
    start = _first_after(year.start, from_month, from_day)
    end = _first_after(start, to_month, to_day) if start else None
    if end is not None and (to_month, to_day) == (2, 28):  # the last day of February
        end = periods.month(end.year, 2).end
    try:
        return periods.stretch(start, end) if start and end and start <= year.end else None
    except ParameterError:
        return None


def _first_after(on: date, month: int, day: int) -> date | None:
    for year in (on.year, on.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= on:
            return found
    return None


_WHOLE = {
    "code": periods.try_parse,
    "financial_year": _financial_year,
    "academic_year": _academic_year,
    "academic_year_ending": _academic_year_ending,
    "calendar_year": _calendar_year,
    "month": _month,
    "day": _day_of_text,
    "financial_quarter": _financial_quarter_of_text,
    "calendar_quarter": _calendar_quarter_of_text,
}
