"""Periods by the rules of layouts."""

from __future__ import annotations

import pytest

from pmf_analysis.ingest.rows import read_period


@pytest.mark.parametrize(
    ("text", "how", "code"),
    [("2025", "financial_year", "2024/25"), ("202425", "financial_year", "2024/25"),
     ("2024/25", "financial_year", "2024/25"), ("2024-25", "financial_year", "2024/25"),
     ("199900", "financial_year", "1999/00"), ("202425", "academic_year", "AY2024/25"),
     ("2024", "calendar_year", "CY2024"), ("202425", "financial_quarter 4", "2024/25-Q4"),
     ("2024", "month 5", "2024-05"), ("2025", "day 09-30", "2025-09-30"),
     ("2025-03", "code", "2025-03"), ("2024/25-Q1", "code", "2024/25-Q1")],
)  # fmt: skip
def test_periods_that_can_be_read(text, how, code):
    assert read_period(text, how).code == code


@pytest.mark.parametrize(
    ("text", "how"),
    [("", "financial_year"), ("25", "financial_year"), ("202426", "financial_year"),
     ("0000", "financial_year"), ("\u0662\u0660\u0662\u0665", "financial_year"),
     ("2024", "academic_year"), ("202425", "calendar_year"), ("2024", "financial_quarter 1"),
     ("2023", "day 02-29"), ("2025-13", "code"), ("March", "code"), ("202425", "month 5")],
)  # fmt: skip
def test_periods_that_cannot(text, how):
    assert read_period(text, how) is None
