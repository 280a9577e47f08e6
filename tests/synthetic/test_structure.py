"""The units of Medwold, and the register of units that says the same."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from pmf_analysis import register, settings
from pmf_analysis.synthetic import structure
from pmf_analysis.terms import Structure, UnitKind

LAST = date(2026, 10, 31)


@pytest.fixture(scope="module")
def folder():
    return settings.shipped() / "data" / "synthetic" / "reference"


@pytest.fixture(scope="module")
def medwold(folder):
    return register.load(folder)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_shipped_units_are_those_of_the_generator(folder):
    said = {True: "yes", False: "no", None: ""}
    expected = [
        {
            "code": one.code, "name": one.name, "kind": one.kind, "parent": one.parent,
            "valid_from": one.valid_from, "valid_to": one.valid_to,
            "successors": ";".join(one.successors), "case_holding": said[one.case_holding],
        }
        for one in structure.all_units()
    ]  # fmt: skip
    found = [
        {name: text for name, text in row.items() if name not in ("aliases", "source")}
        for row in _rows(folder / "units.csv")
    ]
    assert found == expected


def test_the_shipped_moves_are_those_of_the_generator(folder):
    assert _rows(folder / "unit_moves.csv") == [
        {
            "unit": "coldry", "moved_on": structure.COLDRY_MOVES,
            "parent_before": "north-social-work", "source": "invented",
        }
    ]  # fmt: skip


def test_there_are_as_many_units_of_each_kind_as_the_design_says(medwold):
    on_the_last_day = [one for one in medwold.units.values() if one.holds_on(LAST)]
    counts = {kind: sum(one.kind is kind for one in on_the_last_day) for kind in UnitKind}
    assert {kind.value: number for kind, number in counts.items() if number} == {
        "county": 1, "area": 4, "service": 12, "district": 12, "team": 97,
    }  # fmt: skip
    assert sum(one.case_holding is True for one in on_the_last_day) == 77
    assert all(
        (one.case_holding is not None) == (one.kind is UnitKind.TEAM)
        for one in medwold.units.values()
    )


@pytest.mark.parametrize("moved", [True, False])
def test_every_unit_answers_to_one_that_exists_and_stands_before_it(moved):
    seen = set()
    for one in structure.all_units(moved):
        assert one.parent in seen or one.code == structure.COUNTY
        assert one.code not in seen
        seen.add(one.code)
    assert set().union(*(one.successors for one in structure.all_units(moved))) <= seen


def test_case_holding_teams_are_those_of_the_case_holding_services(medwold):
    for one in medwold.units.values():
        if one.kind is UnitKind.TEAM:
            service = one.parent
            if medwold.units[service].kind is UnitKind.DISTRICT:
                service = medwold.parent_of(service, LAST)
            assert one.case_holding == (service in structure.CASE_HOLDING), one.code


def test_the_shares_of_the_districts_are_the_whole_county():
    assert sum(share for _, _, share in structure.DISTRICTS.values()) == pytest.approx(1)


def test_coldry_is_in_the_north_and_from_one_day_to_the_next_in_the_west(medwold):
    moves = date.fromisoformat(structure.COLDRY_MOVES)
    before = moves - timedelta(days=1)
    assert medwold.parent_of("coldry", before) == "north-social-work"
    assert medwold.parent_of("coldry", moves) == "west-social-work"
    assert medwold.parent_of("west-social-work", moves) == "west"
    assert medwold.children_of("north-social-work", before) == ("ashmere", "beltham", "coldry")
    assert medwold.children_of("north-social-work", moves) == ("ashmere", "beltham")
    assert "coldry" in medwold.children_of("west-social-work", moves)
    assert medwold.peers_of("coldry", before) == medwold.peers_of("coldry", moves)


def test_harstows_teams_merge_from_one_day_to_the_next(medwold):
    merges = date.fromisoformat(structure.HARSTOW_MERGES)

    def protecting(on):
        return [code for code in medwold.children_of("harstow", on) if "protection" in code]

    assert protecting(merges - timedelta(days=1)) == [
        "harstow-protection-1", "harstow-protection-2", "harstow-protection-3",
    ]  # fmt: skip
    assert protecting(merges) == ["harstow-protection-1", "harstow-protection-4"]
    assert medwold.peers_of("harstow-protection-1", merges) == (
        "harstow-assessment-1", "harstow-assessment-2", "harstow-protection-4",
    )  # fmt: skip


def test_only_as_it_was_then_the_move_breaks_the_series_of_north_and_west(medwold):
    def broken(one):
        return sorted({found.unit for found in one.breaks if found.period == "2025-04"})

    areas = ["north", "north-social-work", "west", "west-social-work"]
    assert broken(medwold.under(Structure.AS_THEN)) == areas
    assert broken(medwold.under(Structure.AS_NOW)) == []


def test_an_areas_name_is_the_area_and_not_its_service(medwold):
    assert medwold.find_unit("North").code == "north"
    assert medwold.find_unit("North Social Work").code == "north-social-work"


def test_without_the_story_nothing_moves_and_nothing_ends():
    units = {one.code: one for one in structure.all_units(moved=False)}
    assert units["coldry"].parent == "north-social-work"
    assert not [code for code, one in units.items() if one.valid_to]
    assert len([one for one in units.values() if one.kind == "team"]) == 97


def test_teams_of_a_service_by_area():
    found = [one.code for one in structure.teams_of("children-in-care", "west")]
    assert found == [f"children-in-care-west-{number}" for number in (1, 2, 3)]
    assert structure.area_of("coldry") == "north"
