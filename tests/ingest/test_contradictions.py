"""Two deliveries that give one cell differently."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.ingest import contradiction
from pmf_analysis.tables import FIGURE


def figures(*cells: tuple[str, float | None, str]) -> pd.DataFrame:
    rows = [
        ("d", "t", place, "Kent", "all", "", period, "n", value, state, "")
        for place, (period, value, state) in enumerate(cells)
    ]
    return pd.DataFrame(rows, columns=list(FIGURE))


OLD = figures(("2023/24", 1.0, "final"), ("2024/25", None, "suppressed"))


@pytest.mark.parametrize(
    "cells",
    [[("2023/24", 1.0, "provisional")], [("2022/23", 9.0, "final")],
     [("2024/25", None, "suppressed"), ("2025/26", 3.0, "final")]],
)  # fmt: skip
def test_the_same_cells_and_other_cells_do_not_contradict(cells):
    assert contradiction(figures(*cells), OLD) is None


@pytest.mark.parametrize(
    ("cell", "period"),
    [(("2023/24", 2.0, "final"), "2023/24"), (("2023/24", None, "unreliable"), "2023/24"),
     (("2024/25", 5.0, "final"), "2024/25"), (("2024/25", None, "not_given"), "2024/25")],
)  # fmt: skip
def test_another_number_or_reason_contradicts(cell, period):
    found = contradiction(figures(("2022/23", 4.0, "final"), cell), OLD)
    assert (found.cells, found.table, found.column, found.period) == (1, "t", "n", period)


def test_a_cell_given_twice_differently_cannot_agree_with_another_delivery():
    twice = figures(("2023/24", 1.0, "final"), ("2023/24", 2.0, "final"))
    assert contradiction(twice, OLD).cells == 1
    assert contradiction(figures(("2022/23", 1.0, "final"), ("2022/23", 2.0, "final")), OLD) is None


CELLS = st.lists(
    st.tuples(st.sampled_from(["2023/24", "2024/25", "2025/26"]), st.sampled_from([1.0, 2.0]),
              st.sampled_from(["final", "revised"])), max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(CELLS, CELLS, st.randoms(use_true_random=False))
def test_neither_side_nor_the_order_of_rows_matters(one, other, dice):
    expected = contradiction(figures(*one), figures(*other))
    assert contradiction(figures(*other), figures(*one)) == expected
    mixed = dice.sample(one, len(one))
    assert contradiction(figures(*mixed), figures(*other)) == expected
