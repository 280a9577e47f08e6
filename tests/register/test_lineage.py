"""Units in time: moves, heirs, members, and where a territory changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pmf_analysis.errors import RegisterError
from pmf_analysis.register import Register, load
from pmf_analysis.register.lineage import forerunners, heirs
from pmf_analysis.terms import BreakKind, Structure

UNITS = """\
code,name,kind,parent,valid_from,valid_to,successors,aliases,members,case_holding
SHIRE,The Shire,county,,,,,,,no
NORTH,North,area,SHIRE,,,,,,
WEST,West,area,SHIRE,,,,,,
COLDRY,Coldry,district,WEST,,,,,,
LATHE,Lathe,district,WEST,,,,,,
A,Team A,team,LATHE,,2020-03-31,C,,,yes
B,Team B,team,LATHE,,2021-03-31,C,,,yes
C,Team C,team,LATHE,2020-04-01,2022-03-31,D;E,,,yes
D,Team D,team,LATHE,2022-04-01,,,,,yes
E,Team E,team,LATHE,2022-04-01,,,,,yes
ONE,One,authority,SHIRE,,,,,,
TWO,Two,authority,SHIRE,,,,,,
BOTH,One / Two,joint_authority,SHIRE,,,,1 / 2,ONE;TWO,
"""
MOVES = """\
unit,moved_on,parent_before,source
COLDRY,2024-07,NORTH,a minute
COLDRY,2010-04-01,WEST,an older minute
"""


@pytest.fixture
def small(folder: Path) -> Callable[[str, str], Register]:
    """A register with other units and moves than the small one."""

    def made(units: str = UNITS, moves: str = MOVES) -> Register:
        (folder / "units.csv").write_text(units, encoding="utf-8")
        (folder / "unit_moves.csv").write_text(moves, encoding="utf-8")
        for name in ("targets.csv", "breaks.csv", "neighbours/2024.csv", "neighbours/models.yml"):
            (folder / name).unlink()
        workspace = (folder / "workspace.yml").read_text(encoding="utf-8")
        kept = workspace.replace("neighbour_model", "#").replace(", neighbours", "")
        (folder / "workspace.yml").write_text(kept, encoding="utf-8")
        return load(folder)

    return made


def test_a_unit_has_the_parent_of_the_day(small) -> None:
    register = small()
    days = {
        "2009-01-01": "WEST",
        "2010-04-01": "NORTH",
        "2024-06-30": "NORTH",
        "2024-07-01": "WEST",
    }
    found = {day: register.parent_of("COLDRY", date.fromisoformat(day)) for day in days}
    assert found == days
    assert register.parent_of("COLDRY") == "WEST"
    assert register.children_of("NORTH", date(2024, 6, 30)) == ("COLDRY",)
    assert register.children_of("NORTH", date(2024, 7, 1)) == ()
    assert register.children_of("WEST", date(2024, 7, 1)) == ("COLDRY", "LATHE")


def test_members_stand_for_the_unit_they_report_as(small) -> None:
    register = small()
    assert register.unit("1 / 2").members == ("ONE", "TWO")
    assert "BOTH" not in register.children_of("SHIRE")
    assert "BOTH" not in register.children_of("SHIRE", date(2024, 1, 1))
    assert register.peers_of("BOTH", date(2024, 1, 1)) == ()
    assert register.peers_of("ONE", date(2024, 1, 1)) == ("TWO",)
    assert register.units["A"].case_holding is True
    assert register.units["SHIRE"].case_holding is False
    assert register.units["WEST"].case_holding is None


def test_peers_are_units_of_one_kind_that_exist(small) -> None:
    register = small()
    assert register.peers_of("A", date(2020, 3, 31)) == ("B",)
    assert register.peers_of("D", date(2024, 1, 1)) == ("E",)
    assert register.peers_of("NORTH", date(2024, 1, 1)) == ("WEST",)


def test_heirs_are_followed_to_the_units_of_the_day(small) -> None:
    units = small().units
    assert heirs("A", units, date(2020, 3, 31)) == ("A",)
    assert heirs("A", units, date(2021, 1, 1)) == ("C",)
    assert heirs("A", units, date(2024, 1, 1)) == ("D", "E")
    assert forerunners(units, date(2021, 6, 1)) == {"C": ("A", "B")}
    assert forerunners(units, date(2024, 1, 1)) == {"D": ("A", "B", "C"), "E": ("A", "B", "C")}


def test_territory_that_changed_is_a_boundary_break_until_the_past_follows(small) -> None:
    register = small()
    held = {(one.unit, one.period) for one in register.breaks}
    # team C took in team B a year after it began; A ended on the day before
    assert held == {
        ("NORTH", "2010-04"), ("WEST", "2010-04"), ("NORTH", "2024-07"), ("WEST", "2024-07"),
        ("C", "2021-04"),
    }  # fmt: skip
    assert {one.kind for one in register.breaks} == {BreakKind.BOUNDARY}
    assert [one.reason for one in register.breaks_of("CP-01", "C")] == [
        "Team B ended, and what it did passed to Team C"
    ]
    assert register.under(Structure.AS_NOW).breaks == ()
    divided = UNITS.replace("2021-03-31,C", "2021-03-31,C;COLDRY")
    (still, *_), kept = small_breaks(register, divided)
    assert still.unit == "C"
    assert kept == {"C", "COLDRY"}


def small_breaks(register: Register, units: str) -> tuple[tuple, set[str]]:
    folder = register.folder
    assert folder is not None
    (folder / "units.csv").write_text(units, encoding="utf-8")
    found = load(folder).under(Structure.AS_NOW).breaks
    return found, {one.unit for one in found}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ONE;TWO", "ONE", "names two or more members"),
        ("ONE;TWO", "", "names two or more members"),
        ("TWO,Two,authority,SHIRE,,,,,,", "TWO,Two,authority,SHIRE,,,,,ONE;A,",
         "names two or more members, no other does"),
        ("ONE;TWO", "ONE;LATHE", "its member LATHE is no authority under the same parent"),
        ("ONE;TWO", "ONE;THREE", "BOTH: 'THREE' is no unit's code"),
        (",ONE;TWO,", ",ONE;TWO,perhaps", "column case_holding: given 'perhaps'"),
    ],
)  # fmt: skip
def test_members_that_do_not_fit_are_named(small, old: str, new: str, message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        small(units=UNITS.replace(old, new, 1))


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ("COLDRI,2024-07,NORTH,s", "unit_moves.csv, line 2, column unit: given 'COLDRI'"),
        ("COLDRY,2024-07,NOWHERE,s", "column parent_before: given 'NOWHERE'"),
        ("COLDRY,2024-07,COLDRY,s", "another unit than the one that moved"),
        ("COLDRY,July,NORTH,s", "column moved_on: given 'July', expected a date"),
        ("COLDRY,2024-07,WEST,s", "another parent than the one that follows"),
        ("A,2024-07,NORTH,s", "expected a day on which Team A exists"),
        ("COLDRY,2024-07,NORTH,s\nCOLDRY,2024-07,NORTH,s", "the same unit, moved_on as line 2"),
        ("LATHE,2024-07,A,s", "LATHE: is its own parent before 2024-07-01, through A"),
        ("COLDRY,2024-07,NORTH,", "column source"),
    ],
)
def test_moves_that_do_not_fit_are_named(small, moves: str, message: str) -> None:
    text = f"unit,moved_on,parent_before,source\n{moves}\n"
    units = UNITS.replace("LATHE,,2020-03-31", "LATHE,,2020-03-31")
    with pytest.raises(RegisterError, match=message):
        small(units=units, moves=text)


# the national register

NAMED_THEN = [
    ("Dorset", date(2019, 3, 31), "E10000009"), ("Dorset", date(2019, 4, 1), "E06000059"),
    ("Dorset", None, "E06000059"), ("838", date(2016, 3, 31), "E06000059"),
    ("835", date(2025, 3, 31), "E10000009"), ("Dorset (Pre LG)", date(2025, 3, 31), "E10000009"),
    ("Cumbria", date(2025, 3, 31), "E10000006"),
    ("Buckinghamshire", date(2019, 3, 31), "E06000060"),
]  # fmt: skip


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


@pytest.mark.parametrize(("text", "on", "code"), NAMED_THEN)
def test_a_name_that_served_two_councils_means_the_one_of_the_day(
    national: Register, text: str, on: date | None, code: str
) -> None:
    found = national.find_unit(text, on)
    assert found is not None
    assert found.code == code


def test_a_new_code_is_no_new_territory(national: Register) -> None:
    # Buckinghamshire 2020, North Yorkshire and Somerset 2023 changed code alone; the councils of
    # 2019, 2021 and 2023 began anew
    boundary = [one for one in national.breaks if one.kind is BreakKind.BOUNDARY]
    assert boundary == []
    assert national.unit_moves == ()


def test_authorities_that_report_together_are_nobodys_peers(national: Register) -> None:
    joint = {unit.code: unit for unit in national.units.values() if unit.members}
    assert {unit.name for unit in joint.values()} == {
        "Kingston upon Thames / Richmond upon Thames",
        "North Northamptonshire / West Northamptonshire",
    }
    on = date(2025, 3, 31)
    assert len(national.peers_of("E10000016", on)) == 152
    assert not set(joint) & set(national.peers_of("E10000016", on))
    assert not set(joint) & {n for model in national.neighbour_models.values()
                             for near in model.neighbours.values() for n in near}  # fmt: skip
    assert len(national.peers_of("E12000007", on)) == 8
    assert national.peers_of("E13000001", on) == ("E13000002",)
    assert national.unit("940 / 941").code == "E06000061-E06000062"
    assert national.unit("E09000021 / E09000027").name.startswith("Kingston upon Thames / ")
