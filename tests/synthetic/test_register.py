"""The register of Medwold, and a small county held against it."""

import csv
from datetime import date

import pandas as pd
import pytest

from pmf_analysis import counting, measures, register
from pmf_analysis.gathering import gather
from pmf_analysis.register import Context
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic.structure import AREAS, COUNTY, DISTRICTS, SERVICES
from pmf_analysis.terms import Structure, UnitKind

LAST = date(2026, 10, 31)
KINDS = {
    UnitKind.COUNTY: 1, UnitKind.AREA: 4, UnitKind.SERVICE: 12, UnitKind.DISTRICT: 12,
    UnitKind.TEAM: 97,
}  # fmt: skip


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """``data/reference`` as a workspace of Medwold has it."""
    workspace = create_workspace(tmp_path_factory.mktemp("workspace") / "w", "medwold")
    return workspace / "data" / "reference"


@pytest.fixture(scope="module")
def held(reference):
    """The register as a workspace of Medwold has it."""
    return register.load(reference)


@pytest.fixture(scope="module")
def measured(received, held):
    """The measures of a small county, whose deliveries were received and counted."""
    receipts = received.deliveries()
    context = Context(held, date(2026, 11, 6))
    return measures.build(gather(received, receipts, context).figures, receipts, context)


def test_it_says_that_it_is_invented(held):
    assert held.workspace.synthetic
    assert "not a real place" in held.workspace.notice
    assert held.county == COUNTY


def test_a_services_parts_are_its_districts(held):
    own = {f"{area}-social-work" for area in AREAS}
    assert set(held.children_of(COUNTY, LAST)) == (set(SERVICES) - own) | set(AREAS)
    for area in AREAS:
        assert held.children_of(area, LAST) == (f"{area}-social-work",)
        for on in (date(2025, 3, 31), LAST):
            below = {
                code for code, (_, first, _) in DISTRICTS.items()
                if ("west" if code == "coldry" and on == LAST else first) == area
            }  # fmt: skip
            assert set(held.children_of(f"{area}-social-work", on)) == below
    for code in [*DISTRICTS, *(set(SERVICES) - own)]:
        kinds = {held.units[one].kind for one in held.children_of(code, LAST)}
        assert kinds == {UnitKind.TEAM}, code


def test_no_name_of_a_real_authority(held, root):
    with (root / "data" / "reference" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    real = {row["code"].casefold() for row in rows} | {row["name"].casefold() for row in rows}
    real |= {alias.strip().casefold() for row in rows for alias in row["aliases"].split(";")}
    assert len(rows) > 150
    for unit in held.units.values():
        invented = {text.casefold() for text in (unit.code, unit.name, *unit.aliases)}
        assert not invented & (real - {""})


def test_every_indicator_is_counted_wherever_it_applies_and_nowhere_else(held, measured):
    found = measured[measured["cohort"] == "all"].dropna(subset="numerator")
    counted = {code: set(rows) for code, rows in found.groupby("indicator")["service_area"]}
    assert set(counted) == set(held.indicators)
    for code, units in counted.items():
        applies = held.indicators[code].applies_to
        assert {held.units[unit].kind for unit in units} == set(applies), code
        assert COUNTY in units


def test_every_service_has_indicators(measured):
    found = measured.dropna(subset="numerator").groupby("service_area")["indicator"].unique()
    for service in SERVICES:
        assert len(found[service]) >= 2, service
        assert "AUDIT-GOOD" in found[service]


def test_every_unit_of_the_register_is_measured(held, measured):
    assert set(measured["service_area"]) == set(held.units)
    in_october = {code for code, one in held.units.items() if one.holds_on(LAST)}
    assert {
        kind: sum(held.units[one].kind is kind for one in in_october) for kind in KINDS
    } == KINDS


def test_targets_are_agreed_by_a_role_on_a_date(held):
    for indicator in held.indicators.values():
        assert indicator.ask.endswith("?")
        assert indicator.risks
        for level in (*indicator.target, *indicator.floor):
            assert level.agreed_by == "director-of-childrens-services"
            assert level.agreed_on is not None and level.agreed_on < level.from_
    assert {row.indicator for row in held.target_rows} == {"ASSESS-45", "IHA-20"}


def test_duties_are_the_statutory_timescales(held):
    duties = {code for code, indicator in held.indicators.items() if indicator.duty}
    assert duties == {"ASSESS-45", "ICPC-15", "CP-VISIT", "CIC-VISIT", "IHA-20"}


def test_every_definition_can_be_read_in_the_extracts(held, reference):
    layouts = load_layouts(reference / "layouts")
    counting.validate(held, layouts)
    read = counting.tables_read(held, counting.fields_of(layouts))
    parts = {
        layout.table for layout in layouts.values() if layout.name.startswith("medwold_records.")
    }
    assert set(read) <= parts


def test_the_units_delivered_are_those_of_the_register(held, received):
    units = received.records("unit", [one["id"] for one in received.deliveries()])
    known = units.sort_values("changed_at").drop_duplicates("unit_code", keep="last")
    found = {
        row.unit_code: (row.name, row.kind, "" if pd.isna(row.parent) else row.parent)
        for row in known.itertuples()
    }
    assert found == {
        code: (one.name, one.kind.value, one.parent or "") for code, one in held.units.items()
    }


def test_what_breaks_is_registered_where_it_is_planted(held):
    broken = {(one.indicator, one.unit, one.period) for one in held.under(Structure.AS_NOW).breaks}
    front_door = ("medwold", "front-door", *(f"front-door-{number}" for number in range(1, 5)))
    assert broken == {("NFA", unit, "2023-04") for unit in front_door}
