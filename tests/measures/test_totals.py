"""Counts of parts added up to a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.measures.totals import add_up, below_a, directly_below, why_not_added
from pmf_analysis.register import Register, load
from pmf_analysis.register.models import Unit, UnitMove, Workspace
from pmf_analysis.terms import UnitKind

KEYS = ("period",)


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


def register(*units: Unit, moves: tuple[UnitMove, ...] = ()) -> Register:
    return Register(
        workspace=Workspace(title="M", register_name="m", county="top", report_kinds=("area",)),
        indicators={}, units={one.code: one for one in units}, unit_moves=moves,
    )  # fmt: skip


def rows(*given: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(given, columns=["service_area", "period", "n"])


SERVICES = (
    Unit(code="top", name="Top", kind="county"),
    Unit(code="a", name="A", kind="service", parent="top"),
    Unit(code="b", name="B", kind="service", parent="top", valid_to=date(2024, 3, 31)),
    Unit(code="c", name="C", kind="service", parent="top", valid_from=date(2024, 4, 1)),
)


@pytest.mark.parametrize(
    ("adds_up", "words"),
    [
        (True, ""),
        (False, "not added up: the indicator says that its parts do not add up"),
        ("distinct_children",
         "not added up: a child counted in two units would be counted twice"),
    ],
)  # fmt: skip
def test_only_what_adds_up_is_added(make, adds_up, words) -> None:
    assert why_not_added(make.indicator(adds_up=adds_up)) == words


def test_a_total_needs_every_part_that_existed_then() -> None:
    held = register(*SERVICES)
    table = rows(("a", "2024-03", 3), ("b", "2024-03", 4), ("a", "2024-04", 5), ("c", "2024-04", 6))
    found = add_up(table, KEYS, "n", directly_below(held), held, all_registered=True)
    assert found["total"].to_dict() == {("2024-03", "top"): 7, ("2024-04", "top"): 11}
    without = add_up(table.iloc[1:], KEYS, "n", directly_below(held), held, all_registered=True)
    assert list(without.index) == [("2024-04", "top")]
    # A has a row in April: without one in March nothing is known of the sum
    known = add_up(table.iloc[1:], KEYS, "n", directly_below(held), held, all_registered=False)
    assert known["total"].to_dict() == {("2024-04", "top"): 11}
    never = table[table["service_area"] != "a"]
    found = add_up(never, KEYS, "n", directly_below(held), held, all_registered=False)
    assert found["total"].to_dict() == {("2024-03", "top"): 4, ("2024-04", "top"): 6}


def test_a_unit_outside_its_dates_neither_counts_nor_hinders() -> None:
    held = register(*SERVICES)
    table = rows(("a", "2024-04", 5), ("b", "2024-04", np.nan), ("c", "2024-04", 6))
    found = add_up(table, KEYS, "n", directly_below(held), held, all_registered=False)
    assert found["total"].to_dict() == {("2024-04", "top"): 11}


@pytest.mark.parametrize("spoilt", [("b", "2024-03", np.nan), ("a", "2024-03", 3)])
def test_a_part_without_a_number_or_with_two_leaves_no_total(spoilt) -> None:
    held = register(*SERVICES)
    table = rows(("a", "2024-03", 3), ("b", "2024-03", 4))
    table = table[table["service_area"] != "b"] if spoilt[0] == "b" else table
    table = pd.concat([table, rows(spoilt)], ignore_index=True)
    assert add_up(table, KEYS, "n", directly_below(held), held, all_registered=False).empty


def test_parts_are_those_of_the_day() -> None:
    move = UnitMove(unit="d", moved_on=date(2024, 7, 1), parent_before="a", source="s")
    held = register(
        Unit(code="a", name="A", kind="area"), Unit(code="b", name="B", kind="area"),
        Unit(code="c", name="C", kind="district", parent="a"),
        Unit(code="d", name="D", kind="district", parent="b"), moves=(move,),
    )  # fmt: skip
    table = rows(*((code, period, 1) for code in "cd" for period in ("2024-06", "2024-07")))
    found = add_up(table, KEYS, "n", directly_below(held), held, all_registered=True)["total"]
    assert found.to_dict() == {
        ("2024-06", "a"): 2, ("2024-07", "a"): 1, ("2024-07", "b"): 1,
    }  # fmt: skip


PAIR = (
    Unit(code="top", name="Top", kind="country"),
    Unit(code="one", name="One", kind="authority", parent="top"),
    Unit(code="two", name="Two", kind="authority", parent="top"),
    Unit(code="three", name="Three", kind="authority", parent="top"),
    Unit(code="both", name="Both", kind="joint_authority", parent="top", members=("one", "two")),
)


@pytest.mark.parametrize(
    ("given_rows", "total"),
    [
        ({"three": 5, "both": 7}, 12),
        ({"three": 5, "both": 7, "one": np.nan, "two": np.nan}, 12),
        ({"three": 5, "both": 7, "one": 3, "two": 4}, 12),
        ({"three": 5, "one": 3, "two": 4}, 12),
        ({"three": 5, "one": 3, "both": 7}, None),
        ({"three": 5, "both": np.nan}, None),
        ({"both": 7}, None),
    ],
)
def test_units_that_report_together_are_never_counted_beside_their_members(
    given_rows, total
) -> None:
    held = register(*PAIR)
    table = rows(*((code, "2024/25", number) for code, number in given_rows.items()))
    membership = below_a(held, UnitKind.COUNTRY, (UnitKind.AUTHORITY,))
    found = add_up(table, KEYS, "n", membership, held, all_registered=True)["total"]
    assert found.to_dict() == ({} if total is None else {("2024/25", "top"): total})


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), st.integers(0, 99), min_size=1))
def test_order_of_rows_changes_no_total(numbers) -> None:
    held = register(*PAIR)
    table = rows(*((code, "2024/25", number) for code, number in numbers.items()))
    for one in (table, table.iloc[::-1]):
        found = add_up(one, KEYS, "n", directly_below(held), held, all_registered=False)["total"]
        assert found.tolist() == [sum(numbers.values())]


@pytest.mark.parametrize(
    ("on", "authorities"),
    [
        (date(2019, 3, 31), 152), (date(2020, 3, 31), 151), (date(2022, 3, 31), 152),
        (date(2023, 3, 31), 152), (date(2024, 3, 31), 153),
    ],
)  # fmt: skip
def test_england_is_made_of_its_authorities_and_of_nine_regions(national, on, authorities) -> None:
    members = below_a(national, UnitKind.COUNTRY, (UnitKind.AUTHORITY,))(on)
    alone = [code for code in members if not national.units[code].members]
    assert len(alone) == authorities
    assert set(members.values()) == {"E92000001"}
    regions = below_a(national, UnitKind.COUNTRY, (UnitKind.REGION,))(on)
    assert len(regions) == 9
    assert "E12000007" in regions
    assert not {"E13000001", "E13000002"} & set(regions)
