"""What a delivered file's name says: its table and when it was published."""

from __future__ import annotations

import re
from datetime import date

from pmf_analysis.errors import DeliveryError, ParameterError
from pmf_analysis.ingest.written_periods import month_number

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PUBLISHED_YEAR = re.compile(r"published[ _-]((?:19|20)\d{2})(?!\d|-\d)", re.IGNORECASE)
_ENDING = re.compile(
    r"\.(csv|tsv|txt|xlsx|xlsm|xlsb|xls|ods|parquet|xml|zip)(\.gz)?$", re.IGNORECASE
)
_MONTH_AND_YEAR = re.compile(r"([a-z]{3,9})[ _-]?((?:20)?\d{2})(?!\d)", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[ _-]+to[ _-]+(?:19|20)\d{2})?(?!\d)")

_FIRST_YEAR = 1990
_DAYS_OF_A_YEAR = 366


def without_ending(file_name: str) -> str:
    """A file's name without ``.csv``, ``.csv.gz`` and other endings of data files."""
    return _ENDING.sub("", file_name)


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
    file_name: str, last_day: date | None, given: date | str | None = None,
    inside: tuple[date, str] | None = None, otherwise: date | None = None,
) -> tuple[date, str]:  # fmt: skip
    """When a delivery was published, and how that is known.

    Parameters
    ----------
    file_name : str
    last_day : date or None
        Last day of the latest period inside; None where there is no period.
    given : date or str, optional
        A date said by whoever delivers.
    inside : tuple of (date, str), optional
        A date that the layout names as that of the delivery, and how it is called.
    otherwise : date, optional
        A date said by whoever delivers for a file that says none itself.

    Returns
    -------
    tuple of (date, str)
        In this order: the date given; the one full date in the file's name; a year after
        the word "published" there, then the earliest day of it on which ``last_day`` was
        over; the date inside; otherwise ``last_day``. A name with several dates, or with a
        year before the latest period, says nothing. Where there is no period, the only month
        with its year in the file's name stands for its first day; then ``otherwise``.

    Raises
    ------
    ParameterError
        If the date given is none.
    DeliveryError
        If nothing says it: whoever delivers must.
    """
    if given:
        return _given(given), "given"
    dates = {found for found in map(_valid, _DATE.findall(file_name)) if found}
    if len(dates) == 1:
        return dates.pop(), "file name"
    years = {int(year) for year in _PUBLISHED_YEAR.findall(file_name)}
    if not dates and len(years) == 1 and (last_day is None or min(years) >= last_day.year):
        first = date(years.pop(), 1, 1)
        return (max(last_day, first) if last_day else first), "file name"
    if inside:
        return inside
    if last_day:
        return last_day, "latest period inside"
    month = _only_month(file_name)
    if month:
        return month, "file name"
    if otherwise:
        return _given(otherwise), "given for undated files"
    raise DeliveryError(
        f"Nothing in {file_name} says when it was published", "a publication date",
        "Say it with `pmf receive --published DATE`, or with --undated DATE for every file "
        "that says none; nothing was stored",
    )  # fmt: skip


def question_of_date(published: date, last_day: date | None) -> str:
    """What to ask whoever said a date of publication: a year typed wrongly stores well.

    Parameters
    ----------
    published : date
    last_day : date or None
        Last day of the latest period inside; None where there is no period.

    Returns
    -------
    str
        Empty for a date from the end of that period to a year after it, and without a period
        for one of 1990 or later.
    """
    if last_day is None:
        found = "long before any other delivery" if published.year < _FIRST_YEAR else ""
    elif published < last_day:
        found = f"before the latest period inside was over ({last_day.isoformat()})"
    else:
        over = (published - last_day).days > _DAYS_OF_A_YEAR
        found = f"more than a year after the latest period inside ({last_day.isoformat()})"
        found = found if over else ""
    return f"Published {published.isoformat()}, {found}: is that date right?" if found else ""


def _only_month(file_name: str) -> date | None:
    """First day of the one month that a file's name holds, such as ``sn_may_2025``."""
    found = set()
    for name, year in _MONTH_AND_YEAR.findall(without_ending(file_name)):
        number = month_number(name)
        if number:
            found.add(date(int(year[-2:]) + 2000, number, 1))
    return found.pop() if len(found) == 1 else None


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
