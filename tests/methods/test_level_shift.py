"""The jump of a series that moves by small steps: what it is, and what hides nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pmf_analysis.methods.level_shift import level_shift

LATE = {"most_latest": 4, "least_before": 3}


def test_a_jump_by_hand():
    values = [1.0, 2, 1, 2, 1, 11, 10, 11]
    found = level_shift([values], **LATE)
    # six other steps of 1, and the middle of 11, 10, 11 against that of 2, 1, 2, 1
    assert found.statistic.tolist() == [10.0]
    assert found.latest.tolist() == [3]
    assert found.kept.tolist() == [pytest.approx((11 - 1.5) / 10)]
    held = level_shift([values], [2.0], **LATE)
    assert held.statistic.tolist() == [5.0]


def test_a_single_figure_that_was_apart_is_not_kept():
    found = level_shift([[1.0, 2, 1, 2, 1, 11, 1, 2]], **LATE)
    assert abs(found.statistic[0]) > 2
    assert abs(found.kept[0]) < 0.3


def test_what_cannot_be_judged():
    nothing = np.nan
    for values in ([5.0], [nothing] * 6, [1.0, 9, 9], [3.0] * 8, [3.0] * 5 + [4.0] * 3):
        found = level_shift([values], **LATE)
        assert np.isnan(found.statistic[0])
        assert (found.latest[0], np.isnan(found.kept[0])) == (0, True)
    # nothing ever moved, and one case is worth 0.5
    assert level_shift([[3.0] * 5 + [4.0] * 3], [0.5], **LATE).statistic.tolist() == [2.0]


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(float, (2, 20), elements=st.integers(-50, 50)),
    st.integers(0, 19),
    st.sampled_from([-2.0, 0.5, 4.0]),
)
def test_gaps_order_and_unit_do_not_matter(values, gap, unit):
    found = level_shift(values, **LATE)
    without = values.copy()
    without[:, gap] = np.nan
    shorter = np.delete(values, gap, axis=1)
    for one, other in zip(level_shift(without, **LATE), level_shift(shorter, **LATE), strict=True):
        np.testing.assert_allclose(one, other)
    turned = level_shift(unit * values[::-1], **LATE)
    np.testing.assert_allclose(turned.statistic[::-1], np.sign(unit) * found.statistic)
    np.testing.assert_allclose(turned.kept[::-1], found.kept)
