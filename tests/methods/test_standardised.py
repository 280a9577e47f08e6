"""Standardised rates and ratios, held against arithmetic by hand and their laws."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.errors import MeasureError
from pmf_analysis.methods.intervals import byars_interval
from pmf_analysis.methods.standardised import (
    FEW_EVENTS,
    NO_POPULATION,
    NONE_EXPECTED,
    NOT_KNOWN,
    directly_standardised,
    indirectly_standardised,
)

STANDARD = [1000, 4300]


def test_a_rate_by_hand():
    found = directly_standardised([[20, 38]], [[1273, 3494]], STANDARD)
    by_hand = (1000 * 20 / 1273 + 4300 * 38 / 3494) / 5300
    np.testing.assert_allclose(found.value, by_hand, rtol=1e-14)
    assert found.observed[0] == 58
    assert found.reason[0] == ""


def test_a_place_with_the_standards_make_up_keeps_its_own_rate_and_interval():
    found = directly_standardised([[20, 38]], [[500, 2150]], STANDARD)
    np.testing.assert_allclose(found.value, 58 / 2650, rtol=1e-14)
    # with equal rates in every band, Dobson's interval is Byar's
    even = directly_standardised([[20, 86]], [[500, 2150]], STANDARD)
    byar = byars_interval([106], [2650])
    np.testing.assert_allclose(even.interval.lower, byar.lower, rtol=1e-12)
    np.testing.assert_allclose(even.interval.upper, byar.upper, rtol=1e-12)


def test_one_place_without_people_takes_no_other_places_rate_away():
    count = [[20, 38], [20, 0], [5, 4], [np.nan, 30]]
    people = [[1273, 3494], [1273, 0], [1273, 3494], [1273, 3494]]
    found = directly_standardised(count, people, STANDARD)
    assert found.reason.tolist() == ["", NO_POPULATION, FEW_EVENTS, NOT_KNOWN]
    assert np.isnan(found.value).tolist() == [False, True, True, True]
    assert np.isnan(found.interval.lower).tolist() == [False, True, True, True]


def test_the_few_are_what_the_rule_says():
    assert directly_standardised([[5, 4]], [[1273, 3494]], STANDARD, 0.95, 9).reason[0] == ""


def test_the_reference_itself_is_as_expected():
    found = indirectly_standardised([[20, 38]], [[1273, 3494]], [20, 38], [1273, 3494])
    np.testing.assert_allclose([found.value[0], found.expected[0]], [1, 58], rtol=1e-14)


def test_few_events_take_the_exact_interval():
    found = indirectly_standardised([[0, 0], [3, 0]], [[10, 10], [10, 10]], [5, 5], [10, 10])
    np.testing.assert_allclose(found.interval.upper * 10, [3.6888794541, 8.7672730697], rtol=1e-9)
    assert found.interval.lower[0] == 0


def test_nothing_expected_has_no_ratio_and_a_band_without_people_adds_nothing():
    found = indirectly_standardised(
        [[3, 0], [3, 0], [3, np.nan]], [[0, 0], [10, 0], [10, 10]], [5, 5], [10, 0]
    )
    assert found.reason.tolist() == [NONE_EXPECTED, "", NOT_KNOWN]
    np.testing.assert_allclose(found.value, [np.nan, 0.6, np.nan])


def test_what_does_not_fit_is_refused():
    with pytest.raises(MeasureError, match="one population for each band"):
        directly_standardised([[1, 2]], [[1, 2]], [1, 2, 3])
    with pytest.raises(MeasureError, match="below 0"):
        directly_standardised([[-1, 2]], [[1, 2]], [1, 2])
