"""Days in time."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.counting.days import month_numbers, months_before, years_between


def day(*texts):
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        ("2026-03-10", 12, "2025-03-10"), ("2026-10-31", 12, "2025-10-31"),
        ("2026-02-28", 12, "2025-02-28"), ("2024-02-29", 12, "2023-02-28"),
        ("2025-02-28", 12, "2024-02-29"), ("2026-05-30", 3, "2026-02-28"),
        ("2026-05-31", 3, "2026-02-28"), ("2026-04-30", 1, "2026-03-31"),
        ("2026-01-15", 0, "2026-01-15"), ("2026-01-15", 1, "2025-12-15"),
    ],
)  # fmt: skip
def test_the_same_day_some_months_earlier(on, months, expected):
    assert months_before(day(on), months).tolist() == day(expected).tolist()


def test_no_day_has_no_earlier_day_and_no_month():
    assert np.isnat(months_before(day("NaT"), 3)).all()
    assert month_numbers(day("NaT", "2026-01-31")).tolist() == [-1, 2026 * 12]


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2004-02-29", "2023-02-28", 18), ("2004-02-29", "2023-03-01", 19),
        ("2004-06-15", "2023-06-14", 18), ("2004-06-15", "2023-06-15", 19),
        ("2004-06-15", "2004-06-15", 0), ("1969-12-31", "1970-01-01", 0),
    ],
)  # fmt: skip
def test_age_in_full_years(born, on, years):
    assert years_between(day(born), day(on)).tolist() == [years]


def test_without_a_date_of_birth_there_is_no_age():
    assert np.isnan(years_between(day("NaT"), day("2026-01-01"))).all()
