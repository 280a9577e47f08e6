"""Parts that changed inside a unit: named there, and nowhere that the change reached beyond."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Unit, UnitMove, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, parts
from pmf_analysis.terms import Structure


def unit(code: str, parent: str = "", **given: object) -> Unit:
    kind = {"c": "county", "s": "service", "d": "district", "t": "team"}[code[0]]
    return Unit(code=code, name=code.upper(), kind=kind, parent=parent, **given)


@pytest.fixture(scope="module")
def rule_sets(root):
    return load(root / "data" / "reference").rule_sets


@pytest.fixture
def told(rule_sets):
    """What is said of each unit, from units and moves; every unit has figures of 36 months."""

    def make(units: list[Unit], *moves: UnitMove, structure: Structure = Structure.AS_THEN):
        held = Register(
            workspace=Workspace(title="T", register_name="t", county="c", report_kinds=["county"]),
            indicators={}, units={one.code: one for one in units}, unit_moves=moves,
            rule_sets=rule_sets,
        )  # fmt: skip
        context = Context(held, date(2026, 11, 6), structure)
        ends = pd.date_range("2023-11-30", "2026-10-31", freq="ME").strftime("%Y-%m-%d")
        rows = pd.DataFrame(
            [("T-01", code, "all", end, "final") for code in held.units for end in ends],
            columns=["indicator", "service_area", "cohort", "period_end", "state"],
        )
        table = parts.study(rows, Known(), context)
        latest = rows.groupby("service_area").tail(1)
        words = parts.facts(table, latest, context)["parts_changed"]
        said = dict(zip(latest["service_area"], words, strict=True))
        return {code: text for code, text in said.items() if text}

    return make


PLACES = [
    unit("c"),
    unit("s1", "c"),
    unit("s2", "c"),
    unit("d1", "s1"),
    unit("d2", "s1"),
    unit("d3", "s2"),
]


def merged(last: str = "2025-09-30", into: str = "d1") -> list[Unit]:
    gone = {"valid_to": last, "successors": ("t3",)}
    return [
        unit("t1", "d1", **gone),
        unit("t2", "d1", **gone),
        unit("t3", into, valid_from="2025-10-01"),
    ]


def test_a_merger_is_said_of_every_unit_that_held_all_of_it(told):
    said = told([*PLACES, *merged()])
    assert set(said) == {"d1", "s1", "c"}
    assert said["d1"] == (
        "T1 and T2 became T3 on 1 October 2025: figures of these units before and after are not "
        "comparable; those of D1 as a whole are"
    )


def test_what_reached_into_another_unit_is_said_above_both(told):
    assert set(told([*PLACES, *merged(into="d2")])) == {"s1", "c"}
    assert set(told([*PLACES, *merged(into="d3")])) == {"c"}


def test_a_move_is_said_above_the_two_that_lost_and_gained(told):
    move = UnitMove(unit="t9", moved_on="2025-04-01", parent_before="d2", source="test")
    said = told([*PLACES, unit("t9", "d1")], move)
    assert set(said) == {"s1", "c"}
    assert said["s1"].startswith("T9 moved from D2 to D1 on 1 April 2025: ")


def test_as_the_units_are_now_only_what_was_divided_is_said(told):
    move = UnitMove(unit="t9", moved_on="2025-04-01", parent_before="d2", source="test")
    units = [*PLACES, *merged(), unit("t9", "d1")]
    assert told(units, move, structure=Structure.AS_NOW) == {}
    divided = [
        unit("t1", "d1", valid_to="2025-09-30", successors=("t2", "t3")),
        unit("t2", "d1"), unit("t3", "d1"),
    ]  # fmt: skip
    said = told([*PLACES, *divided], structure=Structure.AS_NOW)
    assert said["d1"].startswith("T1 became T2 and T3 on 1 October 2025")


def test_old_changes_are_not_said_and_many_are_counted(told):
    assert told([*PLACES, *merged("2024-03-31")]) == {}
    moves = [
        UnitMove(unit=f"t{n}", moved_on=f"2026-0{n}-01", parent_before="d2", source="test")
        for n in range(1, 6)
    ]
    said = told([*PLACES, *(unit(f"t{n}", "d1") for n in range(1, 6))], *moves)["s1"]
    assert said.startswith("T5 moved from D2 to D1 on 1 May 2026; T4 moved")
    assert "; 2 more changes like it: figures" in said


def test_an_indicator_that_the_parts_do_not_have_says_nothing(rule_sets, told):
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="c", report_kinds=["county"]),
        indicators={}, units={one.code: one for one in [*PLACES, *merged()]}, rule_sets=rule_sets,
    )  # fmt: skip
    rows = pd.DataFrame(
        [("T-01", "d1", "all", end, "final") for end in ("2025-01-31", "2026-10-31")],
        columns=["indicator", "service_area", "cohort", "period_end", "state"],
    )
    assert parts.study(rows, Known(), Context(held, date(2026, 11, 6))).empty
