"""The one check of a table's columns, and its order."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis import tables
from pmf_analysis.errors import TableError


def test_a_whole_table_comes_back_as_it_is():
    table = pd.DataFrame(columns=[*tables.FINDING, "more"])
    assert tables.require(table, tables.FINDING, "finding") is table


def test_missing_columns_are_named_beside_those_there():
    with pytest.raises(TableError, match=r"finding table lacks .*sentence.*It has code"):
        tables.require(pd.DataFrame(columns=["code"]), tables.FINDING, "finding")


def test_every_contract_names_each_column_once():
    for contract in (tables.FIGURE, tables.MEASURE, tables.FINDING, tables.SEGMENTS):
        assert len(set(contract)) == len(contract)


def test_rows_come_in_the_order_of_series_and_time():
    table = pd.DataFrame(
        {
            "indicator": ["B", "A", "A"],
            "service_area": ["x", "x", "x"],
            "cohort": ["all"] * 3,
            "period_end": ["2025-03-31", "2025-03-31", "2024-03-31"],
            "vintage": ["2025-01-01"] * 3,
        }
    )
    order = tables.sort_by_key(table)
    assert list(order["indicator"]) == ["A", "A", "B"]
    assert list(order["period_end"]) == ["2024-03-31", "2025-03-31", "2025-03-31"]
