"""Chances and ranges held against what happened: known answers, laws, broken input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.methods.verification import brier, clustered_share, reliability

TENTHS = np.r_[0, np.arange(0.05, 1, 0.1), 1]
CASES = st.lists(
    st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 5)), min_size=1, max_size=60
)


def parts(cases):
    return tuple(np.array(part, dtype=float) for part in zip(*cases, strict=True))


# Wilks DS (1995), Statistical Methods in the Atmospheric Sciences, table 7.3, page 246, as the R
# package verification gives it: forecasts of rain by the chance said, and how often it rained
SAID = [0.0, 0.05, *np.arange(0.1, 1.01, 0.1)]
TIMES = [0.4112, 0.0671, 0.1833, 0.0986, 0.0616, 0.0366, 0.0303, 0.0275, 0.0245, 0.0220, 0.0170,
         0.0203]  # fmt: skip
RAINED = [0.006, 0.019, 0.059, 0.150, 0.277, 0.377, 0.511, 0.587, 0.723, 0.779, 0.934, 0.933]


def wilks():
    counts = np.rint(12402 * np.array(TIMES)).astype(int)
    wet = np.rint(counts * np.array(RAINED)).astype(int)
    chance = np.repeat(SAID, counts)
    happened = np.concatenate([np.r_[np.ones(w), np.zeros(n - w)]
                               for w, n in zip(wet, counts, strict=True)])  # fmt: skip
    return chance, happened


def test_the_published_score_and_its_parts():
    chance, happened = wilks()
    edges = np.r_[0, 0.025, 0.075, np.arange(0.15, 1, 0.1), 1]
    found = brier(chance, happened, np.arange(len(chance)), edges)
    # from the table itself: Murphy's parts by hand
    share = np.dot(TIMES, RAINED)
    rel = np.dot(TIMES, (np.array(SAID) - RAINED) ** 2)
    res = np.dot(TIMES, (np.array(RAINED) - share) ** 2)
    assert found.share == pytest.approx(share, abs=2e-4)
    assert found.share == pytest.approx(0.162, abs=5e-4)  # as printed there
    assert found.reliability == pytest.approx(rel, abs=2e-5)
    assert found.resolution == pytest.approx(res, abs=2e-4)
    assert found.score == pytest.approx(rel - res + share * (1 - share), abs=3e-4)
    assert found.upper < 0 < found.skill


def test_a_score_by_hand():
    found = brier([0.9, 0.1, 0.5, 0.5], [1, 0, 1, 0], list("aabb"), TENTHS)
    assert found.score == pytest.approx((0.01 + 0.01 + 0.25 + 0.25) / 4)
    assert (found.base_score, found.share, found.cases, found.clusters) == (0.25, 0.5, 4, 2)
    assert found.skill == pytest.approx(1 - 0.13 / 0.25)


def test_the_base_may_be_what_was_known_when_each_chance_was_said():
    base = [0.25, 0.25, np.nan]
    found = brier([0.5, 0.5, np.nan], [1, 0, 1], list("abc"), TENTHS, base=base)
    assert found.base_score == pytest.approx((0.75**2 + 0.25**2) / 2)
    assert found.cases == 2


def test_with_a_case_a_cluster_the_share_has_nearly_wilsons_interval():
    hit = np.r_[np.ones(37), np.zeros(63)]
    found = clustered_share(hit, np.arange(100))
    low, high = wilson_interval(37, 100)
    assert found.worth == pytest.approx(99.0)
    assert (found.lower, found.upper) == (pytest.approx(low[0], abs=1e-3),
                                          pytest.approx(high[0], abs=1e-3))  # fmt: skip


def test_cases_that_say_the_same_count_once():
    hit = np.repeat([1.0, 0, 1, 1, 0, 1, 0, 0, 1, 1], 10)
    found = clustered_share(hit, np.repeat(np.arange(10), 10))
    assert found.worth == pytest.approx(9.0)
    low, high = wilson_interval(0.6 * 9, 9)
    assert (found.lower, found.upper) == (pytest.approx(low[0]), pytest.approx(high[0]))


def test_where_all_hit_the_clusters_are_counted():
    found = clustered_share(np.ones(60), np.repeat(np.arange(6), 10))
    assert (found.share, found.worth, found.upper) == (1.0, 6.0, 1.0)
    assert found.lower == pytest.approx(wilson_interval(6, 6)[0][0])


def test_the_interval_covers_in_clusters_what_it_says():
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        true = norm.cdf(norm.ppf(0.8) * np.sqrt(2) + random.normal(size=(40, 1)))
        hit = (random.random((40, 12)) < true).astype(float)
        found = clustered_share(hit.ravel(), np.repeat(np.arange(40), 12))
        covered += found.lower <= 0.8 <= found.upper
    assert 0.92 <= covered / 400 <= 0.98


def test_without_a_case_nothing_is_claimed():
    assert np.isnan(clustered_share([], []).share)
    found = brier([np.nan], [1.0], ["a"], TENTHS)
    assert found.cases == 0
    assert np.isnan(found.score)
    assert {one.happened.cases for one in reliability([], [], [], TENTHS)} == {0}


@given(CASES)
@settings(max_examples=60, deadline=None)
def test_laws(cases):
    chance, happened, owner = parts(cases)
    found = brier(chance, happened, owner, TENTHS)
    assert 0 <= found.score <= 1
    assert found.base_score == pytest.approx(found.share * (1 - found.share))
    bins = reliability(chance, happened, owner, TENTHS)
    assert sum(one.happened.cases for one in bins) == len(cases)
    for one in bins:
        if one.happened.cases:
            assert one.start <= one.said <= one.end
            assert one.happened.lower <= one.happened.share + 1e-12
            assert one.happened.share <= one.happened.upper + 1e-12
            assert 1 <= one.happened.worth <= one.happened.cases


@given(CASES, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_cases_does_not_matter(cases, random):
    other = list(cases)
    random.shuffle(other)
    first = brier(*parts(cases), TENTHS)
    second = brier(*parts(other), TENTHS)
    np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: brier([1.2], [1], ["a"], TENTHS), "outside 0 to 1"),
        (lambda: brier([0.2, 0.3], [1], ["a"], TENTHS), "one outcome for each"),
        (lambda: brier([0.2], [1], ["a", "b"], TENTHS), "one name for each case"),
        (lambda: brier([0.2], [1], ["a"], [0, 0.5]), "rise from 0 to 1"),
        (lambda: brier([0.2], [1], ["a"], TENTHS, base=[np.nan]), "base chance"),
        (lambda: reliability([0.2], [1], ["a"], [0, 0.5, 0.5, 1]), "rise from 0 to 1"),
        (lambda: clustered_share([1], ["a"], confidence=2), "between 0 and 1"),
    ],
)
def test_broken_input_is_refused(wrong, says):
    with pytest.raises(ParameterError, match=says):
        wrong()
