"""Numbers as a reader sees them."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis import formats
from pmf_analysis.terms import State


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [(2.675, 2, 2.68), (0.5, 0, 1), (-0.5, 0, -1), (9.3699999999999992, 2, 9.37), (1e9, 0, 1e9)],
)
def test_halves_go_up(value, decimals, rounded):
    assert formats.round_half_up(value, decimals) == rounded


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4), st.integers(0, 3))
def test_rounding_is_never_more_than_half_a_digit_away(numerator, denominator, decimals):
    exact = Fraction(numerator, denominator)
    rounded = Fraction(str(formats.round_half_up(numerator / denominator, decimals)))
    assert abs(rounded - exact) <= Fraction(1, 2 * 10**decimals) + Fraction(1, 10**9)


def test_what_is_no_number_stays_none():
    assert math.isnan(formats.round_half_up(math.nan, 1))


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (80.6, "percent", 1, "80.6%"),
        (53.2, "per_10000", 0, "53 per 10,000"),
        (2184, "count", 0, "2,184"),
        (430, "days", 0, "430 days"),
        (15.7, "points", 1, "15.7 points"),
        (-0.04, "percent", 1, "0.0%"),
    ],
)
def test_a_value_has_its_unit(value, unit, decimals, text):
    assert formats.with_unit(value, unit, decimals) == text


def test_a_difference_of_percentages_is_in_percentage_points():
    assert formats.difference(-3.2, "percent", 1) == "3.2 percentage points"
    assert formats.difference(1, "percent", 0) == "1 percentage point"
    assert formats.difference(14, "per_10000") == "14 per 10,000"


def test_an_interval_names_its_unit_once_where_that_reads_well():
    assert formats.interval(79, 81, "percent", 1) == "79.0% to 81.0%"
    assert formats.interval(50, 56, "per_10000") == "50 to 56 per 10,000"


@given(st.floats(0, 1))
def test_a_chance_is_always_words(probability):
    words = formats.chance(probability)
    assert words.startswith(("about", "almost"))
    assert not any(character == "%" for character in words)


def test_chances_are_the_nearest_of_the_usual_ones():
    assert formats.chance(0.75) == "about 3 in 4"
    assert formats.chance(0.5) == "about even"
    assert formats.chance(0.001) == "almost none"


@pytest.mark.parametrize(
    ("probability", "share"),
    [(0, "0%"), (1, "100%"), (0.004, "under 1%"), (0.9999, "over 99%"), (0.345, "35%")],
)
def test_a_share_is_never_surer_than_the_chance(probability, share):
    assert formats.chance_share(probability) == share


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words(state):
    assert formats.state_text(state.value) == state.label


def test_items_are_listed_as_a_sentence_lists_them():
    assert formats.listed([]) == ""
    assert formats.listed(["a"]) == "a"
    assert formats.listed(["a", "b", "c"]) == "a, b and c"


@given(st.text(max_size=60))
def test_a_slug_is_a_safe_file_name(text):
    name = formats.slug(text)
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_several_of_a_thing():
    assert [formats.plural(word) for word in ("district", "local authority", "country")] == [
        "districts", "local authorities", "countries",
    ]  # fmt: skip
