"""Reporting periods: read, label, step, order."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError
from pmf_analysis.terms import Frequency

CODES = [
    ("2025-03", date(2025, 3, 1), date(2025, 3, 31), "March 2025"),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
    ("2011-12", date(2011, 12, 1), date(2011, 12, 31), "December 2011"),
    ("2011/12", date(2011, 4, 1), date(2012, 3, 31), "year to March 2012"),
    ("1999/00", date(1999, 4, 1), date(2000, 3, 31), "year to March 2000"),
    ("2024/25-Q1", date(2024, 4, 1), date(2024, 6, 30), "April to June 2024"),
    ("2024/25-Q4", date(2025, 1, 1), date(2025, 3, 31), "January to March 2025"),
    ("AY2024/25", date(2024, 9, 1), date(2025, 8, 31), "school year 2024 to 2025"),
    ("CY2025", date(2025, 1, 1), date(2025, 12, 31), "year to December 2025"),
    ("2025-09-30", date(2025, 9, 30), date(2025, 9, 30), "30 September 2025"),
    ("2024-09/2024-12", date(2024, 9, 1), date(2024, 12, 31), "September to December 2024"),
    ("2024-10/2025-02", date(2024, 10, 1), date(2025, 2, 28), "October 2024 to February 2025"),
    ("2025-03-17/2025-03-23", date(2025, 3, 17), date(2025, 3, 23), "17 to 23 March 2025"),
    ("2024-04-06/2025-04-05", date(2024, 4, 6), date(2025, 4, 5), "6 April 2024 to 5 April 2025"),
]


@pytest.mark.parametrize(("code", "start", "end", "label"), CODES)
def test_a_code_is_read(code, start, end, label):
    found = periods.parse(code)
    assert (found.code, found.start, found.end, found.label) == (code, start, end, label)


@pytest.mark.parametrize("code", [code for code, *_ in CODES])
@given(steps=st.integers(-60, 60))
def test_a_step_forth_and_back_comes_home(code, steps):
    period = periods.parse(code)
    there = periods.shift(period, steps)
    assert periods.shift(there, -steps) == period
    assert periods.steps_between(period, there) == steps
    assert periods.step_number(there) - periods.step_number(period) == steps
    assert periods.parse(there.code) == there


@pytest.mark.parametrize(
    "code", ["2024/26", "2024-13", "2025-02-30", "", "March", "2024-25", "24/25", "2024/25-Q5"]
)
def test_what_is_no_period_is_refused_with_what_would_be_one(code):
    with pytest.raises(ParameterError, match="Expected: a month such as 2025-03"):
        periods.parse(code)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2025-01-01", "2025-03-31", "2024/25-Q4"), ("2025-04-01", "2025-06-30", "2025/26-Q1"),
     ("2025-10-01", "2025-12-31", "2025/26-Q3"), ("2025-02-01", "2025-02-28", "2025-02"),
     ("2024-09-01", "2025-08-31", "AY2024/25"), ("2025-01-01", "2025-12-31", "CY2025"),
     ("2024-04-01", "2025-03-31", "2024/25"), ("2025-05-01", "2025-05-01", "2025-05-01"),
     ("2025-02-01", "2025-04-30", "2025-02/2025-04")],
)  # fmt: skip
def test_days_that_make_a_usual_period_are_that_period(first, last, code):
    assert periods.stretch(date.fromisoformat(first), date.fromisoformat(last)).code == code


@pytest.mark.parametrize(
    "code", ["2025-01/2025-03", "2025-05/2025-04", "2025-01/2025-03-31", "2024-01-01/2025-01-01"]
)
def test_a_stretch_has_one_code_and_lies_within_a_year(code):
    with pytest.raises(ParameterError):
        periods.parse(code)


def test_a_leap_day_steps_to_the_28th():
    assert periods.shift(periods.parse("2024-02-29"), 1).code == "2025-02-28"


def test_a_sequence_holds_both_ends():
    codes = [p.code for p in periods.sequence(periods.parse("2024-11"), periods.parse("2025-02"))]
    assert codes == ["2024-11", "2024-12", "2025-01", "2025-02"]


@pytest.mark.parametrize(("code", "year"), [("2025-03", "2024/25"), ("2025-04", "2025/26")])
def test_a_month_lies_in_its_financial_year(code, year):
    assert periods.containing_year(periods.parse(code)).code == year


def test_a_year_has_its_seasons():
    assert [periods.season_length(f) for f in Frequency] == [12, 4, 1]


def test_a_typed_date_is_read_or_refused():
    assert periods.parse_date("2026-11-06") == date(2026, 11, 6)
    assert periods.parse_date("") is None
    with pytest.raises(ParameterError, match="YYYY-MM-DD"):
        periods.parse_date("6/11/2026")
