"""Errors say what was given, what was expected, and what to do."""

from __future__ import annotations

import inspect

import pytest

from pmf_analysis import errors

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.PmfError)
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_stands_in_the_tree_and_says_its_three_parts(kind):
    assert kind.__name__ in errors.__doc__
    message = str(kind("row 3 holds 'x'", "a number", "Correct the row"))
    assert message == "row 3 holds 'x'. Expected: a number. Correct the row."
    assert kind("only this").exit_status > 0


def test_parts_that_are_not_there_leave_no_trace():
    assert str(errors.PmfError("It is empty.")) == "It is empty."


def test_the_nearest_known_value_is_offered():
    assert errors.nearest("Knet", ["Kent", "Essex"]) == "Did you mean Kent?"
    assert errors.nearest("kent ", ["Kent"]) == "Did you mean Kent?"


def test_without_a_near_one_the_known_values_are_named():
    assert errors.nearest("zzz", ["a", "b"]) == "Known: a, b"
    assert errors.nearest("zzz", [f"v{n}" for n in range(12)]).endswith("and 4 more")
    assert errors.nearest("zzz", []) == "None is known here"
