"""What a delivered file's name says: its table and when it was published."""

from __future__ import annotations

import re
from datetime import date

from pmf_analysis.errors import ParameterError

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PUBLISHED_YEAR = re.compile(r"published[ _-]((?:19|20)\d{2})(?!\d|-\d)", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[ _-]+to[ _-]+(?:19|20)\d{2})?(?!\d)")


def without_ending(file_name: str) -> str:
    """A file's name without ``.csv`` or ``.csv.gz``."""
    return re.sub(r"\.csv(\.gz)?$", "", file_name, flags=re.IGNORECASE)


def table_of(file_name: str) -> str:
    """A table's name from a file's: lower case, without dates, years and endings.

    ``b3_cin_primary_need_2013_to_2024.csv`` is ``b3_cin_primary_need``. Empty where
    nothing is left.
    """
    bare = _DATE.sub("", without_ending(file_name))
    bare = _PUBLISHED_YEAR.sub("", bare)
    bare = _YEARS.sub("", bare)
    return re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_")


def published_on(
    file_name: str, last_day: date, given: date | str | None = None
) -> tuple[date, str]:
    """When a delivery was published, and how that is known.

    Parameters
    ----------
    file_name : str
    last_day : date
        Last day of the latest period inside.
    given : date or str, optional
        A date said by whoever delivers.

    Returns
    -------
    tuple of (date, str)
        In this order: the date given; the one full date in the file's name; a year after
        the word "published" there, then the earliest day of it on which ``last_day`` was
        over; otherwise ``last_day``. A name with several dates, or with a year before the
        latest period, says nothing.

    Raises
    ------
    ParameterError
        If the date given is none.
    """
    if given:
        return _given(given), "given"
    dates = {found for found in map(_valid, _DATE.findall(file_name)) if found}
    if len(dates) == 1:
        return dates.pop(), "file name"
    years = {int(year) for year in _PUBLISHED_YEAR.findall(file_name)}
    if not dates and len(years) == 1 and (year := years.pop()) >= last_day.year:
        return max(last_day, date(year, 1, 1)), "file name"
    return last_day, "latest period inside"


def _given(given: date | str) -> date:
    if isinstance(given, date):
        return date(given.year, given.month, given.day)
    try:
        return date.fromisoformat(given.strip())
    except ValueError as error:
        raise ParameterError(
            f"The publication date {given!r} is no date", "a date such as 2025-11-18"
        ) from error


def _valid(parts: tuple[str, str, str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None
