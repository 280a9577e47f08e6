"""Splits of a change: reference cases, laws that hold for any parts, and parts that are absent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from benchmarks.reference import decomposition as cases_of
from benchmarks.reference.cases import Cases
from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.decomposition import (
    count_change_limits,
    decompose,
    of_numerator_and_denominator,
    rate_limits,
    shortfall_change,
)
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.terms import MeasureKind

PART = st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.floats(0, 1), st.floats(0, 1)).map(
    lambda p: (round(p[0] * p[2]), p[0], round(p[1] * p[3]), p[1])
)
WHOLES = st.lists(st.lists(PART, min_size=1, max_size=6), min_size=1, max_size=4)


def columns(wholes) -> tuple[list[np.ndarray], np.ndarray]:
    flat = np.array([part for whole in wholes for part in whole], dtype=float)
    group = np.repeat(np.arange(len(wholes)), [len(whole) for whole in wholes])
    return list(flat.T), group


@pytest.mark.shared
def test_every_reference_case(reference):
    tallies = list(cases_of.check(Cases(reference)))
    assert [tally.total for tally in tallies] == [31, 4]
    assert all(tally.right == tally.total for tally in tallies), [one.misses for one in tallies]


def test_a_case_by_hand():
    # 60 of 100 slow and 90 of 100 quick cases; then 180 of 300 slow and 90 of 100 quick ones
    found = decompose([60, 90], [100, 100], [180, 90], [300, 100], [0, 0])
    assert_allclose(found.rate, [0, 0])
    assert_allclose(found.mix, [0.25 * 0.6, -0.25 * 0.9])
    assert_allclose(found.mix_centred.sum(), found.mix_total[0])
    assert_allclose([found.before[0], found.after[0], found.change[0]], [0.75, 0.675, -0.075])
    assert_allclose(found.mix_total, -0.075)


@settings(max_examples=150, deadline=None)
@given(WHOLES)
def test_rate_and_mix_add_up_for_every_group(wholes):
    parts, group = columns(wholes)
    found = decompose(*parts, group)
    both = np.isfinite(found.change)
    totals = [np.bincount(group, one, len(wholes)) > 0 for one in (parts[1], parts[3])]
    assert (both == (totals[0] & totals[1])).all()
    assert np.abs(found.rate_total + found.mix_total - found.change)[both].max(initial=0) <= 1e-12
    centred = np.bincount(group, np.nan_to_num(found.mix_centred), len(wholes))
    assert np.abs(centred - found.mix_total)[both].max(initial=0) <= 1e-12
    assert np.isnan(found.rate[~both[group]]).all()


@settings(max_examples=60, deadline=None)
@given(WHOLES)
def test_the_other_way_round_every_effect_has_the_other_sign(wholes):
    (x0, n0, x1, n1), group = columns(wholes)
    there, back = decompose(x0, n0, x1, n1, group), decompose(x1, n1, x0, n0, group)
    for name in ("rate", "mix", "mix_centred", "change"):
        assert_allclose(getattr(there, name), -getattr(back, name), atol=1e-12)


def test_many_at_once_are_as_each_alone():
    wholes = [[(10, 40, 12, 30), (5, 60, 9, 90)], [(1, 2, 3, 4), (5, 6, 7, 8), (0, 9, 9, 9)]]
    parts, group = columns(wholes)
    together = decompose(*parts, group)
    for number, whole in enumerate(wholes):
        own, zeros = columns([whole])
        alone = decompose(*own, zeros)
        assert_allclose(together.mix[group == number], alone.mix)
        assert together.rate_total[number] == pytest.approx(alone.rate_total[0], abs=1e-15)


def test_a_part_that_comes_or_goes_is_all_mix():
    found = decompose([30, 20, 0], [40, 40, 0], [30, 0, 9], [40, 0, 60], [0, 0, 0])
    assert_allclose(found.rate, 0)
    assert_allclose(found.mix_total, found.change)
    # where all parts come or go, all is mix
    assert_allclose(decompose([1, 0], [2, 0], [0, 3], [0, 4], [0, 0]).mix_total, 0.25)


def test_a_part_in_neither_period_has_no_effect():
    found = decompose([30, 0], [40, 0], [20, 0], [40, 0], [0, 0])
    assert_allclose([found.rate[1], found.mix[1], found.mix_centred[1]], 0)


@pytest.mark.parametrize(
    "parts",
    [
        ([0, 0], [0, 0], [1, 2], [3, 4]),  # nothing before
        ([1, 2], [3, 4], [0, 0], [0, 0]),  # nothing after
        ([1, np.nan], [3, 4], [1, 2], [3, 4]),  # a part without a number
        ([1, 2], [3, np.nan], [1, 2], [3, 4]),
    ],
)
def test_what_cannot_be_split_has_no_effects_and_leaves_the_next_group_alone(parts):
    beside = [[7], [10], [8], [10]]
    found = decompose(*(one + more for one, more in zip(parts, beside, strict=True)), [0, 0, 1])
    for name in ("rate", "mix", "mix_centred"):
        assert np.isnan(getattr(found, name)[:2]).all()
        assert np.isfinite(getattr(found, name)[2])
    assert np.isnan([found.change[0], found.rate_total[0], found.mix_total[0]]).all()
    assert found.change[1] == pytest.approx(0.1)
    limits = rate_limits(
        *(one + more for one, more in zip(parts, beside, strict=True)), [0, 0, 1],
        MeasureKind.PROPORTION, 0.95,
    )  # fmt: skip
    assert np.isnan([limits.lower[0], limits.upper[0]]).all()
    assert limits.lower[1] < 0.1 < limits.upper[1]


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (([1], [0], [1], [2]), "0 \\(1 of 0\\)"),
        (([1], [2], [1], [-2]), "0 \\(1 of -2\\)"),
        (([1], [np.inf], [1], [2]), "0 \\(1 of inf\\)"),
    ],
)
def test_parts_that_are_no_rate_are_refused_by_row(parts, named):
    with pytest.raises(MeasureError, match=named):
        decompose(*parts, [0])


@pytest.mark.parametrize("group", [[0.0], [-1], [0, 0], ["a"]])
def test_groups_are_whole_numbers_one_a_part(group):
    with pytest.raises(ParameterError, match="a whole number from 0"):
        decompose([1], [2], [1], [2], group)


def test_no_part_gives_no_group():
    found = decompose([], [], [], [], np.array([], dtype=int))
    assert [len(one) for one in found] == [0] * 8


# -- limits --------------------------------------------------------------------------------


def test_limits_of_one_whole_are_newcombes_hybrid_score_limits():
    # Newcombe (1998), table II: 56/70 and 48/80, method 10: 0.0524 to 0.3339
    found = rate_limits([48], [80], [56], [70], [0], MeasureKind.PROPORTION, 0.95)
    assert_allclose([found.lower[0], found.upper[0]], [0.0524, 0.3339], atol=5e-5)
    # 9/10 and 3/10: 0.1705 to 0.8090
    found = rate_limits([3], [10], [9], [10], [0], MeasureKind.PROPORTION, 0.95)
    assert_allclose([found.lower[0], found.upper[0]], [0.1705, 0.8090], atol=5e-5)


def test_limits_hold_the_rate_effect_and_grow_with_confidence():
    parts = ([60, 90], [100, 120], [70, 99], [130, 110], [0, 0])
    effect = decompose(*parts).rate_total[0]
    widths = []
    for confidence in (0.8, 0.95, 0.998):
        for kind in (MeasureKind.PROPORTION, MeasureKind.RATE):
            found = rate_limits(*parts, kind, confidence)
            assert found.lower[0] < effect < found.upper[0]
        widths.append(found.upper[0] - found.lower[0])
    assert widths == sorted(widths)


def test_limits_cover_the_rate_effect_of_stable_parts():
    draws = np.random.default_rng(11)
    before, after = np.array([400, 150, 60]), np.array([380, 260, 55])
    shares = np.array([0.9, 0.7, 0.85])
    runs = 4000
    x0, x1 = draws.binomial(before, shares, (runs, 3)), draws.binomial(after, shares, (runs, 3))
    group = np.repeat(np.arange(runs), 3)
    found = rate_limits(
        x0.ravel(), np.tile(before, runs), x1.ravel(), np.tile(after, runs), group,
        MeasureKind.PROPORTION, 0.95,
    )  # fmt: skip
    held = ((found.lower <= 0) & (found.upper >= 0)).mean()
    assert 0.94 <= held <= 0.97


def test_a_mean_has_no_limits():
    found = rate_limits([4000], [10], [5000], [11], [0], MeasureKind.MEAN, 0.95)
    assert np.isnan([found.lower[0], found.upper[0]]).all()


def test_limits_of_two_counts_cover_no_change():
    draws = np.random.default_rng(5)
    for level in (4, 60):
        before, after = draws.poisson(level, (2, 4000))
        found = count_change_limits(before, after, 0.95)
        held = ((found.lower <= 0) & (found.upper >= 0)).mean()
        assert 0.94 <= held <= 0.995
    found = count_change_limits([60, 0], [60, 0], 0.95)
    assert (found.lower < 0).all()
    assert (found.upper > 0).all()


# -- numerator, denominator, target --------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(PART, min_size=1, max_size=8), st.floats(0, 1), st.floats(0, 1))
def test_numerator_and_denominator_and_the_three_causes_add_up(parts, before, after):
    x0, n0, x1, n1 = np.array(parts, dtype=float).T
    both = (n0 > 0) & (n1 > 0)
    two = of_numerator_and_denominator(x0, n0, x1, n1)
    change = np.divide(x1, n1, out=np.zeros_like(x1), where=both)
    change -= np.divide(x0, n0, out=np.zeros_like(x0), where=both)
    assert (np.isfinite(two.numerator) == both).all()
    assert np.abs(sum(two) - change)[both].max(initial=0) <= 1e-12
    three = shortfall_change(x0, n0, before, x1, n1, after)
    short = (after * n1 - x1) - (before * n0 - x0)
    assert np.abs(sum(three) - short)[both].max(initial=0) <= 1e-12 * 5000
    assert np.isnan(three.rate[~both]).all()


def test_what_moved_is_what_is_named():
    same_total = of_numerator_and_denominator([60], [1000], [90], [1000])
    assert_allclose([same_total.numerator[0], same_total.denominator[0]], [0.03, 0])
    same_number = of_numerator_and_denominator([60], [1000], [60], [2000])
    assert_allclose([same_number.numerator[0], same_number.denominator[0]], [0, -0.03])
    # 80 of 100, then 160 of 200, of a target of 90%: as far off, so volume alone
    cause = shortfall_change([80], [100], [0.9], [160], [200], [0.9])
    assert_allclose([one[0] for one in cause], [0, 10, 0], atol=1e-12)
    cause = shortfall_change([80], [100], [0.8], [80], [100], [0.9])
    assert_allclose([one[0] for one in cause], [0, 0, 10], atol=1e-12)


def test_wilson_is_what_the_limits_rest_on():
    own = wilson_interval([56], [70], 0.95)
    alone = rate_limits([48], [80], [56], [70], [0], MeasureKind.PROPORTION, 0.95)
    assert 56 / 70 - 48 / 80 - alone.lower[0] > 56 / 70 - own.lower[0]
