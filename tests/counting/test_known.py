"""Records as they were known on a date."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pmf_analysis.counting import known_records
from pmf_analysis.errors import TableError
from pmf_analysis.register.layouts import RecordRule

RULE = RecordRule(key="id", entered="entered_at", changed="changed_at", withdrawn="withdrawn")


def versions(*rows):
    """Rows of id, delivery, line, changed, withdrawn, value."""
    names = ["id", "delivery", "line", "changed_at", "withdrawn", "value"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(
        changed_at=pd.to_datetime(table["changed_at"]),
        entered_at=pd.to_datetime("2024-01-01"),
        withdrawn=table["withdrawn"] == "yes",
    )


def values(table, as_at=date(2025, 1, 1), rule=RULE):
    found = known_records({"t": table}, {"t": rule}, as_at)["t"]
    return dict(zip(found["id"], found["value"], strict=True))


def test_the_newest_version_by_the_date_is_the_record():
    table = versions(
        ("a", "d1", 2, "2024-02-01", "no", 1), ("a", "d2", 2, "2024-05-01", "no", 2),
        ("b", "d2", 3, "2024-05-02", "no", 3),
    )  # fmt: skip
    assert values(table, date(2024, 4, 30)) == {"a": 1}
    assert values(table, date(2024, 5, 1)) == {"a": 2}
    assert values(table, date(2024, 5, 2)) == {"a": 2, "b": 3}


def test_an_older_version_delivered_later_does_not_replace_a_newer_one():
    table = versions(("a", "d1", 2, "2024-05-01", "no", 2), ("a", "d2", 2, "2024-02-01", "no", 1))
    assert values(table) == {"a": 2}


def test_of_one_day_what_was_delivered_later_holds_and_in_one_delivery_the_later_line():
    across = versions(("a", "z", 9, "2024-02-01", "no", 1), ("a", "b", 2, "2024-02-01", "no", 2))
    assert values(across) == {"a": 2}
    within = versions(("a", "d", 9, "2024-02-01", "no", 1), ("a", "d", 2, "2024-02-01", "no", 2))
    assert values(within) == {"a": 1}


def test_a_record_taken_back_is_left_out_until_a_newer_version_brings_it_back():
    table = versions(
        ("a", "d1", 2, "2024-02-01", "no", 1), ("a", "d2", 2, "2024-03-01", "yes", 1),
        ("a", "d3", 2, "2024-04-01", "no", 5),
    )  # fmt: skip
    assert values(table, date(2024, 2, 20)) == {"a": 1}
    assert values(table, date(2024, 3, 20)) == {}
    assert values(table) == {"a": 5}


def test_a_version_without_a_date_counts_from_the_first_entry():
    table = versions(("a", "d1", 2, None, "no", 1))
    assert values(table, date(2024, 1, 1)) == {"a": 1}
    assert values(table, date(2023, 12, 31)) == {}


def test_rows_without_a_key_are_each_a_record():
    table = versions((None, "d1", 2, "2024-02-01", "no", 1), (None, "d1", 3, "2024-02-01", "no", 2))
    found = known_records({"t": table}, {"t": RULE}, date(2025, 1, 1))["t"]
    assert found["value"].tolist() == [1, 2]


def test_yes_and_no_may_be_words():
    table = versions(("a", "d1", 2, "2024-02-01", "yes", 1)).assign(withdrawn="yes")
    assert values(table) == {}


def test_a_table_without_a_rule_comes_as_it_is():
    table = versions(("a", "d1", 2, "2024-02-01", "yes", 1))
    for rules in ({}, {"t": RecordRule()}):
        assert known_records({"t": table}, rules, date(2020, 1, 1))["t"] is table


def test_no_rows_stay_no_rows():
    table = versions(("a", "d1", 2, "2024-02-01", "no", 1)).iloc[:0]
    assert known_records({"t": table}, {"t": RULE}, date(2025, 1, 1))["t"].empty


def test_a_column_that_the_rule_names_and_the_table_lacks_is_named():
    table = versions(("a", "d1", 2, "2024-02-01", "no", 1)).drop(columns="withdrawn")
    with pytest.raises(TableError, match="The table t lacks withdrawn"):
        values(table)
