"""One indicator from several tables."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd
import pytest
from pydantic import ValidationError

PARTS = {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}, "value": "p"}
VALUE = {"table": "late", "breakdown": "share", "value": "v"}
Built = Callable[..., pd.DataFrame]


def yearly(make: SimpleNamespace, *also: dict, **first: object) -> object:
    """A yearly proportion of the table ``t``, then of others."""
    return make.indicator(
        source={"published": {**PARTS, **first}, "also": list(also)},
        frequency="year", data_period="A",
    )  # fmt: skip


def late(make: SimpleNamespace, cells: list, delivery: str = "second") -> pd.DataFrame:
    """Figures of the table that is asked second."""
    return make.figures(cells, delivery, "late", "share")


def by_key(measured: pd.DataFrame) -> pd.DataFrame:
    assert not measured.duplicated(["service_area", "period"]).any()
    return measured.set_index(["service_area", "period"])


def test_the_first_table_with_a_number_wins_as_a_whole(build: Built, make: SimpleNamespace) -> None:
    first = make.figures(
        [("A", "2023/24", "n", 1), ("A", "2023/24", "d", 4), ("A", "2023/24", "p", 25.0),
         ("B", "2023/24", "n", "not_available"), ("B", "2023/24", "d", 4)],
    )  # fmt: skip
    other = late(make, [("A", "2023/24", "v", 99), ("A", "2024/25", "v", 30),
                        ("B", "2023/24", "v", 40)])  # fmt: skip
    held = by_key(build([first, other], yearly(make, VALUE)))
    assert held.loc[("A", "2023/24"), ["numerator", "denominator", "value"]].tolist() == [1, 4, 25]
    assert held["deliveries"].tolist() == ["first", "second", "second"]
    assert held["vintage"].tolist() == ["2025-01-01", "2025-01-02", "2025-01-02"]
    for key, value in ((("A", "2024/25"), 30), (("B", "2023/24"), 40)):
        row = held.loc[key]
        assert row["value"] == row["shown_value"] == value
        assert row["method"].startswith("as published; no interval")
        # the denominator that the first table has is not lent to a value of the second
        assert pd.isna(row[["numerator", "denominator", "lower", "upper"]]).all()


@pytest.mark.parametrize("mark", ["suppressed", "unreliable", "rounds_to_zero"])
def test_a_value_printed_as_withheld_stays_withheld(
    build: Built, make: SimpleNamespace, mark: str
) -> None:
    cells = [("A", "2023/24", "n", mark), ("A", "2023/24", "d", 4), ("A", "2023/24", "p", mark)]
    other = late(make, [("A", "2023/24", "v", 0.9)])
    row = by_key(build([make.figures(cells), other], yearly(make, VALUE))).loc[("A", "2023/24")]
    assert (row["state"], row["deliveries"]) == (mark, "first")
    assert pd.isna(row["value"])


def test_a_withheld_part_may_be_made_good_where_the_table_prints_no_value(
    build: Built, make: SimpleNamespace
) -> None:
    cells = [("A", "2023/24", "n", "suppressed"), ("A", "2023/24", "d", 4)]
    other = late(make, [("A", "2023/24", "v", 88.8)])
    held = by_key(build([make.figures(cells), other], yearly(make, VALUE, value="")))
    assert held.loc[("A", "2023/24"), ["value", "state"]].tolist() == [88.8, "final"]


def test_without_any_number_the_state_of_the_first_table_stands(
    build: Built, make: SimpleNamespace
) -> None:
    cells = [("A", "2023/24", "n", "not_applicable"), ("A", "2023/24", "d", 4)]
    other = late(make, [("A", "2023/24", "v", "not_available"),
                        ("A", "2024/25", "v", "not_available")])  # fmt: skip
    held = by_key(build([make.figures(cells), other], yearly(make, VALUE, value="")))
    assert held["state"].tolist() == ["not_applicable", "not_available"]


def test_only_the_periods_that_are_taken_from_a_table(build: Built, make: SimpleNamespace) -> None:
    years = ["2012/13", "2013/14", "2014/15"]
    cells = [cell for on in years for cell in (("A", on, "n", 1), ("A", on, "d", 4))]
    other = late(make, [("A", on, "v", 30) for on in years])
    one = yearly(make, {**VALUE, "to_period": "2012/13"}, from_period="2014/15")
    held = by_key(build([make.figures(cells), other], one))
    assert held["value"].to_dict() == {("A", "2012/13"): 30, ("A", "2014/15"): 25}


def test_the_order_of_deliveries_and_rows_changes_nothing(
    build: Built, make: SimpleNamespace
) -> None:
    first = make.figures([("A", "2023/24", "n", 1), ("A", "2023/24", "d", 4)])
    other = late(make, [("B", "2023/24", "v", 99), ("A", "2023/24", "v", 2)])
    dates = {"first": "2025-01-02", "second": "2025-01-01"}
    one = yearly(make, VALUE)
    held = build([first, other], one, published=dates)
    turned = build([other.iloc[::-1], first.iloc[::-1]], one, published=dates)
    pd.testing.assert_frame_equal(held, turned)


def test_a_denominator_of_several_columns(build: Built, make: SimpleNamespace) -> None:
    cells = [("A", "2023/24", "n", 20), ("A", "2023/24", "d", 60), ("A", "2024/25", "n", 20),
             ("A", "2024/25", "d", "suppressed")]  # fmt: skip
    one = yearly(make, denominator={"column": "d", "plus": ["n"]})
    held = by_key(build(make.figures(cells), one))
    assert held.loc[("A", "2023/24"), ["denominator", "value"]].tolist() == [80, 25]
    assert held.loc[("A", "2024/25"), "state"] == "suppressed"


def test_a_number_of_low_reliability_stays_one_of_low_reliability(
    build: Built, make: SimpleNamespace
) -> None:
    figures = make.figures([("A", "2023/24", "n", 20), ("A", "2023/24", "d", 60)])
    figures.loc[0, "state"] = "low_reliability"
    other = late(make, [("B", "2023/24", "v", 12)])
    other.loc[0, "state"] = "low_reliability"
    held = build([figures, other], yearly(make, VALUE))
    assert held["state"].tolist() == ["low_reliability"] * 2
    assert held["shown_state"].tolist() == ["low_reliability"] * 2
    assert held["value"].round(1).tolist() == [33.3, 12.0]


def test_a_sum_that_holds_a_number_of_low_reliability_says_so(
    build: Built, make: SimpleNamespace
) -> None:
    figures = make.figures(make.monthly("2023-04", [(1, 2)] * 12))
    figures.loc[4, "state"] = "low_reliability"
    held = build(figures, make.indicator(data_period="R12M")).iloc[-1]
    assert (held["state"], held["shown_state"]) == ("final", "low_reliability")
    assert held["shown_value"] == 50


def test_a_value_alone_keeps_what_its_delivery_says_of_it(
    build: Built, make: SimpleNamespace
) -> None:
    first = make.figures([("A", "2023/24", "n", 1), ("A", "2023/24", "d", 4)])
    other = late(make, [("B", "2023/24", "v", 12)])
    other.loc[0, "state"] = "provisional"
    held = by_key(build([first, other], yearly(make, VALUE)))
    assert held["state"].to_dict() == {("A", "2023/24"): "final", ("B", "2023/24"): "provisional"}


def test_tables_that_cover_different_stretches_are_refused(make: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="covers another stretch"):
        yearly(make, {**VALUE, "covers": "R3Y"})


def test_a_period_that_is_none_is_refused(make: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="no period code"):
        yearly(make, VALUE, from_period="2015")
