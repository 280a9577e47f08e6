"""Numbers that a later publication withholds are not shown again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.comparing.comparison import PARTS, as_changes
from pmf_analysis.comparing.hiding import GIVES_AWAY, SAME_ROW, WITHHELD_NOW, Order, hide

WITHHELD = frozenset({"suppressed"})
NEW_LATER, OLD_LATER, SAME_DAY = Order(False, True), Order(True, False), Order(False, False)


def changes(*rows: dict[str, object]) -> pd.DataFrame:
    standard = {"table": "c1", "service_area": "city", "cohort": "all", "period": "2021/22",
                "column": "count", "old_state": "final", "new_state": "final",
                "cause": "correction", "follows": "", "arithmetic": ""}  # fmt: skip
    return as_changes(pd.DataFrame([standard | row for row in rows]), ordered=False)


def hidden(table: pd.DataFrame, order: Order = NEW_LATER) -> pd.DataFrame:
    return hide(table, WITHHELD, order, np.zeros(len(table), dtype=bool))


def numbers_of(row: pd.Series) -> list[float]:
    names = ["old_value", "new_value", "change", "relative", "explained", "remainder", *PARTS]
    return [row[name] for name in names if not np.isnan(row[name])]


def test_a_number_withheld_later_is_nowhere_in_the_table():
    table = changes({"old_value": 5, "new_value": np.nan, "new_state": "suppressed"})
    row = hidden(table).iloc[0]
    assert row["hidden"] == WITHHELD_NOW and numbers_of(row) == []


def test_the_order_of_asking_does_not_bring_it_back():
    table = changes({"old_value": np.nan, "old_state": "suppressed", "new_value": 5})
    assert numbers_of(hidden(table, OLD_LATER).iloc[0]) == []
    assert numbers_of(hidden(table, SAME_DAY).iloc[0]) == []


def test_a_number_given_after_it_was_withheld_is_shown():
    table = changes({"old_value": np.nan, "old_state": "suppressed", "new_value": 5})
    assert hidden(table).iloc[0]["new_value"] == 5


def test_a_number_withdrawn_as_unreliable_is_shown():
    table = changes({"old_value": 0.9, "new_value": np.nan, "new_state": "unreliable"})
    assert hidden(table).iloc[0]["old_value"] == pytest.approx(0.9)


def test_a_percentage_of_the_same_row_goes_with_its_count():
    table = changes(
        {"old_value": 5, "new_value": np.nan, "new_state": "suppressed"},
        {"column": "percent", "old_value": 8.3, "new_value": 8.1},
    )
    row = hidden(table).iloc[1]
    assert row["hidden"] == SAME_ROW and numbers_of(row) == [8.1]


def test_a_total_that_would_give_it_away_shows_no_size_and_no_arithmetic():
    table = changes(
        {"old_value": 5, "new_value": np.nan, "new_state": "suppressed"},
        {"service_area": "London", "old_value": 1005, "new_value": 1000, "follows": "city",
         "explained": -5, "remainder": 0, "arithmetic": "members' figures moved by -5"},
    )  # fmt: skip
    row = hidden(table).iloc[1]
    assert row["hidden"] == GIVES_AWAY and numbers_of(row) == [1000] and row["arithmetic"] == ""


def test_what_the_newest_publication_withholds_is_shown_of_neither_side():
    table = changes({"old_value": 5, "new_value": 6})
    row = hide(table, WITHHELD, NEW_LATER, np.array([True])).iloc[0]
    assert numbers_of(row) == [] and row["hidden"] == WITHHELD_NOW
