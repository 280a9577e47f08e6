"""Two deliveries cell by cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.comparing.cells import compare_cells, decimals_of

CHOICES = [["A", "B", "C"], ["2022/23", "2023/24"], ["n", "d"]]
HELD = st.one_of(
    st.integers(0, 40).map(float), st.sampled_from(["suppressed", "unreliable", "not_available"])
)
CELLS = st.lists(st.tuples(*map(st.sampled_from, CHOICES), HELD), max_size=10)


@settings(max_examples=12, deadline=None)
@given(cells=CELLS, seed=st.integers(0, 999))
def test_a_delivery_differs_from_itself_in_nothing_in_any_order(cells, seed, rules, figures_of):
    held = figures_of(cells)
    mixed = held.sample(frac=1, random_state=seed) if cells else held
    found = compare_cells(held, mixed, rules)
    assert found.cells.empty and found.rows.empty and found.shared == len(held)


@settings(max_examples=12, deadline=None)
@given(one=CELLS, other=CELLS)
def test_seen_from_the_other_side_everything_is_mirrored(one, other, rules, figures_of):
    old, new = figures_of(one), figures_of(other)
    there, back = compare_cells(old, new, rules), compare_cells(new, old, rules)
    turned = back.cells.rename(
        columns={"old_value": "new_value", "new_value": "old_value",
                 "old_state": "new_state", "new_state": "old_state"}
    )[list(there.cells.columns)]  # fmt: skip
    order = ["service_area", "period", "column", "old_value", "new_value", "old_state", "new_state"]
    sides = [table.sort_values(order, ignore_index=True) for table in (there.cells, turned)]
    pd.testing.assert_frame_equal(*sides, check_dtype=False)
    assert there.rows["come"].tolist() == [not come for come in back.rows["come"]]
    assert there.shared == back.shared


def test_what_became_of_each_cell(rules, figures_of):
    old = figures_of([("A", "2022/23", "n", 5), ("B", "2022/23", "n", "suppressed"),
                      ("C", "2022/23", "n", 7), ("D", "2022/23", "n", 1)])  # fmt: skip
    new = figures_of([("A", "2022/23", "n", "suppressed"), ("B", "2022/23", "n", "unreliable"),
                      ("C", "2022/23", "n", 7), ("E", "2022/23", "n", 1)])  # fmt: skip
    found = compare_cells(old, new, rules)
    assert found.cells["service_area"].tolist() == ["A", "B"]
    assert found.cells["new_state"].tolist() == ["suppressed", "unreliable"]
    assert found.rows[["service_area", "come"]].values.tolist() == [["D", False], ["E", True]]


def test_a_row_of_a_new_period_is_no_change(rules, figures_of):
    old = figures_of([("A", "2022/23", "n", 5)])
    new = figures_of([("A", "2022/23", "n", 5), ("A", "2023/24", "n", 6)])
    found = compare_cells(old, new, rules)
    assert found.cells.empty and found.rows.empty and found.periods.only_new == ("2023/24",)


def test_the_same_figures_under_another_column_name_are_a_note_and_no_change(rules, figures_of):
    numbers = [(f"U{number}", "2022/23", 100 + number) for number in range(40)]
    old = figures_of([(unit, period, "number", held) for unit, period, held in numbers])
    new = figures_of([(unit, period, "children", held + (unit == "U7"))
                      for unit, period, held in numbers])  # fmt: skip
    found = compare_cells(old, new, rules)
    assert found.columns.renamed == {"children": "number"}
    assert found.cells[["service_area", "column"]].values.tolist() == [["U7", "number"]]


def test_fewer_decimals_are_told_from_a_revision(rules, figures_of):
    old = figures_of([("A", "2022/23", "r", 4.85788), ("B", "2022/23", "r", 3.14159)])
    new = figures_of([("A", "2022/23", "r", 4.86), ("B", "2022/23", "r", 3.5)])
    found = compare_cells(old, new, rules)
    assert found.cells["rounded"].tolist() == [True, False]


def test_the_noise_of_binary_fractions_is_no_change(rules, figures_of):
    old = figures_of([("A", "2022/23", "r", 84.300000000000011)])
    new = figures_of([("A", "2022/23", "r", 84.3)])
    assert compare_cells(old, new, rules).cells.empty


def test_a_cell_delivered_alike_and_read_differently_is_marked(rules, figures_of):
    old = figures_of([("A", "2022/23", "r", 5)])
    new = old.assign(value=np.nan, state="not_available")
    assert compare_cells(old, new, rules).cells["same_text"].tolist() == [True]


def test_decimals_are_counted_without_noise():
    values = np.array([10.0, 9.3699999999999992, 84.300000000000011, 0.125, 1 / 3])
    assert decimals_of(values).tolist() == [0, 2, 1, 3, 9]
