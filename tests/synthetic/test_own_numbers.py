"""Numbers of a child's own: uniform, apart from each other, and the same everywhere."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.own_numbers import numbers_of, own
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(3)
CHILDREN = np.arange(2_000_001, 2_020_001)


def test_they_are_uniform():
    drawn = own(SETTING, "stay", CHILDREN)
    assert drawn.min() >= 0 and drawn.max() < 1
    assert drawn.mean() == pytest.approx(0.5, abs=0.01)
    assert drawn.var() == pytest.approx(1 / 12, abs=0.002)
    # twenty equal bins of 1,000 each, within five standard errors
    assert np.abs(np.histogram(drawn, bins=20, range=(0, 1))[0] - 1000).max() < 155


@pytest.mark.parametrize(
    "other",
    [
        own(Setting.of(4), "stay", CHILDREN),
        own(SETTING, "age", CHILDREN),
        own(SETTING, "stay", CHILDREN, 1),
        own(SETTING, "stay", CHILDREN + 1),
    ],
    ids=["seed", "purpose", "turn", "child"],
)
def test_another_seed_purpose_turn_or_child_has_other_numbers(other):
    drawn = own(SETTING, "stay", CHILDREN)
    assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.03


def test_turns_of_one_child_do_not_follow_each_other():
    drawn = own(SETTING, "visit", np.full(20_000, 2_000_001), np.arange(20_000))
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.03
    assert len(np.unique(drawn)) == 20_000


def test_a_childs_number_does_not_depend_on_who_else_is_there():
    alone = own(SETTING, "stay", [2_000_123], 7)
    among = own(SETTING, "stay", CHILDREN, 7)
    assert alone[0] == among[122]


def test_it_is_the_same_everywhere():
    # worked out with Python's whole numbers, step by step
    def mixed(number):
        number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) % 2**64
        return number ^ (number >> 31)

    salt = int(SETTING.stream("stay", "own").random() * 2**53)
    first = mixed((2_000_001 * 0x9E3779B97F4A7C15 + salt) % 2**64)
    expected = mixed((first + 5 * 0xD1B54A32D192ED03) % 2**64) >> 11
    assert own(SETTING, "stay", [2_000_001], 5)[0] == expected / 2**53


def test_nobody_has_no_number():
    assert own(SETTING, "stay", np.array([], dtype=np.int64)).shape == (0,)


def test_numbers_are_read_from_ids():
    assert list(numbers_of(pd.Series(["C1000001", "C29000017"]))) == [1_000_001, 29_000_017]
