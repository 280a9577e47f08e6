"""Adoptions: their dates in order, and enough of them before the first counted month."""

import numpy as np
import pytest

from pmf_analysis.synthetic.adoptions import adoptions
from pmf_analysis.synthetic.care import periods_of_care
from pmf_analysis.synthetic.care_days import NEVER, day_of
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(7)
FOUND = adoptions(SETTING, periods_of_care(SETTING, {}))


def test_one_thing_comes_after_the_other():
    order = FOUND[["entered", "decided", "matched", "moved_in", "ordered"]]
    assert (np.diff(order.to_numpy(), axis=1) > 0).all()
    assert FOUND["moved_in"].max() <= day_of(SETTING.last_day) < NEVER


def test_66_a_year_from_three_years_before_the_first_counted_month():
    years = (FOUND["moved_in"] - day_of("2018-12-01")) // 365.25
    assert years.min() == 0
    by_year = years.value_counts().sort_index().iloc[:7]
    assert by_year.mean() == pytest.approx(66, rel=0.12)
    assert by_year.between(34, 98).all()  # four standard deviations of a Poisson count


def test_they_take_430_days():
    assert (FOUND["moved_in"] - FOUND["entered"]).mean() == pytest.approx(430, abs=25)


def test_an_adoption_team_holds_the_child():
    assert set(FOUND["team"]) == {"adoption-1", "adoption-2", "adoption-3"}
