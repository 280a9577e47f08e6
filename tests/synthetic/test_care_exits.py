"""How care ends: at 18 at the latest, by adoption as often and as late as planned."""

import pytest

from pmf_analysis.synthetic.care import periods_of_care
from pmf_analysis.synthetic.care_days import NEVER, birthday
from pmf_analysis.synthetic.setting import Setting

SPELLS = periods_of_care(Setting.of(2), {})
OTHERS = SPELLS[~SPELLS["uasc"]]


def test_care_ends_after_it_began_and_by_the_18th_birthday():
    assert (SPELLS["ended"] > SPELLS["entered"]).all()
    assert (SPELLS["ended"] <= birthday(SPELLS["born"], 18)).all()


def test_adopted_children_wait_430_days_and_the_order_comes_later():
    adopted = SPELLS["moved_in"] < NEVER
    assert (adopted == SPELLS["reason"].isin(["E11", "E12"])).all()
    waits = (SPELLS["moved_in"] - SPELLS["entered"])[adopted]
    assert waits.mean() == pytest.approx(430, abs=15)
    assert waits.min() >= 230
    assert (SPELLS["ended"] > SPELLS["moved_in"])[adopted].all()
    assert adopted.sum() / 32 == pytest.approx(66, abs=7)  # 32 years of entries


@pytest.mark.parametrize(
    ("codes", "age"), [(("E5", "E6", "E9"), 16), (("E7", "E17"), 18)], ids=["16", "18"]
)
def test_reasons_fit_the_age(codes, age):
    there = SPELLS[SPELLS["reason"].isin(codes)]
    assert len(there) > 20
    assert (there["ended"] >= birthday(there["born"], age)).all()


def test_one_in_twelve_leaves_within_four_weeks():
    short = (OTHERS["ended"] - OTHERS["entered"]) < 28
    assert short.mean() == pytest.approx(0.075, abs=0.015)
