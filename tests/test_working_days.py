"""Working days between dates, by the bank holidays of England."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis import register
from pmf_analysis.working_days import RULE_SET, WorkingDays


@pytest.fixture(scope="module")
def working(root) -> WorkingDays:
    return WorkingDays.of(register.load(root / "data" / "reference").rule_set(RULE_SET).values)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-04-02", "2026-04-07", 1),  # Easter between
        ("2026-12-24", "2026-12-29", 1),  # Boxing Day on a Saturday, a substitute on Monday
        ("2022-06-01", "2022-06-06", 1),  # the holiday moved, and one more
        ("2022-09-16", "2022-09-20", 1),  # the day of a funeral
        ("2020-05-07", "2020-05-11", 1),  # early May moved to a Friday
        ("2026-03-02", "2026-03-02", 0),
        ("2026-03-02", "2026-03-03", 1),
        ("2026-03-06", "2026-03-08", 0),  # into a weekend
        ("2026-03-03", "2026-03-02", -1),
    ],
)
def test_known_days(working, start, end, days):
    assert working.between([np.datetime64(start)], [np.datetime64(end)]).tolist() == [days]


def test_a_missing_date_has_no_number(working):
    there, none = np.datetime64("2026-03-02"), np.datetime64("NaT")
    assert np.isnan(working.between([there, none], [none, there])).all()


@given(st.dates(date(2015, 1, 1), date(2027, 6, 1)), st.integers(0, 120))
def test_so_many_days_after_are_so_many_days_between(working, start, days):
    first = np.array([start], dtype="datetime64[D]")
    last = working.after(first, [days])
    assert working.between(first, last).tolist() == [days] or days == 0


@given(st.dates(date(2015, 1, 1), date(2027, 6, 1)), st.integers(0, 400))
def test_counted_day_by_day_it_is_the_same(working, start, further):
    days = [start + timedelta(days=step) for step in range(1, further + 1)]
    own = [day for day in days if day.weekday() < 5 and day.isoformat() not in working.holidays]
    end = start + timedelta(days=further)
    found = working.between([np.datetime64(start)], [np.datetime64(end)])
    assert found.tolist() == [len(own)]
