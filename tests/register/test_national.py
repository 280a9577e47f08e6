"""The register that is shipped: England's published figures."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis.register import Register, load
from pmf_analysis.terms import BreakKind, Polarity, UnitKind

FED = (
    "ASSESS-45", "ASSESS-MEDIAN", "CIN", "CIN-2Y", "CIN-ABUSE", "CL-EET", "CL-HOME", "CL-NEET",
    "CL-TOUCH", "CLA", "CLA-ADOPT", "CLA-CARER", "CLA-CEASE", "CLA-CONVICT", "CLA-DENTAL",
    "CLA-FAR", "CLA-FOSTER", "CLA-HEALTH", "CLA-IMMUN", "CLA-MISSING", "CLA-SDQ", "CLA-SGO",
    "CLA-START", "CPP", "CPP-2Y", "CPP-END-2Y", "CPP-REPEAT", "CPP-REVIEW", "CPP-START", "ICPC",
    "ICPC-15", "NFA", "NOT-IN-NEED", "PLACE-3", "REF", "REF-M", "REF-POLICE", "REF-SCHOOL",
    "REREF", "S47", "SW-AGENCY", "SW-CASELOAD", "SW-TURNOVER", "SW-VACANCY", "UASC",
)  # fmt: skip
HIGH = {
    "ASSESS-45", "CL-EET", "CL-HOME", "CLA-ADOPT", "CLA-CARER", "CLA-DENTAL", "CLA-FOSTER",
    "CLA-HEALTH", "CLA-IMMUN", "CPP-REVIEW", "ICPC-15",
}  # fmt: skip
LOW = {
    "ASSESS-MEDIAN", "CL-NEET", "CL-TOUCH", "CLA-CONVICT", "CLA-FAR", "CLA-MISSING", "CLA-SDQ",
    "CPP-2Y", "CPP-END-2Y", "CPP-REPEAT", "CPP-START", "PLACE-3", "REREF", "SW-AGENCY",
    "SW-CASELOAD", "SW-TURNOVER", "SW-VACANCY",
}  # fmt: skip


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


def test_it_loads_in_well_under_a_second(root: Path) -> None:
    start = time.process_time()
    load(root / "data" / "reference")
    assert time.process_time() - start < 1


def test_it_holds_the_indicators_that_the_tables_feed(national: Register) -> None:
    assert tuple(national.indicators) == FED
    for indicator in national.indicators.values():
        assert not indicator.target
        assert not indicator.floor
        assert indicator.ask.endswith("?")
        assert len(indicator.label) <= 30
    by_polarity = {way: {code for code, one in national.indicators.items() if one.polarity is way}
                   for way in Polarity}  # fmt: skip
    assert by_polarity[Polarity.HIGH] == HIGH
    assert by_polarity[Polarity.LOW] == LOW


def test_what_the_law_sets_a_time_for_is_a_duty(national: Register) -> None:
    duties = {code for code, one in national.indicators.items() if one.duty}
    assert duties == {"ASSESS-45", "ICPC-15", "CPP-REVIEW"}


def test_a_polarity_that_no_source_gives_is_said_to_be_ours(national: Register) -> None:
    ours = {code for code, one in national.indicators.items() if "our reading" in one.origin}
    assert ours == {"ASSESS-MEDIAN", "CLA-MISSING"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kent", "E10000016"), ("886", "E10000016"),
        ("Buckinghamshire", "E06000060"), ("E10000002", "E06000060"), ("825", "E06000060"),
        ("E10000023", "E06000065"), ("E10000027", "E06000066"), ("E08000020", "E08000037"),
        ("Bedford Borough", "E06000055"), ("Durham", "E06000047"),
        ("Herefordshire", "E06000019"), ("Herefordshire, County of", "E06000019"),
        ("st helens", "E08000013"), ("Kingston Upon Hull, City of", "E06000010"),
        ("Dorset", "E06000059"), ("838", "E06000059"),
        ("835", "E10000009"), ("E10000009", "E10000009"),
        ("Yorkshire and the Humber", "E12000003"), ("Inner London", "E13000001"),
        ("England", "E92000001"),
    ],
)  # fmt: skip
def test_units_are_found_under_every_name_they_go_by(
    national: Register, text: str, code: str
) -> None:
    assert national.unit(text).code == code


def test_reorganised_councils_end_and_are_followed(national: Register) -> None:
    ended = {unit.name: unit for unit in national.units.values() if unit.valid_to}
    assert set(ended) == {
        "Bournemouth", "Poole", "Dorset (to March 2019)", "Northamptonshire", "Cumbria",
    }  # fmt: skip
    assert ended["Cumbria"].valid_to == date(2023, 3, 31)
    for unit in ended.values():
        for code in unit.successors:
            begun = national.units[code].valid_from
            assert begun is not None
            assert unit.valid_to is not None
            assert (begun - unit.valid_to).days == 1


def test_authorities_of_a_day_are_as_many_as_published(national: Register) -> None:
    def held(on: date) -> int:
        return sum(
            unit.kind is UnitKind.AUTHORITY
            and (unit.valid_from or date.min) <= on <= (unit.valid_to or date.max)
            for unit in national.units.values()
        )

    years = {2019: 152, 2020: 151, 2021: 151, 2022: 152, 2023: 152, 2024: 153, 2025: 153}
    assert {year: held(date(year, 3, 31)) for year in years} == years


def test_regions_and_the_two_halves_of_london(national: Register) -> None:
    regions = [unit for unit in national.units.values() if unit.kind is UnitKind.REGION]
    assert len(regions) == 11
    assert national.children_of("E12000007") == ("E13000001", "E13000002")
    assert national.region_of("E10000016") == "E12000008"
    assert national.region_of(national.unit("Camden").code) == "E13000001"
    assert national.region_of("E92000001") is None


def test_kents_neighbours_by_both_models(national: Register) -> None:
    def names(model: str) -> list[str]:
        return [national.units[code].name for code in national.neighbours("E10000016", model)]

    assert names("") == [
        "Essex", "East Sussex", "Devon", "Bexley", "Suffolk", "Norfolk", "Nottinghamshire",
        "West Sussex", "Bedford", "Somerset",
    ]  # fmt: skip
    assert names("2021-04") == [
        "Essex", "East Sussex", "Swindon", "Worcestershire", "Lancashire",
        "West Northamptonshire", "Nottinghamshire", "Warwickshire", "Suffolk", "Staffordshire",
    ]  # fmt: skip


def test_every_authority_of_today_has_ten_neighbours(national: Register) -> None:
    model = national.neighbour_models["2025-05"]
    today = {
        unit.code
        for unit in national.units.values()
        if unit.kind is UnitKind.AUTHORITY and unit.valid_to is None
    }
    assert set(model.neighbours) == today
    assert {len(found) for found in model.neighbours.values()} == {10}


def test_kents_breaks(national: Register) -> None:
    (recording,) = national.breaks_of("NFA", "E10000016")
    assert (recording.period, recording.kind) == ("2015/16", BreakKind.RECORDING)
    assert "no explanation" in recording.reason
    monthly = national.breaks_of("REF-M", "E10000016")
    assert monthly
    assert {one.kind for one in monthly} == {BreakKind.REBASE}
    assert national.breaks_of("REREF", "E10000016") == ()


@pytest.mark.shared
def test_every_area_of_the_published_tables_is_a_unit(national: Register, shared: Path) -> None:
    columns = ["country_code", "country_name", "region_code", "region_name", "old_la_code",
               "new_la_code", "la_name"]  # fmt: skip
    without_areas = ("headline_figures", "national_framework")
    files = [
        path
        for path in sorted((shared / "data").glob("dfe_*/*.csv*"))
        if not path.name.startswith(without_areas)
    ]
    assert len(files) == 26
    read = [
        pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False,
                    usecols=lambda name: name in (*columns, "geographic_level")).drop_duplicates()
        for path in files
    ]  # fmt: skip
    areas = pd.concat(read).fillna("").drop_duplicates()
    for name in columns:
        for text in sorted(set(areas[name]) - {"", "z", "x"}):
            assert national.find_unit(text), (name, text)
    local = areas[(areas["geographic_level"] == "Local authority") & (areas["new_la_code"] != "")]
    for row in local.itertuples():
        by_new, by_old = national.unit(row.new_la_code), national.unit(row.old_la_code)
        assert by_new == by_old, row
        assert by_new.parent == row.region_code


@pytest.mark.shared
def test_every_area_of_the_interactive_tool_is_a_unit(national: Register, shared: Path) -> None:
    files = sorted((shared / "data" / "lait").glob("*.parquet"))
    assert len(files) == 2
    for path in files:
        areas = pd.read_parquet(path, columns=["LA and Regions", "LA Number"]).drop_duplicates()
        assert len(areas) == 170
        for name, number in areas.itertuples(index=False):
            by_name, by_number = national.unit(name), national.unit(f"{number:.0f}")
            assert by_name == by_number, (name, number)
        found = {national.unit(name).code for name in areas["LA and Regions"]}
        alone = {code for code, unit in national.units.items() if not unit.members}
        assert found == alone
