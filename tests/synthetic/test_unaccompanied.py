"""Unaccompanied children: numbers by month, with the story and without."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care_days import birthday, day_of, month_number
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.unaccompanied import ARRIVALS, BEGINS, FIRST_MORE, USUAL, arrivals

PLAIN = arrivals(Setting.of(9), 2_050_001)
STORY = arrivals(Setting.of(9, stories=["arrivals"]), 2_050_001)
ENDS = month_number([day_of("2026-10-31")])[0]


def test_all_are_14_to_17_and_leave_by_18():
    for found in (PLAIN, STORY):
        assert found["uasc"].all()
        assert (found["entered"] >= birthday(found["born"], 14)).all()
        assert (found["entered"] < birthday(found["born"], 18)).all()
        assert (found["ended"] > found["entered"]).all()
        assert (found["ended"] <= birthday(found["born"], 18)).all()


def test_about_900_a_year_without_the_story():
    assert len(PLAIN) / 18 == pytest.approx(USUAL, rel=0.04)  # 12 years before, 6 of records


def test_the_story_brings_2450_a_year_in_the_months_told():
    since = STORY[(STORY["entered"] >= day_of(BEGINS)) & (STORY["entered"] < day_of("2026-04-01"))]
    month = month_number(since["entered"]) % 12
    by_month = np.bincount(month, minlength=12) / 2
    assert by_month.sum() == pytest.approx(2450, rel=0.05)
    assert np.abs(by_month - ARRIVALS).max() < 60
    assert by_month.argmax() in (6, 7, 8) and by_month.argmin() in (0, 1)


def test_the_story_adds_children_and_changes_none():
    usual = STORY[STORY["child"] < FIRST_MORE]
    pd.testing.assert_frame_equal(usual.reset_index(drop=True), PLAIN)
    more = STORY[STORY["child"] >= FIRST_MORE]
    assert (more["entered"] >= day_of(BEGINS)).all()
    assert ((more["ended"] - more["entered"]) <= 56).all()
    assert (more["reason"] == "E3").mean() > 0.97  # a few turn 18 before


def test_about_420_are_in_care_with_the_story():
    ends = np.array([day_of(f"2025-{month:02d}-28") for month in range(1, 13)])
    stock = [((STORY["entered"] <= day) & (STORY["ended"] > day)).sum() for day in ends]
    assert np.mean(stock) == pytest.approx(420, rel=0.1)


def test_a_tenth_of_those_who_come_with_the_story_stay():
    since = STORY[STORY["entered"] >= day_of(BEGINS)]
    assert ((since["ended"] - since["entered"]) > 56).mean() == pytest.approx(0.09, abs=0.02)
    due = (since["ended"] - since["entered"]) >= 29
    assert due.mean() == pytest.approx(0.22, abs=0.04)  # a quarter is due a first health check
