"""Conditions: which rows they select, with and without all columns known."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.quality import conditions

ROWS = pd.DataFrame(
    {"kind": ["rate", "count", None, "rate"], "size": [1.0, 2.0, 3.0, None], "kept": list("yyny")}
)


def compare(column: str, sign: str, parameter: object) -> dict:
    return {
        "type": "comparison", "column": {"name": column}, "operator": sign, "parameter": parameter
    }  # fmt: skip


def both(*parts: dict) -> dict:
    return {"type": "and", "conditions": list(parts)}


def either(*parts: dict) -> dict:
    return {"type": "or", "conditions": list(parts)}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, [True, True, True, True]),
        (compare("kind", "==", "rate"), [True, False, False, True]),
        (compare("kind", "IN", ["count", "rate"]), [True, True, False, True]),
        (compare("kind", "NOT_IN", ["rate"]), [False, True, True, False]),
        (compare("size", ">=", 2), [False, True, True, False]),
        (
            {"type": "nullity", "column": {"name": "kind"}, "is_null": True},
            [False, False, True, False],
        ),
        (
            both(compare("kind", "==", "rate"), compare("size", "<", 5)),
            [True, False, False, False],
        ),
        (
            either(compare("kind", "==", "count"), compare("size", "==", 3)),
            [False, True, True, False],
        ),
    ],
)  # fmt: skip
def test_rows_selected(condition: dict | None, expected: list[bool]):
    assert conditions.fault(condition) == "" if condition else True
    assert conditions.selected(condition, ROWS).tolist() == expected


def test_columns_that_are_not_known_count_as_met():
    condition = both(compare("kind", "==", "rate"), compare("size", ">", 99))
    assert conditions.selected(condition, ROWS, {"kind"}).tolist() == [True, False, False, True]
    assert conditions.selected(condition, ROWS, set()).all()
    assert conditions.columns(condition) == ("kind", "size")


leaves = st.one_of(
    st.builds(compare, st.just("kind"), st.just("=="), st.sampled_from(["rate", "count", "x"])),
    st.builds(compare, st.just("size"), st.sampled_from([">", "<="]), st.integers(0, 4)),
)
trees = st.one_of(
    leaves,
    st.builds(both, leaves, leaves),
    st.builds(either, leaves, st.builds(both, leaves, leaves)),
)


@given(trees, st.sets(st.sampled_from(["kind", "size"])))
def test_knowing_less_never_selects_less(condition: dict, known: set[str]):
    # or a rule could be said not to apply to rows that it selects
    assert conditions.fault(condition) == ""
    all_known = conditions.selected(condition, ROWS)
    assert (conditions.selected(condition, ROWS, known) >= all_known).all()


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=3) | st.integers(), lambda inner:
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "column", "operator", "conditions", "name"]), inner),
    max_leaves=6))  # fmt: skip
def test_anything_else_has_a_fault(content: object):
    assert conditions.fault(content) != ""
