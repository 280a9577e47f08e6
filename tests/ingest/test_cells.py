"""One cell at a time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.ingest.cells import read_cell
from pmf_analysis.terms import State


@pytest.fixture(scope="module")
def layout(layouts):
    return layouts["dfe_open_data"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("1581", 1581), ("1,234", 1234), ("1,234,567.5", 1234567.5), ("81.3%", 81.3),
     ("81.3 %", 81.3), ("-5", -5), ("+5", 5), (".5", 0.5), ("5.", 5), ("1e3", 1000), (" 7 ", 7),
     ("9.3699999999999992", 9.37), ("84.300000000000011", 84.30000000000001)],
)  # fmt: skip
def test_numbers(layout, text, value):
    cell = read_cell(text, layout)
    assert (cell.value, cell.state, cell.reason) == (value, State.FINAL, "")


@pytest.mark.parametrize(
    ("text", "state"),
    [("c", "suppressed"), ("C", "suppressed"), ("[c]", "suppressed"), (" [ c ] ", "suppressed"),
     ("*", "suppressed"), ("x", "not_available"), ("..", "not_available"), (":", "not_available"),
     ("z", "not_applicable"), ("u", "unreliable"), ("k", "rounds_to_zero"),
     ("low", "rounds_to_zero"), ("Low", "rounds_to_zero"), ("", "not_given"), ("  ", "not_given")],
)  # fmt: skip
def test_markers_are_states_without_a_value(layout, text, state):
    cell = read_cell(text, layout)
    assert (cell.state, cell.reason) == (state, "") and math.isnan(cell.value)


@pytest.mark.parametrize(
    "text",
    ["NaN", "nan", "inf", "-inf", "Infinity", "-", "~", "1,23", "12,3456", "1 234", "1.2.3", "0x10",
     "1_000", "1e999", "a text", "n/a", "None", "[7]", "£5", "01:10", "\uff11\uff12", "5%%", "[]"],
)  # fmt: skip
def test_anything_else_is_unread(layout, text):
    cell = read_cell(text, layout)
    assert cell.state is State.NOT_GIVEN and cell.reason and math.isnan(cell.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_was_printed(layout, number):
    assert read_cell(repr(number), layout).value == number


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_thousands_separators_change_nothing(layout, number):
    assert read_cell(f"{number:,}", layout).value == number
