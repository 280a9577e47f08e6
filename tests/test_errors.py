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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Kent £ é", "Kent £ é"),
        ("a\nb\t\x1b[2J\x7f\x9b", "a\\u000ab\\u0009\\u001b[2J\\u007f\\u009b"),
        ("\u202egnp \u2028\udcff \U000e0001", "\\u202egnp \\u2028\\udcff \\udb40\\udc01"),
    ],
)
def test_what_a_terminal_would_obey_is_printed_as_its_number(text, line):
    assert errors.harmless(text) == line
    assert str(errors.PmfError(text, text)) == f"{line}. Expected: {line}."
