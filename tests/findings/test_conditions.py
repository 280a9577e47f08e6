"""Conditions are data; each operator has its meaning and none is ever evaluated as text."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.errors import TableError
from pmf_analysis.findings.conditions import holds

TABLE = pd.DataFrame(
    {
        "word": ["red", "green", "", None],
        "number": [1.0, 2.0, float("nan"), 3.0],
        "yes": [True, False, True, False],
    }
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ({"column": "word", "is": "red"}, [0]),
        ({"column": "word", "is": ""}, [2]),
        ({"column": "word", "is_not": "red"}, [1]),
        ({"column": "word", "in": ["red", "green"]}, [0, 1]),
        ({"column": "word", "given": True}, [0, 1]),
        ({"column": "word", "given": False}, [2, 3]),
        ({"column": "number", "above": 1}, [1, 3]),
        ({"column": "number", "below": 2}, [0]),
        ({"column": "number", "at_least": 2, "at_most": 2}, [1]),
        ({"column": "number", "given": False}, [2]),
        ({"column": "yes", "is": True}, [0, 2]),
    ],
)
def test_an_operator_holds_on_these_rows(condition, rows):
    assert list(TABLE.index[holds(TABLE, [condition])]) == rows


def test_all_conditions_must_hold():
    both = [{"column": "yes", "is": True}, {"column": "number", "given": True}]
    assert list(TABLE.index[holds(TABLE, both)]) == [0]


def test_an_unknown_column_is_named():
    with pytest.raises(TableError, match="names the column 'colour'"):
        holds(TABLE, [{"column": "colour", "is": "red"}])


def test_text_from_data_is_compared_and_never_run():
    table = pd.DataFrame({"word": ["__import__('os').system('true')"]})
    assert not holds(table, [{"column": "word", "is": "red"}]).any()
