"""Periods with more around them than the period itself."""

from __future__ import annotations

import pytest

from pmf_analysis.ingest.spans import read_span
from pmf_analysis.register.layouts import PeriodRule

RULE = PeriodRule(
    column="Years",
    kinds={"": "financial_year"},
    patterns=[
        {"match": r"(?P<period>\d{4}) \(prov\)", "state": "provisional"},
        {"match": r"(?P<first>\d{4})-(?P<last>\d\d) pool", "rule": "calendar_year"},
        {"match": r"(?P<first>\d{4}/\d\d) to (?P<last>\d\d/\d\d)"},
        {"match": r"(?P<year>\d{4})(?P<month>\d\d)"},
        {"match": r"(?P<month>[A-Za-z]{3,}) (?P<year>\d\d)"},
        {"match": r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})"},
    ],
)


@pytest.mark.parametrize(
    ("text", "code", "state"),
    [("2025 (prov)", "2024/25", "provisional"), ("2025", "2024/25", None),
     ("2014-16 pool", "CY2014-2016", None), ("2013/14 to 15/16", "2013/14-2015/16", None),
     ("202503", "2025-03", None), ("Sept 24", "2024-09", None), ("30.09.2025", "2025-09-30", None)],
)  # fmt: skip
def test_what_stands_around_a_period_is_read(text, code, state):
    period, found = read_span(text, "financial_year", RULE)
    assert (period.code, found) == (code, state)


@pytest.mark.parametrize(
    "text", ["0", "2016-14 pool", "202513", "Foo 24", "31.02.2025", "2025 (Rev)"]
)
def test_what_is_no_period_is_none(text):
    assert read_span(text, "financial_year", RULE)[0] is None
