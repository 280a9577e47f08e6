"""The kinds of expectation that a suite may hold: a closed list.

For each: which arguments it takes, which columns it reads, and which of the rows that
its condition selects it evaluates. Great Expectations leaves empty cells out of most
checks, and then passes a check of nothing; counting here what was evaluated is what
tells "passed" from "not assessed".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmf_analysis.quality import conditions
from pmf_analysis.quality.conditions import NAME

if TYPE_CHECKING:
    from pmf_analysis.quality.suites import Rule

Arguments = Mapping[str, object]


def _is_column(value: object) -> bool:
    return isinstance(value, str) and bool(NAME.fullmatch(value))


def _is_columns(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(_is_column(one) for one in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_set(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(_is_number(one) or isinstance(one, str) for one in value)
    )


def _is(*allowed: object) -> Callable[[object], bool]:
    return lambda value: any(value is one or value == one for one in allowed)


@dataclass(frozen=True)
class ExpectationType:
    """One kind of expectation.

    Attributes
    ----------
    arguments : mapping
        Name of each argument that must be given to the test of its value.
    choices : mapping
        The same for arguments that may be left out.
    evaluated : callable
        ``(rows, arguments) -> bool array``: the rows that have something to evaluate.
    reads : callable
        ``arguments -> tuple`` of the columns it reads.
    numeric : bool
        Whether those columns must hold numbers.
    least : int
        Fewer evaluated rows than this prove nothing.
    """

    arguments: Mapping[str, Callable[[object], bool]]
    choices: Mapping[str, Callable[[object], bool]]
    evaluated: Callable[[pd.DataFrame, Arguments], np.ndarray]
    reads: Callable[[Arguments], tuple[str, ...]]
    numeric: bool = False
    least: int = 1


def _one(arguments: Arguments) -> tuple[str, ...]:
    return (str(arguments["column"]),)


def _pair(arguments: Arguments) -> tuple[str, ...]:
    return (str(arguments["column_A"]), str(arguments["column_B"]))


def _list(arguments: Arguments) -> tuple[str, ...]:
    return tuple(arguments["column_list"])


def _all_rows(rows: pd.DataFrame, _: Arguments) -> np.ndarray:
    return np.ones(len(rows), dtype=bool)


def _given(reads: Callable[[Arguments], tuple[str, ...]]) -> Callable:
    def evaluated(rows: pd.DataFrame, arguments: Arguments) -> np.ndarray:
        return rows[list(reads(arguments))].notna().all(axis=1).to_numpy(dtype=bool)

    return evaluated


TYPES: Mapping[str, ExpectationType] = {
    "expect_column_values_to_not_be_null": ExpectationType(
        {"column": _is_column}, {}, _all_rows, _one
    ),
    "expect_column_values_to_be_null": ExpectationType(
        {"column": _is_column}, {}, _all_rows, _one
    ),
    "expect_column_values_to_be_in_set": ExpectationType(
        {"column": _is_column, "value_set": _is_set}, {}, _given(_one), _one
    ),
    "expect_column_values_to_be_between": ExpectationType(
        {"column": _is_column},
        {"min_value": _is_number, "max_value": _is_number},
        _given(_one), _one, numeric=True,
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": ExpectationType(
        {
            "column_A": _is_column, "column_B": _is_column,
            "or_equal": _is(True, False), "ignore_row_if": _is("either_value_is_missing"),
        },
        {}, _given(_pair), _pair, numeric=True,
    ),
    "expect_compound_columns_to_be_unique": ExpectationType(
        {"column_list": _is_columns, "ignore_row_if": _is("any_value_is_missing")},
        {}, _given(_list), _list, least=2,
    ),
}  # fmt: skip
"""By the name that Great Expectations gives them."""


def fault(name: object, arguments: object) -> str:
    """Say what is wrong with an expectation's type or arguments; empty if nothing is.

    Parameters
    ----------
    name : object
        Its type.
    arguments : object
        Its arguments without the row condition.

    Returns
    -------
    str
    """
    if not isinstance(name, str) or name not in TYPES:
        return f"the expectation type {name!r} is not one that a suite may hold"
    if not isinstance(arguments, Mapping):
        return "its arguments (kwargs) are no object"
    kind = TYPES[name]
    known = {**kind.arguments, **kind.choices}
    for argument, value in arguments.items():
        if argument not in known:
            return f"it has the unknown argument {argument!r}"
        if not known[argument](value):
            return f"its argument {argument!r} has a value of the wrong kind"
    missing = [argument for argument in kind.arguments if argument not in arguments]
    if missing:
        return f"it lacks the argument {missing[0]!r}"
    if kind.choices and not set(kind.choices) & set(arguments):
        return f"it lacks all of the arguments {', '.join(kind.choices)}"
    return ""


def evaluated(rule: Rule, rows: pd.DataFrame) -> np.ndarray:
    """Find the rows that a rule evaluates: chosen by its condition, with something to look at.

    Parameters
    ----------
    rule : Rule
    rows : pandas.DataFrame, n rows

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
    """
    chosen = conditions.selected(rule.condition, rows)
    return chosen & TYPES[rule.type].evaluated(rows, rule.arguments)
