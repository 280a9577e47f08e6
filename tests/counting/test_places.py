"""To which units a record counts, when units end, move and are divided."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pmf_analysis.counting.places import Places
from pmf_analysis.periods import month
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Unit, UnitMove, Workspace
from pmf_analysis.terms import Structure

AS_AT = date(2026, 1, 1)


def places(structure=Structure.AS_THEN):
    units = [
        ("county", "county", "", {}),
        ("north", "service", "county", {}), ("south", "service", "county", {}),
        ("one", "team", "south", {}),
        ("old", "team", "north", {"valid_to": date(2025, 3, 31), "successors": ("heir",)}),
        ("heir", "team", "north", {"valid_from": date(2025, 4, 1)}),
        ("split", "team", "north", {"valid_to": date(2025, 3, 31), "successors": ("one", "heir")}),
        ("closed", "team", "north", {"valid_to": date(2025, 3, 31)}),
    ]  # fmt: skip
    register = Register(
        workspace=Workspace(title="t", register_name="r", county="county", report_kinds=("team",)),
        indicators={},
        units={
            code: Unit(code=code, name=code, kind=kind, parent=parent, **more)
            for code, kind, parent, more in units
        },
        unit_moves=(
            UnitMove(unit="one", moved_on="2025-04-01", parent_before="north", source="s"),
        ),
    )
    return Places(Context(register, AS_AT, structure))


BEFORE, AFTER = date(2025, 3, 31), date(2025, 4, 1)


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("one", BEFORE, ["one", "north", "county"]), ("one", AFTER, ["one", "south", "county"]),
        ("old", BEFORE, ["old", "north", "county"]), ("old", AFTER, ["heir", "north", "county"]),
        ("heir", BEFORE, ["north", "county"]), ("heir", AFTER, ["heir", "north", "county"]),
        ("split", BEFORE, ["split", "north", "county"]), ("split", AFTER, ["county"]),
        ("closed", AFTER, ["north", "county"]),
    ],
)  # fmt: skip
def test_as_they_were_then(code, on, expected):
    assert places().chain(code, on) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("one", ["one", "south", "county"]), ("old", ["heir", "north", "county"]),
        ("split", ["split", "county"]), ("closed", ["closed", "north", "county"]),
    ],
)  # fmt: skip
def test_as_they_are_now_the_past_follows(code, expected):
    now = places(Structure.AS_NOW)
    chains = now.chains(np.array([0]), [code], np.array(["2020-01-01"], dtype="datetime64[D]"))
    found = [now.units[one].code for one in chains.units[chains.of[0]] if one >= 0]
    assert found == expected


def test_what_is_no_unit_counts_in_the_county_alone():
    held = places()
    on = np.array(["2025-01-01"] * 3, dtype="datetime64[D]")
    chains = held.chains(np.array([0, 1, -1]), ["nowhere", "one"], on)
    found = [[held.units[one].code for one in chains.units[at] if one >= 0] for at in chains.of]
    assert found == [["county"], ["one", "north", "county"], ["county"]]
    assert chains.known.tolist() == [False, True, False]


def test_a_unit_exists_from_its_first_day_to_its_last():
    months = (month(2025, 3), month(2025, 4))
    held = places()
    there = dict(zip((one.code for one in held.units), held.existing(months, False), strict=True))
    assert there["old"].tolist() == [True, False]
    assert there["heir"].tolist() == [False, True]
    now = places(Structure.AS_NOW)
    there = dict(zip((one.code for one in now.units), now.existing(months, False), strict=True))
    assert there["heir"].tolist() == [True, True]
    assert there["old"].tolist() == [False, False]
