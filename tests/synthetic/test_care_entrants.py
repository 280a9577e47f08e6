"""Who enters care: a steady flow, some of it from child protection plans."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care_days import birthday, day_of, days_of
from pmf_analysis.synthetic.care_entrants import CHILD, ENTRIES, entrants, entry_days
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(5)
FIRST = day_of(SETTING.first_day)


def plans(count=6000):
    """As many children with a plan that ended, spread over the records, some twice."""
    number = np.arange(count)
    child = pd.DataFrame(
        {
            "child_id": "C" + pd.Series(1_000_001 + number).astype("str"),
            "date_of_birth": pd.Timestamp("2010-01-01") + pd.to_timedelta(number, "D"),
            "sex": "F",
            "ethnicity": "WBRI",
            "disability": np.where(number % 10 == 0, "yes", "no"),
            "home_district": "lathe",
        }
    )
    ended = pd.Timestamp(SETTING.first_day) + pd.to_timedelta(number * 2190 // count, "D")
    once = pd.DataFrame({"child_id": child["child_id"], "ended_on": ended})
    again = once.assign(ended_on=once["ended_on"] + pd.Timedelta(days=400))
    return {"child": child, "plan": pd.concat([once, again, once.assign(ended_on=pd.NaT)])}


def test_the_flow_is_steady():
    found = entrants(SETTING, {})
    assert list(found.columns) == list(CHILD)
    years = (found["entered"] - FIRST) // 365.25
    by_year = years.value_counts()[range(-25, 5)]
    assert by_year.mean() == pytest.approx(12 * ENTRIES, rel=0.03)
    # Poisson counts: nothing beyond four standard deviations
    assert (np.abs(by_year - 12 * ENTRIES) < 4 * np.sqrt(12 * ENTRIES)).all()
    assert found["entered"].max() <= day_of(SETTING.last_day)
    assert (found["entered"] < birthday(found["born"], 18)).all()
    assert (found["entered"] >= found["born"]).all()


def test_children_with_a_plan_take_the_place_of_others_within_the_records():
    made = plans()
    found, without = entrants(SETTING, made), entrants(SETTING, {})
    before = found["entered"] < FIRST
    assert (~found["known"][before]).all()
    assert before.sum() == (without["entered"] < FIRST).sum()
    known = found[found["known"]]
    assert 0.11 < len(known) / 12_000 < 0.14  # some of the twelve thousand are of one child
    assert not known["child"].duplicated().any()
    assert (known["entered"] < birthday(known["born"], 17)).all()
    ended = days_of(made["plan"]["ended_on"])
    assert set(known["entered"]) <= set(ended)
    within = ~before & ~found["known"]
    assert within.sum() == pytest.approx(0.75 * (without["entered"] >= FIRST).sum(), rel=0.05)


def test_one_plan_more_changes_nobody_else():
    made = plans()
    more = {**made, "plan": made["plan"].iloc[17:]}
    left = set(made["plan"]["child_id"].iloc[:17].str.slice(1).astype(int))
    one, other = entrants(SETTING, made), entrants(SETTING, more)
    pd.testing.assert_frame_equal(
        one[~one["child"].isin(left)].reset_index(drop=True),
        other[~other["child"].isin(left)].reset_index(drop=True),
    )


def test_nobody_comes_before_the_beginning():
    days = entry_days(SETTING, "try", 3, np.full(12, 30.0), since="2024-04-01")
    assert days.min() >= day_of("2024-04-01")
    assert len(days) == pytest.approx(31 * 30, rel=0.15)
