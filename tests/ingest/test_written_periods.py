"""Periods as files write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.ingest.written_periods import read_period


@pytest.mark.parametrize(
    ("text", "how", "code"),
    [("2025", "financial_year", "2024/25"), ("2024-2025", "financial_year", "2024/25"),
     ("2024 / 25", "financial_year", "2024/25"), ("2015/16", "academic_year", "AY2015/16"),
     ("2025", "academic_year_ending", "AY2024/25"),
     ("2015/16", "academic_year_ending", "AY2015/16"),
     ("202503", "month", "2025-03"), ("2025-03", "month", "2025-03"),
     ("2017-03-01", "month", "2017-03"), ("2017-03-31 00:00:00", "month", "2017-03"),
     ("01/03/2017", "month", "2017-03"), ("March 2025", "month", "2025-03"),
     ("Mar-25", "month", "2025-03"), ("Sept 2025", "month", "2025-09"),
     ("2025 March", "month", "2025-03"), ("2025M11", "month", "2025-11"),
     ("2025-09-30", "day", "2025-09-30"), ("30/09/2025", "day", "2025-09-30"),
     ("30 September 2025", "day", "2025-09-30"), ("20250930", "day", "2025-09-30"),
     ("2018/19 Q1", "financial_quarter", "2018/19-Q1"),
     ("2018-19;Q1", "financial_quarter", "2018/19-Q1"),
     ("Q4 2024/25", "financial_quarter", "2024/25-Q4"),
     ("2024-25 Quarter 4", "financial_quarter", "2024/25-Q4"),
     ("2024-25 (Q4)", "financial_quarter", "2024/25-Q4"),
     ("April to June 2024", "financial_quarter", "2024/25-Q1"),
     ("Jan-Mar 2025", "calendar_quarter", "2024/25-Q4"),
     ("2025 Q1", "calendar_quarter", "2024/25-Q4"), ("2025Q4", "calendar_quarter", "2025/26-Q3"),
     ("202425", "financial_quarter 1", "2024/25-Q1"), ("2025", "calendar_quarter 2", "2025/26-Q1"),
     ("2025", "week 12", "2025-03-17/2025-03-23"), ("2026", "week 53", "2026-12-28/2027-01-03"),
     ("202425", "09-01 to 12-31 of academic_year", "2024-09/2024-12"),
     ("202425", "01-01 to 04-30 of academic_year", "2025-01/2025-04"),
     ("202324", "12-01 to 02-28 of academic_year", "2023-12/2024-02"),
     ("202425", "04-06 to 04-05 of financial_year", "2024-04-06/2025-04-05"),
     ("202425", "10-01 to 03-31 of financial_year", "2024-10/2025-03")],
)  # fmt: skip
def test_periods_that_can_be_read(text, how, code):
    assert read_period(text, how).code == code


@pytest.mark.parametrize(
    ("text", "how"),
    [("0", "academic_year_ending"), ("2025", "academic_year"), ("2014-16", "financial_year"),
     ("2014-2016", "financial_year"), ("2025", "month"), ("202513", "month"), ("Ma 2025", "month"),
     ("Total 2025", "month"), ("2025 Q1", "financial_quarter"), ("2024/25", "financial_quarter"),
     ("2024/25 Q1 Q2", "financial_quarter"), ("2024/25 Q5", "financial_quarter"),
     ("2024/25 Q1", "calendar_quarter"), ("February to April 2024", "financial_quarter"),
     ("April to July 2024", "financial_quarter"), ("2025", "week 53"), ("202425", "week 1"),
     ("30/02/2025", "day"), ("2024", "09-01 to 12-31 of academic_year"), ("", "month"),
     ("2023", "02-29 to 03-31 of calendar_year")],
)  # fmt: skip
def test_periods_that_cannot(text, how):
    assert read_period(text, how) is None


@given(st.integers(1950, 2100), st.integers(1, 12))
def test_a_month_is_the_same_however_it_is_written(year, number):
    name = periods.MONTHS[number - 1]
    texts = [f"{year}{number:02d}", f"{year}-{number:02d}", f"{name} {year}", f"{name[:3]} {year}",
             f"{year}-{number:02d}-15", f"01/{number:02d}/{year}"]  # fmt: skip
    assert {read_period(text, "month").code for text in texts} == {f"{year}-{number:02d}"}


@given(st.integers(1950, 2100))
def test_terms_and_quarters_share_out_the_school_year(year):
    text = f"{year - 1}{year % 100:02d}"
    for starts in (("09-01", "01-01", "05-01"), ("09-01", "12-01", "03-01", "06-01")):
        ends = {"09-01": {3: "12-31", 4: "11-30"}, "01-01": {3: "04-30"}, "05-01": {3: "08-31"},
                "12-01": {4: "02-28"}, "03-01": {4: "05-31"}, "06-01": {4: "08-31"}}  # fmt: skip
        parts = [
            read_period(text, f"{start} to {ends[start][len(starts)]} of academic_year")
            for start in starts
        ]
        assert (
            sum((part.end - part.start).days + 1 for part in parts)
            == (periods.academic_year(year).end - periods.academic_year(year).start).days + 1
        )
