"""Days as whole numbers: there and back, birthdays, weekends."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pmf_analysis.synthetic.care_days import (
    NEVER,
    adoptions_from,
    birthday,
    dates_of,
    day_of,
    days_of,
    earlier_weekday,
    later_weekday,
    month_number,
    month_of_year,
    month_starts,
)
from pmf_analysis.synthetic.setting import Setting

dates = some.dates(datetime.date(1995, 1, 1), datetime.date(2030, 12, 31))


def test_dates_there_and_back():
    found = days_of(pd.Series(pd.to_datetime(["2026-10-31", None])))
    assert list(found) == [day_of("2026-10-31"), NEVER]
    back = dates_of(found, day_of("2026-10-31"))
    assert back.dtype == np.dtype("datetime64[s]")
    assert back[0] == np.datetime64("2026-10-31") and np.isnat(back[1])


def test_a_day_after_the_last_one_has_not_come():
    assert np.isnat(dates_of([day_of("2026-11-01")], day_of("2026-10-31")))[0]


@pytest.mark.parametrize(
    ("born", "years", "expected"),
    [("2008-05-17", 18, "2026-05-17"), ("2008-02-29", 18, "2026-02-28"),
     ("2008-02-29", 16, "2024-02-29"), ("2009-12-31", 5, "2014-12-31")],
)  # fmt: skip
def test_birthdays(born, years, expected):
    assert birthday([day_of(born)], years)[0] == day_of(expected)


@given(dates, some.integers(1, 25))
def test_a_birthday_is_that_many_years_on(born, years):
    day = birthday([day_of(born.isoformat())], years)[0]
    at = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))
    assert at.year - born.year == years
    assert (at.month, at.day) in {(born.month, born.day), (2, 28)}


@given(dates)
def test_weekdays_near_a_day(date):
    day = day_of(date.isoformat())
    before, after = int(earlier_weekday([day])[0]), int(later_weekday([day])[0])
    assert before <= day <= after and after - before in (0, 3)
    assert (before == day) == (date.weekday() < 5) == (after == day)


def test_months_go_back_before_the_records():
    setting = Setting.of(1, months=3)
    starts = month_starts(setting, 2)
    assert starts[0] == day_of(setting.first_day) - 731  # 2023-08-01 to 2025-08-01
    assert starts[-1] == day_of(setting.last_day) + 1
    assert list(month_of_year(starts[:2])) == [7, 8]
    assert list(np.diff(month_number(starts))) == [1] * (len(starts) - 1)


def test_a_mean_of_three_years_reaches_back_before_the_records():
    setting = Setting.of(1)
    assert adoptions_from(setting) == day_of("2018-12-01")  # 36 months with 2021-11
