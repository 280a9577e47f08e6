"""Placements: they tile a period of care, fit the age, and move as often as planned."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care import periods_of_care
from pmf_analysis.synthetic.care_days import day_of
from pmf_analysis.synthetic.placements import HOMES, placements
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(4)
EVERYONE = periods_of_care(SETTING, {})
SPELLS = EVERYONE[EVERYONE["ended"] >= day_of(SETTING.first_day)].reset_index(drop=True)
LIVES = placements(SETTING, SPELLS)
HELD = SPELLS.iloc[LIVES["row"].to_numpy()].reset_index(drop=True)
LAST = day_of(SETTING.last_day)


def test_they_tile_the_period_of_care():
    assert (LIVES["start"] < LIVES["end"]).all()
    of_child = LIVES.groupby("row")
    begun = SPELLS["entered"] <= LAST
    assert (of_child["start"].first() == SPELLS["entered"][begun]).all()
    follows = LIVES["row"] == LIVES["row"].shift(1)
    assert (LIVES["start"][follows] == LIVES["end"].shift(1)[follows]).all()
    reached = of_child["end"].last()
    ended = SPELLS["ended"].loc[reached.index]
    assert ((reached == ended) | (reached > LAST)).all()
    assert (of_child["place"].last() + 1 == of_child.size()).all()


def test_adopted_children_live_with_adopters_from_moving_in_on():
    adopters = LIVES["placement_type"].isin(["A3", "A4", "A5", "A6"])
    assert (LIVES["start"] == HELD["moved_in"])[adopters].all()
    assert (adopters == (LIVES["start"] >= HELD["moved_in"])).all()
    assert adopters.sum() == SPELLS["moved_in"].between(0, LAST).sum()


@pytest.mark.parametrize(
    ("code", "youngest", "oldest"), [("H5", 16, 18), ("P2", 16, 18), ("R3", 0, 5), ("S1", 5, 18)]
)
def test_a_home_fits_the_age(code, youngest, oldest):
    age = (LIVES["start"] - HELD["born"])[LIVES["placement_type"] == code] / 365.25
    assert len(age) > 5
    assert youngest <= age.min() and age.max() < oldest


def test_nobody_under_ten_is_in_a_secure_home():
    age = (LIVES["start"] - HELD["born"])[LIVES["placement_type"] == "K1"] / 365.25
    assert len(age) > 0 and age.min() >= 10


def test_reasons_are_given_for_moves_alone():
    last = LIVES["end"] == HELD["ended"]
    assert ((LIVES["reason"] == "") == last).all()


def test_shares_of_homes_add_up():
    assert np.allclose(np.sum([home.shares for home in HOMES], axis=0), 1)


def test_about_three_in_four_live_with_foster_carers():
    here = (LIVES["start"] <= LAST) & (LIVES["end"] > LAST) & ~HELD["uasc"]
    fostered = LIVES["placement_type"][here].str.startswith("U")
    assert fostered.mean() == pytest.approx(0.735, abs=0.04)


def test_one_in_eight_has_had_three_placements_in_a_year():
    shares = []
    for day in range(LAST, LAST - 5 * 365, -182):
        open_then = LIVES[(LIVES["start"] <= day) & (LIVES["end"] > day - 365)]
        many = open_then.groupby("row").size() >= 3
        there = SPELLS.index[(SPELLS["entered"] <= day) & (SPELLS["ended"] > day)]
        shares.append(many.loc[there].mean())
    assert np.mean(shares) == pytest.approx(0.12, abs=0.012)
    assert np.abs(np.array(shares) - 0.12).max() < 0.034  # 4.5 standard errors


def test_far_and_outside_the_county_live_one_in_eleven():
    here = (LIVES["start"] <= LAST) & (LIVES["end"] > LAST)
    far = (LIVES["inside"] == "no") & (LIVES["distance"] > 20)
    assert far[here].mean() == pytest.approx(0.09, abs=0.02)


def test_who_else_is_there_changes_no_placement():
    some = SPELLS.iloc[::7].reset_index(drop=True)
    mine = placements(SETTING, some)
    theirs = LIVES[LIVES["row"] % 7 == 0]
    pd.testing.assert_frame_equal(
        mine.drop(columns="row"), theirs.drop(columns="row").reset_index(drop=True)
    )
