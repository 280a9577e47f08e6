"""What falls due under a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic import protection
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(1, scale=0.01)


def _plans(begun: str, ends: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "number": [7], "child_id": ["C1000001"], "home_district": ["lathe"],
            "held_by": ["lathe"], "protection_team": [0.9],
            "begun": pd.to_datetime([begun]).astype("datetime64[s]"),
            "ends": pd.to_datetime([ends]).astype("datetime64[s]"),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-12-15", 3, "2025-03-15"),
        ("2024-08-31", 6, "2025-02-28"),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, then) -> None:
    """As `pandas.DateOffset` reckons."""
    found = protection.months_later(np.array([day], "datetime64[D]"), np.array([months]))
    assert found.astype(str).tolist() == [then]
    assert pd.Timestamp(day) + pd.DateOffset(months=months) == pd.Timestamp(then)


def test_a_visit_is_due_each_month_of_a_plan() -> None:
    visit = protection.visits(SETTING, _plans("2024-01-31", "2024-05-31"))
    due = visit["due_on"].dt.strftime("%Y-%m-%d").tolist()
    assert due == ["2024-02-29", "2024-03-31", "2024-04-30"]
    assert set(visit["team_then"]) == {"lathe-protection-2"}
    assert not (visit["event_date"] >= "2024-05-31").any()


def test_a_review_is_due_after_three_months_and_every_six_from_there() -> None:
    review = protection.reviews(SETTING, _plans("2024-01-10", ""))
    due = review["due_on"].dt.strftime("%Y-%m-%d").tolist()
    assert due[:3] == ["2024-04-10", "2024-10-10", "2025-04-10"]
    assert due[-1] == "2026-10-10"


def test_nothing_is_due_before_the_records() -> None:
    visit = protection.visits(SETTING, _plans("2019-01-10", "2020-12-20"))
    assert visit["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2020-11-10", "2020-12-10"]


def test_what_was_done_was_done_on_a_working_day() -> None:
    visit = protection.visits(SETTING, _plans("2020-01-10", ""))
    done = visit["event_date"].dropna().to_numpy().astype("datetime64[D]")
    assert len(done) > 60
    assert np.is_busday(done).all()


def test_no_plan_has_nothing_due() -> None:
    assert protection.visits(SETTING, _plans("2024-01-10", "").iloc[:0]).empty
