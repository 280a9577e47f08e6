"""Which stretch of time one shown figure covers, and how many delivered figures that is."""

from __future__ import annotations

import pytest

from pmf_analysis import periods
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_label, shown_span


@pytest.mark.parametrize(
    ("data_period", "frequency", "period", "expected", "label"),
    [
        ("M", "month", "2025-03", 1, "March 2025"),
        ("R12M", "month", "2025-03", 12, "12 months to March 2025"),
        ("R12M", "quarter", "2024/25-Q4", 4, "12 months to March 2025"),
        ("R3Y", "month", "2025-03", 36, "3 years to March 2025"),
        ("R3Y", "year", "2024/25", 3, "3 years to March 2025"),
        ("YTD", "month", "2025-04", 1, "April 2025"),
        ("YTD", "month", "2025-03", 12, "April 2024 to March 2025"),
        ("YTD", "quarter", "2024/25-Q2", 2, "April to September 2024"),
        ("YTD", "year", "2024/25", 1, "year to March 2025"),
    ],
)
def test_spans_and_labels_follow_the_data_period(data_period, frequency, period, expected, label):
    source = {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}}
    given = {
        "code": "X-1", "name": "Test", "objective": "o", "source": source, "kind": "proportion",
        "unit": "percent", "polarity": "high", "frequency": frequency,
        "data_period": data_period, "applies_to": ["team"], "owner": "role", "origin": "here",
    }  # fmt: skip
    indicator, asked = Indicator(**given), periods.parse(period)
    assert shown_span(indicator, asked) == expected
    assert shown_label(asked, indicator) == label
    stock = Indicator(**given, stock=True)
    assert shown_span(stock, asked) == 1
    assert shown_label(asked, stock) == periods.format_date(asked.end)
