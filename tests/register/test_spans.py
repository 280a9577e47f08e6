"""How many delivered figures one shown figure adds up."""

from __future__ import annotations

import pytest

from pmf_analysis import periods
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_span


@pytest.mark.parametrize(
    ("data_period", "frequency", "period", "expected"),
    [
        ("M", "month", "2025-03", 1),
        ("R12M", "month", "2025-03", 12),
        ("R12M", "quarter", "2024/25-Q4", 4),
        ("R3Y", "month", "2025-03", 36),
        ("R3Y", "year", "2024/25", 3),
        ("YTD", "month", "2025-04", 1),
        ("YTD", "month", "2025-03", 12),
        ("YTD", "quarter", "2024/25-Q2", 2),
        ("YTD", "year", "2024/25", 1),
    ],
)
def test_spans_follow_the_data_period(data_period, frequency, period, expected):
    source = {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}}
    given = {
        "code": "X-1", "name": "Test", "objective": "o", "source": source, "kind": "proportion",
        "unit": "percent", "polarity": "high", "frequency": frequency,
        "data_period": data_period, "applies_to": ["team"], "owner": "role", "origin": "here",
    }  # fmt: skip
    assert shown_span(Indicator(**given), periods.parse(period)) == expected
    assert shown_span(Indicator(**given, stock=True), periods.parse(period)) == 1
