"""Care leavers: as many, as old and as settled as planned."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care import periods_of_care
from pmf_analysis.synthetic.care_days import birthday, day_of
from pmf_analysis.synthetic.leavers import LEARNING_OR_WORKING, contacts, leavers
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(8)
SPELLS = periods_of_care(SETTING, {})
LEAVERS = leavers(SETTING, SPELLS)
CONTACTS = contacts(SETTING, LEAVERS)
BORN = LEAVERS.set_index("child")["born"].loc[CONTACTS["child"]].to_numpy()
ENDS = [day_of(month.end.isoformat()) for month in SETTING.counted]


def latest(day):
    """The latest contact of each leaver aged 19 to 21 on a day."""
    then = CONTACTS[CONTACTS["day"] <= day].groupby("child").last()
    born = LEAVERS.set_index("child")["born"].loc[then.index]
    return then[(birthday(born, 19) <= day) & (birthday(born, 22) > day)]


def test_they_left_care_at_16_or_later_and_are_18_or_more():
    assert (LEAVERS["ended"] >= birthday(LEAVERS["born"], 16)).all()
    assert not LEAVERS["reason"].isin(["E3", "E11", "E12", "E15"]).any()
    assert (CONTACTS["day"] >= birthday(BORN, 18)).all()
    assert (CONTACTS["day"] < birthday(BORN, 25)).all()
    assert CONTACTS["day"].between(day_of(SETTING.first_day), day_of(SETTING.last_day)).all()


def test_contacts_are_about_every_eight_weeks():
    young = CONTACTS[CONTACTS["day"] < birthday(BORN, 22)]
    gap = young.groupby("child")["day"].diff().dropna()
    assert gap.mean() == pytest.approx(56, abs=0.5)
    assert gap.between(40, 72).all()


def test_about_1191_are_19_to_21_in_every_month():
    counts = [len(latest(day)) for day in ENDS[::6]]
    assert np.mean(counts) == pytest.approx(1191, rel=0.06)
    assert np.std(counts) < 40


def test_half_learn_or_work_and_83_in_a_hundred_are_suitably_housed():
    then = [latest(day) for day in ENDS[::6]]
    busy = np.mean([one["activity"].isin(LEARNING_OR_WORKING).mean() for one in then])
    suitable = np.mean([(one["suitable"] == "yes").mean() for one in then])
    assert busy == pytest.approx(0.51, abs=0.03)
    assert suitable == pytest.approx(0.83, abs=0.025)


def test_things_last_from_one_contact_to_the_next():
    same = CONTACTS["child"] == CONTACTS["child"].shift(1)
    stays = (CONTACTS["activity"] == CONTACTS["activity"].shift(1))[same]
    assert stays.mean() == pytest.approx(0.914, abs=0.01)  # 0.9, and 0.1 of drawn alike


def test_nothing_is_known_of_those_out_of_touch():
    out = CONTACTS["in_touch"] == "no"
    assert 0.05 < out.mean() < 0.11
    for column in ("activity", "accommodation", "suitable"):
        assert ((CONTACTS[column] == "") == out).all()


def test_who_else_is_there_changes_no_contact():
    some = LEAVERS.iloc[::5]
    pd.testing.assert_frame_equal(
        contacts(SETTING, some),
        CONTACTS[CONTACTS["child"].isin(some["child"])].reset_index(drop=True),
    )
