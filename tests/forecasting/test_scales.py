"""Working scales: there and back, and never what cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.forecasting import Series
from pmf_analysis.forecasting.scales import (
    Scale,
    bend,
    last_digit,
    scale_of,
    to_working,
    unbend,
)
from pmf_analysis.terms import SeriesKind

INSIDE = {
    Scale.LOGIT: np.array([0.05, 1.0, 50.0, 99.0, 99.95]),
    Scale.LOG: np.array([1e-12, 0.5, 1.0, 1e12]),
    Scale.ROOT: np.array([0.0, 0.25, 1.0, 1e12]),
    Scale.PLAIN: np.array([-1e12, -1.0, 0.0, 1e12]),
}
PERCENT = {"kind": SeriesKind.PERCENT, "lower": 0.0, "upper": 100.0}


def one(values, kind=SeriesKind.LEVEL, **fields) -> Series:
    return Series("one", np.asarray(values, dtype=float), 12, 3, kind, **fields)


def test_every_scale_is_tried_here():
    assert set(INSIDE) == set(Scale)


@pytest.mark.parametrize("scale", Scale)
def test_there_and_back(scale):
    values = INSIDE[scale]
    np.testing.assert_allclose(unbend(bend(values, scale), scale), values, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", Scale)
def test_more_stays_more(scale):
    z = np.linspace(-30, 30, 301)
    assert (np.diff(unbend(z, scale)) >= 0).all()
    assert (np.diff(bend(INSIDE[scale], scale)) > 0).all()


@given(st.floats(-1e6, 1e6))
def test_a_percentage_cannot_leave_what_can_be(z):
    assert 0 <= unbend(np.array([z]), Scale.LOGIT)[0] <= 100


@given(st.floats(-1e6, 1e3))
def test_a_count_cannot_be_negative(z):
    assert unbend(np.array([z]), Scale.ROOT)[0] >= 0
    assert unbend(np.array([min(z, 700.0)]), Scale.LOG)[0] >= 0


@pytest.mark.parametrize(
    ("values", "fields", "allowed"),
    [
        ([50, 60], PERCENT, {Scale.LOGIT}),
        ([np.nan, 100], PERCENT, {Scale.LOGIT}),
        ([-5, 60], {}, {Scale.PLAIN}),
        ([np.nan], {}, {Scale.PLAIN}),
        ([0, 3, 2], {"kind": SeriesKind.SMALL_COUNT, "lower": 0.0}, {Scale.ROOT, Scale.LOG}),
        ([0, 300, 200], {"kind": SeriesKind.COUNT, "lower": 0.0}, {Scale.ROOT}),
        ([250, 300, 200], {"kind": SeriesKind.COUNT, "lower": 0.0}, {Scale.LOG, Scale.ROOT}),
    ],
)
def test_the_scale_is_by_kind_and_figures(values, fields, allowed):
    assert scale_of(one(values, **fields)) in allowed


@pytest.mark.parametrize("values", [[0.0, 50.0, 100.0], [100.0] * 3, [0.0] * 3])
@pytest.mark.parametrize("whole", [None, 0.0, 1.0, 40.0, 1e12, np.nan])
def test_none_and_all_of_a_whole_have_a_place_on_the_scale(values, whole):
    denominators = None if whole is None else np.full(3, whole)
    z = to_working(one(values, denominators=denominators, **PERCENT), Scale.LOGIT)
    assert np.isfinite(z).all()
    # the longer it lasts, the surer it is: never nearer to half of the whole
    assert (np.diff(np.abs(z)) >= 0).all() or values[0] < values[-1]
    assert (np.sign(z) == np.sign(np.array(values) - 50)).all() or values[0] < values[-1]


def test_small_months_are_pulled_to_the_share_so_far_and_not_to_a_half():
    values, wholes = [90.0] * 30 + [100.0], np.array([10.0] * 30 + [3.0])
    z = to_working(one(values, denominators=wholes, **PERCENT), Scale.LOGIT)
    assert unbend(z, Scale.LOGIT)[-1] > 97
    np.testing.assert_allclose(unbend(z[5:30], Scale.LOGIT), 90, atol=0.2)


def test_never_so_far_is_not_impossible():
    wholes = np.full(40, 50.0)
    for value in (0.0, 100.0):
        z = to_working(one(np.full(40, value), denominators=wholes, **PERCENT), Scale.LOGIT)
        assert np.abs(unbend(z, Scale.LOGIT) - value).min() > 0.1


@pytest.mark.parametrize(
    ("values", "step"), [([98, 100], 1.0), ([98.5, 100], 0.1), ([np.nan], 1.0)]
)
def test_percentages_without_their_cases_are_half_a_digit_from_the_end(values, step):
    assert last_digit(np.array(values, dtype=float)) == step
    z = to_working(one([*values, 100.0], **PERCENT), Scale.LOGIT)
    np.testing.assert_allclose(unbend(z, Scale.LOGIT)[-1], 100 - step / 2)


def test_the_same_share_of_more_cases_is_nearer_the_end():
    z = to_working(one([100, 100, 100], denominators=np.array([5.0, 50, 500]), **PERCENT),
                   Scale.LOGIT)  # fmt: skip
    assert (np.diff(z) > 0).all()


@pytest.mark.parametrize("scale", Scale)
def test_a_gap_stays_a_gap(scale):
    fields = PERCENT if scale is Scale.LOGIT else {"kind": SeriesKind.LEVEL}
    z = to_working(one([40.0, np.nan, 60.0], **fields), scale)
    assert np.isnan(z).tolist() == [False, True, False]
